// The data that the server writes into a launch's page, read by data().

export type Launch = {
  slug: string; name: string; symbol: string; description?: string; image?: string;
  token: string; network: string; chainId: number; explorer?: string;
  asset: { address: string; symbol: string; decimals: number };
  price: { amount: string; formatted: string };
  allotment: string; allotmentBase: string;
  cap: { allotments: number; tokens: string };
  sold: number; reserved: number; left: number; limit: number;
  opensAt?: string; closesAt?: string; open: boolean; soldOut: boolean; status: string;
  roles?: { owner: string; minter: string; treasury: string; paused: boolean; block: number };
  payers: number; mints: number; mintUrl: string; url: string; demo?: boolean;
};

export type Mint = {
  paymentId: string; payer: string; quantity: number; tokens: string; symbol: string;
  transaction: string; explorer?: string; block: number; at: string; final: boolean; url: string;
};

export type Point = { block: number; at: string; sold: number; proceeds: string; mints: number };

export type Stats = {
  launch: string; mints: number; payers: number; sold: number; proceeds: { amount: string; formatted: string };
  from: string; to: string; points: Point[];
};

export type Network = { chainId: number; caip2: string; title: string; testnet: boolean; explorer?: string; rpc?: string };

export type Page = {
  launch: Launch; stats: Stats; mints: Mint[]; network: Network;
  demo: boolean; walletConnect?: string; publicUrl: string; buyUrl?: string;
};
