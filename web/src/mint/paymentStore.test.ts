import assert from "node:assert/strict";
import { test } from "node:test";

import type { Payment } from "./payment";
import { PaymentStore } from "./paymentStore";
import { Memory } from "./testing";

const payment = (id: string, payer = "12", signedAt = 1): Payment => ({
  id: "0x" + id.repeat(32), payer: "0x" + payer.repeat(20), quantity: 1, header: "e30=", validBefore: 2000, signedAt, paid: "0.10 USDC", bought: "5,000 PING",
});
const token = "0x" + "Aa".repeat(20);

test("a payment is there after a reload, the newest first", () => {
  const store = new Memory();
  const payments = new PaymentStore(store, 1, token);
  assert.ok(payments.put(payment("ab")) && payments.put(payment("cd", "34", 2)));
  assert.deepEqual(new PaymentStore(store, 1, token.toLowerCase()).all().map((p) => p.id.slice(2, 4)), ["cd", "ab"]);
});

test("payments of another launch or chain are not read", () => {
  const store = new Memory();
  new PaymentStore(store, 1, token).put(payment("ab"));
  assert.deepEqual(new PaymentStore(store, 2, token).all(), []);
  assert.deepEqual(new PaymentStore(store, 1, "0x" + "bb".repeat(20)).all(), []);
});

test("what is decided is not undecided", () => {
  const payments = new PaymentStore(new Memory(), 1, token);
  payments.put({ ...payment("ab"), order: { paymentId: "", state: "mined", final: false, tokens: "", symbol: "" } });
  assert.equal(payments.undecided(), undefined);
  payments.put(payment("cd", "34", 0));
  assert.equal(payments.undecided()?.id, payment("cd").id);
});

test("dropping a payment leaves the one that took its place", () => {
  const payments = new PaymentStore(new Memory(), 1, token);
  payments.put(payment("ab"));
  payments.put(payment("cd"));
  payments.drop(payment("ab"));
  assert.equal(payments.all().length, 1);
  payments.drop(payment("cd"));
  assert.equal(payments.all().length, 0);
});

test("junk in the store is not a payment", () => {
  const store = new Memory(), name = `mint402:payment:1:${token.toLowerCase()}:`;
  for (const [n, junk] of ["", "null", "{", "[]", '{"id":"0x12"}', JSON.stringify({ ...payment("ab"), header: 5 }), JSON.stringify({ ...payment("ab"), quantity: 0 })].entries()) store.setItem(name + n, junk);
  assert.deepEqual(new PaymentStore(store, 1, token).all(), []);
});

test("a browser that keeps nothing is told from one that does", () => {
  assert.equal(new PaymentStore(undefined, 1, token).put(payment("ab")), false);
  const full = new Memory();
  full.setItem = () => { throw new Error("quota"); };
  assert.equal(new PaymentStore(full, 1, token).put(payment("ab")), false);
});

test("a payment that may still be charged stays when another of its payer is stored", () => {
  const payments = new PaymentStore(new Memory(), 1, token), later = { ...payment("cd"), signedAt: 2 };
  payments.put(payment("ab"));
  payments.put(later);
  assert.deepEqual(payments.all().map((p) => p.id), [later.id, payment("ab").id]);
});

test("a minted payment gives way to the payer's next one, and not the other way round", () => {
  const area = new Memory(), payments = new PaymentStore(area, 1, token), later = { ...payment("cd"), signedAt: 2 };
  const minted: Payment = { ...payment("ab"), order: { paymentId: "", state: "mined", final: false, tokens: "", symbol: "" } };
  payments.put(minted);
  payments.put(later);
  assert.deepEqual(payments.all(), [later]);
  payments.put(minted); // by another tab, which still looks whether it is final
  assert.deepEqual(payments.undecided(), later);
});

test("a payment that an earlier version stored under its payer's name is found, moved and dropped", () => {
  const area = new Memory(), payments = new PaymentStore(area, 1, token);
  area.setItem(`mint402:payment:1:${token.toLowerCase()}:${payment("ab").payer}`, JSON.stringify(payment("ab")));
  assert.deepEqual(payments.undecided(), payment("ab"));
  payments.put(payment("ab"));
  assert.equal(area.length, 1);
  payments.drop(payment("ab"));
  assert.equal(area.length, 0);
});
