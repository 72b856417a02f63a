import assert from "node:assert/strict";
import { test } from "node:test";

import type { Form, Launch, Preview, Transaction } from "./answers";
import { begun, next, type Deployment, type DeployAPI } from "./deployflow";

const form = { name: "Ping", symbol: "PING" } as Form;
const preview = (deployed: boolean) => ({ token: "0xaa", slug: "ping", deployed, transaction: { to: "0x4e", data: "0x", value: "0x0", chainId: 1 } }) as Preview;

// A chain on which a sent transaction is mined when it is looked for a second time.
function world(over: Partial<DeployAPI> = {}) {
  const seen = { sent: 0, deployed: false, registered: 0, looked: 0 };
  const api: DeployAPI = {
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
  return { seen, api };
}

async function run(d: Deployment, api: DeployAPI): Promise<Deployment> {
  for (let i = 0; i < 20 && d.step !== "done" && !d.stopped; i++) d = await next(d, api);
  return d;
}

test("a wallet signs once, and what is mined goes on sale", async () => {
  const { seen, api } = world();
  const end = await run(begun(form, preview(false), "wallet"), api);
  assert.deepEqual([end.step, end.block, end.hash, seen.sent, seen.registered], ["done", 7, "0x1", 1, 1]);
});

test("a wallet signs on no other network than the one that was confirmed", async () => {
  const other = { ...preview(false), transaction: { to: "0x4e", data: "0x", value: "0x0", chainId: 2 } };
  const { seen, api } = world({ preview: async () => other });
  const end = await run(begun(form, preview(false), "wallet"), api);
  assert.deepEqual([end.step, seen.sent, !!end.stopped], ["signing", 0, true]);
});

test("the chain of a deployment is asked about its transaction", async () => {
  const asked: unknown[] = [];
  const { api } = world({ transaction: async (hash, chainId) => { asked.push(hash, chainId); return { status: "mined", block: 7 }; } });
  await run(begun(form, preview(false), "wallet"), api);
  assert.deepEqual(asked, ["0x1", 1]);
});

test("a reload while the wallet was asked finds what it had sent, and asks nothing again", async () => {
  const { seen, api } = world();
  seen.deployed = true;
  const end = await run({ ...begun(form, preview(false), "wallet") }, api);
  assert.deepEqual([end.step, seen.sent, seen.registered], ["done", 0, 1]);
});

test("what is deployed already is only put on sale, whoever was to deploy it", async () => {
  for (const by of ["wallet", "server"] as const) {
    const { seen, api } = world({ deploy: async () => assert.fail("deployed again") });
    assert.equal((await run(begun(form, preview(true), by), api)).step, "done");
    assert.equal(seen.sent, 0);
  }
});

test("terms that are not those that were confirmed are not signed, and not deployed by the server", async () => {
  for (const by of ["wallet", "server"] as const) {
    const other = { ...preview(false), token: "0xbb" };
    const { seen, api } = world({ preview: async () => other, deploy: async () => assert.fail("deployed") });
    const end = await run(begun(form, preview(false), by), api);
    assert.match(end.stopped ?? "", /not what you confirmed/);
    assert.deepEqual([end.step, seen.sent, seen.registered], [by === "wallet" ? "signing" : "server", 0, 0]);
  }
});

test("a declined signature leaves it where it was", async () => {
  const { api } = world({ send: async () => { throw new Error("declined"); } });
  const before = begun(form, preview(false), "wallet");
  await assert.rejects(next(before, api), /declined/);
  assert.equal(before.step, "signing");
});

test("a transaction that another one replaced is found by the address", async () => {
  const { seen, api } = world({ transaction: async () => ({ status: "pending" }) });
  const sent = await next(begun(form, preview(false), "wallet"), api);
  assert.equal((await next(sent, api)).step, "sent");
  seen.deployed = true;
  assert.equal((await run(sent, api)).step, "done");
});

test("a refusal of the chain goes back to signing, with its reason, and waits", async () => {
  const { seen, api } = world({ transaction: async () => ({ status: "reverted", reason: "Out of gas." }) });
  const end = await run(begun(form, preview(false), "wallet"), api);
  assert.equal(end.step, "signing");
  assert.match(end.stopped ?? "", /Out of gas\./);
  assert.equal(end.hash, undefined);
  assert.equal(seen.sent, 1);
});

test("a transaction that reverted because another had deployed it first is no refusal", async () => {
  const { seen, api } = world({ transaction: async () => { seen.deployed = true; return { status: "reverted" }; } });
  assert.equal((await run(begun(form, preview(false), "wallet"), api)).step, "done");
});

test("the server's key signs and sends nothing here", async () => {
  const { seen, api } = world();
  const end = await run(begun(form, preview(false), "server"), api);
  assert.deepEqual([end.step, end.hash, seen.sent, seen.registered], ["done", "0x9", 0, 0]);
});
