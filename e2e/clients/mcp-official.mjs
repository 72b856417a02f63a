// @modelcontextprotocol/sdk with @x402/core and @x402/evm: the loop that the x402 specification of the MCP transport describes.
// Their wrapper of it is not on npm.
import { x402Client } from "@x402/core/client";
import { ExactEvmScheme } from "@x402/evm";
import { appendPaymentIdentifierToExtensions } from "@x402/extensions";
import { privateKeyToAccount } from "viem/accounts";
import { connect, key, purchase, report } from "./mcp.mjs";

const client = await connect();
const { tools } = await client.listTools(); // from then on the SDK checks results against output schemas
const payer = new x402Client().register("eip155:*", new ExactEvmScheme(privateKeyToAccount(key)));
if (purchase) payer.onBeforePaymentCreation(async ({ paymentRequired }) => void appendPaymentIdentifierToExtensions(paymentRequired.extensions, purchase));
const call = { name: "mint", arguments: { quantity: 1 } };
let result = await client.callTool(call);
if (result.isError && result.structuredContent?.accepts) {
  const payment = await payer.createPaymentPayload(result.structuredContent);
  result = await client.callTool({ ...call, _meta: { "x402/payment": payment } });
}
report(tools, result, result._meta?.["x402/payment-response"]);
await client.close();
