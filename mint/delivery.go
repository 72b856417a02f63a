package mint

import (
	"context"
	"fmt"
	"maps"
	"slices"
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
	if d := e.delivered.Load(); d != nil {
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

// submit hands a signing to the nodes and records their answers. It returns nil if one
// node accepted it.
func (e *Engine) submit(ctx context.Context, tx Transaction, a Attempt) *Refusal {
	head := e.memory.head.Number
	e.memory.sent[tx.ID] = sending{head, e.Clock()}
	// A slow node must not hold up other work; the transaction is sent again anyway.
	ctx, cancel := context.WithTimeout(ctx, e.Patience)
	defer cancel()
	err := e.Chain.Send(ctx, a.Raw)
	if err == nil {
		e.memory.taken[tx.ID] = true
		delete(e.memory.refusedSince, tx.ID)
		e.memory.refusing = refusing{}
		delete(e.memory.refusedLines, tx.Sender)
		e.grumble("send transaction", nil)
		return nil
	}
	r := asRefusal(err)
	e.Log.Debug("send", "tx", a.Hash, "class", r.Class, "err", err)
	e.memory.refused[r.Class]++
	if _, known := e.memory.refusedSince[tx.ID]; !known && r.Class.ofSender() {
		e.memory.refusedSince[tx.ID] = refusedTx{tx.Sender, head}
	}
	if r.Class.counts() && len(tx.Orders) > 0 {
		row := &e.memory.refusing
		if row.since == 0 {
			row.since = head
		}
		if row.last != head || row.class != r.Class {
			e.grumble("send transaction", r)
		}
		row.last, row.class = head, r.Class
	}
	return r
}

// deliveryFaults returns faults if claimed payments do not arrive, and why.
func (e *Engine) deliveryFaults(ctx context.Context, launches []Launch) []Fault {
	faults := slices.Concat(e.refusalFaults(ctx), e.lineFaults(), e.lostFaults(), e.arrivalFaults(ctx, launches))
	d := e.memory.delivery
	d.Refused = maps.Clone(e.memory.refused)
	d.RefusedBlocks = e.memory.refusing.blocks()
	for _, a := range e.memory.arrivals {
		d.WaitingBlocks = max(d.WaitingBlocks, e.memory.head.Number-a.at.Number)
	}
	e.delivered.Store(&d)
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
func (e *Engine) refusalFaults(ctx context.Context) []Fault {
	row := e.memory.refusing
	if row.blocks() < refusedBlocks {
		return nil
	}
	txs, err := e.Store.InFlight(ctx)
	if err == nil && !slices.ContainsFunc(txs, func(tx Transaction) bool { return !tx.Mined.Seen() }) {
		e.memory.refusing = refusing{}
		return nil
	}
	return []Fault{delivering(fault("not_delivering", "nodes have refused our transactions for %d blocks (%s): payments wait, uncharged", row.blocks(), row.class))}
}

// lineFaults returns a fault if no sender's transactions move.
func (e *Engine) lineFaults() []Fault {
	var why []string
	for _, s := range e.Senders {
		switch class, refused := e.memory.refusedLines[s]; {
		case refused:
			why = append(why, fmt.Sprintf("nodes refuse whatever %s sends (%s)", s, class))
		case e.memory.stuck[s] > 0:
			why = append(why, fmt.Sprintf("a transaction of %s was re-priced %d times and is not mined", s, e.memory.stuck[s]))
		}
	}
	if len(why) < len(e.Senders) || len(why) == 0 {
		return nil
	}
	return []Fault{delivering(fault("not_delivering", "%s", why[0]))}
}

// lostFaults returns a fault for each sender key that is used elsewhere.
func (e *Engine) lostFaults() []Fault {
	var faults []Fault
	for _, s := range e.Senders {
		recent := slices.DeleteFunc(e.memory.lostAt[s], func(head uint64) bool { return head+lostBlocks < e.memory.head.Number })
		e.memory.lostAt[s] = recent
		if len(recent) >= maxLost {
			faults = append(faults, delivering(fault("account_nonce_lost",
				"%d account nonces of %s were used elsewhere within %d blocks: give each server a key of its own", len(recent), s, lostBlocks)))
		}
	}
	return faults
}

// arrivalFaults returns a fault for each launch with payments that wait and have not
// arrived for some blocks, although no other fault keeps them from being sent.
func (e *Engine) arrivalFaults(ctx context.Context, launches []Launch) []Fault {
	var faults []Fault
	head := e.memory.head
	fresh := e.memory.looked != head
	e.memory.looked = head
	for _, l := range launches {
		last, waits := e.memory.arrivals[l.Slug]
		if fresh {
			n, err := e.Store.Count(ctx, Query{Launch: l.Slug, States: []State{Claimed, Minting}})
			switch {
			case err != nil:
				continue
			case n == 0 || e.memory.behind || !e.mayDeliver(l.Slug):
				delete(e.memory.arrivals, l.Slug)
				continue
			case !waits || last.sold != l.Sold:
				last = arrival{l.Sold, head}
				e.memory.arrivals[l.Slug] = last
			}
		}
		if waits && head.Number >= last.at.Number+waitBlocks && head.Time.Sub(last.at.Time) >= waitTime {
			faults = append(faults, delivering(launchFault("not_delivering", l, "payments for %s wait and none has arrived for %d blocks", l.Slug, head.Number-last.at.Number)))
		}
	}
	return faults
}

// usable reports whether a sender may send another transaction.
func (e *Engine) usable(s common.Address) bool {
	_, refused := e.memory.refusedLines[s]
	return e.memory.gas[s] && !refused && e.memory.stuck[s] == 0 && !e.memory.resting.has(s, e.memory.head.Number, e.Clock())
}
