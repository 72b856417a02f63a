// Waiting on conditions. Nothing in these tests sleeps for a length of time and
// hopes. Waits are long, since two cores may be shared with several other suites.
export const patience = 120_000;

/** Calls condition until it gives something true, and returns that. An error that is hopeless ends it. */
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

/** A gate that somebody waits at until it is opened. */
export function gate() {
  let open, reach;
  const opened = new Promise((resolve) => (open = resolve));
  const reached = new Promise((resolve) => (reach = resolve));
  return {
    open,
    reached, // resolves once somebody waits
    async pass() {
      reach();
      await opened;
    },
  };
}
