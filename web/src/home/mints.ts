// The list of the newest mints.
import { parts, t } from "../language";
import { account } from "../launch/figures";
import { ago, grouped } from "../words";
import type { LaunchMint, Snapshot } from "./live";

/** mints returns the listener that updates the list: new ones at the top, old ones removed. */
export function mints(): (s: Snapshot) => void {
  const list = document.querySelector<HTMLOListElement>(".newest .mints");
  const none = document.querySelector<HTMLElement>(".newest .first-mint");
  return (s) => {
    if (!list) return;
    const there = new Map([...list.querySelectorAll("li")].map((li) => [li.querySelector<HTMLAnchorElement>('a[href^="/r/"]')?.getAttribute("href"), li]));
    const wanted = s.mints.map((m) => there.get(m.url) ?? line(m));
    for (const li of there.values()) if (!wanted.includes(li)) li.remove();
    wanted.forEach((li, i) => { if (list.children[i] !== li) list.insertBefore(li, list.children[i] ?? null); });
    if (none) none.hidden = wanted.length > 0;
  };
}

function line(m: LaunchMint): HTMLLIElement {
  const li = element("li", "new");
  const of = element("span", "of");
  of.append(link(`/l/${encodeURIComponent(m.launch)}`, m.name));
  const when = element("span", "when");
  const at = element("time", "", ago(m.at));
  at.dateTime = m.at;
  when.append(...parts<string | Node>("to {payer}", account(m.payer, explorerOf(m))), " · ", at, " · ", link(m.url, t("receipt")));
  li.append(element("span", "what", `${grouped(m.tokens)} ${m.symbol}`), " ", of, " ", when);
  return li;
}

/** explorerOf returns the explorer of a mint's chain, from the link to its transaction. */
function explorerOf(m: LaunchMint): string | undefined {
  return m.explorer?.split("/tx/")[0];
}

function link(href: string, text: string): HTMLAnchorElement {
  const a = element("a", "", text);
  a.href = href;
  return a;
}

function element<K extends keyof HTMLElementTagNameMap>(tag: K, className: string, text = ""): HTMLElementTagNameMap[K] {
  const e = document.createElement(tag);
  if (className) e.className = className;
  e.textContent = text;
  return e;
}
