// Connects an MCP client to the server: over HTTP with URL, or over stdio with PROGRAM, which is mint402 itself. SDK=client takes
// the SDK of revision 2026-07-28, otherwise it is the one of before.
const { URL: url, KEY: key, PURCHASE: purchase, SDK: sdk, PROGRAM: program } = process.env;
if (!url || !key) throw new Error("URL and KEY are needed in the environment");
// purchase is the caller's own name for what it buys.
export { key, purchase, url };

export async function connect() {
  const info = { name: "mint402-e2e", version: "1.0.0" };
  if (sdk === "client") {
    const { Client, StreamableHTTPClientTransport } = await import("@modelcontextprotocol/client");
    const client = new Client(info, { versionNegotiation: { mode: "auto" } });
    await client.connect(new StreamableHTTPClientTransport(new URL(url)));
    return client;
  }
  const { Client } = await import("@modelcontextprotocol/sdk/client/index.js");
  const client = new Client(info);
  if (program) {
    const { StdioClientTransport } = await import("@modelcontextprotocol/sdk/client/stdio.js");
    await client.connect(new StdioClientTransport({ command: program, args: ["mcp", "--server", url], env: { MINT402_ENV_FILE: "" }, stderr: "ignore" }));
    return client;
  }
  const { StreamableHTTPClientTransport } = await import("@modelcontextprotocol/sdk/client/streamableHttp.js");
  await client.connect(new StreamableHTTPClientTransport(new URL(url)));
  return client;
}

// Writes what the client got to standard output, as one line of JSON.
export function report(tools, result, receipt) {
  process.stdout.write(JSON.stringify({ tools: tools.map((t) => t.name ?? t), isError: result.isError ?? false, text: result.content?.[0]?.text,
    body: result.structuredContent, receipt }) + "\n");
}
