import assert from "node:assert/strict";
import { test } from "node:test";

import { Keep, type Store } from "./keep";
import type { Payment } from "./payment";

class Memory implements Store {
  readonly kept = new Map<string, string>();
  get length() { return this.kept.size; }
  key(n: number) { return [...this.kept.keys()][n] ?? null; }
  getItem(name: string) { return this.kept.get(name) ?? null; }
  setItem(name: string, value: string) { this.kept.set(name, value); }
  removeItem(name: string) { this.kept.delete(name); }
}

const payment = (id: string, payer = "12", signedAt = 1): Payment => ({
  id: "0x" + id.repeat(32), payer: "0x" + payer.repeat(20), quantity: 1, header: "e30=", validBefore: 2000, signedAt, paid: "0.10 USDC", bought: "5,000 PING",
});
const token = "0x" + "Aa".repeat(20);

test("a payment is there after a reload, the newest first", () => {
  const store = new Memory();
  const keep = new Keep(store, 1, token);
  assert.ok(keep.put(payment("ab")) && keep.put(payment("cd", "34", 2)));
  assert.deepEqual(new Keep(store, 1, token.toLowerCase()).all().map((p) => p.id.slice(2, 4)), ["cd", "ab"]);
});

test("launches and chains keep theirs apart", () => {
  const store = new Memory();
  new Keep(store, 1, token).put(payment("ab"));
  assert.deepEqual(new Keep(store, 2, token).all(), []);
  assert.deepEqual(new Keep(store, 1, "0x" + "bb".repeat(20)).all(), []);
});

test("what is decided is not undecided", () => {
  const keep = new Keep(new Memory(), 1, token);
  keep.put({ ...payment("ab"), order: { paymentId: "", state: "mined", final: false, tokens: "", symbol: "" } });
  assert.equal(keep.undecided(), undefined);
  keep.put(payment("cd", "34", 0));
  assert.equal(keep.undecided()?.id, payment("cd").id);
});

test("dropping a payment leaves the one that took its place", () => {
  const keep = new Keep(new Memory(), 1, token);
  keep.put(payment("ab"));
  keep.put(payment("cd"));
  keep.drop(payment("ab"));
  assert.equal(keep.all().length, 1);
  keep.drop(payment("cd"));
  assert.equal(keep.all().length, 0);
});

test("junk in the store is not a payment", () => {
  const store = new Memory(), name = `mint402:payment:1:${token.toLowerCase()}:`;
  for (const [n, junk] of ["", "null", "{", "[]", '{"id":"0x12"}', JSON.stringify({ ...payment("ab"), header: 5 }), JSON.stringify({ ...payment("ab"), quantity: 0 })].entries()) store.setItem(name + n, junk);
  assert.deepEqual(new Keep(store, 1, token).all(), []);
});

test("a browser that keeps nothing is told from one that does", () => {
  assert.equal(new Keep(undefined, 1, token).put(payment("ab")), false);
  const full = new Memory();
  full.setItem = () => { throw new Error("quota"); };
  assert.equal(new Keep(full, 1, token).put(payment("ab")), false);
});
