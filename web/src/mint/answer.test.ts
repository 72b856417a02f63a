import assert from "node:assert/strict";
import { test } from "node:test";

import { type Answer, understand } from "./answer";

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64");
const say = (status: number, body: unknown, headers: Record<string, string> = {}): Answer => understand({ status, body, header: (name) => headers[name] ?? null });
const receipt = (state: string) => ({ paymentId: "0x1", state, final: state === "minted", tokens: "5000", symbol: "PING" });
const fault = (code: string, details = {}) => ({ error: { code, message: "a sentence", details } });

test("a receipt is an order", () => {
  assert.equal(say(200, receipt("mined")).kind, "order");
  assert.deepEqual(say(202, receipt("claimed"), { "Retry-After": "1" }), { kind: "order", order: receipt("claimed"), after: 1 });
});

test("what ended without tokens is refused or refunded, whichever way it is asked", () => {
  assert.equal(say(200, receipt("voided")).kind, "refused");
  assert.equal(say(200, receipt("refunded")).kind, "refunded");
  assert.equal(say(410, fault("refunded", { order: receipt("refunded") })).kind, "refunded");
});

test("a refusal is one only in the server's own words", () => {
  const header = { "PAYMENT-REQUIRED": encode({ x402Version: 2, error: "invalid_exact_evm_insufficient_balance", accepts: [] }) };
  assert.deepEqual(say(402, { detail: "the payer holds 0.00 USDC" }, header),
    { kind: "refused", code: "invalid_exact_evm_insufficient_balance", message: "the payer holds 0.00 USDC", details: {} });
  // Without a price: no new signature cures it.
  assert.deepEqual(say(402, { error: "invalid_exact_evm_insufficient_balance", detail: "the payer holds 0.00 USDC", payer: "0x1111111111111111111111111111111111111111" }),
    { kind: "refused", code: "invalid_exact_evm_insufficient_balance", message: "the payer holds 0.00 USDC", details: {} });
  assert.equal(say(410, fault("sold_out", { left: 2 })).kind, "refused");
  assert.equal(say(403, fault("not_open")).kind, "refused");
  assert.equal(say(400, fault("malformed_payment")).kind, "refused");
  assert.equal(say(409, fault("conflict")).kind, "conflict");
});

for (const [name, status, body] of [
  ["a proxy's 502", 502, undefined], ["a gateway's timeout", 504, undefined], ["a proxy's 403", 403, undefined], ["a proxy's 410", 410, { gone: true }],
  ["a 402 of somebody else's", 402, undefined], ["a captive portal", 200, undefined], ["JSON that is no receipt", 200, { ok: true }],
  ["a redirect", 302, undefined], ["a rate limit", 429, undefined], ["a launch that is not there yet", 404, fault("not_found")],
  ["our own failure", 503, fault("internal")], ["another page's 409", 409, fault("edit_conflict")],
] as const) {
  test(`${name} decides nothing`, () => {
    const answer = say(status, body);
    assert.equal(answer.kind, "later");
  });
}

test("a payment that waits for the payer's others is sent again", () => {
  assert.equal(say(503, fault("payer_busy"), { "Retry-After": "10" }).kind, "later");
});

test("busy says when to come back", () => {
  assert.deepEqual(say(503, fault("busy"), { "Retry-After": "2" }), { kind: "later", code: "busy", message: "a sentence", details: {}, after: 2 });
});

test("a payment that is void stays refused while nothing can be sold", () => {
  const header = (reason: string) => ({ "PAYMENT-RESPONSE": encode({ success: false, errorReason: reason, transaction: "", network: "eip155:1" }) });
  assert.equal(say(503, fault("unavailable"), header("invalid_exact_evm_payload_authorization_valid_before")).kind, "refused");
  assert.equal(say(503, fault("internal"), header("settlement_pending")).kind, "later");
});
