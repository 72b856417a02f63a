package mint

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

// memory is the loop's state between steps. All of it can be lost: it only saves calls,
// or delays a conclusion until it was seen for long enough.
type memory struct {
	head, final   Block
	astray        astray                  // set when the stored final block is not on the chain
	behind        bool                    // the chain is longer than head
	newest        uint64                  // highest number that any node reported as final
	doubted       int                     // launches with events that did not become final with head
	reading       reading                 // how fast the chain is read
	standings     map[string]*standing    // by launch slug
	turn          int                     // index of the launch that is behind and is read next
	checked       Block                   // head of the last check of gas
	sent          map[int64]sending       // transaction → when last sent
	usedAt        map[int64]uint64        // transaction → head when its account nonce was first seen used by another
	settled       map[string]PaymentID    // launch slug → last settled order of the last round
	busy          map[account]bool        // accounts with a settled call in flight
	unread        map[account]string      // accounts with a history too long for the budget → the reason for their orders
	folding       int                     // folds in flight
	folded        []fold                  // paid for within budgetPeriod
	ended, parked map[string]PaymentID    // launch slug → last order of the last round of each
	gas           map[common.Address]bool // sender → has enough
	failures      map[PaymentID]int       // order → our transactions that carried it and did not reach it
	late          time.Duration           // age of the head when it came
	spent         *big.Int                // wei, within budgetPeriod
	fees          Fees                    // as suggested by nodes at the head priced
	priced        Block
	minTip        *big.Int // minimum tip of a pool, learned at the head minTipAt
	minTipAt      uint64
	lines         lines // as the last send left them

	// Things that do not move, and why; see delivery.go.
	portion      map[string]int                  // launch slug → maximum orders in the next batch, after one failed
	held         pauses[PaymentID]               // orders that failed alone
	resting      pauses[common.Address]          // senders paused after a failure
	refusedSince map[int64]refusedTx             // transaction → since when nodes refuse it
	taken        map[int64]bool                  // transactions that a node accepted in some signing
	capped       map[int64]bool                  // transactions that nodes do not accept at a higher price
	refusedLines map[common.Address]RefusalClass // senders that nodes refuse entirely
	stuck        map[common.Address]int          // sender → re-pricings of its transaction, if too many
	lostAt       map[common.Address][]uint64     // sender → heads when an account nonce was lost
	refused      map[RefusalClass]uint64
	refusing     refusing
	arrivals     map[string]arrival // by launch slug, while payments wait
	looked       Block              // head of the last check of arrivals
	grumbles     map[string]int     // failing operation → failures in a row
	delivery     Delivery
}

// forget drops the state of a transaction that is concluded or mined.
func (m *memory) forget(id int64) {
	delete(m.sent, id)
	delete(m.usedAt, id)
	delete(m.taken, id)
	delete(m.refusedSince, id)
	delete(m.capped, id)
}

type sending struct {
	head uint64
	at   time.Time
}

func (m *memory) init() {
	*m = memory{standings: map[string]*standing{}, sent: map[int64]sending{}, usedAt: map[int64]uint64{},
		settled: map[string]PaymentID{}, busy: map[account]bool{}, unread: map[account]string{}, gas: map[common.Address]bool{},
		failures: map[PaymentID]int{}, ended: map[string]PaymentID{}, parked: map[string]PaymentID{},
		portion: map[string]int{}, held: pauses[PaymentID]{}, resting: pauses[common.Address]{}, refusedSince: map[int64]refusedTx{}, taken: map[int64]bool{}, capped: map[int64]bool{},
		refusedLines: map[common.Address]RefusalClass{}, stuck: map[common.Address]int{}, lostAt: map[common.Address][]uint64{},
		refused: map[RefusalClass]uint64{}, arrivals: map[string]arrival{}, grumbles: map[string]int{}}
}

// Step moves every order forward after one read of the chain: it reads events, resolves
// sent transactions, concludes final orders, sends transactions again that are not
// mined, and sends claimed and owed orders. It is both the live path and the recovery.
// Only one goroutine at a time may run it.
func (e *Engine) Step(ctx context.Context) error {
	launches, err := e.Store.Launches(ctx)
	if err != nil {
		return fmt.Errorf("step: %w", err)
	}
	caughtUp, err := e.advance(ctx, launches, true)
	switch {
	case err == nil:
		e.memory.behind = !caughtUp
		e.follow(caughtUp)
		e.rhythm.saw(e.memory.head, e.Clock())
	case errors.Is(err, ErrUnknownBlock) && e.memory.head.Number > 0:
		// A node that has not seen a block yet is no evidence about the chain.
		e.Log.Debug("read chain", "err", err)
	default:
		if errors.Is(err, ErrOtherChain) {
			rejoined, lost := e.rejoin(ctx, launches)
			if rejoined {
				e.nudge()
			}
			err = errors.Join(err, lost)
		}
		e.examine(ctx, launches, err)
		return fmt.Errorf("read chain: %w", err)
	}
	e.memory.astray = astray{}
	if launches, err = e.Store.Launches(ctx); err != nil { // now with how far they were read
		return fmt.Errorf("step: %w", err)
	}
	for _, do := range []struct {
		what string
		step func(context.Context, []Launch) error
	}{
		{"read missing payments", e.readMissed},
		{"read final blocks a second time", e.readTwice},
		{"check books", e.checkAtHead},
		{"conclude final payments", e.finalize},
		{"look at gas", e.conditions},
		{"resolve transactions", e.resolve},
		{"conclude expired payments", e.expire},
	} {
		if err := do.step(ctx, launches); err != nil {
			e.examine(ctx, launches, err)
			return fmt.Errorf("%s: %w", do.what, err)
		}
	}
	e.examine(ctx, launches, nil)
	if e.memory.behind {
		e.nudge() // for the next step
		return nil
	}
	sent := e.send(ctx)
	if sent != nil && e.Store.Failed(sent) {
		e.examine(ctx, launches, sent)
	}
	arrived, err := e.catchUp(ctx, launches)
	if err == nil && arrived { // they can be sold
		if launches, err = e.Store.Launches(ctx); err == nil {
			err = e.check(ctx, launches)
			e.examine(ctx, launches, err)
		}
	}
	return errors.Join(sent, err)
}

// tell logs and announces orders that changed.
func (e *Engine) tell(ctx context.Context, ids []PaymentID) {
	for _, id := range ids {
		if o, err := e.Store.Order(ctx, id); err == nil {
			e.log(&o)
		}
	}
	e.waiters.changed(ids...)
	if len(ids) > 0 {
		e.changes.announce()
	}
}
