// A wallet extension as the page sees one: an EIP-1193 provider, announced by EIP-6963
// or only set at window.ethereum. It runs in Node, where viem makes real signatures with
// a test's key. A test can make it refuse, wait, be locked or be on another chain. It
// records every request.
import { createWalletClient, http } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { number } from "./chain.mjs";
import { gate } from "./until.mjs";

const refused = (code, message) => Object.assign(new Error(message), { code });
const icon = "data:image/svg+xml;base64," + Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><rect width="8" height="8" fill="#345"/></svg>').toString("base64");
const approved = new Set(["eth_requestAccounts", "eth_signTypedData_v4", "personal_sign", "eth_sendTransaction", "wallet_switchEthereumChain", "wallet_addEthereumChain", "wallet_watchAsset"]);

let serial = 0;

export class Wallet {
  #pages = new Set();
  #rejects = 0;
  #held;
  #box; // gate for a request that waits until the wallet is unlocked

  constructor(chain, accounts, { name = "Test wallet", rdns, announced = true, locked = false, chainId, knows } = {}) {
    Object.assign(this, { chain, name, announced, locked, accounts: [accounts].flat() });
    this.rdns = rdns ?? `test.wallet${++serial}`;
    this.chainId = chainId ?? chain.definition.id;
    this.knows = new Set(knows ?? [chain.definition.id, this.chainId]);
    this.asked = []; // every request of the page, in order
    this.signed = []; // typed data that was signed
    this.sent = []; // hashes of transactions
    this.connected = false;
  }

  get address() {
    return this.accounts[0].address;
  }
  /** The number of requests for a method. */
  times = (method) => this.asked.filter((a) => a.method === method).length;

  /** Refuses the next request that needs the user's consent. */
  rejectNext() {
    this.#rejects++;
  }
  /** Makes requests that need consent wait until the returned gate is opened. */
  hold() {
    const g = (this.#held = gate());
    return { ...g, open: () => ((this.#held = undefined), g.open()) };
  }
  async use(accounts) {
    this.accounts = [accounts].flat();
    await this.#emit("accountsChanged", this.connected ? this.accounts.map((a) => a.address) : []);
  }
  async unlock() {
    this.locked = false;
    this.#box?.open();
    this.#box = undefined;
  }
  async moveTo(chainId) {
    this.knows.add(chainId);
    this.chainId = chainId;
    await this.#emit("chainChanged", `0x${chainId.toString(16)}`);
  }

  async #emit(event, value) {
    for (const page of this.#pages) await page.evaluate(([rdns, event, value]) => window.__wallets?.[rdns]?.emit(event, value), [this.rdns, event, value]).catch(() => {});
  }

  /** Adds the wallet to every page of a context. */
  async install(context) {
    context.on("page", (page) => {
      this.#pages.add(page);
      page.on("close", () => this.#pages.delete(page));
    });
    const hook = `__wallet_${this.rdns.replace(/\W/g, "_")}`;
    await context.exposeFunction(hook, async (method, params) => {
      try {
        return { result: (await this.#answer(method, params ?? [])) ?? null };
      } catch (error) {
        return { error: { code: error.code ?? -32603, message: error.message, data: error.data } };
      }
    });
    await context.addInitScript(inPage, { hook, rdns: this.rdns, name: this.name, icon, announced: this.announced });
  }

  async #answer(method, params) {
    this.asked.push({ method, params });
    if (this.#held && approved.has(method)) await this.#held.pass();
    if (this.#rejects && approved.has(method)) {
      this.#rejects--;
      throw refused(4001, "User rejected the request.");
    }
    const own = this.connected && !this.locked ? this.accounts.map((a) => a.address) : [];
    switch (method) {
      case "eth_accounts":
        return own;
      case "eth_requestAccounts":
        // A locked wallet shows its password box, once.
        if (this.#box) throw refused(-32002, "Already processing eth_requestAccounts. Please wait.");
        if (this.locked) await (this.#box = gate()).pass();
        this.connected = true;
        return this.accounts.map((a) => a.address);
      case "eth_chainId":
        return `0x${this.chainId.toString(16)}`;
      case "net_version":
        return String(this.chainId);
      case "wallet_switchEthereumChain": {
        const wanted = number(params[0].chainId);
        if (!this.knows.has(wanted)) throw refused(4902, `Unrecognized chain ID "${params[0].chainId}".`);
        await this.moveTo(wanted);
        return null;
      }
      case "wallet_addEthereumChain":
        await this.moveTo(number(params[0].chainId));
        return null;
      case "wallet_watchAsset":
        return true;
      case "eth_signTypedData_v4":
        return this.#sign(own, params);
      case "personal_sign":
        return this.#account(own, params[1]).signMessage({ message: { raw: params[0] } });
      case "eth_sendTransaction":
        return this.#send(own, params[0]);
      default:
        if (!method.startsWith("eth_")) throw refused(4200, `${method} is not supported.`);
        return this.chain.request(method, params);
    }
  }

  #account(own, address) {
    const found = this.accounts.find((a) => a.address.toLowerCase() === String(address).toLowerCase());
    if (!found || !own.includes(found.address)) throw refused(4100, "The requested account has not been authorized by the user.");
    return privateKeyToAccount(found.key);
  }

  async #sign(own, [address, text]) {
    const account = this.#account(own, address);
    const data = typeof text === "string" ? JSON.parse(text) : text;
    if (number(`0x${BigInt(data.domain.chainId).toString(16)}`) !== this.chainId)
      throw refused(-32603, `Provided chainId "${data.domain.chainId}" must match the active chainId "${this.chainId}"`);
    const { EIP712Domain: _, ...types } = data.types;
    const signature = await account.signTypedData({ ...data, types });
    this.signed.push({ domain: data.domain, authorization: data.message, signature });
    return signature;
  }

  async #send(own, { from, to, data, value, gas }) {
    const account = this.#account(own, from);
    const hash = await createWalletClient({ account, chain: this.chain.definition, transport: http(this.chain.rpc) })
      .sendTransaction({ to, data, value: value ? BigInt(value) : 0n, ...(gas ? { gas: BigInt(gas) } : {}) });
    this.sent.push(hash);
    return hash;
  }
}

/** Runs in the page, before the page's own scripts. */
function inPage({ hook, rdns, name, icon, announced }) {
  const listeners = new Map();
  const provider = {
    isMetaMask: false,
    async request({ method, params }) {
      const { result, error } = await window[hook](method, params);
      if (error) throw Object.assign(new Error(error.message), { code: error.code, data: error.data });
      return result;
    },
    on(event, listener) {
      listeners.set(event, (listeners.get(event) ?? new Set()).add(listener));
      return provider;
    },
    removeListener(event, listener) {
      listeners.get(event)?.delete(listener);
      return provider;
    },
  };
  window.__wallets = { ...window.__wallets, [rdns]: { emit: (event, value) => listeners.get(event)?.forEach((listener) => listener(value)) } };
  if (!announced) {
    window.ethereum = provider;
    return;
  }
  const uuid = crypto.randomUUID?.() ?? "350670db-19fa-4704-a166-e52e178b59d2";
  const announce = () =>
    window.dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail: Object.freeze({ info: Object.freeze({ uuid, name, icon, rdns }), provider }) }));
  window.addEventListener("eip6963:requestProvider", announce);
  announce();
}
