import assert from "node:assert/strict";
import { test } from "node:test";

import type { Chain, Connected } from "../wallet";
import { type Browser, Purchase } from "./purchase";
import { PaymentStore, type StorageArea } from "./paymentStore";
import type { Payment } from "./payment";
import type { LaunchTerms } from "./terms";

const launch: LaunchTerms = {
  slug: "ping", name: "Ping", symbol: "PING", token: "0x" + "aa".repeat(20), chainId: 84532, asset: { address: "0x" + "bb".repeat(20), symbol: "USDC", decimals: 6 },
  price: { amount: "100000", formatted: "0.10" }, allotment: "5000", allotmentBase: "5000" + "0".repeat(18), cap: { allotments: 1000, tokens: "5000000" }, left: 10, limit: 5, status: "open",
};
const chain: Chain = { chainId: 84532, caip2: "eip155:84532", title: "Base Sepolia", testnet: true };
const required = { x402Version: 2, accepts: [{ scheme: "exact", network: chain.caip2, amount: "100000", asset: launch.asset.address, payTo: launch.token,
  maxTimeoutSeconds: 300, extra: { name: "USDC", version: "2" } }] };
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64");

/** World is a server, a wallet and a browser's store, with as many tabs as are opened. */
class World {
  readonly stored = new Map<string, string>();
  readonly sent: string[] = []; // payment headers, in order
  readonly events: string[] = [];
  signatures = 0;
  /** What the server says to a payment; throws where nobody answers. */
  pays: (header: string, n: number) => Response = () => this.receipt("minted");
  orders: () => Response = () => this.receipt("minted");
  #running = Promise.resolve();
  #busy = 0;

  readonly store: StorageArea = {
    ...({} as { length: number }),
    getItem: (name) => this.stored.get(name) ?? null,
    setItem: (name, value) => { this.events.push("stored"); this.stored.set(name, value); },
    removeItem: (name) => { this.stored.delete(name); },
    key: (n) => [...this.stored.keys()][n] ?? null,
  };

  constructor() {
    Object.defineProperty(this.store, "length", { get: () => this.stored.size });
  }

  receipt(state: string, status = 200): Response {
    return Response.json({ paymentId: "0x" + "01".repeat(32), state, final: state === "minted", tokens: "5000", symbol: "PING" }, { status });
  }

  browser: Browser = {
    now: () => 1_000_000,
    wait: () => turn().then(() => {}),
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
      if (String(url).startsWith("/orders/")) return this.orders();
      return new Response("{}", { status: 402, headers: { "PAYMENT-REQUIRED": encode(required) } });
    },
    sign: async ({ quantity }, _, asking): Promise<Payment> => {
      asking({ payer: connected.address, payTo: launch.token, validBefore: 2000 });
      await turn();
      const n = (++this.signatures).toString(16).padStart(2, "0");
      return { id: "0x" + n.repeat(32), payer: connected.address, quantity, header: `payment ${n}`, validBefore: 2000, signedAt: this.signatures, paid: "0.10 USDC", bought: "5,000 PING" };
    },
  };

  tab(): Purchase {
    return new Purchase(launch, chain, new PaymentStore(this.store, chain.chainId, launch.token), this.browser);
  }
}

const connected = { address: "0x" + "12".repeat(20), chainId: chain.chainId, wallet: { provider: { request: async () => null } } } as unknown as Connected;

/** turn lets everything that is ready run. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** reaches resolves when the purchase is at a state. */
function reaches(purchase: Purchase, at: string): Promise<void> {
  return new Promise((resolve) => {
    const look = () => { if (purchase.state.at === at) resolve(); };
    purchase.subscribe(look);
    look();
  });
}

test("a payment is stored before it is sent, and forgotten once it is final", async () => {
  const world = new World(), purchase = world.tab();
  purchase.mint(connected, 1);
  await reaches(purchase, "final");
  assert.deepEqual(world.events.slice(0, 1), ["stored"]);
  assert.ok(world.events.indexOf("stored") < world.events.indexOf("sent"));
  assert.equal(world.signatures, 1);
  await reaches(purchase, "final");
  await turn();
  assert.equal(world.stored.size, 0);
});

test("a double click signs once", async () => {
  const world = new World(), purchase = world.tab();
  purchase.mint(connected, 1);
  purchase.mint(connected, 1);
  await reaches(purchase, "final");
  assert.equal(world.signatures, 1);
});

test("the same payment is sent until there is an answer, through restarts and proxies", async () => {
  const world = new World(), purchase = world.tab();
  world.pays = (_, n) => {
    if (n === 1) throw new TypeError("connection refused");
    if (n === 2) return new Response("<h1>Bad gateway</h1>", { status: 502 });
    if (n === 3) return Response.json({ error: { code: "internal", message: "" } }, { status: 503 });
    return world.receipt("minted");
  };
  purchase.mint(connected, 1);
  await reaches(purchase, "final");
  assert.deepEqual(world.sent, Array(4).fill("payment 01"));
  assert.equal(world.signatures, 1);
});

test("a reload between signature and answer goes on with the payment, and needs no wallet", async () => {
  const world = new World(), before = world.tab();
  world.pays = () => { throw new TypeError("connection refused"); };
  before.mint(connected, 1);
  await reaches(before, "sending");
  const after = new World();
  for (const [name, value] of world.stored) after.stored.set(name, value);
  const purchase = after.tab();
  purchase.open();
  await reaches(purchase, "final");
  assert.deepEqual([after.signatures, after.sent], [0, ["payment 01"]]);
  before.forget();
});

test("a second tab does not sign while the first one does, and shows what the first one sends", async () => {
  const world = new World(), one = world.tab(), two = world.tab();
  let answer = (_: Response) => {};
  world.browser.fetch = ((ask) => (url, init) => new Headers(init?.headers).has("PAYMENT-SIGNATURE")
    ? new Promise<Response>((resolve) => { world.sent.push("payment"); answer = resolve; }) : ask(url, init))(world.browser.fetch);
  world.orders = () => new Response("{}", { status: 404 });
  one.mint(connected, 1);
  two.mint(connected, 1);
  await reaches(two, "failed");
  await reaches(one, "sending");
  while (world.sent.length === 0) await turn();
  two.elsewhere();
  assert.equal(two.state.at, "sending");
  answer(world.receipt("mined"));
  await reaches(one, "mined");
  await turn();
  two.elsewhere();
  assert.equal(two.state.at, "mined");
  assert.deepEqual([world.signatures, world.sent.length], [1, 1]);
  one.forget();
  two.forget();
});

test("a tab goes on with a payment that another tab left undecided, before it signs", async () => {
  const world = new World(), one = world.tab();
  new PaymentStore(world.store, chain.chainId, launch.token).put({ id: "0x" + "77".repeat(32), payer: connected.address, quantity: 1, header: "left behind",
    validBefore: 2000, signedAt: 1, paid: "0.10 USDC", bought: "5,000 PING" });
  one.mint(connected, 1); // without open: as if the other tab had put it there just now
  await reaches(one, "final");
  assert.deepEqual([world.signatures, world.sent], [0, ["left behind"]]);
});

test("sold out between signing and sending: the payment is dropped, and minting anew signs anew", async () => {
  const world = new World(), purchase = world.tab();
  world.pays = (_, n) => n === 1 ? Response.json({ error: { code: "sold_out", message: "sold out", details: { left: 0 } } }, { status: 410 }) : world.receipt("minted");
  purchase.mint(connected, 1);
  await reaches(purchase, "refused");
  await turn();
  assert.equal(world.stored.size, 0);
  purchase.mint(connected, 1);
  await reaches(purchase, "final");
  assert.equal(world.signatures, 2);
});

test("without the money the same payment is sent again when it is there", async () => {
  const world = new World(), purchase = world.tab();
  const poor = encode({ x402Version: 2, error: "invalid_exact_evm_insufficient_balance", accepts: [] });
  world.pays = (_, n) => n === 1 ? new Response("{}", { status: 402, headers: { "PAYMENT-REQUIRED": poor } }) : world.receipt("minted");
  purchase.mint(connected, 1);
  await reaches(purchase, "refused");
  await turn();
  purchase.again();
  await reaches(purchase, "final");
  assert.deepEqual([world.signatures, world.sent], [1, ["payment 01", "payment 01"]]);
});

test("a 202 is followed by its order, and an order that is lost is sent again", async () => {
  const world = new World(), purchase = world.tab();
  world.pays = (_, n) => n === 1 ? world.receipt("claimed", 202) : world.receipt("minted");
  world.orders = () => Response.json({ error: { code: "not_found", message: "" } }, { status: 404 });
  purchase.mint(connected, 1);
  await reaches(purchase, "final");
  assert.deepEqual([world.signatures, world.sent.length], [1, 2]);
});

test("a mint that a reorg takes back is followed until it is there again", async () => {
  const world = new World(), purchase = world.tab(), seen: string[] = [];
  purchase.subscribe(() => seen.push(purchase.state.at));
  world.pays = () => world.receipt("mined");
  let looks = 0;
  world.orders = () => world.receipt(["claimed", "minting", "mined", "minted"][looks++] ?? "minted");
  purchase.mint(connected, 1);
  await reaches(purchase, "final");
  assert.deepEqual(seen.filter((s, i) => s !== seen[i - 1]), ["asking", "signing", "sending", "mined", "waiting", "mined", "final"]);
  assert.equal(world.signatures, 1);
});

test("a price that is not the page's is not signed", async () => {
  const world = new World(), purchase = world.tab();
  required.accepts[0]!.amount = "100001";
  purchase.mint(connected, 1);
  await reaches(purchase, "failed");
  required.accepts[0]!.amount = "100000";
  assert.equal(world.signatures, 0);
  assert.equal(purchase.state.at === "failed" && purchase.state.refusal.code, "mismatch");
});

test("what is signed after it was cancelled is neither stored nor sent", async () => {
  const world = new World(), purchase = world.tab();
  purchase.mint(connected, 1);
  await reaches(purchase, "signing");
  purchase.cancel();
  for (let n = 0; n < 5; n++) await turn();
  assert.deepEqual([purchase.state.at, world.signatures, world.stored.size, world.sent.length], ["none", 1, 0, 0]);
});

test("a wallet that never answers keeps nobody from minting once the attempt is given up", async () => {
  const world = new World(), one = world.tab(), two = world.tab(), sign = world.browser.sign;
  world.browser.sign = (_, __, asking) => { asking({ payer: connected.address, payTo: launch.token, validBefore: 2000 }); return new Promise(() => {}); };
  one.mint(connected, 1);
  await reaches(one, "signing");
  one.cancel();
  await turn();
  world.browser.sign = sign;
  two.mint(connected, 1);
  await reaches(two, "final");
  await turn();
  one.mint(connected, 1);
  await reaches(one, "final");
  assert.equal(world.signatures, 2);
});

test("where tabs cannot wait for each other, of two signatures only the first one's payment is sent", async () => {
  const world = new World(), one = world.tab(), two = world.tab();
  world.browser.locked = async (_, __, run) => { await run(); return true; };
  let open = () => {};
  const opened = new Promise<void>((resolve) => { open = resolve; });
  world.pays = () => { throw new TypeError("connection refused"); };
  world.browser.sign = ((sign) => async (...wanted) => { await opened; return sign(...wanted); })(world.browser.sign);
  two.mint(connected, 1);
  await turn();
  new PaymentStore(world.store, chain.chainId, launch.token).put({ id: "0x" + "77".repeat(32), payer: connected.address, quantity: 1, header: "the other tab's",
    validBefore: 2000, signedAt: 1, paid: "0.10 USDC", bought: "5,000 PING" });
  open();
  await reaches(two, "sending");
  world.pays = () => world.receipt("minted");
  await reaches(two, "final");
  assert.deepEqual([...new Set(world.sent)], ["the other tab's"]);
  one.forget();
});
