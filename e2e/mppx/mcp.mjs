// The MCP client of mppx, with its defaults, over @modelcontextprotocol/sdk.
import { evm } from "mppx/client";
import { McpClient } from "mppx/mcp/client";
import { privateKeyToAccount } from "viem/accounts";
import { connect, key, report } from "../clients/mcp.mjs";

const client = await connect();
const { tools } = await client.listTools();
McpClient.wrap(client, { methods: [evm.charge({ account: privateKeyToAccount(key), currencies: [evm.assets.baseSepolia.USDC] })] });
const result = await client.callTool({ name: "mint", arguments: { quantity: 1 } });
report(tools, result, result.receipt && { success: result.receipt.status === "success", transaction: result.receipt.reference });
await client.close();
