import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { browser } from "./browser";
import { turn } from "./testing";

const before = Object.getOwnPropertyDescriptor(globalThis, "navigator");
const navigate = (value: object) => Object.defineProperty(globalThis, "navigator", { value, configurable: true });
afterEach(() => { if (before) Object.defineProperty(globalThis, "navigator", before); });

/** locks are a browser's, for one call with ifAvailable at a time for each name. */
function locks() {
  const taken = new Set<string>();
  return { request: async (name: string, { ifAvailable }: { ifAvailable: boolean }, run: (lock: object | null) => Promise<boolean>) => {
    if (taken.has(name) && ifAvailable) return run(null);
    taken.add(name);
    return run({}).finally(() => taken.delete(name));
  } };
}

for (const [name, navigator] of [["a lock is held by one call at a time", { locks: locks() }], ["without locks, a page has one call at a time", {}]] as const) {
  test(name, async () => {
    navigate(navigator);
    let free = () => {};
    const ran: string[] = [], held = new Promise<void>((resolve) => { free = resolve; });
    const first = browser().locked("pay", true, async () => { ran.push("first"); await held; });
    await turn();
    assert.equal(await browser().locked("pay", true, async () => { ran.push("second"); }), false);
    free();
    assert.equal(await first, true);
    assert.equal(await browser().locked("pay", true, async () => { ran.push("third"); }), true);
    assert.deepEqual(ran, ["first", "third"]);
  });
}
