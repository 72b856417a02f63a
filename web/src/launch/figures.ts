// The figures, the status and the list of mints, updated from the newest snapshot.
import { dates, parts, t } from "../language";
import type { Live, Snapshot } from "./live";
import type { Mint, Page } from "./page";
import { ago, grouped, share, short, times, within } from "../words";

const shown = 8; // mints in the list

/** show updates the page from the feed. */
export function show(page: Page, live: Live): void {
  const root = document.querySelector<HTMLElement>(".launch");
  const list = document.querySelector<HTMLOListElement>(".mints");
  if (!root || !list) return;
  const l = page.launch;
  const tokens = (allotments: number) => grouped(times(l.allotment, allotments));

  const draw = (s: Snapshot) => {
    const now = s.launch;
    write("minted", tokens(now.sold));
    write("left", tokens(now.left));
    write("pending", now.reserved > 0 ? `${tokens(now.reserved)} ${l.symbol}` : t("none"));
    write("share", share(now.sold, l.cap.allotments));
    write("mints", grouped(now.mints));
    write("payers", grouped(now.payers));
    write("proceeds", grouped(times(l.price.formatted, now.sold)));
    const bar = document.querySelector<HTMLProgressElement>("#supply");
    if (bar) bar.value = now.sold;
    status(root, now.paused && now.status === "unavailable" ? "paused" : now.status);
    const few = document.querySelector<HTMLElement>(".nearly-gone");
    if (few) few.hidden = now.status !== "open" || now.left === 0 || now.left > l.cap.allotments / 10;
    reasons(now.reasons);
    mints(list, s.mints, page);
  };
  live.subscribe(draw);
  setInterval(() => {
    for (const t of list.querySelectorAll("time")) rewrite(t, ago(t.dateTime));
  }, 15_000);
  countdown();
}

/** write sets a figure's text only if it differs, to avoid needless announcements and drawing. */
export function write(name: string, text: string): void {
  for (const e of document.querySelectorAll(`[data-live="${name}"]`)) rewrite(e, text);
}

export function rewrite(e: Element, text: string): void {
  if (e.textContent === text) return;
  e.textContent = text;
}

/** status shows the text for a status: the page contains the texts for all of them. */
function status(root: HTMLElement, code: string): void {
  if (root.dataset.status === code) return;
  root.dataset.status = code;
  const over = ["sold_out", "closed", "delisted"].includes(code);
  for (const e of root.querySelectorAll<HTMLElement>("[data-sale]")) e.hidden = (e.dataset.sale === "over") !== over;
  for (const box of root.querySelectorAll(".standing, .states, .ending")) {
    const all = [...box.querySelectorAll<HTMLElement>("[data-when]")];
    const which = all.find((e) => e.dataset.when === code) ?? (code === "open" ? undefined : all.find((e) => e.dataset.when === ""));
    for (const e of all) e.hidden = e !== which;
  }
}

function reasons(list: string[]): void {
  const ul = document.querySelector('[data-live="reasons"]');
  if (!ul || [...ul.children].map((e) => e.textContent).join("\n") === list.join("\n")) return;
  ul.replaceChildren(...list.map((text) => element("li", "", text)));
}

/** mints adds new mints at the top, and removes those that are old or were removed by a reorg. */
function mints(list: HTMLOListElement, newest: Mint[], page: Page): void {
  const ids = new Set(newest.map((m) => m.url));
  const there = new Map<string, HTMLLIElement>();
  for (const li of list.querySelectorAll("li")) {
    const url = li.querySelector<HTMLAnchorElement>('a[href^="/r/"]')?.getAttribute("href") ?? "";
    if (ids.has(url)) there.set(url, li);
    else li.remove();
  }
  newest.slice(0, shown).forEach((m, i) => {
    const li = there.get(m.url) ?? line(m, page);
    if (list.children[i] !== li) list.insertBefore(li, list.children[i] ?? null);
  });
  const none = document.querySelector<HTMLElement>(".first-mint");
  if (none) none.hidden = newest.length > 0;
}

function line(m: Mint, page: Page): HTMLLIElement {
  const li = element("li", "new", "");
  const who = element("span", "who", "");
  who.append(...parts<string | Node>("to {payer}", account(m.payer, page.network.explorer)));
  const when = element("span", "when", "");
  const at = element("time", "", ago(m.at));
  at.dateTime = m.at;
  when.append(at, " · ", link(m.url, t("receipt")));
  if (m.explorer) when.append(" · ", link(m.explorer, t("transaction")));
  const img = picture(face(m.payer), 28);
  img.className = "face";
  li.append(img, " ", element("span", "what", `${grouped(m.tokens)} ${m.symbol}`), " ", who, " ", when);
  return li;
}

/** account returns a shortened address, linked to the explorer if there is one. */
export function account(address: string, explorer?: string): HTMLElement {
  const e = explorer ? link(`${explorer}/address/${address}`, short(address)) : element("span", "", short(address));
  e.className = "address";
  e.title = address;
  return e;
}

/** face returns the path of an account's picture. */
export function face(address: string): string {
  return `/avatars/${address.toLowerCase()}.svg`;
}

/** picture returns an image of an account, without a text: the address stands next to it. */
export function picture(src: string, size: number): HTMLImageElement {
  const img = new Image(size, size);
  img.alt = "";
  img.src = src;
  return img;
}

function link(href: string, text: string): HTMLAnchorElement {
  const a = element("a", "", text);
  a.href = href;
  if (!href.startsWith("/")) a.rel = "noopener noreferrer";
  return a;
}

function element<K extends keyof HTMLElementTagNameMap>(tag: K, className: string, text: string): HTMLElementTagNameMap[K] {
  const e = document.createElement(tag);
  if (className) e.className = className;
  e.textContent = text;
  return e;
}

/** countdown shows the remaining time, and the opening time of here, on a line that is reserved for them. */
function countdown(): void {
  const time = document.querySelector<HTMLTimeElement>("time[data-countdown]");
  const left = time?.closest("p")?.querySelector(".countdown"); // hidden from screen readers: they read the opening time, not an update each second
  if (!time || !left) return;
  const here = new Date(time.dateTime).toLocaleString(dates, { weekday: "short", hour: "numeric", minute: "2-digit", timeZoneName: "short" });
  const words = document.createTextNode("");
  left.replaceChildren(words, element("small", "", ` ${here}`));
  const tick = () => {
    const seconds = (Date.parse(time.dateTime) - Date.now()) / 1000;
    words.data = seconds > 0 ? t("in {time}", within(seconds)) : t("any moment");
  };
  tick();
  setInterval(tick, 1000);
}
