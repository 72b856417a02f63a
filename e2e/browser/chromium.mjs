// Finds and starts the Chromium of the tests. It is not downloaded: the tests use the
// machine's own, and report if it is missing.
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium } from "playwright-core";

const names = ["chromium", "chromium-browser", "google-chrome"];

/** Returns the path of a Chromium, or undefined if there is no Chromium. Throws if MINT402_CHROMIUM is not a program. */
export function findChromium() {
  const given = process.env.MINT402_CHROMIUM;
  if (given && !runs(given)) throw new Error(`MINT402_CHROMIUM is ${given}, which is no program that can be run`);
  return given || names.flatMap((name) => (process.env.PATH ?? "").split(delimiter).map((dir) => join(dir, name))).find(runs);
}

function runs(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Starts it, without background requests: it connects only to pages that a test opens. */
export function startChromium(executablePath) {
  return chromium.launch({
    executablePath,
    // Only root runs without the sandbox, which needs features that root's containers lack.
    chromiumSandbox: process.getuid?.() !== 0,
    args: ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
      "--disable-sync", "--disable-domain-reliability", "--font-render-hinting=none", "--force-color-profile=srgb"],
  });
}
