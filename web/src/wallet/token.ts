import type { Connected } from "./connect";

/** Token is a token for a wallet to show. */
export interface Token {
  address: string;
  symbol: string;
  image?: string | undefined;
}

/** addToken asks the wallet to show the token. It returns false if the user declined. */
export async function addToken(connected: Pick<Connected, "request">, token: Token): Promise<boolean> {
  return await connected.request<unknown>("wallet_watchAsset", {
    type: "ERC20",
    // Wallets refuse symbols over 11 characters, and compare these fields with the contract.
    options: { address: token.address, symbol: token.symbol.slice(0, 11), decimals: 18, ...(token.image?.startsWith("https://") && { image: token.image }) },
  }) !== false;
}
