// The home page: forty launches, on a phone and on a desk, by pointer and by keyboard.
import assert from "node:assert/strict";
import { after } from "node:test";
import { go, owned, signIn } from "./dashboard.mjs";
import { payOnce } from "./payer.mjs";
import { shift, watchShift, weigh } from "./weight.mjs";
import { until } from "./until.mjs";
import { violations, widths } from "./window.mjs";
import { browse, world } from "./world.mjs";
import { openShop } from "./shop.mjs";

const forty = [
  ...Array.from({ length: 33 }, (_, i) => ({ slug: `live${i + 1}`, name: `Live launch ${i + 1}`, symbol: `LIVE${i + 1}`, closes: i < 5 ? `${i + 2}h` : undefined })),
  { slug: "long", name: "A launch with a name that is as long as names of tokens may be", symbol: "LONGESTSYM" },
  { slug: "cjk", name: "日本のトークンの名前はこのように長いこともある", symbol: "JPTOKEN" },
  { slug: "gone", name: "Gone at once", symbol: "GONE", mints: 1 },
  ...Array.from({ length: 4 }, (_, i) => ({ slug: `soon${i + 1}`, name: `Tomorrow ${i + 1}`, symbol: `SOON${i + 1}`, opens: `${20 + i}h` })),
];

let shop;
/** The shop with forty launches, which all tests of this file share. */
const home = () => (shop ??= (async () => {
  const w = await world();
  const s = await owned((terms, options) => openShop(w, terms, options), forty);
  await payOnce(s.url, (await w.chain.account(w.bank, {})).key, { path: "/launches/gone/mint" });
  await until("it is sold out", async () => (await (await fetch(`${s.url}/launches/gone`)).json()).status === "sold_out");
  return s;
})());

after(async () => (await shop?.catch(() => {}))?.close());

const names = (page) => page.locator(".card-of-launch .name").allInnerTexts();

browse("forty launches fit a phone and a desk, in light and in dark, and axe finds nothing wrong", async ({ window, t }) => {
  const s = await home();
  for (const scheme of ["light", "dark"]) {
    for (const size of widths) {
      const w = await window({ scheme, ...size });
      await w.context.addInitScript(watchShift);
      for (const path of ["/", "/?show=live&sort=newest", "/?q=launch&sort=gone", "/?q=nothing+is+called+so", "/l/live1"]) {
        const where = `${path}, ${size.width} px, ${scheme}`;
        const page = await w.tab(s.url + path);
        await page.waitForLoadState("load");
        await page.evaluate(() => document.fonts.ready);
        const { wide, wider } = await page.evaluate(() => ({ wide: innerWidth,
          wider: [...document.querySelectorAll("main *")].filter((e) => !e.closest(".scroll, pre, .tabs, .sorts, svg, .visually-hidden") && e.getBoundingClientRect().right > innerWidth + 1).map((e) => e.className || e.tagName) }));
        assert.deepEqual(wider, [], where);
        assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= wide, `${where} scrolls sideways`);
        assert.deepEqual(await violations(page), [], where);
        assert.ok((await shift(page)) < 0.02, `${where} moved by ${await shift(page)}`);
        if (path === "/" && process.env.MINT402_PICTURES) await page.screenshot({ path: `${process.env.MINT402_PICTURES}/home-${scheme}-${size.width}.png`, fullPage: true });
        await page.close();
      }
    }
  }
  const parts = await weigh(await window(), s.url + "/");
  const total = parts.reduce((sum, p) => sum + p.bytes, 0);
  for (const p of parts) t.diagnostic(`${String(p.bytes).padStart(7)} ${p.coding.padEnd(5)} ${p.pathname}`);
  t.diagnostic(`${total} bytes in ${parts.length} requests`);
  assert.ok(total < 120 * 1024, `${total} bytes`);
});

browse("without JavaScript the home page searches, sorts and leads to every launch", async ({ window }) => {
  const s = await home();
  const page = await (await window({ javaScriptEnabled: false, width: 390, height: 844 })).tab(s.url);
  assert.match(await page.title(), /^35 launches live, 4 opening soon, 1 finished/);
  assert.equal((await names(page)).length, 24 + 4 + 1);
  await page.getByRole("searchbox", { name: "Search" }).fill("tomorrow");
  await page.getByRole("button", { name: "Search" }).click();
  await page.waitForURL(/q=tomorrow/);
  assert.deepEqual((await names(page)).map((n) => n.split(" SOON")[0]), ["Tomorrow 1", "Tomorrow 2", "Tomorrow 3", "Tomorrow 4"]);
  await page.getByRole("navigation", { name: "Launches" }).getByRole("link", { name: /^Live/ }).click();
  await page.waitForURL(/show=live/);
  assert.match(await page.locator("main").innerText(), /No launch matches/);
  await page.goto(s.url);
  await page.getByRole("link", { name: /^All 35/ }).click();
  await page.waitForURL(/show=live/);
  assert.equal((await names(page)).length, 35);
  await page.getByRole("navigation", { name: "Sort by" }).getByRole("link", { name: "Ending soon" }).click();
  await page.waitForURL(/sort=/);
  assert.match((await names(page))[0], /^Live launch 1 /);
  await page.getByRole("link", { name: /^Live launch 1 / }).click();
  await page.waitForURL(/\/l\/live1$/);
});

browse("the home page needs the keyboard only", async ({ window }) => {
  const s = await home();
  const page = await (await window()).tab(s.url);
  const tabTo = async (test) => {
    for (let n = 0; n < 80; n++) {
      await page.keyboard.press("Tab");
      const seen = await page.evaluate(() => {
        const style = getComputedStyle(document.activeElement);
        return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0 || style.boxShadow !== "none";
      });
      assert.ok(seen, "the focus cannot be seen");
      if (await page.evaluate(test)) return;
    }
    throw new Error("out of reach");
  };
  await tabTo(() => document.activeElement.id === "q");
  await page.keyboard.type("live launch 7");
  await page.keyboard.press("Enter");
  await page.waitForURL(/q=live\+launch\+7/);
  await tabTo(() => document.activeElement.textContent === "Newest");
  await page.keyboard.press("Enter");
  await page.waitForURL(/sort=newest/);
  await tabTo(() => document.activeElement.closest(".card-of-launch"));
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/l\/live7$/);
});

browse("a mint shows on the home page while it is open, and a list that changed is said", async ({ window, payer, wallet }) => {
  const s = await home();
  const page = await (await window()).tab(s.url);
  const newest = page.locator(".newest .mints li").first();
  assert.match(await newest.innerText(), /GONE/);
  await payOnce(s.url, (await payer()).key, { path: "/launches/live2/mint", quantity: 10 });
  await until("the mint is there", async () => /50,000 LIVE2[\s\S]*Live launch 2[\s\S]*just now/.test(await newest.innerText()));
  // What a browser notes of its own mints shows here at the next visit, and nothing without a note.
  assert.equal(await page.getByRole("heading", { name: "Yours" }).isVisible(), false);
  const mine = await payer();
  await payOnce(s.url, mine.key, { path: "/launches/live7/mint", quantity: 2 });
  const { token } = await (await fetch(`${s.url}/launches/live7`)).json();
  const own = await (await window()).tab(s.url);
  await own.evaluate(([token, payer]) => localStorage.setItem(`mint402:minted:${token.toLowerCase()}`, payer), [token, mine.address]);
  await own.reload();
  await until("it is shown", async () => /Live launch 7 You minted 10,000 LIVE7\. Latest receipt/.test((await own.getByRole("region", { name: "Yours" }).innerText()).replace(/\s+/g, " ")));
  const card = page.locator(".card-of-launch", { has: page.getByText("LIVE2", { exact: true }) });
  assert.match(await card.innerText(), /1% minted/);
  assert.equal(await page.locator("#changed").isVisible(), false);
  const body = await page.evaluate(() => fetch("/feed").then((a) => a.status)).catch(() => 200);
  assert.equal(body, 200);

  const admin = await signIn(await window({ wallets: wallet(s.owner) }), s.url);
  await go(admin, "Home page");
  assert.deepEqual(await violations(admin), []);
  await admin.getByRole("button", { name: "Hide Live launch 3", exact: true }).click();
  await admin.getByRole("button", { name: "Show Live launch 3", exact: true }).waitFor();
  await page.getByText("The list has changed").waitFor();
  await page.getByRole("link", { name: "Show it as it is now" }).click();
  await until("it is not there", async () => !(await names(page)).some((n) => /^Live launch 3 /.test(n)));
  await admin.getByRole("button", { name: "Take off sale Live launch 4", exact: true }).click();
  await admin.getByRole("button", { name: "Put back on sale Live launch 4", exact: true }).waitFor();
  assert.equal((await fetch(`${s.url}/launches/live4/mint`)).status, 410);
  await admin.getByRole("button", { name: "Down Live launch 1", exact: true }).click();
  await until("it is the second", async () => /^Live launch 2 /.test((await admin.locator(".arrangement li").first().innerText()).replace(/\s+/g, " ")));
  await admin.getByLabel(/The default launch/).selectOption("live5");
  await until("it is at /mint", async () => (await (await fetch(`${s.url}/launches`)).json()).default === "live5");
  assert.match((await (await fetch(`${s.url}/mint`)).json()).detail, /LIVE5/);
  await admin.getByLabel(/The page at/).selectOption("live6");
  await until("its page is the first", async () => /Live launch 6/.test(await (await fetch(s.url)).text()));
  for (const width of [390, 1440]) {
    await admin.setViewportSize({ width, height: 900 });
    assert.ok(await admin.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `the dashboard scrolls sideways at ${width}`);
  }
});
