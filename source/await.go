package source

import (
	"context"
	"time"
)

// Await attempts until each service shows the source of a contract or refuses it, or until ctx
// ends. It returns the states in the order of Services, and calls progress for each attempt.
func (p *Publisher) Await(ctx context.Context, c Contract, progress func(before, after State)) []State {
	p.again(c)
	states := make([]State, len(p.Services))
	for {
		var next time.Time
		for i, s := range p.Services {
			before := states[i]
			if before.over() || before.Unknown {
				continue
			}
			if !p.Now().Before(before.Next) {
				states[i] = p.Attempt(ctx, s, c)
				progress(before, states[i])
			}
			if now := states[i]; !now.over() && !now.Unknown && (next.IsZero() || now.Next.Before(next)) {
				next = now.Next
			}
		}
		if next.IsZero() || ctx.Err() != nil {
			return states
		}
		select {
		case <-time.After(max(next.Sub(p.Now()), 10*time.Millisecond)):
		case <-ctx.Done():
			return states
		}
	}
}

// again makes a contract due at each service, and forgets earlier failures: a person asks.
func (p *Publisher) again(c Contract) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, s := range p.states[c.Address] {
		if s.Failures, s.Next = 0, (time.Time{}); s.Status == Failed {
			s.Status = Waiting
		}
		p.set(s)
	}
}

// over reports whether no attempt is needed now.
func (s State) over() bool { return s.Status == Verified || s.Status == Failed }
