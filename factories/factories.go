// Package factories is about wallets that are not deployed when they pay (ERC-6492): which
// factories may be called to deploy one, and the transaction that calls them and then a launch.
//
// A payer chooses the call of the factory. So it is made by a new address, which has no right
// and no money anywhere: that of the contract creation that carries the batch. No key of this
// server makes it.
package factories

import (
	"fmt"
	"math"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/mint402/mint402/bindings"
)

// Gas is the most gas that one call of a factory may use. A Safe with a module needs 330,000,
// an account with two passkeys about 400,000.
const Gas = 450_000

// MaxInput is the maximum size of the input of a contract creation, in bytes (EIP-3860).
const MaxInput = 49_152

// A List is the factories that may be called, with the name of the wallet that each deploys.
type List map[common.Address]string

// Known returns the factories of common wallets. Each has the same address on every chain that
// has it. Sources: the npm packages @safe-global/safe-deployments, viem, permissionless,
// @metamask/delegation-deployments, @zerodev/sdk and @account-kit/smart-contracts.
func Known() List {
	list := List{}
	for name, addresses := range known {
		for _, a := range addresses {
			list[common.HexToAddress(a)] = name
		}
	}
	return list
}

var known = map[string][]string{
	"Coinbase Smart Wallet 1":   {"0x0BA5ED0c6AA8c49038F819E587E2633c4A9F428a"},
	"Coinbase Smart Wallet 1.1": {"0xBA5ED110eFDBa3D005bfC882d75358ACBbB85842"},
	"Safe 1.3.0":                {"0xa6B71E26C5e0845f74c812102Ca7114b6a896AB2", "0xC22834581EbC8527d974F8a1c97E1bEA4EF910BC"},
	"Safe 1.4.1":                {"0x4e1DCf7AD4e460CfD30791CCC4F9c8a4f820ec67"},
	"Safe 1.5.0":                {"0x14F2982D601c9458F93bd70B218933A6f8165e7b"},
	"MetaMask Smart Account":    {"0x69Aa2f9fe1572F1B640E1bbc512f5c3a734fc77c"},
	"Kernel 3": {"0xd703aaE79538628d27099B8c4f621bE4CCd142d5", "0x6723b44Abeec4E71eBE3232BD5B455805baDD22f",
		"0xaac5D4240AF87249B3f71BC8E4A2cae074A3E419", "0x7a1dBAB750f12a90EB1B60D2Ae3aD17D4D81EfFe", "0x2577507b78c2008Ff367261CB6285d44ba5eF2E9"},
	"Kernel 2":         {"0x5de4839a76cf55d0c90e2061ef4386d962E15ae3"},
	"Light Account 1":  {"0x00004EC70002a32400f8ae005A26081065620D20"},
	"Light Account 2":  {"0x0000000000400CdFef5E2714E63d8040b700BC24"},
	"Biconomy 2":       {"0x000000a56Aaca3e9a4C479ea6b6CD0DbcB6634F5"},
	"Biconomy Nexus":   {"0x00000bb19a3579F4D779215dEf97AFbd0e30DB55"},
	"thirdweb Account": {"0x85e23b94e7F5E9cC1fF78BCe78cfb15B81f0DF00", "0x4be0ddfebca9a5a4a617dee4dece99e7c862dceb"},
}

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

// A Creation is a transaction without a recipient: it calls the factories, each with its own
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
