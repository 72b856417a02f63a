// make screenshots: writes pictures of every page in every state, at 390 and 1440 px,
// in light and in dark, to docs/screenshots, and a contact sheet for each theme.
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findChromium } from "./chromium.mjs";
import { repository } from "./program.mjs";
import { states } from "./states.mjs";
import { closeWorld, withMeans } from "./world.mjs";

if (!findChromium()) {
  console.error("no screenshots: no Chromium found; install chromium or set MINT402_CHROMIUM");
  process.exit(1);
}
const folder = join(repository, "docs", "screenshots");
mkdirSync(folder, { recursive: true });
for (const old of readdirSync(folder)) if (old.endsWith(".webp")) rmSync(join(folder, old));

const taken = [];
try {
  await withMeans(async (means) => {
    await states(means, async (name, page, { width, scheme, at }) => {
      // The state may be further down, such as the panel's on a phone: scroll to it.
      await page.evaluate((selector) => (selector ? document.querySelector(selector).scrollIntoView({ block: "center", behavior: "instant" }) : scrollTo({ top: 0, behavior: "instant" })), at);
      await page.mouse.move(0, 0); // nothing is under the pointer
      const file = `${name}-${width}-${scheme}.webp`;
      writeFileSync(join(folder, file), await smaller(means.browser, await page.screenshot({ animations: "disabled", caret: "hide" })));
      taken.push({ name, width, scheme, file });
      process.stdout.write(`${file}\n`);
    });
    taken.sort((a, b) => (a.file < b.file ? -1 : 1));
    for (const scheme of ["light", "dark"]) await sheet(means.browser, scheme);
  });
} finally {
  await closeWorld();
}

/** Makes one picture of all screenshots of a theme, for the README. */
async function sheet(browser, scheme) {
  const [paper, ink] = scheme === "light" ? ["#e9e8e2", "#111"] : ["#050706", "#eee"];
  const shown = (width) => taken.filter((t) => t.scheme === scheme && t.width === width)
    .map((t) => `<figure><img src="data:image/webp;base64,${readFileSync(join(folder, t.file)).toString("base64")}" width="${width === 390 ? 156 : 344}"><figcaption>${t.name}</figcaption></figure>`).join("");
  const page = await browser.newPage({ viewport: { width: 1480, height: 800 } });
  await page.setContent(`<style>body{margin:20px;background:${paper};color:${ink};font:11px system-ui}section{display:flex;flex-wrap:wrap;gap:14px;margin-bottom:22px}
    figure{margin:0}img{display:block;border-radius:4px}figcaption{margin-top:4px}</style><section>${shown(390)}</section><section>${shown(1440)}</section>`);
  await page.waitForLoadState("load");
  writeFileSync(join(folder, `sheet-${scheme}.webp`), await smaller(browser, await page.screenshot({ fullPage: true }), 1480));
  await page.close();
}

/** Converts a PNG to WebP, at most 1,080 px wide, to keep the repository small. */
async function smaller(browser, png, widest = 1080) {
  const page = await browser.newPage();
  try {
    const url = await page.evaluate(async ([source, widest]) => {
      const picture = new Image();
      picture.src = source;
      await picture.decode();
      const by = Math.min(1, widest / picture.width);
      const canvas = Object.assign(document.createElement("canvas"), { width: picture.width * by, height: picture.height * by });
      const c = canvas.getContext("2d");
      c.imageSmoothingQuality = "high";
      c.drawImage(picture, 0, 0, canvas.width, canvas.height);
      return canvas.toDataURL("image/webp", 0.6);
    }, [`data:image/png;base64,${png.toString("base64")}`, widest]);
    return Buffer.from(url.slice(url.indexOf(",") + 1), "base64");
  } finally {
    await page.close();
  }
}
