import "./launch/launch.css";
import "./launch/profile.css";
import { copying } from "./copy";
import { data } from "./data";
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
  const panel = document.getElementById("mint");
  if (panel) mountMint(panel, page, live);
  picture(page, live);
  roles(page, live);
  bar();
  stand();
}

/** bar hides the bar with the mint button while the panel itself is visible. */
function bar(): void {
  const bar = document.querySelector<HTMLElement>(".mintbar");
  const panel = document.querySelector("#mint-panel");
  if (!bar || !panel) return;
  new IntersectionObserver(([entry]) => { bar.classList.toggle("away", entry?.isIntersecting ?? false); }, { rootMargin: "0px 0px -40% 0px" }).observe(panel);
}

/** stand sets --tall to the ticket's height, so that a ticket taller than the window sticks by its bottom. */
function stand(): void {
  const ticket = document.querySelector<HTMLElement>(".ticket");
  if (!ticket) return;
  new ResizeObserver(() => ticket.style.setProperty("--tall", `${ticket.offsetHeight}px`)).observe(ticket);
}
