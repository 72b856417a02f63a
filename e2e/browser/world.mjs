// The tests share one Chromium and one demo with its chain. Each test has its own
// window, and its own launch if it changes one.
import { test } from "node:test";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { tmpdir } from "node:os";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { Chain, money, usdc } from "./chain.mjs";
import { findChromium, startChromium } from "./chromium.mjs";
import { startDemo } from "./program.mjs";
import { openShop } from "./shop.mjs";
import { Wallet } from "./wallet.mjs";
import { Window } from "./window.mjs";

export const pictures = process.env.MINT402_FAILURES ?? join(tmpdir(), "mint402-browser-failures");

let opened;
/** Returns the world, which is made at the first call. */
export const world = () => (opened ??= open());

async function open() {
  const demo = await startDemo();
  const browser = await startChromium(findChromium()).catch(async (error) => {
    await demo.kill(); // otherwise it would keep running
    throw error;
  });
  const chain = new Chain(demo.rpc, demo.chainId);
  return { browser, demo, chain, bank: await openBank(chain, demo.wallets) };
}

/**
 * Creates the account that funds every test. It is a separate account, so that no
 * page's wallet uses its account nonces. It gets 90 % of the money and coins of the
 * demo's wallets, so that it does not run out.
 */
async function openBank(chain, wallets) {
  const bank = { key: generatePrivateKey() };
  const { address } = privateKeyToAccount(bank.key);
  await Promise.all(wallets.map(async ({ key, address: of }) => {
    await chain.call(key, usdc, "transfer", [address, (await chain.money(of)) * 9n / 10n], money);
    await chain.send(key, { to: address, value: (await chain.coins(of)) * 9n / 10n });
  }));
  return bank.key;
}

/** Ends Chromium and the demo. */
export async function closeWorld() {
  const w = await opened?.catch(() => {}); // the tests have reported the error
  if (!w) return;
  const { browser, demo } = w;
  await browser.close();
  await demo.kill();
}

/**
 * Registers a test in a browser. body gets the world and helpers that clean up after
 * themselves. The test fails if a window had a problem.
 */
export function browse(name, body, { timeout = 480_000 } = {}) {
  test(name, { timeout }, (t) => withMeans((means) => body({ ...means, t }), (windows, shops) => show(t, windows, shops)));
}

/** Runs body with windows, shops, payers and wallets, and closes them afterwards. */
export async function withMeans(body, failed = () => {}) {
  const w = await world();
  const windows = [], shops = [];
  const means = {
    ...w,
    async window(options) {
      const opened = await Window.open(w.browser, options);
      windows.push(opened);
      return opened;
    },
    async shop(terms, options) {
      const opened = await openShop(w, terms, options);
      shops.push(opened);
      return opened;
    },
    payer: (has) => w.chain.account(w.bank, has),
    wallet: (accounts, options) => new Wallet(w.chain, accounts, options),
  };
  try {
    await body(means);
    for (const opened of windows) opened.quiet();
  } catch (error) {
    await failed(windows, shops);
    throw error;
  } finally {
    for (const opened of windows) await opened.close();
    for (const opened of shops) await opened.close();
  }
}

async function show(t, windows, shops) {
  mkdirSync(pictures, { recursive: true });
  let n = 0;
  for (const w of windows) {
    for (const problem of w.problems) t.diagnostic(problem);
    for (const note of w.notes.slice(-10)) t.diagnostic(note);
    for (const page of w.context.pages()) {
      const path = join(pictures, `${t.name.replace(/\W+/g, "-")}-${++n}.png`);
      const taken = await page.screenshot({ path, fullPage: true }).then(() => true, () => false);
      if (taken) t.diagnostic(`as it failed: ${path} at ${page.url()}`);
    }
  }
  for (const s of shops) if (s.service) for (const line of s.service.err.split("\n").filter((l) => /WARN|ERROR/.test(l)).slice(-5)) t.diagnostic(line);
}
