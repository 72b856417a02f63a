// Which Chromium the tests drive, and how. None is downloaded: the machine's own
// is looked for, and its absence is said plainly.
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium } from "playwright-core";

const names = ["chromium", "chromium-browser", "google-chrome"];

/** The path of a Chromium, or undefined if the machine has none. */
export function findChromium() {
  const given = process.env.MINT402_CHROMIUM;
  if (given) return given;
  for (const name of names)
    for (const dir of (process.env.PATH ?? "").split(delimiter)) {
      const path = join(dir, name);
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch {
        // not there: the next
      }
    }
  return undefined;
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
