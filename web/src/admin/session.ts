import { ask, onSignedOut, Refusal } from "./ask";
import type { Session } from "./answers";
import { cell } from "./cell";
import { forget, type Signer } from "./signer";

/** Standing is how the visitor stands with the server. */
export type Standing =
  | { kind: "asking" } // not known yet
  | { kind: "out" }
  | { kind: "in"; session: Session }
  | { kind: "ended"; session: Session }; // was in: what is on the page stays behind the sign-in

export const standing = cell<Standing>({ kind: "asking" });

onSignedOut(() => {
  leave();
  const now = standing.value;
  if (now.kind === "in") standing.set({ kind: "ended", session: now.session });
  else if (now.kind === "asking") standing.set({ kind: "out" });
});

// When the session of before ends, so that nobody without one is asked for it.
const kept = "mint402.admin.until";

function mayBeIn(): boolean {
  try { return Date.parse(localStorage.getItem(kept) ?? "") > Date.now(); } catch { return true; }
}

function enter(session: Session): void {
  try { localStorage.setItem(kept, session.expiresAt); } catch { /* then the server is asked */ }
  standing.set({ kind: "in", session });
}

function leave(): void {
  try { localStorage.removeItem(kept); } catch { /* there is none */ }
}

/** look asks whether a session of before is still good. */
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
 * signIn asks for a message, has it signed and presents it. Each message is good
 * for one try; after a refusal the next try asks for a new one.
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
