package mint

import (
	"context"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

// inspector reads payers in bulk: while calls are under way, those who ask
// gather for the next.
type inspector struct {
	calls    int    // at once, at most
	places   places // of payers that wait or are being read
	mu       sync.Mutex
	underWay int
	waiting  []inspection
}

type inspection struct {
	ctx    context.Context // of the waiting alone
	caller any
	key    PayerKey
	answer chan inspected
}

type inspected struct {
	payer Payer
	err   error
}

const (
	// maxInspect is how many payers a call reads.
	maxInspect = 200
	// maxInspecting bounds a call, even if callers still wait for it: a request that no
	// node answers must not delay the next call.
	maxInspecting = maxSilence + maxSilence/2
)

// inspectors are a launch's: one for payments that are signed, and one for those
// that only a wallet's code could take, so that a flood of forged signatures
// waits for itself and costs one call at a time.
type inspectors struct{ signed, doubtful inspector }

// callerKey is the key of a context's caller.
type callerKey struct{}

// WithCaller returns a context for work that is done for one client, which any
// comparable value names. One caller has a quarter of the places for payers that are
// inspected, and of those for wallets whose code is run; work without a caller is
// bounded by all of them only.
func WithCaller(ctx context.Context, caller any) context.Context {
	return context.WithValue(ctx, callerKey{}, caller)
}

// Caller returns the client that ctx works for, nil if none was given.
func Caller(ctx context.Context) any { return ctx.Value(callerKey{}) }

func (e *Engine) inspectors(l Launch) *inspectors {
	v, known := e.payers.Load(l.Slug)
	if !known {
		v, _ = e.payers.LoadOrStore(l.Slug, &inspectors{
			signed:   inspector{calls: 2, places: places{most: 40 * maxInspect}},
			doubtful: inspector{calls: 1, places: places{most: 8 * maxInspect}},
		})
	}
	return v.(*inspectors)
}

// inspect reads what the asset says of a payment's payer; ErrBusy if too many
// are being asked about, all together or for the caller of ctx. Only the waiting ends
// with ctx: others wait for the same call.
func (e *Engine) inspect(ctx context.Context, l Launch, key PayerKey) (Payer, error) {
	return e.inspectors(l).signed.inspect(ctx, e.Chain, l, key)
}

// inspectDoubtful is inspect for a payment that the payer's own key did not sign.
func (e *Engine) inspectDoubtful(ctx context.Context, l Launch, key PayerKey) (Payer, error) {
	return e.inspectors(l).doubtful.inspect(ctx, e.Chain, l, key)
}

func (in *inspector) inspect(ctx context.Context, chain Chain, l Launch, key PayerKey) (Payer, error) {
	caller := Caller(ctx)
	if !in.places.take(caller) {
		return Payer{}, ErrBusy
	}
	mine := inspection{ctx, caller, key, make(chan inspected, 1)}
	in.mu.Lock()
	in.waiting = append(in.waiting, mine)
	if in.underWay == 0 || (in.underWay < in.calls && len(in.waiting) >= maxInspect) {
		in.underWay++
		go in.call(context.WithoutCancel(ctx), chain, l)
	}
	in.mu.Unlock()
	select {
	case got := <-mine.answer:
		return got.payer, got.err
	case <-ctx.Done():
		return Payer{}, ctx.Err()
	}
}

// places bound how many are at work at once: so many in all, and a quarter of them for
// one caller.
type places struct {
	most int

	mu    sync.Mutex
	taken int
	by    map[any]int // taken, by caller
}

// take reports whether there was a place; give returns it.
func (p *places) take(caller any) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.taken >= p.most || (caller != nil && p.by[caller] >= p.most/4) {
		return false
	}
	if p.by == nil {
		p.by = map[any]int{}
	}
	p.taken++
	p.by[caller]++
	return true
}

func (p *places) give(caller any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.taken--
	if p.by[caller]--; p.by[caller] == 0 {
		delete(p.by, caller)
	}
}

// call asks for those who wait until nobody does.
func (in *inspector) call(ctx context.Context, chain Chain, l Launch) {
	for {
		batch := in.next()
		if len(batch) == 0 {
			return
		}
		keys := make([]PayerKey, len(batch))
		for i := range batch {
			keys[i] = batch[i].key
		}
		limited, cancel := context.WithTimeout(ctx, maxInspecting)
		payers, err := chain.Inspect(limited, l, keys, 0)
		cancel()
		for i, asked := range batch {
			in.places.give(asked.caller)
			if err != nil {
				asked.answer <- inspected{err: err}
			} else {
				asked.answer <- inspected{payer: payers[i]}
			}
		}
	}
}

// next takes those that the next call is for, at most maxInspect; if there are none,
// the calls under way are one fewer. It passes over those that gave up.
func (in *inspector) next() (batch []inspection) {
	in.mu.Lock()
	defer in.mu.Unlock()
	for len(in.waiting) > 0 && len(batch) < maxInspect {
		first := in.waiting[0]
		in.waiting = in.waiting[1:]
		if first.ctx.Err() != nil {
			in.places.give(first.caller)
			continue
		}
		batch = append(batch, first)
	}
	if len(batch) == 0 {
		in.underWay--
		in.waiting = nil
	}
	return batch
}

// accounts remembers accounts for a while, or until twice as many as most came
// after them.
type accounts struct {
	lasts time.Duration
	most  int

	mu           sync.Mutex
	newer, older map[common.Address]time.Time // until when
}

func (a *accounts) add(account common.Address, now time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.newer == nil || len(a.newer) >= a.most {
		a.newer, a.older = map[common.Address]time.Time{}, a.newer
	}
	a.newer[account] = now.Add(a.lasts)
}

func (a *accounts) has(account common.Address, now time.Time) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return now.Before(a.newer[account]) || now.Before(a.older[account])
}
