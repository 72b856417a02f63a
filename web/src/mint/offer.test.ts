import assert from "node:assert/strict";
import { test } from "node:test";

import { agreed, OfferMismatch, type Requirement } from "./offer";
import { grouped } from "../words";
import { bought, type LaunchTerms, money, paid, units } from "./terms";

const launch: LaunchTerms = {
  slug: "ping", name: "Ping", symbol: "PING", token: "0x" + "aA".repeat(20), chainId: 84532, asset: { address: "0x" + "bB".repeat(20), symbol: "USDC", decimals: 6 },
  price: { amount: "100000", formatted: "0.10" }, allotment: "5000", allotmentBase: "5000" + "0".repeat(18), cap: { allotments: 1000, tokens: "5000000" }, left: 10, limit: 5, status: "open",
};
const chain = { chainId: 84532, caip2: "eip155:84532", title: "Base Sepolia", testnet: true };
const fair: Requirement = {
  scheme: "exact", network: chain.caip2, amount: "300000", asset: launch.asset.address.toLowerCase(), payTo: launch.token.toLowerCase(), maxTimeoutSeconds: 300,
  extra: { name: "USDC", version: "2", paymentFlow: "upfront" },
};
const ask = (change: Partial<Requirement>) => agreed({ x402Version: 2, accepts: [{ ...fair, ...change }] }, launch, chain, 3);

test("what is asked has to be what the page shows", () => {
  assert.deepEqual(ask({}), fair);
});

for (const [field, change] of [
  ["amount", { amount: "300001" }], ["amount", { amount: "100000" }], ["amount", { amount: "0x493e0" }], ["amount", { amount: "-300000" }],
  ["payTo", { payTo: "0x" + "cc".repeat(20) }], ["asset", { asset: "0x" + "cc".repeat(20) }], ["network", { network: "eip155:8453" }],
  ["scheme", { scheme: "upto" }], ["maxTimeoutSeconds", { maxTimeoutSeconds: 7201 }], ["maxTimeoutSeconds", { maxTimeoutSeconds: "60" as unknown as number }],
  ["extra", { extra: {} }], ["extra", { extra: { ...fair.extra, assetTransferMethod: "permit2" } }], ["extra", { extra: { ...fair.extra, paymentFlow: "escrow" } }],
] as const) {
  test(`another ${field} is not signed: ${JSON.stringify(change)}`, () => {
    assert.throws(() => ask(change), (error) => error instanceof OfferMismatch && error.field === field);
  });
}

test("a price for another quantity is not signed", () => {
  assert.throws(() => agreed({ x402Version: 2, accepts: [fair] }, launch, chain, 4), OfferMismatch);
  assert.throws(() => agreed({ x402Version: 1, accepts: [fair] }, launch, chain, 3), OfferMismatch);
});

test("amounts are written as people read them", () => {
  assert.equal(paid(launch, 3), "0.30 USDC");
  assert.equal(bought(launch, 3), "15,000 PING");
  assert.equal(money(1234567890n, 6), "1,234.56789");
  assert.equal(money(5n, 6), "0.000005");
  assert.equal(money(7n, 0), "7");
  assert.equal(units(500000000000000000n, 18), "0.5");
  assert.equal(grouped("1234567.1234567"), "1,234,567.1234567");
});
