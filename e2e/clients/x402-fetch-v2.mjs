// @x402/fetch, the client of version 2, with its default limits. It names its purchase by the extension payment-identifier.
import { wrapFetchWithPayment, x402Client, x402HTTPClient } from "@x402/fetch";
import { ExactEvmScheme } from "@x402/evm";
import { appendPaymentIdentifierToExtensions } from "@x402/extensions";
import { privateKeyToAccount } from "viem/accounts";
import { key, purchase, report, url } from "./report.mjs";

const client = new x402Client().register("eip155:*", new ExactEvmScheme(privateKeyToAccount(key)));
if (purchase) client.onBeforePaymentCreation(async ({ paymentRequired }) => void appendPaymentIdentifierToExtensions(paymentRequired.extensions, purchase));
const response = await wrapFetchWithPayment(fetch, client)(url);
const { paymentStatus, header, body } = await new x402HTTPClient(client).processResponse(response);
report(response.status, header, body, paymentStatus);
