import assert from "node:assert/strict";
import { test } from "node:test";

import type { Form } from "./answers";
import { sentence } from "./ask";
import { ago, brief, grouped, nobody, plural, same, short } from "./figures";
import { asked, early, mints } from "./form";
import { sought } from "./sought";
import { remark } from "./upload";

test("figures keep every digit that was said, and get commas before the point", () => {
  assert.equal(grouped("1234567.1234"), "1,234,567.1234");
  assert.equal(grouped("999"), "999");
  assert.equal(grouped("123456789012345678901234567890"), "123,456,789,012,345,678,901,234,567,890");
  assert.equal(plural(1, "mint"), "1 mint");
  assert.equal(plural(1000, "mint"), "1,000 mints");
});

test("coin is cut to what can be read, and a little is not nothing", () => {
  assert.equal(brief("0.005716295145737826"), "0.005716");
  assert.equal(brief("0.000000000000000001"), "0.000000000000000001");
  assert.equal(brief("9999.98123456"), "9,999.9812");
  assert.equal(brief("100"), "100");
  assert.equal(brief("0"), "0");
});

test("addresses are the same whatever their case, and zeros are nobody", () => {
  assert.ok(same("0xAb", "0xaB"));
  assert.ok(!same(undefined, undefined));
  assert.ok(nobody("0x" + "0".repeat(40)));
  assert.ok(!nobody("0x" + "0".repeat(39) + "1"));
  assert.equal(short("0x" + "ab".repeat(20)), "0xabab…abab");
});

test("how long since is said in the largest unit", () => {
  const now = Date.parse("2027-01-01T00:00:00Z");
  const before = (s: number) => ago(new Date(now - s * 1000).toISOString(), now);
  assert.deepEqual([before(2), before(59), before(60), before(3599), before(3600)], ["just now", "59 s ago", "1 min ago", "59 min ago", "1 h ago"]);
});

test("the server's words become sentences, except what is spelled as it is", () => {
  assert.equal(sentence("no block yet"), "No block yet.");
  assert.equal(sentence("0xab is not the minter"), "0xab is not the minter.");
  assert.equal(sentence("x402 clients"), "x402 clients.");
  assert.equal(sentence("Done!"), "Done!");
  assert.equal(sentence(" "), "");
});

test("an hour that was typed is sent in UTC, so that the address does not move", () => {
  const form = { name: " Ping ", opens: "2027-05-05T10:00", closes: "" } as Form;
  const sent = asked(form);
  assert.equal(sent.name, "Ping");
  assert.equal(sent.opens, new Date(2027, 4, 5, 10).toISOString().replace(".000", ""));
  assert.equal(sent.closes, "");
  assert.deepEqual(asked(form), sent);
});

test("a cap is so many mints, or no multiple", () => {
  const of = (cap: string, allotment: string) => mints({ cap, allotment } as Form);
  assert.equal(of("5000000", "5000"), "1,000 mints");
  assert.equal(of("5000", "5000"), "1 mint");
  assert.equal(of("5001", "5000"), "No multiple of 5,000; 5,000 would be.");
  assert.equal(of("1.5", "1"), "");
  assert.equal(of("10", "0"), "");
});

test("a form says at once every field that is wrong, and what to write", () => {
  const form = { name: "Ping", symbol: "", price: "0,10", allotment: "1,000", cap: "10 001", limit: "two", treasury: "vitalik.eth", owner: "", opens: "2027-05-05T10:00", closes: "2027-05-05T10:00" } as Form;
  assert.deepEqual(early(form), {
    symbol: "is needed", price: "write 0.10, with a point", allotment: "write 1000, without separators", cap: "write 10001, without separators", limit: "write a number such as 5000",
    treasury: "is no address: 0x and 40 hex digits. Names such as alice.eth are not resolved here", closes: "is not after the opening",
  });
  const fit = { name: "Ping", symbol: "PING", price: "0.10", allotment: "5000", cap: "5000000", limit: "", treasury: "0x" + "1".repeat(40), owner: "", opens: "", closes: "" } as Form;
  assert.deepEqual(early(fit), {});
  assert.deepEqual(early({ ...fit, cap: "5001" }), { cap: "is no multiple of 5,000; 5,000 would be." });
});

test("a picture that will be blurred or shown with empty space is said to be so", () => {
  assert.match(remark("image", { width: 900, height: 300 }), /900 × 300 pixels. It is shown whole, with empty space/);
  assert.match(remark("image", { width: 20, height: 20 }), /blurred/);
  assert.equal(remark("image", { width: 1024, height: 1000 }), "");
  assert.match(remark("banner", { width: 500, height: 500 }), /three times as wide/);
  assert.match(remark("banner", { width: 600, height: 200 }), /blurred/);
  assert.equal(remark("banner", { width: 1500, height: 500 }), "");
});

test("the address of a receipt is sought as its payment", () => {
  const id = "0x" + "ab".repeat(32);
  assert.equal(sought(`http://127.0.0.1:4021/r/${id}?ref=x`), id);
  assert.equal(sought(` ${id} `), id);
  assert.equal(sought("hello"), "hello");
});
