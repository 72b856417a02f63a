import assert from "node:assert/strict";
import { test } from "node:test";

import { UnknownChain } from "./connect";
import { codeOf, WalletError } from "./provider";
import { explain } from "./words";

for (const [error, title] of [
  [{ code: 4001, message: "User rejected the request." }, "You declined in the wallet"],
  [new Error("user rejected transaction"), "You declined in the wallet"],
  [{ code: -32603, message: "Internal", data: { originalError: { code: 4001 } } }, "You declined in the wallet"],
  [{ code: -32002, message: "already pending" }, "The wallet is waiting for you"],
  [{ code: 4100 }, "The wallet does not allow this page"],
  [{ code: 4200 }, "The wallet cannot do this"],
  [{ code: 4900 }, "The wallet is not connected"],
  [new WalletError(4902, "?"), "The wallet does not know this network"],
  [new UnknownChain({ chainId: 1, caip2: "eip155:1", title: "Ethereum", testnet: false }), "The wallet does not know this network"],
  [{ code: -32603, message: "boom" }, "The wallet reported an error"],
  ["boom", "The wallet reported an error"], [undefined, "The wallet reported an error"], [null, "The wallet reported an error"],
  [{ deep: {} }, "The wallet reported an error"],
] as const) {
  test(`${JSON.stringify(error) ?? "nothing"}: ${title}`, () => {
    const words = explain(error);
    assert.equal(words.title, title);
    assert.ok(words.todo, "it says what to do");
    assert.ok(!/\[object|undefined|null/.test(words.title + words.what + words.todo), `${words.what} ${words.todo}`);
  });
}

test("what wallets wrap is found, and an endless chain of causes is not followed", () => {
  assert.equal(codeOf({ cause: { cause: { code: 7 } } }), 7);
  const loop: { cause?: unknown } = {};
  loop.cause = loop;
  assert.equal(codeOf(loop), undefined);
});

test("an unknown error is short, and its details are for copying", () => {
  const words = explain(new Error("x".repeat(5000)));
  assert.ok(words.what.length < 60 && words.details.length < 400);
});
