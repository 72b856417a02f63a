package relay

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/x402"
)

// more returns the fee that pools take for a replacement: an eighth more.
func more(fee *big.Int) *big.Int {
	n := new(big.Int).Mul(fee, big.NewInt(9))
	return n.Div(n, big.NewInt(8)).Add(n, big.NewInt(1))
}

func higher(a, b *big.Int) *big.Int {
	if a.Cmp(b) < 0 {
		return b
	}
	return a
}

func lower(a, b *big.Int) *big.Int {
	if a.Cmp(b) > 0 {
		return b
	}
	return a
}

// fees returns the fees to offer, within MaxFee.
func (r *Relay) fees(ctx context.Context) (mint.Fees, mint.Block, error) {
	fees, err := r.Chain.Fees(ctx)
	if err != nil {
		return fees, mint.Block{}, err
	}
	if fees.Price().Cmp(r.MaxFee) > 0 {
		return fees, mint.Block{}, unavailable("gas_price", "gas costs %v wei, and at most %v are paid", fees.Price(), r.MaxFee)
	}
	fees.Cap = lower(fees.Cap, r.MaxFee)
	fees.Tip = lower(fees.Tip, fees.Cap)
	head, _, err := r.Chain.Head(ctx)
	return fees, head, err
}

// affordable returns the gwei that a transaction may cost now, and the newest block. It is an
// error if the relay's account has less.
func (r *Relay) affordable(ctx context.Context, gas uint64) (cost int64, head uint64, err error) {
	fees, newest, err := r.fees(ctx)
	if err != nil {
		return 0, 0, err
	}
	cost = inGwei(gas, fees.Cap)
	balance, err := r.Chain.Balance(ctx, r.Signer.Address())
	if err == nil && balance.Cmp(new(big.Int).Mul(big.NewInt(cost), big.NewInt(gwei))) < 0 {
		err = unavailable("relay_no_gas", "the account %s that sends payments of others has no coin for gas", r.Signer.Address())
	}
	return cost, newest.Number, err
}

func unavailable(code, format string, args ...any) error {
	return &mint.UnavailableError{Faults: []mint.Fault{{Code: code, Detail: fmt.Sprintf(format, args...)}}}
}

func inGwei(gas uint64, fee *big.Int) int64 {
	return ceilGwei(new(big.Int).Mul(new(big.Int).SetUint64(gas), fee))
}

func ceilGwei(wei *big.Int) int64 {
	n := new(big.Int).Add(wei, big.NewInt(gwei-1))
	return n.Div(n, big.NewInt(gwei)).Int64()
}

var (
	selectorVRS   = common.FromHex("0xe3ee160e") // transferWithAuthorization(…,uint8 v,bytes32 r,bytes32 s)
	selectorBytes = common.FromHex("0xcf092995") // transferWithAuthorization(…,bytes signature)
)

// calldata returns the call of an authorization: the form with v, r and s for 65 bytes, which every
// EIP-3009 asset has, and that with bytes otherwise.
func calldata(a *x402.Authorization, signature []byte) []byte {
	words := func(data []byte) []byte {
		for _, w := range [][]byte{a.From[:], a.To[:], a.Value.Bytes(), a.ValidAfter.Bytes(), a.ValidBefore.Bytes(), a.Nonce[:]} {
			data = append(data, common.LeftPadBytes(w, 32)...)
		}
		return data
	}
	if normal, err := x402.NormalSignature(signature); err == nil {
		data := words(append([]byte{}, selectorVRS...))
		data = append(data, common.LeftPadBytes(normal[64:], 32)...)
		return append(data, normal[:64]...)
	}
	word := func(n int) []byte { return common.LeftPadBytes(binary.BigEndian.AppendUint64(nil, uint64(n)), 32) }
	data := words(append([]byte{}, selectorBytes...))
	data = append(append(data, word(7*32)...), word(len(signature))...)
	data = append(data, signature...)
	return append(data, make([]byte, (32-len(signature)%32)%32)...)
}
