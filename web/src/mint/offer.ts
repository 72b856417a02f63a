import { t } from "../language";
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
    super(t("The page shows {shown}, and the server asked for {asked}.", shown, asked));
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
  if (required.x402Version !== 2 || !asked) throw new OfferMismatch("scheme", t("an exact price"), t("something this page does not know"));
  const amount = total(launch, quantity);
  const differ = (field: string, shown: string, other: unknown) => {
    throw new OfferMismatch(field, shown, String(other).slice(0, 80));
  };
  if (asked.network !== chain.caip2) differ("network", t("the network {network}", chain.caip2), asked.network);
  if (!/^\d{1,30}$/.test(asked.amount)) differ("amount", t("a price"), t("an amount that is no number"));
  if (BigInt(asked.amount) !== amount) {
    const { decimals, symbol } = launch.asset;
    differ("amount", t("a price of {price}", `${money(amount, decimals)} ${symbol}`), `${money(BigInt(asked.amount), decimals)} ${symbol}`);
  }
  if (!same(asked.asset, launch.asset.address)) differ("asset", t("the asset {address}", launch.asset.address), asked.asset);
  if (!same(asked.payTo, launch.token)) differ("payTo", t("a payment to {address}", launch.token), t("one to {address}", asked.payTo));
  const timeout = asked.maxTimeoutSeconds;
  if (!Number.isInteger(timeout) || timeout <= 0 || timeout > longest) differ("maxTimeoutSeconds", t("a signature good for two hours at most"), t("{n} seconds", timeout));
  const { name, version, paymentFlow = "authorization", assetTransferMethod = "eip3009" } = asked.extra ?? {};
  if (!name || !version) differ("extra", t("an asset with a name and a version"), t("none"));
  if (assetTransferMethod !== "eip3009" || !["authorization", "upfront"].includes(paymentFlow)) {
    differ("extra", t("a single transfer"), `${assetTransferMethod}, ${paymentFlow}`);
  }
  return asked;
}
