package mint

import (
	"cmp"
	"context"
	"slices"

	"github.com/ethereum/go-ethereum/common"
)

// A node leaves events out, and the books agree without them: a settlement and its refund
// cancel out in the contract's counters. So events that were not found again are removed
// only if the state of the chain shows as well that they do not exist. The contract
// keeps, for each account, a hash over the ids minted or refunded to it. The asset
// keeps which payment nonces are used.
//
// A node may also invent an event. Mints and refunds that only a second reading found are
// stored only if the contract's hash over their account has them. So no payer is shown a
// mint because one node listed it among old blocks.

// remainder is a launch without the events that were not found again.
type remainder struct {
	books *Books
	// ids are those minted or refunded to each payer of these events, in chain order.
	ids map[common.Address][]PaymentID
	// alone are the settlements among these events whose payment nonce no other event
	// used.
	alone map[PaymentID]Event
}

// spends reports whether the event is in the contract's hash over its payer's account.
func (e Event) spends() bool { return e.Kind == EventMinted || e.Kind == EventRefunded }

// addConfirmed stores events that a second reading found. It returns the mints and refunds
// that it does not store, because the contract's state at the newest block does not have
// them, or because nodes disagree about it. An error is the store's.
func (a *audit) addConfirmed(ctx context.Context, l Launch, found []Event) (doubtful []Event, err error) {
	ids := map[common.Address][]PaymentID{}
	for _, e := range found {
		if e.spends() {
			ids[e.Payer] = nil
		}
	}
	if len(ids) > 0 {
		err := a.eachWith(ctx, l, found, func(e Event) {
			if of, asked := ids[e.Payer]; asked && e.spends() {
				ids[e.Payer] = append(of, e.ID)
			}
		})
		if err != nil {
			return nil, err
		}
		a.keepSpent(ctx, l, ids)
	}
	var sure []Event
	for _, e := range found {
		if _, confirmed := ids[e.Payer]; confirmed || !e.spends() {
			sure = append(sure, e)
		} else {
			doubtful = append(doubtful, e)
		}
	}
	if len(doubtful) > 0 {
		a.log.Warn("events that one node lists are not in the contract's state; they are not used", "launch", l.Slug, "events", len(doubtful), "payment", doubtful[0].ID, "tx", doubtful[0].At.Tx)
	}
	if len(sure) == 0 {
		return doubtful, nil
	}
	return doubtful, a.fillIn(ctx, Fill{Launch: l.Slug, Events: sure}, a.view.head.Number)
}

// keepSpent removes the payers whose hash at the contract is not that over these ids, or for
// whom the nodes in good standing do not agree on it.
func (a *audit) keepSpent(ctx context.Context, l Launch, ids map[common.Address][]PaymentID) {
	var keys []PayerKey
	for payer := range ids {
		keys = append(keys, PayerKey{Payer: payer})
	}
	payers, err := a.chain.InspectAll(ctx, l, keys, a.view.head)
	if err != nil {
		a.log.Debug("confirm events", "launch", l.Slug, "err", err)
		clear(ids)
	}
	for i, p := range payers {
		if payer := keys[i].Payer; p.Spent != spentHash(ids[payer]) {
			delete(ids, payer)
		}
	}
}

// eachWith calls do with a launch's stored events up to the newest block, and with more
// events, in chain order.
func (a *audit) eachWith(ctx context.Context, l Launch, more []Event, do func(Event)) error {
	more = slices.SortedFunc(slices.Values(more), func(x, y Event) int {
		return cmp.Or(cmp.Compare(x.At.Block, y.At.Block), cmp.Compare(x.At.LogIndex, y.At.LogIndex))
	})
	err := a.store.EachEvent(ctx, l.Slug, 0, a.view.head.Number, func(e Event) error {
		for len(more) > 0 && (more[0].At.Block < e.At.Block || more[0].At.Block == e.At.Block && more[0].At.LogIndex <= e.At.LogIndex) {
			if more[0].place() != e.place() { // otherwise it was stored in the meantime
				do(more[0])
			}
			more = more[1:]
		}
		do(e)
		return nil
	})
	for _, e := range more {
		do(e)
	}
	return err
}

// without adds up a launch's events without those that were not found again, and with those
// that the reading found.
func (a *audit) without(ctx context.Context, l Launch, r *repair) (remainder, error) {
	rest := remainder{NewBooks(l), map[common.Address][]PaymentID{}, map[PaymentID]Event{}}
	gone, instead := map[Mark]bool{}, map[Mark]Event{}
	for _, e := range r.missing {
		if e.spends() {
			rest.ids[e.Payer] = nil
		}
	}
	for _, e := range r.unseen {
		gone[e.place()] = true
		switch {
		case e.spends():
			rest.ids[e.Payer] = nil
		case e.arrived() && e.Authorized():
			rest.alone[e.ID] = e
		}
	}
	for _, e := range r.instead {
		instead[e.place()] = e
	}
	err := a.eachWith(ctx, l, r.missing, func(e Event) {
		if i, replaced := instead[e.place()]; replaced {
			rest.add(i)
		} else if !gone[e.place()] {
			rest.add(e)
		}
	})
	return rest, err
}

// arrived reports whether the event is money that came in by itself, without a mint.
func (e Event) arrived() bool { return e.Kind == EventSettled || e.Kind == EventReceived }

func (rest remainder) add(e Event) {
	rest.books.Add(e)
	if ids, asked := rest.ids[e.Payer]; asked && e.spends() {
		rest.ids[e.Payer] = append(ids, e.ID)
	}
	if e.arrived() || e.Kind == EventMinted {
		delete(rest.alone, e.ID)
	}
}

// refuted reports whether the chain's state at the head shows that the events that were
// not found again do not exist. All nodes in good standing have to agree on it.
func (a *audit) refuted(ctx context.Context, l Launch, rest remainder) bool {
	var keys []PayerKey
	for payer := range rest.ids {
		keys = append(keys, PayerKey{Payer: payer})
	}
	accounts := len(keys)
	for _, e := range rest.alone {
		keys = append(keys, PayerKey{e.Payer, e.Nonce})
	}
	if len(keys) == 0 {
		return true
	}
	payers, err := a.chain.InspectAll(ctx, l, keys, a.view.head)
	if err != nil {
		a.log.Debug("check events that were not found again", "launch", l.Slug, "err", err)
		return false
	}
	for i, p := range payers[:accounts] {
		if p.Spent != spentHash(rest.ids[keys[i].Payer]) {
			a.log.Debug("an event was not found again, but the contract counts it", "launch", l.Slug, "payer", keys[i].Payer)
			return false
		}
	}
	return a.usedOtherwise(ctx, l, keys[accounts:], payers[accounts:], rest.alone)
}

// spentHash is the contract's hash over the ids minted or refunded to an account.
func spentHash(ids []PaymentID) (chain common.Hash) {
	for _, id := range ids {
		chain = nextChain(chain, id)
	}
	return chain
}

// usedOtherwise reports whether none of the settlements used its payment nonce: the
// nonce is unused, was cancelled, or paid another account.
func (a *audit) usedOtherwise(ctx context.Context, l Launch, keys []PayerKey, payers []Payer, settlements map[PaymentID]Event) bool {
	var used []PayerKey
	for i, p := range payers {
		if p.Used {
			used = append(used, keys[i])
		}
	}
	if len(used) == 0 {
		return true
	}
	head := a.view.head
	// A nonce may have been cancelled long before the settlement that a node made up.
	first := max(l.DeployedAt, head.Number-min(head.Number, maxUseBlocks))
	for _, e := range settlements {
		first = min(first, e.At.Block)
	}
	uses, err := a.chain.Usage(ctx, l, used, Block{Number: max(first, 1) - 1}, head)
	if err != nil {
		a.log.Debug("read the use of payment nonces", "launch", l.Slug, "err", err)
		return false
	}
	for i, u := range uses {
		if u.How != UseCancelled && (u.How != UsePaid || u.To == l.Token) {
			a.log.Debug("a settlement was not found again, but its nonce is used", "launch", l.Slug, "payer", used[i].Payer, "nonce", used[i].Nonce)
			return false
		}
	}
	return true
}
