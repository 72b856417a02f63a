// Who may do what, read from the chain anew when minting is paused or resumed. The
// feed tells of that and of nothing else here, so the launch itself is asked.
import { account, write } from "./figures";
import type { Live } from "./live";
import type { Launch, Page } from "./page";

/** roles keeps the table of roles, where the page could be served with one. */
export function roles(page: Page, live: Live): void {
  let known = page.launch.roles;
  if (!known) return;
  live.subscribe(async ({ launch: { paused } }) => {
    if (paused === known?.paused) return;
    try {
      const answer = await fetch(`/launches/${encodeURIComponent(page.launch.slug)}`, { headers: { Accept: "application/json" } });
      const now = answer.ok ? ((await answer.json()) as Launch).roles : undefined;
      if (now && known && now.block >= known.block) draw(known = now, page);
    } catch { /* offline: the next news asks again */ }
  });
}

function draw(now: NonNullable<Launch["roles"]>, page: Page): void {
  write("block", String(now.block));
  write("paused", now.paused ? " Minting is paused." : "");
  for (const who of ["owner", "minter"] as const) {
    const nobody = /^0x0*$/.test(now[who]);
    for (const e of document.querySelectorAll<HTMLElement>(`[data-nobody="${who}"]`)) e.hidden = !nobody;
    for (const e of document.querySelectorAll<HTMLElement>(`[data-role="${who}"]`)) {
      e.hidden = nobody;
      e.replaceChildren(...(nobody ? [] : [account(now[who], page.network.explorer)]));
    }
  }
}
