package mint

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

// inspector reads payers in bulk: while calls are running, new requests collect for the
// next call.
type inspector struct {
	calls    int    // maximum concurrent calls
	places   places // limits payers that wait or are being read
	mu       sync.Mutex
	underWay int
	waiting  []inspection
}

type inspection struct {
	ctx    context.Context // only ends the wait, not the call
	caller any
	key    PayerKey
	answer chan inspected
}

type inspected struct {
	payer Payer
	err   error
}

const (
	// maxInspect is the maximum number of payers in one call.
	maxInspect = 200
	// maxInspecting is the timeout of a call, even if requests still wait for it: a
	// request that no node answers must not hold up the next call.
	maxInspecting = maxSilence + maxSilence/2
)

// inspectors belong to one launch. One serves payments signed by a key, the other those
// that only a wallet's code could accept. A flood of forged signatures therefore delays
// only itself and costs one call at a time.
type inspectors struct{ signed, doubtful inspector }

// callerKey is the context key of a caller.
type callerKey struct{}

// WithCaller returns a context for work on behalf of one client, identified by any
// comparable value. One caller may take a quarter of the places for payers being
// inspected, and a quarter of those for running wallet code. Work without a caller is
// limited only by the total.
func WithCaller(ctx context.Context, caller any) context.Context {
	return context.WithValue(ctx, callerKey{}, caller)
}

// Caller returns the client that ctx works for, or nil.
func Caller(ctx context.Context) any { return ctx.Value(callerKey{}) }

func (a *admission) inspectors(l *Launch) *inspectors {
	v, known := a.payers.Load(l.Slug)
	if !known {
		v, _ = a.payers.LoadOrStore(l.Slug, &inspectors{
			signed:   inspector{calls: 2, places: places{max: 40 * maxInspect}},
			doubtful: inspector{calls: 1, places: places{max: 8 * maxInspect}},
		})
	}
	return v.(*inspectors)
}

// inspect reads the asset's state of a payment's payer. It returns ErrBusy if too many
// payers are being inspected, in total or for the caller of ctx. ctx ends only the
// wait: others wait for the same call.
func (a *admission) inspect(ctx context.Context, l *Launch, key PayerKey) (Payer, error) {
	return a.inspectors(l).signed.inspect(ctx, a.chain, l, key)
}

// inspectDoubtful is inspect for a payment that the payer's own key did not sign.
func (a *admission) inspectDoubtful(ctx context.Context, l *Launch, key PayerKey) (Payer, error) {
	return a.inspectors(l).doubtful.inspect(ctx, a.chain, l, key)
}

func (in *inspector) inspect(ctx context.Context, chain StateReader, l *Launch, key PayerKey) (Payer, error) {
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

// places is a limit on concurrent work: a total, and a quarter of it for one caller.
type places struct {
	max int

	mu    sync.Mutex
	taken int
	by    map[any]int // taken, by caller
}

// take reports whether a place was free and takes it; give returns it.
func (p *places) take(caller any) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.taken >= p.max || (caller != nil && p.by[caller] >= p.max/4) {
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

// coded are orders of accounts with code that may be under way. A restart forgets them.
type coded struct {
	mu     sync.Mutex
	orders map[PaymentID]int // with their units
	pruned Block             // head at which orders that ended were removed
}

// admitCode counts an order of an account with code as under way. It fails if all of them
// together could burn more gas than may be burned.
func (a *admission) admitCode(ctx context.Context, id PaymentID, o *Order) error {
	h, c := a.monitor.latest.Load(), &a.coded
	if h.walletRoom < 0 {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	full := func() bool { return c.units(id) > 0 && c.units(id)+o.units() > h.walletRoom || h.walletRoom == 0 }
	if full() && c.pruned != h.head {
		c.pruned = h.head
		for id := range c.orders {
			o, err := a.store.Order(ctx, id)
			if s := o.State(); errors.Is(err, ErrNotFound) || err == nil && s != Claimed && s != Minting {
				delete(c.orders, id)
			}
		}
	}
	if _, known := c.orders[id]; full() && !known {
		return ErrBusy
	}
	if c.orders == nil {
		c.orders = map[PaymentID]int{}
	}
	c.orders[id] = o.units()
	return nil
}

// units returns the units of all orders but one.
func (c *coded) units(but PaymentID) (n int) {
	for id, units := range c.orders {
		if id != but {
			n += units
		}
	}
	return n
}

func (c *coded) drop(id PaymentID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.orders, id)
}

// call reads batches of waiting requests until no request waits.
func (in *inspector) call(ctx context.Context, chain StateReader, l *Launch) {
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
		payers, err := chain.Inspect(limited, *l, keys, 0)
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

// next returns the next batch, at most maxInspect requests. It skips requests that were
// given up. If the batch is empty, it counts this call as ended.
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

// accounts is a set with expiry. It keeps two generations of at most max entries each;
// when the newer one is full, it replaces the older. golang-lru's set with expiry does not
// fit: it reads the machine's clock, and we hand in ours.
type accounts struct {
	lasts time.Duration
	max   int

	mu           sync.Mutex
	newer, older map[common.Address]time.Time // account → expiry
}

// maxAccounts is the maximum number of accounts in one generation.
const maxAccounts = 50_000

// eoaFor is how long an account is taken for one without code.
const eoaFor = time.Minute

func newAccounts(lasts time.Duration) *accounts {
	return &accounts{lasts: lasts, max: maxAccounts}
}

func (a *accounts) add(account common.Address, now time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.newer == nil || len(a.newer) >= a.max {
		a.newer, a.older = map[common.Address]time.Time{}, a.newer
	}
	a.newer[account] = now.Add(a.lasts)
}

func (a *accounts) has(account common.Address, now time.Time) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return now.Before(a.newer[account]) || now.Before(a.older[account])
}
