package relay

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/x402"
)

// Step moves every payment whose outcome can change: it reads what became of its transaction, and
// signs, sends or replaces it. It is the same after a crash, which it does not notice. A payment
// that fails to move does not stop the others.
func (r *Relay) Step(ctx context.Context) error {
	r.init()
	all, err := r.Store.Unfinal(ctx)
	if err != nil || len(all) == 0 {
		return err
	}
	head, final, err := r.Chain.Head(ctx)
	if err != nil {
		return err
	}
	var failed error
	for i := range all {
		before := all[i].state()
		if err := r.move(ctx, &all[i], head, final); err != nil {
			failed = errors.Join(failed, fmt.Errorf("payment %s: %w", all[i].ID, err))
			if errors.Is(err, mint.ErrReplaced) || !all[i].Signed {
				break // the next one would take its account nonce
			}
		}
		if p := &all[i]; p.state() != before {
			r.Log.Info("relayed", "payment", p.ID, "token", p.Token, "payer", p.Authorization.From, "outcome", string(p.Outcome), "tx", p.Tx, "reason", p.Why, "final", p.Final)
			r.announce()
		}
	}
	return failed
}

type state struct {
	outcome  Outcome
	attempts int
	tx       common.Hash
	final    bool
}

func (p *Payment) state() state { return state{p.Outcome, len(p.Attempts), p.Tx, p.Final} }

func (r *Relay) move(ctx context.Context, p *Payment, head, final mint.Block) error {
	if len(p.Attempts) == 0 {
		return r.sign(ctx, p, head)
	}
	hashes := make([]common.Hash, len(p.Attempts))
	for i, a := range p.Attempts {
		hashes[i] = a.Hash
	}
	results, err := r.Chain.Mined(ctx, hashes, head)
	if err != nil {
		return err
	}
	for _, m := range results {
		if m != nil && m.At.Block <= head.Number {
			return r.conclude(ctx, p, m, head, final)
		}
	}
	if p.Outcome != Open { // a reorg took the block of its transaction
		p.Outcome, p.Why, p.Block, p.Cost, p.Tx = Open, "", 0, 0, p.Attempts[len(p.Attempts)-1].Hash
		if err := r.Store.End(ctx, *p); err != nil {
			return err
		}
	}
	return r.push(ctx, p, head, final)
}

// conclude stores the outcome of a payment whose transaction is mined, and whether it is final.
func (r *Relay) conclude(ctx context.Context, p *Payment, m *mint.TxResult, head, final mint.Block) error {
	was := *p
	p.Tx, p.Block = m.At.Tx, m.At.Block
	if p.Cost = p.Reserved; m.Cost != nil {
		p.Cost = ceilGwei(m.Cost)
	}
	a := &p.Authorization
	use, err := r.use(ctx, p, head)
	used := use.How != mint.UseUnknown
	if err == nil && m.Reverted && !used {
		used, err = r.Chain.Used(ctx, p.Asset, a.From, a.Nonce)
	}
	switch {
	case err != nil:
		*p = was
		return err
	case use.How == mint.UsePaid && use.To == a.To && use.Value != nil && use.Value.Cmp(a.Value) == 0:
		p.Outcome, p.Why, p.Tx, p.Block = Settled, "", use.At.Tx, max(p.Block, use.At.Block)
	case use.How == mint.UseUnknown && (used || !m.Reverted) && m.At.Block > final.Number:
		*p = was // the log of its use is not there yet, and may show the payment
		return nil
	case use.How != mint.UseUnknown:
		p.Outcome, p.Why = Failed, string(x402.ReasonNonceUsed)
	default:
		p.Outcome, p.Why = Failed, string(x402.ReasonTransaction)
	}
	p.Final = p.Block <= final.Number
	if was.state() == p.state() && was.Block == p.Block {
		return nil
	}
	return r.Store.End(ctx, *p)
}

// use returns what the asset logged about the payment's nonce.
func (r *Relay) use(ctx context.Context, p *Payment, head mint.Block) (mint.Use, error) {
	asset := mint.Launch{ChainID: r.ChainID, Asset: x402.Asset{Address: p.Asset}}
	key := mint.PayerKey{Payer: p.Authorization.From, Nonce: p.Authorization.Nonce}
	uses, err := r.Chain.Usage(ctx, asset, []mint.PayerKey{key}, mint.Block{Number: p.Since - min(p.Since, back)}, head)
	if err != nil {
		return mint.Use{}, err
	}
	return uses[0], nil
}

// back is how many blocks before the one at which a payment was taken its use is looked for: a reorg may move it.
const back = 64

// sign signs for a payment, stores that, and sends it. If it would not execute any more, it ends.
func (r *Relay) sign(ctx context.Context, p *Payment, head mint.Block) error {
	a := &p.Authorization
	fail := func(reason x402.Reason) error {
		p.Outcome, p.Why, p.Final, p.Cost = Failed, string(reason), true, 0
		return r.Store.End(ctx, *p)
	}
	if a.ValidBefore.Cmp(big.NewInt(r.Clock().Add(margin/2).Unix())) < 0 {
		return fail(x402.ReasonValidBefore)
	}
	gas, err := r.Chain.Try(ctx, r.Signer.Address(), p.Asset, calldata(a, p.Signature))
	var revert interface{ Term() (string, bool) }
	switch {
	case errors.As(err, &revert):
		var why *x402.RefusedError
		if errors.As(r.diagnose(ctx, p.Asset, a, err), &why) {
			return fail(why.Reason)
		}
		return err
	case err != nil:
		return err
	case gas > maxGas:
		return fail(x402.ReasonSimulation)
	}
	p.Gas = max(gas, p.Gas)
	if !p.Signed {
		known, err := r.Store.NextNonce(ctx)
		if err != nil {
			return err
		}
		onChain, err := r.Chain.AccountNonce(ctx, r.Signer.Address(), 0)
		if err != nil {
			return err
		}
		p.AccountNonce = max(known, onChain)
	}
	fees, _, err := r.fees(ctx)
	if err != nil {
		return err
	}
	return r.carry(ctx, p, head, fees.Cap, fees.Tip)
}

// carry signs a transaction of a payment, stores it, and only then sends it.
func (r *Relay) carry(ctx context.Context, p *Payment, head mint.Block, feeCap, tipCap *big.Int) error {
	chainID := new(big.Int).SetUint64(r.ChainID)
	inner := &types.DynamicFeeTx{ChainID: chainID, Nonce: p.AccountNonce, To: &p.Asset, Data: calldata(&p.Authorization, p.Signature), Gas: p.Gas, GasFeeCap: feeCap, GasTipCap: tipCap}
	tx := types.NewTx(inner)
	signature, err := r.Signer.Sign(ctx, chainID, tx)
	if err != nil {
		return err
	}
	signer := types.LatestSignerForChainID(chainID)
	if tx, err = tx.WithSignature(signer, signature); err != nil {
		return err
	}
	if from, err := types.Sender(signer, tx); err != nil || from != r.Signer.Address() {
		return fmt.Errorf("the signature is of another key than %s", r.Signer.Address())
	}
	raw, err := tx.MarshalBinary()
	if err != nil {
		return err
	}
	attempt := mint.Attempt{Hash: tx.Hash(), Raw: raw, FeeCap: feeCap, TipCap: tipCap, Block: head.Number, CreatedAt: r.Clock()}
	reserved := inGwei(p.Gas, feeCap)
	if err := r.Store.Carry(ctx, p.ID, p.AccountNonce, attempt, reserved); err != nil {
		return err
	}
	p.Signed, p.Attempts, p.Tx, p.Reserved = true, append(p.Attempts, attempt), attempt.Hash, reserved
	return r.send(ctx, p)
}

// send sends the newest transaction of a payment. A refusal is no verdict: the next step replaces or sends it again.
func (r *Relay) send(ctx context.Context, p *Payment) error {
	var refused *mint.Refusal
	err := r.Chain.Send(ctx, p.Attempts[len(p.Attempts)-1].Raw)
	if errors.As(err, &refused) && (refused.Class == mint.NonceUsed || refused.Class == mint.Outbid) {
		return nil // it, or another version of it, is there
	}
	return err
}

// push sends a transaction that is not mined again, with higher fees if it has waited.
func (r *Relay) push(ctx context.Context, p *Payment, head, final mint.Block) error {
	used, err := r.Chain.AccountNonce(ctx, r.Signer.Address(), final.Number)
	if err != nil {
		return err
	}
	if used > p.AccountNonce { // a final block has another transaction with it
		p.Signed, p.Attempts = false, nil
		return r.Store.Drop(ctx, p.ID)
	}
	last := p.Attempts[len(p.Attempts)-1]
	if head.Number < last.Block+replaceAfter {
		if head.Number > last.Block {
			return r.send(ctx, p)
		}
		return nil
	}
	fees, _, err := r.fees(ctx)
	if err != nil {
		return err
	}
	feeCap, tipCap := higher(fees.Cap, more(last.FeeCap)), higher(fees.Tip, more(last.TipCap))
	if feeCap.Cmp(r.MaxFee) > 0 {
		return r.send(ctx, p)
	}
	return r.carry(ctx, p, head, feeCap, lower(tipCap, feeCap))
}

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
		return fees, mint.Block{}, fmt.Errorf("gas costs %v wei, and at most %v are paid", fees.Price(), r.MaxFee)
	}
	fees.Cap = lower(fees.Cap, r.MaxFee)
	fees.Tip = lower(fees.Tip, fees.Cap)
	head, _, err := r.Chain.Head(ctx)
	return fees, head, err
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
