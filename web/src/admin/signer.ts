// The signer of this page: one of the browser's wallets or, in the demo, the owner's
// public test key. Signing in and the owner's transactions use it.
import { addChain, connect, switchTo, wallets, watch, type Chain, type Connected, type Wallet } from "../wallet";
import { lazy } from "../wallet/lazy";
import { observable } from "./observable";
import { same, short } from "./figures";
import { network, networkOf, page } from "./page";

/**
 * Outgoing is a transaction for a wallet to send. With gas, a limit, the wallet need not estimate: a node estimates in the
 * state after its newest block, where a call that names that block reverts.
 */
export interface Outgoing { to: string; data: string; value: string; chainId: number; gas?: number }

export interface Signer {
  wallet: Wallet;
  address: string;
  /** sign signs a text with personal_sign. */
  sign(text: string): Promise<string>;
  /** send signs and sends a transaction on its chain and returns its hash. */
  send(transaction: Outgoing): Promise<string>;
  /** holds returns the balance in a chain's gas coin, in wei. */
  holds(chainId: number): Promise<bigint>;
  /** learn asks the wallet to add a network. Call it only if the user wanted that. */
  learn(on: Chain): Promise<void>;
}

/** signer is the current signer, or null until one is chosen. */
export const signer = observable<Signer | null>(null);

/** found lists the wallets of this browser, without the demo's wallet for minters, which owns no launch. */
export const found = wallets({ network, demo: false, walletConnect: page.walletConnect ?? "" });

/** demoOwner signs in the page with a key that is public. */
export const demoOwner: Wallet | null = page.demoOwnerKey && network.rpc ? {
  id: "demo-owner", name: "the demo owner’s key", kind: "demo",
  provider: lazy(async () => (await import("../wallet/account")).keyProvider(page.demoOwnerKey!, network)),
} : null;

/** WrongAccount is thrown when the wallet has changed to another account. */
export class WrongAccount extends Error {}

const kept = "mint402.admin.wallet";
let stop = () => {};

/** choose asks the wallet for its account and makes it the signer. */
export async function choose(wallet: Wallet): Promise<Signer> {
  return take(await connect(wallet));
}

/** again reconnects the wallet used before a reload, without a prompt. */
export async function again(): Promise<void> {
  let id: string | null = null;
  try { id = sessionStorage.getItem(kept); } catch { return; }
  const wallet = [...(demoOwner ? [demoOwner] : []), ...found.list()].find((w) => w.id === id);
  if (!wallet || signer.value) return;
  const connected = await connect(wallet, true);
  if (connected && !signer.value) take(connected);
}

/** forget drops the signer. Only the user can revoke the page's permission in the wallet. */
export function forget(): void {
  stop();
  stop = () => {};
  signer.set(null);
  try { sessionStorage.removeItem(kept); } catch { /* it was never stored */ }
}

function take(connected: Connected): Signer {
  stop();
  // When the user changes the account in the wallet, the signer changes too.
  stop = watch(connected, (change) => {
    if (!("account" in change)) return;
    if (!change.account) forget();
    else if (!same(change.account, signer.value?.address)) take({ ...connected, address: change.account });
  });
  const chosen = of(connected);
  signer.set(chosen);
  try { sessionStorage.setItem(kept, connected.wallet.id); } catch { /* storage is blocked: after a reload the user chooses again */ }
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
    async send({ to, data, value, chainId, gas }) {
      const on = networkOf(chainId);
      if (!on) throw new Error("that transaction is for another chain");
      await stillThere();
      if (Number(await request("eth_chainId")) !== chainId) await switchTo(connected, on);
      return request<string>("eth_sendTransaction", [{ from: address, to, data, value, ...(gas && { gas: `0x${gas.toString(16)}` }) }]);
    },
    async holds(chainId) {
      if (Number(await request("eth_chainId")) !== chainId) throw new Error("the wallet is on another chain");
      return BigInt(await request<string>("eth_getBalance", [address, "latest"]));
    },
    learn: (on) => addChain(connected, on),
  };
}

function hexOf(text: string): string {
  return "0x" + Array.from(new TextEncoder().encode(text), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
