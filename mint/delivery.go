package mint

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync/atomic"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

// Delivery counts problems that keep payments from being delivered, since the start.
type Delivery struct {
	Refused       map[RefusalClass]uint64 // transactions that no node accepted, by the reason
	RefusedBlocks uint64                  // blocks in a row with refused sends and without an accepted one
	GivenBack     uint64                  // transactions replaced by an empty one, their orders released
	Unsimulated   uint64                  // simulations that no node answered
	Replaced      uint64                  // signings with higher fees
	LostNonces    uint64                  // account nonces that another transaction used
	WaitingBlocks uint64                  // blocks without an arrival, for the launch that waits longest
}

// Delivery returns the counts of the latest examination.
func (e *Engine) Delivery() Delivery {
	if d := e.loop.delivery.latest.Load(); d != nil {
		return *d
	}
	return Delivery{}
}

// Limits above which a sale that does not deliver stops.
const (
	// refusedBlocks is for how many blocks in a row sends may be refused.
	refusedBlocks = 4
	// waitBlocks and waitTime limit how long a launch may have no arrival while
	// payments wait. Both must pass; if its payments cannot even be sent, waitBlocks
	// suffices.
	waitBlocks, waitTime = 12, 30 * time.Second
	// maxReplaced is how often one account nonce may be re-priced before its sender
	// counts as stuck.
	maxReplaced = 6
	// maxLost is how many account nonces of a sender may be lost within lostBlocks.
	maxLost, lostBlocks = 3, 20
)

// losses are the heads at which each sender lost an account nonce.
type losses map[common.Address][]uint64

// many reports whether a sender lost so many account nonces within lostBlocks that its key is
// used elsewhere.
func (l losses) many(s common.Address, head uint64) bool {
	l[s] = slices.DeleteFunc(l[s], func(at uint64) bool { return at+lostBlocks < head })
	return len(l[s]) >= maxLost
}

// refusing is a run of blocks with refused sends and without an accepted one. It does
// not count transactions without orders: no payment waits for them.
type refusing struct {
	since, last uint64 // heads; 0: there is no such run
	class       RefusalClass
}

// end ends the run of a launch: nodes accepted a transaction with its orders, or a block
// has it.
func (u unsentRuns) end(tx Transaction) {
	if tx.Kind == Batch {
		delete(u, tx.Launch)
	}
}

// arrival is how long a launch has had no arrival on chain while payments waited. Blocks
// count only if nothing else kept the payments from being sent.
type arrival struct {
	sold    int64
	looked  Block // head of the last look
	blocks  uint64
	took    time.Duration
	stopped bool // the sale stopped for it, until an order arrives or no more wait
}

// extend counts the blocks since the last look.
func (a *arrival) extend(head Block, able bool) {
	if able && head.Number > a.looked.Number {
		a.blocks += head.Number - a.looked.Number
		a.took += max(head.Time.Sub(a.looked.Time), 0)
	}
	a.looked = head
}

// unsent is a run of failures to send a launch's orders. It ends when nodes accept or mine a
// transaction with them, or, once no order is left, when all that sending needs works again.
type unsent struct {
	since uint64 // head
	why   string
	tried Block // head at which that was last tried
}

// unsentRuns are the runs by launch slug.
type unsentRuns map[string]unsent

// add records that a launch's orders could not be sent.
func (u unsentRuns) add(launch string, head uint64, why string) {
	run, runs := u[launch]
	if !runs {
		run.since = head
	}
	run.why = why
	u[launch] = run
}

// deliveryWatch finds out whether claimed payments arrive on chain, and why not.
type deliveryWatch struct {
	store interface {
		OrderStore
		Outbox
	}
	senders []common.Address
	monitor *monitor
	view    *view
	txs     *txManager

	arrivals map[string]arrival       // by launch slug, while payments wait
	looked   Block                    // head of the last check of arrivals
	latest   atomic.Pointer[Delivery] // of the latest examination
}

// faults returns faults if claimed payments do not arrive, and why.
func (w *deliveryWatch) faults(ctx context.Context, launches []Launch) []Fault {
	faults := slices.Concat(w.refusalFaults(ctx), w.senderFaults(), w.arrivalFaults(ctx, launches))
	d := w.txs.delivery
	d.Refused = maps.Clone(w.txs.refused)
	d.RefusedBlocks = w.txs.refusing.blocks()
	for _, a := range w.arrivals {
		d.WaitingBlocks = max(d.WaitingBlocks, a.blocks)
	}
	w.latest.Store(&d)
	return faults
}

func (r refusing) blocks() uint64 {
	if r.since == 0 {
		return 0
	}
	return r.last - min(r.last, r.since) + 1
}

// refusalFaults returns a fault if nodes have refused all sends for some blocks. If no
// transaction is left to send, it clears that, so the next payment tries again. An earlier
// refusal is then no part of a later run.
func (w *deliveryWatch) refusalFaults(ctx context.Context) []Fault {
	row := w.txs.refusing
	if row.since == 0 {
		return nil
	}
	txs, err := w.store.InFlight(ctx)
	if err == nil && !slices.ContainsFunc(txs, func(tx Transaction) bool { return !tx.Mined.Seen() }) {
		w.txs.refusing = refusing{}
		return nil
	}
	if row.blocks() < refusedBlocks {
		return nil
	}
	return []Fault{delivering(fault("not_delivering", "nodes have refused our transactions for %d blocks (%s): payments wait, uncharged", row.blocks(), row.class))}
}

// unfit returns the senders that are not fit to send, and why.
func (w *deliveryWatch) unfit() (unfit []SenderFault) {
	for _, s := range w.senders {
		code, detail := "", ""
		enough, known := w.txs.gas.canPay[s]
		failing, fails := w.txs.signerFault(s)
		switch class, refused := w.txs.refusedSenders[s]; {
		case fails:
			code, detail = failing.Code, failing.Detail
		case refused:
			code, detail = "not_delivering", fmt.Sprintf("nodes refuse whatever %s sends (%s)", s, class)
		case w.txs.stuck[s] > 0:
			code, detail = "not_delivering", fmt.Sprintf("a transaction of %s was re-priced %d times and is not mined", s, w.txs.stuck[s])
		case w.txs.lostAt.many(s, w.view.head.Number):
			code, detail = "account_nonce_lost", fmt.Sprintf("%d account nonces of %s were used elsewhere within %d blocks: give each server a key of its own", len(w.txs.lostAt[s]), s, lostBlocks)
		case known && !enough:
			code, detail = "no_gas", fmt.Sprintf("%s has too little coin for gas", s)
		default:
			continue
		}
		unfit = append(unfit, SenderFault{s, code, detail})
	}
	return unfit
}

// senderFaults returns a fault for each sender if none is fit. A sender without gas gets none
// here: if all lack it, that is the fault no_gas.
func (w *deliveryWatch) senderFaults() (faults []Fault) {
	unfit := w.unfit()
	if len(unfit) < len(w.senders) {
		return nil
	}
	for _, u := range unfit {
		if u.Code != "no_gas" {
			faults = append(faults, ofSenders(delivering(Fault{Code: u.Code, Detail: u.Detail})))
		}
	}
	return faults
}

// arrivalFaults returns a fault for each launch with payments that wait and have not
// arrived for some blocks, although no other fault keeps them from being sent. The fault
// stays until an order arrives, so that nothing more is taken in between.
func (w *deliveryWatch) arrivalFaults(ctx context.Context, launches []Launch) (faults []Fault) {
	head := w.view.head
	fresh := w.looked != head
	w.looked = head
	for _, l := range launches {
		if fresh {
			w.look(ctx, l, head)
		}
		last, waits := w.arrivals[l.Slug]
		if !waits {
			continue
		}
		run, fails := w.txs.unsent[l.Slug]
		last.stopped = last.stopped || last.blocks >= waitBlocks && (last.took >= waitTime || fails && head.Number >= run.since+waitBlocks)
		w.arrivals[l.Slug] = last
		switch {
		case last.stopped && fails:
			faults = append(faults, delivering(launchFault("not_delivering", l, "payments for %s cannot be sent since block %d (%s); they wait, uncharged, and the sale goes on once one arrives", l.Slug, run.since, run.why)))
		case last.stopped:
			faults = append(faults, delivering(launchFault("not_delivering", l, "payments for %s wait and none has arrived for %d blocks", l.Slug, last.blocks)))
		}
	}
	return faults
}

// look counts the blocks for which a launch has had no arrival. A stranger's mint is one,
// too, but not while our orders cannot be sent.
func (w *deliveryWatch) look(ctx context.Context, l Launch, head Block) {
	if w.monitor.latest.Load().facilitated[l.Slug] { // its payments wait for facilitators, which have faults of their own
		delete(w.arrivals, l.Slug)
		delete(w.txs.unsent, l.Slug)
		return
	}
	last, waits := w.arrivals[l.Slug]
	_, fails := w.txs.unsent[l.Slug]
	able := !w.view.behind && w.monitor.mayDeliver(l.Slug)
	n, err := w.store.Count(ctx, Query{Launch: l.Slug, States: []State{Claimed, Minting}})
	switch {
	case err != nil:
		return
	case n == 0 && !(fails && last.stopped):
		delete(w.arrivals, l.Slug)
		delete(w.txs.unsent, l.Slug)
		return
	case !waits, last.sold != l.Sold && !fails:
		last = arrival{sold: l.Sold, looked: head}
	default:
		last.sold = l.Sold
		last.extend(head, able)
	}
	w.arrivals[l.Slug] = last
}
