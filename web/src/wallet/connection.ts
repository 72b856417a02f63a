import type { Chain } from "./chain";
import { addChain, connect, type Connected, switchTo, UnknownChain, watch } from "./connect";
import type { Wallet, Wallets } from "./discovery";
import { explain, type Words } from "./words";

export type ConnectionState =
  | { at: "none"; trouble?: Words }
  /** uri is the pairing code that a wallet on another device scans. */
  | { at: "connecting"; wallet: Wallet; uri?: string }
  | { at: "connected"; connected: Connected; asking?: "switch" | "add"; unknown?: boolean; trouble?: Words };

const remembered = "mint402:wallet";

/** Connection holds at most one account of one wallet, and follows the wallet's changes. */
export class Connection {
  state: ConnectionState = { at: "none" };

  #turn = 0; // results of an attempt with an older number are ignored
  #stop: () => void = () => {};
  readonly #listeners = new Set<() => void>();

  constructor(readonly chain: Chain, readonly wallets: Wallets) {}

  subscribe(changed: () => void): () => void {
    this.#listeners.add(changed);
    return () => this.#listeners.delete(changed);
  }

  /** ready is the connected account if the wallet is on the right network. */
  get ready(): Connected | undefined {
    return this.state.at === "connected" && this.state.connected.chainId === this.chain.chainId ? this.state.connected : undefined;
  }

  /** resume reconnects the wallet used before a reload, without opening it. */
  resume(): void {
    const id = recall();
    if (!id) return;
    const turn = ++this.#turn;
    const seek = () => {
      const wallet = this.wallets.list().find((w) => w.id === id);
      // WalletConnect is large: its code is loaded only when the user chooses it.
      if (!wallet || wallet.kind === "walletconnect" || turn !== this.#turn) return wallet !== undefined;
      connect(wallet, true).then((connected) => {
        if (connected && turn === this.#turn && this.state.at === "none") this.#connected(connected);
      }, () => { /* the next click asks again */ });
      return true;
    };
    if (seek()) return;
    const stop = this.wallets.subscribe(() => { if (seek()) stop(); });
  }

  async connect(wallet: Wallet): Promise<void> {
    const turn = ++this.#turn;
    this.#stop();
    this.#set({ at: "connecting", wallet });
    const shown = (uri: string) => { if (turn === this.#turn) this.#set({ at: "connecting", wallet, uri }); };
    wallet.provider.on?.("display_uri", shown);
    try {
      const connected = await connect(wallet);
      if (turn === this.#turn) this.#connected(connected);
    } catch (error) {
      if (turn === this.#turn) this.#set({ at: "none", trouble: explain(error) });
    } finally {
      wallet.provider.removeListener?.("display_uri", shown);
    }
  }

  /** leave forgets the wallet. Only the user can make the wallet forget this page. */
  leave(trouble?: Words): void {
    this.#turn++;
    this.#stop();
    recall("");
    this.#set({ at: "none", ...(trouble && { trouble }) });
  }

  toChain(): Promise<void> {
    return this.#ask("switch", (connected) => switchTo(connected, this.chain));
  }

  addChain(): Promise<void> {
    return this.#ask("add", (connected) => addChain(connected, this.chain));
  }

  async #ask(asking: "switch" | "add", what: (connected: Connected) => Promise<void>): Promise<void> {
    const before = this.state;
    if (before.at !== "connected" || before.asking) return;
    const { connected } = before, turn = this.#turn;
    this.#set({ at: "connected", connected, asking, ...(before.unknown && { unknown: true }) });
    let news: { unknown?: boolean; trouble?: Words } = {};
    try {
      await what(connected);
    } catch (error) {
      news = { unknown: error instanceof UnknownChain || before.unknown === true, trouble: explain(error) };
    }
    if (turn === this.#turn && this.state.at === "connected") this.#set({ at: "connected", connected: this.state.connected, ...news });
  }

  #connected(connected: Connected): void {
    recall(connected.wallet.id);
    this.#set({ at: "connected", connected });
    this.#stop = watch(connected, (change) => {
      if (this.state.at !== "connected") return;
      if ("gone" in change) return this.leave(explain({ code: 4900 }));
      if ("chainId" in change) return this.#set({ ...this.state, connected: Object.assign(connected, change) });
      if (!change.account) return this.leave(explain({ code: 4100 }));
      // A changed account makes a new Connected. Code that holds the old one is not affected.
      this.#stop();
      this.#connected({ ...connected, address: change.account });
    });
  }

  #set(state: ConnectionState): void {
    this.state = state;
    this.#listeners.forEach((tell) => tell());
  }
}

/** recall reads or writes the last wallet's id. */
function recall(id?: string): string | null {
  try {
    if (id === undefined) return localStorage.getItem(remembered);
    if (id) localStorage.setItem(remembered, id);
    else localStorage.removeItem(remembered);
  } catch { /* storage is blocked: the wallet is not remembered */ }
  return null;
}
