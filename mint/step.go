package mint

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

// memory is what the loop remembers between steps. All of it can be lost: it
// only saves calls, or delays a conclusion until it was seen for long enough.
type memory struct {
	head, final Block
	headSeen    time.Time               // when head last changed, by the wall clock
	conditions  map[string]Conditions   // by launch slug
	checkedAt   common.Hash             // head for which conditions were read
	sent        map[int64]sending       // transaction → when last sent
	usedAt      map[int64]uint64        // transaction → head when its account nonce was first seen used by another
	heldAt      map[PaymentID]uint64    // settled order → head when its mint was last refused
	expiredAt   uint64                  // final block for which expiry was looked at
	gas         map[common.Address]bool // sender → has enough
	failures    map[PaymentID]int       // order → transactions of ours that carried and did not reach it
}

type sending struct {
	head uint64
	at   time.Time
}

func (m *memory) init() {
	*m = memory{conditions: map[string]Conditions{}, sent: map[int64]sending{}, usedAt: map[int64]uint64{},
		heldAt: map[PaymentID]uint64{}, gas: map[common.Address]bool{},
		failures: map[PaymentID]int{}}
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
	caughtUp, err := e.advance(ctx, launches)
	if err != nil {
		e.examine(launches, err)
		return fmt.Errorf("read chain: %w", err)
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
			e.examine(launches, err)
			return fmt.Errorf("%s: %w", do.what, err)
		}
	}
	e.examine(launches, nil)
	if !caughtUp {
		e.nudge()
		return nil // nothing is sent on an old view of the chain
	}
	return e.send(ctx)
}

// maxBlocks is how many blocks one Advance reads at most.
const maxBlocks = 2000

// advance reads the chain up to its head, at most maxBlocks at a time, taking
// back what a reorg took. It reports whether the head was reached.
func (e *Engine) advance(ctx context.Context, launches []Launch) (caughtUp bool, err error) {
	latest, final, err := e.Chain.Head(ctx)
	if err != nil {
		return false, err
	}
	cursor, err := e.Store.Cursor(ctx)
	if err != nil {
		return false, err
	}
	var common, read Block // the newest block shared with the chain; the newest read
	if len(cursor) == 0 {  // nothing read yet
		if common, err = e.genesis(ctx, launches, latest); err != nil {
			return false, err
		}
		read = common
	} else {
		read = cursor[0]
		if latest.Number < read.Number {
			return true, nil // a node that lags, or a branch that has yet to grow
		}
		if latest.Hash == read.Hash {
			common = read
		} else if common, err = e.shared(ctx, cursor); err != nil {
			return false, err
		}
	}
	head := latest
	if latest.Number > common.Number+maxBlocks {
		if head, err = e.Chain.Block(ctx, common.Number+maxBlocks); err != nil {
			return false, err
		}
	}
	if final.Number > head.Number {
		final = head
	}
	if head.Hash == e.memory.head.Hash && final.Number == e.memory.final.Number {
		return true, nil
	}
	a := Advance{RevertTo: common.Number, Head: head, Final: final}
	if head.Number > common.Number && len(launches) > 0 {
		if a.Events, err = e.Chain.Events(ctx, launches, common.Number+1, head.Number); err != nil {
			return false, err
		}
		// A reorg between the two calls would mix two branches.
		again, err := e.Chain.Block(ctx, head.Number)
		if err != nil {
			return false, err
		}
		if again.Hash != head.Hash {
			return false, fmt.Errorf("block %d changed while it was read", head.Number)
		}
	}
	if common.Number < read.Number {
		e.Log.Warn("reorg", "from", read.Number, "to", common.Number)
	}
	changed, err := e.Store.Advance(ctx, a)
	if err != nil {
		return false, err
	}
	if head.Hash != e.memory.head.Hash {
		e.memory.head, e.memory.headSeen = head, e.Clock()
	}
	e.memory.final = final
	e.tell(ctx, changed)
	e.waiters.read(head.Number)
	return head.Number == latest.Number, nil
}

// genesis is the block before the first launch's, from which reading begins.
func (e *Engine) genesis(ctx context.Context, launches []Launch, latest Block) (Block, error) {
	from := latest.Number
	for _, l := range launches {
		from = min(from, max(l.DeployedAt, 1)-1)
	}
	return e.Chain.Block(ctx, from)
}

// shared is the newest block we have read that the chain still has.
func (e *Engine) shared(ctx context.Context, cursor []Block) (Block, error) {
	for _, b := range cursor {
		now, err := e.Chain.Block(ctx, b.Number)
		if errors.Is(err, ErrUnknownBlock) {
			continue
		}
		if err != nil {
			return Block{}, err
		}
		if now.Hash == b.Hash {
			return b, nil
		}
	}
	oldest := cursor[len(cursor)-1]
	return Block{}, fmt.Errorf("final block %d (%s) is not the chain's: this database belongs to another chain", oldest.Number, oldest.Hash)
}

// backfill reads what happened to launches that were registered after the cursor
// had passed their deployment.
func (e *Engine) backfill(ctx context.Context, launches []Launch) error {
	cursor, err := e.Store.Cursor(ctx)
	if err != nil || len(cursor) == 0 {
		return err
	}
	for _, l := range launches {
		if known, err := e.Store.Events(ctx, l.Slug, 1); err != nil || len(known) > 0 {
			if err != nil {
				return err
			}
			continue
		}
		for from := l.DeployedAt; from <= cursor[0].Number; from += maxBlocks {
			events, err := e.Chain.Events(ctx, []Launch{l}, from, min(from+maxBlocks-1, cursor[0].Number))
			if err != nil {
				return fmt.Errorf("read events of %s: %w", l.Slug, err)
			}
			if err := e.apply(ctx, cursor, events); err != nil {
				return err
			}
		}
	}
	return nil
}

// apply adds events of blocks that the cursor has passed already.
func (e *Engine) apply(ctx context.Context, cursor []Block, events []Event) error {
	if len(events) == 0 {
		return nil
	}
	final := cursor[len(cursor)-1]
	changed, err := e.Store.Advance(ctx, Advance{RevertTo: cursor[0].Number, Events: events, Head: cursor[0], Final: final})
	e.tell(ctx, changed)
	return err
}

// tell logs and announces orders that changed.
func (e *Engine) tell(ctx context.Context, ids []PaymentID) {
	for _, id := range ids {
		if o, err := e.Store.Order(ctx, id); err == nil {
			e.log(o)
		}
	}
	e.waiters.changed(ids...)
}

// resolve asks what became of the transactions in flight.
func (e *Engine) resolve(ctx context.Context, launches []Launch) error {
	txs, err := e.Store.InFlight(ctx)
	if err != nil {
		return err
	}
	var hashes []common.Hash
	var owner []Transaction
	for _, tx := range txs {
		if tx.Mined.Seen() {
			continue
		}
		for _, a := range tx.Attempts {
			hashes, owner = append(hashes, a.Hash), append(owner, tx)
		}
	}
	if len(hashes) == 0 {
		return nil
	}
	receipts, err := e.Chain.Receipts(ctx, hashes)
	if err != nil {
		return err
	}
	for i, r := range receipts {
		if r == nil || r.At.Block > e.memory.head.Number {
			continue // not mined, or in a block that we have yet to read
		}
		if err := e.resolveOne(ctx, launches, owner[i], *r); err != nil {
			return fmt.Errorf("transaction %s: %w", hashes[i], err)
		}
	}
	return nil
}

func (e *Engine) resolveOne(ctx context.Context, launches []Launch, tx Transaction, r Receipt) error {
	block, err := e.Chain.Block(ctx, r.At.Block)
	if err != nil || block.Hash != r.At.BlockHash {
		return err // of a branch that lost; the next step sees
	}
	for _, id := range r.Minted {
		o, err := e.Store.Order(ctx, id)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		if err == nil && o.Mint.Seen() {
			continue
		}
		// The receipt knows of a mint that the logs did not show. To release the
		// order would be wrong, so the block is read again first.
		cursor, err := e.Store.Cursor(ctx)
		if err != nil || len(cursor) == 0 {
			return err
		}
		events, err := e.Chain.Events(ctx, launches, r.At.Block, r.At.Block)
		if err != nil {
			return err
		}
		if err := e.apply(ctx, cursor, events); err != nil {
			return err
		}
		if o, err = e.Store.Order(ctx, id); err != nil || !o.Mint.Seen() {
			return fmt.Errorf("the receipt says that %s was minted and the logs of block %d do not", id, r.At.Block)
		}
	}
	if err := e.Store.Resolve(ctx, tx.ID, r); err != nil {
		return err
	}
	delete(e.memory.sent, tx.ID)
	delete(e.memory.usedAt, tx.ID)
	e.Log.Info("mined", "tx", r.At.Tx, "block", r.At.Block, "minted", len(r.Minted), "skipped", len(r.Skipped), "reverted", r.Reverted)
	return e.released(ctx, tx.Orders)
}

// maxFailures is how many transactions of ours may carry an order and not reach
// it before it is parked: what the simulation lets pass and the chain does not
// must not burn gas for ever.
const maxFailures = 5

// released announces those of a transaction's orders that it did not mint, and
// parks those that it happened to too often.
func (e *Engine) released(ctx context.Context, ids []PaymentID) error {
	var released []PaymentID
	tooOften := map[PaymentID]string{}
	for _, id := range ids {
		o, err := e.Store.Order(ctx, id)
		if errors.Is(err, ErrNotFound) {
			continue // foreign, and its settlement was taken back
		}
		if err != nil {
			return err
		}
		if o.Mint.Seen() {
			delete(e.memory.failures, id)
			continue
		}
		released = append(released, id)
		if o.State() != Claimed {
			continue
		}
		if e.memory.failures[id]++; e.memory.failures[id] >= maxFailures {
			tooOften[id] = fmt.Sprintf("%d transactions did not reach it", maxFailures)
			delete(e.memory.failures, id)
		}
	}
	if len(tooOften) > 0 {
		if err := e.Store.Park(ctx, tooOften); err != nil {
			return err
		}
	}
	e.tell(ctx, released)
	return nil
}

// expire voids orders of which a final block shows that they can never execute:
// the authorization's window has ended and it is unused, or it is used at the
// final block and paid us nothing up to there.
func (e *Engine) expire(ctx context.Context, launches []Launch) error {
	final := e.memory.final
	if final.Number == 0 || final.Number == e.memory.expiredAt {
		return nil
	}
	for _, l := range launches {
		orders, err := e.Store.Orders(ctx, Query{Launch: l.Slug, States: []State{Claimed, Parked}, Oldest: true})
		if err != nil {
			return err
		}
		var ended, parked []Order
		for _, o := range orders {
			switch {
			case o.Foreign():
			case !final.Time.Before(time.Unix(o.Authorization.ValidBefore.Int64(), 0)):
				ended = append(ended, o)
			case o.State() == Parked:
				parked = append(parked, o)
			}
		}
		void := map[PaymentID]string{}
		// A payment nonce that is unused now was unused at the final block too.
		err = e.eachPayer(ctx, l, ended, 0, func(o Order, p Payer) {
			if !p.Used {
				void[o.ID] = "the authorization expired unused"
			}
		})
		if err != nil {
			return err
		}
		// Whatever is used at the final block without an event of ours up to
		// there was cancelled or paid to somebody else. A node that has forgotten
		// that block's state leaves the order parked, which is never wrong.
		if err := e.eachPayer(ctx, l, append(ended, parked...), final.Number, func(o Order, p Payer) {
			if p.Used {
				void[o.ID] = "the authorization was cancelled, or used for something else"
			}
		}); err != nil {
			e.Log.Debug("read payers at final block", "block", final.Number, "err", err)
		}
		if len(void) == 0 {
			continue
		}
		if err := e.Store.Void(ctx, void); err != nil {
			return err
		}
		e.tell(ctx, keys(void))
	}
	e.memory.expiredAt = final.Number
	return nil
}

func (e *Engine) eachPayer(ctx context.Context, l Launch, orders []Order, at uint64, do func(Order, Payer)) error {
	for len(orders) > 0 {
		n := min(len(orders), maxInspect)
		ask := make([]PayerKey, n)
		for i, o := range orders[:n] {
			ask[i] = PayerKey{o.Payer, o.Authorization.Nonce}
		}
		payers, err := e.Chain.Inspect(ctx, l, ask, at)
		if err != nil {
			return fmt.Errorf("inspect payers: %w", err)
		}
		for i, o := range orders[:n] {
			do(o, payers[i])
		}
		orders = orders[n:]
	}
	return nil
}

func keys(m map[PaymentID]string) []PaymentID {
	ids := make([]PaymentID, 0, len(m))
	for id := range m {
		ids = append(ids, id)
	}
	return ids
}
