// @x402/fetch, the client of version 2, with its default limits.
import { decodePaymentResponseHeader, wrapFetchWithPayment, x402Client } from "@x402/fetch";
import { ExactEvmScheme } from "@x402/evm";
import { privateKeyToAccount } from "viem/accounts";
import { key, report, url } from "./report.mjs";

const client = new x402Client().register("eip155:*", new ExactEvmScheme(privateKeyToAccount(key)));
const response = await wrapFetchWithPayment(fetch, client)(url);
const header = response.headers.get("PAYMENT-RESPONSE");
report(response.status, header && decodePaymentResponseHeader(header), await response.json());
