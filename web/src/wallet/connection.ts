import type { Chain } from "./chain";
import { addChain, connect, type Connected, switchTo, UnknownChain, watch } from "./connect";
import type { Wallet, Wallets } from "./discovery";
import { explain, type Words } from "./words";

export type ConnectionState =
  | { at: "none"; trouble?: Words }
  /** uri is what a wallet on another device scans. */
  | { at: "connecting"; wallet: Wallet; uri?: string }
  | { at: "connected"; connected: Connected; asking?: "switch" | "add"; unknown?: boolean; trouble?: Words };

const remembered = "mint402:wallet";

/** Connection is at most one account of one wallet, and what that wallet does meanwhile. */
export class Connection {
  state: ConnectionState = { at: "none" };

  #turn = 0; // what was begun before is no longer listened to
  #stop: () => void = () => {};
  readonly #listeners = new Set<() => void>();

  constructor(readonly chain: Chain, readonly wallets: Wallets) {}

  subscribe(changed: () => void): () => void {
    this.#listeners.add(changed);
    return () => this.#listeners.delete(changed);
  }

  /** ready is the connected account, if it is on the right network, too. */
  get ready(): Connected | undefined {
    return this.state.at === "connected" && this.state.connected.chainId === this.chain.chainId ? this.state.connected : undefined;
  }

  /** resume goes on with the wallet of before the reload, without asking it to open. */
  resume(): void {
    const id = recall();
    if (!id) return;
    const turn = ++this.#turn;
    const seek = () => {
      const wallet = this.wallets.list().find((w) => w.id === id);
      // WalletConnect is big, and is loaded when it is asked for.
      if (!wallet || wallet.kind === "walletconnect" || turn !== this.#turn) return wallet !== undefined;
      connect(wallet, true).then((connected) => {
        if (connected && turn === this.#turn && this.state.at === "none") this.#connected(connected);
      }, () => { /* it is asked again by a click */ });
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

  /** leave forgets the wallet; it does not forget the page, which is for its owner to have it do. */
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
      // Another account is another connection: what holds the old one keeps it.
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
  } catch { /* nothing is remembered */ }
  return null;
}
