// Loads the chart when it comes into view, and keeps its figures up to date.
import type { Live } from "./live";
import type { Page, Stats } from "./page";

const pause = 5_000; // ms between two requests for figures
const again = 15_000; // ms until a chart that failed to load is tried again

/** picture loads the chart when it is within 200 px of the visible area. */
export function picture(page: Page, live: Live): void {
  const figure = document.querySelector<HTMLElement>("#chart");
  if (!figure) return;
  const seen = new IntersectionObserver((entries) => {
    if (!entries.some((e) => e.isIntersecting)) return;
    seen.disconnect();
    import("./chart").then(({ chart }) => keep(page, live, chart(figure, page)), () => setTimeout(() => seen.observe(figure), again));
  }, { rootMargin: "200px" });
  seen.observe(figure);
}

/** keep requests new figures after a mint, at most every 5 seconds. */
function keep(page: Page, live: Live, change: (stats: Stats) => void): void {
  let known = page.stats.sold, asked = 0;
  let waiting: ReturnType<typeof setTimeout> | undefined;
  const ask = async () => {
    waiting = undefined;
    asked = Date.now();
    try {
      const answer = await fetch(`/launches/${encodeURIComponent(page.launch.slug)}/stats`, { headers: { Accept: "application/json" } });
      if (!answer.ok) return;
      const stats = (await answer.json()) as Stats;
      known = stats.sold;
      change(stats);
    } catch { /* offline: the next snapshot tries again */ }
  };
  const look = () => {
    if (waiting !== undefined || live.latest().launch.sold === known) return;
    waiting = setTimeout(ask, Math.max(0, asked + pause - Date.now()));
  };
  live.subscribe(look);
  look();
}
