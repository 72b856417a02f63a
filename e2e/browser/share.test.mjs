// The share page and its dialog, the badge, the QR code, and the widget in a page of another
// origin.
import assert from "node:assert/strict";
import decodeQR from "qr/decode.js";
import { foreign } from "./foreign.mjs";
import { payOnce } from "./payer.mjs";
import { until } from "./until.mjs";
import { violations, widths } from "./window.mjs";
import { browse } from "./world.mjs";

/** The text of a QR code that an image of the page shows. */
async function scan(image) {
  const size = 480;
  const dark = await image.evaluate(async (img, size) => {
    await img.decode();
    const canvas = Object.assign(document.createElement("canvas"), { width: size, height: size });
    const c = canvas.getContext("2d");
    c.drawImage(img, 0, 0, size, size);
    const { data } = c.getImageData(0, 0, size, size);
    return Array.from({ length: size * size }, (_, i) => (data[4 * i] < 128 ? 1 : 0)).join("");
  }, size);
  const data = new Uint8Array(4 * size * size).fill(255);
  for (let i = 0; i < dark.length; i++) if (dark[i] === "1") data.fill(0, 4 * i, 4 * i + 3);
  return decodeQR({ width: size, height: size, data });
}

browse("a widget in a page of another origin opens the launch in a new window, with the campaign, and no page of ours can be framed", async ({ demo, window }) => {
  const w = await window({ origins: [new URL(demo.url).origin] });
  await foreign([`${demo.url}/embed/demo?ref=friend&utm_source=blog&theme=dark`], async (url) => {
    const page = await w.tab(url);
    const mint = page.frameLocator("iframe").getByRole("link", { name: /^Mint/ });
    const [opened] = await Promise.all([page.waitForEvent("popup"), mint.click()]);
    await opened.waitForLoadState("domcontentloaded");
    assert.equal(opened.url(), `${demo.url}/l/demo?ref=friend&utm_source=blog`);
    assert.equal(await opened.evaluate(() => window.opener), null);
    assert.equal(page.url(), url, "the host's page is still there");
    await opened.locator("#mint").getByRole("button").first().waitFor();
    w.quiet("the widget and the page");
  });
  for (const path of ["/l/demo", "/l/demo/share", "/", "/admin"]) {
    await foreign([`${demo.url}${path}`], async (url) => {
      const page = await w.tab(url);
      await until(`the frame of ${path} is refused`, () => w.problems.some((p) => /frame-ancestors/i.test(p)) || page.frames()[1]?.url().startsWith("chrome-error:"));
      w.problems.splice(0);
    });
  }
});

browse("a widget follows the sale, and says that its figures are old when the server is gone", async ({ shop, window, payer }) => {
  const s = await shop({ mints: 2 });
  const w = await window({ origins: [new URL(s.url).origin] });
  await w.context.clock.install();
  await foreign([`${s.url}/embed/${s.slug}`], async (url) => {
    const page = await w.tab(url);
    const widget = page.frameLocator("iframe").locator(".widget");
    await widget.locator("text=0 of 10,000 minted").waitFor();
    const p = await payer();
    assert.equal((await payOnce(s.url, p.key)).status, 200);
    await page.clock.runFor(16_000);
    await widget.locator("text=5,000 of 10,000 minted").waitFor();
    assert.equal((await payOnce(s.url, p.key)).status, 200);
    await page.clock.runFor(16_000);
    await widget.getByText("Sold out").waitFor();
    await widget.getByRole("link", { name: /^See PING/ }).waitFor();
    await s.kill();
    await until("the figures are old", async () => {
      await page.clock.runFor(16_000);
      return /^Old figures: as of \d\d:\d\d UTC$/.test(await widget.locator(".fresh").innerText());
    });
    assert.match(await widget.getAttribute("class"), /\bold\b/);
  });
});

browse("the share page has the link, its QR code, a badge and code to paste", async ({ demo, window }) => {
  for (const scheme of ["light", "dark"]) for (const size of widths) {
    const w = await window({ scheme, ...size, permissions: ["clipboard-read", "clipboard-write"] });
    const page = await w.tab(`${demo.url}/l/demo/share?ref=me`);
    await page.waitForLoadState("load");
    assert.deepEqual(await violations(page), []);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing is wider than the page");
    await page.getByRole("button", { name: "Copy" }).first().click();
    await page.getByRole("button", { name: "Copied" }).waitFor();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), `${demo.url}/l/demo?ref=me`);
    const code = page.getByRole("img", { name: /^QR code/ });
    assert.equal(await scan(code), `${demo.url}/l/demo?ref=me`);
    for (const ending of ["svg", "png"]) {
      const [saved] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: `Save as ${ending.toUpperCase()}` }).click()]);
      assert.equal(saved.suggestedFilename(), `demo-qr.${ending}`);
    }
    for (const badge of await page.locator(".badges img").all()) {
      const { width, height } = await badge.evaluate(async (img) => (await img.decode(), { width: img.naturalWidth, height: img.naturalHeight }));
      assert.ok(height === 20 && width > 60 && width < 220, `${width} × ${height}`);
    }
    for (const link of await page.locator(".intents a").all()) {
      assert.match(await link.getAttribute("href"), /^(https:\/\/|mailto:)/);
      assert.equal(await link.getAttribute("rel"), "noopener noreferrer");
    }
  }
});

browse("Share opens the kit in a dialog, from the launch and from the receipt, and leads to the page without JavaScript", async ({ demo, window, payer }) => {
  const p = await payer();
  const { body } = await payOnce(demo.url, p.key);
  const w = await window();
  for (const path of ["/l/demo", `/r/${body.paymentId}`]) {
    const page = await w.tab(`${demo.url}${path}`);
    await page.waitForLoadState("load");
    const share = page.getByRole("link", { name: "Share", exact: true });
    await share.focus();
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog", { name: "Share" });
    await dialog.waitFor();
    assert.deepEqual(await violations(page), []);
    assert.equal(await scan(dialog.getByRole("img", { name: /^QR code/ })), `${demo.url}${path}`);
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    assert.equal(await share.evaluate((e) => e === document.activeElement), true, "the focus is where it was");
    await share.click();
    await dialog.getByRole("button", { name: "Close" }).click();
    await dialog.waitFor({ state: "detached" });
  }
  const plain = await window({ javaScriptEnabled: false });
  const page = await plain.tab(`${demo.url}/l/demo`);
  await page.getByRole("link", { name: "Share", exact: true }).click();
  await page.waitForURL(`${demo.url}/l/demo/share`);
  await page.getByRole("link", { name: "Telegram" }).waitFor();
});
