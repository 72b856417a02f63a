// The pages of minters and holders, and the dashboard's checklist and revenue.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { go, owned, signIn } from "./dashboard.mjs";
import { payOnce } from "./payer.mjs";
import { until } from "./until.mjs";
import { violations, widths } from "./window.mjs";
import { browse } from "./world.mjs";

/** Checks a page on a phone and on a desk: axe finds nothing, and nothing is wider than the window. */
async function sound(page) {
  for (const size of widths) {
    await page.setViewportSize(size);
    assert.deepEqual(await violations(page), [], `${page.url()}, ${size.width} px`);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `${page.url()} is ${wide} px wider than ${size.width} px`);
  }
}

/** Clicks a link that downloads a file and returns the file's lines. */
async function downloaded(page, name) {
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name }).click()]);
  return (await readFile(await download.path(), "utf8")).trim().split("\n");
}

browse("minters and holders are listed, found and downloaded, on a phone and on a desk", async ({ demo, window, payer }) => {
  const buyers = await Promise.all([payer(), payer()]);
  await payOnce(demo.url, buyers[0].key, { quantity: 2 });
  const { body } = await payOnce(demo.url, buyers[1].key);
  const { default: slug } = await (await fetch(`${demo.url}/launches`)).json();
  await until("the holders are known", async () => {
    const list = await (await fetch(`${demo.url}/launches/${slug}/holders?q=${buyers[1].address}`)).json();
    return list.state === "known" && list.found === 1;
  });
  const w = await window({ acceptDownloads: true });

  const page = await w.tab(`${demo.url}/l/${slug}`);
  await page.getByRole("link", { name: "All minters" }).click();
  await page.getByRole("heading", { level: 1, name: /^Minters of / }).waitFor();
  await page.getByRole("link", { name: new RegExp(buyers[1].address.slice(0, 6), "i") }).or(page.getByTitle(buyers[1].address)).first().waitFor();
  await sound(page);
  await page.getByLabel("Find an address").fill(buyers[1].address);
  await page.getByRole("button", { name: "Find" }).click();
  await page.getByText("1 address matches.").waitFor();
  assert.equal(await page.locator("tbody tr").count(), 1);
  assert.equal(await page.locator(`tbody a[href="/r/${body.paymentId}"]`).count(), 2);
  await sound(page);
  const minters = await downloaded(page, "All as CSV");
  assert.match(minters[0], /^rank,address,mints/);
  assert.ok(minters.some((line) => line.toLowerCase().includes(buyers[0].address.toLowerCase())));

  await page.getByRole("link", { name: "Holders", exact: true }).click();
  await page.getByRole("heading", { level: 1, name: /^Holders of / }).waitFor();
  await page.getByText("All balances add up to the supply.").waitFor();
  await sound(page);
  const holders = await downloaded(page, "All as CSV");
  assert.match(holders[0], /^rank,address,tokens/);

  for (const query of ["?page=-1", "?page=x", "?q=%22%3E"]) {
    const answer = await page.goto(`${demo.url}/l/${slug}/minters${query}`);
    assert.equal(answer.status(), 400);
    await page.getByRole("heading", { level: 1, name: "This is not a page of the list" }).waitFor();
  }
  w.problems = w.problems.filter((p) => !/400/.test(String(p)));
});

browse("the dashboard's checklist is read anew, and revenue has a chart, a table and a file", async ({ shop, window, payer, wallet }) => {
  const s = await owned(shop);
  await payOnce(s.url, (await payer()).key, { quantity: 3 });
  const w = await window({ wallets: wallet(s.owner), acceptDownloads: true });
  const page = await signIn(w, s.url);
  const item = (code) => page.locator(`[data-item="${code}"]`);
  await item("backup").waitFor();
  assert.equal(await item("launch").getAttribute("data-state"), "done");
  assert.equal(await item("backup").getAttribute("data-state"), "to_do");
  assert.match(await item("backup").innerText(), /mint402 backup/);
  assert.match(await item("https").innerText(), /--public-url/);
  await sound(page);

  await page.getByRole("link", { name: "Ping", exact: true }).first().click();
  await page.getByLabel("Private note").fill("called <b>Ann</b> about this");
  await page.getByRole("button", { name: "Save note" }).click();
  await page.getByText("Saved", { exact: true }).waitFor();
  await sound(page);
  await page.reload();
  await until("the note is there", async () => (await page.getByLabel("Private note").inputValue()) === "called <b>Ann</b> about this");

  await go(page, "Revenue");
  await page.getByRole("img", { name: /in all; the most is/ }).waitFor();
  const table = page.getByRole("table", { name: "Revenue" });
  assert.match(await table.innerText(), /0\.30|[1-9]/);
  await sound(page);
  await page.getByLabel("By").selectOption("week");
  await page.getByRole("columnheader", { name: "Week from" }).or(page.getByText("Week from")).first().waitFor({ state: "attached" });
  const lines = await downloaded(page, "Download as CSV");
  assert.match(lines[0], /^week_from,launch,/);
  assert.equal(lines.length, 2);
});
