package mint

import (
	"context"
	"errors"
	"maps"
	"math"
	"slices"
	"time"
)

// unknownUse is why an order is parked whose payment nonce is used by what was not
// found. The payer may have been charged.
const unknownUse = "the authorization is used on chain; how is not known yet"

// ErrOtherAmount: the payer signed the payment nonce twice, and the other
// authorization reached the launch, for an amount that buys nothing. The money is in
// the launch's books and only its owner can return it.
var ErrOtherAmount = errors.New("another authorization with the same nonce paid this launch an amount that buys nothing: its owner can return it")

// usageLook says when to look again for what used a payment nonce.
type usageLook struct {
	next uint64 // final block from which on
	wait uint64 // blocks to wait the next time
}

const (
	// maxUsageWait is how many final blocks lie between two looks at most.
	maxUsageWait = 64
	// maxUsage is how many payment nonces are remembered, and asked for at once.
	maxUsage = 100
	// claimSlack is how far the clock that dated a claim may be from the chain's.
	claimSlack = 10 * time.Minute
)

// explain looks for what used the payment nonces of orders, since they were claimed,
// and notes those that the asset's own log shows to be used for something else. What
// paid one of our launches, and is not in its books, is read again. The others are
// parked for a reason that says so.
func (e *Engine) explain(ctx context.Context, l Launch, s *standing, launches []Launch, used []Order, void map[PaymentID]string) error {
	final := e.memory.final
	var due []Order
	for _, o := range used {
		if s.usage[o.ID].next <= final.Number && len(due) < maxUsage {
			due = append(due, o)
		}
	}
	if len(due) == 0 {
		return nil
	}
	keys, claimed := make([]PayerKey, len(due)), due[0].CreatedAt
	for i, o := range due {
		keys[i] = PayerKey{o.Payer, o.Authorization.Nonce}
		if o.CreatedAt.Before(claimed) {
			claimed = o.CreatedAt
		}
	}
	from, err := e.blockBefore(ctx, l, claimed.Add(-claimSlack))
	if err != nil {
		return err
	}
	uses, err := e.Chain.Usage(ctx, l, keys, from, e.memory.head)
	if err != nil {
		return err
	}
	if len(s.usage) > maxRound {
		clear(s.usage)
	}
	parked := map[PaymentID]string{}
	for i, o := range due {
		switch u := uses[i]; {
		case u.How == UseUnknown:
			parked[o.ID] = unknownUse
		case u.At.Block > final.Number:
			s.usage[o.ID] = usageLook{next: u.At.Block}
		case u.How == UseCancelled:
			void[o.ID] = "the authorization was cancelled"
		default:
			reason, err := e.paidUs(ctx, launches, o.ID, u)
			if err != nil {
				return err
			}
			if reason == "" {
				void[o.ID] = "the authorization was used for another payment"
			} else {
				parked[o.ID] = reason
			}
		}
	}
	return e.parkUsed(ctx, s, due, parked)
}

// parkUsed parks orders whose payment nonces are used, and says when to look again
// for what used them: once that is known, not any more.
func (e *Engine) parkUsed(ctx context.Context, s *standing, due []Order, parked map[PaymentID]string) error {
	final := e.memory.final
	for _, o := range due {
		reason, is := parked[o.ID]
		if !is {
			continue
		}
		wait := max(s.usage[o.ID].wait, 1)
		s.usage[o.ID] = usageLook{final.Number + wait, min(2*wait, maxUsageWait)}
		if reason != unknownUse {
			s.usage[o.ID] = usageLook{next: math.MaxUint64}
		}
		if o.State() == Minting || o.ParkedFor == reason {
			delete(parked, o.ID)
		}
	}
	if len(parked) == 0 {
		return nil
	}
	err := e.Store.Park(ctx, parked)
	e.tell(ctx, slices.Collect(maps.Keys(parked)))
	return err
}

// paidUs is why an order is parked whose payment nonce paid one of our launches;
// empty if it paid none. If the books lack that money, the blocks are read again: the
// books agreed because another event was missing, too.
func (e *Engine) paidUs(ctx context.Context, launches []Launch, id PaymentID, u Use) (reason string, err error) {
	l, ours := payee(launches, u)
	if !ours {
		return "", nil
	}
	recorded, err := e.recorded(ctx, l, id, u)
	switch {
	case err != nil:
		return "", err
	case recorded:
		return ErrOtherAmount.Error(), nil
	}
	e.Log.Warn("a payment was missing", "launch", l.Slug, "tx", u.At.Tx, "block", u.At.Block)
	e.standing(l.Slug).unchecked()
	return unknownUse, e.readAgain(ctx, launches, l.Slug, max(u.At.Block, 1)-1)
}

// payee is the launch of ours that an authorization paid, if it paid one.
func payee(launches []Launch, u Use) (Launch, bool) {
	i := slices.IndexFunc(launches, func(l Launch) bool { return l.Token == u.To })
	if i < 0 {
		return Launch{}, false
	}
	return launches[i], true
}

// recorded says that the launch's books have the money that an authorization paid it,
// as an amount that buys nothing. Then no event is missing. An error is the store's.
func (e *Engine) recorded(ctx context.Context, l Launch, id PaymentID, u Use) (found bool, err error) {
	err = e.Store.EachEvent(ctx, l.Slug, u.At.Block, u.At.Block, func(ev Event) error {
		found = found || ev.Kind == EventReceived && ev.ID == id && ev.At.BlockHash == u.At.BlockHash
		return nil
	})
	return found, err
}

// blockBefore is a block of the chain that was made before a time, or the one before
// the launch's first. It may be several times as far back as it would have to be.
func (e *Engine) blockBefore(ctx context.Context, l Launch, t time.Time) (b Block, err error) {
	first := max(l.DeployedAt, 1) - 1
	b = e.memory.final
	for step := uint64(16); b.Time.After(t) && b.Number > first; step *= 2 {
		if b, err = e.block(ctx, max(first, b.Number-min(b.Number, step))); err != nil {
			return b, errors.Join(errors.New("find the block of a claim"), err)
		}
	}
	return b, nil
}
