import { useEffect, useState } from "preact/hooks";

import type { Connected } from "../wallet";

/**
 * useBalance returns the account's balance of an ERC-20 token, read through its own
 * wallet: null if the wallet does not return one, undefined until it is read. It is
 * only for warnings and for the demo's faucet; the server and the contract check
 * the balance themselves.
 */
export function useBalance(connected: Connected | undefined, asset: string, turn: unknown): [bigint | null | undefined, () => void] {
  const [read, setRead] = useState<{ of: string; balance: bigint | null }>();
  const [asked, ask] = useState(0);
  const address = connected?.address;
  useEffect(() => {
    if (!connected || !address) return;
    let gone = false;
    const look = () => connected.request<unknown>("eth_call", [{ to: asset, data: `0x70a08231${address.slice(2).toLowerCase().padStart(64, "0")}` }, "latest"])
      .then((result) => {
        if (gone) return;
        const known = typeof result === "string" && /^0x[0-9a-f]{64}$/i.test(result);
        setRead({ of: address, balance: known ? BigInt(result) : null });
      }, () => { if (!gone) setRead((before) => before?.of === address ? before : { of: address, balance: null }); });
    void look();
    const often = setInterval(() => { if (!document.hidden) void look(); }, 15_000);
    return () => {
      gone = true;
      clearInterval(often);
    };
  }, [connected, address, asset, turn, asked]);
  // Ignore a balance that was read for another account.
  return [read && read.of === address ? read.balance : undefined, () => ask((n) => n + 1)];
}
