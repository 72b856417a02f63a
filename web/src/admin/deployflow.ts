// The steps of a deployment: signed, sent, mined, on sale. The state after each step
// is returned before the next step, so that it can be stored. A step reads the chain
// before it asks for a signature: the address is known in advance, so a launch is not
// deployed twice.
import type { Form, Launch, Preview, Transaction } from "./answers";
import { same } from "./figures";

/** Step is the next thing to do: sign, let the server deploy, wait for a block, put on sale, nothing. */
export type Step = "signing" | "server" | "sent" | "registering" | "done";

/** Deployment is a launch on its way to the sale. It is stored in the browser after each step. */
export interface Deployment {
  form: Form; // as submitted
  by: "wallet" | "server";
  step: Step;
  token: string;
  chainId?: number; // of the transaction that was confirmed
  slug: string;
  hash?: string;
  block?: number;
  /** stopped is the reason why it stopped at a step and needs the user. */
  stopped?: string;
}

/** DeployAPI is the server, the wallet and the clock as next uses them. Tests replace it. */
export interface DeployAPI {
  preview(form: Form): Promise<Preview>;
  /** send lets the wallet sign and send the transaction, and returns the hash. */
  send(transaction: Preview["transaction"]): Promise<string>;
  transaction(hash: string, chainId?: number): Promise<Transaction>;
  register(d: Deployment): Promise<Launch>;
  /** deploy lets the server do every step. A second call finds the result of the first. */
  deploy(form: Form): Promise<{ token: string; transaction?: string; block?: number; launch: Launch }>;
  wait(): Promise<void>;
}

/** begun returns a deployment at its first step. */
export function begun(form: Form, preview: Preview, by: Deployment["by"]): Deployment {
  return { form, by, step: preview.deployed ? "registering" : by === "server" ? "server" : "signing", token: preview.token, chainId: preview.transaction.chainId, slug: preview.slug };
}

// The address follows from the terms: a different address means different terms.
const changed = "The terms are not what you confirmed: the server fills in other values now. Nothing was signed. Go back to the form and check the terms.";

/** next takes one step. On an error the deployment stays at its step. */
export async function next(d: Deployment, api: DeployAPI): Promise<Deployment> {
  switch (d.step) {
    case "signing": {
      const preview = await api.preview(d.form);
      if (!same(preview.token, d.token) || (d.chainId ?? preview.transaction.chainId) !== preview.transaction.chainId) return { ...d, stopped: changed };
      if (preview.deployed) return { ...d, step: "registering" };
      return { ...d, step: "sent", hash: await api.send(preview.transaction) };
    }
    case "sent": {
      await api.wait();
      const { status, block, reason } = await api.transaction(d.hash!, d.chainId);
      if (status === "mined") return { ...d, step: "registering", block };
      // Another transaction may have deployed it: a replacement from the wallet, or a multisig's.
      const { token, deployed } = await api.preview(d.form);
      if (deployed && same(token, d.token)) return { ...d, step: "registering" };
      if (status === "pending") return d;
      return { ...d, step: "signing", hash: undefined, stopped: `The chain refused the deployment. ${reason ?? ""} Only gas was spent. You can try again.`.replace("  ", " ") };
    }
    case "registering":
      return { ...d, step: "done", slug: (await api.register(d)).slug };
    case "server": {
      if (!same((await api.preview(d.form)).token, d.token)) return { ...d, stopped: changed };
      const { token, transaction, block, launch } = await api.deploy(d.form);
      return { ...d, step: "done", token, hash: transaction, block, slug: launch.slug };
    }
    case "done":
      return d;
  }
}
