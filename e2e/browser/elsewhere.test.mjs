// A page of another origin that sells the tokens with the official client.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { browse } from "./world.mjs";

const client = `
import { ExactEvmScheme } from "@x402/evm";
import { decodePaymentResponseHeader, wrapFetchWithPayment, x402Client } from "@x402/fetch";
import { privateKeyToAccount } from "viem/accounts";
window.look = async (url) => {
  const answer = await fetch(url);
  return { status: answer.status, required: answer.headers.get("PAYMENT-REQUIRED"), body: await answer.json() };
};
window.pay = async (url, key) => {
  const client = new x402Client().register("eip155:*", new ExactEvmScheme(privateKeyToAccount(key)));
  const answer = await wrapFetchWithPayment(fetch, client)(url);
  const header = answer.headers.get("PAYMENT-RESPONSE");
  return { status: answer.status, settled: header && decodePaymentResponseHeader(header), body: await answer.json() };
};
window.read = async (url) => (await fetch(url)).json();
`;

browse("the official client in a page of another origin reads the price, pays, and reads the receipt", async ({ demo, chain, window, payer }) => {
  const { outputFiles: [script] } = await build({
    stdin: { contents: client, resolveDir: dirname(fileURLToPath(import.meta.url)) },
    bundle: true, format: "iife", platform: "browser", write: false, logLevel: "silent", define: { global: "globalThis" },
  });
  const server = createServer((request, response) => {
    const isScript = request.url === "/client.js";
    response.writeHead(200, { "content-type": isScript ? "text/javascript" : "text/html" });
    response.end(isScript ? script.contents : "<!doctype html><title>Elsewhere</title><link rel=icon href=data:,><script src=/client.js></script>");
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const p = await payer();
    const w = await window({ origins: [new URL(demo.url).origin] });
    const page = await w.tab(`http://127.0.0.1:${server.address().port}/`);
    await page.waitForLoadState("load");
    const seen = await page.evaluate((url) => window.look(url), demo.mintUrl);
    assert.equal(seen.status, 402);
    const required = JSON.parse(Buffer.from(seen.required ?? "", "base64").toString() || "null");
    assert.equal(required?.accepts[0].payTo.toLowerCase(), demo.token.toLowerCase(), "the header with the price cannot be read");
    assert.equal(seen.body.x402Version, 1);

    const paid = await page.evaluate(([url, key]) => window.pay(url, key), [demo.mintUrl, p.key]);
    assert.equal(paid.status, 200);
    assert.equal(paid.settled.success, true);
    assert.equal(paid.settled.payer.toLowerCase(), p.address.toLowerCase());
    assert.match(paid.body.paymentId, /^0x[0-9a-f]{64}$/);
    const order = await page.evaluate((url) => window.read(url), `${demo.url}/orders/${paid.body.paymentId}`);
    assert.equal(order.transaction, paid.settled.transaction);
    assert.equal(await chain.tokens(demo.token, p.address), 5000n * 10n ** 18n);
    for (const path of ["/launches", "/launches/demo", "/launches/demo/stats", "/readyz"]) await page.evaluate((url) => window.read(url), demo.url + path);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
