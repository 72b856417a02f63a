import { data } from "../data";
import { coin as coinOf } from "../wallet/chain";
import type { Network, PageData } from "./answers";

/** page is the data that the server writes into the dashboard's page. */
export const page = data<PageData>();

/** networks are those that the server sells on. The first, network, is the default. */
export const networks: Network[] = page.networks ?? [page.network];
export const network = page.network;

/**
 * networkOf returns the network with a chain id, a CAIP-2 id, or as a form names it; "" is the
 * default. It returns undefined if the server does not sell on it.
 */
export function networkOf(id: number | string): Network | undefined {
  return id === "" ? network : networks.find((n) => n.chainId === id || n.caip2 === id);
}

/** coinOn returns the symbol of a network's gas coin. */
export function coinOn(on: Network | undefined): string {
  return coinOf(on ?? network).symbol;
}
