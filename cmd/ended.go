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

// waits reports whether the account has transactions that are in no block yet. It
// asks the nodes in order until one answers, and returns false if no node does.
func (n *node) waits(ctx context.Context, account common.Address) bool {
	ctx, cancel := context.WithTimeout(ctx, witnessAsk)
	defer cancel()
	for _, url := range n.urls {
		c, err := rpc.DialContext(ctx, url)
		if err != nil {
			continue
		}
		var mined, sent hexutil.Uint64
		err = errors.Join(c.CallContext(ctx, &mined, "eth_getTransactionCount", account, "latest"),
			c.CallContext(ctx, &sent, "eth_getTransactionCount", account, "pending"))
		c.Close()
		if err == nil {
			return sent > mined
		}
	}
	return false
}

// poolPatience is how long a verb waits for earlier transactions of its key.
const poolPatience = time.Minute

// awaitSent waits, for at most patience, while transactions of the account are in no
// block yet. An interrupted run of the same command may have sent one of them.
func (n *node) awaitSent(ctx context.Context, p *Program, account common.Address, patience time.Duration, perhaps string) error {
	every := n.Poll
	if every <= 0 {
		every = witnessPoll / 2
	}
	said := false
	for end := time.Now().Add(patience); n.waits(ctx, account) && time.Now().Before(end); {
		if !said {
			p.say("a transaction of %s is not mined yet, perhaps %s; waiting until it is", account.Hex(), perhaps)
			said = true
		}
		pause := time.NewTimer(every)
		select {
		case <-ctx.Done():
			pause.Stop()
		case <-pause.C:
		}
	}
	return ctx.Err()
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
