// Failures between the click and the tokens: no payment is signed or charged twice, and
// the page explains the result for the money.
import assert from "node:assert/strict";
import { browse } from "./world.mjs";
import { button, connect, panel, reaches, settled, sign, state, words } from "./panel.mjs";
import { until } from "./until.mjs";
import { payOnce } from "./payer.mjs";

const price = 100_000n;
const allotment = 5000n * 10n ** 18n;
const mainnet = 1;

/** Opens a page and connects a payer's wallet to it. */
async function ready({ window, payer, wallet }, url) {
  const p = await payer();
  const mine = wallet(p);
  const w = await window({ wallets: mine });
  const page = await w.tab(url);
  await connect(page);
  return { p, mine, w, page };
}

/** Signs and sends a payment, and holds back its transaction on the way to the chain. */
async function underway(means) {
  const s = await means.shop();
  const all = { s, ...(await ready(means, s.url)) };
  all.sending = s.wire.hold("eth_sendRawTransaction");
  await sign(all.page).click();
  await all.sending.reached;
  return all;
}

browse("a refusal in the wallet costs nothing, and signing again mints once", async ({ demo, chain, ...means }) => {
  const { p, mine, page } = await ready(means, demo.page);
  mine.rejectNext();
  await sign(page).click();
  await reaches(page, "refused", "ready", "error");
  assert.match(await words(page), /not charged|nothing was signed|nothing was paid/i);
  assert.equal(await chain.money(p.address), 10_000_000n);
  await button(page, /^(Sign again|Try again|Mint again)$/).or(sign(page)).first().click();
  await until("it mints", async () => {
    if ((await state(page)) === "ready") await sign(page).click();
    return settled.includes(await state(page));
  });
  assert.equal(mine.signed.length, 1);
  assert.equal(await chain.payments(p.address, demo.token), 1);
});

browse("a refusal to connect is said, and can be taken back", async ({ demo, window, payer, wallet }) => {
  const mine = wallet(await payer());
  const page = await (await window({ wallets: mine })).tab(demo.page);
  mine.rejectNext();
  await button(page, "Connect a wallet").click();
  const choice = panel(page).getByRole("group", { name: "Wallets" }).getByRole("button", { name: "Test wallet", exact: true });
  await choice.click();
  await until("it is said", async () => /refused|rejected|declined|said no|not connect/i.test(await words(page)));
  await button(page, "Try again").or(choice).or(button(page, "Connect a wallet")).first().click();
  await until("it connects", async () => {
    if (await choice.isVisible()) await choice.click();
    return (await state(page)) === "ready";
  });
});

browse("a wallet on another network is asked to switch, by a click", async ({ demo, chain, window, payer, wallet }) => {
  const p = await payer();
  const mine = wallet(p, { chainId: mainnet, knows: [mainnet, chain.definition.id] });
  const page = await (await window({ wallets: mine })).tab(demo.page);
  assert.equal(await connect(page), "network");
  assert.equal(mine.times("wallet_switchEthereumChain"), 0, "asked to switch without a click");
  assert.match(await words(page), /signed for it from Ethereum\./);
  await button(page, /^Switch to /).click();
  await reaches(page, "ready");
  assert.equal(mine.times("wallet_addEthereumChain"), 0);
  await sign(page).click();
  await reaches(page, ...settled);
  assert.equal(await chain.tokens(demo.token, p.address), allotment);
});

browse("a network that the wallet does not know is never added by itself", async ({ demo, chain, window, payer, wallet }) => {
  const mine = wallet(await payer(), { chainId: mainnet, knows: [mainnet] });
  const page = await (await window({ wallets: mine })).tab(demo.page);
  assert.equal(await connect(page), "network");
  await button(page, /^Switch to /).click();
  const add = button(page, /^Add .* to the wallet$/);
  await add.waitFor();
  assert.match(await words(page), new RegExp(String(chain.definition.id)));
  assert.equal(mine.times("wallet_addEthereumChain"), 0, "added without a click");
  await add.click();
  await reaches(page, "ready");
  assert.equal(mine.times("wallet_addEthereumChain"), 1);
});

browse("a network that changes under the page is noticed before anything is signed", async ({ demo, chain, window, payer, wallet }) => {
  const mine = wallet(await payer(), { knows: [mainnet, chain.definition.id] });
  const page = await (await window({ wallets: mine })).tab(demo.page);
  await connect(page);
  await mine.moveTo(mainnet);
  await reaches(page, "network");
  await button(page, /^Switch to /).click();
  await reaches(page, "ready");
  assert.equal(mine.signed.length, 0);
});

browse("a locked wallet is waited for, and asked again it is named as the reason", async ({ demo, window, payer, wallet }) => {
  const mine = wallet(await payer(), { locked: true });
  const page = await (await window({ wallets: mine })).tab(demo.page);
  const choice = panel(page).getByRole("group", { name: "Wallets" }).getByRole("button", { name: "Test wallet", exact: true });
  await button(page, "Connect a wallet").click();
  await choice.click();
  await reaches(page, "connecting");
  // After the reload, the wallet still shows the password box for the earlier request.
  await page.reload();
  await button(page, "Connect a wallet").click();
  await choice.click();
  await until("it says so", async () => /unlock|open the wallet/i.test(await words(page)));
  await mine.unlock();
  await button(page, "Try again").or(choice).first().click();
  await reaches(page, "ready");
});

browse("a locked wallet that is unlocked goes on by itself", async ({ demo, window, payer, wallet }) => {
  const mine = wallet(await payer(), { locked: true });
  const page = await (await window({ wallets: mine })).tab(demo.page);
  await button(page, "Connect a wallet").click();
  await panel(page).getByRole("group", { name: "Wallets" }).getByRole("button", { name: "Test wallet", exact: true }).click();
  await reaches(page, "connecting");
  await mine.unlock();
  await reaches(page, "ready");
});

browse("an account without the money is told so, and is not charged", async ({ demo, chain, window, payer, wallet }) => {
  const p = await payer({ money: "0.05" });
  const mine = wallet(p);
  const page = await (await window({ wallets: mine })).tab(demo.page);
  await connect(page);
  await until("it is said", async () => /too little|not enough|only 0\.05|0\.05 USDC/i.test(await words(page)));
  assert.equal(await chain.money(p.address), 50_000n);
});

/** Fails if a payer's one signature is not one payment and one mint. */
async function oneMint(chain, token, p, mine) {
  assert.equal(mine.times("eth_signTypedData_v4"), 1, "the wallet was asked to sign more than once");
  await until("the tokens are there", async () => (await chain.tokens(token, p.address)) === allotment);
  assert.equal(await chain.payments(p.address, token), 1);
  assert.equal(await chain.money(p.address), 10_000_000n - price);
}

browse("two clicks in one instant are one signature", async ({ demo, chain, ...means }) => {
  const { p, mine, page } = await ready(means, demo.page);
  await sign(page).evaluate((b) => (b.click(), b.click(), b.click()));
  await reaches(page, ...settled);
  await oneMint(chain, demo.token, p, mine);
});

browse("two tabs that mint at once are one signature", async ({ demo, chain, ...means }) => {
  const { p, mine, w, page: one } = await ready(means, demo.page);
  const other = await w.tab(demo.page);
  // The wallet has agreed before, so the tab connects without another prompt.
  await reaches(other, "ready");
  const asked = mine.hold();
  await sign(one).click();
  await asked.reached;
  await sign(other).click({ timeout: 3_000 }).catch(() => {}); // the button may be disabled or gone by now, which is fine too
  await reaches(one, "signing");
  asked.open();
  await reaches(one, ...settled);
  await until("the other tab is not about to sign", async () => (await state(other)) !== "signing");
  await oneMint(chain, demo.token, p, mine);
});

browse("a reload while the payment is under way shows it again, and signs nothing", async (means) => {
  const { s, p, mine, page, sending } = await underway(means);
  await page.reload();
  await reaches(page, "sending", "waiting");
  assert.equal(mine.times("eth_signTypedData_v4"), 1);
  sending.open();
  await reaches(page, ...settled);
  await oneMint(means.chain, s.token, p, mine);
});

browse("a payment that never reached the server is sent after the reload, and not signed again", async ({ shop, chain, ...means }) => {
  const s = await shop();
  const { p, mine, w, page } = await ready(means, s.url);
  let lost = 0;
  const paid = (request) => request.headers()["payment-signature"] !== undefined;
  await w.context.route(/\/mint(\?|$)/, (route) => (paid(route.request()) ? (lost++, route.abort("connectionreset")) : route.continue()));
  await sign(page).click();
  await until("the payment was on its way and was lost", () => lost > 0);
  assert.equal(await chain.payments(p.address, s.token), 0);
  await page.reload();
  await until("it was tried again", () => lost > 1);
  await w.context.unroute(/\/mint(\?|$)/);
  await reaches(page, ...settled);
  await oneMint(chain, s.token, p, mine);
});

browse("a device that loses its network is told so, and its payment is sent once it is online", async ({ shop, chain, ...means }) => {
  const s = await shop();
  const { p, mine, w, page } = await ready(means, s.url);
  const paid = (request) => request.headers()["payment-signature"] !== undefined;
  await w.context.route(/\/mint(\?|$)/, async (route) => {
    if (!paid(route.request())) return route.continue();
    await w.context.setOffline(true);
    await route.abort("internetdisconnected");
  });
  await sign(page).click();
  await until("it is said", async () => /You are offline.*It is sent again when you are online/.test(await words(page)));
  await w.context.unroute(/\/mint(\?|$)/);
  await w.context.setOffline(false);
  await reaches(page, ...settled);
  await oneMint(chain, s.token, p, mine);
});

browse("a server killed between signature and answer goes on with that payment", async (means) => {
  const { s, p, mine, page, sending } = await underway(means);
  await s.kill();
  assert.equal(await means.chain.payments(p.address, s.token), 0);
  assert.ok(!settled.includes(await state(page)));
  sending.open();
  await s.start();
  await reaches(page, ...settled);
  await oneMint(means.chain, s.token, p, mine);
});

browse("what is sold out between signature and sending is not charged", async ({ shop, chain, ...means }) => {
  const s = await shop({ mints: 1 });
  const { p, mine, page } = await ready(means, s.url);
  const quicker = await means.payer();
  const asked = mine.hold();
  await sign(page).click();
  await asked.reached;
  assert.equal((await payOnce(s.url, quicker.key)).status, 200);
  asked.open();
  await reaches(page, "refused");
  const said = await words(page);
  assert.match(said, /sold out/i);
  assert.match(said, /You were not charged/i);
  assert.equal(await chain.money(p.address), 10_000_000n);
  assert.equal(await chain.payments(p.address, s.token), 0);
  assert.equal(mine.signed.length, 1);
});

browse("a wallet that never answers is given up by a click, and the next signature is the one that mints", async ({ demo, chain, ...means }) => {
  const { p, mine, page } = await ready(means, demo.page);
  const asked = mine.hold();
  await sign(page).click();
  await asked.reached;
  await button(page, "Cancel").click();
  await reaches(page, "ready");
  const again = mine.hold();
  await sign(page).click();
  await again.reached;
  asked.open(); // the wallet still signs the first request, and the page discards it
  again.open();
  await reaches(page, ...settled);
  assert.equal(await chain.payments(p.address, demo.token), 1);
  assert.equal(await chain.tokens(demo.token, p.address), allotment);
});

browse("a price that is not the page's is not signed", async ({ demo, ...means }) => {
  const { mine, w, page } = await ready(means, demo.page);
  // A proxy between the page and the server asks for a higher price, paid to itself.
  await w.context.route(/\/mint(\?|$)/, async (route) => {
    const answer = await route.fetch();
    const asked = JSON.parse(Buffer.from(answer.headers()["payment-required"], "base64").toString());
    Object.assign(asked.accepts[0], { amount: "900000", payTo: "0x000000000000000000000000000000000000dEaD" });
    await route.fulfill({ response: answer, headers: { ...answer.headers(), "payment-required": Buffer.from(JSON.stringify(asked)).toString("base64") } });
  });
  await sign(page).click();
  await reaches(page, "error", "refused");
  assert.equal(mine.times("eth_signTypedData_v4"), 0);
});
