import assert from "node:assert/strict";
import { test } from "node:test";

import type { Form, Launch, Preview, Transaction } from "./answers";
import { begun, next, type Deployment, type Road } from "./course";

const form = { name: "Ping", symbol: "PING" } as Form;
const preview = (deployed: boolean) => ({ token: "0xaa", slug: "ping", deployed, transaction: { to: "0x4e", data: "0x", value: "0x0", chainId: 1 } }) as Preview;

// A chain on which a sent transaction is mined when it is looked for a second time.
function world(over: Partial<Road> = {}) {
  const seen = { sent: 0, deployed: false, registered: 0, looked: 0 };
  const road: Road = {
    preview: async () => preview(seen.deployed),
    send: async () => "0x" + ++seen.sent,
    async transaction(): Promise<Transaction> {
      if (++seen.looked < 2) return { status: "pending" };
      seen.deployed = true;
      return { status: "mined", block: 7 };
    },
    register: async () => { seen.registered++; return { slug: "ping" } as Launch; },
    deploy: async () => ({ token: "0xaa", transaction: "0x9", block: 8, launch: { slug: "ping" } as Launch }),
    wait: async () => {},
    ...over,
  };
  return { seen, road };
}

async function run(d: Deployment, road: Road): Promise<Deployment> {
  for (let i = 0; i < 20 && d.step !== "done" && !d.stopped; i++) d = await next(d, road);
  return d;
}

test("a wallet signs once, and what is mined goes on sale", async () => {
  const { seen, road } = world();
  const end = await run(begun(form, preview(false), "wallet"), road);
  assert.deepEqual([end.step, end.block, end.hash, seen.sent, seen.registered], ["done", 7, "0x1", 1, 1]);
});

test("a reload while the wallet was asked finds what it had sent, and asks nothing again", async () => {
  const { seen, road } = world();
  seen.deployed = true;
  const end = await run({ ...begun(form, preview(false), "wallet") }, road);
  assert.deepEqual([end.step, seen.sent, seen.registered], ["done", 0, 1]);
});

test("what is deployed already is only put on sale, whoever was to deploy it", async () => {
  for (const by of ["wallet", "server"] as const) {
    const { seen, road } = world({ deploy: async () => assert.fail("deployed again") });
    assert.equal((await run(begun(form, preview(true), by), road)).step, "done");
    assert.equal(seen.sent, 0);
  }
});

test("terms that are not those that were confirmed are not signed, and not deployed by the server", async () => {
  for (const by of ["wallet", "server"] as const) {
    const other = { ...preview(false), token: "0xbb" };
    const { seen, road } = world({ preview: async () => other, deploy: async () => assert.fail("deployed") });
    const end = await run(begun(form, preview(false), by), road);
    assert.match(end.stopped ?? "", /not what you confirmed/);
    assert.deepEqual([end.step, seen.sent, seen.registered], [by === "wallet" ? "signing" : "server", 0, 0]);
  }
});

test("a declined signature leaves it where it was", async () => {
  const { road } = world({ send: async () => { throw new Error("declined"); } });
  const before = begun(form, preview(false), "wallet");
  await assert.rejects(next(before, road), /declined/);
  assert.equal(before.step, "signing");
});

test("a transaction that another one replaced is found by the address", async () => {
  const { seen, road } = world({ transaction: async () => ({ status: "pending" }) });
  const sent = await next(begun(form, preview(false), "wallet"), road);
  assert.equal((await next(sent, road)).step, "sent");
  seen.deployed = true;
  assert.equal((await run(sent, road)).step, "done");
});

test("a refusal of the chain goes back to signing, with its reason, and waits", async () => {
  const { seen, road } = world({ transaction: async () => ({ status: "reverted", reason: "Out of gas." }) });
  const end = await run(begun(form, preview(false), "wallet"), road);
  assert.equal(end.step, "signing");
  assert.match(end.stopped ?? "", /Out of gas\./);
  assert.equal(end.hash, undefined);
  assert.equal(seen.sent, 1);
});

test("a transaction that reverted because another had deployed it first is no refusal", async () => {
  const { seen, road } = world({ transaction: async () => { seen.deployed = true; return { status: "reverted" }; } });
  assert.equal((await run(begun(form, preview(false), "wallet"), road)).step, "done");
});

test("the server's key signs and sends nothing here", async () => {
  const { seen, road } = world();
  const end = await run(begun(form, preview(false), "server"), road);
  assert.deepEqual([end.step, end.hash, seen.sent, seen.registered], ["done", "0x9", 0, 0]);
});
