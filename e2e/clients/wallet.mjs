// @modelcontextprotocol/sdk with the wallet of PROGRAM and CONFIG, over stdio. It prints the wallet's process id, then reads calls of tools, one
// line of JSON each, makes them concurrently, and prints each result.
import { createInterface } from "node:readline";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";

const { PROGRAM: command, CONFIG: config, KEY, HOME } = process.env;
const print = (object) => process.stdout.write(JSON.stringify(object) + "\n");
const client = new Client({ name: "mint402-e2e", version: "1.0.0" });
const transport = new StdioClientTransport({ command, args: ["wallet", "--config", config], env: { MINT402_ENV_FILE: "", MINT402_KEY: KEY, XDG_STATE_HOME: HOME } });
await client.connect(transport);
await client.listTools(); // from then on the SDK checks results against output schemas
print(transport.pid);
for await (const line of createInterface({ input: process.stdin })) {
  const { id, name, arguments: args } = JSON.parse(line);
  client.callTool({ name, arguments: args }, undefined, { timeout: 200_000 }).then(
    (result) => print({ id, isError: result.isError ?? false, value: result.structuredContent }),
    (error) => print({ id, lost: String(error) }));
}
await client.close();
