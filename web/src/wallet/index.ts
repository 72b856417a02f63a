// Wallets: finding them, asking them for an account and for the right network,
// and what their errors mean. Nothing here loads a library before it is needed.
export type { Chain } from "./chain";
export { chainDetails, connect, addChain, switchTo, UnknownChain, watch, type Connected } from "./connect";
export { Connection, type ConnectionState } from "./connection";
export { wallets, type Wallet, type Wallets } from "./discovery";
export { WalletError } from "./provider";
export { addToken } from "./token";
export { explain, type Words } from "./words";
