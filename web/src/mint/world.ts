import assert from "node:assert/strict";
import { afterEach } from "node:test";

import type { Payment } from "./payment";
import { PaymentStore } from "./paymentStore";
import { type Browser, Purchase } from "./purchase";
import { chain, connected, launch, Memory, offer, payment, receipt, turn } from "./testing";

/** World is a server, a wallet and a browser's storage, with as many tabs as are opened. */
export class World {
  readonly memory = new Memory();
  readonly sent: string[] = []; // payment headers, in order
  readonly events: string[] = [];
  signatures = 0;
  /** The server's answer to a payment; throws if it does not answer. */
  pays: (header: string, n: number) => Response = () => receipt("minted");
  orders: () => Response = () => receipt("minted");
  price = "100000";
  #running = Promise.resolve();
  #busy = 0;
  #ended = false;
  readonly #tabs: Purchase[] = [];

  constructor() {
    worlds.push(this);
    const set = this.memory.setItem.bind(this.memory);
    this.memory.setItem = (name, value) => { this.events.push("stored"); set(name, value); };
  }

  /** end stops all tabs. */
  end() {
    this.#ended = true;
    for (const tab of this.#tabs) tab.forget();
  }

  browser: Browser = {
    now: () => 1_000_000,
    wait: () => this.#ended ? new Promise(() => {}) : turn(),
    locked: (_, ifFree, run) => {
      if (ifFree && this.#busy > 0) return Promise.resolve(false);
      this.#busy++;
      const turn = this.#running.then(run).finally(() => { this.#busy--; });
      this.#running = turn.catch(() => {});
      return turn.then(() => true);
    },
    fetch: async (url, init) => {
      const header = new Headers(init?.headers).get("PAYMENT-SIGNATURE");
      if (header) {
        this.events.push("sent");
        this.sent.push(header);
        return this.pays(header, this.sent.length);
      }
      return String(url).startsWith("/orders/") ? this.orders() : offer(this.price);
    },
    sign: async ({ quantity }, _, asking): Promise<Payment> => {
      asking({ payer: connected.address, payTo: launch.token, validBefore: 2000 });
      await turn();
      return payment(++this.signatures, quantity);
    },
  };

  get payments(): PaymentStore {
    return new PaymentStore(this.memory, chain.chainId, launch.token);
  }

  tab(): Purchase {
    const tab = new Purchase(launch, chain, this.payments, this.browser);
    this.#tabs.push(tab);
    return tab;
  }
}

const worlds: World[] = [];
afterEach(() => worlds.splice(0).forEach((w) => w.end()));

/** reaches resolves when the purchase is at a state. It fails if that takes too long. */
export function reaches(purchase: Purchase, at: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let there = false;
    const look = () => {
      if (purchase.state.at !== at) return;
      there = true;
      resolve();
    };
    purchase.subscribe(look);
    look();
    void (async () => {
      for (let n = 0; n < 5000 && !there; n++) await turn();
      if (!there) reject(new assert.AssertionError({ message: `it stays at ${purchase.state.at}, and never is ${at}` }));
    })();
  });
}
