package mint

import (
	"context"
	"errors"
	"time"
)

// unknownUse is why an order is parked whose payment nonce is used by what was not
// found. The payer may have been charged.
const unknownUse = "the authorization is used on chain; how is not known yet"

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
// paid one of our launches, and is not known, is read again. The others are parked
// for a reason that says so.
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
	unknown := map[PaymentID]string{}
	for i, o := range due {
		switch u := uses[i]; {
		case u.How == UseUnknown:
			unknown[o.ID] = unknownUse
		case u.At.Block > final.Number:
			s.usage[o.ID] = usageLook{next: u.At.Block}
		case u.How == UseCancelled:
			void[o.ID] = "the authorization was cancelled"
		default:
			ours, err := e.paidUs(ctx, launches, u)
			if err != nil {
				return err
			}
			if ours {
				unknown[o.ID] = unknownUse
			} else {
				void[o.ID] = "the authorization was used to pay another account"
			}
		}
	}
	for _, o := range due {
		if _, is := unknown[o.ID]; !is {
			continue
		}
		wait := max(s.usage[o.ID].wait, 1)
		s.usage[o.ID] = usageLook{final.Number + wait, min(2*wait, maxUsageWait)}
		if o.State() == Minting || o.ParkedFor == unknownUse {
			delete(unknown, o.ID)
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	err = e.Store.Park(ctx, unknown)
	for id := range unknown {
		e.tell(ctx, []PaymentID{id})
	}
	return err
}

// paidUs reads blocks of the launch again that an authorization paid, and reports
// whether there is such a launch. Its books agreed although that payment was missing
// in them, because another event was, too.
func (e *Engine) paidUs(ctx context.Context, launches []Launch, u Use) (bool, error) {
	for _, l := range launches {
		if l.Token != u.To {
			continue
		}
		e.Log.Warn("a payment was missing", "launch", l.Slug, "tx", u.At.Tx, "block", u.At.Block)
		s := e.standing(l.Slug)
		s.unchecked()
		return true, e.readAgain(ctx, launches, l.Slug, max(u.At.Block, 1)-1)
	}
	return false, nil
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
