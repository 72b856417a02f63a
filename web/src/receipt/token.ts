// The button that adds the token to a wallet.
import { data } from "../data";
import { t } from "../language";
import type { Wallet, Wallets } from "../wallet";
import type { Launch, Network } from "../launch/page";

type Page = { launch: Launch; network: Network };

/** adding makes the button ask the wallet, or show a choice if there are several. */
export function adding(): void {
  let known: Wallets | undefined; // searched once: the list grows as wallets announce themselves
  const look = async (said: HTMLElement) => {
    const page = data<Page>();
    known ??= (await import("../wallet")).wallets({ network: page.network, demo: false, walletConnect: "" });
    const found = known.list(), only = found[0];
    if (!only) said.textContent = t("There is no wallet in this browser.");
    else if (found.length === 1) await add(only, page, said);
    else choose(found, (wallet) => add(wallet, page, said));
  };
  document.addEventListener("click", (e) => {
    const said = document.querySelector<HTMLElement>("#add-token-said");
    if (!said || !(e.target instanceof Element) || !e.target.closest("#add-token")) return;
    look(said).catch(() => { said.textContent = t("The page could not load the code for wallets. Check your connection and try again."); });
  });
}

async function add(wallet: Wallet, page: Page, said: HTMLElement): Promise<void> {
  const { addToken, connect, explain, switchTo } = await import("../wallet");
  said.textContent = t("{wallet} asks you.", wallet.name);
  try {
    const connected = await connect(wallet);
    if (connected.chainId !== page.network.chainId) await switchTo(connected, page.network);
    const { token: address, symbol, image } = page.launch;
    said.textContent = await addToken(connected, { address, symbol, image }) ? t("{wallet} shows {symbol} now.", wallet.name, symbol) : t("You declined in the wallet.");
  } catch (error) {
    const { title, todo } = explain(error);
    said.textContent = `${title}. ${todo}`;
  }
}

/** choose shows a dialog to choose one of several wallets. */
function choose(found: Wallet[], chosen: (wallet: Wallet) => void): void {
  const dialog = document.createElement("dialog");
  const title = document.createElement("h2");
  title.id = "which";
  title.textContent = t("Which wallet?");
  dialog.setAttribute("aria-labelledby", title.id);
  const list = document.createElement("div");
  list.className = "buttons";
  for (const wallet of found) list.append(button(wallet.name, "button", () => chosen(wallet)));
  list.append(button(t("Cancel"), "button quiet", () => {}));
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
