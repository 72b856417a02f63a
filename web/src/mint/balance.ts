import { useEffect, useState } from "preact/hooks";

import type { Connected } from "../wallet";

/**
 * useBalance is what the account holds of the asset, as its own wallet tells;
 * undefined where a wallet does not. It only warns: the server and the contract
 * look for themselves.
 */
export function useBalance(connected: Connected | undefined, asset: string, turn: unknown): [bigint | undefined, () => void] {
  const [balance, setBalance] = useState<bigint>();
  const [asked, ask] = useState(0);
  const address = connected?.address;
  useEffect(() => {
    if (!connected || !address) return setBalance(undefined);
    let gone = false;
    const read = () => connected.request<unknown>("eth_call", [{ to: asset, data: `0x70a08231${address.slice(2).toLowerCase().padStart(64, "0")}` }, "latest"])
      .then((result) => {
        if (!gone && typeof result === "string" && /^0x[0-9a-f]{64}$/i.test(result)) setBalance(BigInt(result));
      }, () => { /* it stays unknown */ });
    void read();
    const often = setInterval(() => { if (!document.hidden) void read(); }, 15_000);
    return () => {
      gone = true;
      clearInterval(often);
    };
  }, [connected, address, asset, turn, asked]);
  return [balance, () => ask((n) => n + 1)];
}
