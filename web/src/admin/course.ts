// The course of a deployment: signed, sent, mined, on sale. Each step says where it
// stands before the next is taken, and looks at the chain before it asks anybody
// to sign: the address is known beforehand, so nothing is deployed twice.
import type { Form, Launch, Preview, Transaction } from "./answers";

export interface Deployment {
  form: Form; // as asked
  by: "wallet" | "server";
  step: "signing" | "server" | "sent" | "registering" | "done";
  token: string;
  slug: string;
  hash?: string;
  block?: number;
  /** stopped is why it went back to a step, and waits for somebody. */
  stopped?: string;
}

/** Road is what the course needs of the world. */
export interface Road {
  preview(form: Form): Promise<Preview>;
  /** send has the wallet sign and send, and answers with the hash. */
  send(transaction: Preview["transaction"]): Promise<string>;
  transaction(hash: string): Promise<Transaction>;
  register(d: Deployment): Promise<Launch>;
  /** deploy has the server do it all; a second time finds what the first one did. */
  deploy(form: Form): Promise<{ token: string; transaction?: string; block?: number; launch: Launch }>;
  wait(): Promise<void>;
}

export function begun(form: Form, preview: Preview, by: Deployment["by"]): Deployment {
  return { form, by, step: preview.deployed ? "registering" : by === "server" ? "server" : "signing", token: preview.token, slug: preview.slug };
}

/** next takes one step. */
export async function next(d: Deployment, road: Road): Promise<Deployment> {
  switch (d.step) {
    case "signing": {
      const preview = await road.preview(d.form);
      if (preview.deployed) return { ...d, step: "registering" };
      return { ...d, step: "sent", hash: await road.send(preview.transaction) };
    }
    case "sent": {
      await road.wait();
      const { status, block, reason } = await road.transaction(d.hash!);
      if (status === "mined") return { ...d, step: "registering", block };
      // Another transaction may have deployed it: one sped up in the wallet, or a multisig's.
      if ((await road.preview(d.form)).deployed) return { ...d, step: "registering" };
      if (status === "pending") return d;
      return { ...d, step: "signing", hash: undefined, stopped: `The chain refused the deployment. ${reason ?? ""} Only gas was spent; you can try again.`.replace("  ", " ") };
    }
    case "registering":
      return { ...d, step: "done", slug: (await road.register(d)).slug };
    case "server": {
      const { token, transaction, block, launch } = await road.deploy(d.form);
      return { ...d, step: "done", token, hash: transaction, block, slug: launch.slug };
    }
    case "done":
      return d;
  }
}
