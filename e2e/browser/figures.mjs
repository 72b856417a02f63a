// make pagefigures: measures each page and prints one table. LCP is the fastest of three loads
// on a phone with a slow 4G connection and a quarter of this machine's speed: other work on the
// machine only adds to it. The layout shift is the largest of those loads and of one on a desk. The
// size is that of all responses before a wallet is connected.
import { loadavg } from "node:os";
import { findChromium } from "./chromium.mjs";
import { owned } from "./dashboard.mjs";
import { openMarket } from "./states.mjs";
import { slowly, weigh } from "./weight.mjs";
import { desk, phone } from "./window.mjs";
import { closeWorld, withMeans } from "./world.mjs";

const limits = { paint: 1200, shift: 0, bytes: 120 * 1024 }; // ms, without unit, bytes

if (!findChromium()) {
  console.error("no figures: no Chromium found; install chromium or set MINT402_CHROMIUM");
  process.exit(1);
}
const over = (is, limit, text) => `${text}${is > limit ? " !" : "  "}`.padStart(12);

try {
  await withMeans(async (means) => {
    const s = await openMarket({ ...means, shop: (terms) => owned(means.shop, terms) });
    console.log(`${"page".padEnd(26)}${"LCP, ms".padStart(10)}${"shift".padStart(12)}${"bytes".padStart(12)}${"requests".padStart(10)}   (! is over ${limits.paint} ms, ${limits.shift} or ${limits.bytes} bytes)`);
    for (const [name, path] of [["home, ten launches", "/"], ["launch", "/l/open"], ["minters", "/l/open/minters"], ["holders", "/l/open/holders"], ["share", "/l/open/share"],
      ["widget", "/embed/open"], ["receipt", s.receipt], ["share a receipt", `${s.receipt}/share`], ["dashboard, sign-in", "/admin"],
      ["launch, sold out", "/l/gone"], ["launch, paused", "/l/paused"], ["launch, closed", "/l/closing"], ["launch, opening soon", "/l/soon"]]) {
      const loads = [];
      for (const size of [phone, phone, phone, desk]) {
        const w = await means.window({ ...size, reducedMotion: "no-preference" }); // each has an empty cache
        loads.push(await slowly(w, s.url + path));
        await w.close();
      }
      const w = await means.window(phone);
      const parts = await weigh(w, s.url + path);
      await w.close();
      const paint = Math.round(Math.min(...loads.slice(0, 3).map((l) => l.paint)));
      const shift = Math.max(...loads.map((l) => l.shift)), bytes = parts.reduce((sum, p) => sum + p.bytes, 0);
      console.log(name.padEnd(24) + over(paint, limits.paint, String(paint)) + over(shift, limits.shift, shift.toFixed(4)) + over(bytes, limits.bytes, String(bytes)) + String(parts.length).padStart(10) + (shift ? `   moved: ${[...new Set(loads.flatMap((l) => l.moved))].join(", ")}` : ""));
    }
    console.log(`load of this machine: ${loadavg().map((n) => n.toFixed(1)).join(", ")}`);
  });
} finally {
  await closeWorld();
}
