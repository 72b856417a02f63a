// The launch page for a reader, before a wallet is connected.
import assert from "node:assert/strict";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { browse } from "./world.mjs";
import { until } from "./until.mjs";

browse("without JavaScript the page has the terms and the lines that mint", async ({ demo, window }) => {
  const w = await window({ javaScriptEnabled: false });
  for (const path of ["/", "/l/demo", "/mint", "/launches/demo/mint"]) {
    const page = await w.tab(demo.url + path);
    assert.equal(page.answer.status(), path.endsWith("mint") ? 402 : 200, path);
    const text = await page.locator("body").innerText();
    for (const words of ["Demo Ping", "DPING", "5,000", "0.10 USDC", demo.token])
      assert.ok(text.toLowerCase().includes(words.toLowerCase()), `${path} does not say ${words}`);
    // Folded sections open without a script.
    const fold = page.locator("details", { has: page.locator("pre", { hasText: "curl -si" }) }).first();
    if ((await fold.count()) && (await fold.getAttribute("open")) === null) await fold.locator("summary").click();
    const curl = await page.locator("pre", { hasText: "curl -si" }).first().innerText();
    assert.ok(curl.includes(`curl -si ${demo.mintUrl}`) && curl.includes("mint402 sign > payment.txt"), curl);
    await page.close();
  }
});

browse("a browser that opens the URL that is paid sees the launch, and is told the price in the header as well", async ({ demo, window }) => {
  const w = await window();
  const page = await w.tab(demo.mintUrl);
  assert.equal(page.answer.status(), 402);
  const asked = JSON.parse(Buffer.from(page.answer.headers()["payment-required"], "base64").toString());
  assert.equal(asked.accepts[0].amount, "100000");
  assert.equal(asked.accepts[0].payTo.toLowerCase(), demo.token.toLowerCase());
  assert.match(await page.getByRole("heading", { level: 1 }).innerText(), /Demo Ping/);
});

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

browse("before a wallet is connected the page weighs less than 120 KB, all requests counted", async ({ demo, window, t }) => {
  const parts = await weigh(await window(), demo.url + "/");
  const total = parts.reduce((sum, p) => sum + p.bytes, 0);
  for (const p of parts) t.diagnostic(`${String(p.bytes).padStart(7)} ${p.coding.padEnd(5)} ${p.pathname}`);
  t.diagnostic(`${total} bytes in ${parts.length} requests`);
  assert.ok(parts.length >= 2 && total < 120 * 1024, `${total} bytes`);
});

/** The layout shift while a page loaded, as Chromium measures it. */
export async function shift(page) {
  return page.evaluate(() => window.__shift ?? 0);
}

export const watchShift = () =>
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.__shift = (window.__shift ?? 0) + entry.value;
  }).observe({ type: "layout-shift", buffered: true });

browse("nothing moves while the page loads", async ({ demo, window }) => {
  for (const width of [390, 1440]) {
    const w = await window({ width, height: 844 });
    await w.context.addInitScript(watchShift);
    for (const path of ["/", "/mint"]) {
      const page = await w.tab(demo.url + path);
      await page.waitForLoadState("load");
      await until("the page has rested", () => page.evaluate(() => performance.now() > 1500));
      const moved = await shift(page);
      assert.ok(moved <= 0.02, `${path} at ${width} px moved by ${moved}`);
      await page.close();
    }
  }
});
