package servertest

import (
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
)

// Bytecode of wallets. Each answers in its own way when the token asks whether a signature
// is valid (ERC-1271).
var (
	// Says accepts every signature.
	Says = common.FromHex("0x631626ba7e60e01b5f5260205ff3")
	// Denies accepts no signature.
	Denies = common.FromHex("0x60205ff3")
	// Burns never ends, and uses all gas: JUMPDEST PUSH0 JUMP.
	Burns = common.FromHex("0x5b5f56")
	// Bomb answers with 1 MiB of zeros, which costs about 2.2 million gas.
	Bomb = common.FromHex("0x621000005ff3")
)

// Wallet adds an account with code to the chain's first state, and returns its address. n
// makes the address different from that of other wallets.
func Wallet(n int64, code []byte, alloc types.GenesisAlloc) common.Address {
	a := common.BigToAddress(big.NewInt(0xc0de_0000 + n))
	alloc[a] = types.Account{Code: code, Balance: new(big.Int)}
	return a
}
