// Writes the files that Go needs from the contracts into the first folder of the command line. The input of abigen goes to
// the second, a scratch folder. Called by generate.sh.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { compile, compiler } from "./compile.mjs";

const [bindings, scratch] = process.argv.slice(2);
mkdirSync(bindings, { recursive: true });
const built = Object.fromEntries(["Launch", "DeployAndMint", "TestUSDC", "Multicall3"].map((name) => [name, compile(name)]));
for (const [name, { abi, creation }] of Object.entries(built)) {
  writeFileSync(join(scratch, `${name}.abi`), JSON.stringify(abi));
  writeFileSync(join(scratch, `${name}.bin`), creation);
  writeFileSync(join(bindings, `${name.toLowerCase()}.abi.json`), JSON.stringify(abi, null, 1) + "\n");
}
writeFileSync(join(bindings, "launch.verify.json"), JSON.stringify(built.Launch.input, null, 1) + "\n");
writeFileSync(
  join(bindings, "runtime.go"),
  `// Code generated from contracts by generate.sh. DO NOT EDIT.

package bindings

import "github.com/ethereum/go-ethereum/common"

// TestUSDCRuntime is the deployed code of TestUSDC. It has no immutables and no constructor state, so a genesis block
// may carry it at any address.
var TestUSDCRuntime = common.FromHex("0x${built.TestUSDC.runtime}")

// Multicall3Runtime is the deployed code of Multicall3, as TestUSDCRuntime.
var Multicall3Runtime = common.FromHex("0x${built.Multicall3.runtime}")
`,
);
writeFileSync(
  join(bindings, "verify.go"),
  `// Code generated from contracts by generate.sh. DO NOT EDIT.

package bindings

import _ "embed"

// LaunchCompiler is the solc release that compiled Launch, as explorers and Sourcify name it.
const LaunchCompiler = "${compiler}"

// LaunchSource names Launch inside LaunchVerifyInput: file, colon, contract.
const LaunchSource = "src/Launch.sol:Launch"

// LaunchVerifyInput is the compiler's standard JSON input for Launch, with every source in it: what explorers and
// Sourcify verify a launch from.
//
//go:embed launch.verify.json
var LaunchVerifyInput []byte
`,
);
