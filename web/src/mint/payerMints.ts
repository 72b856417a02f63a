import { useEffect, useState } from "preact/hooks";
import { recall } from "./recall";

/** PayerMints are a payer's mints of the launch, as the server counts them; see server/api/payermints.go. */
export interface PayerMints { payer: string; mints: number; tokens: string; place?: number; latest?: string }

/**
 * usePayerMints reads the mints of the payer, or of the account that minted here before. It reads
 * again when turn changes. The returned function forgets that account.
 */
export function usePayerMints(slug: string, token: string, payer: string | undefined, turn: unknown): [PayerMints | undefined, () => void] {
  const [read, setRead] = useState<PayerMints>();
  const [, changed] = useState(0);
  const who = payer ?? recall(token);
  useEffect(() => {
    if (!who) return;
    const stop = new AbortController();
    fetch(`/launches/${encodeURIComponent(slug)}/payers/${who}`, { headers: { Accept: "application/json" }, cache: "no-store", signal: stop.signal })
      .then(async (answer) => { if (answer.ok) setRead(await answer.json() as PayerMints); })
      .catch(() => { /* offline: the next turn reads it */ });
    return () => stop.abort();
  }, [slug, who, turn]);
  const forget = () => {
    recall(token, "");
    changed((n) => n + 1);
  };
  return [read && who && read.mints > 0 && read.payer.toLowerCase() === who.toLowerCase() ? read : undefined, forget];
}
