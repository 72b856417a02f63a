import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { type Connected, WalletError } from "../wallet";
import { connected, fault, launch, receipt, refusal, turn } from "./testing";
import { reaches, World } from "./world";

test("a payment is stored before it is sent, and forgotten once it is final", async () => {
  const world = new World(), purchase = world.tab();
  purchase.mint(connected, 1);
  await reaches(purchase, "final");
  assert.deepEqual(world.events.slice(0, 1), ["stored"]);
  assert.ok(world.events.indexOf("stored") < world.events.indexOf("sent"));
  assert.equal(world.signatures, 1);
  await reaches(purchase, "final");
  await turn();
  assert.equal(world.memory.length, 0);
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
    if (n === 3) return fault(503, "internal");
    return receipt("minted");
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
  for (const [name, value] of world.memory.items) after.memory.setItem(name, value);
  const purchase = after.tab();
  purchase.open();
  await reaches(purchase, "final");
  assert.deepEqual([after.signatures, after.sent], [0, ["payment 01"]]);
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
  answer(receipt("mined"));
  await reaches(one, "mined");
  await turn();
  two.elsewhere();
  assert.equal(two.state.at, "mined");
  assert.deepEqual([world.signatures, world.sent.length], [1, 1]);
});

test("a tab goes on with a payment that another tab left undecided, before it signs", async () => {
  const world = new World(), one = world.tab();
  world.payments.put({ id: "0x" + "77".repeat(32), payer: connected.address, quantity: 1, header: "left behind",
    validBefore: 2000, signedAt: 1, paid: "0.10 USDC", bought: "5,000 PING" });
  one.mint(connected, 1); // without open: as if the other tab had put it there just now
  await reaches(one, "final");
  assert.deepEqual([world.signatures, world.sent], [0, ["left behind"]]);
});

test("sold out between signing and sending: the payment is dropped, and minting anew signs anew", async () => {
  const world = new World(), purchase = world.tab();
  world.pays = (_, n) => n === 1 ? fault(410, "sold_out", { left: 0 }) : receipt("minted");
  purchase.mint(connected, 1);
  await reaches(purchase, "refused");
  await turn();
  assert.equal(world.memory.length, 0);
  purchase.mint(connected, 1);
  await reaches(purchase, "final");
  assert.equal(world.signatures, 2);
});

test("without the money the same payment is sent again when it is there", async () => {
  const world = new World(), purchase = world.tab();
  world.pays = (_, n) => n === 1 ? refusal("invalid_exact_evm_insufficient_balance") : receipt("minted");
  purchase.mint(connected, 1);
  await reaches(purchase, "refused");
  await turn();
  purchase.again();
  await reaches(purchase, "final");
  assert.deepEqual([world.signatures, world.sent], [1, ["payment 01", "payment 01"]]);
});

test("a 202 is followed by its order, and an order that is lost is sent again", async () => {
  const world = new World(), purchase = world.tab();
  world.pays = (_, n) => n === 1 ? receipt("claimed", 202) : receipt("minted");
  world.orders = () => fault(404, "not_found");
  purchase.mint(connected, 1);
  await reaches(purchase, "final");
  assert.deepEqual([world.signatures, world.sent.length], [1, 2]);
});

test("a mint that a reorg takes back is followed until it is there again", async () => {
  const world = new World(), purchase = world.tab(), seen: string[] = [];
  purchase.subscribe(() => seen.push(purchase.state.at));
  world.pays = () => receipt("mined");
  let looks = 0;
  world.orders = () => receipt((["claimed", "minting", "mined"] as const)[looks++] ?? "minted");
  purchase.mint(connected, 1);
  await reaches(purchase, "final");
  assert.deepEqual(seen.filter((s, i) => s !== seen[i - 1]), ["asking", "signing", "sending", "mined", "waiting", "mined", "final"]);
  assert.equal(world.signatures, 1);
});

test("a price that is not the page's is not signed", async () => {
  const world = new World(), purchase = world.tab();
  world.price = "100001";
  purchase.mint(connected, 1);
  await reaches(purchase, "failed");
  assert.equal(world.signatures, 0);
  assert.equal(purchase.state.at === "failed" && purchase.state.refusal.code, "mismatch");
});

test("what is signed after it was cancelled is neither stored nor sent", async () => {
  const world = new World(), purchase = world.tab();
  purchase.mint(connected, 1);
  await reaches(purchase, "signing");
  purchase.cancel();
  for (let n = 0; n < 5; n++) await turn();
  assert.deepEqual([purchase.state.at, world.signatures, world.memory.length, world.sent.length], ["none", 1, 0, 0]);
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
  const world = new World(), two = world.tab();
  world.browser.locked = async (_, __, run) => { await run(); return true; };
  let open = () => {};
  const opened = new Promise<void>((resolve) => { open = resolve; });
  world.pays = () => { throw new TypeError("connection refused"); };
  world.browser.sign = ((sign) => async (...wanted) => { await opened; return sign(...wanted); })(world.browser.sign);
  two.mint(connected, 1);
  await turn();
  world.payments.put({ id: "0x" + "77".repeat(32), payer: connected.address, quantity: 1, header: "the other tab's",
    validBefore: 2000, signedAt: 1, paid: "0.10 USDC", bought: "5,000 PING" });
  open();
  await reaches(two, "sending");
  world.pays = () => receipt("minted");
  await reaches(two, "final");
  assert.deepEqual([...new Set(world.sent)], ["the other tab's"]);
});

test("a tab that watches a minted payment does not push the next payment of another tab out of the store", async () => {
  const world = new World(), one = world.tab(), two = world.tab();
  world.pays = (_, n) => { if (n === 1) return receipt("mined"); throw new TypeError("connection refused"); };
  world.orders = () => receipt("mined"); // not final for a long time
  one.mint(connected, 1);
  await reaches(one, "mined");
  await turn();
  two.mint(connected, 1);
  await reaches(two, "sending");
  for (let n = 0; n < 20; n++) await turn();
  assert.equal(world.payments.undecided()?.header, "payment 02");
});

for (const step of ["asking", "signing", "sending", "waiting", "mined"] as const) {
  test(`a reload while ${step}: what was signed goes on, what was not is gone`, async () => {
    const world = new World(), before = world.tab(), signed = step !== "asking" && step !== "signing";
    if (step === "asking") world.browser.fetch = () => new Promise(() => {});
    if (step === "signing") world.browser.sign = (_, __, asking) => { asking({ payer: connected.address, payTo: launch.token, validBefore: 2000 }); return new Promise(() => {}); };
    world.pays = () => { if (step === "sending") throw new TypeError("connection refused"); return receipt(step === "mined" ? "mined" : "claimed", 202); };
    world.orders = () => receipt(step === "mined" ? "mined" : "claimed");
    before.mint(connected, 1);
    await reaches(before, step);
    await turn();
    const after = new World(), tab = after.tab(); // the browser, with nothing but its store
    for (const [name, value] of world.memory.items) after.memory.setItem(name, value);
    tab.open();
    if (!signed) {
      await turn();
      return assert.deepEqual([tab.state.at, after.memory.length, after.sent.length], ["none", 0, 0]);
    }
    await reaches(tab, "final");
    await turn();
    assert.deepEqual([after.signatures, after.sent.filter((header) => header !== "payment 01")], [0, []]);
    assert.equal(after.memory.length, 0);
  });
}

for (const [name, answer] of [
  ["a lost answer", () => { throw new TypeError("connection reset"); }], ["a 502", () => new Response("", { status: 502 })], ["a 504", () => new Response("", { status: 504 })],
  ["our 503", () => fault(503, "unavailable")], ["a full queue", () => fault(503, "busy")], ["a 429", () => fault(429, "busy")], ["a 404", () => fault(404, "not_found")],
  ["a proxy's 402", () => new Response("", { status: 402 })], ["a proxy's 403", () => new Response("", { status: 403 })], ["a 409 of somebody else's", () => fault(409, "edit_conflict")],
  ["a proxy's 410", () => new Response("gone", { status: 410 })], ["a captive portal", () => new Response("<html>")], ["a 500", () => new Response("", { status: 500 })],
] as const) {
  test(`${name} decides nothing: the payment stays stored, and is sent again unchanged`, async () => {
    const world = new World(), tab = world.tab();
    world.pays = (_, n) => { if (n <= 3) return answer(); return receipt("minted"); };
    tab.mint(connected, 1);
    while (world.sent.length < 3) {
      await turn();
      if (world.sent.length > 0 && world.sent.length <= 3) assert.equal(world.payments.undecided()?.header, "payment 01");
      tab.mint(connected, 1); // an impatient payer
    }
    await reaches(tab, "final");
    assert.deepEqual([world.signatures, new Set(world.sent)], [1, new Set(["payment 01"])]);
  });
}

for (const [name, answer, code] of [
  ["402", () => refusal("invalid_exact_evm_payload_authorization_valid_before"), "invalid_exact_evm_payload_authorization_valid_before"],
  ["403", () => fault(403, "delisted"), "delisted"], ["410", () => fault(410, "closed"), "closed"], ["409", () => fault(409, "conflict"), "conflict"], ["200 voided", () => receipt("voided"), "voided"],
] as const) {
  test(`a refusal, ${name}, ends the payment: it is sent no more, and only the payer starts another`, async () => {
    const world = new World(), tab = world.tab();
    world.pays = (_, n) => n === 1 ? answer() : receipt("minted");
    tab.mint(connected, 1);
    await reaches(tab, "refused");
    for (let n = 0; n < 5; n++) await turn();
    assert.deepEqual([tab.state.at === "refused" && tab.state.refusal.code, world.sent.length, world.memory.length, world.signatures], [code, 1, 0, 1]);
    tab.again();
    assert.equal(tab.state.at, "none");
  });
}

test("money that was sent back ends the payment", async () => {
  const world = new World(), tab = world.tab();
  world.pays = () => receipt("claimed", 202);
  world.orders = () => receipt("refunded");
  tab.mint(connected, 1);
  await reaches(tab, "refunded");
  await turn();
  assert.deepEqual([world.signatures, world.memory.length], [1, 0]);
});

test("a parked payment is sent again, and not signed again", async () => {
  const world = new World(), tab = world.tab();
  world.pays = (_, n) => n < 3 ? receipt("parked", 202) : receipt("minted");
  world.orders = () => receipt("parked");
  tab.mint(connected, 1);
  await reaches(tab, "final");
  assert.deepEqual([world.signatures, world.sent], [1, Array(3).fill("payment 01")]);
});

test("a wallet that declines costs nothing, and the next click asks it again", async () => {
  const world = new World(), tab = world.tab(), sign = world.browser.sign;
  world.browser.sign = async (_, __, asking) => { asking({ payer: connected.address, payTo: launch.token, validBefore: 2000 }); throw new WalletError(4001, "declined"); };
  tab.mint(connected, 1);
  await reaches(tab, "failed");
  await turn();
  assert.deepEqual([world.memory.length, world.sent.length], [0, 0]);
  world.browser.sign = sign;
  tab.mint(connected, 1);
  await reaches(tab, "final");
  assert.equal(world.signatures, 1);
});

test("a price that changes between two purchases is not signed until the page shows it", async () => {
  const world = new World(), tab = world.tab();
  tab.mint(connected, 1);
  await reaches(tab, "final");
  await turn();
  for (const price of ["99999", "100001", "-1", "0x10"]) {
    world.price = price;
    tab.mint(connected, 1);
    await reaches(tab, "failed");
    await turn();
  }
  assert.deepEqual([world.signatures, world.sent.length], [1, 1]);
});

for (const [name, change] of [["accountsChanged", ["0x" + "34".repeat(20)]], ["chainChanged", "0x1"]] as const) {
  test(`${name} while the wallet is asked: what it signs is not used`, async () => {
    const world = new World(), tab = world.tab(), heard = new Map<string, (value: unknown) => void>();
    const provider = { request: async () => null, on: (event: string, tell: (value: unknown) => void) => heard.set(event, tell), removeListener: () => {} };
    tab.mint({ ...connected, wallet: { provider } } as unknown as Connected, 1);
    await reaches(tab, "signing");
    heard.get(name)!(change);
    assert.equal(tab.state.at, "failed");
    for (let n = 0; n < 5; n++) await turn();
    assert.deepEqual([world.signatures, world.memory.length, world.sent.length], [1, 0, 0]);
  });
}

test("a browser that stores nothing says so, and sends the payment all the same", async () => {
  const world = new World(), tab = world.tab();
  world.memory.setItem = () => { throw new Error("the quota is used up"); };
  world.pays = () => { throw new TypeError("connection refused"); };
  tab.mint(connected, 1);
  await reaches(tab, "sending");
  assert.equal(tab.stored, false);
  world.pays = () => receipt("minted");
  await reaches(tab, "final");
  assert.equal(world.signatures, 1);
});

test("a request without an answer is given up after a minute, and sent again", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const world = new World(), tab = world.tab(), fetch = world.browser.fetch;
  let asked = 0;
  world.browser.fetch = (url, init) => new Headers(init?.headers).has("PAYMENT-SIGNATURE") && ++asked === 1
    ? new Promise((_, reject) => init?.signal?.addEventListener("abort", () => reject(new TypeError("aborted")))) : fetch(url, init);
  world.orders = () => fault(404, "not_found");
  tab.mint(connected, 1);
  while (asked === 0) await turn();
  mock.timers.tick(59_000);
  await turn();
  assert.deepEqual([tab.state.at, asked], ["sending", 1]);
  mock.timers.tick(1_000);
  await reaches(tab, "final");
  mock.timers.reset();
  assert.deepEqual([world.signatures, asked], [1, 2]);
});
