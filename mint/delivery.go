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
	// payments wait. Both must pass.
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

// arrival is the last time that an order of a launch arrived on chain.
type arrival struct {
	sold int64
	at   Block
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
		d.WaitingBlocks = max(d.WaitingBlocks, w.view.head.Number-a.at.Number)
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
// transaction is left to send, it clears that, so the next payment tries again.
func (w *deliveryWatch) refusalFaults(ctx context.Context) []Fault {
	row := w.txs.refusing
	if row.blocks() < refusedBlocks {
		return nil
	}
	txs, err := w.store.InFlight(ctx)
	if err == nil && !slices.ContainsFunc(txs, func(tx Transaction) bool { return !tx.Mined.Seen() }) {
		w.txs.refusing = refusing{}
		return nil
	}
	return []Fault{delivering(fault("not_delivering", "nodes have refused our transactions for %d blocks (%s): payments wait, uncharged", row.blocks(), row.class))}
}

// unfit returns the senders that are not fit to send, and why.
func (w *deliveryWatch) unfit() (unfit []SenderFault) {
	for _, s := range w.senders {
		code, detail := "", ""
		enough, known := w.txs.gas.canPay[s]
		switch class, refused := w.txs.refusedSenders[s]; {
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
			faults = append(faults, delivering(Fault{Code: u.Code, Detail: u.Detail}))
		}
	}
	return faults
}

// arrivalFaults returns a fault for each launch with payments that wait and have not
// arrived for some blocks, although no other fault keeps them from being sent.
func (w *deliveryWatch) arrivalFaults(ctx context.Context, launches []Launch) []Fault {
	var faults []Fault
	head := w.view.head
	fresh := w.looked != head
	w.looked = head
	for _, l := range launches {
		last, waits := w.arrivals[l.Slug]
		if fresh {
			n, err := w.store.Count(ctx, Query{Launch: l.Slug, States: []State{Claimed, Minting}})
			switch {
			case err != nil:
				continue
			case n == 0 || w.view.behind || !w.monitor.mayDeliver(l.Slug):
				delete(w.arrivals, l.Slug)
				continue
			case !waits || last.sold != l.Sold:
				last = arrival{l.Sold, head}
				w.arrivals[l.Slug] = last
			}
		}
		if waits && head.Number >= last.at.Number+waitBlocks && head.Time.Sub(last.at.Time) >= waitTime {
			faults = append(faults, delivering(launchFault("not_delivering", l, "payments for %s wait and none has arrived for %d blocks", l.Slug, head.Number-last.at.Number)))
		}
	}
	return faults
}
