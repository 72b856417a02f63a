import { useObservable } from "./observable";
import { sent } from "./sent";
import { Hex } from "./format";

/** PendingTxs lists the transactions that were sent and are not in a block yet. */
export function PendingTxs() {
  const pending = useObservable(sent).filter((s) => s.status === "pending");
  if (pending.length === 0) return null;
  return (
    <ul class="pending-txs" aria-label="Transactions on their way">
      {pending.map((s) => (
        <li key={s.hash}>
          <span class="spinner" aria-hidden="true" /> {s.label}: sent, waiting for a block <Hex value={s.hash} kind="tx" on={s.chainId} what="transaction hash" />
          {Date.now() - s.at > 120_000 && <small>Not in a block yet. If your wallet is a multisig, the other owners have to confirm there.</small>}
        </li>
      ))}
    </ul>
  );
}
