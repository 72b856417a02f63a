// Updates a receipt that is not final yet: this requests the page again, with all its
// texts, and replaces the parts that differ.

const waits = [1, 1, 1, 2, 2, 3, 5, 5, 10]; // seconds between requests; the last one repeats
const parts = ["#certificate", ".proof"];

/** refresh keeps the receipt up to date until it is final. */
export function refresh(): void {
  const root = document.querySelector<HTMLElement>(".receipt");
  if (!root || root.dataset.final !== undefined) return;
  let asked = 0, state = root.dataset.state;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const later = () => {
    clearTimeout(timer);
    if (!document.hidden) timer = setTimeout(ask, waits[Math.min(asked++, waits.length - 1)]! * 1000);
  };
  let asking = false;
  const ask = async () => {
    if (asking) return;
    asking = true;
    try {
      const answer = await fetch(location.pathname, { headers: { Accept: "text/html" } });
      if (answer.ok && put(root, await answer.text())) {
        if (root.dataset.state !== state) asked = 0;
        state = root.dataset.state;
      }
    } catch { /* offline: later() asks again */ }
    asking = false;
    if (root.dataset.final === undefined) later();
  };
  document.addEventListener("visibilitychange", () => {
    clearTimeout(timer);
    if (!document.hidden && root.dataset.final === undefined) void ask();
  });
  later();
}

/**
 * put replaces the parts that differ and reports whether there were any. A part that
 * contains the focus is not replaced until the focus leaves it, and the state waits
 * too.
 */
function put(root: HTMLElement, html: string): boolean {
  const next = new DOMParser().parseFromString(html, "text/html").querySelector<HTMLElement>(".receipt");
  if (!next) return false;
  let differs = false, inUse = false;
  for (const part of parts) {
    const here = root.querySelector(part), there = next.querySelector(part);
    if (!here || !there || here.isEqualNode(there)) continue;
    if (here.contains(document.activeElement)) {
      inUse = true;
      continue;
    }
    differs = true;
    // Replace only the children, so that a live region stays the same element.
    if (part === "#certificate") certificate(here, there);
    else here.replaceChildren(...document.importNode(there, true).childNodes);
  }
  if (inUse) return differs;
  root.dataset.state = next.dataset.state;
  if (next.dataset.final !== undefined) root.dataset.final = "";
  return differs;
}

function certificate(here: Element, there: Element): void {
  const stamp = here.querySelector(".stamp"), news = there.querySelector(".stamp");
  if (stamp && news && stamp.textContent !== news.textContent) stamp.replaceChildren(...document.importNode(news, true).childNodes);
  const rest = (e: Element) => [...e.children].filter((c) => c.tagName !== "HEADER");
  for (const old of rest(here)) old.remove();
  here.append(...rest(document.importNode(there, true)));
}
