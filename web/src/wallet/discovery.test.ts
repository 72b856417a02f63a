import assert from "node:assert/strict";
import { test } from "node:test";

import { read, type Wallet } from "./discovery";

const provider = { request: async () => null };
const known = () => new Map<string, Wallet>();
const info = { uuid: "1", rdns: "io.wallet", name: "A wallet", icon: "data:image/png;base64,AA==" };

test("an announcement is a wallet", () => {
  const wallet = read({ info, provider }, known());
  assert.deepEqual([wallet?.id, wallet?.name, wallet?.icon], ["io.wallet", "A wallet", info.icon]);
});

test("a picture that is no data is left out: it would tell another server who looks", () => {
  for (const icon of ["https://evil.example/i.png", "javascript:alert(1)", "data:text/html,x", 5, undefined, "data:image/png;" + "A".repeat(300_000)]) {
    assert.equal(read({ info: { ...info, icon }, provider }, known())?.icon, undefined);
  }
});

test("names are short and on one line", () => {
  assert.equal(read({ info: { ...info, name: "  A\n\u202Ewallet " }, provider }, known())?.name, "A wallet");
  assert.equal(read({ info: { ...info, name: "x".repeat(900) }, provider }, known())?.name.length, 40);
  assert.equal(read({ info: { ...info, name: "" }, provider }, known())?.name, "A wallet");
});

test("what is no announcement is nobody", () => {
  for (const junk of [undefined, null, 5, {}, { info }, { provider }, { info: { ...info, uuid: 5 }, provider }, { info, provider: { request: 5 } }]) {
    assert.equal(read(junk, known()), undefined);
  }
});

test("two wallets of one name have ids of their own", () => {
  const all = known();
  all.set("1", read({ info, provider }, all)!);
  assert.equal(read({ info: { ...info, uuid: "2" }, provider }, all)?.id, "2");
});
