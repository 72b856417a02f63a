import { type Chain, coin, hex } from "./chain";
import type { Wallet } from "./discovery";
import { type Address, codeOf, disconnected, textOf, unknownChain, WalletError } from "./provider";

/** Connected is an account of a wallet that agreed to be asked. */
export interface Connected {
  wallet: Wallet;
  address: Address;
  chainId: number;
  request<T = unknown>(method: string, params?: unknown): Promise<T>;
}

/** Change is what a wallet may do of its own accord. */
export type Change = { account: Address | undefined } | { chainId: number } | { gone: true };

/**
 * connect asks the wallet for an account. A quiet one asks only whether it has
 * agreed before, opens nothing, and answers undefined if not.
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

/** watch tells of what the wallet does of its own accord, until it is stopped. */
export function watch({ wallet: { provider } }: Connected, changed: (change: Change) => void): () => void {
  const listeners: [string, (value: never) => void][] = [
    ["accountsChanged", (accounts: unknown) => changed({ account: first(accounts) })],
    ["chainChanged", (id: unknown) => changed({ chainId: number(id) })],
    // Wallets send this for a lost network, too, and then come back by "connect";
    // what is asked meanwhile fails with a code of its own.
    ["disconnect", () => changed({ gone: true })],
  ];
  for (const [event, listener] of listeners) provider.on?.(event, listener);
  return () => {
    for (const [event, listener] of listeners) provider.removeListener?.(event, listener);
  };
}

/** UnknownChain says that the wallet has never heard of the chain. */
export class UnknownChain extends Error {
  constructor(readonly chain: Chain) {
    super(`the wallet does not know ${chain.title}`);
  }
}

/**
 * switchTo asks the wallet for the chain. A wallet that does not know it is not
 * told: that is for addChain, which its owner has to want.
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

/** addChain asks the wallet to learn the chain, and then for it. */
export async function addChain(connected: Connected, chain: Chain): Promise<void> {
  await connected.request("wallet_addEthereumChain", [chainDetails(chain)]);
  if (number(await connected.request("eth_chainId")) !== chain.chainId) {
    await connected.request("wallet_switchEthereumChain", [{ chainId: hex(chain) }]);
  }
  await arrived(connected, chain);
}

/** chainDetails is what a wallet is told about the chain. */
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

/** number reads a chain's id, which wallets give in hex, decimal or as a number. */
export function number(id: unknown): number {
  return typeof id === "number" ? id : Number(id);
}
