// Loaded when the user chooses WalletConnect: the protocol's own client as an
// EIP-1193 provider. Only the methods listed here are sent to the wallet.
import { Core } from "@walletconnect/core";
import { SignClient } from "@walletconnect/sign-client";

import { type Chain, hex } from "./chain";
import { type Address, disconnected, type EIP1193, rejected, unsupported, WalletError } from "./provider";

type Client = Awaited<ReturnType<typeof SignClient.init>>;
type Session = Awaited<ReturnType<Awaited<ReturnType<Client["connect"]>>["approval"]>>;
type Listener = (value: never) => void;

const methods = ["eth_signTypedData_v4", "personal_sign", "eth_sendTransaction", "wallet_watchAsset"];

/** relay connects pages and wallets; the page's Content-Security-Policy must allow it. */
const relay = "wss://relay.walletconnect.com";

/** walletConnectProvider returns a provider for a wallet on another device, or in another app of this device. */
export async function walletConnectProvider(projectId: string, chain: Chain, relayUrl = relay): Promise<EIP1193> {
  const core = await Core.init({ projectId, relayUrl, logger: "silent", telemetryEnabled: false });
  // It would open a frame to verify this page's origin, but the policy forbids frames.
  core.verify.register = async () => undefined;
  const client = await SignClient.init({
    core, logger: "silent",
    metadata: { name: document.title.slice(0, 60) || "mint402", description: "Mint with one signature", url: location.origin, icons: [] },
  });
  return new Remote(client, chain);
}

/** Remote holds at most one session, with one wallet and for one chain. */
export class Remote implements EIP1193 {
  #session: Session | undefined;
  readonly #listeners = new Map<string, Set<Listener>>();

  constructor(readonly client: Client, readonly chain: Chain) {
    this.#session = client.session.getAll().findLast((s) => this.#accounts(s).length > 0);
    client.on("session_event", ({ topic, params: { event } }) => {
      if (topic === this.#session?.topic && event.name === "accountsChanged") this.#emit("accountsChanged", this.#mine(event.data as string[]));
    });
    client.on("session_update", ({ topic, params }) => {
      if (topic !== this.#session?.topic) return;
      this.#session = { ...this.#session, namespaces: params.namespaces };
      this.#emit("accountsChanged", this.#accounts(this.#session));
    });
    const ended = ({ topic }: { topic: string }) => {
      if (topic !== this.#session?.topic) return;
      this.#session = undefined;
      this.#emit("disconnect", { code: disconnected });
    };
    client.on("session_delete", ended);
    client.on("session_expire", ended);
  }

  async request({ method, params }: { method: string; params?: unknown }): Promise<unknown> {
    switch (method) {
      case "eth_chainId":
        return hex(this.chain);
      case "eth_accounts":
        return this.#session ? this.#accounts(this.#session) : [];
      case "eth_requestAccounts":
        this.#session ??= await this.#pair();
        return this.#accounts(this.#session);
      case "wallet_switchEthereumChain":
        return null; // a session is for this chain only
    }
    if (!methods.includes(method)) throw new WalletError(unsupported, `${method} does not go to the wallet`);
    if (!this.#session) throw new WalletError(disconnected, "there is no session with a wallet");
    return this.client.request({ topic: this.#session.topic, chainId: this.chain.caip2, request: { method, params: params ?? [] } });
  }

  on(event: string, listener: Listener): void {
    const all = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, all.add(listener));
  }

  removeListener(event: string, listener: Listener): void {
    this.#listeners.get(event)?.delete(listener);
  }

  async #pair(): Promise<Session> {
    const { uri, approval } = await this.client.connect({
      optionalNamespaces: { eip155: { chains: [this.chain.caip2], methods, events: ["accountsChanged", "chainChanged"] } },
    });
    if (uri) this.#emit("display_uri", uri);
    let session: Session;
    try {
      session = await approval();
    } catch (error) {
      // The protocol's codes 5000 to 5003 mean that the user declined.
      const code = (error as { code?: number }).code ?? 0;
      throw code >= 5000 && code <= 5003 ? new WalletError(rejected, "declined in the wallet") : error;
    }
    if (this.#accounts(session).length === 0) {
      void this.client.disconnect({ topic: session.topic, reason: { code: 5100, message: "the chain is not supported" } });
      throw new WalletError(disconnected, `the wallet has no account on ${this.chain.title}`);
    }
    return session;
  }

  /** accounts returns the session's accounts on our chain, without the chain prefix. */
  #accounts(session: Session): Address[] {
    return this.#mine(session.namespaces.eip155?.accounts ?? []);
  }

  #mine(accounts: string[]): Address[] {
    const before = this.chain.caip2 + ":";
    return accounts.filter((a) => a.startsWith(before)).map((a) => a.slice(before.length) as Address);
  }

  #emit(event: string, value: unknown): void {
    this.#listeners.get(event)?.forEach((tell) => (tell as (value: unknown) => void)(value));
  }
}
