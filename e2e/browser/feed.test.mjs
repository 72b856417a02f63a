// An action in one window appears in another without a reload.
import assert from "node:assert/strict";
import { browse } from "./world.mjs";
import { connect, reaches, settled, sign } from "./panel.mjs";
import { payOnce } from "./payer.mjs";
import { until } from "./until.mjs";

const live = async (page, name) => Number((await page.locator(`[data-live="${name}"]`).first().innerText()).replace(/[^\d]/g, ""));

browse("a mint in one window reaches another, which is not reloaded", async ({ shop, window, payer, wallet }) => {
  const s = await shop();
  const p = await payer();
  const [here, there] = [await window({ wallets: wallet(p) }), await window()];
  const watched = await there.tab(s.url);
  await watched.evaluate(() => (window.__same = true));
  const page = await here.tab(s.url);
  await connect(page);
  await sign(page).click();
  await reaches(page, ...settled);
  await until("the other window counts it", async () => (await live(watched, "mints")) === 1 && (await live(watched, "minted")) === 5000);
  const list = watched.getByRole("list", { name: "Latest" });
  await until("and lists it", async () => (await list.getByRole("listitem").count()) === 1 && (await list.innerText()).toLowerCase().includes(p.address.slice(2, 6).toLowerCase()));
  assert.ok(await watched.evaluate(() => window.__same), "it was reloaded");
  // A mint without a page appears as well, and counts as another payer.
  await payOnce(s.url, (await payer()).key, { quantity: 3 });
  await until("both windows count four", async () => (await live(watched, "minted")) === 20_000 && (await live(page, "minted")) === 20_000);
  assert.equal(await live(watched, "payers"), 2);
});

browse("a pause reaches a page that is open: no price, and the roles say so", async ({ shop, chain, window }) => {
  const s = await shop();
  const page = await (await window()).tab(s.url);
  const roles = page.getByRole("region", { name: "The contract" });
  assert.doesNotMatch(await roles.innerText(), /Minting is paused/);
  const block = await live(page, "block");
  await chain.call(s.owner.key, s.token, "pause");
  await until("it says so", async () => /Minting is paused/.test(await roles.innerText()) && (await page.getByText("Paused", { exact: true }).first().isVisible()));
  assert.ok((await live(page, "block")) > block, "it does not say of which block that is");
  await chain.call(s.owner.key, s.token, "unpause");
  await until("it sells again", async () => !/Minting is paused/.test(await roles.innerText()) && (await page.getByText("Open", { exact: true }).first().isVisible()));
});

browse("a feed that breaks off is taken up again by itself", async ({ shop, window, payer }) => {
  const s = await shop();
  const watched = await (await window()).tab(s.url);
  await until("it is live", async () => (await live(watched, "mints")) === 0);
  await s.kill();
  await s.start();
  await payOnce(s.url, (await payer()).key);
  await until("it counts what came after", async () => (await live(watched, "mints")) === 1);
});
