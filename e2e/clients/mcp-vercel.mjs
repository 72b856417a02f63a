// Vercel's x402-mcp with ai. A model reads the price from the result's texts, and hands it to a tool of the client; this script
// plays the model.
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { experimental_createMCPClient } from "ai";
import { privateKeyToAccount } from "viem/accounts";
import { withPayment } from "x402-mcp/client";
import { key, report, url } from "./mcp.mjs";

const plain = await experimental_createMCPClient({ transport: new StreamableHTTPClientTransport(new URL(url)) });
const client = await withPayment(plain, { account: privateKeyToAccount(key), network: "base-sepolia" });
const tools = await client.tools();
const asked = await tools.mint.execute({}, { messages: [], toolCallId: "1" });
const prices = asked.content.map((c) => JSON.parse(c.text)).find((p) => p.x402Version === 1);
const { paymentAuthorization } = await tools.generatePaymentAuthorization.execute({ paymentRequirements: prices.accepts[0] });
const result = await tools.mint.execute({ paymentAuthorization }, { messages: [], toolCallId: "2" });
report(Object.keys(tools), result, result._meta?.["x402.payment-response"]);
await client.close();
