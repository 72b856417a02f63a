// An MCP host: starts the servers of its configuration, CONFIG, with a stock MCP client, lists their tools, and, if there is a wallet,
// has it pay URL, as a model would.
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

const { CONFIG: config, URL: url, PATH, HOME } = process.env;
const { mcpServers, servers } = JSON.parse(config);
const said = { tools: {} };
for (const [name, server] of Object.entries(mcpServers ?? servers)) {
  const transport = server.url ? new StreamableHTTPClientTransport(new globalThis.URL(server.url))
    : new StdioClientTransport({ command: server.command, args: server.args, env: { PATH, HOME }, stderr: "inherit" });
  const client = new Client({ name: "mint402-e2e", version: "1.0.0" });
  await client.connect(transport);
  said.tools[name] = (await client.listTools()).tools.map((t) => t.name);
  if (name === "wallet") {
    const call = async (tool, args) => {
      const result = await client.callTool({ name: "mint402_wallet_" + tool, arguments: args });
      if (result.isError) throw new Error(tool + ": " + result.content[0].text);
      return result.structuredContent ?? JSON.parse(result.content[0].text);
    };
    const { quoteId } = await call("quote", { url, quantity: 1 });
    said.paid = await call("pay", { quoteId });
  }
  await client.close();
}
process.stdout.write(JSON.stringify(said) + "\n");
