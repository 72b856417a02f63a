import { type Chain, coin, hex } from "./chain";
import type { Wallet } from "./discovery";
import { type Address, codeOf, disconnected, textOf, unknownChain, WalletError } from "./provider";

/** Connected is an account of a wallet that accepts requests from this page. */
export interface Connected {
  wallet: Wallet;
  address: Address;
  chainId: number;
  request<T = unknown>(method: string, params?: unknown): Promise<T>;
}

/** Change is a change that a wallet makes without a request from the page. */
export type Change = { account: Address | undefined } | { chainId: number } | { gone: true };

/**
 * connect asks the wallet for an account. With quiet, it only asks whether the
 * wallet has agreed before: no wallet window opens, and it returns undefined if not.
 */
export async function connect(wallet: Wallet, quiet: true): Promise<Connected | undefined>;
export async function connect(wallet: Wallet): Promise<Connected>;
export async function connect(wallet: Wallet, quiet?: boolean): Promise<Connected | undefined> {
  const request = <T>(method: string, params?: unknown) =>
    wallet.provider.request(params === undefined ? { method } : { method, params }) as Promise<T>;
  const accounts = await request<unknown>(quiet ? "eth_accounts" : "eth_requestAccounts");
  const address = first(accounts);
  if (!address) {
    if (quiet) return undefined;
    throw new WalletError(disconnected, "the wallet gave no account");
  }
  return { wallet, address, chainId: number(await request("eth_chainId")), request };
}

/** watch calls changed for each Change, until the function that it returns is called. */
export function watch({ wallet: { provider } }: Connected, changed: (change: Change) => void): () => void {
  const listeners: [string, (value: never) => void][] = [
    ["accountsChanged", (accounts: unknown) => changed({ account: first(accounts) })],
    ["chainChanged", (id: unknown) => changed({ chainId: number(id) })],
    // Wallets also send this when they lose the network, and "connect" when it is
    // back. Requests between the two fail with a separate error code.
    ["disconnect", () => changed({ gone: true })],
  ];
  for (const [event, listener] of listeners) provider.on?.(event, listener);
  return () => {
    for (const [event, listener] of listeners) provider.removeListener?.(event, listener);
  };
}

/** UnknownChain is thrown when the wallet does not know the chain. */
export class UnknownChain extends Error {
  constructor(readonly chain: Chain) {
    super(`the wallet does not know ${chain.title}`);
  }
}

/**
 * switchTo asks the wallet to switch to the chain. It throws UnknownChain if the
 * wallet does not know the chain. It never adds the chain: the user has to choose
 * that, and addChain does it.
 */
export async function switchTo(connected: Connected, chain: Chain): Promise<void> {
  try {
    await connected.request("wallet_switchEthereumChain", [{ chainId: hex(chain) }]);
  } catch (error) {
    if (codeOf(error) === unknownChain || /unrecognized chain|not been added/i.test(textOf(error))) throw new UnknownChain(chain);
    throw error;
  }
  await arrived(connected, chain);
}

/** addChain asks the wallet to add the chain, and then to switch to it. */
export async function addChain(connected: Connected, chain: Chain): Promise<void> {
  await connected.request("wallet_addEthereumChain", [chainDetails(chain)]);
  if (number(await connected.request("eth_chainId")) !== chain.chainId) {
    await connected.request("wallet_switchEthereumChain", [{ chainId: hex(chain) }]);
  }
  await arrived(connected, chain);
}

/** chainDetails returns the parameters of wallet_addEthereumChain. */
export function chainDetails(chain: Chain) {
  const rpc = chain.rpc ?? chain.publicRpc;
  return {
    chainId: hex(chain), chainName: chain.title, nativeCurrency: coin(chain), rpcUrls: rpc ? [rpc] : [],
    ...(chain.explorer && { blockExplorerUrls: [chain.explorer] }),
  };
}

async function arrived(connected: Connected, chain: Chain) {
  connected.chainId = number(await connected.request("eth_chainId"));
  if (connected.chainId !== chain.chainId) throw new WalletError(disconnected, `the wallet stayed on chain ${connected.chainId}`);
}

function first(accounts: unknown): Address | undefined {
  const account: unknown = Array.isArray(accounts) ? accounts[0] : undefined;
  return typeof account === "string" && /^0x[0-9a-f]{40}$/i.test(account) ? account as Address : undefined;
}

/** number parses a chain id. Wallets return it as hex, as decimal or as a number. */
export function number(id: unknown): number {
  return typeof id === "number" ? id : Number(id);
}
