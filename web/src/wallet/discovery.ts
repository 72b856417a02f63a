import { t } from "../language";
import type { Chain } from "./chain";
import { lazy } from "./lazy";
import type { EIP1193 } from "./provider";

/** Wallet is a wallet that the page can send requests to. */
export interface Wallet {
  /** The announced rdns, so that it is the same after a reload, or an id of ours. */
  id: string;
  name: string;
  /** A picture as a data: URL. */
  icon?: string;
  kind: "announced" | "injected" | "demo" | "walletconnect";
  provider: EIP1193;
}

/** Setting selects the wallets in addition to those of the browser. */
export interface Setting {
  network: Chain;
  demo: boolean;
  walletConnect: string;
}

/** Wallets lists the known wallets and notifies subscribers when more are found. */
export interface Wallets {
  list(): Wallet[];
  subscribe(changed: (list: Wallet[]) => void): () => void;
}

/**
 * wallets finds every wallet: those that announce themselves (EIP-6963), else the
 * one in window.ethereum, then the demo's own, and WalletConnect if the operator
 * has a project id for it. Finding a wallet sends it no request.
 */
export function wallets(setting: Setting): Wallets {
  const announced = new Map<string, Wallet>();
  const ours = own(setting);
  const listeners = new Set<(list: Wallet[]) => void>();
  const list = () => [...(announced.size > 0 ? announced.values() : injected()), ...ours];
  window.addEventListener("eip6963:announceProvider", (event) => {
    const wallet = read((event as CustomEvent<unknown>).detail, announced);
    if (!wallet) return;
    announced.set(wallet.uuid, wallet);
    listeners.forEach((tell) => tell(list()));
  });
  window.dispatchEvent(new Event("eip6963:requestProvider"));
  // Older wallets announce only that window.ethereum is set.
  window.addEventListener("ethereum#initialized", () => listeners.forEach((tell) => tell(list())));
  return {
    list,
    subscribe(changed) {
      listeners.add(changed);
      return () => listeners.delete(changed);
    },
  };
}

const maxIcon = 200_000;

/** read validates an announcement, without trusting any field. */
export function read(detail: unknown, known: Map<string, Wallet>): (Wallet & { uuid: string }) | undefined {
  const { info, provider } = (detail ?? {}) as { info?: Record<string, unknown>; provider?: EIP1193 };
  if (!info || typeof provider?.request !== "function") return undefined;
  const { uuid, rdns, name, icon } = info;
  if (typeof uuid !== "string" || typeof name !== "string" || known.size >= 50) return undefined;
  const shown = name.replace(/[\p{C}\s]+/gu, " ").trim().slice(0, 40) || t("A wallet");
  let id = typeof rdns === "string" && /^[a-z0-9.-]{1,80}$/i.test(rdns) ? rdns : uuid.slice(0, 80);
  for (const [other, wallet] of known) if (other !== uuid && wallet.id === id) id = uuid.slice(0, 80);
  const picture = typeof icon === "string" && icon.length <= maxIcon && /^data:image\/(png|jpeg|webp|gif|svg\+xml)[;,]/i.test(icon);
  return { uuid, id, name: shown, kind: "announced", provider, ...(picture && { icon: icon as string }) };
}

function injected(): Wallet[] {
  const provider = (window as { ethereum?: EIP1193 }).ethereum;
  if (typeof provider?.request !== "function") return [];
  return [{ id: "injected", name: t("Browser wallet"), kind: "injected", provider }];
}

function own({ network, demo, walletConnect }: Setting): Wallet[] {
  const all: Wallet[] = [];
  if (demo && network.rpc) {
    all.push({ id: "demo", name: t("Demo wallet (made in this page)"), kind: "demo",
      provider: lazy(async () => (await import("./burner")).burner(network)) });
  }
  if (walletConnect) {
    all.push({ id: "walletconnect", name: "WalletConnect", kind: "walletconnect",
      provider: lazy(async () => (await import("./walletconnect")).walletConnectProvider(walletConnect, network)) });
  }
  return all;
}
