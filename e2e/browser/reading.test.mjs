// The launch page for a reader, before a wallet is connected.
import assert from "node:assert/strict";
import { browse } from "./world.mjs";
import { shift, watchShift, weigh } from "./weight.mjs";
import { phone } from "./window.mjs";
import { until } from "./until.mjs";

browse("without JavaScript the page has the terms and the lines that mint", async ({ demo, window }) => {
  const w = await window({ javaScriptEnabled: false });
  for (const path of ["/l/demo", "/mint", "/launches/demo/mint"]) {
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

browse("before a wallet is connected the page weighs less than 120 KB, all requests counted", async ({ demo, window, t }) => {
  const parts = await weigh(await window(), demo.page);
  const total = parts.reduce((sum, p) => sum + p.bytes, 0);
  for (const p of parts) t.diagnostic(`${String(p.bytes).padStart(7)} ${p.coding.padEnd(5)} ${p.pathname}`);
  t.diagnostic(`${total} bytes in ${parts.length} requests`);
  assert.ok(parts.length >= 2 && total < 120 * 1024, `${total} bytes`);
});

browse("nothing moves while the page loads", async ({ demo, window }) => {
  for (const width of [390, 1440]) {
    const w = await window({ width, height: 844 });
    await w.context.addInitScript(watchShift);
    for (const path of ["/", "/mint"]) {
      const page = await w.tab(demo.url + path);
      await page.waitForLoadState("load");
      await until("the page has rested", () => page.evaluate(() => performance.now() > 1500));
      const moved = await shift(page);
      assert.ok(moved < 0.001, `${path} at ${width} px moved by ${moved}`);
      await page.close();
    }
  }
});

// Times are not tested: they depend on what else the machine does. make pagefigures measures them.
browse("nothing but small style sheets and the theme holds up the first paint", async ({ demo, window, t }) => {
  const w = await window(phone);
  for (const path of ["/", "/l/demo", "/l/demo/minters", "/l/demo/holders", "/l/demo/share", "/embed/demo", "/admin"]) {
    const page = await w.tab(demo.url + path);
    await page.waitForLoadState("load");
    const blocking = await page.evaluate(() => performance.getEntriesByType("resource")
      .filter((entry) => entry.renderBlockingStatus === "blocking")
      .map(({ name, encodedBodySize, initiatorType }) => ({ file: new URL(name).pathname, bytes: encodedBodySize, initiatorType })));
    t.diagnostic(`${path}: ${blocking.map(({ file, bytes }) => `${file} ${bytes}`).join(", ")}`);
    assert.ok(blocking.length > 0, `${path}: Chromium names nothing that holds up the paint`);
    for (const { file, initiatorType } of blocking) {
      assert.match(file, /\.css$|\/theme-[0-9a-f]+\.js$/, `${path} waits for ${file}`);
      assert.notEqual(initiatorType, "css", `${path}: ${file} is found only once another style sheet is read`);
    }
    const bytes = blocking.reduce((sum, entry) => sum + entry.bytes, 0);
    assert.ok(bytes < 16 * 1024, `${path} waits for ${bytes} bytes`);
    await page.close();
  }
});
