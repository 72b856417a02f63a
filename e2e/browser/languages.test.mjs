// The pages in eleven languages: nothing is cut or scrolls sideways, the menu works by hand, and
// a mint in another language is the same mint.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { after } from "node:test";
import { repository } from "./program.mjs";
import { payOnce } from "./payer.mjs";
import { openShop } from "./shop.mjs";
import { until } from "./until.mjs";
import { violations, widths } from "./window.mjs";
import { browse, world } from "./world.mjs";
import { weigh } from "./weight.mjs";

const folder = join(repository, "web", "languages");
const catalogues = Object.fromEntries(readdirSync(folder).filter((f) => f.endsWith(".json")).map((f) => [f.slice(0, -5), JSON.parse(readFileSync(join(folder, f), "utf8"))]));
const codes = ["en", ...Object.keys(catalogues)];

/** A text in a language, with its placeholders filled. */
const text = (code, english, values = {}) => (catalogues[code]?.[english] ?? english).replace(/\{(\w+)\}/g, (name, key) => values[key] ?? name);

let shop;
/** The shop of all tests here: an open launch, one that is sold out, one that opens later, and a receipt. */
const open = () => (shop ??= (async () => {
  const w = await world();
  const s = await openShop(w, [
    { slug: "open", name: "Ping", symbol: "PING", description: "The first token that is minted by paying for a web page.", mints: 40, limit: 10 },
    { slug: "gone", name: "Gone", symbol: "GONE", mints: 3 },
    { slug: "soon", name: "Tomorrow", symbol: "SOON", opens: "23h" },
  ], { flags: ["--funders"] });
  const payer = await w.chain.account(w.bank, {});
  await payOnce(s.url, payer.key, { path: "/launches/open/mint" });
  const { body } = await payOnce(s.url, payer.key, { path: "/launches/gone/mint", quantity: 3 });
  await until("it is sold out", async () => (await (await fetch(`${s.url}/launches/gone`)).json()).status === "sold_out");
  await until("the holders are known", async () => (await (await fetch(`${s.url}/launches/open/holders`)).json()).total === 1);
  s.receipt = `/r/${body.paymentId}`;
  return s;
})());

after(async () => (await shop?.catch(() => {}))?.close());

/** The elements with text that are wider than their box, or beyond the window's edge. */
const cut = (page) => page.evaluate(() => {
  const scrolls = ".scroll, pre, .tabs, .sorts, svg, .visually-hidden, .skip, .address, code";
  const shown = [...document.querySelectorAll("body *")].filter((e) => !e.closest(scrolls) && e.checkVisibility() && e.clientWidth !== 1 && [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()));
  return shown.filter((e) => (getComputedStyle(e).display !== "inline" && e.scrollWidth > e.clientWidth + 1) || e.getBoundingClientRect().right > innerWidth + 1)
    .map((e) => `${e.tagName} ${e.className}: ${e.textContent.trim().slice(0, 60)} (${e.scrollWidth} > ${e.clientWidth})`);
});

/** Calls check for each language, for three at a time: a page mostly waits for its scripts and pictures. */
const inEach = (check) => {
  const left = [...codes];
  return Promise.all([1, 2, 3].map(async () => {
    for (let code; (code = left.shift()); ) await check(code);
  }));
};

browse("in each language every text fits, on a phone and on a desk", async ({ window }) => {
  const s = await open();
  const faults = [];
  await inEach(async (code) => {
    const w = await window({ locale: code });
    const page = await w.tab(`${s.url}/readyz`); // one tab for all pages: their scripts and styles are fetched once
    for (const path of ["/", "/l/open", "/l/gone", "/l/soon", s.receipt, "/l/open/minters", "/l/open/minters?q=0x", "/l/open/holders", "/l/open/share", `${s.receipt}/share`, "/embed/open", "/embed/gone", "/embed/soon"]) {
      await page.setViewportSize(widths[0]);
      await page.goto(s.url + path);
      assert.equal(await page.evaluate(() => document.documentElement.lang), code, `${code} ${path}`);
      if (path === "/l/open") await page.locator("#mint button.primary").waitFor();
      // A text that fits on a phone may be cut in a desk's columns, so each page is checked in both.
      for (const size of widths) {
        const where = `${code} ${path} at ${size.width} px`;
        await page.setViewportSize(size);
        if (path === "/l/open") faults.push(...(await mintButton(page, size)).map((what) => `${where}: ${what}`));
        for (const what of await cut(page)) faults.push(`${where}: ${what}`);
        if ((await page.evaluate(() => document.documentElement.scrollWidth)) > size.width) faults.push(`${where} scrolls sideways`);
        if (["fr", "zh"].includes(code)) for (const what of await violations(page)) faults.push(`${where}: ${what}`);
        if (process.env.MINT402_PICTURES) await page.screenshot({ path: join(process.env.MINT402_PICTURES, `${code}-${size.width}-${path.split("/")[1] || "home"}-${path.split("/").slice(2).map((p) => p.slice(0, 7)).join("-")}.png`), fullPage: true });
      }
    }
    w.quiet(code);
    await w.close();
  });
  assert.deepEqual(faults, []);
});

/** Returns what is wrong with the button that mints. */
async function mintButton(page, size) {
  const { left, right, bottom, label } = await page.locator("#mint button.primary").evaluate((e) => ({ ...e.getBoundingClientRect().toJSON(), label: e.innerText }));
  const seen = (await page.locator(".mintbar").isVisible()) || bottom <= size.height;
  return [!(left >= 0 && right <= size.width && seen) && "the mint button is not in view",
    (!/5[.,\s]?000/.test(label) || !/0[.,]10/.test(label)) && `the button says ${label}`].filter(Boolean);
}

browse("in each language a widget fits into its smallest frame, in the language of its URL", async ({ window }) => {
  const s = await open();
  const w = await window({ width: 260, height: 224 });
  const faults = [];
  await inEach(async (code) => {
    const page = await w.tab(`${s.url}/readyz`);
    for (const slug of ["open", "gone", "soon"]) {
      await page.goto(`${s.url}/embed/${slug}?lang=${code}`);
      assert.equal(await page.locator("html").getAttribute("lang"), code);
      const shown = page.locator(".pill:visible, .counts > :visible, .act .button, .fresh");
      for (const what of await shown.evaluateAll((all) => all.filter((e) => e.scrollWidth > e.clientWidth + 1 || e.getBoundingClientRect().bottom > innerHeight).map((e) => e.innerText))) faults.push(`${code} ${slug}: ${what}`);
    }
    await page.close();
  });
  assert.deepEqual(faults, []);
});

for (const javaScriptEnabled of [true, false]) browse(`the language is chosen by hand ${javaScriptEnabled ? "with" : "without"} JavaScript, and stays`, async ({ window }) => {
  const s = await open();
  const w = await window({ javaScriptEnabled, locale: "fr" });
  const page = await w.tab(`${s.url}/l/open?ref=friend`);
  const language = () => page.locator("html").getAttribute("lang");
  assert.equal(await language(), "fr");
  await page.locator(".languages").getByRole("link", { name: "Türkçe" }).click();
  await page.waitForURL(`${s.url}/l/open?ref=friend`);
  assert.equal(await language(), "tr");
  assert.equal(await page.locator(".oath").innerText(), text("tr", "One settled payment, exactly one mint."));
  for (const path of ["/", s.receipt, "/l/nothing"]) {
    await page.goto(s.url + path);
    assert.equal(await language(), "tr", path);
  }
  await page.goto(`${s.url}/l/open?lang=xx`);
  assert.equal(await language(), "tr");
  await page.locator(".languages").getByRole("link", { name: "English" }).click();
  await page.waitForURL(`${s.url}/l/open`);
  assert.equal(await language(), "en");
});

browse("a mint in another language is the same mint", async ({ chain, window, payer, wallet, t }) => {
  const s = await open();
  const p = await payer();
  const mine = wallet(p);
  const w = await window({ wallets: mine, locale: "de" });
  const page = await w.tab(`${s.url}/l/open`);
  const panel = page.locator("#mint [data-state]");
  const reaches = (...states) => until(`the panel is ${states}`, async () => states.includes(await panel.getAttribute("data-state")));
  const button = (english, values) => panel.getByRole("button", { name: text("de", english, values) });
  await button("Connect a wallet").click();
  await panel.getByRole("button", { name: "Test wallet", exact: true }).click();
  await reaches("ready");
  await button("Mint {tokens} for {price}", { tokens: "5.000 PING", price: "0,10 USDC" }).click();
  await reaches("mined", "final");
  assert.equal(await chain.tokens(s.token, p.address), 5000n * 10n ** 18n);
  const [{ authorization }] = mine.signed;
  assert.deepEqual([mine.signed.length, BigInt(authorization.value), authorization.to.toLowerCase()], [1, 100_000n, s.token.toLowerCase()]);
  await reaches("final");
  assert.ok((await panel.innerText()).includes(text("de", "Final: they are yours permanently.")));
  await panel.getByRole("link", { name: text("de", "See the receipt") }).click();
  await page.waitForURL(/\/r\/0x[0-9a-f]{64}$/);
  await until("the receipt is final", async () => (await page.locator(".stamp").innerText()).toLowerCase() === text("de", "Minted, final").toLowerCase());
  assert.equal(await page.locator("html").getAttribute("lang"), "de");
  const parts = await weigh(await window({ locale: "de" }), `${s.url}/l/open`);
  const total = parts.reduce((sum, part) => sum + part.bytes, 0);
  for (const part of parts) t.diagnostic(`${String(part.bytes).padStart(7)} ${part.pathname}`);
  assert.ok(total < 120 * 1024, `${total} bytes`);
});
