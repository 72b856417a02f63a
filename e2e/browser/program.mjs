// Starts, reads and kills the built program. Every process is ended by its own id when
// the tests end, even if they fail.
import { execFile, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { until } from "./until.mjs";

export const repository = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const run = promisify(execFile);

const scratch = mkdtempSync(join(tmpdir(), "mint402-browser-"));
const running = new Set();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
  rmSync(scratch, { recursive: true, force: true });
});
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1));

/** Creates a directory that is removed when the tests end. */
export const directory = (name) => mkdtempSync(join(scratch, `${name}-`));

let built;
/** The path of the program: $MINT402_PROGRAM, or a build that is made once. */
export function program() {
  built ??= process.env.MINT402_PROGRAM
    ? Promise.resolve(process.env.MINT402_PROGRAM)
    : (async () => {
        const path = join(scratch, "mint402");
        await run("go", ["build", "-o", path, "."], { cwd: repository });
        return path;
      })();
  return built;
}

/** The environment for the program, without variables that would configure it by accident. */
const environment = (add) => ({ PATH: process.env.PATH, HOME: process.env.HOME, MINT402_ENV_FILE: "", ...add });

/** Runs a verb to its end and returns its output. */
export async function verb(args, env = {}) {
  const { stdout } = await run(await program(), args, { env: environment(env), cwd: scratch, timeout: 240_000 });
  return stdout;
}

/** Starts a verb that runs until it is killed. */
export async function start(args, env = {}) {
  const child = spawn(await program(), args, { env: environment(env), cwd: directory("run"), stdio: ["ignore", "pipe", "pipe"] });
  running.add(child);
  const service = { child, out: "", err: "" };
  child.stdout.on("data", (data) => (service.out += data));
  child.stderr.on("data", (data) => (service.err += data));
  service.ended = new Promise((resolve) => child.on("exit", () => resolve(running.delete(child))));
  service.alive = () => running.has(child);
  /** Sends SIGKILL and waits for the exit. */
  service.kill = async () => {
    child.kill("SIGKILL");
    await service.ended;
  };
  service.said = (what, find) =>
    until(what, () => {
      const found = find(service);
      if (!found && !service.alive()) throw Object.assign(new Error(`${args[0]} ended:\n${service.out}${service.err}`), { hopeless: true });
      return found;
    });
  return service;
}

/** The demo: a chain, test USDC, tokens on sale and the server, on free ports. page is the URL of the first launch. */
export async function startDemo() {
  const service = await start(["demo", "--listen", "127.0.0.1:0", "--rpc-listen", "127.0.0.1:0", "--json"]);
  const shown = await service.said("the demo is ready", ({ out }) => {
    try {
      return JSON.parse(out);
    } catch {
      return undefined;
    }
  });
  return { ...shown, page: `${shown.url}/l/demo`, kill: service.kill };
}

/**
 * Returns an address for a server that is killed and restarted at the same address.
 * Its port is below the usual range of outgoing connections, so that none of them
 * takes it while the server is down.
 */
export async function freeAddress() {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 20_000);
    const probe = createServer();
    const free = await new Promise((resolve) => probe.once("error", () => resolve(false)).listen(port, "127.0.0.1", () => resolve(true)));
    if (!free) continue;
    await new Promise((resolve) => probe.close(resolve));
    return `127.0.0.1:${port}`;
  }
}
