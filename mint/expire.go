package mint

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"
)

// expire voids orders of which a final block shows that they can never execute:
// the authorization's window has ended and it is unused, or it is used at the
// final block and paid us nothing up to there. That holds for one that a
// transaction carries, too, which may be stuck for ever.
func (e *Engine) expire(ctx context.Context, launches []Launch) error {
	final := e.memory.final
	if final.Number == 0 || final.Number == e.memory.expiredAt {
		return nil
	}
	for _, l := range launches {
		ended, err := e.round(ctx, e.memory.ended, Query{Launch: l.Slug, States: []State{Claimed, Parked, Minting}, EndsBy: final.Time})
		if err != nil {
			return err
		}
		parked, err := e.round(ctx, e.memory.parked, Query{Launch: l.Slug, States: []State{Parked}, Oldest: true})
		if err != nil {
			return err
		}
		parked = slices.DeleteFunc(parked, func(o Order) bool {
			return o.Foreign() || !final.Time.Before(time.Unix(o.Authorization.ValidBefore.Int64(), 0))
		})
		void := map[PaymentID]string{}
		// A payment nonce that is unused now was unused at the final block too.
		err = e.eachPayer(ctx, l, ended, 0, func(o Order, p Payer) {
			if !p.Used {
				void[o.ID] = "the authorization expired unused"
			}
		})
		if err != nil {
			return err
		}
		// Whatever is used at the final block without an event of ours up to
		// there was cancelled or paid to somebody else. A node that has forgotten
		// that block's state leaves the order parked, which is never wrong.
		if err := e.eachPayer(ctx, l, append(ended, parked...), final.Number, func(o Order, p Payer) {
			if p.Used {
				void[o.ID] = "the authorization was cancelled, or used for something else"
			}
		}); err != nil {
			e.Log.Debug("read payers at final block", "block", final.Number, "err", err)
		}
		if len(void) == 0 {
			continue
		}
		if err := e.Store.Void(ctx, void); err != nil {
			return err
		}
		e.tell(ctx, slices.Collect(maps.Keys(void)))
	}
	e.memory.expiredAt = final.Number
	return nil
}

// maxRound is how many orders of a kind one final block has looked at: a flood of
// parked ones costs each block no more calls than that.
const maxRound = 1000

// round reads the next orders of a query, where the last one ended, and begins
// again after all were read.
func (e *Engine) round(ctx context.Context, at map[string]PaymentID, q Query) ([]Order, error) {
	q.After, q.Limit = at[q.Launch], maxRound
	orders, err := e.Store.Orders(ctx, q)
	switch {
	case err != nil:
	case len(orders) < maxRound:
		delete(at, q.Launch)
	default:
		at[q.Launch] = orders[len(orders)-1].ID
	}
	return orders, err
}

func (e *Engine) eachPayer(ctx context.Context, l Launch, orders []Order, at uint64, do func(Order, Payer)) error {
	for len(orders) > 0 {
		n := min(len(orders), maxInspect)
		ask := make([]PayerKey, n)
		for i, o := range orders[:n] {
			ask[i] = PayerKey{o.Payer, o.Authorization.Nonce}
		}
		payers, err := e.Chain.Inspect(ctx, l, ask, at)
		if err != nil {
			return fmt.Errorf("inspect payers: %w", err)
		}
		for i, o := range orders[:n] {
			do(o, payers[i])
		}
		orders = orders[n:]
	}
	return nil
}
