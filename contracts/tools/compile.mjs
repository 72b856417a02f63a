// Compiles one contract as an explorer will: standard JSON, every source under its import name, the settings of
// foundry.toml, no remappings. The result depends only on the sources, foundry.toml and package-lock.json.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, posix } from "node:path";
import { fileURLToPath } from "node:url";

const solc = createRequire(import.meta.url)("solc");
const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/// The compiler's version in the format of verifiers, without the build target.
export const compiler = solc.version().replace(/\.Emscripten.*/, "");

function settings() {
  const toml = readFileSync(join(root, "foundry.toml"), "utf8");
  const value = (key) => {
    const found = toml.match(new RegExp(`^${key} = (.+)$`, "m"));
    if (!found) throw new Error(`foundry.toml: no ${key}`);
    return JSON.parse(found[1]);
  };
  return {
    optimizer: { enabled: value("optimizer"), runs: value("optimizer_runs") },
    evmVersion: value("evm_version"),
    viaIR: value("via_ir"),
    metadata: { bytecodeHash: value("bytecode_hash"), appendCBOR: value("cbor_metadata") },
    outputSelection: { "*": { "*": ["abi", "evm.bytecode.object", "evm.deployedBytecode.object"] } },
  };
}

/// The path of an import name on disk, with the remappings of foundry.toml.
const path = (name) =>
  name.startsWith("src/") ? [name] : ["node_modules", name.replace(/^solady\//, "solady/src/")];

/// The sources that a file needs, by import name, sorted.
function closure(entry) {
  const found = new Map();
  const visit = (name) => {
    if (found.has(name)) return;
    const content = readFileSync(join(root, ...path(name)), "utf8");
    found.set(name, { content });
    for (const [, target] of content.matchAll(/^import\s[^"';]*["']([^"']+)["']/gm)) {
      visit(target.startsWith(".") ? posix.join(posix.dirname(name), target) : target);
    }
  };
  visit(entry);
  return Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/// The standard JSON of one contract.
export const standard = (contract) => ({ language: "Solidity", sources: closure(`src/${contract}.sol`), settings: settings() });

/// Returns the compiler's output for a standard JSON, or throws its errors.
export function compileStandard(input) {
  const output = JSON.parse(solc.compile(JSON.stringify(input)));
  const errors = (output.errors ?? []).filter((e) => e.severity === "error");
  if (errors.length) throw new Error(errors.map((e) => e.formattedMessage).join("\n"));
  return output;
}

/// Compiles a contract. `input` is the standard JSON that reproduces `creation` and `runtime` (hex without 0x).
export function compile(contract) {
  const input = standard(contract);
  const { abi, evm } = compileStandard(input).contracts[`src/${contract}.sol`][contract];
  return { abi, input, creation: evm.bytecode.object, runtime: evm.deployedBytecode.object };
}
