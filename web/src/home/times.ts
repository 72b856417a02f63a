// Times relative to now: until a launch opens or closes, and since a mint.
import { t } from "../language";
import { ago, within } from "../words";

/** times writes the remaining time in place of each date that is less than 30 days ahead, and keeps all times up to date. */
export function times(): void {
  const draw = () => {
    for (const at of document.querySelectorAll<HTMLTimeElement>("time[data-until]")) {
      const left = (Date.parse(at.dateTime) - Date.now()) / 1000;
      at.title ||= at.textContent ?? "";
      if (left < 30 * 86400) write(at, left > 0 ? t("in {time}", within(left)) : t("now"));
    }
    for (const at of document.querySelectorAll<HTMLTimeElement>(".mints time")) write(at, ago(at.dateTime));
  };
  draw();
  setInterval(draw, 15_000);
}

function write(e: Element, text: string): void {
  if (e.textContent !== text) e.textContent = text;
}
