package relay

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"slices"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/x402"
)

// Step moves every payment with an outcome that can change: it reads whether its transaction is mined, and
// signs, sends or replaces it. It is the same after a crash, which it does not notice. A payment
// that fails to move does not stop the others. Of a payment with an outcome only a new block has news.
func (r *Relay) Step(ctx context.Context) error {
	r.stepping.Lock()
	defer r.stepping.Unlock()
	r.init()
	all, err := r.Store.Unfinal(ctx)
	if err != nil || len(all) == 0 {
		r.count(func(f *figures) { f.unfinal = 0 })
		return err
	}
	head, final, err := r.Chain.Head(ctx)
	if err != nil {
		return err
	}
	unfinal := len(all)
	r.count(func(f *figures) { f.unfinal = unfinal })
	now := [2]mint.Block{head, final}
	if now == r.blocks {
		all = slices.DeleteFunc(all, func(p Payment) bool { return p.Outcome != Open })
	}
	r.blocks = [2]mint.Block{}
	mined, err := r.mined(ctx, all, head)
	if err != nil {
		return err
	}
	var failed error
	for i := range all {
		p := &all[i]
		before := p.state()
		if err := r.move(ctx, p, mined, head, final); err != nil {
			failed = errors.Join(failed, fmt.Errorf("payment %s: %w", p.ID, err))
			if errors.Is(err, mint.ErrReplaced) {
				break
			}
			continue // what it became may not be stored
		}
		if p.state() != before {
			r.Log.Info("relayed", "payment", p.ID, "token", p.Token, "payer", p.Authorization.From, "outcome", string(p.Outcome), "tx", p.Tx, "reason", p.Why, "final", p.Final)
			if p.Outcome != before.outcome && p.Outcome != Open {
				r.count(func(f *figures) { f.outcomes[p.Outcome]++ })
			}
			r.announce()
		}
	}
	if failed == nil {
		r.blocks = now
	}
	return failed
}

// mined returns the results of all transactions of the payments that are mined, by hash.
func (r *Relay) mined(ctx context.Context, all []Payment, head mint.Block) (map[common.Hash]*mint.TxResult, error) {
	var hashes []common.Hash
	for i := range all {
		for _, a := range all[i].Attempts {
			hashes = append(hashes, a.Hash)
		}
	}
	if len(hashes) == 0 {
		return nil, nil
	}
	results, err := r.Chain.Mined(ctx, hashes, head)
	if err != nil {
		return nil, err
	}
	mined := map[common.Hash]*mint.TxResult{}
	for i, m := range results {
		if m != nil && m.At.Block <= head.Number {
			mined[hashes[i]] = m
		}
	}
	return mined, nil
}

type state struct {
	outcome  Outcome
	attempts int
	tx       common.Hash
	final    bool
}

func (p *Payment) state() state { return state{p.Outcome, len(p.Attempts), p.Tx, p.Final} }

func (r *Relay) move(ctx context.Context, p *Payment, mined map[common.Hash]*mint.TxResult, head, final mint.Block) error {
	if len(p.Attempts) == 0 {
		return r.sign(ctx, p, head, final)
	}
	for _, a := range p.Attempts {
		if m := mined[a.Hash]; m != nil {
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

// sign signs for a payment, stores that, and sends it. If it would not execute any more, it ends.
func (r *Relay) sign(ctx context.Context, p *Payment, head, final mint.Block) error {
	a := &p.Authorization
	if p.Outcome != Open { // by a stranger's transaction, which a reorg may take back
		was := p.Block
		if known, err := r.lookElsewhere(ctx, p, head, final); known || err != nil {
			return err
		}
		if was > final.Number {
			p.Outcome, p.Why, p.Block, p.Tx = Open, "", 0, common.Hash{}
			return r.Store.End(ctx, *p)
		}
		return nil
	}
	if a.ValidBefore.Cmp(big.NewInt(r.Clock().Add(margin/2).Unix())) < 0 {
		return r.abandon(ctx, p, nil, head, final)
	}
	gas, err := r.Chain.Try(ctx, r.Signer.Address(), p.Asset, calldata(a, p.Signature), 0)
	switch {
	case isRevert(err):
		return r.abandon(ctx, p, err, head, final)
	case err != nil:
		return err
	case gas > maxGas:
		return r.fail(ctx, p, x402.ReasonSimulation)
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
	if used > p.AccountNonce { // a final block has a transaction with it, which no node shows as ours
		if known, err := r.lookElsewhere(ctx, p, head, final); known || err != nil {
			return err
		}
		if spent, err := r.Chain.Used(ctx, p.Asset, p.Authorization.From, p.Authorization.Nonce, head.Number); spent || err != nil {
			return err
		}
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
