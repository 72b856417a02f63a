// A test's own launch and a server for it, on the demo's chain. The server can be
// killed and restarted, and its node can be made to wait.
import { createServer } from "node:http";
import { join } from "node:path";
import { privateKeyToAccount } from "viem/accounts";
import { directory, freeAddress, start, verb } from "./program.mjs";
import { gate, until } from "./until.mjs";

/** Starts a proxy in front of the chain's JSON-RPC that can hold back chosen methods. */
async function startWire(rpc) {
  const held = new Map();
  let down = false;
  const server = createServer(async (request, response) => {
    try {
      const chunks = [];
      for await (const chunk of request) chunks.push(chunk);
      const body = Buffer.concat(chunks);
      if (down) return request.socket.destroy();
      const calls = [JSON.parse(body)].flat();
      for (const { method } of calls) await held.get(method)?.pass();
      const answer = await fetch(rpc, { method: "POST", headers: { "content-type": "application/json" }, body });
      response.writeHead(answer.status, { "content-type": "application/json" }).end(Buffer.from(await answer.arrayBuffer()));
    } catch {
      request.socket.destroy();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  server.unref();
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    /** Holds a method's calls until the returned gate is opened. */
    hold(method) {
      const g = gate();
      held.set(method, g);
      return { ...g, open: () => (held.delete(method), g.open()) };
    },
    /** Starts or stops closing every connection without an answer. */
    cut: (is) => (down = is),
    close: () => (server.closeAllConnections(), new Promise((resolve) => server.close(resolve))),
  };
}

let serial = 0;

/**
 * Launches tokens and serves them. terms are the terms of one launch or a list; the
 * first launch is the default.
 */
export async function openShop(world, terms = {}, { flags = [], deployer = false, keyless = false } = {}) {
  const { chain, bank } = world;
  const wire = await startWire(chain.rpc);
  const [owner, sender, minter, treasury] = await Promise.all([
    chain.account(bank, { money: "0", coins: "0.25" }), chain.account(bank, { money: "0", coins: "0.25" }),
    chain.account(bank, { money: "0", coins: "0.25" }), chain.account(bank, { money: "0" })]);
  const shop = { wire, owner, sender, minter, treasury, launches: [], db: join(directory("shop"), "mint402.db") };
  for (const t of [terms].flat()) {
    const slug = t.slug ?? `shop${++serial}`;
    if (t.token) {
      // Already deployed: the server puts it on sale.
      shop.launches.push({ ...t, slug });
      continue;
    }
    const args = ["launch", "--yes", "--rpc", chain.rpc, "--db", shop.db, "--out", directory("out"), "--slug", slug,
      "--name", t.name ?? "Ping", "--symbol", t.symbol ?? "PING", "--price", t.price ?? "0.10", "--allotment", t.allotment ?? "5000",
      "--cap", String(Number(t.allotment ?? "5000") * (t.mints ?? 1000)), "--limit", String(t.limit ?? Math.min(20, t.mints ?? 20)), "--salt", `${slug}-${++serial}`,
      "--treasury", treasury.address, "--minter", minter.address];
    for (const name of ["opens", "closes", "description", "image"]) if (t[name]) args.push(`--${name}`, t[name]);
    const token = (await verb(args, { MINT402_KEY: owner.key })).trim();
    if (!/^0x[0-9a-fA-F]{40}$/.test(token)) throw new Error(`launch printed ${token}, not an address`);
    shop.launches.push({ token, slug, registered: true });
  }
  const [first] = shop.launches;
  Object.assign(shop, first);

  const listen = await freeAddress();
  /** Starts the server, always at the same address. */
  shop.start = async (add = []) => {
    const env = { MINT402_SENDER_KEY: sender.key, ...(keyless ? {} : { MINT402_MINTER_KEY: minter.key }) };
    if (deployer) env.MINT402_DEPLOYER_KEY = shop.deployer.key;
    const service = await start(["serve", "--rpc", wire.url, "--db", shop.db, "--listen", listen, "--log-format", "json", ...flags.flatMap((f) => (typeof f === "function" ? f(shop) : [f])), ...add], env);
    shop.service = service;
    const url = await service.said("the server serves", ({ err, out }) => /"msg":"serving","url":"([^"]+)"/.exec(err + out)?.[1]);
    shop.url = url;
    await until("the server is ready", async () => (await fetch(`${url}/readyz`)).status === 200);
  };
  /** Kills the server with SIGKILL. */
  shop.kill = () => shop.service.kill();
  shop.close = async () => {
    await shop.kill();
    await wire.close();
  };
  if (deployer) shop.deployer = await chain.account(bank, { money: "0", coins: "0.25" });
  for (const { token, slug, description, image } of shop.launches.filter((l) => !l.registered)) {
    await shop.start(["--token", token, "--slug", slug, "--description", description, "--image", image ?? ""]);
    await shop.kill();
  }
  await shop.start();
  return shop;
}

/** The address of a key. */
export const addressOf = (key) => privateKeyToAccount(key).address;
