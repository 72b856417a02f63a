// The deployment that is under way in this browser. Where it stands is stored
// before each step, so that a reload goes on where it was.
import type { Form, Launch, Preview, Transaction } from "./answers";
import { ask, Refusal } from "./ask";
import { cell } from "./cell";
import { begun, next, type Deployment, type Road } from "./course";
import { refresh } from "./health";
import { network } from "./page";
import { standing } from "./session";
import { signer } from "./signer";

const kept = `mint402.admin.deployment.${network.chainId}`;

function restore(): Deployment | null {
  try { return JSON.parse(localStorage.getItem(kept) ?? "null") as Deployment | null; } catch { return null; }
}

export const deployment = cell<Deployment | null>(restore());
/** trouble is why it stands still; null while it goes on. */
export const trouble = cell<unknown>(null);
export const going = cell(false);

const road: Road = {
  preview: (form) => ask<Preview>("/launches/preview", { body: form }),
  async send(transaction) {
    if (!signer.value) throw new Refusal(0, "no_wallet", "No wallet is connected. Choose one, and go on.");
    return signer.value.send(transaction);
  },
  async transaction(hash) {
    try {
      return await ask<Transaction>("/transactions/" + hash);
    } catch (error) {
      if (error instanceof Refusal && error.status === 0) return { status: "pending" }; // no answer: it is asked again
      throw error;
    }
  },
  async register({ token, slug, form: { description, image } }) {
    return (await ask<{ launch: Launch }>("/launches/register", { body: { token, slug, description, image } })).launch;
  },
  deploy: (form) => ask("/launches", { body: form }),
  wait: () => new Promise((resolve) => setTimeout(resolve, 1000)),
};

function put(now: Deployment | null): void {
  deployment.set(now);
  try {
    if (now) localStorage.setItem(kept, JSON.stringify(now));
    else localStorage.removeItem(kept);
  } catch { /* a reload then finds it by its address */ }
}

export function begin(form: Form, preview: Preview, by: Deployment["by"]): void {
  put(begun(form, preview, by));
  void go();
}

/** abandon forgets where it stood; the chain does not. */
export function abandon(): void {
  put(null);
  trouble.set(null);
}

/** resume goes on after a reload, except where somebody has to sign or pay. */
export function resume(): void {
  const step = deployment.value?.step;
  if (step === "sent" || step === "registering") void go();
}

// A session that ended is no reason to stand still once there is another.
standing.subscribe((now) => {
  if (now.kind === "in" && trouble.value instanceof Refusal && trouble.value.status === 401) resume();
});

/** go takes every step that is left. A second call while it runs does nothing. */
export async function go(): Promise<void> {
  if (going.value) return;
  going.set(true);
  trouble.set(null);
  try {
    for (let now = deployment.value; now && now.step !== "done"; now = deployment.value) {
      const then = await next({ ...now, stopped: undefined }, road);
      // What was abandoned meanwhile is not taken up by an answer that came late.
      if (deployment.value?.token !== now.token) break;
      put(then);
      if (then.stopped) throw new Refusal(0, "reverted", then.stopped);
    }
    await refresh();
  } catch (error) {
    trouble.set(error);
  }
  going.set(false);
}
