// Brings every page to every state, one after the other, for axe and for the pictures
// in docs/screenshots.
import { foreign } from "./foreign.mjs";
import { creators, owners } from "./ownerstates.mjs";
import { panels } from "./panelstates.mjs";
import { payOnce } from "./payer.mjs";
import { until } from "./until.mjs";
import { widths } from "./window.mjs";

/**
 * Brings pages to their states, and calls show(name, page, {width, scheme, at}) for each state
 * in both widths, in light and in dark. at selects the part of the page that has the state, if
 * it is not at the top. The four kinds of pages have their own launches and are driven at the
 * same time: most of the time they wait for a block.
 */
export async function states(means, show) {
  const seen = async (name, page, { sizes = widths, at } = {}) => {
    await page.evaluate(() => document.fonts.ready);
    for (const size of sizes) {
      await page.setViewportSize(size);
      for (const scheme of ["light", "dark"]) {
        await page.emulateMedia({ colorScheme: scheme });
        await show(name, page, { width: size.width, scheme, at });
      }
    }
  };
  await Promise.all([launches, panels, owners, creators].map((part) => part(means, seen)));
}

/** A market: what is on sale with its sale at different points, and every way in which a sale ends. */
const market = [
  { slug: "open", name: "Ping", symbol: "PING", description: "The first token that is minted by paying for a web page.", mints: 40, limit: 10 },
  { slug: "moon", name: "Paper Moon", symbol: "MOON", price: "0.05", allotment: "100", mints: 20, closes: "5h" },
  { slug: "lark", name: "Morning Lark", symbol: "LARK", price: "0.20", allotment: "1000", mints: 50 },
  { slug: "drum", name: "Tin Drum", symbol: "DRUM", mints: 10, limit: 10 },
  { slug: "hi", name: "Último Café", symbol: "CAFE", mints: 30, closes: "47h" },
  { slug: "soon", name: "Tomorrow", symbol: "SOON", description: "Opens at the same hour everywhere.", opens: "23h" },
  { slug: "gone", name: "Gone", symbol: "GONE", mints: 3 },
  { slug: "closing", name: "Closing", symbol: "CLOSE", closes: "20s" },
  { slug: "paused", name: "Paused", symbol: "PAUSED" },
  { slug: "reserved", name: "Reserved", symbol: "RSVD", mints: 1 },
];

/** Opens the market, with mints, and a receipt. Returns its shop, with the receipt's path, and buy(n, slug, quantity), by one of its payers. */
export async function openMarket({ shop, payer, chain }) {
  const s = await shop(market);
  const buyers = await Promise.all(Array.from({ length: 5 }, () => payer()));
  s.buy = (n, slug, quantity = 1) => payOnce(s.url, buyers[n].key, { path: `/launches/${slug}/mint`, quantity });
  await Promise.all(buyers.map((_, n) => s.buy(n, "open", n + 1)));
  s.receipt = `/r/${(await s.buy(0, "gone", 3)).body.paymentId}`;
  await Promise.all([s.buy(1, "drum", 9), s.buy(2, "moon", 12), s.buy(3, "lark", 2), s.buy(4, "hi", 5)]);
  await chain.call(s.owner.key, s.launches.find((l) => l.slug === "paused").token, "pause");
  const answer = async (path) => (await fetch(`${s.url}/launches/${path}`)).json();
  await until("what has to be is", async () => {
    const [gone, closing, paused] = (await Promise.all(["gone", "closing", "paused"].map(answer))).map((l) => l.status);
    return gone === "sold_out" && closing === "closed" && paused !== "open";
  });
  await until("the holders are known", async () => (await answer("open/holders")).total === buyers.length);
  return s;
}

async function launches(means, seen) {
  const { window } = means, s = await openMarket(means), { receipt } = s;
  const open = async (w, name, path) => {
    const page = await w.tab(s.url + path);
    await page.waitForLoadState("load");
    if (name === "receipt") await until("it is final", async () => /final/i.test(await page.locator("main").innerText()));
    await seen(name, page);
    await page.close();
  };
  const w = await window();
  for (const [name, path] of [["launch-open", "/l/open"], ["launch-not-open", "/l/soon"], ["launch-sold-out", "/l/gone"], ["launch-closed", "/l/closing"],
    ["launch-paused", "/l/paused"], ["home", "/"], ["home-nothing-found", "/?q=nothing"], ["minters", "/l/open/minters"],
    ["holders", "/l/open/holders"], ["share", "/l/open/share"], ["share-receipt", `${receipt}/share`], ["widget", "/embed/open"], ["receipt", receipt], ["receipt-unknown", `/r/0x${"ab".repeat(32)}`]])
    await open(w, name, path);
  for (const locale of ["de", "vi"]) await open(await window({ locale }), `launch-open-${locale}`, "/l/open");
  await foreign([`${s.url}/embed/open`, `${s.url}/embed/gone`], async (url) => {
    const page = await (await window({ origins: [new URL(s.url).origin] })).tab(url);
    await page.waitForLoadState("load");
    await seen("widget-elsewhere", page);
  });
  const lost = await (await window()).tab(`${s.url}/l/open`);
  await until("it is live", async () => (await lost.locator(".fresh").innerText()) === "Live");
  await lost.context().setOffline(true);
  await until("the loss is noticed", async () => /^Not connected/.test(await lost.locator(".fresh").innerText()));
  await seen("launch-not-connected", lost, { at: ".fresh" });

  // Nothing is delivered while the payment for the last one waits, so this is the last state.
  const sending = s.wire.hold("eth_sendRawTransaction");
  const held = s.buy(1, "reserved").catch(() => {});
  await sending.reached;
  await open(w, "launch-reserved", "/l/reserved");
  sending.open();
  await held;
}
