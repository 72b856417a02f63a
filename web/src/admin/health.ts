// The overview, shared by all views. It is requested every 5 seconds while the page is
// visible.
import type { Overview } from "./answers";
import { ask, Refusal } from "./ask";
import { observable } from "./observable";
import { standing } from "./session";

export interface Health {
  overview: Overview | null;
  at: number; // time of the last read, in ms
  trouble: string; // the error of the newest request, or empty
}

export const health = observable<Health>({ overview: null, at: 0, trouble: "" });

const every = 5000;
let timer: ReturnType<typeof setTimeout> | undefined;
let under: Promise<void> | undefined;

/** refresh requests it now, or returns the request under way. */
export function refresh(): Promise<void> {
  return (under ??= read().finally(() => { under = undefined; }));
}

async function read(): Promise<void> {
  clearTimeout(timer);
  if (standing.value.kind !== "in") return;
  try {
    health.set({ overview: await ask<Overview>("/overview"), at: Date.now(), trouble: "" });
  } catch (error) {
    health.set({ ...health.value, trouble: error instanceof Refusal ? error.message : String(error) });
  }
  timer = setTimeout(look, every);
}

function look(): void {
  if (document.visibilityState === "visible") void refresh();
  // Otherwise the next visibilitychange requests it.
}

document.addEventListener("visibilitychange", look);
standing.subscribe((now) => { if (now.kind === "in") void refresh(); });
