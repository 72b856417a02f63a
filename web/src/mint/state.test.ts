import assert from "node:assert/strict";
import { test } from "node:test";

import type { Order, Payment } from "./payment";
import { delay, type Event, finalDelay, isOpen, isOver, maySign, mustSend, next, paymentOf, type State } from "./state";

const payment: Payment = {
  id: "0x" + "ab".repeat(32), payer: "0x" + "12".repeat(20), quantity: 1, header: "e30=", validBefore: 2000, signedAt: 1000, paid: "0.10 USDC", bought: "5,000 PING",
};
const other: Payment = { ...payment, id: "0x" + "cd".repeat(32) };
const order = (state: Order["state"], final = false): Order => ({ paymentId: payment.id, state, final, tokens: "5000", symbol: "PING" });
const answered = (state: Order["state"], final = false): Event => ({ is: "answered", id: payment.id, answer: { kind: "order", order: order(state, final), after: 1 } });
const refusal = { code: "sold_out", message: "", details: {} };
const signing = { payer: payment.payer, payTo: "0x", validBefore: 2000 };

const events: Event[] = [
  { is: "mint", attempt: 9, quantity: 1 },
  { is: "offered", attempt: 1, signing },
  { is: "offered", attempt: 9, signing },
  { is: "signed", attempt: 1, payment },
  { is: "signed", attempt: 9, payment: other },
  { is: "failed", attempt: 1, refusal },
  { is: "failed", attempt: 9, refusal },
  { is: "cancelled" },
  { is: "stored", payment },
  { is: "stored", payment: { ...payment, order: order("minting") } },
  { is: "stored", payment: other },
  ...(["claimed", "minting", "mined", "minted", "settled", "parked"] as const).map((s) => answered(s, s === "minted")),
  { is: "answered", id: payment.id, answer: { kind: "refused", ...refusal } },
  { is: "answered", id: payment.id, answer: { kind: "refused", code: "invalid_exact_evm_insufficient_balance", message: "", details: {} } },
  { is: "answered", id: payment.id, answer: { kind: "refunded", order: undefined } },
  { is: "answered", id: payment.id, answer: { kind: "conflict" } },
  { is: "answered", id: payment.id, answer: { kind: "later", code: "busy", message: "", after: 1 } },
  { is: "answered", id: other.id, answer: { kind: "refused", ...refusal } },
  { is: "unreachable", id: payment.id, message: "" },
  { is: "lost", id: payment.id },
  { is: "again" },
  { is: "dismissed" },
  { is: "forgotten", id: payment.id },
];

/** everywhere is every state that events lead to. */
function everywhere(): State[] {
  const seen = new Map<string, State>(), todo: State[] = [{ at: "none" }];
  while (todo.length > 0) {
    const state = todo.pop()!;
    const { trouble: _, ...rest } = state as State & { trouble?: unknown };
    const key = JSON.stringify(rest);
    if (seen.has(key)) continue;
    seen.set(key, state);
    for (const event of events) todo.push(next(state, event));
  }
  return [...seen.values()];
}

test("while a signed payment may still be charged, nothing leads to a second signature", () => {
  const open = everywhere().filter(isOpen);
  assert.ok(open.length >= 6, `${open.length} open states`);
  for (const state of open) {
    for (const event of events) {
      const after = next(state, event);
      if (after.at === "asking" || after.at === "signing") assert.fail(`${JSON.stringify(state)} → ${JSON.stringify(event)}`);
      if (paymentOf(after)?.id === state.payment.id || event.is === "forgotten") continue;
      assert.fail(`${JSON.stringify(event)} took the payment from ${JSON.stringify(state)}`);
    }
  }
});

test("only an answer about the payment itself decides it", () => {
  for (const state of everywhere().filter(isOpen)) {
    const stranger = paymentOf(state)!.id === payment.id ? other.id : payment.id;
    for (const answer of [{ kind: "refused", ...refusal }, { kind: "refunded", order: undefined }] as const) {
      assert.equal(next(state, { is: "answered", id: stranger, answer }), state);
    }
  }
});

test("a double click asks once", () => {
  const once = next({ at: "none" }, { is: "mint", attempt: 1, quantity: 1 });
  assert.equal(next(once, { is: "mint", attempt: 2, quantity: 1 }), once);
});

test("a signature that comes after its attempt was given up is thrown away", () => {
  const asking = next({ at: "none" }, { is: "mint", attempt: 1, quantity: 1 });
  const signs = next(asking, { is: "offered", attempt: 1, signing });
  assert.equal(signs.at, "signing");
  const gone = next(signs, { is: "cancelled" });
  assert.deepEqual(next(gone, { is: "signed", attempt: 1, payment }), { at: "none" });
  const again = next(next(gone, { is: "mint", attempt: 2, quantity: 1 }), { is: "offered", attempt: 2, signing });
  assert.equal(next(again, { is: "signed", attempt: 1, payment }), again);
});

test("no answer at all keeps the payment and counts the tries", () => {
  let state: State = { at: "sending", payment };
  for (let n = 1; n <= 3; n++) {
    state = next(state, { is: "unreachable", id: payment.id, message: "refused" });
    assert.equal(state.at, "sending");
    assert.equal(isOpen(state) && state.trouble?.tries, n);
  }
  state = next(state, answered("claimed"));
  assert.equal(isOpen(state) && state.trouble, undefined);
});

test("a payment walks from sent to final, and back when a reorg takes it", () => {
  let state: State = { at: "sending", payment };
  for (const [step, at] of [[answered("claimed"), "waiting"], [answered("minting"), "waiting"], [answered("mined"), "mined"],
    [answered("claimed"), "waiting"], [answered("mined"), "mined"], [answered("minted", true), "final"]] as const) {
    state = next(state, step);
    assert.equal(state.at, at);
  }
  assert.ok(maySign(state));
});

test("a refusal for want of money sends the same payment again", () => {
  const refused = next({ at: "sending", payment }, { is: "answered", id: payment.id,
    answer: { kind: "refused", code: "invalid_exact_evm_insufficient_balance", message: "", details: {} } });
  assert.equal(refused.at, "refused");
  assert.deepEqual(next(refused, { is: "again" }), { at: "sending", payment });
});

test("an order that the server lost is sent again, not signed again", () => {
  const waiting = next({ at: "sending", payment }, answered("claimed"));
  const lost = next(waiting, { is: "lost", id: payment.id });
  assert.deepEqual(lost, { at: "sending", payment });
});

test("the next try waits as long as the server asks, at most a minute, and otherwise ever longer", () => {
  assert.deepEqual([delay(0, 0), delay(1, 0), delay(2, 0), delay(3, 0), delay(9, 0)], [1, 1, 2, 4, 15]);
  assert.deepEqual([delay(9, 2), delay(0, 3600)], [2, 60]);
  assert.deepEqual([finalDelay(0), finalDelay(1), finalDelay(99)], [2, 3, 15]);
});

test("a payment that the server has is read, one that it has not or that is parked is sent", () => {
  const waits = (state: Order["state"]): State => ({ at: "waiting", payment, order: order(state) });
  assert.deepEqual([mustSend({ at: "sending", payment }), mustSend(waits("parked")), mustSend(waits("claimed")), mustSend(waits("settled"))], [true, true, false, false]);
});

test("only a refusal, a refund and finality end a payment", () => {
  const ends = everywhere().filter((s) => paymentOf(s) && isOver(s)).map((s) => s.at);
  assert.deepEqual(new Set(ends), new Set(["refused", "refunded", "final"]));
});
