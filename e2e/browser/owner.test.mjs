// The owner's dashboard: signing in, launching, and the owner's transactions.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { parseEther } from "viem";
import { launchABI } from "./chain.mjs";
import { carry, fill, go, owned, signIn } from "./dashboard.mjs";
import { connect, reaches, settled, sign } from "./panel.mjs";
import { payOnce, signOnly } from "./payer.mjs";
import { until } from "./until.mjs";
import { browse } from "./world.mjs";

browse("an allowed wallet signs in, by a cookie that no script can read, and signs out", async ({ shop, window, wallet }) => {
  const s = await owned(shop);
  const mine = wallet(s.owner);
  const w = await window({ wallets: mine });
  const bodies = [];
  w.context.on("request", (r) => r.method() === "POST" && r.url().endsWith("/admin/session") && bodies.push(r.postData()));
  const page = await signIn(w, s.url);
  assert.equal(mine.times("personal_sign"), 1);
  const [cookie] = await w.context.cookies(`${s.url}/admin`);
  assert.deepEqual([cookie.httpOnly, cookie.sameSite, cookie.path], [true, "Strict", "/admin"]);
  assert.equal(await page.evaluate(() => document.cookie), "");

  // A signed message cannot be used for a second sign-in.
  const other = await (await window()).tab(`${s.url}/admin`);
  const replayed = await other.evaluate(async (body) => {
    const answer = await fetch("/admin/session", { method: "POST", headers: { "Content-Type": "application/json" }, body });
    return { status: answer.status, inside: (await fetch("/admin/overview")).status };
  }, bodies[0]);
  assert.deepEqual(replayed, { status: 403, inside: 401 });

  // The session survives a reload and ends with a sign-out.
  await page.reload();
  await page.getByRole("navigation", { name: "Dashboard" }).waitFor();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  assert.equal(await page.evaluate(async () => (await fetch("/admin/overview")).status), 401);
});

browse("a wallet that is not allowed does not get in, and is told so", async ({ shop, window, payer, wallet }) => {
  const s = await owned(shop);
  const mine = wallet(await payer());
  const page = await (await window({ wallets: mine })).tab(`${s.url}/admin`);
  await page.getByRole("button", { name: "Test wallet" }).click();
  await page.getByRole("alert").filter({ hasText: /not allowed/i }).waitFor();
  assert.equal(await page.getByRole("navigation", { name: "Dashboard" }).count(), 0);
  assert.equal(await page.evaluate(async () => (await fetch("/admin/overview")).status), 401);
});

browse("in the demo the owner's key is at hand, and the dashboard shows the launch", async ({ demo, window }) => {
  const w = await window({ origins: [new URL(demo.rpc).origin] });
  const page = await signIn(w, demo.url, /^Use the demo owner’s key/);
  const launch = page.getByRole("article", { name: /Demo Ping/ });
  await launch.waitFor();
  assert.match(await launch.innerText(), /Every cent is accounted for/);
});

browse("withdrawing sends the proceeds to the treasury, signed by the owner's wallet", async ({ shop, chain, window, payer, wallet }) => {
  const s = await owned(shop);
  await payOnce(s.url, (await payer()).key, { quantity: 3 });
  const mine = wallet(s.owner);
  const page = await signIn(await window({ wallets: mine }), s.url);
  await page.getByRole("button", { name: /^Withdraw from Ping/ }).click();
  await carry(page, /^Withdraw from Ping/, "Withdraw");
  assert.equal(await chain.money(s.treasury.address), 300_000n);
  assert.equal(await chain.money(s.token), 0n);
  assert.equal(mine.sent.length, 1);
});

/** Opens the dialog that withdraws the proceeds of one mint, before the owner's wallet is asked. */
async function withdrawing({ shop, window, payer, wallet }) {
  const s = await owned(shop);
  await payOnce(s.url, (await payer()).key);
  const mine = wallet(s.owner);
  const page = await signIn(await window({ wallets: mine }), s.url);
  await page.getByRole("button", { name: /^Withdraw from Ping/ }).click();
  const dialog = page.getByRole("dialog", { name: /^Withdraw from Ping/ });
  return { s, mine, page, dialog };
}

browse("a refusal in the owner's wallet changes nothing, and is said", async ({ chain, ...means }) => {
  const { s, mine, dialog } = await withdrawing(means);
  mine.rejectNext();
  await dialog.getByRole("button", { name: "Withdraw", exact: true }).click();
  await until("it is said", async () => /declined|refused|rejected|nothing was sent/i.test(await dialog.innerText()));
  assert.equal(mine.sent.length, 0);
  assert.equal(await chain.money(s.token), 100_000n);
});

browse("a dialog that waits for the wallet stays, and says itself what happened then", async (means) => {
  const { mine, page, dialog } = await withdrawing(means);
  const asked = mine.hold();
  await dialog.getByRole("button", { name: "Withdraw", exact: true }).click();
  await asked.reached;
  for (let n = 0; n < 3; n++) await page.keyboard.press("Escape");
  await until("the dialog is there, whatever Escape did", () => dialog.isVisible());
  asked.open();
  // Content under a dialog cannot be seen, so the dialog itself has to show the result.
  const said = dialog.getByRole("status", { name: "What happened" });
  await until("it is said in the dialog", async () => /Withdraw from Ping: done/.test(await said.innerText()));
  await said.getByRole("button", { name: "Put away" }).click();
  await until("it is put away", async () => (await said.innerText()) === "");
});

browse("pausing stops the sale, and resuming takes it up again", async ({ shop, chain, window, payer, wallet }) => {
  const s = await owned(shop);
  const mine = wallet(s.owner);
  const w = await window({ wallets: mine });
  const page = await signIn(w, s.url);
  await page.getByRole("link", { name: "Ping", exact: false }).first().click();
  await page.getByRole("button", { name: "Pause minting" }).click();
  await carry(page, /^Pause minting of Ping/, "Pause minting");
  assert.equal(await chain.read(s.token, "paused"), true);
  await until("no price is named", async () => (await fetch(`${s.url}/mint`)).status === 503);
  await page.getByRole("button", { name: "Resume minting" }).click();
  await carry(page, /^Resume minting of Ping/, "Resume minting");
  assert.equal(await chain.read(s.token, "paused"), false);
  await until("it sells again", async () => (await fetch(`${s.url}/mint`)).status === 402);
  assert.equal((await payOnce(s.url, (await payer()).key)).status, 200);
});

browse("the minter is replaced by the owner's wallet", async ({ shop, chain, window, payer, wallet }) => {
  const s = await owned(shop, {}, { keyless: true });
  const next = (await payer({ money: "0" })).address;
  const page = await signIn(await window({ wallets: wallet(s.owner) }), s.url);
  await page.getByRole("link", { name: "Ping", exact: false }).first().click();
  await page.getByLabel("New minter").fill(next);
  await page.getByRole("button", { name: "Set minter" }).click();
  await carry(page, /^Set the minter of Ping/, "Set the minter");
  assert.equal((await chain.read(s.token, "minter")).toLowerCase(), next.toLowerCase());
});

browse("money that bought nothing needs a person, and the one action gives it back", async ({ shop, chain, bank, window, payer, wallet }) => {
  const s = await owned(shop, {}, { keyless: true }); // without a minter, a payment settled elsewhere stays owed
  const p = await payer();
  const signed = await signOnly(s.url, p.key, { quantity: 2 });
  await chain.submit(bank, signed.payload);
  assert.equal(await chain.money(p.address), 9_800_000n);
  const mine = wallet(s.owner);
  const page = await signIn(await window({ wallets: mine }), s.url);
  await go(page, /^Attention/);
  const refund = page.getByRole("button", { name: /^Refund/ });
  await until("it is listed", async () => {
    if (await refund.count()) return true;
    await page.reload();
    await page.getByRole("heading", { level: 1, name: /^Attention/ }).waitFor();
    return (await refund.count()) > 0;
  }, { every: 500 });
  await refund.first().click();
  await carry(page, /^Refund 0\.20 USDC/, "Refund");
  assert.equal(await chain.money(p.address), 10_000_000n);
  assert.equal(await chain.money(s.token), 0n);
  await until("nothing needs anybody any more", async () => /No order needs you/.test(await page.locator("main").innerText()));
});

for (const [by, choice] of [["the owner's wallet", /^My wallet/], ["the server's key", /^This server’s key/]])
  browse(`a launch from the form, deployed by ${by}, is on sale at once, and mints`, async ({ shop, chain, bank, window, payer, wallet }) => {
    const s = await owned(shop, {}, { deployer: true });
    await chain.send(bank, { to: s.owner.address, value: parseEther("0.25") });
    const mine = wallet(s.owner);
    const w = await window({ wallets: mine });
    const page = await signIn(w, s.url);
    await go(page, "New launch");
    await fill(page, { Name: "From the form", Symbol: "FORM", Description: "Launched from a page.", "Price of a mint": "0.25", "What a mint buys": "100", "Total supply": "100000" });
    const terms = page.getByRole("complementary", { name: "As buyers will see it" });
    await until("the terms are as buyers will read them", async () => /0\.25/.test(await terms.innerText()) && /0x[0-9a-fA-F]{40}/.test(await page.locator("main").innerText()));
    const before = (await page.locator("main").innerHTML()).toLowerCase();
    await page.getByRole("radio", { name: choice }).check();
    await page.getByRole("button", { name: "Review and deploy" }).click();
    await page.getByRole("dialog", { name: /^Deploy From the form/ }).getByRole("button", { name: "Deploy", exact: true }).click();
    await page.getByRole("heading", { name: /is on sale/ }).waitFor();
    assert.equal(mine.sent.length, by === "the owner's wallet" ? 1 : 0);
    const launch = (await (await fetch(`${s.url}/launches`)).json()).launches.find((l) => l.symbol === "FORM");
    assert.ok(before.includes(launch.token.toLowerCase()), "the address was not known before");
    assert.equal((await chain.client.readContract({ address: launch.token, abi: launchABI, functionName: "owner" })).toLowerCase(), s.owner.address.toLowerCase());

    await page.getByRole("link", { name: "Open its page" }).click();
    const p = await payer();
    const buyer = await (await window({ wallets: wallet(p) })).tab(`${s.url}/l/${launch.slug}`);
    await connect(buyer);
    await sign(buyer).click();
    await reaches(buyer, ...settled);
    assert.equal(await chain.tokens(launch.token, p.address), 100n * 10n ** 18n);
    assert.equal(await chain.money(launch.token), 250_000n);
  });

browse("what is wrong in the form is said beside the field", async ({ shop, window, wallet }) => {
  const s = await owned(shop);
  const page = await signIn(await window({ wallets: wallet(s.owner) }), s.url);
  await go(page, "New launch");
  await fill(page, { Name: "Uneven", Symbol: "UNEVEN", "Price of a mint": "0.10", "What a mint buys": "3000", "Total supply": "10000" });
  await page.getByRole("button", { name: "Review and deploy" }).click();
  const field = page.getByLabel(/^Total supply/);
  await until("the field is marked", async () => (await field.getAttribute("aria-invalid")) === "true");
  const said = page.locator("#cap-wrong");
  assert.match(await said.innerText(), /multiple/i);
});

/** Starts a Sourcify server whose job ends when the gate is opened. */
async function startSourcify(done) {
  let shown = false;
  const server = createServer(async (request, response) => {
    const [, , kind, chainId, address] = request.url.split("/");
    const say = (status, body) => response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    if (kind === "contract") return say(shown ? 200 : 404, { match: shown ? "match" : null, chainId, address });
    for await (const _ of request); // the input
    if (request.method === "POST") return say(202, { verificationId: "72d12273-0723-448e-a9f6-f7957128efa7" });
    shown = done.is;
    return say(200, { isJobCompleted: done.is });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  server.unref();
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => (server.closeAllConnections(), server.close()) };
}

browse("the page and the dashboard call a source verified once a service shows it", async ({ shop, window, wallet }) => {
  const done = { is: false };
  const sourcify = await startSourcify(done);
  const s = await owned(shop, {}, { flags: ["--verify-with", "sourcify", "--sourcify-url", sourcify.url] });
  const source = (page) => page.locator("div", { has: page.locator("dt", { hasText: /^Source$/ }) }).last().locator("dd");
  const w = await window({ wallets: wallet(s.owner) });
  const dashboard = await signIn(w, s.url);
  await dashboard.getByRole("link", { name: "Details and roles" }).click();
  await source(dashboard).filter({ hasText: "submitted to Sourcify" }).waitFor();
  const before = await (await window({ javaScriptEnabled: false })).tab(`${s.url}/l/${s.slug}`);
  assert.doesNotMatch(await before.locator("body").innerText(), /source verified/i);

  done.is = true;
  await source(dashboard).filter({ hasText: "source verified by Sourcify" }).waitFor();
  const after = await (await window()).tab(`${s.url}/l/${s.slug}`);
  assert.equal(await source(after).innerText(), "source verified by Sourcify");
  const link = source(after).getByRole("link", { name: "source verified" });
  assert.equal(await link.getAttribute("href"), `${sourcify.url}/v2/contract/84532/${s.token}`);
  assert.ok(await link.isVisible());
  sourcify.close();
});
