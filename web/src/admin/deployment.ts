// The current deployment of this browser. Its state is stored before each step, so
// that it continues from there after a reload.
import type { Form, Launch, Preview, Transaction } from "./answers";
import { ask, Refusal } from "./ask";
import { observable } from "./observable";
import { begun, next, type Deployment, type DeployAPI } from "./deployflow";
import { health, refresh } from "./health";
import { network } from "./page";
import { standing } from "./session";
import { signer } from "./signer";

const kept = `mint402.admin.deployment.${network.chainId}`;

function restore(): Deployment | null {
  try { return JSON.parse(localStorage.getItem(kept) ?? "null") as Deployment | null; } catch { return null; }
}

export const deployment = observable<Deployment | null>(restore());
/** trouble is the error that stopped it, or null. */
export const trouble = observable<unknown>(null);
export const going = observable(false);

const api: DeployAPI = {
  preview: (form) => ask<Preview>("/launches/preview", { body: form }),
  async send(transaction) {
    if (!signer.value) throw new Refusal(0, "no_wallet", "No wallet is connected. Choose one to continue.");
    return signer.value.send(transaction);
  },
  async transaction(hash, chainId) {
    try {
      return await ask<Transaction>(`/transactions/${hash}${chainId ? `?chain=${chainId}` : ""}`);
    } catch (error) {
      if (error instanceof Refusal && error.status === 0) return { status: "pending" }; // no answer: ask again
      throw error;
    }
  },
  async register({ token, slug, form }) {
    const { description, image } = form;
    // A creator sends all terms: the server computes the contract's address from them.
    if (health.value.overview?.rules) return (await ask<{ launch: Launch }>("/launches/register", { body: { ...form, slug } })).launch;
    return (await ask<{ launch: Launch }>("/launches/register", { body: { network: form.network, token, slug, description, image } })).launch;
  },
  deploy: (form) => ask("/launches", { body: form }),
  wait: () => new Promise((resolve) => setTimeout(resolve, 1000)),
};

function put(now: Deployment | null): void {
  deployment.set(now);
  try {
    if (now) localStorage.setItem(kept, JSON.stringify(now));
    else localStorage.removeItem(kept);
  } catch { /* after a reload, the form finds it by its address */ }
}

export function begin(form: Form, preview: Preview, by: Deployment["by"]): void {
  put(begun(form, preview, by));
  void go();
}

/** abandon removes the stored state. It does not undo anything on chain. */
export function abandon(): void {
  put(null);
  trouble.set(null);
}

/** resume continues after a reload, except at a step that needs a signature or costs gas. */
export function resume(): void {
  const step = deployment.value?.step;
  if (step === "sent" || step === "registering") void go();
}

// Continue after a new sign-in if the end of the session stopped the deployment.
standing.subscribe((now) => {
  if (now.kind === "in" && trouble.value instanceof Refusal && trouble.value.status === 401) resume();
});

/** go takes all remaining steps. A call while it runs has no effect. */
export async function go(): Promise<void> {
  if (going.value) return;
  going.set(true);
  trouble.set(null);
  try {
    for (let now = deployment.value; now && now.step !== "done"; now = deployment.value) {
      const then = await next({ ...now, stopped: undefined }, api);
      // Ignore a late answer if the deployment was abandoned during the step.
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
