package mint

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/x402"
)

// Engine turns payments into mints. Its fields are set before Open.
type Engine struct {
	Store Store
	Chain Chain
	Log   *slog.Logger
	// Clock is the wall clock, for windows and waits; finality is the chain's time.
	Clock func() time.Time
	// ChainID is the chain that every launch is on.
	ChainID uint64
	// Senders are the accounts that send batches; each is an account-nonce line.
	Senders []common.Address
	// Minter mints for settlements that happened elsewhere; zero if there is none
	// here, and then such orders stay owed.
	Minter common.Address

	Settings

	waiters  waiters
	wake     chan struct{} // there is something to send
	look     chan struct{} // there may be a new block
	payers   sync.Map      // launch slug → *inspectors
	ledgers  sync.Map      // launch slug → *ledger
	faults   atomic.Pointer[health]
	queued   atomic.Int64
	memory   memory
	doubted  accounts // of which an item of ours was skipped on chain
	plain    accounts // that had no code when they were last asked about
	wallets  atomic.Int32
	draining atomic.Bool
}

// Settings are the engine's figures. Open fills in the defaults for zeros.
type Settings struct {
	Margin    time.Duration // what must be left of an authorization's window to be taken (30s)
	Window    time.Duration // how far in the future it may end (2h)
	BatchSize int           // orders a batch carries at most (100)
	InFlight  int           // transactions in flight an account-nonce line (8)
	Queue     int           // claimed orders at most (5,000)
	Replace   uint64        // blocks after which a transaction is sent again with higher fees (4)
	Poll      time.Duration // how often the head is asked for (500ms)
	Stale     time.Duration // age of the head after which nothing is sold (60s)
	MaxFee    *big.Int      // wei a gas that a replacement offers at most (500 gwei)
	Budget    *big.Int      // wei that gas may cost in 24 hours; nil: no limit
	Patience  time.Duration // how long a node may take to answer a transaction (3s)
	PerPayer  int           // orders of one payer claimed or minting at most (16)
}

func (s *Settings) defaults() {
	s.Margin = cmp.Or(s.Margin, 30*time.Second)
	s.Window = cmp.Or(s.Window, 2*time.Hour)
	s.BatchSize = cmp.Or(s.BatchSize, 100)
	s.InFlight = cmp.Or(s.InFlight, 8)
	s.Queue = cmp.Or(s.Queue, 5000)
	s.Replace = cmp.Or(s.Replace, 4)
	s.Poll = cmp.Or(s.Poll, 500*time.Millisecond)
	s.Stale = cmp.Or(s.Stale, time.Minute)
	s.MaxFee = cmp.Or(s.MaxFee, big.NewInt(500e9))
	s.Patience = cmp.Or(s.Patience, 3*time.Second)
	s.PerPayer = cmp.Or(s.PerPayer, 16)
}

// Open reads the chain up to its head, so that what happened while we were away
// is known before the first answer, and sends again what was stored. It is an
// error if a field is missing or the chain cannot be read.
func (e *Engine) Open(ctx context.Context) error {
	if len(e.Senders) == 0 {
		return errors.New("open engine: a sender is needed")
	}
	if _, err := e.begin(ctx); err != nil {
		return fmt.Errorf("open engine: %w", err)
	}
	for moved := 0; ; {
		if err := e.Step(ctx); errors.Is(err, ErrUnknownBlock) && moved < moves {
			moved++
			continue
		} else if err != nil {
			if e.memory.behind || e.memory.head.Hash == (common.Hash{}) {
				return fmt.Errorf("open engine: %w", err)
			}
			e.Log.Error("step", "err", err) // one order's trouble does not keep the others from starting
		}
		if !e.memory.behind {
			return nil
		}
		e.Log.Info("reading the chain", "block", e.memory.head.Number)
	}
}

// Read reads the chain up to its head, as Open does, and neither sends anything
// nor needs a sender: of a new store it makes what the chain knows. seen is told
// how far it got, now and then.
func (e *Engine) Read(ctx context.Context, seen func(Block)) error {
	launches, err := e.begin(ctx)
	if err != nil {
		return fmt.Errorf("read chain: %w", err)
	}
	for {
		caughtUp, err := e.advance(ctx, launches)
		if err != nil {
			return fmt.Errorf("read chain: %w", err)
		}
		if caughtUp {
			return nil
		}
		seen(e.memory.head)
	}
}

// begin checks the fields, fills in the defaults, and reads what happened to
// launches that are new to the store.
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
	e.wake, e.look = make(chan struct{}, 1), make(chan struct{}, 1)
	e.memory.init()
	e.doubted.lasts, e.doubted.most = doubt, 50_000
	e.plain.lasts, e.plain.most = time.Minute, 50_000
	e.faults.Store(&health{faults: []Fault{{Code: "starting", Detail: "starting up"}}})
	launches, err := e.Store.Launches(ctx)
	if err != nil {
		return nil, err
	}
	for _, l := range launches {
		if l.ChainID != e.ChainID {
			return nil, fmt.Errorf("launch %s is on chain %d, not %d", l.Slug, l.ChainID, e.ChainID)
		}
	}
	err = e.backfill(ctx, launches)
	for again := 0; errors.Is(err, ErrUnknownBlock) && again < moves; again++ {
		err = e.backfill(ctx, launches)
	}
	return launches, err
}

// moves is how many reorgs may come between two looks at the chain while the
// engine starts. The look after one is at one branch again.
const moves = 10

// Run steps until ctx is done: at once when there is something new to send or a
// head was announced (see [Engine.Look]), and every Poll. An error is logged and
// the step tried again; ErrReplaced alone ends it, since nothing that this
// process does can count any more.
func (e *Engine) Run(ctx context.Context) error {
	tick := time.NewTicker(e.Poll)
	defer tick.Stop()
	for failures := 0; ; {
		var err error
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			err = e.Step(ctx)
		case <-e.look:
			err = e.Step(ctx)
		case <-e.wake:
			switch {
			case e.memory.behind:
				err = e.Step(ctx)
			case failures == 0 && e.worthSending():
				err = e.send(ctx)
			}
		}
		switch {
		case errors.Is(err, ErrReplaced):
			e.draining.Store(true)
			return err
		case ctx.Err() != nil:
			return nil
		case err != nil:
			if failures++; failures&(failures-1) == 0 { // 1st, 2nd, 4th, 8th …
				e.Log.Error("step", "err", err, "failures", failures)
			}
		default:
			failures = 0
		}
	}
}

// Look makes Run look at the chain now, as when a node announces a block. It
// does not wait.
func (e *Engine) Look() {
	select {
	case e.look <- struct{}{}:
	default:
	}
}

// Drain takes no new payments and steps until nothing is claimed, minting or
// mined without being seen, or ctx is done. Run must have ended.
func (e *Engine) Drain(ctx context.Context) error {
	e.draining.Store(true)
	tick := time.NewTicker(e.Poll)
	defer tick.Stop()
	for {
		if err := e.Step(ctx); err != nil && ctx.Err() == nil {
			e.Log.Error("step", "err", err)
		} else if n, err := e.Store.Count(ctx, Query{States: []State{Claimed, Minting}}); err == nil && n == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// Mint takes a payment for a quantity of a launch's allotments and returns its
// order once it is mined, or parked, voided or refunded; or as it stands when
// ctx is done, which is not an error. The same payment again gets the same
// order, whatever has become of the sale meanwhile.
//
// Errors: ErrNotFound, ErrConflict, ErrSoldOut, ErrClosed, *NotOpenError,
// *QuantityError, ErrReserved, ErrBusy, *UnavailableError, *x402.RefusedError;
// after any of them nothing is claimed. Any other error is ours, and the payment
// may be presented again.
func (e *Engine) Mint(ctx context.Context, slug string, quantity int64, p *x402.Payment) (*Order, error) {
	// What takes much room on the stack has returned before the waiting begins:
	// a thousand may wait at a time.
	order, changed, cancel, err := e.take(ctx, slug, quantity, p)
	if err != nil {
		return nil, err
	}
	defer cancel()
	e.await(ctx, order, changed)
	return order, nil
}

// take claims a payment, or finds that it is known, and subscribes to what
// becomes of it.
func (e *Engine) take(ctx context.Context, slug string, quantity int64, p *x402.Payment) (_ *Order, changed <-chan struct{}, cancel func(), err error) {
	// What decides about money is not abandoned because a caller hung up.
	work := context.WithoutCancel(ctx)
	launch, err := e.Store.Launch(work, slug)
	if err != nil {
		return nil, nil, nil, err
	}
	id := NewPaymentID(e.ChainID, launch.Asset.Address, p.Authorization.From, p.Authorization.Nonce)
	changed, cancel = e.waiters.order(id)
	order, err := e.claim(ctx, launch, quantity, id, p)
	if err == nil && (order.Launch != slug || order.Quantity != quantity) {
		err = ErrConflict
	}
	if err != nil {
		cancel()
		return nil, nil, nil, err
	}
	return &order, changed, cancel, nil
}

// claim is the payment's order, claimed now or before. Whoever waits for it has
// subscribed already, so that no change of it falls between.
func (e *Engine) claim(ctx context.Context, launch Launch, quantity int64, id PaymentID, p *x402.Payment) (Order, error) {
	work := context.WithoutCancel(ctx)
	order, err := e.Store.Order(work, id)
	switch {
	case err == nil && (order.Launch != launch.Slug || order.Quantity != quantity):
		return Order{}, ErrConflict
	case err == nil:
		return e.again(work, launch, order, p), nil
	case !errors.Is(err, ErrNotFound):
		return Order{}, err
	}
	if err := e.offer(launch, quantity); err != nil {
		return Order{}, err
	}
	good, err := e.verify(work, launch, quantity, *p)
	if errors.Is(err, errUsed) {
		return e.used(ctx, launch, quantity, id, PayerKey{p.Authorization.From, p.Authorization.Nonce})
	}
	if err != nil {
		// A copy of it may have been claimed, and even mined, since we looked: then
		// that is why it does not pass.
		if order, lost := e.Store.Order(work, id); lost == nil && order.Launch == launch.Slug && order.Quantity == quantity {
			return order, nil
		}
		return Order{}, err
	}
	now := e.Clock()
	order, isNew, err := e.Store.Claim(work, Order{
		ID: id, Launch: launch.Slug, Payer: p.Authorization.From, Quantity: quantity, Value: p.Authorization.Value,
		Authorization: p.Authorization, Signature: good.signature, CreatedAt: now, UpdatedAt: now,
	}, good.credit)
	if errors.Is(err, ErrOvercommitted) {
		return Order{}, &x402.RefusedError{Reason: x402.ReasonBalance, Detail: ErrOvercommitted.Error()}
	}
	if err != nil {
		return Order{}, err
	}
	if isNew {
		e.queued.Add(1)
		e.log(&order)
	}
	e.nudge()
	return order, nil
}

// again answers for a payment that we know. A parked one is tried once more.
func (e *Engine) again(ctx context.Context, launch Launch, order Order, p *x402.Payment) Order {
	if order.State() != Parked || e.offer(launch, order.Quantity) != nil || order.Foreign() {
		return order
	}
	good, err := e.verify(ctx, launch, order.Quantity, *p)
	if err != nil {
		return order
	}
	if revived, err := e.Store.Revive(ctx, order.ID, good.credit); err == nil {
		order = revived
		e.log(&order)
		e.nudge()
	}
	return order
}

// used answers for a payment that we do not know and whose payment nonce is used
// on chain. If it paid us, the block that shows it is one we have read or are
// about to read. Only of blocks that we have read can it be said that it did not,
// so it has to be used below the newest of them: the newest state says nothing of
// the blocks that the same node, or another, lists, and a node that is about to
// list a block can answer for the one before with that block's state.
func (e *Engine) used(ctx context.Context, launch Launch, quantity int64, id PaymentID, key PayerKey) (Order, error) {
	work := context.WithoutCancel(ctx)
	for {
		head := e.waiters.last()
		order, err := e.Store.Order(work, id)
		switch {
		case err == nil:
			return order, nil
		case !errors.Is(err, ErrNotFound):
			return Order{}, err
		}
		before, err := e.usedBelow(work, launch, key, head)
		if err != nil {
			return Order{}, fmt.Errorf("inspect payer %s below block %d: %w", key.Payer, head.Number, err)
		}
		if before {
			return Order{}, &x402.RefusedError{Reason: x402.ReasonNonceUsed,
				Detail: "this authorization was cancelled, or used for something else"}
		}
		if err := e.waitHead(ctx, head.Number+1); err != nil {
			return Order{}, &UnavailableError{[]Fault{{Code: "chain_behind", Launch: launch.Slug,
				Detail: fmt.Sprintf("a block after %d, which may show this payment, is not read yet", head.Number)}}}
		}
	}
}

// usedBelow says that a block that we have read is the chain's still, and that the
// payment nonce was used before it.
func (e *Engine) usedBelow(ctx context.Context, launch Launch, key PayerKey, head Block) (bool, error) {
	if head.Number < 2 {
		return false, nil // block 0 would be the newest
	}
	payers, err := e.Chain.Inspect(ctx, launch, []PayerKey{key}, head.Number-1)
	if err != nil || !payers[0].Used {
		return false, err
	}
	now, err := e.Chain.Block(ctx, head.Number)
	return err == nil && now.Hash == head.Hash, err
}

// Offer says whether a quantity could be sold now, before a price is named. Its
// errors are those of Mint that need no payment.
func (e *Engine) Offer(ctx context.Context, slug string, quantity int64) (Launch, error) {
	launch, err := e.Store.Launch(ctx, slug)
	if err != nil {
		return Launch{}, err
	}
	return launch, e.offer(launch, quantity)
}

func (e *Engine) offer(l Launch, quantity int64) error {
	now := e.Clock()
	switch {
	case quantity < 1 || quantity > l.Limit:
		return &QuantityError{quantity, l.Limit}
	case l.Sold+quantity > l.Cap:
		return ErrSoldOut
	case l.Closed(now):
		return ErrClosed
	case now.Before(l.OpensAt):
		return &NotOpenError{l.OpensAt}
	}
	if faults := e.Faults(l.Slug); len(faults) > 0 {
		return &UnavailableError{faults}
	}
	switch {
	case l.Sold+l.Reserved+quantity > l.Cap:
		return ErrReserved
	case e.queued.Load() >= int64(e.Queue):
		return ErrBusy
	}
	return nil
}

func (e *Engine) nudge() {
	select {
	case e.wake <- struct{}{}:
	default:
	}
}

// log says each change of state once, with the same keys everywhere. Claims come
// by the thousand a second, and each is heard of again, so they are for debugging.
func (e *Engine) log(o *Order) {
	level := slog.LevelInfo
	if o.State() == Claimed {
		level = slog.LevelDebug
	}
	if !e.Log.Enabled(context.Background(), level) {
		return
	}
	args := []any{"payment", o.ID, "launch", o.Launch, "payer", o.Payer, "quantity", o.Quantity}
	if o.Mint.Seen() {
		args = append(args, "tx", o.Mint.Tx)
	} else if o.Settlement.Seen() {
		args = append(args, "tx", o.Settlement.Tx)
	}
	if r := o.Reason(); r != "" {
		args = append(args, "reason", r)
	}
	e.Log.Log(context.Background(), level, string(o.State()), args...)
}
