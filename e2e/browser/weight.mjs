// What a page weighs on the wire, and how much its content moves while it loads.
import { brotliCompressSync, gzipSync } from "node:zlib";
import { until } from "./until.mjs";

/** Opens a page and returns the size on the wire of every response. */
export async function weigh(w, url) {
  const page = await w.context.newPage();
  w.origins.add(new URL(url).origin);
  const seen = [];
  page.on("response", (response) => seen.push(response));
  await page.goto(url, { waitUntil: "load" });
  await until("the page has rested", () => page.evaluate(() => performance.now() > 1500 && document.readyState === "complete"));
  const parts = [];
  for (const response of seen) {
    const { pathname, protocol } = new URL(response.url());
    if (protocol === "data:" || (response.headers()["content-type"] ?? "").startsWith("text/event-stream")) continue;
    const body = await response.body();
    const coding = response.headers()["content-encoding"];
    // A response without compression counts with its plain size.
    const bytes = coding === "gzip" ? gzipSync(body).length : coding === "br" ? brotliCompressSync(body).length : body.length;
    parts.push({ pathname, bytes, coding: coding ?? "plain" });
  }
  await page.close();
  return parts;
}

/** The layout shift while a page loaded, as Chromium measures it. */
export async function shift(page) {
  return page.evaluate(() => window.__shift ?? 0);
}

/** Opens a page with the speed of a slow 4G connection and a quarter of this machine's. Returns its largest contentful paint in ms and its layout shift. */
export async function slowly(w, url) {
  const page = await w.context.newPage();
  await page.addInitScript(watchShift);
  await page.addInitScript(() =>
    new PerformanceObserver((list) => { for (const entry of list.getEntries()) window.__paint = entry.startTime; }).observe({ type: "largest-contentful-paint", buffered: true }));
  w.origins.add(new URL(url).origin);
  const session = await w.context.newCDPSession(page);
  await session.send("Network.enable");
  await session.send("Network.emulateNetworkConditions", { offline: false, latency: 150, downloadThroughput: (1.6 * 2 ** 20) / 8, uploadThroughput: (750 * 2 ** 10) / 8 });
  await session.send("Emulation.setCPUThrottlingRate", { rate: 4 });
  await page.goto(url, { waitUntil: "load" });
  await until("the page has rested", () => page.evaluate(() => performance.now() > 2000 && window.__paint > 0));
  const figures = { paint: await page.evaluate(() => window.__paint), shift: await shift(page), moved: await page.evaluate(() => window.__moved ?? []) };
  await page.close();
  return figures;
}

export const watchShift = () =>
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) {
      window.__shift = (window.__shift ?? 0) + entry.value;
      (window.__moved ??= []).push(...entry.sources.map(({ node }) => node?.className || node?.nodeName));
    }
  }).observe({ type: "layout-shift", buffered: true });
