// Keeps the figures of a widget up to date, and shows how old they are.
import { data } from "../data";
import { t } from "../language";
import { grouped, share, times } from "../words";

type Terms = { slug: string; allotment: string; cap: number };
type Launch = { status: string; standing: string; sold: number };

const pause = 15_000; // ms between two requests
const stale = 45_000; // ms without an answer until the figures count as old

/**
 * refreshing requests the launch while the widget is on screen. It opens no feed: the server has a
 * limited number of them, and those who look at the launch's own page need them more.
 */
export function refreshing(): void {
  const widget = document.querySelector<HTMLElement>(".widget"), fresh = document.querySelector<HTMLElement>(".fresh");
  if (!widget || !fresh) return;
  const terms = data<Terms>();
  let known = Date.now(); // when the figures were read; the page itself is never cached
  let visible = false, asking = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const age = () => {
    const old = Date.now() - known > stale, at = `${new Date(known).toISOString().slice(11, 16)} UTC`;
    widget.classList.toggle("old", old);
    const text = old ? t("Old figures: as of {time}", at) : t("As of {time}", at);
    if (fresh.textContent !== text) fresh.textContent = text;
  };
  const ask = async () => {
    clearTimeout(timer);
    if (asking || !visible || document.hidden) return;
    asking = true;
    try {
      const answer = await fetch(`/launches/${encodeURIComponent(terms.slug)}`, { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(pause) });
      if (answer.ok) {
        show(widget, terms, (await answer.json()) as Launch);
        known = Date.now();
      }
    } catch { /* no answer: age shows it */ }
    asking = false;
    age();
    timer = setTimeout(ask, pause);
  };
  new IntersectionObserver((entries) => {
    visible = entries.at(-1)?.isIntersecting ?? false;
    if (!visible) return clearTimeout(timer);
    age();
    if (Date.now() - known > pause) void ask();
    else timer = setTimeout(ask, pause);
  }).observe(widget);
  document.addEventListener("visibilitychange", () => {
    age();
    void ask();
  });
  addEventListener("pageshow", (e) => { if (e.persisted) void ask(); });
  setInterval(age, 5_000);
}

function show(widget: HTMLElement, terms: Terms, l: Launch): void {
  const write = (name: string, text: string) => {
    const e = widget.querySelector(`[data-live="${name}"]`);
    if (e && e.textContent !== text) e.textContent = text;
  };
  write("minted", grouped(times(terms.allotment, l.sold)));
  write("share", share(l.sold, terms.cap));
  const bar = widget.querySelector<HTMLProgressElement>("#supply");
  if (bar) bar.value = l.sold;
  const code = l.standing === "paused" && l.status === "unavailable" ? "paused" : l.status;
  if (widget.dataset.status === code) return;
  widget.dataset.status = code;
  for (const box of widget.querySelectorAll(".standing, .deal, .act .button")) {
    const all = [...box.querySelectorAll<HTMLElement>("[data-when]")];
    const which = all.find((e) => e.dataset.when === code) ?? all.find((e) => e.dataset.when === "");
    for (const e of all) e.hidden = e !== which;
  }
}
