package mint

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"math/big"
	"slices"

	"github.com/ethereum/go-ethereum/common"
)

// resigner signs for account nonces that we have used: stored transactions with higher fees, and
// empty batches in their places. It also tries keys outside this process that did not sign.
type resigner struct {
	*senderStates
	store interface {
		OrderStore
		Outbox
	}
	chain    Signer
	log      *slog.Logger
	failing  failingLog
	delivery *Delivery
	capped   map[int64]bool // transactions that nodes do not accept at a higher price
}

// maxOffer limits a replacement to this multiple of today's fees: at that price, the
// price is not why it is not mined.
const maxOffer = 10

// raise signs the same calls with fees that nodes accept as a replacement and stores the
// signing. It returns nil if these exceed the limits; then the last signing is sent again. It
// returns ErrStale if the transaction changed since the caller looked.
func (s *resigner) raise(ctx context.Context, tx Transaction, refusal *Refusal) (*Attempt, error) {
	feeCap, tipCap, err := s.higher(tx, refusal)
	if feeCap == nil || err != nil {
		return nil, err
	}
	last := tx.Latest()
	attempt, err := s.chain.Resign(ctx, last, tx.Sender, feeCap, tipCap)
	if err = s.signed(ctx, tx, err); err != nil {
		return nil, err
	}
	attempt.Block, attempt.CreatedAt = s.view.head.Number, s.clock()
	if err := s.store.Attempt(ctx, tx.ID, attempt); err != nil {
		return nil, err
	}
	s.delivery.Replaced++
	s.log.Info("replaced", "tx", last.Hash, "by", attempt.Hash, "feeCap", attempt.FeeCap)
	return &attempt, nil
}

// higher returns the fees of a replacement (10 % more is the rule; an eighth is safe), or nil
// if they exceed the limits. After a refusal it offers the fee that the pool wants, or four
// times the tip if the pool did not say.
func (s *resigner) higher(tx Transaction, refusal *Refusal) (feeCap, tipCap *big.Int, err error) {
	fees, err := s.gas.fees()
	if errors.Is(err, ErrTooDear) || errors.Is(err, errNoPrice) || s.capped[tx.ID] || s.signs(tx.Sender) != nil {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	last := tx.Latest()
	bound := s.MaxFee
	tipCap = larger(fees.Tip, eighthMore(last.TipCap))
	switch {
	case refusal == nil:
		bound = smaller(bound, new(big.Int).Mul(fees.Cap, big.NewInt(maxOffer)))
	case refusal.MinTip != nil:
		if last.TipCap.Cmp(refusal.MinTip) >= 0 {
			return nil, nil, nil // already more than the pool wanted
		}
		tipCap = larger(tipCap, refusal.MinTip)
	case refusal.MinCap == nil:
		tipCap = larger(tipCap, new(big.Int).Lsh(last.TipCap, 2))
	}
	feeCap = larger(fees.Cap, eighthMore(last.FeeCap))
	feeCap = larger(feeCap, new(big.Int).Add(fees.Base, tipCap))
	if refusal != nil && refusal.MinCap != nil {
		feeCap = larger(feeCap, refusal.MinCap)
	}
	if feeCap.Cmp(bound) > 0 {
		s.failing.report("replace transaction", fmt.Errorf("%s: a fee cap of %s gwei is needed and at most %s may be offered", last.Hash, gwei(feeCap), gwei(bound)))
		return nil, nil, nil
	}
	return feeCap, tipCap, nil
}

func eighthMore(n *big.Int) *big.Int {
	more := new(big.Int).Rsh(n, 3)
	return more.Add(more.Add(more, n), big.NewInt(1))
}

// empty signs an empty batch for an account nonce of a stored transaction's sender: the
// transaction's own, or one before it. It returns ErrStale if that transaction changed during it.
func (s *resigner) empty(ctx context.Context, l Launch, tx Transaction, accountNonce uint64, feeCap, tipCap *big.Int) (Attempt, error) {
	attempt, err := s.chain.SignBatch(ctx, l, nil, tx.Sender, accountNonce, feeCap, tipCap)
	attempt.Block, attempt.CreatedAt = s.view.head.Number, s.clock()
	return attempt, s.signed(ctx, tx, err)
}

// signed returns how signing for a stored transaction ended. If the key is outside this process,
// signing took time: if the transaction changed, that is ErrStale, and the signature must not be
// stored.
func (s *resigner) signed(ctx context.Context, tx Transaction, err error) error {
	if err != nil {
		s.unable(ctx, tx.Sender, err)
		return err
	}
	if !slices.Contains(s.External, tx.Sender) {
		return nil
	}
	txs, err := s.waiting(ctx, tx.Sender)
	same := func(o Transaction) bool {
		return o.ID == tx.ID && len(o.Attempts) == len(tx.Attempts) && len(o.Orders) == len(tx.Orders)
	}
	if err == nil && !slices.ContainsFunc(txs, same) {
		return ErrStale
	}
	return err
}

// unlessStale returns nil for ErrStale: the next round looks again.
func unlessStale(err error) error {
	if errors.Is(err, ErrStale) {
		return nil
	}
	return err
}

// waiting returns an account's transactions that wait for a block.
func (s *resigner) waiting(ctx context.Context, account common.Address) ([]Transaction, error) {
	txs, err := s.store.InFlight(ctx)
	var own []Transaction
	for _, tx := range txs {
		if tx.Sender == account && !tx.Mined.Seen() {
			own = append(own, tx)
		}
	}
	return own, err
}

// trialNonce is the account nonce of trials. No account gets that far, so no block can ever
// have a trial (EIP-2681).
const trialNonce = math.MaxUint64 - 1

// try reports whether an account's key signs, as far as known. One that has not signed
// gets a trial to sign, at most every 5 s, which is never sent.
func (s *resigner) try(ctx context.Context, launches []Launch, account common.Address) (bool, error) {
	last, waits := s.unsigned[account]
	untried := errors.Is(last.why, errUntried)
	switch {
	case !waits:
		return true, nil
	case len(launches) == 0, !untried && s.clock().Sub(last.tried) < resendEvery:
		return false, nil
	}
	if _, err := s.chain.SignBatch(ctx, launches[0], nil, account, trialNonce, big.NewInt(1), big.NewInt(1)); err != nil {
		s.unable(ctx, account, err)
		return false, fmt.Errorf("try the signer of %s: %w", account, err)
	}
	delete(s.unsigned, account)
	delete(s.resting, account)
	if !untried {
		s.log.Info("the signer signs again", "account", account)
	}
	return true, nil
}

// nonces keeps how many account nonces of our accounts the chain has used.
type nonces struct {
	store  Outbox
	chain  Broadcaster
	view   *view
	counts map[common.Address]accountCount
}

// accountCount is an account's number of used account nonces.
type accountCount struct {
	newest uint64 // by one node, when the newest block was at
	at     Block
	agreed uint64 // by all nodes, at a block that was read
}

// known reports whether an account's used account nonces were read since the start.
func (n *nonces) known(account common.Address) bool {
	_, known := n.counts[account]
	return known
}

// next returns the account nonce for a sender's next transaction. count was called before.
func (n *nonces) next(ctx context.Context, sender common.Address) (uint64, error) {
	stored, err := n.store.NextAccountNonce(ctx, sender)
	return max(stored, n.counts[sender].agreed), err
}

// count finds out whether the chain is ahead of the store: then the key was used elsewhere.
// One answer about the newest state does not prove that: the nodes must agree at the block
// that we have read. A transaction with too high an account nonce is never mined. If the
// account nonce turns out to be used, the transaction is treated as displaced and its orders
// are sent again.
func (n *nonces) count(ctx context.Context, sender common.Address) error {
	newest, err := n.newest(ctx, sender)
	if err != nil {
		return err
	}
	stored, err := n.store.NextAccountNonce(ctx, sender)
	if err != nil || max(stored, n.counts[sender].agreed) >= newest {
		return err
	}
	read, err := n.chain.AccountNonce(ctx, sender, n.view.head.Number)
	if errors.Is(err, ErrDisputed) && stored > 0 {
		return nil
	}
	if err == nil {
		c := n.counts[sender]
		c.agreed = min(newest, read)
		n.counts[sender] = c
	}
	return err
}

// newest returns the account's used account nonces by one node, at most resendEvery ago and
// since the newest head.
func (n *nonces) newest(ctx context.Context, account common.Address) (uint64, error) {
	head := n.view.head
	if c := n.counts[account]; c.at.Hash == head.Hash && head.Number > 0 {
		return c.newest, nil
	}
	used, err := n.chain.AccountNonce(ctx, account, 0)
	if err == nil {
		c := n.counts[account]
		c.newest, c.at, c.agreed = used, head, min(c.agreed, used)
		n.counts[account] = c
	}
	return used, err
}
