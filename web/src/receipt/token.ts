// The button that has a wallet show the token.
import { data } from "../data";
import type { Wallet } from "../wallet";
import type { Launch, Network } from "../launch/page";

type Page = { launch: Launch; network: Network };

/** adding makes the button ask the wallet, or lets one of several be chosen. */
export function adding(): void {
  document.addEventListener("click", async (e) => {
    const button = e.target instanceof Element && e.target.closest<HTMLButtonElement>("#add-token");
    const said = document.querySelector<HTMLElement>("#add-token-said");
    if (!button || !said) return;
    const { wallets } = await import("../wallet");
    const page = data<Page>();
    const found = wallets({ network: page.network, demo: false, walletConnect: "" }).list();
    const only = found[0];
    if (!only) said.textContent = "There is no wallet in this browser.";
    else if (found.length === 1) await add(only, page, said);
    else choose(found, (wallet) => add(wallet, page, said));
  });
}

async function add(wallet: Wallet, page: Page, said: HTMLElement): Promise<void> {
  const { addToken, connect, explain, switchTo } = await import("../wallet");
  said.textContent = `${wallet.name} asks you.`;
  try {
    const connected = await connect(wallet);
    if (connected.chainId !== page.network.chainId) await switchTo(connected, page.network);
    const { token: address, symbol, image } = page.launch;
    said.textContent = await addToken(connected, { address, symbol, image }) ? `${wallet.name} shows ${symbol} now.` : "You declined in the wallet.";
  } catch (error) {
    const { title, todo } = explain(error);
    said.textContent = `${title}. ${todo}`;
  }
}

/** choose asks which of several wallets it shall be. */
function choose(found: Wallet[], chosen: (wallet: Wallet) => void): void {
  const dialog = document.createElement("dialog");
  const title = document.createElement("h2");
  title.id = "which";
  title.textContent = "Which wallet?";
  dialog.setAttribute("aria-labelledby", title.id);
  const list = document.createElement("div");
  list.className = "buttons";
  for (const wallet of found) list.append(button(wallet.name, "button", () => chosen(wallet)));
  list.append(button("Cancel", "button quiet", () => {}));
  dialog.append(title, list);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();

  function button(text: string, className: string, then: () => void): HTMLButtonElement {
    const b = document.createElement("button");
    b.type = "button";
    b.className = className;
    b.textContent = text;
    b.addEventListener("click", () => { dialog.close(); then(); });
    return b;
  }
}
