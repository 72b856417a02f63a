import type { Chain } from "../wallet";
import { grouped } from "../words";

/** LaunchTerms is the part of a launch's JSON that the panel reads; see server/launch.go. */
export interface LaunchTerms {
  slug: string;
  name: string;
  symbol: string;
  token: string;
  chainId: number;
  asset: { address: string; symbol: string; decimals: number };
  price: { amount: string; formatted: string };
  allotment: string;
  allotmentBase: string;
  cap: { allotments: number; tokens: string };
  left: number;
  limit: number;
  opensAt?: string;
  closesAt?: string;
  status: string;
  image?: string;
}

/** PageData is the data that the server writes into the launch's page. */
export interface PageData {
  launch: LaunchTerms;
  network: Chain;
  demo: boolean;
  walletConnect?: string;
  publicUrl: string;
  /** Where the operator sends buyers with too little of the asset. */
  buyUrl?: string;
}

/** total returns the price of a quantity, in base units of the asset. */
export function total(launch: LaunchTerms, quantity: number): bigint {
  return BigInt(launch.price.amount) * BigInt(quantity);
}

/** paid returns the price of a quantity as text: "0.30 USDC". */
export function paid(launch: LaunchTerms, quantity: number): string {
  return `${money(total(launch, quantity), launch.asset.decimals)} ${launch.asset.symbol}`;
}

/** bought returns the tokens of a quantity as text: "15,000 PING". */
export function bought(launch: LaunchTerms, quantity: number): string {
  return `${grouped(units(BigInt(launch.allotmentBase) * BigInt(quantity), 18))} ${launch.symbol}`;
}

/** most returns the largest quantity that can be ordered now, at least 1. */
export function most(launch: LaunchTerms): number {
  return Math.max(1, Math.min(launch.limit > 0 ? launch.limit : Infinity, Math.max(launch.left, 1)));
}

/** money formats an amount with at least two decimals, if the asset has them: "0.10", "0.125". */
export function money(amount: bigint, decimals: number): string {
  const text = units(amount, decimals);
  const [whole = "0", fraction = ""] = text.split(".");
  return grouped(decimals >= 2 || fraction ? `${whole}.${fraction.padEnd(Math.min(2, decimals), "0")}` : whole);
}

/** units converts base units to whole units, without trailing zeros. */
export function units(amount: bigint, decimals: number): string {
  const digits = amount.toString().padStart(decimals + 1, "0");
  const whole = digits.slice(0, digits.length - decimals);
  const fraction = digits.slice(digits.length - decimals).replace(/0+$/, "");
  return fraction ? `${whole}.${fraction}` : whole;
}

/** same reports whether two addresses are equal, without regard to case. */
export function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
