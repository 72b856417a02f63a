// The cards of launches, and the note that the list has changed.
import { t } from "../language";
import { share as shareOf } from "../words";
import type { Home, Snapshot } from "./live";

/** shelves returns the listener that updates the cards of launches with new mints. */
export function shelves(page: Home): (s: Snapshot) => void {
  const cards = new Map([...document.querySelectorAll<HTMLElement>(".card-of-launch")].map((e) => [e.dataset.slug, e]));
  const changed = document.getElementById("changed");
  const before = page.searched ? undefined : JSON.stringify([page.total, Object.entries(page.counts).sort()]);
  return (s) => {
    for (const l of s.launches) {
      const card = cards.get(l.slug);
      const bar = card?.querySelector("progress");
      if (!card || !bar) continue;
      bar.value = l.sold;
      const share = card.querySelector(".share-of");
      const text = t("{percent} minted", shareOf(l.sold, bar.max));
      if (share && share.textContent !== text) share.textContent = text;
      if (card.dataset.status !== l.status) status(card, l.status);
    }
    const differs = before !== undefined && before !== JSON.stringify([s.total, Object.entries(s.counts).sort()]);
    if (changed && changed.hidden === differs) changed.hidden = !differs;
  };
}

/** status shows the text of a status: a card contains the texts of all of them. */
function status(card: HTMLElement, code: string): void {
  card.dataset.status = code;
  const all = [...card.querySelectorAll<HTMLElement>(".standing [data-when]")];
  const which = all.find((e) => e.dataset.when === code) ?? all.find((e) => e.dataset.when === "");
  for (const e of all) e.hidden = e !== which;
}
