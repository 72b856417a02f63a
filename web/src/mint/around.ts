import type { Surroundings } from "./desk";

/** browser is the desk's surroundings in earnest. */
export function browser(): Surroundings {
  return {
    fetch: (...call) => fetch(...call),
    now: () => Date.now(),
    wait,
    locked,
    sign: async (...call) => (await import("./sign")).sign(...call),
  };
}

/** wait ends early when the connection or the reader comes back. */
function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      window.removeEventListener("online", done);
      document.removeEventListener("visibilitychange", seen);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const seen = () => { if (!document.hidden) done(); };
    const timer = setTimeout(done, milliseconds);
    window.addEventListener("online", done);
    document.addEventListener("visibilitychange", seen);
    signal.addEventListener("abort", done);
    if (signal.aborted) done();
  });
}

let alone = false;

/**
 * locked uses the browser's locks, which end with the tab that has them. They
 * are missing where a page is neither local nor https; there the page can only
 * keep order with itself.
 */
async function locked(name: string, ifFree: boolean, run: () => Promise<void>): Promise<boolean> {
  if (!navigator.locks) {
    if (alone && ifFree) return false;
    alone = true;
    await run().finally(() => { alone = false; });
    return true;
  }
  return navigator.locks.request(name, { ifAvailable: ifFree }, async (lock) => {
    if (!lock) return false;
    await run();
    return true;
  });
}
