import assert from "node:assert/strict";
import { test } from "node:test";

const page = globalThis as unknown as { document: unknown; mint402Texts: Record<string, string> };
page.document = { documentElement: { lang: "de" } };
page.mint402Texts = { "Mint {tokens} for {price}": "{price} für {tokens}", "{n} payer": "{n} Zahler", "{n} payers": "{n} Zahlende", "in {time}": "in {time}", "{n} days": "{n} Tagen", "{n} h": "{n} Std." };
const { parts, plural, t } = await import("../language");
const { grouped, share, within } = await import("../words");

test("a text is translated, and filled in the order of the English text", () => {
  assert.equal(t("Mint {tokens} for {price}", "5.000 PING", "0,10 USDC"), "0,10 USDC für 5.000 PING");
  assert.equal(t("Not translated {n}", 3), "Not translated 3");
  assert.equal(t("Mint {tokens} for {price}", "{price}", "1"), "1 für {price}"); // an argument is no text
  assert.equal(t("constructor"), "constructor");
  assert.deepEqual(parts("Mint {tokens} for {price}", { a: 1 }, { b: 2 }), [{ b: 2 }, " für ", { a: 1 }]);
  assert.deepEqual([plural(1, "1", "{n} payer", "{n} payers"), plural(0, "0", "{n} payer", "{n} payers")], ["1 Zahler", "0 Zahlende"]);
});

test("figures and times are those of the page's language", () => {
  assert.equal(grouped("1234567.50"), "1.234.567,50");
  assert.equal(share(12, 100), "12\u00a0%");
  assert.equal(within(2 * 86400 + 3 * 3600), "2 Tagen 3 Std.");
});

// The server writes them with a table of its own: web/languages/format.go.
test("every browser writes figures as the server does", () => {
  const wanted = { en: "1,234,567.5 12%", es: "1.234.567,5 12\u00a0%", pt: "1.234.567,5 12%", fr: "1\u202f234\u202f567,5 12\u00a0%", de: "1.234.567,5 12\u00a0%", tr: "1.234.567,5 %12",
    vi: "1.234.567,5 12%", id: "1.234.567,5 12%", ko: "1,234,567.5 12%", ja: "1,234,567.5 12%", zh: "1,234,567.5 12%" };
  for (const [code, text] of Object.entries(wanted))
    assert.equal(`${new Intl.NumberFormat(code).format(1234567.5)} ${new Intl.NumberFormat(code, { style: "percent" }).format(0.12)}`, text, code);
});
