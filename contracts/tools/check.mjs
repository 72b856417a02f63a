// Checks that the tested code is the shipped code. The bindings must be those of the sources, and their code must equal
// forge's byte for byte, although forge compiles with remapped paths and explorers with import names. Needs `forge build`.
// Exits 1 on a difference.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { compile } from "./compile.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const read = (path) => readFileSync(join(root, path), "utf8");
let stale = false;
const expect = (what, same) => {
  if (same) return;
  stale = true;
  console.error(`${what}: differs; run generate.sh`);
};
const runtimes = read("../bindings/runtime.go");
for (const name of ["Launch", "DeployAndMint", "TestUSDC", "Multicall3"]) {
  const built = compile(name);
  const tested = JSON.parse(read(`out/${name}.sol/${name}.json`));
  const go = read(`../bindings/${name.toLowerCase()}.go`);
  expect(`${name}: creation code against forge`, tested.bytecode.object === "0x" + built.creation);
  expect(`${name}: runtime code against forge`, tested.deployedBytecode.object === "0x" + built.runtime);
  expect(`${name}: creation code in Go`, go.includes(built.creation));
  expect(`${name}: ABI`, read(`../bindings/${name.toLowerCase()}.abi.json`) === JSON.stringify(built.abi, null, 1) + "\n");
  if (name === "Launch") {
    expect("launch.verify.json", read("../bindings/launch.verify.json") === JSON.stringify(built.input, null, 1) + "\n");
  } else if (name !== "DeployAndMint") expect(`${name}: runtime code in Go`, runtimes.includes(built.runtime));
}
if (stale) process.exit(1);
console.log("bindings are those of the sources, their code is what forge tested");
