package mint

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

// send sends again what is stored and not mined, then what is claimed, then what
// is owed. Everything is stored before a node sees it, and nothing is sent on an
// old view of the chain.
func (e *Engine) send(ctx context.Context) error {
	launches, err := e.Store.Launches(ctx)
	if err != nil {
		return err
	}
	txs, err := e.Store.InFlight(ctx)
	if err != nil {
		return err
	}
	if err := e.resend(ctx, txs); err != nil {
		return fmt.Errorf("send again: %w", err)
	}
	if err := e.fillGaps(ctx, launches, txs); err != nil {
		return err
	}
	lines := linesOf(txs)
	queued := 0
	var troubles []error // one launch's do not hold up the others
	for _, l := range launches {
		n, err := e.sendBatches(ctx, l, lines)
		if err != nil {
			troubles = append(troubles, fmt.Errorf("send batch of %s: %w", l.Slug, err))
		}
		queued += n
		if err := e.sendSettled(ctx, l, lines); err != nil {
			troubles = append(troubles, fmt.Errorf("mint settled of %s: %w", l.Slug, err))
		}
	}
	e.memory.lines = lines
	e.queued.Store(int64(queued))
	return errors.Join(troubles...)
}

// worthSending says whether a payment that was just claimed could go now: a
// line is idle, or a batch is full. Otherwise the next step is soon enough.
func (e *Engine) worthSending() bool {
	sender, free := e.sender(e.memory.lines)
	return free && (e.memory.lines[sender] == 0 || e.queued.Load() >= int64(e.BatchSize))
}

// lines counts what is in flight and not mined, by sender.
type lines map[common.Address]int

func linesOf(txs []Transaction) lines {
	l := lines{}
	for _, tx := range txs {
		if !tx.Mined.Seen() {
			l[tx.Sender]++
		}
	}
	return l
}

// sendBatches sends claimed orders: at once when nothing is in flight or a batch
// is full, otherwise they gather. It returns how many stay claimed.
func (e *Engine) sendBatches(ctx context.Context, l Launch, lines lines) (queued int, err error) {
	for {
		claimed, err := e.Store.Count(ctx, Query{Launch: l.Slug, States: []State{Claimed}})
		if err != nil || claimed == 0 {
			return 0, err
		}
		sender, free := e.sender(lines)
		if !e.mayDeliver(l.Slug) || !free || (lines[sender] > 0 && claimed < e.BatchSize) {
			return claimed, nil
		}
		orders, err := e.next(ctx, l)
		if err != nil {
			return claimed, err
		}
		sent, parked, err := e.sendBatch(ctx, l, orders, sender)
		if err != nil || (!sent && parked == 0) {
			return claimed, err
		}
		if sent {
			lines[sender]++
		}
	}
}

// next is the batch to send: claimed orders in order of arrival, but what is
// about to leave its margin goes first.
func (e *Engine) next(ctx context.Context, l Launch) ([]Order, error) {
	claimed := Query{Launch: l.Slug, States: []State{Claimed}, Limit: e.BatchSize}
	urgent := claimed
	urgent.EndsBy = e.Clock().Add(e.Margin)
	orders, err := e.Store.Orders(ctx, urgent)
	if err != nil || len(orders) == e.BatchSize {
		return orders, err
	}
	claimed.Oldest = true
	oldest, err := e.Store.Orders(ctx, claimed)
	if err != nil {
		return nil, err
	}
	for _, o := range oldest {
		if len(orders) < e.BatchSize && !slices.ContainsFunc(orders, func(first Order) bool { return first.ID == o.ID }) {
			orders = append(orders, o)
		}
	}
	return orders, nil
}

// sender is the line with the least in flight that has gas and room.
func (e *Engine) sender(lines lines) (best common.Address, free bool) {
	for _, s := range e.Senders {
		if e.memory.gas[s] && lines[s] < e.InFlight && (!free || lines[s] < lines[best]) {
			best, free = s, true
		}
	}
	return best, free
}

// sendBatch simulates, parks what would not mint, and signs, stores and sends
// the rest. It reports whether something was sent, and how many were parked.
func (e *Engine) sendBatch(ctx context.Context, l Launch, orders []Order, sender common.Address) (sent bool, parked int, err error) {
	refused := map[PaymentID]string{}
	late := e.memory.head.Time.Add(2 * time.Second).Unix()
	live := orders[:0:0]
	for _, o := range orders {
		if o.Authorization.ValidBefore.Int64() <= late {
			refused[o.ID] = "the authorization expired before it could be sent"
		} else {
			live = append(live, o)
		}
	}
	var good []Order
	if len(live) > 0 {
		reasons, err := e.Chain.Simulate(ctx, l, live, sender)
		if err != nil {
			return false, 0, err
		}
		for i, o := range live {
			if reasons[i] != "" {
				refused[o.ID] = reasons[i]
			} else {
				good = append(good, o)
			}
		}
	}
	if len(refused) > 0 {
		if err := e.Store.Park(ctx, refused); err != nil {
			return false, 0, err
		}
		e.tell(ctx, slices.Collect(maps.Keys(refused)))
	}
	if len(good) == 0 {
		return false, len(refused), nil
	}
	sent, err = e.carry(ctx, Transaction{Kind: Batch, Launch: l.Slug, Sender: sender}, good,
		func(accountNonce uint64, feeCap, tipCap *big.Int) (Attempt, error) {
			return e.Chain.SignBatch(l, good, sender, accountNonce, feeCap, tipCap)
		})
	return sent, len(refused), err
}

// carry signs, stores, then sends. A crash between any two of these is resumed
// by resend.
func (e *Engine) carry(ctx context.Context, tx Transaction, orders []Order, sign func(uint64, *big.Int, *big.Int) (Attempt, error)) (bool, error) {
	fees, err := e.fees(ctx)
	if err != nil {
		return false, err
	}
	stored, err := e.Store.NextAccountNonce(ctx, tx.Sender)
	if err != nil {
		return false, err
	}
	onChain, err := e.Chain.AccountNonce(ctx, tx.Sender, 0)
	if err != nil {
		return false, err
	}
	tx.AccountNonce = max(stored, onChain)
	attempt, err := sign(tx.AccountNonce, fees.Cap, fees.Tip)
	if err != nil {
		return false, err
	}
	attempt.Block, attempt.CreatedAt = e.memory.head.Number, e.Clock()
	tx.Attempts = []Attempt{attempt}
	for _, o := range orders {
		tx.Orders = append(tx.Orders, o.ID)
	}
	id, err := e.Store.Carry(ctx, tx)
	if errors.Is(err, ErrStale) {
		return false, nil // an order moved on meanwhile; the next step looks again
	}
	if err != nil {
		return false, err
	}
	e.Log.Info("sent", "tx", attempt.Hash, "kind", tx.Kind, "launch", tx.Launch, "orders", len(tx.Orders), "accountNonce", tx.AccountNonce)
	e.broadcast(ctx, id, attempt)
	return true, nil
}
