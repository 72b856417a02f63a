import "./launch/launch.css";
import "./launch/profile.css";
import { copying } from "./copy";
import { data } from "./data";
import { payers, freshness } from "./launch/payers";
import { show } from "./launch/figures";
import { follow } from "./launch/live";
import type { Page } from "./launch/page";
import { picture } from "./launch/picture";
import { roles } from "./launch/roles";
import { mountMint } from "./mint/mount";
import { sharing } from "./share";

copying();
sharing();
for (const img of document.querySelectorAll<HTMLImageElement>(".plate img")) {
  const gone = () => img.remove();
  if (img.complete && img.naturalWidth === 0 && img.loading !== "lazy") gone();
  else img.addEventListener("error", gone);
}
if (document.querySelector(".launch")) {
  const page = data<Page>();
  const live = follow(page);
  show(page, live);
  payers(page.launch.cap.allotments, live);
  freshness(live);
  const panel = document.getElementById("mint");
  if (panel) mountMint(panel, page, live);
  picture(page, live);
  roles(page, live);
  bar();
  stand();
}

/** bar shows the bar with the mint button while the panel's own button is out of view. */
function bar(): void {
  const bar = document.querySelector<HTMLElement>(".mintbar");
  const panel = document.querySelector<HTMLElement>("#mint");
  if (!bar || !panel) return;
  const own = () => panel.querySelector<HTMLElement>(".button.primary.full");
  const seen = new IntersectionObserver((entries) => {
    const visible = entries.at(-1)?.isIntersecting ?? false;
    bar.classList.toggle("away", visible);
    bar.classList.toggle("shown", !visible);
  }, { threshold: 0.9 });
  let watched: HTMLElement | null = null;
  const watch = () => {
    if (watched === own()) return;
    seen.disconnect();
    watched = own();
    if (watched) seen.observe(watched);
  };
  watch();
  new MutationObserver(watch).observe(panel, { childList: true, subtree: true });
  bar.querySelector("a")?.addEventListener("click", (e) => {
    e.preventDefault();
    panel.scrollIntoView({ block: "center" });
    own()?.focus({ preventScroll: true });
  });
}

/** stand sets --tall to the height of the column with the ticket, so that one taller than the window sticks by its bottom. */
function stand(): void {
  const side = document.querySelector<HTMLElement>(".side");
  if (!side) return;
  new ResizeObserver(() => side.style.setProperty("--tall", `${side.offsetHeight}px`)).observe(side);
}
