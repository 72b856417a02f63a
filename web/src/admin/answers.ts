// The server's answers under /admin. Amounts of money and tokens are decimal strings,
// so that they are not rounded.

export interface Network {
  chainId: number;
  caip2: string;
  title: string;
  testnet: boolean;
  explorer?: string;
  rpc?: string; // demo only
}

/** PageData is the data that the server writes into the page. */
export interface PageData {
  publicUrl: string;
  network: Network; // the first
  networks?: Network[]; // all, if there are several
  configured: boolean; // at least one wallet may sign in
  openLaunches: boolean; // any wallet may, for its own launches
  demo: boolean;
  version?: string;
  demoOwnerKey?: `0x${string}`; // demo only: a public test key
  walletConnect?: string;
}

export interface Session { address: string; expiresAt: string; role: "operator" | "creator" }

export interface Price { amount: string; formatted: string }

export interface Launch {
  slug: string; name: string; symbol: string; description?: string;
  token: string; network: string; chainId: number; explorer?: string;
  asset: { address: string; symbol: string; decimals: number };
  price: Price;
  allotment: string;
  cap: { allotments: number; tokens: string };
  sold: number; reserved: number; left: number; limit: number;
  opensAt?: string; closesAt?: string;
  status: string;
  treasury: string; owner: string; minter: string;
  creator?: string; // the wallet that made it here by itself
  contractURI?: string;
  payers?: number; mints?: number;
  roles?: Roles; // missing until they are read from the chain
  url: string; mintUrl: string;
}

export interface Roles { owner: string; minter: string; treasury: string; paused: boolean; block: number }

export interface Block { number: number; hash: string; time: string }

export interface Solvency {
  block: Block; final: boolean;
  mints: number; allotments: number;
  received: Price; minted: Price; refunded: Price; withdrawn: Price; held: Price;
  unaccounted: Price; owed: Price; owedOrders: number;
  differences: { code: string; payment?: string; detail: string }[];
}

/** SourceCheck is the verification of a launch's source at a service. */
export interface SourceCheck { name: string; service: string; status: "waiting" | "submitted" | "verified" | "failed"; url?: string; verifiedAt?: string; failures: number; error?: string; next?: string }

/** Entry is a launch with its books, proceeds and order counts. */
export interface Entry {
  launch: Launch;
  solvency: Solvency | null;
  proceeds: { withdrawable: Price | null; withdrawn: Price | null };
  counts: Record<string, number>;
  attention: number;
  sources: SourceCheck[]; // empty if no service is asked
}

/** Purse is a key that pays gas. */
export interface Purse { address: string; wei: string; formatted: string; enough: boolean; mints: number; missing?: { formatted: string }; unfit?: string }

/** Home is what the operator chose, by slug; an empty default or front is no choice. */
export interface Home { default: string; front: string; order: string[]; hidden: string[]; delisted: string[] }

/** Rules are what a creator may launch. */
export interface Rules { perWallet: number; perDay: number; minPrice: string; listed: boolean; owner: string }

/** Creators are the wallets that launched here by themselves, for the operator. */
export interface Creators { open: boolean; rules?: Rules; creators: { address: string; launches: string[] }[]; banned: string[] }

/** ChainOverview is the state of one chain, its nodes, and the server's accounts there. */
export interface ChainOverview {
  network: Network;
  head: Block; final: Block;
  assets: { address: string; symbol: string; decimals: number }[] | null; // what new launches may be paid in
  ready: boolean;
  faults: { code: string; launch?: string; detail: string }[];
  limits?: { code: string; detail: string }[];
  senders: Purse[]; minter: Purse | null; deployer: Purse | null;
  spent24h: { wei: string; formatted: string } | null;
  burned24h?: { wei: string; formatted: string } | null;
  budget: { wei: string; formatted: string } | null;
  nodes: { host: string; ok: boolean; head: number; reason?: string }[];
  queued: number;
}

/** Overview has the first chain's state; with several, ready, faults, limits and queued are of all. */
export interface Overview extends ChainOverview {
  chains?: ChainOverview[]; // all, if there are several
  version: string; demo: boolean;
  launches: Entry[];
  home: Home;
  settlement: { name: string; kind: string; ok: boolean; detail: string }[];
  errors: { at: string; level: string; message: string; attrs?: Record<string, string> }[];
  rules?: Rules; // for a creator
}

/** chainOf returns the part of an overview about a network: a chain id or a CAIP-2 id; "" is the first. */
export function chainOf(o: Overview, id: number | string): ChainOverview {
  return o.chains?.find((c) => c.network.chainId === id || c.network.caip2 === id) ?? o;
}

export type Verb = "withdraw" | "pause" | "unpause" | "setMinter" | "refund" | "mintSettled";

/** Attention is the reason why an order needs a person, and the one action for it, if there is one. */
export interface Attention { code: string; text: string; action: { verb: Verb; label: string; minter?: string } | null }

export interface Order {
  paymentId: string; launch: string; network: string; state: string; final: boolean;
  payer: string; quantity: number; tokens: string; symbol: string; token: string;
  paid: { amount: string; formatted: string; symbol: string; asset: string };
  transaction?: string; block?: number; explorer?: string;
  settlement?: string; refund?: string; reason?: string;
  createdAt: string; updatedAt: string; url?: string;
  attention: Attention | null; note?: string; endsAt?: string;
}

export interface Orders { orders: Order[]; next: string; total: number }

/** Call is an unsigned transaction for a wallet. */
export interface Call {
  to: string; data: string; value: string; chainId: number;
  from: "owner" | "refunder" | "anyone" | "minter";
  signer?: string; // the account that has to sign
  words: string;
  gas: number;
  ether?: string; // the most that the gas costs now
  refused?: { name: string; message: string };
}

export interface Transaction { status: "pending" | "mined" | "reverted"; block?: number; reason?: string; explorer?: string }

/** Form is a launch as it was typed in; the server parses every field. */
export interface Form {
  network: string; // CAIP-2; empty: the first of the page
  asset: string; // address; empty: the first of the overview
  name: string; symbol: string; price: string; allotment: string; cap: string; limit: string;
  opens: string; closes: string;
  treasury: string; owner: string; minter: string;
  contractURI: string; salt: string; slug: string; description: string; image: string;
}

export interface Preview {
  token: string; slug: string; deployed: boolean;
  gas: number; wei: string; ether: string; mintEther: string; mintShare: string;
  terms: { label: string; text: string }[];
  transaction: { to: string; data: string; value: string; chainId: number };
  canDeploy: { server: boolean; why: string };
}
