// The course of a deployment: signed, sent, mined, on sale. Each step says where it
// stands before the next is taken, and looks at the chain before it asks anybody
// to sign: the address is known beforehand, so nothing is deployed twice.
import type { Form, Launch, Preview, Transaction } from "./answers";
import { same } from "./figures";

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

// The address follows from the terms: another one is of other terms than were confirmed.
const changed = "What would be deployed is not what you confirmed: the server fills in other terms by now. Go back to the form and look at them again.";

/** next takes one step. */
export async function next(d: Deployment, road: Road): Promise<Deployment> {
  switch (d.step) {
    case "signing": {
      const preview = await road.preview(d.form);
      if (!same(preview.token, d.token)) return { ...d, stopped: changed };
      if (preview.deployed) return { ...d, step: "registering" };
      return { ...d, step: "sent", hash: await road.send(preview.transaction) };
    }
    case "sent": {
      await road.wait();
      const { status, block, reason } = await road.transaction(d.hash!);
      if (status === "mined") return { ...d, step: "registering", block };
      // Another transaction may have deployed it: one sped up in the wallet, or a multisig's.
      const { token, deployed } = await road.preview(d.form);
      if (deployed && same(token, d.token)) return { ...d, step: "registering" };
      if (status === "pending") return d;
      return { ...d, step: "signing", hash: undefined, stopped: `The chain refused the deployment. ${reason ?? ""} Only gas was spent; you can try again.`.replace("  ", " ") };
    }
    case "registering":
      return { ...d, step: "done", slug: (await road.register(d)).slug };
    case "server": {
      if (!same((await road.preview(d.form)).token, d.token)) return { ...d, stopped: changed };
      const { token, transaction, block, launch } = await road.deploy(d.form);
      return { ...d, step: "done", token, hash: transaction, block, slug: launch.slug };
    }
    case "done":
      return d;
  }
}
