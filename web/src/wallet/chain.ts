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

const titles: Record<number, string> = {
  1: "Ethereum", 10: "OP Mainnet", 56: "BNB Smart Chain", 100: "Gnosis", 130: "Unichain", 137: "Polygon", 8453: "Base", 42161: "Arbitrum", 43114: "Avalanche",
  59144: "Linea", 84532: "Base Sepolia", 11155111: "Sepolia",
};

/** titleOf returns the name of a chain that many wallets are on, or undefined. */
export function titleOf(chainId: number): string | undefined {
  return titles[chainId];
}
