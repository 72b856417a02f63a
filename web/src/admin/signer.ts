// Who signs in this page: one of the browser's wallets, or in the demo the
// owner's public test key. Signing in and the owner's transactions go through here.
import { addChain, connect, switchTo, wallets, watch, type Connected, type Wallet } from "../wallet";
import { later } from "../wallet/later";
import { cell } from "./cell";
import { same, short } from "./figures";
import { network, page } from "./page";

/** Outgoing is a transaction to be sent by a wallet. */
export interface Outgoing { to: string; data: string; value: string; chainId: number }

export interface Signer {
  wallet: Wallet;
  address: string;
  /** sign signs a text, as personal_sign does. */
  sign(text: string): Promise<string>;
  /** send signs a transaction, on its chain, and answers with its hash once it is sent. */
  send(transaction: Outgoing): Promise<string>;
  /** learn asks the wallet to add the network; only where its owner wanted that. */
  learn(): Promise<void>;
}

/** signer is who signs now; null until one is chosen. */
export const signer = cell<Signer | null>(null);

/** found are the wallets of this browser. The demo's own for minters owns nothing, and is left out. */
export const found = wallets({ network, demo: false, walletConnect: page.walletConnect ?? "" });

/** demoOwner signs in the page, with a key that everybody has. */
export const demoOwner: Wallet | null = page.demoOwnerKey && network.rpc ? {
  id: "demo-owner", name: "the demo owner’s key", kind: "demo",
  provider: later(async () => (await import("../wallet/account")).keyProvider(page.demoOwnerKey!, network)),
} : null;

/** WrongAccount is another account than the one that was chosen. */
export class WrongAccount extends Error {}

const kept = "mint402.admin.wallet";
let stop = () => {};

/** choose asks the wallet for its account, and signs with that from now on. */
export async function choose(wallet: Wallet): Promise<Signer> {
  return take(await connect(wallet));
}

/** again takes up, without a question, the wallet of before a reload. */
export async function again(): Promise<void> {
  let id: string | null = null;
  try { id = sessionStorage.getItem(kept); } catch { return; }
  const wallet = [...(demoOwner ? [demoOwner] : []), ...found.list()].find((w) => w.id === id);
  if (!wallet || signer.value) return;
  const connected = await connect(wallet, true);
  if (connected && !signer.value) take(connected);
}

/** forget lets go of the wallet; what it allowed this page is the wallet's to take back. */
export function forget(): void {
  stop();
  stop = () => {};
  signer.set(null);
  try { sessionStorage.removeItem(kept); } catch { /* nothing was kept */ }
}

function take(connected: Connected): Signer {
  stop();
  // Another account chosen in the wallet is another signer from then on.
  stop = watch(connected, (change) => {
    if (!("account" in change)) return;
    if (!change.account) forget();
    else if (!same(change.account, signer.value?.address)) take({ ...connected, address: change.account });
  });
  const chosen = of(connected);
  signer.set(chosen);
  try { sessionStorage.setItem(kept, connected.wallet.id); } catch { /* then it is asked for again after a reload */ }
  return chosen;
}

function of(connected: Connected): Signer {
  const { wallet, address, request } = connected;
  const stillThere = async () => {
    const accounts = await request<string[]>("eth_accounts");
    if (accounts.length > 0 && !accounts.some((a) => same(a, address))) {
      throw new WrongAccount(`The wallet has changed to another account. Choose ${short(address)} there and try again.`);
    }
  };
  return {
    wallet, address,
    async sign(text) {
      await stillThere();
      return request<string>("personal_sign", [hexOf(text), address]);
    },
    async send({ to, data, value, chainId }) {
      if (chainId !== network.chainId) throw new Error("that transaction is for another chain");
      await stillThere();
      if (Number(await request("eth_chainId")) !== chainId) await switchTo(connected, network);
      return request<string>("eth_sendTransaction", [{ from: address, to, data, value }]);
    },
    learn: () => addChain(connected, network),
  };
}

function hexOf(text: string): string {
  return "0x" + Array.from(new TextEncoder().encode(text), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
