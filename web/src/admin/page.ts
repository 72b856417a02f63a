import { data } from "../data";
import { coin as coinOf } from "../wallet/chain";
import type { PageData } from "./answers";

/** page is what the server wrote into this one. */
export const page = data<PageData>();
export const network = page.network;

/** coin is what gas is paid in. */
export const coin = coinOf(network).symbol;
