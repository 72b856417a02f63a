// Transactions that a wallet sent from this page. Each is polled until it is in a
// block, even after its dialog is closed or the page is reloaded.
import type { Transaction } from "./answers";
import { ask } from "./ask";
import { observable } from "./observable";
import { toast } from "./toast";
import { refresh } from "./health";
import { standing } from "./session";

export interface Sent extends Transaction {
  hash: string;
  label: string; // "Withdraw from Ping"
  chainId?: number; // missing: the first network's
  at: number;
}

const kept = "mint402.admin.sent";

export const sent = observable<Sent[]>(restore());

function restore(): Sent[] {
  try { return JSON.parse(sessionStorage.getItem(kept) ?? "[]") as Sent[]; } catch { return []; }
}

function put(all: Sent[]): void {
  sent.set(all.slice(-12));
  try { sessionStorage.setItem(kept, JSON.stringify(sent.value)); } catch { /* storage is blocked: a reload loses it */ }
}

/** follow starts to poll a transaction. */
export function follow(hash: string, label: string, chainId: number): void {
  put([...sent.value.filter((s) => s.hash !== hash), { hash, label, chainId, at: Date.now(), status: "pending" }]);
  wake();
}

let looking = false;
standing.subscribe(() => wake());

/** wake polls the pending transactions, and stops when there are no more. */
function wake(): void {
  if (looking || standing.value.kind !== "in" || !sent.value.some((s) => s.status === "pending")) return;
  looking = true;
  setTimeout(() => void round(), 700);
}

async function round(): Promise<void> {
  for (const one of sent.value.filter((s) => s.status === "pending")) {
    let now: Transaction;
    try { now = await ask<Transaction>(`/transactions/${one.hash}${one.chainId ? `?chain=${one.chainId}` : ""}`); } catch { continue; } // the next round asks again
    if (now.status === "pending") continue;
    put(sent.value.map((s) => (s.hash === one.hash ? { ...s, ...now } : s)));
    if (now.status === "mined") toast(`${one.label}: done.`, "good");
    else toast(`${one.label}: the chain refused it. ${now.reason ?? ""}`.trim(), "stop");
    await refresh();
  }
  looking = false;
  wake();
}
