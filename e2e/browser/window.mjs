// A watched browser window. A violation of the pages' policy, a script error, a dialog
// or a request to a third party fails the test.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import assert from "node:assert/strict";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/** The window sizes for all pages: a phone's and a desktop's. */
export const [phone, desk] = [{ width: 390, height: 844 }, { width: 1440, height: 900 }];
export const widths = [phone, desk];

export class Window {
  problems = []; // each one fails the test
  notes = []; // console messages that help to explain a failure

  /** Opens a context with any number of wallets. Requests to origins are allowed in addition to the page's own. */
  static async open(browser, { wallets = [], origins = [], scheme = "light", width = 1280, height = 900, ...options } = {}) {
    const w = new Window();
    w.origins = new Set(origins);
    w.context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme, locale: "en-GB", timezoneId: "UTC", reducedMotion: "reduce", ...options });
    w.context.setDefaultTimeout(90_000);
    w.context.on("request", (request) => w.#asked(request));
    w.context.on("page", (page) => w.#watch(page));
    await w.context.exposeFunction("__refused", (what) => void w.problems.push(`the policy refused ${what}`));
    await w.context.addInitScript(() =>
      document.addEventListener("securitypolicyviolation", (e) => window.__refused(`${e.effectiveDirective} ${e.blockedURI} ${e.sourceFile ?? ""}`)));
    for (const wallet of [wallets].flat()) await wallet.install(w.context);
    return w;
  }

  #asked(request) {
    const url = new URL(request.url());
    if (url.protocol === "data:" || url.protocol === "blob:" || this.origins.has(url.origin)) return;
    this.problems.push(`asked a third party: ${request.method()} ${request.url()}`);
  }

  #watch(page) {
    page.on("pageerror", (error) => this.problems.push(`a script failed: ${error.stack ?? error.message}`));
    page.on("dialog", (dialog) => {
      this.problems.push(`a dialog said ${JSON.stringify(dialog.message())}`);
      dialog.dismiss().catch(() => {});
    });
    page.on("console", (message) => {
      if (/content security policy|refused to/i.test(message.text())) this.problems.push(`the console says: ${message.text()}`);
      else if (["error", "warning"].includes(message.type())) this.notes.push(`console: ${message.text()}`);
    });
    page.on("crash", () => this.problems.push("the page crashed"));
  }

  /** Opens a tab at a URL. Requests to its origin are allowed from then on. */
  async tab(url) {
    this.origins.add(new URL(url).origin);
    const page = await this.context.newPage();
    page.answer = await page.goto(url, { waitUntil: "domcontentloaded" });
    return page;
  }

  /** Fails if there were problems, and clears them. */
  quiet(where = "") {
    const problems = this.problems.splice(0);
    assert.deepEqual(problems, [], where);
  }

  async close() {
    await this.context.close();
  }
}

/**
 * Returns axe's violations for a page in its current state. With colours, only the rules
 * whose result depends on colours run: a page that has passed all rules in one scheme needs
 * no others in the second. No page has frames, and the nodes that pass are not described.
 */
export async function violations(page, { colours = false } = {}) {
  if (!(await page.evaluate(() => "axe" in window))) {
    const session = await page.context().newCDPSession(page);
    // The page's policy would block an injected script, so use the debugging protocol.
    await session.send("Runtime.evaluate", { expression: axe });
    await session.detach();
  }
  const runOnly = colours ? { type: "rule", values: ["color-contrast", "link-in-text-block"] } : { type: "tag", values: rules };
  const { violations } = await page.evaluate((options) => window.axe.run(document, options), { runOnly, resultTypes: ["violations"], iframes: false });
  return violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.target.join(" ")}: ${n.failureSummary.replace(/\s+/g, " ")}`));
}
