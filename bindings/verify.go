// Code generated from contracts by generate.sh. DO NOT EDIT.

package bindings

import _ "embed"

// LaunchCompiler is the solc release that compiled Launch, as explorers and Sourcify name it.
const LaunchCompiler = "0.8.37+commit.f401782d"

// LaunchSource names Launch inside LaunchVerifyInput: file, colon, contract.
const LaunchSource = "src/Launch.sol:Launch"

// LaunchVerifyInput is the compiler's standard JSON input for Launch, with every source in it: what explorers and
// Sourcify verify a launch from.
//
//go:embed launch.verify.json
var LaunchVerifyInput []byte
