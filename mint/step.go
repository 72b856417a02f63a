package mint

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

// memory is what the loop remembers between steps. All of it can be lost: it
// only saves calls, or delays a conclusion until it was seen for long enough.
type memory struct {
	head, final   Block
	astray        astray                  // where the final block is not the chain's
	behind        bool                    // the chain is longer than head
	newest        uint64                  // block that was said to be final, by any node
	doubted       int                     // launches whose events did not become final with head
	reading       reading                 // how fast it is read
	standings     map[string]*standing    // by launch slug
	turn          int                     // of launches that are behind, which is read on next
	checked       Block                   // head for which gas was looked at
	sent          map[int64]sending       // transaction → when last sent
	usedAt        map[int64]uint64        // transaction → head when its account nonce was first seen used by another
	settled       map[string]PaymentID    // launch slug → the settled order up to which the last round looked
	busy          map[account]bool        // accounts with a settled call in flight
	unread        map[account]string      // accounts whose history is too long for the budget → the reason for their orders
	folding       int                     // folds in flight
	folded        []fold                  // paid for in the last budgetPeriod
	ended, parked map[string]PaymentID    // launch slug → the order up to which the last round of each looked
	gas           map[common.Address]bool // sender → has enough
	failures      map[PaymentID]int       // order → transactions of ours that carried and did not reach it
	late          time.Duration           // age of the head when it came
	spent         *big.Int                // wei, in budgetPeriod
	fees          Fees                    // as nodes suggested them at the head priced
	priced        Block
	minTip        *big.Int // the least that a pool takes, as it said at the head minTipAt
	minTipAt      uint64
	lines         lines // as the last send left them

	// What does not move, and why; see delivery.go.
	portion      map[string]int                  // launch slug → orders that the next batch carries at most, after one failed
	held         pauses[PaymentID]               // orders that failed alone
	resting      pauses[common.Address]          // senders whose transaction could not be signed or stored
	refusedSince map[int64]refusedTx             // transactions that nodes refuse, as of an answer each
	taken        map[int64]bool                  // transactions of which a node took a signing
	capped       map[int64]bool                  // transactions of which nodes take no dearer signing
	refusedLines map[common.Address]RefusalClass // senders of whom nodes take nothing
	stuck        map[common.Address]int          // sender → how often its transaction was re-priced, if too often
	lostAt       map[common.Address][]uint64     // sender → heads at which an account nonce was lost
	refused      map[RefusalClass]uint64
	refusing     refusing
	arrivals     map[string]arrival // by launch slug, while payments wait
	looked       Block              // head for which arrivals were looked at
	grumbles     map[string]int     // what failed → how often in a row
	delivery     Delivery
}

// forget drops what is remembered of a transaction that is concluded, or mined.
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

// Step moves everything on by one look at the chain: read what happened, resolve
// what was sent, conclude what is final, send again what is not mined, and send
// what is claimed or owed. It is the live path and the recovery; run by one
// goroutine at a time.
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
		// A node that has not seen a block yet says nothing about the chain.
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
