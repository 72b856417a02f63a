// Times relative to now: until a launch opens or closes, and since a mint.
import { ago, within } from "../words";

/** times writes the remaining time in place of each date that is less than 30 days ahead, and keeps all times up to date. */
export function times(): void {
  const draw = () => {
    for (const t of document.querySelectorAll<HTMLTimeElement>("time[data-until]")) {
      const left = (Date.parse(t.dateTime) - Date.now()) / 1000;
      t.title ||= t.textContent ?? "";
      if (left < 30 * 86400) write(t, left > 0 ? `in ${within(left)}` : "now");
    }
    for (const t of document.querySelectorAll<HTMLTimeElement>(".mints time")) write(t, ago(t.dateTime));
  };
  draw();
  setInterval(draw, 15_000);
}

function write(e: Element, text: string): void {
  if (e.textContent !== text) e.textContent = text;
}
