package facilitator

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
)

// settle asks facilitators in order to settle an order's payment, until one may have sent it.
// held reports that one may.
func (r *Relay) settle(ctx context.Context, l *mint.Launch, o mint.Order) (held bool) {
	if o.Authorization.ValidBefore == nil || r.List.now().Add(lastMoment).Unix() >= o.Authorization.ValidBefore.Int64() {
		return false // the engine voids it once a final block is later
	}
	if why := r.isBarred(ctx, &o); why != "" {
		r.decline(ctx, &o, why, true)
		return false
	}
	if why := r.isPaused(o.ID); why != "" {
		r.decline(ctx, &o, why, false)
		return false
	}
	p := &Payment{Requirement: l.Requirement(o.Quantity), Resource: r.Resource(l), Authorization: o.Authorization, Signature: o.Signature}
	p.Requirement.Amount = o.Authorization.Value
	left := 0 // facilitators that have not refused this payment
	for _, m := range r.List.all {
		if r.hasRefused(o.ID, m.name) {
			continue
		}
		left++
		version := m.take(r.List.now())
		if version == 0 {
			continue
		}
		out, err := r.ask(ctx, m, p, version, &o)
		switch {
		case errors.Is(err, mint.ErrStale):
			return false // it was carried, settled or ended in the meantime
		case err != nil:
			r.Log.Error("ask a facilitator", "facilitator", m.name, "payment", o.ID, "err", err)
			return true // the answer may not be stored; the next round reads the row
		case out.Kind == Barred:
			r.bar(o.Payer, m.name, out.Why)
			r.decline(ctx, &o, fmt.Sprintf("%s does not settle for this account: %s", m.name, out.Why), true)
			return false
		case out.Kind.Open():
			return true
		case !out.Fault:
			r.note(o.ID, m.name, out.Why)
			left--
		}
	}
	if left == 0 {
		why := r.lastWords(o.ID)
		r.pause(o.ID, why)
		r.decline(ctx, &o, why, false)
	}
	return false
}

// ask asks one facilitator. It stores that before the first request, and the outcome after the
// last.
func (r *Relay) ask(ctx context.Context, m *member, p *Payment, version int, o *mint.Order) (Outcome, error) {
	began := r.List.now()
	id, err := r.Store.Ask(ctx, o.ID, m.name)
	if err != nil {
		m.release()
		return Outcome{}, err
	}
	out := m.client.Verify(ctx, p, version)
	if out.Kind == Valid {
		out = m.client.Settle(ctx, p, version)
	}
	m.record(out, began, r.List.now())
	r.Log.Info("asked a facilitator", "facilitator", m.name, "payment", o.ID, "launch", o.Launch, "outcome", string(out.Kind), "tx", out.Tx, "reason", out.Why)
	if err := r.Store.Answer(context.WithoutCancel(ctx), id, out); err != nil {
		return out, err
	}
	if out.Kind == Settled {
		r.Engine.ReadNow()
	}
	return out, nil
}

// A pause is the time for which no facilitator is asked for an order that all of them refused. It
// doubles with each refusal, so that a payer who presents such a payment again and again does not use up the
// facilitators' limits.
type pause struct {
	until time.Time
	last  time.Duration
	why   string // the last refusal
}

// shortestPause and longestPause are the limits of a pause.
const shortestPause, longestPause = 5 * time.Second, 5 * time.Minute

// pause begins the next pause of an order.
func (r *Relay) pause(id mint.PaymentID, why string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.pauses) >= maxBarred {
		clear(r.pauses)
	}
	next := min(max(2*r.pauses[id].last, shortestPause), longestPause)
	r.pauses[id] = pause{r.List.now().Add(next), next, why}
}

// isPaused returns why no facilitator is asked for an order now, or "".
func (r *Relay) isPaused(id mint.PaymentID) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if p := r.pauses[id]; r.List.now().Before(p.until) {
		return p.why
	}
	return ""
}

// decline parks an order that no facilitator settles. The payer may present it again.
func (r *Relay) decline(ctx context.Context, o *mint.Order, why string, barred bool) {
	r.mu.Lock()
	delete(r.refused, o.ID)
	delete(r.words, o.ID)
	r.mu.Unlock()
	if err := r.Engine.Decline(ctx, o.ID, printable(why), barred); err != nil && ctx.Err() == nil {
		r.Log.Error("decline payment", "payment", o.ID, "err", err)
	}
}

// isBarred returns why a facilitator will never settle for an order's payer, or "".
func (r *Relay) isBarred(ctx context.Context, o *mint.Order) string {
	r.mu.Lock()
	why := r.barred[o.Payer]
	r.mu.Unlock()
	if why != "" {
		return why
	}
	asks, err := r.Store.Of(ctx, o.ID)
	if err != nil {
		return ""
	}
	for _, a := range asks {
		if a.Outcome.Kind == Barred {
			return fmt.Sprintf("%s does not settle for this account: %s", a.Facilitator, a.Outcome.Why)
		}
	}
	return ""
}

func (r *Relay) bar(payer common.Address, name, why string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.barred) >= maxBarred {
		clear(r.barred)
	}
	r.barred[payer] = fmt.Sprintf("%s does not settle for this account: %s", name, why)
}

func (r *Relay) note(id mint.PaymentID, name, why string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.refused[id] == nil {
		r.refused[id] = map[string]bool{}
	}
	r.refused[id][name] = true
	r.words[id] = name + ": " + why
}

func (r *Relay) hasRefused(id mint.PaymentID, name string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.refused[id][name]
}

func (r *Relay) lastWords(id mint.PaymentID) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.words[id]
}
