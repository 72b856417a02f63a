// Waiting for conditions. The tests do not sleep for a fixed time. Timeouts are long,
// because two cores may be shared with several other suites.
export const patience = 120_000;

/** Calls condition until it returns a true value, and returns that. An error with hopeless set is thrown at once. */
export async function until(what, condition, { within = patience, every = 50 } = {}) {
  const end = Date.now() + within;
  let failed;
  for (;;) {
    try {
      const answer = await condition();
      if (answer) return answer;
      failed = undefined;
    } catch (error) {
      if (error.hopeless) throw error;
      failed = error;
    }
    if (Date.now() > end) throw new Error(`waited ${within / 1000} s without result until ${what}${failed ? `: ${failed.message}` : ""}`, { cause: failed });
    await new Promise((resolve) => setTimeout(resolve, every));
  }
}

/** Returns a gate: pass() waits until it is opened. */
export function gate() {
  let open, reach;
  const opened = new Promise((resolve) => (open = resolve));
  const reached = new Promise((resolve) => (reach = resolve));
  return {
    open,
    reached, // resolves at the first call of pass
    async pass() {
      reach();
      await opened;
    },
  };
}
