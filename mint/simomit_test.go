package mint_test

import (
	"context"
	"database/sql/driver"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
)

// fibber is what nodes leave out of their answers about events for a while, and
// what they add that is not on chain.
type fibber struct {
	rng   *rand.Rand
	pick  func(*rand.Rand) (simPayment, bool)
	until time.Time
	fib   fib
	honest,
	inventive bool // in the history
	tried map[fib]int

	from, to uint64 // blocks that it is about
	receipts bool   // they show it as well
	fickle   bool   // one answer in two is right
	node     int    // that answers so; -1: all
	invented []mint.Event

	past bool // in the history: all omit, and one lists invented mints and refunds when blocks are read again
	lies int  // how often it did
}

type fib int

const (
	truth         fib = iota
	omitsAsset        // money that came in, and what used a payment nonce
	omitsLaunch       // what the launch's contract says
	mistakesMints     // the asset's logs of a mint, without the launch's
	omitsAll
	inventsMint
	inventsMoney
	fibs
)

// newFibber draws from numbers of its own, so that the rest of a history stays what
// it is. No history has both: the contract counts what was sold and not to whom, so
// that one mint left out and another made up agree with it.
func newFibber(seed uint64, pick func(*rand.Rand) (simPayment, bool)) *fibber {
	rng := rand.New(rand.NewPCG(seed, 14))
	kind := rng.IntN(3)
	return &fibber{rng: rng, pick: pick, honest: kind == 0, inventive: kind == 1, tried: map[fib]int{}}
}

// omits says whether nodes leave out what happened, in the history.
func (f *fibber) omits() bool { return f != nil && !f.honest && !f.inventive }

// now is what nodes do at the moment. What was begun lasts until it recovers.
func (f *fibber) now(at time.Time, head uint64) fib {
	if f == nil || f.honest {
		return truth
	}
	if at.Before(f.until) {
		return f.fib
	}
	f.until = at.Add(time.Duration(2+f.rng.IntN(60)) * time.Second)
	f.fib, f.invented = truth, nil
	if f.rng.IntN(5) == 0 {
		return truth
	}
	f.fib = omitsAsset + fib(f.rng.IntN(4))
	if f.inventive {
		f.fib = inventsMint + fib(f.rng.IntN(2))
	}
	f.receipts, f.fickle, f.node = f.rng.IntN(2) == 0, f.rng.IntN(4) == 0, max(f.rng.IntN(7)-4, -1)
	f.from, f.to = 0, ^uint64(0)
	switch f.rng.IntN(4) {
	case 0: // one block
		f.from = head + uint64(f.rng.IntN(3)) - min(1, head)
		f.to = f.from
	case 1:
		f.from = head - min(head, uint64(f.rng.IntN(6)))
		f.to = f.from + uint64(f.rng.IntN(12))
	}
	return f.fib
}

// fibs says what the answer is that the node which is asked gives now.
func (n *simNet) fibs(attempt int) fib {
	f := n.fibber
	now := f.now(n.simChain.now, n.newest().block.Number)
	switch {
	case now == truth, f.node >= 0 && f.node != n.current, attempt >= mint.AttemptReceipts && !f.receipts, f.fickle && f.rng.IntN(2) == 0:
		return truth
	}
	return now
}

// told is what the node makes of the events of the blocks above `after` up to `to`.
func (n *simNet) told(events []mint.Event, launches []mint.Launch, after, to mint.Block, attempt int) []mint.Event {
	f, now := n.fibber, n.fibs(attempt)
	if now == truth {
		return events
	}
	if now >= inventsMint {
		return append(slices.Clone(events), f.invents(now, launches, n.seen()[after.Number+1:to.Number+1])...)
	}
	var told []mint.Event
	for _, e := range events {
		came := e.Kind == mint.EventSettled || e.Kind == mint.EventReceived
		switch in := f.from <= e.At.Block && e.At.Block <= f.to; {
		case !in, now == omitsAsset && !came, now == omitsLaunch && came, now == mistakesMints && e.Kind != mint.EventMinted:
			told = append(told, e)
			continue
		case now == mistakesMints:
			if e = mistaken(n.simChain, e, n.seen()[e.At.Block]); e.Nonce != (common.Hash{}) {
				told = append(told, e)
			}
		}
		f.tried[now]++
	}
	return told
}

// mistaken is the money of an atomic mint whose Minted is not seen.
func mistaken(c *simChain, e mint.Event, b *simBlock) mint.Event {
	e.Kind, e.At.LogIndex = mint.EventSettled, e.At.LogIndex+500
	e.Nonce = common.Hash{}
	for _, tx := range b.txs {
		for _, a := range tx.Auths {
			if tx.Kind != "settled" && c.id(a.From, a.Nonce) == e.ID && tx.hash() == e.At.Tx {
				e.Nonce = a.Nonce
			}
		}
	}
	return e
}

// invents returns what did not happen in some blocks: the first time in the newest.
func (f *fibber) invents(now fib, launches []mint.Launch, blocks []*simBlock) (events []mint.Event) {
	pay, some := f.pick(f.rng)
	if len(f.invented) == 0 && some && len(blocks) > 0 {
		b := blocks[len(blocks)-1].block
		a := pay.payment.Authorization
		i := slices.IndexFunc(launches, func(l mint.Launch) bool { return l.Token == a.To })
		if i < 0 {
			return nil
		}
		e := mint.Event{Kind: mint.EventSettled, Token: a.To, ID: pay.id, Payer: a.From, Nonce: a.Nonce, Quantity: pay.quantity,
			Amount: launches[i].Total(pay.quantity), At: mint.Mark{Block: b.Number, BlockHash: b.Hash, LogIndex: 900, Tx: common.Hash{9, byte(f.rng.IntN(256))}}}
		if now == inventsMint {
			e.Kind, e.Nonce = mint.EventMinted, common.Hash{}
		}
		f.invented = append(f.invented, e)
	}
	for _, e := range f.invented {
		known := slices.ContainsFunc(launches, func(l mint.Launch) bool { return l.Token == e.Token })
		if known && slices.ContainsFunc(blocks, func(b *simBlock) bool { return b.block.Hash == e.At.BlockHash }) {
			f.tried[now]++
			events = append(events, e)
		}
	}
	return events
}

// again returns the answer of a node to a second reading. In one reading of two it lists a
// mint or a refund that no block has, in an old block if the range has one.
func (n *simNet) again(events []mint.Event, launches []mint.Launch, after, to mint.Block) []mint.Event {
	f := n.fibber
	if f == nil || !f.past || f.rng.IntN(2) == 0 {
		return events
	}
	blocks := n.seen()[after.Number+1 : to.Number+1]
	before := len(f.invented)
	lies := f.invents(inventsMint, launches, blocks[:min(len(blocks), 1+f.rng.IntN(len(blocks)+1))])
	if len(f.invented) > before && f.rng.IntN(3) == 0 {
		f.invented[before].Kind = mint.EventRefunded
	}
	// The contract's hash has no blocks: a mint that happened may be listed in another block.
	now := n.simChain.head().state
	lies = slices.DeleteFunc(lies, func(e mint.Event) bool { return now.minted[e.ID].quantity > 0 || now.refunded[e.ID] > 0 })
	f.lies += len(lies)
	return append(lies, events...)
}

// found is what the node makes of an answer about used payment nonces.
func (n *simNet) found(uses []mint.Use) []mint.Use {
	if now := n.fibs(0); now == omitsAsset || now == omitsAll {
		for i, u := range uses {
			if n.fibber.from <= u.At.Block && u.At.Block <= n.fibber.to {
				uses[i] = mint.Use{}
			}
		}
	}
	return uses
}

// fibbed says that an order's mint is one that no block has.
func (p *play) fibbed(was row) bool {
	if p.fibber == nil || p.fibber.honest {
		return false
	}
	return !p.fibber.inventive || was.block >= uint64(len(p.chain.blocks)) || p.chain.blocks[was.block].state.minted[was.id].quantity == 0
}

// neverMinted says that an order is sold by a mint that its block, which the chain has, does
// not have.
func (p *play) neverMinted(now row) bool {
	if !now.state.Sold() || p.fibber != nil && p.fibber.inventive || now.block >= uint64(len(p.chain.blocks)) {
		return false
	}
	b := p.chain.blocks[now.block]
	return b.block.Hash == now.hash && b.state.minted[now.id].quantity == 0
}

// checkOffers: no price is named while the events on disk are not what the contract
// counts at the newest block that was read. Every node has that block, and the last
// step went through.
func (p *play) checkOffers() {
	number, hash, err := p.audit.head()
	if err != nil || number >= uint64(len(p.chain.blocks)) || p.chain.blocks[number].block.Hash != hash {
		return
	}
	p.watching = true
	defer func() { p.watching = false }()
	for _, l := range p.launches[:p.registered] {
		if _, err := p.engine.Offer(context.Background(), l.Slug, 1); err != nil {
			continue
		}
		if c, _, _ := p.engine.Conditions(l.Slug); c.At.Hash != hash {
			continue // no node has shown that block's state yet, which may take a while
		}
		sale := p.chain.blocks[number].state.sales[l.Token]
		sold, held, withdrawn, err := p.audit.books(l.Slug)
		if err != nil || sold != sale.sold || held != sale.held || withdrawn != sale.withdrawn {
			p.breaks("%s names a price at block %d: its events say %d sold, %d held, %d withdrawn, the contract %d, %d, %d (%v)",
				l.Slug, number, sold, held, withdrawn, sale.sold, sale.held, sale.withdrawn, err)
		}
	}
}

// books adds up a launch's events as they are on disk.
func (a *audit) books(slug string) (sold, held, withdrawn int64, err error) {
	came := map[string]bool{}
	err = a.each("SELECT kind, payment_id, quantity, amount FROM events WHERE launch = ? ORDER BY block, log_index", func(v []driver.Value) {
		id := string(v[1].([]byte))
		amount, _ := new(big.Int).SetString(text(v[3]), 10)
		switch mint.EventKind(text(v[0])) {
		case mint.EventSettled, mint.EventReceived:
			held += amount.Int64()
			came[id] = true
		case mint.EventMinted:
			sold += v[2].(int64)
			if !came[id] {
				held += amount.Int64()
			}
			came[id] = false
		case mint.EventRefunded:
			held -= amount.Int64()
			came[id] = false
		case mint.EventWithdrawn:
			held -= amount.Int64()
			withdrawn += amount.Int64()
		}
	}, slug)
	return sold, held, withdrawn, err
}

func TestTheHistoriesMeetEachFib(t *testing.T) {
	soak(t)
	meetEach(t, "fib", omitsAsset, fibs, func(p *play) map[fib]int { return p.fibber.tried })
}
