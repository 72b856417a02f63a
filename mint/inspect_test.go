package mint_test

import (
	"context"
	"errors"
	"math/big"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/x402"
)

// thinking is a chain whose node reads no payer until the gate is closed.
type thinking struct {
	*simChain
	gate chan struct{}
}

func (c thinking) Inspect(ctx context.Context, l mint.Launch, keys []mint.PayerKey, at uint64) ([]mint.Payer, error) {
	<-c.gate
	return c.simChain.Inspect(ctx, l, keys, at)
}

func TestOneCallersForgedSignaturesLeaveTheNodeToOthersWallets(t *testing.T) {
	const flood, part = 2000, 400
	w := quietWorld(t, 100)
	chain := thinking{w.chain, make(chan struct{})}
	w.link.Chain = chain
	one := w.sign(w.payer(50), 1, time.Hour).payment
	forged := func(n int64) *x402.Payment {
		p := one
		p.Authorization.From = common.BigToAddress(big.NewInt(1<<40 + n))
		return &p
	}
	answers, others := make(chan error, flood), make(chan error, 1)
	present := func(caller string, p *x402.Payment, to chan<- error) {
		_, err := w.engine.Mint(mint.WithCaller(context.Background(), caller), "ping", 1, p)
		to <- err
	}
	for n := range int64(flood) {
		go present("one", forged(n), answers)
	}
	deadline := time.After(30 * time.Second) // of a test that fails
	next := func(from <-chan error) error {
		t.Helper()
		select {
		case err := <-from:
			return err
		case <-deadline:
			t.Fatal("no answer")
			return nil
		}
	}
	for range flood - part {
		if err := next(answers); !errors.Is(err, mint.ErrBusy) {
			t.Fatalf("one too many of a caller's is answered %v", err)
		}
	}
	go present("other", forged(flood), others)
	close(chain.gate)
	var refused *x402.RefusedError
	for range part {
		if err := next(answers); !errors.As(err, &refused) {
			t.Fatalf("a forged payment is answered %v", err)
		}
	}
	if err := next(others); !errors.As(err, &refused) || refused.Reason != x402.ReasonSignature {
		t.Errorf("another caller's payment is answered %v", err)
	}
	// A payer that was read holds no place any more.
	for n := range int64(part + 1) {
		go present("one", forged(2*flood+n), answers)
		if err := next(answers); !errors.As(err, &refused) {
			t.Fatalf("a later payment is answered %v", err)
		}
	}
}

// running is a chain whose node runs no wallet's code until the gate is closed.
type running struct {
	*simChain
	begun chan struct{}
	gate  chan struct{}
}

func (c running) Simulate(ctx context.Context, l mint.Launch, orders []mint.Order, from common.Address, at uint64) ([]string, error) {
	c.begun <- struct{}{}
	<-c.gate
	return c.simChain.Simulate(ctx, l, orders, from, at)
}

func TestOneCallersSlowWalletsLeaveThePlacesToOthersWallets(t *testing.T) {
	const part = 8
	w := quietWorld(t, 100)
	var payments []simPayment
	for range 2 * (part + 1) {
		key := w.payer(5)
		for _, b := range w.chain.blocks {
			b.state.refuses[addressOf(key)] = false // code that takes all
		}
		payments = append(payments, w.sign(key, 1, time.Hour))
	}
	w.blocks(1)
	chain := running{w.chain, make(chan struct{}, len(payments)), make(chan struct{})}
	w.link.Chain = chain
	// One that waits for its mint waits until its request is given up.
	ctx, cancel := context.WithCancel(context.Background())
	answers := make(chan error, len(payments))
	present := func(caller string, p simPayment) {
		_, err := w.engine.Mint(mint.WithCaller(ctx, caller), p.slug, p.quantity, &p.payment)
		answers <- err
	}
	for _, p := range payments[:part] {
		go present("one", p)
		<-chain.begun
	}
	go present("one", payments[part])
	select {
	case err := <-answers:
		if !errors.Is(err, mint.ErrBusy) {
			t.Errorf("one too many of a caller's is answered %v", err)
		}
	case <-chain.begun:
		t.Fatal("a caller has more than a quarter of the places")
	}
	go present("other", payments[part])
	select {
	case err := <-answers:
		t.Fatalf("another caller's payment is answered %v", err)
	case <-chain.begun:
	}
	close(chain.gate)
	cancel()
	for range part + 1 {
		if err := <-answers; err != nil {
			t.Errorf("a wallet's payment is answered %v", err)
		}
	}
	for _, p := range payments[part+1:] {
		if present("one", p); <-answers != nil {
			t.Error("a wallet that was run still holds a place")
		}
	}
}
