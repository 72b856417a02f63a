package chain

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/bindings"
)

// launchABI is the ABI of every launch.
var (
	launchABI  = bindings.NewLaunch()
	launchSpec = launchABI.GetABI()
)

// assetSpec is the part of an asset's ABI that we use: EIP-20, EIP-3009, and the
// additions of USDC.
var assetSpec = parseABI(`[
 {"type":"function","name":"name","stateMutability":"view","inputs":[],"outputs":[{"type":"string"}]},
 {"type":"function","name":"version","stateMutability":"view","inputs":[],"outputs":[{"type":"string"}]},
 {"type":"function","name":"symbol","stateMutability":"view","inputs":[],"outputs":[{"type":"string"}]},
 {"type":"function","name":"decimals","stateMutability":"view","inputs":[],"outputs":[{"type":"uint8"}]},
 {"type":"function","name":"DOMAIN_SEPARATOR","stateMutability":"view","inputs":[],"outputs":[{"type":"bytes32"}]},
 {"type":"function","name":"balanceOf","stateMutability":"view","inputs":[{"type":"address"}],"outputs":[{"type":"uint256"}]},
 {"type":"function","name":"authorizationState","stateMutability":"view","inputs":[{"type":"address"},{"type":"bytes32"}],"outputs":[{"type":"bool"}]},
 {"type":"function","name":"paused","stateMutability":"view","inputs":[],"outputs":[{"type":"bool"}]},
 {"type":"function","name":"isBlacklisted","stateMutability":"view","inputs":[{"type":"address"}],"outputs":[{"type":"bool"}]},
 {"type":"event","name":"Transfer","inputs":[{"name":"from","type":"address","indexed":true},{"name":"to","type":"address","indexed":true},{"name":"value","type":"uint256"}]},
 {"type":"event","name":"AuthorizationUsed","inputs":[{"name":"authorizer","type":"address","indexed":true},{"name":"nonce","type":"bytes32","indexed":true}]},
 {"type":"event","name":"AuthorizationCanceled","inputs":[{"name":"authorizer","type":"address","indexed":true},{"name":"nonce","type":"bytes32","indexed":true}]}
]`)

// cancelSpec has EIP-3009's cancelAuthorization. cancelWith is the form of v2.2, which
// takes bytes as the signature, for wallets with code.
var (
	cancelSpec = parseABI(`[{"type":"function","name":"cancelAuthorization","inputs":[{"type":"address"},{"type":"bytes32"},{"type":"uint8"},{"type":"bytes32"},{"type":"bytes32"}]}]`)
	cancelWith = parseABI(`[{"type":"function","name":"cancelAuthorization","inputs":[{"type":"address"},{"type":"bytes32"},{"type":"bytes"}]}]`)
)

var (
	transferTopic = assetSpec.Events["Transfer"].ID
	usedTopic     = assetSpec.Events["AuthorizationUsed"].ID
	canceledTopic = assetSpec.Events["AuthorizationCanceled"].ID
	mintedTopic   = launchSpec.Events["Minted"].ID
	skippedTopic  = launchSpec.Events["Skipped"].ID
	refundedTopic = launchSpec.Events["Refunded"].ID
	withdrawn     = launchSpec.Events["Withdrawn"].ID
)

func parseABI(s string) abi.ABI {
	parsed, err := abi.JSON(strings.NewReader(s))
	if err != nil {
		panic("chain: parse ABI: " + err.Error())
	}
	return parsed
}

// packAsset encodes a call. The argument types are right by construction, so an error
// is a panic.
func packAsset(method string, args ...any) []byte {
	input, err := assetSpec.Pack(method, args...)
	if err != nil {
		panic("chain: pack " + method + ": " + err.Error())
	}
	return input
}

// answer decodes the only output of a method.
func answer[T any](method string, output []byte) (T, error) {
	var zero T
	if len(output) == 0 {
		return zero, fmt.Errorf("%s: %w", method, errEmpty)
	}
	values, err := assetSpec.Unpack(method, output)
	if err != nil {
		return zero, fmt.Errorf("%s: %w", method, err)
	}
	value, ok := values[0].(T)
	if !ok {
		return zero, fmt.Errorf("%s: unexpected type %T", method, values[0])
	}
	return value, nil
}

// count converts a number of allotments, which the contract keeps in 64 bits.
func count(n *big.Int) (int64, error) {
	if !n.IsInt64() {
		return 0, fmt.Errorf("%s allotments do not fit 63 bits", n)
	}
	return n.Int64(), nil
}

func word(b [32]byte) common.Hash { return common.Hash(b) }
