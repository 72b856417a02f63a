// Package creation encodes the transaction that first deploys payers' wallets (ERC-6492) and then
// calls a launch: a contract creation that leaves no contract.
//
// The calls of the factories come from the new address, which has no right and no money
// anywhere. No key of ours makes them.
package creation

import (
	"fmt"
	"math"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/mint402/mint402/bindings"
)

// MaxInput is the maximum size of the input of a contract creation, in bytes (EIP-3860).
const MaxInput = 49_152

// A Deployment is a factory's call that deploys a wallet.
type Deployment struct {
	Wallet  common.Address
	Factory common.Address
	Call    []byte // calldata
}

// ID identifies the call.
func (d Deployment) ID() common.Hash {
	return crypto.Keccak256Hash(d.Wallet[:], d.Factory[:], d.Call)
}

// size is the number of bytes that a deployment adds to a creation's input.
func (d Deployment) size() int { return 6*32 + (len(d.Call)+31)/32*32 }

// Size returns the number of bytes of a creation's input for a launch's input of that size.
func Size(deployments []Deployment, input int) int {
	size := len(code) + 6*32 + (input+31)/32*32
	for _, d := range deployments {
		size += d.size()
	}
	return size
}

var (
	spec = bindings.NewDeployAndMint()
	code = common.FromHex(bindings.DeployAndMintMetaData.Bin)
)

// A Creation is a transaction without a recipient. It calls the factories, each with its own
// limit of gas, and then a launch.
type Creation struct {
	Launch      common.Address
	Deployments []Deployment
	Gas         []uint64 // the limit of each
	Input       []byte   // for the launch
}

// Code returns the input of the transaction. With show, it is for a simulation: its output is
// for Shown.
func (c Creation) Code(show bool) []byte {
	calls := make([]bindings.DeployAndMintDeployment, len(c.Deployments))
	for i, d := range c.Deployments {
		calls[i] = bindings.DeployAndMintDeployment{Wallet: d.Wallet, Factory: d.Factory, Gas: new(big.Int).SetUint64(c.Gas[i]), Call: d.Call}
	}
	return append(append(make([]byte, 0, Size(c.Deployments, len(c.Input))), code...), spec.PackConstructor(c.Launch, show, calls, c.Input)...)
}

// Overhead returns the gas of a creation beyond that of its calls, for a launch's input of that
// size: of its own code and input, and to read them.
func Overhead(deployments []Deployment, input int) uint64 {
	size := uint64(Size(deployments, input))
	words := size / 32
	// The creation; 40 for each byte that the launch's call does not have (EIP-7623's floor);
	// the memory, with everything in it twice; 15,000 for each wallet and factory that is
	// looked at for the first time.
	return 40_000 + 40*(size-uint64(input)) + 10*words + words*words/64 + 15_000*uint64(len(deployments))
}

// Shows returns the gas of a simulation for its output, beyond that of the creation, if the
// launch's own output has that many bytes.
func Shows(deployments []Deployment, output int) uint64 {
	return 200 * uint64(output+32*len(deployments))
}

// NotDeployed is in place of gas for a wallet that has no code after its factory's call.
const NotDeployed = math.MaxUint64

// Shown splits the output of a simulation into the launch's own output and the gas that each
// of n deployments used, NotDeployed if there is no wallet then, and 0 if there was one before.
func Shown(out []byte, n int) (answer []byte, gas []uint64, err error) {
	at := len(out) - 32*n
	if at < 0 {
		return nil, nil, fmt.Errorf("the simulation of %d deployments has an output of %d bytes", n, len(out))
	}
	gas = make([]uint64, n)
	for i := range gas {
		word := new(big.Int).SetBytes(out[at+32*i:][:32])
		if gas[i] = NotDeployed; word.IsUint64() {
			gas[i] = word.Uint64()
		}
	}
	return out[:at:at], gas, nil
}

// LaunchOf returns the launch that a creation at an address called, from one of its logs.
func LaunchOf(address common.Address, log common.Address, topics []common.Hash) (common.Address, bool) {
	if log != address || len(topics) != 2 || topics[0] != callsTopic {
		return common.Address{}, false
	}
	return common.BytesToAddress(topics[1][:]), true
}

var callsTopic = crypto.Keccak256Hash([]byte("Calls(address)"))
