package mint

import (
	"context"
	"errors"
	"math/big"
	"slices"
	"sync"

	"github.com/ethereum/go-ethereum/common"
)

// turns lets the parts of the loop wait for nodes at the same time. One part runs at a
// time: it has the turn, and gives it away only while it waits for a node. So the parts'
// common state needs no locks. But after each request it may have changed, and so may the
// store: a part checks again what it relies on, in particular before it signs.
type turns struct{ schedule }

// schedule decides which part runs when.
type schedule interface {
	// wait calls do, which makes a request to a node, without the turn.
	wait(do func())
	// start runs a part of its own. It does not wait for the part's end.
	start(part func())
	// all runs parts side by side and returns after all of them.
	all(parts ...func())
}

// maxAbreast is the maximum number of items for which each has requests under way.
const maxAbreast = 8

// each calls do for 0 to n-1, for a few of them side by side, and returns after all of
// them.
func (t *turns) each(n int, do func(i int)) {
	next := 0
	worker := func() {
		for next < n {
			next++
			do(next - 1)
		}
	}
	if n > 0 {
		t.all(slices.Repeat([]func(){worker}, min(n, maxAbreast))...)
	}
}

// inSequence is used while the loop does not run by itself: each part ends before the next
// one begins.
type inSequence struct{}

func (inSequence) wait(do func())    { do() }
func (inSequence) start(part func()) { part() }
func (inSequence) all(parts ...func()) {
	for _, part := range parts {
		part()
	}
}

// sideBySide has a goroutine for each part.
type sideBySide struct {
	turn    sync.Mutex
	started sync.WaitGroup
}

func (s *sideBySide) wait(do func()) {
	s.turn.Unlock()
	defer s.turn.Lock()
	do()
}

func (s *sideBySide) start(part func()) {
	s.started.Go(func() {
		s.turn.Lock()
		defer s.turn.Unlock()
		part()
	})
}

func (s *sideBySide) all(parts ...func()) {
	var rest sync.WaitGroup
	for _, part := range parts[1:] {
		rest.Go(func() {
			s.turn.Lock()
			defer s.turn.Unlock()
			part()
		})
	}
	parts[0]()
	s.wait(rest.Wait)
}

// turnChain is the chain for the loop: each request gives the turn away.
type turnChain struct {
	Chain
	turns   *turns
	started *bool            // a step has read the chain up to its head
	outside []common.Address // accounts with a key outside this process
}

// maxStartTries is how often a read is tried while the engine starts. A failed step begins
// again with its first read, and a price needs all of them. So without this, a start with
// nodes that often fail would take as long as all reads take to succeed in a row.
const maxStartTries = 4

// asking makes a request without the turn. While the engine starts, a read that no node
// answered is repeated at once.
func asking[T any](c turnChain, ask func() (T, error)) (got T, err error) {
	tries := 1
	if !*c.started {
		tries = maxStartTries
	}
	c.turns.wait(func() {
		for range tries {
			if got, err = ask(); err == nil || concludes(err) {
				return
			}
		}
	})
	return got, err
}

// concludes reports whether an error is an answer, or the caller's end: a repeated request
// would get the same.
func concludes(err error) bool {
	return errors.Is(err, ErrUnknownBlock) || errors.Is(err, ErrDisputed) || errors.Is(err, context.Canceled)
}

func (c turnChain) Head(ctx context.Context) (latest, final Block, err error) {
	latest, err = asking(c, func() (latest Block, err error) {
		latest, final, err = c.Chain.Head(ctx)
		return latest, err
	})
	return latest, final, err
}

func (c turnChain) Block(ctx context.Context, number uint64) (Block, error) {
	return asking(c, func() (Block, error) { return c.Chain.Block(ctx, number) })
}

func (c turnChain) Since(ctx context.Context, launches []Launch, after, to Block) ([]Event, error) {
	return asking(c, func() ([]Event, error) { return c.Chain.Since(ctx, launches, after, to) })
}

func (c turnChain) Reread(ctx context.Context, launches []Launch, after, to Block, attempt int) ([]Event, error) {
	return asking(c, func() ([]Event, error) { return c.Chain.Reread(ctx, launches, after, to, attempt) })
}

func (c turnChain) Usage(ctx context.Context, l Launch, keys []PayerKey, after, to Block) ([]Use, error) {
	return asking(c, func() ([]Use, error) { return c.Chain.Usage(ctx, l, keys, after, to) })
}

func (c turnChain) Inspect(ctx context.Context, l Launch, keys []PayerKey, at uint64) ([]Payer, error) {
	return asking(c, func() ([]Payer, error) { return c.Chain.Inspect(ctx, l, keys, at) })
}

func (c turnChain) InspectAll(ctx context.Context, l Launch, keys []PayerKey, at Block) ([]Payer, error) {
	return asking(c, func() ([]Payer, error) { return c.Chain.InspectAll(ctx, l, keys, at) })
}

func (c turnChain) Simulate(ctx context.Context, l Launch, orders []Order, from common.Address, at uint64) ([]string, error) {
	return asking(c, func() ([]string, error) { return c.Chain.Simulate(ctx, l, orders, from, at) })
}

func (c turnChain) SimulateSettled(ctx context.Context, l Launch, call SettledCall, from common.Address) (string, error) {
	return asking(c, func() (string, error) { return c.Chain.SimulateSettled(ctx, l, call, from) })
}

func (c turnChain) Guards(ctx context.Context, l Launch) (bool, error) {
	return asking(c, func() (bool, error) { return c.Chain.Guards(ctx, l) })
}

func (c turnChain) Folded(ctx context.Context, l Launch, id PaymentID, points []common.Hash) (int, error) {
	return asking(c, func() (int, error) { return c.Chain.Folded(ctx, l, id, points) })
}

func (c turnChain) Conditions(ctx context.Context, l Launch, at uint64) (Conditions, error) {
	return asking(c, func() (Conditions, error) { return c.Chain.Conditions(ctx, l, at) })
}

func (c turnChain) Differs(ctx context.Context, l Launch) (string, error) {
	return asking(c, func() (string, error) { return c.Chain.Differs(ctx, l) })
}

func (c turnChain) Fees(ctx context.Context) (Fees, error) {
	return asking(c, func() (Fees, error) { return c.Chain.Fees(ctx) })
}

func (c turnChain) Balance(ctx context.Context, account common.Address) (*big.Int, error) {
	return asking(c, func() (*big.Int, error) { return c.Chain.Balance(ctx, account) })
}

func (c turnChain) AccountNonce(ctx context.Context, account common.Address, at uint64) (uint64, error) {
	return asking(c, func() (uint64, error) { return c.Chain.AccountNonce(ctx, account, at) })
}

// signing makes a signature. It gives the turn away if the key is outside this process: a slow
// signer holds up its own account only.
func (c turnChain) signing(account common.Address, sign func() (Attempt, error)) (a Attempt, err error) {
	if !slices.Contains(c.outside, account) {
		return sign()
	}
	c.turns.wait(func() { a, err = sign() })
	return a, err
}

func (c turnChain) SignBatch(ctx context.Context, l Launch, orders []Order, sender common.Address, accountNonce uint64, feeCap, tipCap *big.Int) (Attempt, error) {
	return c.signing(sender, func() (Attempt, error) {
		return c.Chain.SignBatch(ctx, l, orders, sender, accountNonce, feeCap, tipCap)
	})
}

func (c turnChain) SignSettled(ctx context.Context, l Launch, call SettledCall, minter common.Address, accountNonce uint64, feeCap, tipCap *big.Int) (Attempt, error) {
	return c.signing(minter, func() (Attempt, error) {
		return c.Chain.SignSettled(ctx, l, call, minter, accountNonce, feeCap, tipCap)
	})
}

func (c turnChain) Resign(ctx context.Context, a Attempt, sender common.Address, feeCap, tipCap *big.Int) (Attempt, error) {
	return c.signing(sender, func() (Attempt, error) { return c.Chain.Resign(ctx, a, sender, feeCap, tipCap) })
}

func (c turnChain) Send(ctx context.Context, raw []byte) (err error) {
	c.turns.wait(func() { err = c.Chain.Send(ctx, raw) })
	return err
}

func (c turnChain) Mined(ctx context.Context, hashes []common.Hash, head Block) ([]*TxResult, error) {
	return asking(c, func() ([]*TxResult, error) { return c.Chain.Mined(ctx, hashes, head) })
}
