// The page of a launch on phones, tablets and desks: what is in view, what it says when
// something is missing, and what is there on the next visit.
import assert from "node:assert/strict";
import { button, connect, panel, reaches, settled, sign, words } from "./panel.mjs";
import { payOnce } from "./payer.mjs";
import { until } from "./until.mjs";
import { weigh } from "./weight.mjs";
import { violations } from "./window.mjs";
import { browse } from "./world.mjs";

const screens = [{ width: 360, height: 640 }, { width: 390, height: 844 }, { width: 768, height: 1024 }, { width: 1440, height: 900 }];
const terms = [{ slug: "hero", name: "Ping", symbol: "PING", description: "The first token that is minted by paying for a web page.", mints: 40, limit: 10 }];

/** Returns whether a button that leads to a mint is wholly in view, and not covered. */
const inView = (page) => page.evaluate(() => [...document.querySelectorAll("#mint .button.primary.full, .mintbar .button")].some((e) => {
  const { left, right, top, bottom } = e.getBoundingClientRect();
  const at = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
  return top >= 0 && left >= 0 && bottom <= innerHeight && right <= innerWidth && (at === e || e.contains(at));
}));

browse("on every screen the art is large, a mint button is in view, and nothing is wider than the screen", async ({ shop, window, payer, t }) => {
  const s = await shop(terms);
  for (let n = 0; n < 8; n++) await payOnce(s.url, (await payer()).key);
  const bytes = (await weigh(await window(), `${s.url}/l/hero`)).reduce((sum, part) => sum + part.bytes, 0);
  t.diagnostic(`${bytes} bytes with eight payers`);
  assert.ok(bytes < 120 * 1024, `${bytes} bytes`);
  for (const screen of screens) for (const javaScriptEnabled of [true, false]) {
    const page = await (await window({ ...screen, javaScriptEnabled })).tab(`${s.url}/l/hero`);
    const where = `${screen.width} × ${screen.height}, ${javaScriptEnabled ? "with" : "without"} JavaScript`;
    if (javaScriptEnabled) await reaches(page, "idle");
    await until(`a button is in view: ${where}`, () => inView(page));
    const { art, wide } = await page.evaluate(() => ({ art: document.querySelector(".hero .plate").getBoundingClientRect().width, wide: document.documentElement.scrollWidth - innerWidth }));
    assert.equal(wide, 0, where);
    const phone = screen.width < 700;
    assert.ok(art >= (phone ? screen.width - 32 : screen.width < 960 ? 340 : 360), `the art is ${art} px wide, ${where}`);
    if (!javaScriptEnabled) continue;
    // It stays in view while one scrolls, down to the end.
    const height = await page.evaluate(() => document.documentElement.scrollHeight);
    for (let y = 0; y < height; y += Math.floor(screen.height * 0.7)) {
      await page.evaluate((to) => scrollTo({ top: to, behavior: "instant" }), y);
      await until(`a button is in view at ${y} px: ${where}`, () => inView(page));
    }
    // Nothing is under the bar at the end of the page.
    const covered = await page.evaluate(() => {
      const bar = document.querySelector(".mintbar").getBoundingClientRect();
      const last = [...document.querySelectorAll(".foot a, .foot p")].map((e) => e.getBoundingClientRect().bottom);
      return Math.max(...last) > bar.top && bar.top < innerHeight;
    });
    assert.ok(!covered, `the bar covers the foot, ${where}`);
  }
});

browse("what has the focus is never under the bar of a phone", async ({ shop, window }) => {
  const s = await shop(terms);
  const page = await (await window(screens[0])).tab(`${s.url}/l/hero`);
  await reaches(page, "idle");
  for (let n = 0; n < 60; n++) {
    await page.keyboard.press("Tab");
    const under = await page.evaluate(() => {
      const e = document.activeElement, bar = document.querySelector(".mintbar");
      if (!e || e === document.body || bar.contains(e) || getComputedStyle(bar).visibility === "hidden") return "";
      const { top } = e.getBoundingClientRect();
      return top >= bar.getBoundingClientRect().top ? e.outerHTML.slice(0, 80) : "";
    });
    assert.equal(under, "");
  }
});

browse("payers, the last mint and milestones are shown, and figures say that they are old once the connection is lost", async ({ shop, window, payer }) => {
  const s = await shop(terms);
  const page = await (await window()).tab(`${s.url}/l/hero`);
  assert.equal(await page.locator(".faces img").count(), 0);
  await payOnce(s.url, (await payer()).key, { quantity: 10 });
  await payOnce(s.url, (await payer()).key, { quantity: 2 });
  await until("two payers are shown", async () => (await page.locator(".faces img").count()) === 2 && /2 payers · last mint/.test(await page.locator(".latest-payers").innerText()));
  assert.ok(await page.locator(".faces img").first().evaluate(async (img) => (await img.decode(), img.naturalWidth > 0)));
  assert.deepEqual(await page.locator(".milestones .reached").allInnerTexts().then((all) => all.map((text) => text.trim().split(/\s/)[0])), ["25%"]);
  await until("it is live", async () => (await page.locator(".fresh").innerText()) === "Live");
  await page.context().setOffline(true);
  await until("the browser's own loss is noticed", async () => /^Not connected/.test(await page.locator(".fresh").innerText()), { within: 3_000 });
  await page.context().setOffline(false);
  await until("it is live again", async () => (await page.locator(".fresh").innerText()) === "Live");
  await s.kill();
  await until("it says so", async () => /^Not connected\. Figures as of \d\d:\d\d:\d\d\.$/.test(await page.locator(".fresh").innerText()), { within: 3_000 });
  assert.deepEqual(await violations(page), []);
  await s.start();
  await until("it is live again", async () => (await page.locator(".fresh").innerText()) === "Live");
});

browse("an account with too little sees how much is missing, and has no button that pays", async ({ shop, window, payer, wallet }) => {
  const s = await shop(terms, { flags: ["--buy-url", "https://bridge.example/usdc"] });
  const mine = wallet(await payer({ money: "0.25" }));
  const page = await (await window({ wallets: mine })).tab(`${s.url}/l/hero`);
  await connect(page);
  await button(page, "More").click();
  await button(page, "More").click();
  await until("it is said", async () => /0\.05 USDC is missing.*holds 0\.25 USDC.*takes 0\.30 USDC/.test(await words(page)));
  assert.ok(await button(page, "Not enough USDC").isDisabled());
  assert.ok(!(await page.locator(".mintbar").isVisible()), "the bar offers a mint");
  assert.equal(await panel(page).getByRole("link", { name: "Get USDC", exact: true }).getAttribute("href"), "https://bridge.example/usdc");
  assert.equal(await panel(page).getByRole("link", { name: "Get test USDC" }).getAttribute("href"), "https://faucet.circle.com/");
  assert.deepEqual(await violations(page), []);
  await button(page, "Choose 10,000 PING").click();
  await sign(page).click();
  await reaches(page, ...settled);
  assert.equal(mine.signed.length, 1);
});

browse("a phone without a wallet gets links that open the page in one, and a desk a code for a phone", async ({ shop, window }) => {
  const s = await shop(terms);
  const url = `${s.url}/l/hero`;
  const phone = await (await window({ ...screens[1], hasTouch: true, isMobile: true })).tab(url);
  await button(phone, "Connect a wallet").click();
  for (const [name, href] of [["MetaMask", `https://link.metamask.io/dapp/${url.replace("http://", "")}`],
    ["Coinbase Wallet", `https://go.cb-w.com/dapp?cb_url=${encodeURIComponent(url)}`], ["Trust Wallet", `https://link.trustwallet.com/open_url?coin_id=60&url=${encodeURIComponent(url)}`]])
    assert.equal(await panel(phone).getByRole("link", { name }).getAttribute("href"), href);
  await button(phone, "Copy the address").waitFor();
  assert.deepEqual(await violations(phone), []);
  const desk = await (await window(screens[3])).tab(url);
  await button(desk, "Connect a wallet").click();
  await panel(desk).getByRole("img", { name: `QR code of ${url}` }).waitFor();
  assert.deepEqual(await violations(desk), []);
});

browse("a mint names the payer's place and holdings, and the next visit has them without a wallet too", async ({ shop, window, payer, wallet }) => {
  const s = await shop(terms);
  for (let n = 0; n < 3; n++) await payOnce(s.url, (await payer()).key);
  const p = await payer(), w = await window({ wallets: wallet(p) });
  const page = await w.tab(`${s.url}/l/hero`);
  await connect(page);
  await button(page, "More").click();
  await button(page, "More").click();
  await sign(page).click();
  await reaches(page, ...settled);
  await until("the place is named", async () => /Minted.*15,000 PING for 0\.30 USDC.*You are minter 4\. You hold 15,000 PING\./.test(await words(page)));
  assert.ok((await panel(page).locator(".drawn svg path").count()) > 0, "no seal is drawn");
  await reaches(page, "final");
  assert.match(await words(page), /Minted.*Final: they are yours permanently/);
  const picture = await page.evaluate(async (href) => (await fetch(href)).headers.get("content-type"), await panel(page).getByRole("link", { name: "Save its picture" }).getAttribute("href"));
  assert.equal(picture, "image/png");

  await page.reload();
  await reaches(page, "ready", "final");
  if (await button(page, "Mint again").isVisible()) await button(page, "Mint again").click();
  await until("it is there with the wallet", async () => /You are minter 4\. You hold the 15,000 PING that you minted\./.test(await words(page)));
  await button(page, "Use another wallet").click();
  await reaches(page, "idle");
  await until("it is there without it", async () => /You are minter 4\. You minted 15,000 PING\..*minted in this browser/.test(await words(page)));
  assert.deepEqual(await violations(page), []);
  await button(page, "Forget it").click();
  await until("it is forgotten", async () => !/minter 4/.test(await words(page)));
});
