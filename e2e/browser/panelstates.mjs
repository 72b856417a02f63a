// Brings the panel that mints to every state.
import { button, connect, panel, reaches, settled, sign, state } from "./panel.mjs";
import { payOnce } from "./payer.mjs";
import { gate, until } from "./until.mjs";
import { desk, phone } from "./window.mjs";

const mainnet = 1;

export async function panels({ demo, shop, window, payer, wallet }, show) {
  const seen = (name, page, options) => show(name, page, { at: "#mint-panel", ...options });
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

  for (const [size, options, shown] of [[phone, { hasTouch: true, isMobile: true }, "a[href*=metamask]"], [desk, {}, "[role=img], img[alt^=QR]"]]) {
    const page = await (await window({ ...size, ...options })).tab(s.url);
    await button(page, "Connect a wallet").click();
    await panel(page).locator(shown).first().waitFor();
    await seen("mint-no-wallet", page, { sizes: [size] });
  }

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
