// Random histories of a payer, a wallet, tabs, a network and a server, each from a seed.
// They check the law of a purchase: no second signature is used while the first payment
// may still be charged, unless the payer forgot it; and a signed payment is stored before
// it is sent, until the server has decided.
//
//	HISTORIES=5000 FIRST=0 npm test
import assert from "node:assert/strict";
import { test } from "node:test";

import { WalletError } from "../wallet";
import type { Order, Payment } from "./payment";
import { PaymentStore, type StorageArea } from "./paymentStore";
import { type Browser, Purchase } from "./purchase";
import { isOpen } from "./state";
import { chain, connected, fault, launch, Memory, offer, payment, refusal, turn } from "./testing";

/** Known is what a history knows of a payment that was signed. */
interface Known extends Payment {
  stored: boolean; // the browser's store took it
  discarded: boolean; // signed after its attempt was given up
  told: boolean; // an answer that decides it arrived
  given: boolean; // the payer forgot it, or was warned that the browser stores nothing
}

/** Page is one tab. */
interface Page {
  purchase: Purchase;
  dead: boolean;
  asked: number; // open requests to the wallet
}

class History {
  readonly #random: () => number;
  readonly #memory = new Memory();
  readonly #signed: Known[] = [];
  readonly #orders = new Map<string, { order: Order; charged: boolean }>(); // by header
  readonly #pages: Page[] = [];
  #locks: { page: Page; start: () => void; free: () => void }[] = []; // the first one holds the lock
  readonly #hasLocks: boolean;
  readonly #full: boolean; // the browser stores nothing
  #calm = false; // nothing goes wrong anymore
  #failed: unknown;
  log: string[] = [];

  constructor(readonly seed: number) {
    this.#random = mulberry(seed);
    this.#hasLocks = !this.#chance(0.15);
    // Without locks and without a store, no tab can know of another's payment.
    this.#full = this.#hasLocks && this.#chance(0.1);
    this.log.push(`${this.#hasLocks ? "with" : "without"} locks, ${this.#full ? "without" : "with"} a store`);
  }

  async run(): Promise<void> {
    this.#open();
    const steps = 15 + this.#below(60);
    for (let n = 0; n < steps; n++) {
      this.#act();
      for (let k = this.#below(4); k > 0; k--) await turn();
      this.#progress();
      this.#check();
    }
    // From now on all goes well: each payment reaches its end.
    this.#calm = true;
    for (const page of this.#pages) this.#close(page);
    if (!this.#full) {
      for (let n = 0; n < 6; n++) {
        const page = this.#open();
        for (let k = 0; k < 60 && (isOpen(page.purchase.state) || page.purchase.state.at === "mined"); k++) {
          await turn();
          this.#progress();
        }
        this.#close(page);
      }
      this.#assert(this.#store(undefined).undecided() === undefined, "a payment is still undecided at the end");
    }
    await turn();
    this.#check();
    if (this.#failed) throw this.#failed;
  }

  /** act is what the payer does next. */
  #act(): void {
    const page = this.#pages.filter((p) => !p.dead)[this.#below(3)] ?? this.#open();
    const { purchase } = page, at = purchase.state.at;
    const action = this.#pick(["mint", "mint", "mint", "double", "cancel", "again", "dismiss", "forget", "reload", "reload", "close", "open", "look"] as const);
    this.log.push(`tab ${this.#pages.indexOf(page)}, ${at}: ${action}`);
    switch (action) {
      case "mint":
        return purchase.mint(connected, 1 + this.#below(2));
      case "double":
        purchase.mint(connected, 1);
        return purchase.mint(connected, 1);
      case "cancel":
        return purchase.cancel();
      case "again":
        return purchase.again();
      case "dismiss":
        return purchase.dismiss();
      case "forget": {
        if (!this.#chance(0.3) || !("payment" in purchase.state)) return;
        const { id } = purchase.state.payment;
        this.#signed.filter((s) => s.id === id).forEach((s) => { s.given = true; });
        return purchase.forget();
      }
      case "reload":
        this.#close(page);
        this.#open();
        return;
      case "close":
        return this.#close(page);
      case "open":
        if (this.#pages.filter((p) => !p.dead).length < 3) this.#open();
        return;
      case "look":
        return purchase.elsewhere();
    }
  }

  #open(): Page {
    const page: Page = { purchase: undefined as unknown as Purchase, dead: false, asked: 0 };
    page.purchase = new Purchase(launch, chain, this.#store(page), this.#browser(page));
    this.#pages.push(page);
    page.purchase.open();
    return page;
  }

  /** close is a closed or reloaded tab, or a browser that was killed: none of its code has an effect anymore. */
  #close(page: Page): void {
    if (page.dead) return;
    page.dead = true;
    for (const lock of this.#locks.filter((l) => l.page === page)) lock.free();
    const { state } = page.purchase;
    if (isOpen(state) && !page.purchase.stored) {
      this.#signed.filter((s) => s.id === state.payment.id).forEach((s) => { s.given = true; }); // the page had warned the payer
    }
  }

  #store(page: Page | undefined): PaymentStore {
    const memory = this.#memory, now = (change: () => void, name: string) => {
      if (page?.dead) return;
      if (this.#full) throw new Error("the quota is used up");
      change();
      this.log.push(`tab ${page ? this.#pages.indexOf(page) : "-"} writes ${name.slice(-2)}: ${memory.getItem(name)?.match(/"state":"(\w+)"/)?.[1] ?? memory.has(name)}`);
      for (const other of this.#pages) if (other !== page) setImmediate(() => { if (!other.dead && name.length > 0) other.purchase.elsewhere(); });
      if (page && !this.#calm && this.#chance(0.03)) this.#close(page); // at the worst moment
    };
    const area: StorageArea = {
      get length() { return memory.length; },
      key: (n) => memory.key(n),
      getItem: (name) => memory.getItem(name),
      setItem: (name, value) => now(() => memory.setItem(name, value), name),
      removeItem: (name) => now(() => memory.removeItem(name), name),
    };
    return new PaymentStore(area, chain.chainId, launch.token);
  }

  #browser(page: Page): Browser {
    const never = new Promise<never>(() => {});
    return {
      now: () => 1_000_000,
      wait: async (_, signal) => {
        for (let n = 1 + this.#below(3); n > 0 && !signal.aborted; n--) await turn();
        if (page.dead) await never;
      },
      locked: (_, ifFree, run) => this.#hasLocks ? this.#locked(page, ifFree, run) : run().then(() => true),
      sign: async ({ quantity }, _, asking) => {
        if (page.dead) await never;
        asking({ payer: connected.address, payTo: launch.token, validBefore: 2000 });
        const elsewhere = this.#pages.some((p) => p !== page && !p.dead && p.asked > 0 && p.purchase.state.at === "signing");
        if (this.#hasLocks) { // without them, a second signature may be asked for, but is not used
          this.#assert(!elsewhere, "two wallets are asked at once");
          this.#assert(this.#chargeable().length === 0, "a wallet is asked while a payment may still be charged");
        }
        this.#assert(page.purchase.state.at === "signing", "a wallet is asked for an attempt that was given up");
        const attempt = page.purchase.state.at === "signing" ? page.purchase.state.attempt : 0;
        page.asked++;
        for (let n = this.#below(8); n > 0; n--) await turn();
        page.asked--;
        if (!this.#calm && this.#chance(0.15)) throw new WalletError(4001, "declined");
        if (!this.#calm && this.#chance(0.1)) await never;
        const { state } = page.purchase;
        const made: Known = { ...payment(this.#signed.length + 1, quantity), stored: false, told: false, given: false,
          discarded: page.dead || state.at !== "signing" || state.attempt !== attempt };
        this.#signed.push(made);
        const { stored: _s, told: _t, given: _g, discarded: _d, ...plain } = made;
        return plain;
      },
      fetch: async (input, init) => {
        const url = String(input), header = new Headers(init?.headers).get("PAYMENT-SIGNATURE");
        if (header) this.#sending(page, header, url);
        const broken = () => { if (page.dead || init?.signal?.aborted) throw new TypeError("aborted"); };
        const slow = async () => { for (let n = this.#below(4); n > 0; n--) { await turn(); broken(); } };
        if (!this.#calm && this.#chance(0.12)) { await slow(); throw new TypeError("connection refused"); }
        await slow();
        broken();
        const response = header ? this.#pay(header) : url.startsWith("/orders/") ? this.#order(url.slice("/orders/".length)) : this.#quote(Number(url.match(/quantity=(\d+)/)?.[1] ?? 1));
        await slow();
        broken();
        if (!this.#calm && this.#chance(0.12)) throw new TypeError("connection reset"); // the answer is lost
        if (header ?? url.startsWith("/orders/")) this.#told(header ?? this.#signed.find((s) => s.id === url.slice("/orders/".length))?.header ?? "", response.clone());
        return response;
      },
    };
  }

  #locked(page: Page, ifFree: boolean, run: () => Promise<void>): Promise<boolean> {
    if (page.dead) return new Promise(() => {});
    if (ifFree && this.#locks.length > 0) return Promise.resolve(false);
    return new Promise((resolve, reject) => {
      let started = false;
      const lock = {
        page,
        start: () => {
          if (started) return;
          started = true;
          void run().then(() => { lock.free(); resolve(true); }, (error: unknown) => { lock.free(); reject(error); });
        },
        free: () => {
          const first = this.#locks[0] === lock;
          this.#locks = this.#locks.filter((l) => l !== lock);
          if (first) setImmediate(() => this.#locks[0]?.start());
        },
      };
      this.#locks.push(lock);
      if (this.#locks[0] === lock) lock.start();
    });
  }

  #quote(quantity: number): Response {
    const right = () => offer(String(100_000 * quantity));
    if (this.#calm) return right();
    return this.#pick([right, right, right, () => offer(String(100_001 * quantity)), () => fault(410, "sold_out", { left: 0 }), () => fault(503, "busy"),
      () => new Response("<h1>Bad gateway</h1>", { status: 502 })])();
  }

  /** pay is the server: it takes a payment, refuses it, or says nothing that decides. */
  #pay(header: string): Response {
    const known = this.#orders.get(header);
    if (known) return Response.json(known.order, { status: known.order.state === "claimed" ? 202 : 200 });
    const take = () => {
      const order: Order = { paymentId: this.#signed.find((s) => s.header === header)!.id, state: "claimed", final: false, tokens: "5000", symbol: "PING" };
      this.#orders.set(header, { order, charged: false });
      return Response.json(order, { status: 202 });
    };
    if (this.#calm) return take();
    return this.#pick([take, take, take, take, () => refusal("invalid_exact_evm_insufficient_balance"), () => fault(410, "sold_out", { left: 0 }), () => fault(403, "not_open"),
      () => fault(503, "busy"), () => fault(503, "internal"), () => new Response("", { status: 403 }), () => new Response("<html>", { status: 200 }), () => new Response("", { status: 504 }),
      () => fault(404, "not_found"), () => fault(429, "busy"), () => new Response("", { status: 409 })])();
  }

  #order(id: string): Response {
    const known = [...this.#orders.values()].find(({ order }) => order.paymentId === id);
    if (!this.#calm && this.#chance(0.1)) return new Response("", { status: 502 });
    return known ? Response.json(known.order) : fault(404, "not_found");
  }

  /** progress moves the server's orders on. */
  #progress(): void {
    for (const [header, known] of this.#orders) {
      const to = (state: Order["state"], final = false) => { known.order = { ...known.order, state, final }; };
      if (!this.#calm && this.#chance(0.5)) continue;
      switch (known.order.state) {
        case "claimed":
          if (this.#calm || this.#chance(0.8)) to("minting");
          else if (this.#chance(0.3)) to("parked");
          else if (this.#chance(0.3)) this.#orders.delete(header); // restored from a backup
          break;
        case "parked":
          to(this.#chance(0.5) ? "claimed" : "voided", false);
          break;
        case "minting":
          if (!this.#calm && this.#chance(0.1)) to(this.#pick(["voided", "refunded"] as const));
          else to("mined");
          break;
        case "mined":
          if (!this.#calm && this.#chance(0.2)) to("claimed"); // a reorg
          else to("minted", true);
          break;
      }
    }
  }

  /** told notes that an answer that decides a payment has arrived. */
  #told(header: string, response: Response): void {
    void response.text().then((text) => {
      const known = this.#signed.find((s) => s.header === header);
      let body: { state?: string; error?: { code?: string } } = {};
      try { body = JSON.parse(text) as typeof body; } catch { /* a proxy's page decides nothing */ }
      const decided = ["mined", "minted", "voided", "refunded"].includes(body.state ?? "")
        || (response.status === 402 && response.headers.has("PAYMENT-REQUIRED")) || ([403, 410].includes(response.status) && body.error !== undefined);
      if (!known || !decided) return;
      known.told = true;
      this.log.push(`${header} is decided: ${response.status} ${body.state ?? ""}`);
    });
    // The text of a Response arrives some microtasks later than here; the page reads the same one.
  }

  #sending(page: Page, header: string, url: string): void {
    if (page.dead) return;
    this.log.push(`tab ${this.#pages.indexOf(page)} sends ${header}`);
    const known = this.#signed.find((s) => s.header === header);
    this.#assert(known !== undefined, "a payment is sent that no wallet signed");
    this.#assert(!known!.discarded, "a signature is used whose attempt was given up");
    this.#assert((url.match(/quantity=(\d+)/)?.[1] ?? "1") === String(known!.quantity), "a payment is sent for another quantity");
    this.#assert(this.#full || known!.given || known!.told || this.#store(undefined).all().some((p) => p.header === header), "a payment is sent that is not stored");
    known!.stored = true;
    // Without locks, several tabs send one payment. One that was refused may send another
    // while the rest do not know yet; with locks that cannot happen.
    if (!this.#hasLocks && known!.told) return;
    const others = this.#chargeable().filter((s) => s !== known);
    this.#assert(others.length === 0, `${header} is sent while ${others.map((s) => s.header).join()} may still be charged`);
  }

  /** chargeable returns the payments that were stored or sent, and may still be charged as far as the payer knows. */
  #chargeable(): Known[] {
    const stored = new Set(this.#store(undefined).all().map((p) => p.id));
    for (const s of this.#signed) if (stored.has(s.id)) s.stored = true;
    return this.#signed.filter((s) => s.stored && !s.told && !s.given);
  }

  #check(): void {
    const stored = this.#store(undefined).all();
    for (const s of this.#chargeable()) {
      if (!this.#full) this.#assert(stored.some((p) => p.id === s.id), `${s.header} was forgotten before the server decided`);
    }
  }

  #assert(holds: boolean, law: string): void {
    if (holds || this.#failed) return;
    this.#failed = new assert.AssertionError({ message: `seed ${this.seed}: ${law}\n${[this.log[0], ...this.log.slice(1).slice(-30)].join("\n")}` });
  }

  #chance(p: number): boolean { return this.#random() < p; }
  #below(n: number): number { return Math.floor(this.#random() * n); }
  #pick<T>(all: readonly T[]): T { return all[this.#below(all.length)]!; }
}

function mulberry(seed: number): () => number {
  let a = seed * 2654435761;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

test("in no history are two signatures used for one purchase, and no signed payment is forgotten", async () => {
  const first = Number(process.env.FIRST ?? 0), histories = Number(process.env.HISTORIES ?? 150);
  for (let seed = first; seed < first + histories; seed++) await new History(seed).run();
});
