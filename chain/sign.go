package chain

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/params"

	"github.com/mint402/mint402/mint"
)

// MaxBatch is the maximum number of orders in one transaction. That many fit into
// EIP-7825's 16,777,216 gas, with a margin for wallets that burn theirs.
const MaxBatch = 150

// Amounts of gas for the gas limits that SignBatch computes.
const (
	// itemGas is the gas of one honest mint, including calldata, for a payer new to the
	// token: 77,000 in a batch on USDC, plus a margin.
	itemGas = 88_000
	// walletGas is added for a signature that only a wallet with code can have made. It
	// covers the most that its verification may use and still be accepted.
	walletGas = 115_000
	// byteGas is one byte of signature beyond the usual 65, at EIP-7623's floor.
	byteGas = 40
	// attemptGas is the gas that the contract requires before it attempts an item: the
	// asset's 200,000, the 64th of it that EIP-150 keeps back, and its own reserve.
	attemptGas = 275_000
	// burners is how many items may burn all the gas that the asset is given, beyond
	// that of an honest item, without stopping the items behind them. A launch's first
	// mint, which needs up to 130,000 more, fits in as well.
	burners, burnGas = 3, 200_000
)

// batchGas returns the gas limit of a batch.
func batchGas(orders []mint.Order) uint64 {
	gas := params.TxGas + attemptGas + burners*burnGas
	for _, o := range orders {
		gas += itemGas
		if extra := len(inner(o)) - 65; extra > 0 || o.Deploys() {
			gas += walletGas + uint64(max(extra, 0))*byteGas
		}
	}
	return min(gas, params.MaxTxGas)
}

// Limits of a transaction. Pools accept 131,072 bytes; EIP-7825 allows 16,777,216 gas.
// Both limits here keep a margin, for the fields around the calls and for nodes that
// count differently.
const (
	maxBytes  = 120_000
	poolBytes = 131_072
	maxGas    = params.MaxTxGas - 77_216
)

// Bytes of calldata, for the sums in Fits: mintBatch without payments, and one payment
// without its signature.
const (
	batchBytes = 4 + 4*32
	itemBytes  = 32 + 6*32 + 32
)

// Fits implements [mint.Chain].
func (c *Client) Fits(orders []mint.Order) int {
	limit := maxGas
	if block := c.blockGas.Load(); block > 0 {
		limit = min(limit, block)
	}
	bytes := batchBytes
	for i, o := range orders {
		bytes += itemBytes + padded(inner(o))
		if i > 0 && (i == MaxBatch || bytes > maxBytes || !c.deploys.fits(orders[:i+1], bytes, batchGas(orders[:i+1]), limit)) {
			return i
		}
	}
	return len(orders)
}

// settledGas returns the gas limit of a settled call: 83,000 on USDC for a mint or a
// refund, and a word of calldata and two hashes for each id of the history.
func settledGas(proof mint.Proof) uint64 {
	return min(250_000+2_500*uint64(len(proof.IDs)), params.MaxTxGas)
}

// packBatch encodes mintBatch. It sets no minimum number of attempts: if the gas does
// not reach the last items, the mints before them must not be undone.
//
// A bit for each order says that its payer had no code when the payment was taken. The
// contract skips such a payer if it has code by then.
//
// It writes the words of the contract ABI itself: a list of tuples, each with one dynamic
// part. The bindings do that by reflection, in ten times the time and memory, and every
// payment is encoded twice, to be simulated and to be signed.
func packBatch(orders []mint.Order) (input []byte, gas uint64, err error) {
	if len(orders) > MaxBatch {
		return nil, 0, fmt.Errorf("%d orders, but a batch holds at most %d", len(orders), MaxBatch)
	}
	size := batchBytes
	for _, o := range orders {
		size += itemBytes + padded(inner(o))
	}
	input = make([]byte, size)
	copy(input, launchSpec.Methods["mintBatch"].ID)
	list := input[batchBytes:]
	putWord(input[4:], 3*32) // where the list begins; the next word is the minimum, zero
	codeless := input[4+2*32:][:32]
	putWord(input[4+3*32:], len(orders))
	at := 32 * len(orders)
	for i, o := range orders {
		putWord(list[32*i:], at)
		item := list[at:]
		if o.Codeless {
			codeless[31-i/8] |= 1 << (i % 8)
		}
		copy(item[12:32], o.Payer[:])
		putWord(item[32:], int(o.Quantity))
		for j, n := range []*big.Int{o.Authorization.ValidAfter, o.Authorization.ValidBefore} {
			if n = orZero(n); n.Sign() < 0 || n.BitLen() > 256 {
				return nil, 0, fmt.Errorf("encode mintBatch: order %s: %s is no uint256", o.ID, n)
			}
			n.FillBytes(item[(2+j)*32:][:32])
		}
		copy(item[4*32:], o.Authorization.Nonce[:])
		signature := inner(o)
		putWord(item[5*32:], 6*32) // where the signature begins
		putWord(item[6*32:], len(signature))
		copy(item[7*32:], signature)
		at += itemBytes - 32 + padded(signature)
	}
	return input, batchGas(orders), nil
}

// putWord writes a number that is not negative as a word of 32 zero bytes.
func putWord(word []byte, n int) { binary.BigEndian.PutUint64(word[24:], uint64(n)) }

// padded returns how many bytes of whole words hold b.
func padded(b []byte) int { return (len(b) + 31) / 32 * 32 }

// SignBatch implements [mint.Chain].
func (c *Client) SignBatch(ctx context.Context, launch mint.Launch, orders []mint.Order, sender common.Address, accountNonce uint64, feeCap, tipCap *big.Int) (mint.Attempt, error) {
	input, gas, err := packBatch(orders)
	if err != nil {
		return mint.Attempt{}, fmt.Errorf("sign batch: %w", err)
	}
	to, input, gas := c.deploys.creating(launch.Token, orders, input, gas)
	return signerOf(c).attempt(ctx, to, input, gas, sender, accountNonce, feeCap, tipCap)
}

// SignSettled implements [mint.Chain].
func (c *Client) SignSettled(ctx context.Context, launch mint.Launch, call mint.SettledCall, minter common.Address, accountNonce uint64, feeCap, tipCap *big.Int) (mint.Attempt, error) {
	return signerOf(c).attempt(ctx, &launch.Token, PackSettled(call), settledGas(call.Proof), minter, accountNonce, feeCap, tipCap)
}

// Resign implements [mint.Chain].
func (c *Client) Resign(ctx context.Context, attempt mint.Attempt, sender common.Address, feeCap, tipCap *big.Int) (mint.Attempt, error) {
	var tx types.Transaction
	if err := tx.UnmarshalBinary(attempt.Raw); err != nil {
		return mint.Attempt{}, fmt.Errorf("resign %s: %w", attempt.Hash, err)
	}
	return signerOf(c).attempt(ctx, tx.To(), tx.Data(), tx.Gas(), sender, tx.Nonce(), feeCap, tipCap)
}

// signer signs transactions for one chain.
type signer struct {
	keys    Keys
	chainID uint64
}

func signerOf(c *Client) signer { return signer{c.Keys, c.ChainID()} }

// attempt signs a transaction. Without a recipient it creates a contract.
func (s signer) attempt(ctx context.Context, to *common.Address, input []byte, gas uint64, from common.Address, accountNonce uint64, feeCap, tipCap *big.Int) (mint.Attempt, error) {
	tx, err := s.sign(ctx, from, &types.DynamicFeeTx{
		Nonce: accountNonce, To: to, Data: input, Gas: gas, GasFeeCap: feeCap, GasTipCap: tipCap,
	})
	if err != nil {
		return mint.Attempt{}, err
	}
	raw, err := tx.MarshalBinary()
	if err != nil {
		return mint.Attempt{}, fmt.Errorf("encode transaction: %w", err)
	}
	if len(raw) > poolBytes {
		return mint.Attempt{}, fmt.Errorf("%w: it has %d bytes, and pools accept at most %d", mint.ErrTooLarge, len(raw), poolBytes)
	}
	return mint.Attempt{
		Hash: tx.Hash(), Raw: raw, FeeCap: new(big.Int).Set(feeCap), TipCap: new(big.Int).Set(tipCap),
	}, nil
}

// sign signs an EIP-1559 transaction for the chain of the nodes. Only the signature of a key
// outside this process is used, and only if the key's account is recovered from it: whatever
// else the signer returns, every other field of the transaction is ours.
func (s signer) sign(ctx context.Context, from common.Address, inner *types.DynamicFeeTx) (*types.Transaction, error) {
	key, err := s.keys.of(from)
	if err != nil {
		return nil, fmt.Errorf("sign transaction: %w", err)
	}
	if inner.GasFeeCap.Cmp(inner.GasTipCap) < 0 {
		return nil, fmt.Errorf("sign transaction: fee cap %s is below the tip %s", inner.GasFeeCap, inner.GasTipCap)
	}
	id := new(big.Int).SetUint64(s.chainID)
	inner.ChainID = id
	scheme, tx := types.LatestSignerForChainID(id), types.NewTx(inner)
	signature, err := key.Sign(ctx, id, tx)
	if err != nil {
		return nil, fmt.Errorf("sign transaction: %w", err)
	}
	signed, err := withSignature(scheme, tx, from, signature)
	if err != nil {
		return nil, fmt.Errorf("sign transaction: signer %s: %w", key, err)
	}
	return signed, nil
}

// withSignature adds a signature to a transaction. It returns an error if a node would refuse
// the signature, or count the transaction as that of another account.
func withSignature(scheme types.Signer, tx *types.Transaction, from common.Address, signature []byte) (*types.Transaction, error) {
	if len(signature) != crypto.SignatureLength {
		return nil, fmt.Errorf("the signature has %d bytes, not %d", len(signature), crypto.SignatureLength)
	}
	r, s := new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:64])
	if !crypto.ValidateSignatureValues(signature[64], r, s, true) {
		return nil, errors.New("the signature is not valid: r, s or the recovery id is out of range, or s is in the upper half")
	}
	signed, err := tx.WithSignature(scheme, signature)
	if err != nil {
		return nil, err
	}
	sender, err := types.Sender(scheme, signed)
	if err != nil {
		return nil, fmt.Errorf("the signature is of no account: %w", err)
	}
	if sender != from {
		return nil, fmt.Errorf("the signature is of %s, not of %s, or is for another transaction", sender, from)
	}
	return signed, nil
}
