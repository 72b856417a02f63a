import { data } from "../data";
import { coin as coinOf } from "../wallet/chain";
import type { PageData } from "./answers";

/** page is the data that the server writes into the dashboard's page. */
export const page = data<PageData>();
export const network = page.network;

/** coin is the symbol of the gas coin. */
export const coin = coinOf(network).symbol;
