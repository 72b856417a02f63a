import assert from "node:assert/strict";
import { test } from "node:test";

import type { Form } from "./answers";
import { sentence } from "./ask";
import { ago, brief, grouped, nobody, plural, same, short } from "./figures";
import { asked, mints } from "./form";

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
