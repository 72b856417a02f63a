// What the accounts that minted in this browser have of the launches on the page.
import { parts, t } from "../language";
import type { PayerMints } from "../mint/payerMints";
import { recall } from "../mint/recall";
import { grouped } from "../words";

const most = 8; // launches, and so requests

/** yours fills in the section, and shows it. Without a note of this browser it sends no request. */
export async function yours(): Promise<void> {
  const section = document.querySelector<HTMLElement>(".yours");
  const list = section?.querySelector("ul");
  if (!section || !list) return;
  const noted = [...document.querySelectorAll<HTMLElement>(".card-of-launch")].flatMap((card) => {
    const payer = recall(card.dataset.token ?? "");
    return payer ? [{ card, payer }] : [];
  });
  const lines = await Promise.all(noted.slice(0, most).map(({ card, payer }) => line(card, payer).catch(() => undefined))); // offline: the next visit shows it
  list.replaceChildren(...lines.filter((li) => li !== undefined));
  section.hidden = list.children.length === 0;
}

async function line(card: HTMLElement, payer: string): Promise<HTMLLIElement | undefined> {
  const slug = encodeURIComponent(card.dataset.slug ?? "");
  const answer = await fetch(`/launches/${slug}/payers/${payer}`, { headers: { Accept: "application/json" }, cache: "no-store" });
  const own = answer.ok ? await answer.json() as PayerMints : undefined;
  if (!own?.mints) return undefined;
  const symbol = card.querySelector(".symbol")?.textContent ?? "";
  const minted = document.createElement("strong");
  minted.textContent = `${grouped(own.tokens)} ${symbol}`;
  const name = link(`/l/${slug}`, (card.querySelector(".name")?.firstChild?.textContent ?? "").trim());
  name.className = "launch-name";
  const li = document.createElement("li");
  li.append(name, " ", ...parts<string | Node>("You minted {tokens}.", minted));
  if (own.latest) li.append(" ", link(own.latest, t("Latest receipt")));
  return li;
}

function link(href: string, text: string): HTMLAnchorElement {
  const a = document.createElement("a");
  a.href = href;
  a.textContent = text;
  return a;
}
