package chain_test

import (
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/rpc"

	"github.com/mint402/mint402/mint"
)

// cancel is the call of cancelAuthorization for an order, signed by its payer.
func (w *world) cancel(o mint.Order) []byte {
	sig := w.cancellation(o)
	return usdcABI.PackCancelAuthorization(o.Payer, o.Authorization.Nonce, sig[64], [32]byte(sig[:32]), [32]byte(sig[32:64]))
}

// cancellation is the payer's signature over EIP-3009's CancelAuthorization.
func (w *world) cancellation(o mint.Order) []byte {
	w.t.Helper()
	typeHash := crypto.Keccak256([]byte("CancelAuthorization(address authorizer,bytes32 nonce)"))
	message := crypto.Keccak256(typeHash, common.LeftPadBytes(o.Payer[:], 32), o.Authorization.Nonce[:])
	separator := w.launch.Asset.Domain(w.launch.ChainID).Separator()
	sig, err := crypto.Sign(crypto.Keccak256([]byte{0x19, 1}, separator[:], message), w.keys[o.Payer])
	if err != nil {
		w.t.Fatal(err)
	}
	sig[64] += 27
	return sig
}

// call is a bare eth_call at the newest block.
func call(w *world, to common.Address, input []byte, out *string) error {
	conn, err := rpc.DialContext(w.ctx, w.d.URL)
	if err != nil {
		return err
	}
	defer conn.Close()
	return conn.CallContext(w.ctx, out, "eth_call", map[string]any{"to": to, "input": hexutil.Bytes(input)}, "latest")
}
