// make test-browser: tests the pages in a real Chromium, against the built program on
// the demo's chain. If the machine has no Chromium it says so, and fails only if
// MINT402_BROWSER=1 requires one.
import { after } from "node:test";
import { findChromium } from "./chromium.mjs";

let found;
try {
  found = findChromium();
} catch (error) {
  console.error(`browser tests were NOT run: ${error.message}`);
  process.exit(1);
}
if (found) {
  const { closeWorld } = await import("./world.mjs");
  const suites = ["reading", "minting", "trouble", "feed", "receipt", "owner", "keyboard", "accessible", "hostile", "profile", "elsewhere", "home", "launchpage", "share", "crowd", "creators", "languages"];
  const chosen = (process.env.SUITE ?? "").split(",").filter(Boolean);
  const unknown = chosen.find((suite) => !suites.includes(suite));
  if (unknown) throw new Error(`SUITE names ${unknown}: expected some of ${suites.join(",")}`);
  for (const suite of suites) if (!chosen.length || chosen.includes(suite)) await import(`./${suite}.test.mjs`);
  after(closeWorld);
} else {
  console.log("browser tests were NOT run: no Chromium found; install chromium or set MINT402_CHROMIUM");
  process.exitCode = process.env.MINT402_BROWSER === "1" ? 1 : 0;
}
