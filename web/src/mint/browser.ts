import type { Browser } from "./purchase";

/** browser returns the functions of the real browser. */
export function browser(): Browser {
  return {
    fetch: (...call) => fetch(...call),
    now: () => Date.now(),
    wait,
    locked,
    sign: async (...call) => (await import("./sign")).sign(...call),
  };
}

/** wait ends early when the browser is online again or the page becomes visible. */
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
 * locked uses the browser's locks, which are released when their tab closes. They
 * are missing if the page is neither local nor https. Then it can only refuse a
 * second call with ifFree in the same page.
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
