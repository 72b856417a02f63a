package facilitator

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/x402"
)

// Ask is a request to a facilitator to settle an order's payment. It covers /verify and
// /settle, since both hand over the signature. It is stored before the first of them.
type Ask struct {
	ID          int64
	Order       mint.PaymentID
	Facilitator string
	At          time.Time
	AnsweredAt  time.Time // zero: there is no answer
	Outcome     Outcome
}

// Store keeps what facilitators were asked. Writes are durable when they return.
type Store interface {
	// Ask stores that a facilitator is about to be asked for an order. In the same write it
	// checks that the order is claimed and that no facilitator may still settle it; otherwise
	// it stores nothing and returns mint.ErrStale. A batch does not carry the order from then
	// on, until an answer closes the ask.
	Ask(ctx context.Context, order mint.PaymentID, facilitator string) (id int64, err error)
	// Answer stores the outcome of an ask.
	Answer(ctx context.Context, id int64, o Outcome) error
	// Open returns the asks of claimed orders that a facilitator may still settle.
	Open(ctx context.Context) ([]Ask, error)
	// Of returns the asks of an order, newest first.
	Of(ctx context.Context, order mint.PaymentID) ([]Ask, error)
	// Prune deletes asks that are a month old.
	Prune(ctx context.Context) error
}

// Orders are the orders and launches of the server.
type Orders interface {
	Launches(ctx context.Context) ([]mint.Launch, error)
	Orders(ctx context.Context, q mint.Query) ([]mint.Order, error)
}

// Engine is the part of the engine that the relay uses. A *mint.Engine implements it.
type Engine interface {
	// Facilitated reports whether facilitators settle a launch's payments now.
	Facilitated(launch string) bool
	// Decline parks a claimed order that no facilitator settles, now or, if barred, ever.
	Decline(ctx context.Context, id mint.PaymentID, why string, barred bool) error
	// ReadNow makes the engine read the chain now.
	ReadNow()
	// Changed returns a channel that is closed at the next change.
	Changed() <-chan struct{}
}

// Mode is how a launch's payments are settled.
type Mode string

// The modes.
const (
	Atomic   Mode = "atomic"      // our own transaction settles and mints in one
	ByThem   Mode = "facilitator" // a facilitator settles, and the minter mints
	Fallback Mode = "fallback"    // atomic, and by a facilitator while our senders cannot send
)

// Modes is how the payments of a server's launches are settled.
type Modes struct {
	Default  Mode
	ByLaunch map[string]Mode // slug → mode
}

// Of returns the mode of a launch.
func (m Modes) Of(launch string) Mode {
	if mode, ok := m.ByLaunch[launch]; ok {
		return mode
	}
	return m.Default
}

// Relay hands claimed orders to facilitators. Its fields are set before Load. It implements
// mint.Facilitators.
type Relay struct {
	List   *List
	Modes  Modes
	Store  Store
	Orders Orders
	Engine Engine
	// Resource returns the resource that a launch's payment is for.
	Resource func(l *mint.Launch) x402.Resource
	Log      *slog.Logger

	mu      sync.Mutex
	held    map[mint.PaymentID]bool            // that a facilitator may still settle
	busy    map[mint.PaymentID]bool            // with a worker
	refused map[mint.PaymentID]map[string]bool // order → facilitators that refused its payment
	doubted map[int64]bool                     // asks with a success that is not on the chain
	words   map[mint.PaymentID]string          // order → the last refusal
	barred  map[common.Address]string          // payer → why a facilitator will never settle for it
	pauses  map[mint.PaymentID]pause           // declined orders
	pruned  time.Time
}

var _ mint.Facilitators = (*Relay)(nil)

const (
	// maxWorkers is the maximum number of orders that are asked for at the same time.
	maxWorkers = 64
	// maxTaken is the maximum number of claimed orders of a launch that are looked at.
	maxTaken = 5000
	// relayEvery is how often orders are looked for without any change.
	relayEvery = time.Second
	// proofTime is how long a settlement that a facilitator reported may take to show on
	// our nodes, before it counts as a failure of the facilitator.
	proofTime = 2 * time.Minute
	// lastMoment is the time that must be left of an authorization: facilitators refuse the
	// last 6 s.
	lastMoment = 10 * time.Second
	// maxBarred is the maximum number of payers that are remembered.
	maxBarred = 10_000
)

// Settles implements mint.Facilitators.
func (r *Relay) Settles(launch string, sendersCan bool) bool {
	mode := r.Modes.Of(launch)
	return mode == ByThem || mode == Fallback && !sendersCan
}

// Unable implements mint.Facilitators.
func (r *Relay) Unable() string { return r.List.Unable() }

// Holds implements mint.Facilitators.
func (r *Relay) Holds(id mint.PaymentID) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.held[id] || r.busy[id]
}

// Load reads the requests from before the last stop. Call it before the engine opens: an ask
// without an answer may have been sent.
func (r *Relay) Load(ctx context.Context) error {
	r.held, r.busy, r.refused = map[mint.PaymentID]bool{}, map[mint.PaymentID]bool{}, map[mint.PaymentID]map[string]bool{}
	r.doubted, r.words, r.barred = map[int64]bool{}, map[mint.PaymentID]string{}, map[common.Address]string{}
	r.pauses = map[mint.PaymentID]pause{}
	return r.reload(ctx)
}

// Run hands orders to facilitators until ctx is done, and returns once no request runs. A
// request that ctx interrupts has an unknown outcome.
func (r *Relay) Run(ctx context.Context) error {
	tick := time.NewTicker(relayEvery)
	defer tick.Stop()
	var workers sync.WaitGroup
	defer workers.Wait()
	places := make(chan struct{}, maxWorkers)
	for {
		changed := r.Engine.Changed()
		switch err := r.round(ctx, places, &workers); {
		case errors.Is(err, mint.ErrReplaced):
			return err
		case err != nil && ctx.Err() == nil:
			r.Log.Error("hand payments to facilitators", "err", err)
			changed = nil // not again before the next tick
		}
		select {
		case <-ctx.Done():
			return nil
		case <-changed:
		case <-tick.C:
			r.List.recheck(ctx)
		}
	}
}

// round starts a worker for each claimed order that no facilitator holds, as far as there are
// places.
func (r *Relay) round(ctx context.Context, places chan struct{}, workers *sync.WaitGroup) error {
	if err := r.reload(ctx); err != nil {
		return err
	}
	launches, err := r.Orders.Launches(ctx)
	if err != nil {
		return err
	}
	seen := map[mint.PaymentID]bool{}
	for i := range launches {
		l := &launches[i]
		if !r.Engine.Facilitated(l.Slug) {
			continue
		}
		orders, err := r.Orders.Orders(ctx, mint.Query{Launch: l.Slug, States: []mint.State{mint.Claimed}, Oldest: true, Limit: maxTaken})
		if err != nil {
			return err
		}
		for _, o := range orders {
			seen[o.ID] = true
			if o.Foreign() || !r.begin(o.ID) {
				continue
			}
			select {
			case places <- struct{}{}:
			default: // the next round goes on
				r.end(o.ID, false)
				return nil
			}
			workers.Go(func() {
				held := r.settle(ctx, l, o)
				r.end(o.ID, held)
				<-places
			})
		}
	}
	r.forget(seen)
	return nil
}

// begin reports whether an order is free, and marks it as taken by a worker.
func (r *Relay) begin(id mint.PaymentID) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.held[id] || r.busy[id] {
		return false
	}
	r.busy[id] = true
	return true
}

// end records that an order's worker has ended.
func (r *Relay) end(id mint.PaymentID, held bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if held {
		r.held[id] = true
	}
	delete(r.busy, id)
}

// forget drops the state of orders that are no longer claimed.
func (r *Relay) forget(claimed map[mint.PaymentID]bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for id := range r.refused {
		if !claimed[id] && !r.busy[id] {
			delete(r.refused, id)
			delete(r.words, id)
		}
	}
}

// reload reads which orders facilitators hold, and doubts facilitators that reported
// settlements which the chain does not show.
func (r *Relay) reload(ctx context.Context) error {
	now := r.List.now()
	if r.pruned.IsZero() || now.Sub(r.pruned) > time.Hour {
		if err := r.Store.Prune(ctx); err != nil {
			return err
		}
		r.pruned = now
	}
	r.mu.Lock()
	var before []mint.PaymentID // additions of workers after this stay
	for id := range r.held {
		before = append(before, id)
	}
	r.mu.Unlock()
	asks, err := r.Store.Open(ctx)
	if err != nil {
		return err
	}
	open, doubted := map[mint.PaymentID]bool{}, map[int64]bool{}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, a := range asks {
		open[a.Order] = true
		if !r.busy[a.Order] {
			r.held[a.Order] = true
		}
		if a.Outcome.Kind == Settled && now.Sub(a.AnsweredAt) > proofTime {
			doubted[a.ID] = true
			if m := r.List.named(a.Facilitator); m != nil && !r.doubted[a.ID] {
				m.doubt(fmt.Sprintf("it reported the transaction %s, which our nodes do not show as a settlement of payment %s", a.Outcome.Tx, a.Order), now)
			}
		}
	}
	r.doubted = doubted
	for _, id := range before {
		if !open[id] {
			delete(r.held, id)
		}
	}
	return nil
}
