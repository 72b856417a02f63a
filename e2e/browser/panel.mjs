// Drives the mint panel by its accessible names.
import { until } from "./until.mjs";

export const panel = (page) => page.getByRole("region", { name: "Mint", exact: true }).and(page.locator("[data-state]"));
export const button = (page, name) => panel(page).getByRole("button", { name });

/** The panel's current state, or undefined while there is no panel. */
export const state = (page) => panel(page).getAttribute("data-state", { timeout: 2_000 }).catch(() => undefined);

/** Waits until the panel is in one of the states and returns it. */
export const reaches = (page, ...states) =>
  until(`the panel is ${states.join(" or ")}`, async () => {
    const now = await state(page);
    if (!states.includes(now)) throw new Error(`it is ${now}: ${(await panel(page).innerText({ timeout: 1_000 }).catch(() => "")).replace(/\s+/g, " ")}`);
    return now;
  });

export const settled = ["mined", "final"];

/** Connects a wallet by its name and returns the panel's new state. */
export async function connect(page, name = "Test wallet") {
  await button(page, "Connect a wallet").click();
  await panel(page).getByRole("group", { name: "Wallets" }).getByRole("button", { name, exact: true }).click();
  return reaches(page, "ready", "network", "error", "refused");
}

/** The button that signs. */
export const sign = (page) => button(page, /^Mint [\d,.]+ /);

/** The panel's text on one line. */
export const words = async (page) => (await panel(page).innerText()).replace(/\s+/g, " ");
