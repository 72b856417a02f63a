// Which Chromium the tests drive, and how. None is downloaded: the machine's own
// is looked for, and its absence is said plainly.
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium } from "playwright-core";

const names = ["chromium", "chromium-browser", "google-chrome"];

/** The path of a Chromium, or undefined if the machine has none. Throws if MINT402_CHROMIUM names none. */
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

/** Starts it, silent towards everybody but the pages that a test opens. */
export function startChromium(executablePath) {
  return chromium.launch({
    executablePath,
    // Only root has to do without: its sandbox needs what root's containers lack.
    chromiumSandbox: process.getuid?.() !== 0,
    args: ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
      "--disable-sync", "--disable-domain-reliability", "--font-render-hinting=none", "--force-color-profile=srgb"],
  });
}
