// Drives the owner's dashboard by its accessible names.
import { until } from "./until.mjs";

/** Opens a shop that lets its owner sign in. */
export const owned = (shop, terms = {}, options = {}) => shop(terms, { ...options, flags: ["--admin", (s) => s.owner.address, ...(options.flags ?? [])] });

/** Opens the dashboard and signs in with a wallet by its name. */
export async function signIn(w, url, name = "Test wallet") {
  const page = await w.tab(`${url}/admin`);
  await page.getByRole("button", { name }).click();
  await page.getByRole("navigation", { name: "Dashboard" }).waitFor();
  return page;
}

export const go = async (page, view) => {
  await page.getByRole("navigation", { name: "Dashboard" }).getByRole("link", { name: view }).click();
  await page.getByRole("heading", { level: 1, name: view }).waitFor();
};

/** Confirms a call in its dialog, waits until it is mined, and closes the dialog. */
export async function carry(page, dialogName, verb) {
  const dialog = page.getByRole("dialog", { name: dialogName });
  await dialog.waitFor();
  await dialog.getByRole("button", { name: verb, exact: true }).click();
  await until(`"${verb}" is done`, async () => {
    const said = await dialog.innerText();
    if (!/Done, in block/.test(said)) throw new Error(said.replace(/\s+/g, " "));
    return true;
  });
  await dialog.getByRole("button", { name: "Done", exact: true }).click();
  await dialog.waitFor({ state: "hidden" });
}

/** Fills fields of the form for a new launch, by their labels. */
export async function fill(page, fields) {
  for (const [label, value] of Object.entries(fields)) await page.getByRole("form", { name: "New launch" }).getByLabel(new RegExp(`^${label}( optional)?$`)).fill(value);
}

/** Launches from the form, with the wallet that is signed in. */
export async function launch(page, fields) {
  await go(page, "New launch");
  await fill(page, fields);
  await page.getByRole("button", { name: "Review and deploy" }).click();
  await page.getByRole("dialog", { name: new RegExp(`^Deploy ${fields.Name}`) }).getByRole("button", { name: "Deploy", exact: true }).click();
  await page.getByRole("heading", { name: /is on sale/ }).waitFor();
}
