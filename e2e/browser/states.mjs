// Brings every page to every state, one after the other, for axe and for the pictures
// in docs/screenshots.
import { parseEther } from "viem";
import { go, signIn } from "./dashboard.mjs";
import { button, connect, panel, reaches, settled, sign, state } from "./panel.mjs";
import { payOnce, signOnly } from "./payer.mjs";
import { gate, until } from "./until.mjs";

const mainnet = 1;

/** The window sizes for all pages: a phone's and a desktop's. */
export const widths = [{ width: 390, height: 844 }, { width: 1440, height: 900 }];

/**
 * Brings pages, in light or in dark, to their states, and calls show(name, page,
 * width) for each state in both widths. A page is opened in its scheme, because not
 * every style is recomputed when the scheme changes on an open page.
 */
export async function states(means, scheme, show) {
  const seen = async (name, page) => {
    await page.evaluate(() => document.fonts.ready);
    for (const size of widths) {
      await page.setViewportSize(size);
      await show(name, page, size.width);
    }
  };
  const all = { ...means, window: (options) => means.window({ ...options, scheme }) };
  await launches(all, seen);
  await panels(all, seen);
  await owners(all, seen);
}

async function launches({ bank, shop, window, payer, chain }, seen) {
  const s = await shop([
    { slug: "open", name: "Ping", symbol: "PING", description: "The first token that is minted by paying for a web page.", mints: 40, limit: 10 },
    { slug: "soon", name: "Tomorrow", symbol: "SOON", opens: "23h" },
    { slug: "gone", name: "Gone", symbol: "GONE", mints: 3 },
    { slug: "closing", name: "Closing", symbol: "CLOSE", closes: "12s" },
    { slug: "paused", name: "Paused", symbol: "PAUSED" },
    { slug: "reserved", name: "Reserved", symbol: "RSVD", mints: 1 },
  ]);
  const buyers = await Promise.all(Array.from({ length: 5 }, () => payer()));
  await Promise.all(buyers.map((b, i) => payOnce(s.url, b.key, { quantity: i + 1 })));
  const { body } = await payOnce(s.url, buyers[0].key, { path: "/launches/gone/mint", quantity: 3 });
  await chain.call(s.owner.key, s.launches[4].token, "pause");
  await until("what has to be is", async () => {
    const now = await Promise.all(["gone", "closing", "paused"].map(async (slug) => (await (await fetch(`${s.url}/launches/${slug}`)).json()).status));
    return now[0] === "sold_out" && now[1] === "closed" && now[2] !== "open";
  });
  const sending = s.wire.hold("eth_sendRawTransaction");
  const held = payOnce(s.url, buyers[1].key, { path: "/launches/reserved/mint" }).catch(() => {});
  await sending.reached;
  const w = await window();
  for (const [name, path] of [["launch-open", "/l/open"], ["launch-not-open", "/l/soon"], ["launch-sold-out", "/l/gone"], ["launch-closed", "/l/closing"],
    ["launch-paused", "/l/paused"], ["launch-reserved", "/l/reserved"], ["launches", "/"], ["share", "/l/open/share"], ["widget", "/embed/open"], ["receipt", `/r/${body.paymentId}`], ["receipt-unknown", `/r/0x${"ab".repeat(32)}`]]) {
    const page = await w.tab(s.url + path);
    await page.waitForLoadState("load");
    if (name === "receipt") await until("it is final", async () => /final/i.test(await page.locator("main").innerText()));
    await seen(name, page);
    await page.close();
  }
  sending.open();
  await held;
}

async function panels({ demo, shop, chain, window, payer, wallet }, seen) {
  const s = await shop({ name: "Ping", symbol: "PING", description: "The first token that is minted by paying for a web page.", mints: 400 });
  const rich = { money: "10" };
  const ready = async (options = {}, account = rich) => {
    const p = await payer(account);
    const mine = wallet(p, options);
    const page = await (await window({ wallets: mine })).tab(s.url);
    await connect(page);
    return { page, mine, p };
  };

  const { page: choosing } = await (async () => {
    const page = await (await window({ wallets: [wallet(await payer(), { name: "One wallet" }), wallet(await payer(), { name: "Another wallet" })] })).tab(s.url);
    await button(page, "Connect a wallet").click();
    await panel(page).getByRole("group", { name: "Wallets" }).waitFor();
    return { page };
  })();
  await seen("mint-wallets", choosing);

  const locked = await (await window({ wallets: wallet(await payer(), { locked: true }) })).tab(s.url);
  await button(locked, "Connect a wallet").click();
  await panel(locked).getByRole("group", { name: "Wallets" }).getByRole("button", { name: "Test wallet", exact: true }).click();
  await reaches(locked, "connecting");
  await seen("mint-connecting", locked);

  const elsewhere = await ready({ chainId: mainnet, knows: [mainnet] });
  await seen("mint-network", elsewhere.page);
  await button(elsewhere.page, /^Switch to /).click();
  await button(elsewhere.page, /^Add .* to the wallet$/).waitFor();
  await seen("mint-network-unknown", elsewhere.page);

  const poor = await ready({}, { money: "0.05" });
  await until("it is said", async () => /0\.05/.test(await panel(poor.page).innerText()));
  await seen("mint-too-little", poor.page);

  const one = await ready();
  await button(one.page, "More").click();
  await seen("mint-ready", one.page);
  const asked = one.mine.hold();
  await sign(one.page).click();
  await asked.reached;
  await reaches(one.page, "signing");
  await seen("mint-signing", one.page);
  one.mine.rejectNext();
  asked.open();
  await until("it is refused", async () => (await state(one.page)) !== "signing");
  await seen("mint-declined", one.page);

  const two = await ready();
  const sending = s.wire.hold("eth_sendRawTransaction");
  await sign(two.page).click();
  await sending.reached;
  await reaches(two.page, "sending", "waiting");
  await seen("mint-sent", two.page);
  const forget = button(two.page, "Forget this payment");
  if (await forget.isVisible()) {
    await forget.click();
    await button(two.page, "Keep it").waitFor();
    await seen("mint-forget", two.page);
    await button(two.page, "Keep it").click();
  }
  const news = gate(); // holds back the page's requests for the order
  await two.page.route(/\/orders\//, async (route) => {
    await news.pass();
    await route.continue();
  });
  sending.open();
  await reaches(two.page, "mined");
  await seen("mint-mined", two.page);
  news.open();
  await reaches(two.page, "final");
  await seen("mint-final", two.page);

  const cut = await ready();
  let away = true;
  const paid = (request) => request.headers()["payment-signature"] !== undefined;
  await cut.page.route(/\/mint(\?|$)/, (route) => (away && paid(route.request()) ? route.abort("connectionreset") : route.continue()));
  await sign(cut.page).click();
  await reaches(cut.page, "sending");
  await until("it says what is wrong", async () => /does not answer/i.test(await panel(cut.page).innerText()));
  await seen("mint-unreachable", cut.page);
  away = false;
  await reaches(cut.page, ...settled);

  const last = await shop({ name: "Last", symbol: "LAST", mints: 1 });
  const late = await payer();
  const slow = wallet(late);
  const page = await (await window({ wallets: slow })).tab(last.url);
  await connect(page);
  const waiting = slow.hold();
  await sign(page).click();
  await waiting.reached;
  await payOnce(last.url, (await payer()).key);
  waiting.open();
  await reaches(page, "refused");
  await seen("mint-sold-out", page);

  const burner = await (await window({ origins: [new URL(demo.rpc).origin] })).tab(demo.page);
  await button(burner, "Connect a wallet").click();
  await panel(burner).getByRole("button", { name: /^Demo wallet/ }).click();
  await reaches(burner, "ready");
  await until("it has its money", async () => /100\.00/.test(await panel(burner).innerText()));
  await seen("mint-demo-wallet", burner);
}

async function owners({ bank, chain, shop, owned, window, payer, wallet }, seen) {
  const s = await owned(shop, { name: "Ping", symbol: "PING", mints: 400 }, { deployer: true, keyless: true });
  await chain.send(bank, { to: s.owner.address, value: parseEther("0.25") });
  const buyers = await Promise.all(Array.from({ length: 4 }, () => payer()));
  await Promise.all(buyers.map((b, i) => payOnce(s.url, b.key, { quantity: i + 1 })));
  await chain.submit(bank, (await signOnly(s.url, buyers[0].key, { quantity: 2 })).payload);
  await chain.give(bank, s.token, "0.07");
  const w = await window({ wallets: wallet(s.owner) });
  const door = await w.tab(`${s.url}/admin`);
  await door.getByRole("button", { name: "Test wallet" }).waitFor();
  await seen("admin-sign-in", door);
  await door.close();
  const page = await signIn(w, s.url);
  await page.getByRole("button", { name: /^Withdraw from Ping/ }).waitFor();
  await seen("admin-overview", page);
  await page.getByRole("button", { name: /^Withdraw from Ping/ }).click();
  const dialog = page.getByRole("dialog", { name: /^Withdraw from Ping/ });
  await dialog.getByRole("button", { name: "Withdraw", exact: true }).waitFor();
  await seen("admin-withdraw", page);
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await go(page, "Orders");
  await page.getByRole("button", { name: /^Details of payment/ }).first().waitFor();
  await seen("admin-orders", page);
  await page.getByRole("button", { name: /^Details of payment/ }).first().click();
  await page.getByRole("dialog").waitFor();
  await seen("admin-order", page);
  await page.keyboard.press("Escape");
  await go(page, /^Attention/);
  await page.getByRole("button", { name: /^Refund/ }).first().waitFor();
  await seen("admin-attention", page);
  await go(page, "Overview");
  await page.getByRole("link", { name: "Ping" }).first().click();
  await page.getByRole("button", { name: "Pause minting" }).waitFor();
  await seen("admin-launch", page);
  await go(page, "New launch");
  const form = page.getByRole("form", { name: "New launch" });
  for (const [label, value] of Object.entries({ Name: "Pong", Symbol: "PONG", "Price of a mint": "0.25", "What a mint buys": "100", "Total supply": "100000" }))
    await form.getByLabel(new RegExp(`^${label}( optional)?$`)).fill(value);
  await until("the terms are there", async () => /0x[0-9a-fA-F]{4}/.test(await page.locator("main").innerText()) && /0\.25/.test(await page.getByRole("complementary", { name: "As buyers will see it" }).innerText()));
  await seen("admin-new-launch", page);
  await page.getByRole("button", { name: "Review and deploy" }).click();
  await page.getByRole("dialog", { name: /^Deploy Pong/ }).waitFor();
  await seen("admin-deploy", page);
}
