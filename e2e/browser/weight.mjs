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

export const watchShift = () =>
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.__shift = (window.__shift ?? 0) + entry.value;
  }).observe({ type: "layout-shift", buffered: true });
