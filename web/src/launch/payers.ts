// The latest payers' pictures, the last mint, the milestones, and how fresh the figures are.
import { dates, plural, t } from "../language";
import { ago, grouped } from "../words";
import { face, picture, rewrite, write } from "./figures";
import type { Live, Snapshot } from "./live";

const shown = 6; // pictures

/** payers keeps the part of the ticket about other payers up to date. */
export function payers(cap: number, live: Live): void {
  const box = document.querySelector<HTMLElement>(".latest-payers");
  const faces = box?.querySelector<HTMLElement>(".faces");
  const last = box?.querySelector<HTMLTimeElement>("time");
  if (!box || !faces || !last) return;
  const draw = ({ launch, mints }: Snapshot) => {
    const paths = [...new Set(mints.map((m) => face(m.payer)))].slice(0, shown);
    const there = [...faces.querySelectorAll("img")].map((img) => img.getAttribute("src"));
    if (paths.join() !== there.join()) faces.replaceChildren(...paths.map((src) => picture(src, 36)));
    box.hidden = paths.length === 0;
    write("payers-count", plural(launch.payers, grouped(launch.payers), "{n} payer", "{n} payers"));
    if (mints[0]) {
      last.dateTime = mints[0].at;
      rewrite(last, ago(mints[0].at));
    }
    for (const li of document.querySelectorAll<HTMLElement>(".milestones li")) {
      const reached = launch.sold * 100 >= Number(li.dataset.percent) * cap;
      li.classList.toggle("reached", reached);
      const word = li.querySelector<HTMLElement>(".reached-word");
      if (word) word.hidden = !reached;
    }
  };
  live.subscribe(draw);
  setInterval(() => { if (last.dateTime) rewrite(last, ago(last.dateTime)); }, 15_000);
}

/** freshness shows whether the figures are live, or from when they are. */
export function freshness(live: Live): void {
  const line = document.querySelector<HTMLElement>(".fresh");
  const words = line?.querySelector(".words");
  if (!line || !words) return;
  live.subscribe(({ old, at }) => {
    line.dataset.fresh = old ? "old" : "live";
    const clock = new Date(at).toLocaleTimeString(dates, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
    rewrite(words, old ? t("Not connected. Figures as of {time}.", clock) : t("Live"));
  });
}
