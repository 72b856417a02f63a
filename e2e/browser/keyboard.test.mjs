// Tests by keyboard only: this file uses no pointer.
import assert from "node:assert/strict";
import { owned } from "./dashboard.mjs";
import { reaches, settled } from "./panel.mjs";
import { payOnce } from "./payer.mjs";
import { until } from "./until.mjs";
import { browse } from "./world.mjs";

/** The focused element's name for screen readers, its tag, its size, and whether its focus can be seen. */
async function focused(page) {
  return page.evaluate(() => {
    const e = document.activeElement;
    if (!e || e === document.body) return { name: "", tag: "body", seen: true };
    const label = e.getAttribute("aria-label") ?? e.labels?.[0]?.textContent ?? e.innerText ?? e.getAttribute("title") ?? "";
    const box = e.getBoundingClientRect();
    const style = getComputedStyle(e);
    // A focused element must have an outline, or a shadow instead.
    const seen = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0 || style.boxShadow !== "none";
    return { name: label.replace(/\s+/g, " ").trim(), tag: e.tagName.toLowerCase(), seen, width: box.width, height: box.height };
  });
}

/** Presses Tab until the focused element has the name, and checks that the focus can be seen at each step. */
async function tabTo(page, name, { key = "Tab", most = 80 } = {}) {
  const passed = [];
  for (let n = 0; n < most; n++) {
    const at = await focused(page);
    if (at.name && name.test(at.name)) return at;
    passed.push(at.name || at.tag);
    await page.keyboard.press(key);
    const next = await focused(page);
    if (next.tag !== "body") assert.ok(next.seen, `the focus on ${next.tag} "${next.name}" cannot be seen`);
  }
  throw new Error(`${name} is out of reach of ${key}; it came by ${passed.join(" | ")}`);
}

const press = async (page, name) => {
  await tabTo(page, name);
  await page.keyboard.press("Enter");
};

browse("a mint needs the keyboard only", async ({ demo, chain, window, payer, wallet }) => {
  const p = await payer();
  const mine = wallet(p);
  const page = await (await window({ wallets: mine })).tab(demo.page);
  await page.keyboard.press("Tab");
  assert.match((await focused(page)).name, /Skip to content/);
  await page.keyboard.press("Enter");
  await press(page, /Connect a wallet/);
  await press(page, /^Test wallet$/);
  await reaches(page, "ready");
  await tabTo(page, /^Quantity/);
  await page.keyboard.press("ArrowUp");
  await press(page, /^Mint 10,000 DPING for 0\.20 USDC/);
  await reaches(page, ...settled);
  assert.equal(await chain.tokens(demo.token, p.address), 10_000n * 10n ** 18n);
  // The focus is still in the panel, not lost at the top of the page.
  assert.ok(await page.evaluate(() => document.querySelector("#mint").contains(document.activeElement)), "the focus was lost");
  await press(page, /^See the receipt/);
  await page.waitForURL(/\/r\/0x/);
});

browse("signing in and withdrawing need the keyboard only", async ({ shop, chain, window, payer, wallet }) => {
  const s = await owned(shop);
  await payOnce(s.url, (await payer()).key, { quantity: 2 });
  const page = await (await window({ wallets: wallet(s.owner) })).tab(`${s.url}/admin`);
  await page.getByRole("button", { name: "Test wallet" }).waitFor();
  await press(page, /^Test wallet/);
  await page.getByRole("navigation", { name: "Dashboard" }).waitFor();
  await page.getByRole("button", { name: /^Withdraw from Ping/ }).waitFor();
  await press(page, /^Withdraw( from Ping)?/);
  const dialog = page.getByRole("dialog", { name: /^Withdraw from Ping/ });
  await dialog.waitFor();
  // A dialog has the focus, and keeps it.
  assert.ok(await dialog.evaluate((d) => d.contains(document.activeElement)));
  await dialog.getByRole("button", { name: "Withdraw", exact: true }).waitFor();
  await press(page, /^Withdraw$/);
  await until("it is done", async () => /Done, in block/.test(await dialog.innerText()));
  assert.equal(await chain.money(s.treasury.address), 200_000n);
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "hidden" });
  // When it closes, it returns the focus to the page.
  await until("the focus is back in the page", async () => (await focused(page)).tag !== "body");
});
