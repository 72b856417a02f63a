// Launches with texts that are markup and scripts: every page shows them as text and
// runs no script of theirs.
import assert from "node:assert/strict";
import { go, signIn } from "./dashboard.mjs";
import { browse } from "./world.mjs";
import { deploy } from "./deploy.mjs";
import { payOnce } from "./payer.mjs";
import { until } from "./until.mjs";
import { violations } from "./window.mjs";

export const hostile = [
  "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "'><svg/onload=alert(1)>", "</title><script>alert(1)</script>",
  "javascript:alert(1)", "{{.Launch}}", '"onmouseover="alert(1)" autofocus onfocus="alert(1)', "</script><script>alert(1)//", "\u2028alert(1)", "`${alert(1)}`",
  "&lt;script&gt;alert(1)&lt;/script&gt;", "\u202egnp.ereh\u202d\u0000\u0007\u001b[31m", "<style>*{display:none}</style><base href=//evil.example>",
];

/** Opens a shop that sells a launch for each hostile text. */
async function sold({ chain, bank, shop, payer }) {
  const owner = await payer({ money: "0", coins: "0.25" });
  const tokens = await Promise.all(hostile.map((text) => deploy(chain, bank, owner.address, { name: text, symbol: text, contractURI: text })));
  const s = await shop(hostile.map((text, i) => ({
    token: tokens[i], slug: `h${i}`, description: typed(text), image: i % 2 ? `https://${typed(text)}` : typed(text) })), { keyless: true, flags: ["--admin", owner.address] });
  return Object.assign(s, { owner });
}

/** A text without the NUL characters, which a command line or a field cannot take. */
const typed = (text) => text.replaceAll("\u0000", "");

/** The number of elements that can only come from a hostile text. */
const smuggled = (page) => page.evaluate(() => document.querySelectorAll("base, script:not([src]):not([type='application/json']), [onerror], [onload], [onfocus], [onmouseover], iframe, object, embed").length);

browse("hostile names, symbols, descriptions and images run nothing on any page", async ({ window, payer, ...means }) => {
  const s = await sold({ payer, ...means });
  const p = await payer();
  // The page requests the picture from the launch's URL; that request is aborted.
  const w = await window();
  await w.context.route((url) => url.origin !== new URL(s.url).origin, (route) => route.abort());
  const watch = async (path, holds) => {
    const page = await w.tab(s.url + path);
    await page.waitForLoadState("load");
    if (holds) assert.ok((await page.title()).length > 0 && (await page.locator("h1").count()) === 1, path);
    assert.equal(await smuggled(page), 0, path);
    // The page is not hidden either.
    assert.ok(await page.locator("h1").first().isVisible(), path);
    w.problems = w.problems.filter((problem) => !/asked a third party: GET https:/.test(problem));
    w.quiet(path);
    await page.close();
  };
  await watch("/");
  for (const [i, text] of hostile.entries()) {
    const paid = await payOnce(s.url, p.key, { path: `/launches/h${i}/mint` });
    assert.equal(paid.status, 200, `${JSON.stringify(text)}: ${JSON.stringify(paid.body)}`);
    await watch(`/l/h${i}?%22%3E%3Cscript%3Ealert(1)%3C/script%3E#<img src=x onerror=alert(1)>`, true);
    await watch(`/r/${paid.body.paymentId}`, true);
    for (const picture of [`/l/h${i}/share.png`, `/r/${paid.body.paymentId}/share.png`]) {
      const answer = await fetch(s.url + picture);
      assert.equal(answer.headers.get("content-type"), "image/png", picture);
    }
  }
  // The text arrives unchanged.
  const page = await w.tab(`${s.url}/l/h0`);
  await until("the name is shown as it is", async () => (await page.locator("h1").innerText()).includes("<script>alert(1)</script>"));
}, { timeout: 240_000 });

browse("hostile words run nothing on the owner's dashboard, nor as they are typed into it", async ({ window, payer, wallet, ...means }) => {
  const s = await sold({ payer, ...means });
  const p = await payer();
  const w = await window({ wallets: wallet(s.owner) });
  for (const i of hostile.keys()) assert.equal((await payOnce(s.url, p.key, { path: `/launches/h${i}/mint` })).status, 200);
  const page = await signIn(w, s.url);
  const still = async (where, i = 0) => {
    assert.equal(await smuggled(page), 0, where);
    assert.ok(await page.locator("h1").isVisible(), where);
    // axe is slow: it checks every view once, for the first launch. The overview has all texts.
    if (i === 0) assert.deepEqual(await violations(page), [], where);
    w.quiet(where);
  };
  await until("all are there", async () => (await page.getByRole("table", { name: "Launches" }).locator("tbody tr").count()) === hostile.length);
  assert.ok((await page.locator("main").innerText()).includes(hostile[0]), "it is not shown as it is");
  await still("overview");
  for (const i of hostile.keys()) {
    await page.evaluate((to) => { location.hash = to; }, `#/launches/h${i}`);
    await page.getByRole("heading", { name: "Roles" }).waitFor();
    await still(`launch ${i}`, i);
    // The dialog for the signature contains the launch's texts.
    await page.getByRole("button", { name: /^Pause minting/ }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: "Pause minting", exact: true }).waitFor();
    await still(`pausing launch ${i}`, i);
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await page.evaluate((to) => { location.hash = to; }, `#/orders?launch=h${i}&q=${encodeURIComponent("<img src=x onerror=alert(1)>")}`);
    await page.evaluate((to) => { location.hash = to; }, `#/orders?launch=h${i}`);
    await page.getByRole("button", { name: /^Details of payment/ }).click();
    await dialog.waitFor();
    await still(`the order of launch ${i}`, i);
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
  }
  await go(page, "Orders");
  for (const text of hostile) {
    await page.getByRole("searchbox", { name: "Search" }).fill(typed(text));
    await page.keyboard.press("Enter");
  }
  await still("orders");

  await go(page, "New launch");
  const form = page.getByRole("form", { name: "New launch" });
  const sheet = page.getByRole("complementary", { name: "As buyers will see it" });
  await form.getByText("More", { exact: true }).click();
  for (const [label, value] of Object.entries({ "Price of a mint": "0.10", "What a mint buys": "100", "Total supply": "1000" })) await form.getByLabel(new RegExp(`^${label}`)).fill(value);
  for (const [i, text] of hostile.entries()) {
    for (const label of ["Name", "Symbol", "Description", "Image", "Name in links", "Contract metadata"]) await form.getByLabel(new RegExp(`^${label}( optional)?$`)).fill(typed(text));
    await until("it is read back", async () => (await sheet.innerText()).replace(/\s+/g, " ").includes(typed(text).replace(/\s+/g, " ").trim()));
    await until("the server has read it", async () => (await sheet.getAttribute("aria-busy")) !== "true");
    await still(`the form with text ${i}`, i);
    await form.getByRole("button", { name: /^(Review and deploy|Put it on sale)/ }).click();
    const dialog = page.getByRole("dialog");
    await until("it is refused, or shown for the last time", async () => (await dialog.count()) > 0 || (await form.locator("[aria-invalid=true]").count()) > 0 || (await form.locator(".note").count()) > 0);
    await still(`the form with text ${i}, looked at for the last time`, i);
    if (await dialog.count()) await dialog.getByRole("button", { name: "Back" }).click();
  }
  // The typed text is still there after a reload, and is still only text.
  await page.reload();
  await form.waitFor();
  await still("the form after a reload");
}, { timeout: 400_000 });
