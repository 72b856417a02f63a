// The table of roles. It is read again when minting is paused or resumed. The feed
// reports only the pause and not the roles, so this requests the launch itself.
import { t } from "../language";
import { account, write } from "./figures";
import type { Live } from "./live";
import type { Launch, Page } from "./page";

/** roles keeps the table of roles up to date, if the page was served with one. */
export function roles(page: Page, live: Live): void {
  let known = page.launch.roles;
  if (!known) return;
  live.subscribe(async ({ launch: { paused } }) => {
    if (paused === known?.paused) return;
    try {
      const answer = await fetch(`/launches/${encodeURIComponent(page.launch.slug)}`, { headers: { Accept: "application/json" } });
      const now = answer.ok ? ((await answer.json()) as Launch).roles : undefined;
      if (now && known && now.block >= known.block) draw(known = now, page);
    } catch { /* offline: the next snapshot tries again */ }
  });
}

function draw(now: NonNullable<Launch["roles"]>, page: Page): void {
  write("block", String(now.block));
  write("paused", now.paused ? ` ${t("Minting is paused.")}` : "");
  for (const who of ["owner", "minter"] as const) {
    const nobody = /^0x0*$/.test(now[who]);
    for (const e of document.querySelectorAll<HTMLElement>(`[data-nobody="${who}"]`)) e.hidden = !nobody;
    for (const e of document.querySelectorAll<HTMLElement>(`[data-role="${who}"]`)) {
      e.hidden = nobody;
      e.replaceChildren(...(nobody ? [] : [account(now[who], page.network.explorer)]));
    }
  }
}
