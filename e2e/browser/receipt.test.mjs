// Receipts, and the preview images of links.
import assert from "node:assert/strict";
import { browse } from "./world.mjs";
import { payOnce } from "./payer.mjs";
import { until } from "./until.mjs";

/** Width and height of a PNG, from its header. */
export function size(png) {
  assert.equal(png.subarray(0, 8).toString("hex"), "89504e470d0a1a0a", "it is no PNG");
  assert.equal(png.subarray(12, 16).toString(), "IHDR");
  return [png.readUInt32BE(16), png.readUInt32BE(20)];
}

browse("a receipt says what anyone can hold against the chain, with and without JavaScript", async ({ demo, chain, window, payer }) => {
  const p = await payer();
  const { body } = await payOnce(demo.url, p.key, { quantity: 2 });
  for (const javaScriptEnabled of [true, false]) {
    const w = await window({ javaScriptEnabled });
    const page = await w.tab(`${demo.url}/r/${body.paymentId}`);
    assert.equal(page.answer.status(), 200);
    const text = (await page.locator("body").innerText()).replace(/\s+/g, " ");
    for (const words of [/10,000/, /DPING/, /0\.20/, new RegExp(body.paymentId, "i"), new RegExp(p.address.slice(0, 6), "i")])
      assert.match(text, words);
    assert.ok((await page.locator("main").innerHTML()).toLowerCase().includes(body.transaction), "the transaction is not named");
    if (javaScriptEnabled) await until("it says that it is final", async () => /final/i.test(await page.locator("main").innerText()));
  }
  // The log that the receipt points to exists.
  const receipt = await chain.client.getTransactionReceipt({ hash: body.transaction });
  assert.ok(receipt.logs.some((l) => l.address.toLowerCase() === demo.token.toLowerCase() && l.topics[1]?.toLowerCase() === body.paymentId.toLowerCase()));
});

browse("a receipt that nobody has is a page that says so", async ({ demo, window }) => {
  const w = await window();
  for (const [path, status] of [[`/r/0x${"ab".repeat(32)}`, 404], ["/r/0x12", 400], ["/l/nothing", 404]]) {
    const page = await w.tab(demo.url + path);
    assert.equal(page.answer.status(), status, path);
    assert.match(page.answer.headers()["content-type"], /text\/html/, path);
    assert.ok(await page.locator("h1").isVisible(), path);
    await page.close();
  }
});

browse("launches and receipts are shown with a picture of 1200 by 630", async ({ demo, window, payer }) => {
  const p = await payer();
  const before = Buffer.from(await (await fetch(`${demo.url}/l/demo/share.png`)).arrayBuffer());
  const { body } = await payOnce(demo.url, p.key);
  const w = await window();
  for (const path of ["/", "/l/demo", `/r/${body.paymentId}`]) {
    const page = await w.tab(demo.url + path);
    const url = await page.locator('meta[property="og:image"]').getAttribute("content");
    assert.ok(url.startsWith(demo.url), url);
    const answer = await fetch(url);
    assert.equal(answer.headers.get("content-type"), "image/png");
    assert.deepEqual(size(Buffer.from(await answer.arrayBuffer())), [1200, 630], url);
    await page.close();
  }
  assert.deepEqual(size(before), [1200, 630]);
});
