// Wallets: discovery, connecting an account, switching the network, and the texts
// for their errors. Libraries are loaded only when they are needed.
export type { Chain } from "./chain";
export { chainDetails, connect, addChain, switchTo, UnknownChain, watch, type Connected } from "./connect";
export { Connection, type ConnectionState } from "./connection";
export { wallets, type Wallet, type Wallets } from "./discovery";
export { WalletError } from "./provider";
export { addToken } from "./token";
export { explain, type Words } from "./words";
