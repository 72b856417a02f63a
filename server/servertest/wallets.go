package servertest

import (
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
)

// Wallets as bytecode: the answer of each when the token asks whether a
// signature is good (ERC-1271).
var (
	Says   = common.FromHex("0x631626ba7e60e01b5f5260205ff3") // yes, to anything
	Denies = common.FromHex("0x60205ff3")                     // no
	Burns  = common.FromHex("0x5b5f56")                       // never ends: JUMPDEST PUSH0 JUMP
	// bomb answers with as much memory as its gas buys: a megabyte of zeros.
	Bomb = common.FromHex("0x621000005ff3")
)

// Wallet is an account with code from the first block on.
func Wallet(n int64, code []byte, alloc types.GenesisAlloc) common.Address {
	a := common.BigToAddress(big.NewInt(0xc0de_0000 + n))
	alloc[a] = types.Account{Code: code, Balance: new(big.Int)}
	return a
}
