import type { Connected } from "./connect";

/** Token is one that a wallet is to show. */
export interface Token {
  address: string;
  symbol: string;
  image?: string | undefined;
}

/** addToken asks the wallet to show the token. False: its owner said no. */
export async function addToken(connected: Pick<Connected, "request">, token: Token): Promise<boolean> {
  return await connected.request<unknown>("wallet_watchAsset", {
    type: "ERC20",
    // Wallets refuse longer symbols, and compare with what the contract says.
    options: { address: token.address, symbol: token.symbol.slice(0, 11), decimals: 18, ...(token.image?.startsWith("https://") && { image: token.image }) },
  }) !== false;
}
