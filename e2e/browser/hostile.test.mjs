// Launches whose words are markup and scripts: they are shown as words, and run
// nothing, on any page.
import assert from "node:assert/strict";
import { browse } from "./world.mjs";
import { deploy } from "./deploy.mjs";
import { payOnce } from "./payer.mjs";
import { until } from "./until.mjs";

export const hostile = [
  "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "'><svg/onload=alert(1)>", "</title><script>alert(1)</script>",
  "javascript:alert(1)", "{{.Launch}}", '"onmouseover="alert(1)" autofocus onfocus="alert(1)', "</script><script>alert(1)//", "\u2028alert(1)", "`${alert(1)}`",
  "&lt;script&gt;alert(1)&lt;/script&gt;", "\u202egnp.ereh\u202d\u0000\u0007\u001b[31m", "<style>*{display:none}</style><base href=//evil.example>",
];

browse("hostile names, symbols, descriptions and images run nothing on any page", async ({ chain, bank, shop, window, payer }) => {
  const owner = await payer({ money: "0" });
  const tokens = await Promise.all(hostile.map((text) => deploy(chain, bank, owner.address, { name: text, symbol: text, contractURI: text })));
  const s = await shop(hostile.map((text, i) => ({
    token: tokens[i], slug: `h${i}`, description: text.replaceAll("\u0000", ""), image: i % 2 ? `https://${text.replaceAll("\u0000", "")}` : text.replaceAll("\u0000", "") })), { keyless: true });
  const p = await payer();
  // The picture that a page may have is asked for from where it says; nobody answers there.
  const w = await window();
  await w.context.route((url) => url.origin !== new URL(s.url).origin, (route) => route.abort());
  const watch = async (path, holds) => {
    const page = await w.tab(s.url + path);
    await page.waitForLoadState("load");
    if (holds) assert.ok((await page.title()).length > 0 && (await page.locator("h1").count()) === 1, path);
    assert.equal(await page.evaluate(() => document.querySelectorAll("base, script:not([src]):not([type='application/json']), [onerror], [onload], [onfocus], [onmouseover], iframe, object, embed").length), 0, path);
    // Nothing hides the page either.
    assert.ok(await page.locator("h1").first().isVisible(), path);
    w.problems = w.problems.filter((problem) => !/asked a third party: GET https:/.test(problem));
    w.quiet(path);
    await page.close();
  };
  await watch("/");
  for (const [i, text] of hostile.entries()) {
    const paid = await payOnce(s.url, p.key, { path: `/launches/h${i}/mint` });
    assert.equal(paid.status, 200, `${JSON.stringify(text)}: ${JSON.stringify(paid.body)}`);
    await watch(`/l/h${i}?%22%3E%3Cscript%3Ealert(1)%3C/script%3E#<img src=x onerror=alert(1)>`, true);
    await watch(`/r/${paid.body.paymentId}`, true);
    for (const picture of [`/l/h${i}/share.png`, `/r/${paid.body.paymentId}/share.png`]) {
      const answer = await fetch(s.url + picture);
      assert.equal(answer.headers.get("content-type"), "image/png", picture);
    }
  }
  // The words that mean nothing to a browser arrive as they are.
  const page = await w.tab(`${s.url}/l/h0`);
  await until("the name is shown as it is", async () => (await page.locator("h1").innerText()).includes("<script>alert(1)</script>"));
}, { timeout: 240_000 });
