// Loaded once a wallet is connected. The official client builds the payment and the
// wallet signs it.
import { x402Client } from "@x402/core/client";
import { encodePaymentSignatureHeader } from "@x402/core/http";
import { ExactEvmScheme } from "@x402/evm/exact/client";
import { encodeAbiParameters, getAddress, keccak256 } from "viem/utils";

import { type Chain, type Connected, WalletError } from "../wallet";
import type { Required, Requirement } from "./offer";
import type { Payment } from "./payment";
import type { Signing } from "./state";
import { bought, type LaunchTerms, paid, same, total } from "./terms";

type Hex = `0x${string}`;
type TypedData = { domain: Record<string, unknown>; types: Record<string, unknown>; primaryType: string; message: Record<string, unknown> };

/** Wanted is a request for one signature. Its requirement was already compared with the page. */
export interface Wanted {
  required: Required;
  requirement: Requirement;
  launch: LaunchTerms;
  chain: Chain;
  quantity: number;
  connected: Connected;
}

/**
 * sign asks the wallet for one signature of an authorization that pays exactly the
 * requirement. It calls asking with the terms just before it asks the wallet.
 */
export async function sign(wanted: Wanted, now: () => number, asking: (signing: Signing) => void): Promise<Payment> {
  const { requirement, required, launch, chain, quantity, connected } = wanted;
  let asked = 0;
  const client = new x402Client().register(chain.caip2 as `${string}:${string}`, new ExactEvmScheme({
    address: connected.address,
    signTypedData: async (data) => {
      if (asked++ > 0) throw new Error("a second signature was wanted");
      check(data, wanted);
      asking({ payer: connected.address, payTo: requirement.payTo, validBefore: Number(data.message.validBefore) });
      const signature = await connected.request<unknown>("eth_signTypedData_v4", [connected.address, text(data)]);
      if (typeof signature !== "string" || !/^0x([0-9a-f]{2}){64,4096}$/i.test(signature)) {
        throw new WalletError(-32603, "the wallet answered with something that is no signature");
      }
      return signature as Hex;
    },
  }));
  // Limit the client to exactly this price. Its own limit of $1 is meant for
  // unattended programs.
  client.setSpendControls({ allowedAssets: [{
    network: chain.caip2 as `${string}:${string}`, asset: requirement.asset, maxAmountPerPayment: total(launch, quantity).toString(),
  }] });
  const payload = await client.createPaymentPayload({ ...required, accepts: [requirement] } as Parameters<x402Client["createPaymentPayload"]>[0]);
  const { authorization } = payload.payload as { authorization: { from: Hex; nonce: Hex; validBefore: string } };
  return {
    id: keccak256(encodeAbiParameters([{ type: "uint256" }, { type: "address" }, { type: "address" }, { type: "bytes32" }],
      [BigInt(chain.chainId), requirement.asset as Hex, authorization.from, authorization.nonce])),
    payer: authorization.from,
    quantity,
    header: encodePaymentSignatureHeader(payload),
    validBefore: Number(authorization.validBefore),
    signedAt: Math.floor(now() / 1000),
    paid: paid(launch, quantity),
    bought: bought(launch, quantity),
  };
}

/** checksummed returns an address in the case of EIP-55, as wallets show it. */
export function checksummed(address: string): string {
  return getAddress(address);
}

/** check compares the data to be signed with the page once more. */
function check({ domain, primaryType, message }: TypedData, { launch, chain, quantity, connected }: Wanted): void {
  const wrong = primaryType !== "TransferWithAuthorization" ? "kind"
    : Number(domain.chainId) !== chain.chainId ? "chain"
    : !same(String(domain.verifyingContract), launch.asset.address) ? "asset"
    : !same(String(message.from), connected.address) ? "payer"
    : !same(String(message.to), launch.token) ? "payee"
    : String(message.value) !== total(launch, quantity).toString() ? "amount" : "";
  if (wrong) throw new Error(`what would be signed has another ${wrong} than the page shows`);
}

/** text encodes typed data as wallets expect it: with its domain's type, and bigints as decimal strings. */
function text({ domain, types, primaryType, message }: TypedData): string {
  const kinds: Record<string, string> = { name: "string", version: "string", chainId: "uint256", verifyingContract: "address", salt: "bytes32" };
  const EIP712Domain = Object.keys(kinds).filter((name) => domain[name] !== undefined).map((name) => ({ name, type: kinds[name] }));
  return JSON.stringify({ types: { EIP712Domain, ...types }, primaryType, domain, message },
    (_, value: unknown) => (typeof value === "bigint" ? value.toString() : value));
}
