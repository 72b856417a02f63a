// The x402 client of Cloudflare's agents, with its default limits.
import { withX402Client } from "agents/x402";
import { privateKeyToAccount } from "viem/accounts";
import { connect, key, report } from "./mcp.mjs";

const client = withX402Client(await connect(), { account: privateKeyToAccount(key), network: "base-sepolia" });
const { tools } = await client.listTools();
const mint = tools.find((t) => t.name === "mint");
if (!mint.description.includes("you will be charged $0.1 ")) throw new Error("the price is not in the description: " + mint.description);
const result = await client.callTool(null, { name: "mint", arguments: {} });
report(tools, result, result._meta?.["x402/payment-response"]);
await client.close();
