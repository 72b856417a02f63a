package mint

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/x402"
)

// Engine turns payments into mints. Its fields are set before Open.
type Engine struct {
	Store Store
	Chain Chain
	Log   *slog.Logger
	// Clock is the wall clock, for windows and waits; finality uses the chain's time.
	Clock func() time.Time
	// ChainID is the chain that every launch is on.
	ChainID uint64
	// Senders are the accounts that send batches; each has its own sequence of account
	// nonces.
	Senders []common.Address
	// Minter mints for payments that were settled elsewhere. It is zero if this server
	// has no minter; such orders then stay owed.
	Minter common.Address
	// Facilitators settle the payments of some launches; nil: of none.
	Facilitators Facilitators

	Settings

	signals   signals
	notify    notifier
	monitor   monitor
	admission *admission
	loop      *loop
	turns     turns
	opened    *opening
	queued    queue
}

// Open checks the fields and reads from the store the data needed for a start. It makes
// no request to a node; the steps do that, and retry. Until they have read the chain,
// the engine quotes no price but returns known orders.
func (e *Engine) Open(ctx context.Context) error {
	if len(e.Senders) == 0 {
		return errors.New("open engine: a sender is needed")
	}
	if _, err := e.begin(ctx); err != nil {
		return fmt.Errorf("open engine: %w", err)
	}
	return nil
}

// Read reads the chain up to its head. It sends nothing and needs no sender: it fills a
// new store from the chain. It does not check the books, so the caller has to. It calls
// seen with the block reached after each read but the last.
func (e *Engine) Read(ctx context.Context, seen func(Block)) error {
	launches, err := e.begin(ctx)
	if err != nil {
		return fmt.Errorf("read chain: %w", err)
	}
	for {
		caughtUp, err := e.loop.follower.advance(ctx, launches, false)
		if err != nil {
			return fmt.Errorf("read chain: %w", err)
		}
		if caughtUp {
			return nil
		}
		seen(e.loop.view.head)
	}
}

// begin checks the fields and fills in the defaults. It makes no request to a node.
func (e *Engine) begin(ctx context.Context) ([]Launch, error) {
	if e.Store == nil || e.Chain == nil || e.ChainID == 0 {
		return nil, errors.New("store, chain and chain id are needed")
	}
	if e.Clock == nil {
		e.Clock = time.Now
	}
	if e.Log == nil {
		e.Log = slog.New(slog.DiscardHandler)
	}
	e.Settings.defaults()
	e.build()
	e.monitor.latest.Store(&health{faults: e.loop.follower.startingFaults(), walletRoom: -1})
	launches, err := e.Store.Launches(ctx)
	if err != nil {
		return nil, err
	}
	for _, l := range launches {
		if l.ChainID != e.ChainID {
			return nil, fmt.Errorf("launch %s is on chain %d, not %d", l.Slug, l.ChainID, e.ChainID)
		}
	}
	return launches, nil
}

// Run steps until ctx is done: immediately when there is something new to send or a
// node announced a head (see [Engine.HeadChanged]), otherwise after pauses that follow
// the chain's pace (see pause). It logs errors and retries the step. The only error
// that ends it is ErrReplaced: another process owns the database, and this one's writes
// no longer count.
func (e *Engine) Run(ctx context.Context) error { return e.loop.run(ctx) }

// HeadChanged tells Run that a node announced a new block. It does not wait. While
// announcements arrive and no work is under way, Run does not poll between them.
func (e *Engine) HeadChanged() { signal(e.signals.head) }

// ReadNow makes Run read the chain now. It does not wait.
func (e *Engine) ReadNow() { signal(e.signals.read) }

// Drain takes no new payments and steps until no order is claimed or minting, or ctx is
// done. An order that is mined counts as minting until the block is read. Run must have
// ended.
func (e *Engine) Drain(ctx context.Context) error { return e.loop.drain(ctx) }

// Offer reports whether a quantity could be sold now; it runs before a price is quoted.
// Its errors are those errors of Mint that need no payment.
func (e *Engine) Offer(ctx context.Context, slug string, quantity int64) (Launch, error) {
	e.opened.wait(ctx)
	launch, err := e.Store.Launch(ctx, slug)
	if err != nil {
		return Launch{}, err
	}
	return launch, e.admission.offer(&launch, quantity)
}

// OfferOf returns why a quantity of a launch cannot be sold now, or nil: Offer for a launch
// that the caller has read. It does not wait while the engine opens.
func (e *Engine) OfferOf(l *Launch, quantity int64) error { return e.admission.offer(l, quantity) }

// Check reports whether Mint would take a payment now, without claiming or storing it. A payment
// with an order that is not decided is checked again. Its errors are those of Mint;
// *x402.RefusedError also says that the payment's nonce is used on chain.
func (e *Engine) Check(ctx context.Context, slug string, quantity int64, p *x402.Payment) error {
	return e.admission.check(ctx, slug, quantity, p)
}

func (a *admission) check(ctx context.Context, slug string, quantity int64, p *x402.Payment) error {
	launch, err := a.store.Launch(ctx, slug)
	if err != nil {
		return err
	}
	spent := &x402.RefusedError{Reason: x402.ReasonNonceUsed, Detail: "the payment's nonce is used on chain"}
	id := NewPaymentID(launch.ChainID, launch.Asset.Address, p.Authorization.From, p.Authorization.Nonce)
	order, err := orderOf(ctx, a.store, id)
	known := err == nil
	switch {
	case !known && !errors.Is(err, ErrNotFound):
		return err
	case known && !order.bought(slug, quantity):
		return ErrConflict
	case known && (order.Mint.Seen() || order.Settlement.Seen() || order.Refund.Seen() || order.State() == Voided):
		return spent
	}
	if !known { // a known one has its keys, and its place in the queue
		if err := a.keyed(ctx, p); err != nil {
			return err
		}
		a.opened.wait(ctx)
		if err := a.offer(&launch, quantity); err != nil {
			return err
		}
	}
	_, err = a.verify(ctx, &launch, quantity, p)
	if !known {
		a.coded.drop(id) // it is not under way
	}
	if errors.Is(err, errUsed) {
		return spent
	}
	return err
}

// build makes the engine's parts and hands each what it needs. They keep no state from an
// earlier start.
func (e *Engine) build() {
	if e.turns.schedule == nil {
		e.turns.schedule = inSequence{}
	}
	e.signals = newSignals()
	e.opened = newOpening()
	quiet := &silence{clock: e.Clock, report: e.monitor.reportSilence}
	e.notify.store, e.notify.log = e.Store, e.Log
	m := &e.monitor
	m.Settings, m.log, m.clock, m.silence, m.notify = &e.Settings, e.Log, e.Clock, quiet, &e.notify
	used := &uses{}
	e.admission = &admission{Settings: &e.Settings, store: e.Store, chain: e.Chain, log: e.Log, clock: e.Clock, chainID: e.ChainID,
		monitor: m, notify: &e.notify, signals: &e.signals, queued: &e.queued, opened: e.opened, uses: used,
		knownEOAs: newAccounts(eoaFor), wallets: places{max: maxWallets}}
	if len(e.Senders) > 0 {
		e.admission.from = e.Senders[0]
	}
	e.loop = e.buildLoop(quiet, used)
}

func (e *Engine) buildLoop(quiet *silence, used *uses) *loop {
	v, r, notify, signals := &view{}, &rhythm{}, &e.notify, &e.signals
	chain := turnChain{e.Chain, &e.turns, &v.started, e.External}
	clocks := &clocks{Settings: &e.Settings, clock: e.Clock, view: v}
	blocks := &blocks{chain, quiet}
	a := &audit{store: e.Store, chain: chain, log: e.Log, clock: e.Clock, blocks: blocks, silence: quiet, notify: notify,
		view: v, signals: signals, turns: &e.turns, standings: map[string]*standing{}}
	f := &follower{store: e.Store, chain: chain, log: e.Log, clock: e.Clock, blocks: blocks, silence: quiet, notify: notify, view: v, audit: a}
	g := &gas{Settings: &e.Settings, store: e.Store, chain: chain, turns: &e.turns, log: e.Log, clock: e.Clock, senders: e.Senders, silence: quiet, view: v,
		rhythm: r, canPay: map[common.Address]bool{}}
	if e.Facilitators != nil && e.Minter != (common.Address{}) && !slices.Contains(e.Senders, e.Minter) {
		g.minters = []common.Address{e.Minter}
	}
	txs := &txManager{Settings: &e.Settings, store: e.Store, chain: chain, turns: &e.turns, signals: signals, log: e.Log, clock: e.Clock,
		senderStates: newSenderStates(&e.Settings, e.Clock, e.Senders, g, v), nonces: nonces{e.Store, chain, v, map[common.Address]accountCount{}}, notify: notify, view: v, rhythm: r, audit: a}
	txs.init()
	f.left = func() {
		clear(txs.usedAt)
		used.clear()
	}
	others := outsiders{e.Facilitators, &e.monitor, e.Minter}
	lp := &loop{Settings: &e.Settings, others: others, turns: &e.turns, store: e.Store, log: e.Log, clock: e.Clock, minter: e.Minter, signals: signals, notify: notify,
		monitor: &e.monitor, opened: e.opened, queued: &e.queued, stops: stops{}, view: v, rhythm: r, clocks: clocks, follower: f, audit: a, gas: g, txs: txs,
		backfill: &backfiller{chain: chain, log: e.Log, blocks: blocks, view: v, audit: a, signals: signals},
		expirer: &expirer{store: e.Store, chain: chain, log: e.Log, clock: e.Clock, clocks: clocks, blocks: blocks, notify: notify, view: v,
			audit: a, uses: used, ended: map[string]PaymentID{}, parked: map[string]PaymentID{}, held: map[string]PaymentID{}, others: others},
		batcher: &batcher{Settings: &e.Settings, others: others, store: e.Store, chain: chain, turns: &e.turns, clock: e.Clock, clocks: clocks, notify: notify,
			monitor: &e.monitor, view: v, rhythm: r, audit: a, gas: g, txs: txs, queued: &e.queued, after: map[string]cursor{}, taken: map[PaymentID]bool{}, left: map[string]Block{}, short: map[string]int{}},
		settler: &settler{Settings: &e.Settings, store: e.Store, chain: chain, turns: &e.turns, log: e.Log, clock: e.Clock, minter: e.Minter, clocks: clocks,
			notify: notify, view: v, audit: a, txs: txs, settled: map[string]PaymentID{}, busy: map[account]bool{}, guarded: map[string]bool{}, unbound: pauses[string]{}, unread: map[account]reason{}},
		delivery: &deliveryWatch{store: e.Store, senders: e.Senders, monitor: &e.monitor, view: v, txs: txs, arrivals: map[string]arrival{}},
	}
	lp.batcher.share = func(ctx context.Context) { lp.wakeLines(ctx, false) }
	lp.openLines(e.Senders)
	return lp
}

// grace is how long after Open a request for a price waits for the first read of the
// chain, so that a quick restart returns no 503.
const grace = 2 * time.Second

// opening is the time from Open to the end of the first step that read the chain up to
// its head; it lasts at most grace.
type opening struct {
	once sync.Once
	over chan struct{}
}

func newOpening() *opening {
	o := &opening{over: make(chan struct{})}
	time.AfterFunc(grace, o.end)
	return o
}

func (o *opening) end() { o.once.Do(func() { close(o.over) }) }

// wait returns when the opening is over, or ctx is done.
func (o *opening) wait(ctx context.Context) {
	if o == nil {
		return
	}
	select {
	case <-o.over:
	case <-ctx.Done():
	}
}

// WaitOpen returns once the chain was read up to its head, and at the latest 2 s after
// Open.
func (e *Engine) WaitOpen(ctx context.Context) { e.opened.wait(ctx) }

// Waiting publishes an error that prevents the first step. It is called before Run.
func (e *Engine) Waiting(ctx context.Context, trouble error) {
	launches, err := e.Store.Launches(ctx)
	if err != nil {
		trouble = err
	}
	e.loop.examine(ctx, launches, trouble)
}
