package mint

import (
	"context"
	"fmt"
	"math/big"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

// memory is what the loop remembers between steps. All of it can be lost: it
// only saves calls, or delays a conclusion until it was seen for long enough.
type memory struct {
	head, final   Block
	behind        bool                    // the chain is longer than head
	reading       reading                 // how fast it is read
	admitted      map[string]bool         // launch slug → all that happened to it up to head is in the store; replaced, not changed, once steps are made
	arrears       map[string]*arrears     // launch slug → what was read of one that is not admitted yet
	conditions    map[string]Conditions   // by launch slug; replaced, not changed
	unread        map[string]error        // launch slug → why its conditions could not be read the last time
	checked       Block                   // head for which conditions were read
	sent          map[int64]sending       // transaction → when last sent
	usedAt        map[int64]uint64        // transaction → head when its account nonce was first seen used by another
	heldAt        map[PaymentID]uint64    // settled order → head when its mint was last refused
	ended, parked map[string]PaymentID    // launch slug → the order up to which the last round of each looked
	expiredAt     uint64                  // final block for which expiry was looked at
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
	delete(m.capped, id)
}

type sending struct {
	head uint64
	at   time.Time
}

func (m *memory) init() {
	*m = memory{admitted: map[string]bool{}, arrears: map[string]*arrears{}, sent: map[int64]sending{}, usedAt: map[int64]uint64{},
		heldAt: map[PaymentID]uint64{}, gas: map[common.Address]bool{},
		failures: map[PaymentID]int{}, ended: map[string]PaymentID{}, parked: map[string]PaymentID{},
		portion: map[string]int{}, held: pauses[PaymentID]{}, resting: pauses[common.Address]{}, taken: map[int64]bool{}, capped: map[int64]bool{},
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
	known, late := e.admitted(launches)
	caughtUp, err := e.advance(ctx, known)
	if err != nil {
		e.examine(ctx, launches, err)
		return fmt.Errorf("read chain: %w", err)
	}
	e.memory.behind = !caughtUp
	e.follow(caughtUp)
	if caughtUp {
		e.admit(ctx, late)
	}
	for _, do := range []struct {
		what string
		step func(context.Context, []Launch) error
	}{
		{"read conditions", e.conditions},
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
	err = e.send(ctx)
	if err != nil && e.Store.Failed(err) {
		e.examine(ctx, launches, err)
	}
	return err
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
