import { ask, onSignedOut, Refusal } from "./ask";
import type { Session } from "./answers";
import { observable } from "./observable";
import { forget, type Signer } from "./signer";

/** Standing is the visitor's sign-in state. */
export type Standing =
  | { kind: "asking" } // not known yet
  | { kind: "out" }
  | { kind: "in"; session: Session }
  | { kind: "ended"; session: Session }; // the session ended: the page stays, behind the sign-in dialog

export const standing = observable<Standing>({ kind: "asking" });

onSignedOut(() => {
  leave();
  const now = standing.value;
  if (now.kind === "in") standing.set({ kind: "ended", session: now.session });
  else if (now.kind === "asking") standing.set({ kind: "out" });
});

// The end of the last session is stored, so that a visitor without one causes no
// request.
const kept = "mint402.admin.until";

function mayBeIn(): boolean {
  try { return Date.parse(localStorage.getItem(kept) ?? "") > Date.now(); } catch { return true; }
}

function enter(session: Session): void {
  try { localStorage.setItem(kept, session.expiresAt); } catch { /* storage is blocked: a reload asks the server */ }
  standing.set({ kind: "in", session });
}

function leave(): void {
  try { localStorage.removeItem(kept); } catch { /* it was never stored */ }
}

/** look asks the server whether an earlier session is still valid. */
export async function look(): Promise<void> {
  if (!mayBeIn()) {
    standing.set({ kind: "out" });
    return;
  }
  try {
    enter(await ask<Session>("/session"));
  } catch (error) {
    if (!(error instanceof Refusal && error.status === 401)) throw error;
    standing.set({ kind: "out" });
  }
}

/**
 * signIn requests a message, gets it signed and sends the signature. Each message is
 * valid for one try; after a refusal, the next try requests a new one.
 */
export async function signIn(who: Signer, saying: (step: "asking" | "signing" | "checking") => void): Promise<void> {
  saying("asking");
  const { message } = await ask<{ message: string }>("/nonce", { body: { address: who.address } });
  saying("signing");
  const signature = await who.sign(message);
  saying("checking");
  enter(await ask<Session>("/session", { body: { message, signature } }));
}

export async function signOut(): Promise<void> {
  await ask("/session", { method: "DELETE" });
  leave();
  forget();
  standing.set({ kind: "out" });
}
