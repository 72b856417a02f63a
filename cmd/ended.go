package cmd

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/rpc"

	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/x402"
)

// ended returns how the chain settled a payment ("minted", "refunded" or "cancelled")
// and where. It returns "" if the payment is still open.
func ended(t *chain.Trace) (seen string, at *mint.Mark) {
	switch {
	case t.Mint != nil:
		return "minted", &t.Mint.At
	case t.Refund != nil:
		return "refunded", t.Refund
	case t.Cancel != nil:
		return "cancelled", t.Cancel
	}
	return "", nil
}

// endWords explain to the payer an end without a mint.
var endWords = map[string]string{
	"refunded":  "it bought no tokens, and its money was returned",
	"cancelled": "nothing was charged, and it can never be used",
}

// endedError returns an error for a payment that the chain shows as refunded or
// cancelled.
func endedError(id mint.PaymentID, seen string, at *mint.Mark) error {
	return fmt.Errorf("payment %s was %s in transaction %s: %s", id, seen, at.Tx, endWords[seen])
}

// trace returns the chain's record of a payment. k is nil for a payment that is not
// kept.
func (n *node) trace(ctx context.Context, l mint.Launch, a x402.Authorization, k *pendingPayment) (*chain.Trace, error) {
	ctx, cancel := context.WithTimeout(ctx, witnessAsk)
	defer cancel()
	var since uint64
	var hints []common.Hash
	if k != nil {
		since = k.Block
		if k.Transaction != nil {
			hints = append(hints, *k.Transaction)
		}
	}
	return n.TracePayment(ctx, l, a, since, hints...)
}

// note stores how the chain settled a kept payment, which the user now knows. It
// removes the payment if that is final.
func (u *paymentFiles) note(k *pendingPayment, t *chain.Trace) error {
	seen, at := ended(t)
	k.Seen, k.Transaction, k.Told = seen, &at.Tx, true
	if t.IsFinal(*at) {
		return u.forget(k)
	}
	return u.save(k)
}

// sent is how many transactions an account has sent, by what the nodes have.
type sent struct {
	mined, all uint64 // in blocks; with those that wait in the pools
	block      uint64 // a block that has the mined ones
}

// maxSlower is how much longer than the fastest node the others may take to answer.
const maxSlower = 2 * time.Second

// sent asks all nodes side by side, and combines their answers: one may lag, another may not
// have the transaction that waits. It is zero if no node answers in time.
func (n *node) sent(ctx context.Context, account common.Address) (most sent) {
	ctx, cancel := context.WithTimeout(ctx, witnessAsk)
	defer cancel()
	answers := make(chan *sent, len(n.urls))
	for _, url := range n.urls {
		go func() { answers <- sentAt(ctx, url, account) }()
	}
	slower := ctx.Done()
	for range n.urls {
		select {
		case <-slower:
			return most
		case s := <-answers:
			if s == nil {
				continue
			}
			if most.all = max(most.all, s.all); s.mined >= most.mined {
				most.mined, most.block = s.mined, s.block
			}
			last, stop := context.WithTimeout(ctx, maxSlower)
			defer stop()
			slower = last.Done()
		}
	}
	return most
}

// sentAt asks one node; nil without an answer.
func sentAt(ctx context.Context, url string, account common.Address) *sent {
	c, err := rpc.DialContext(ctx, url)
	if err != nil {
		return nil
	}
	defer c.Close()
	var mined, all, block hexutil.Uint64
	for _, err := range []error{
		c.CallContext(ctx, &mined, "eth_getTransactionCount", account, "latest"),
		c.CallContext(ctx, &all, "eth_getTransactionCount", account, "pending"),
		c.CallContext(ctx, &block, "eth_blockNumber"), // last: it is not older than the counts
	} {
		if err != nil {
			return nil
		}
	}
	return &sent{uint64(mined), uint64(all), uint64(block)}
}

// waits reports whether the account has transactions that are in no block yet. It
// returns false if no node answers.
func (n *node) waits(ctx context.Context, account common.Address) bool {
	s := n.sent(ctx, account)
	return s.all > s.mined
}

// poolPatience is how long a verb waits for earlier transactions of its key.
const poolPatience = time.Minute

// earlier is the result of a wait for earlier transactions of a key.
type earlier struct {
	block uint64 // a block that has them; 0: there were none to wait for
	stuck bool   // the wait ended before they were in a block
}

// awaitSent waits, for at most patience, until the transactions that the account has sent so
// far are in a block, or are dropped. An interrupted run of the same command may have sent
// one of them. It does not wait for those that the account sends later.
func (n *node) awaitSent(ctx context.Context, p *Program, account common.Address, patience time.Duration, perhaps string) (e earlier, err error) {
	every := n.Poll
	if every <= 0 {
		every = witnessPoll / 2
	}
	s := n.sent(ctx, account)
	target, waited := s.all, false
	for end := time.Now().Add(patience); s.mined < min(s.all, target); s = n.sent(ctx, account) {
		if !waited {
			p.say("a transaction of %s is not mined yet, perhaps %s; waiting until it is", account.Hex(), perhaps)
			waited = true
		}
		pause := time.NewTimer(every)
		select {
		case <-ctx.Done():
			pause.Stop()
			return e, ctx.Err()
		case <-pause.C:
		}
		if e.stuck = time.Now().After(end); e.stuck {
			return e, nil
		}
	}
	if waited {
		e.block = s.block
	}
	return e, ctx.Err()
}

// underWay turns a refusal into an undecided outcome while a transaction of the
// account is in no block yet. That transaction may do, or have done, the refused
// action.
func (n *node) underWay(ctx context.Context, err error, account common.Address, perhaps string) error {
	var revert *chain.Revert
	if !errors.As(err, &revert) || !n.waits(ctx, account) {
		return err
	}
	return undecided.because(hint(fmt.Errorf("a transaction of %s is not mined yet, perhaps %s; nothing was sent now (%w)", account.Hex(), perhaps, err),
		"run the same command again when it is mined"))
}
