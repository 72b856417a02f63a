import type { Chain } from "../wallet";
import { type LaunchTerms, money, same, total } from "./terms";

/** Requirement is one entry of a 402's accepts (x402 version 2). */
export interface Requirement {
  scheme: string;
  network: string;
  amount: string;
  asset: string;
  payTo: string;
  maxTimeoutSeconds: number;
  extra?: { name?: string; version?: string; paymentFlow?: string; assetTransferMethod?: string };
}

/** Required is the content of a 402's PAYMENT-REQUIRED header. */
export interface Required {
  x402Version: number;
  resource?: unknown;
  accepts: Requirement[];
}

/** OfferMismatch is thrown when the server's offer differs from the page. */
export class OfferMismatch extends Error {
  constructor(readonly field: string, shown: string, asked: string) {
    super(`The page shows ${shown}, and the server asked for ${asked}.`);
  }
}

/** longest is the maximum validity of an authorization in seconds, whatever the server asks for. */
const longest = 2 * 60 * 60;

/**
 * agreed returns the requirement if it matches the page exactly. Otherwise it throws
 * an OfferMismatch with the difference. Only the returned requirement is signed.
 */
export function agreed(required: Required, launch: LaunchTerms, chain: Chain, quantity: number): Requirement {
  const exact = required.accepts?.filter((r) => r.scheme === "exact");
  const asked = exact?.find((r) => r.network === chain.caip2) ?? exact?.[0];
  if (required.x402Version !== 2 || !asked) throw new OfferMismatch("scheme", "an exact price", "something this page does not know");
  const amount = total(launch, quantity);
  const differ = (field: string, shown: string, other: unknown) => {
    throw new OfferMismatch(field, shown, String(other).slice(0, 80));
  };
  if (asked.network !== chain.caip2) differ("network", `the network ${chain.caip2}`, asked.network);
  if (!/^\d{1,30}$/.test(asked.amount)) differ("amount", "a price", "an amount that is no number");
  if (BigInt(asked.amount) !== amount) {
    const { decimals, symbol } = launch.asset;
    differ("amount", `a price of ${money(amount, decimals)} ${symbol}`, `${money(BigInt(asked.amount), decimals)} ${symbol}`);
  }
  if (!same(asked.asset, launch.asset.address)) differ("asset", `the asset ${launch.asset.address}`, asked.asset);
  if (!same(asked.payTo, launch.token)) differ("payTo", `a payment to ${launch.token}`, `one to ${asked.payTo}`);
  const timeout = asked.maxTimeoutSeconds;
  if (!Number.isInteger(timeout) || timeout <= 0 || timeout > longest) differ("maxTimeoutSeconds", "a signature good for two hours at most", `${timeout} seconds`);
  const { name, version, paymentFlow = "authorization", assetTransferMethod = "eip3009" } = asked.extra ?? {};
  if (!name || !version) differ("extra", "an asset with a name and a version", "none");
  if (assetTransferMethod !== "eip3009" || !["authorization", "upfront"].includes(paymentFlow)) {
    differ("extra", "a single transfer", `${assetTransferMethod}, ${paymentFlow}`);
  }
  return asked;
}
