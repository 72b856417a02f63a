// Several creators on one server: each with its own wallet, its own launch and its own dashboard.
import assert from "node:assert/strict";
import { fill, go, launch, owned, signIn } from "./dashboard.mjs";
import { connect, reaches, settled, sign } from "./panel.mjs";
import { until } from "./until.mjs";
import { browse } from "./world.mjs";

const terms = { "Price of a mint": "0.25", "What a mint buys": "100", "Total supply": "100000" };

browse("two creators launch on one server and see only their own; the operator lists one, and a payer mints it", async ({ shop, chain, window, payer, wallet }) => {
  const s = await owned(shop, {}, { flags: ["--open-launches"] });
  const creators = await Promise.all([1, 2].map(() => payer({ money: "0", coins: "0.1" })));
  const pages = [];
  for (const [i, [name, symbol]] of [["Paper Moon", "MOON"], ["Tin Drum", "DRUM"]].entries()) {
    const mine = wallet(creators[i]);
    const w = await window({ wallets: mine });
    const page = await signIn(w, s.url);
    await page.getByText(/A mint costs at least [\d.]+ USDC\./).waitFor();
    const empty = page.getByText("Nothing is on sale yet. Launch a token, and it shows here.");
    assert.equal(await empty.evaluate((e) => getComputedStyle(e).display), "block");
    assert.equal(await page.getByRole("navigation", { name: "Dashboard" }).getByRole("link", { name: "Home page" }).count(), 0);
    await launch(page, { Name: name, Symbol: symbol, ...terms });
    assert.equal(mine.sent.length, 1);
    assert.equal(await page.getByRole("link", { name: "Share it" }).getAttribute("href"), `/l/${symbol.toLowerCase()}/share`);
    pages.push(page);
  }
  await pages[0].evaluate(() => { location.hash = "#/launches/ping"; });
  await pages[0].getByText("Your wallet has no launch called ping.").waitFor();
  const visitor = await (await window()).tab(`${s.url}/l/moon/share`);
  await visitor.getByText(/not by the operator of this server/).waitFor();
  await visitor.getByRole("contentinfo").getByRole("link", { name: "Launch a token" }).waitFor();

  // Each dashboard has its own launch, and the server answers about no other.
  for (const [i, [own, other, slug]] of [["Paper Moon", "Tin Drum", "drum"], ["Tin Drum", "Paper Moon", "moon"]].entries()) {
    const page = pages[i];
    await go(page, "Overview");
    await page.getByRole("article", { name: new RegExp(own) }).waitFor();
    assert.doesNotMatch(await page.locator("body").innerText(), new RegExp(`${other}|Ping`));
    const answers = await page.evaluate(async (slug) => Promise.all([`/admin/launches/${slug}/profile`, `/admin/orders?launch=${slug}`, "/admin/launches/ping/profile", "/admin/creators"]
      .map(async (path) => (await fetch(path)).status)), slug);
    assert.deepEqual(answers, [404, 404, 404, 403]);
    await go(page, "Orders");
    await page.getByText("No order matches.").waitFor();
  }

  // An imitation is refused beside its field: some letters are Cyrillic, and the Os are zeros.
  await go(pages[1], "New launch");
  await pages[1].getByRole("button", { name: "Clear the form" }).click();
  await fill(pages[1], { Name: "Pаper Mооn", Symbol: "M00N", ...terms });
  await pages[1].getByRole("button", { name: "Review and deploy" }).click();
  await until("the name is refused", async () => /looks like another launch/i.test(await pages[1].locator("#name-wrong").innerText()));
  await fill(pages[1], { Name: "Official USD Cоin" });
  await until("the name is refused", async () => /looks like USDC/i.test(await pages[1].locator("#name-wrong").innerText()));

  // Neither is listed; the operator sees both and lists one.
  const listed = async () => (await (await fetch(`${s.url}/launches`)).json()).launches.map((l) => l.symbol).sort();
  assert.deepEqual(await listed(), ["PING"]);
  const operator = await signIn(await window({ wallets: wallet(s.owner) }), s.url);
  await go(operator, "Home page");
  await until("it sees both", async () => (await operator.getByText("Not listed").count()) === 2);
  await operator.getByRole("button", { name: "List Paper Moon" }).click();
  await until("it is listed", async () => (await listed()).join() === "MOON,PING");
  await operator.getByRole("region", { name: "Creators" }).getByRole("button", { name: /^Ban/ }).first().waitFor();

  // The page says who made it before it is paid.
  const p = await payer();
  const buyer = await (await window({ wallets: wallet(p) })).tab(`${s.url}/l/moon`);
  const note = buyer.locator("#creator");
  assert.match((await note.innerText()).replace(/\s+/g, " "), new RegExp(`Launched by ${creators[0].address}.*, not by the operator`, "i"));
  await connect(buyer);
  await sign(buyer).click();
  await reaches(buyer, ...settled);
  const { token, creator } = await (await fetch(`${s.url}/launches/moon`)).json();
  assert.equal(creator, creators[0].address);
  assert.equal(await chain.tokens(token, p.address), 100n * 10n ** 18n);
  await go(pages[0], "Orders");
  await pages[0].getByRole("table", { name: "Orders" }).waitFor();

  // A ban ends the session at once.
  await operator.getByRole("button", { name: `Ban ${creators[1].address}` }).click();
  await operator.getByText("Banned", { exact: true }).waitFor();
  assert.equal(await pages[1].evaluate(async () => (await fetch("/admin/overview")).status), 403);
});
