/** Chain is the network that a page sells on, as the server describes it. */
export interface Chain {
  chainId: number;
  caip2: string;
  title: string;
  testnet: boolean;
  explorer?: string;
  /** The demo's own node. */
  rpc?: string;
  /** A public node, for wallets that do not know the chain. */
  publicRpc?: string;
}

/** hex returns the chain id in hex, as wallets expect it. */
export function hex(chain: Chain): string {
  return "0x" + chain.chainId.toString(16);
}

/** coin returns the chain's gas coin, as a wallet needs it to add the chain. */
export function coin(chain: Chain): { name: string; symbol: string; decimals: number } {
  const symbol = coins[chain.chainId] ?? "ETH";
  return { name: symbol === "ETH" ? "Ether" : symbol, symbol, decimals: 18 };
}

const coins: Record<number, string> = {
  137: "POL", 80002: "POL", 43114: "AVAX", 43113: "AVAX", 1329: "SEI", 1328: "SEI", 4689: "IOTX", 3338: "PEAQ",
};
