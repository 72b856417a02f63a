package mint_test

import (
	"context"
	"errors"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/x402"
)

func TestAnExpiredPaymentOfAWalletThatAStrangerSubmittedIsNotRefused(t *testing.T) {
	w := quietWorld(t, 10)
	key := w.payer(5)
	p, unused := w.sign(key, 1, time.Minute), w.sign(key, 1, time.Minute)
	for _, b := range w.chain.blocks {
		b.state.refuses[addressOf(key)] = false // it has code
	}
	p.payment.Signature, unused.payment.Signature = make([]byte, 100), make([]byte, 100)
	w.strangers("direct", p)
	w.chain.mine(nil) // on chain, and not read yet
	w.chain.now = w.chain.now.Add(10 * time.Minute)
	var unavailable *mint.UnavailableError
	if _, err := w.present(p); !errors.As(err, &unavailable) {
		t.Errorf("got %v, want to be told to come back", err)
	}
	var refused *x402.RefusedError
	if _, err := w.present(unused); !errors.As(err, &refused) || refused.Reason != x402.ReasonValidBefore {
		t.Errorf("a payment that was not executed: %v", err)
	}
	w.step()
	if o := w.must(p); !o.Settlement.Seen() {
		t.Errorf("%s", o.State())
	}
}

func TestOnlyAnExecutedPaymentIsAnAnswerToACallerThatRefusesIt(t *testing.T) {
	w := quietWorld(t, 10)
	key := w.payer(5)
	executed, unused := w.sign(key, 1, time.Hour), w.sign(key, 1, time.Hour)
	w.strangers("direct", executed)
	w.blocks(4)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	ask := func(p simPayment) (*mint.Order, error) { return w.engine.Executed(ctx, p.slug, p.quantity, &p.payment) }
	if o, err := ask(executed); err != nil || o == nil || o.ID != executed.id {
		t.Errorf("%+v, %v", o, err)
	}
	if o, err := ask(unused); err != nil || o != nil {
		t.Errorf("unused: %+v, %v", o, err)
	}
	executed.quantity = 2
	if _, err := ask(executed); !errors.Is(err, mint.ErrConflict) {
		t.Errorf("another quantity: %v", err)
	}
}

func TestAnAmountThatBuysNothingIsRefundedOnceItsOwnerReturnedIt(t *testing.T) {
	const odd = 50_000
	w, pong := two(t)
	paid := w.signOdd(odd)
	w.strangers("direct", paid)
	w.blocks(4)
	if _, err := w.present(paid); !errors.Is(err, mint.ErrOtherAmount) {
		t.Fatalf("before it is returned: %v", err)
	}
	w.chain.submit(simTx{Kind: "refund", Token: w.launch.Token, Auths: bare(paid).Auths, Quantities: []int64{0}, Amount: odd})
	w.blocks(2)
	for _, paid.quantity = range []int64{1, 3} {
		if o, err := w.present(paid); err != nil || o.State() != mint.Refunded || o.Value.Int64() != odd {
			t.Errorf("quantity %d: %s, %v", paid.quantity, o.State(), err)
		}
	}
	w.returned(paid)
	paid.slug = pong.Slug
	if _, err := w.present(paid); !errors.Is(err, mint.ErrConflict) {
		t.Errorf("for another launch: %v", err)
	}
}

func TestMoneyThatAnEndedSaleKeepsIsNotToldToComeBack(t *testing.T) {
	const odd = 50_000
	for _, ends := range []struct {
		w   *world
		err error
	}{{quietWorld(t, 1), mint.ErrSoldOut}, {timedWorld(t, 0, 61*time.Second), mint.ErrClosed}} {
		w := ends.w
		paid, unused, cancelled, exact := w.signOdd(odd), w.signOdd(odd), w.signOdd(odd), w.sign(w.payer(1), 1, time.Hour)
		w.must(w.sign(w.payer(1), 1, time.Hour))
		w.strangers("direct", paid)
		w.strangers("cancel", cancelled)
		w.blocks(40) // the only allotment is sold, or the sale is closed
		for _, p := range []simPayment{unused, cancelled, exact} {
			if _, err := w.present(p); !errors.Is(err, ends.err) {
				t.Errorf("nothing came: %v, want %v", err, ends.err)
			}
		}
		var kept *mint.OtherAmountError
		if _, err := w.present(paid); !errors.As(err, &kept) || kept.Money.Amount.Int64() != odd {
			t.Errorf("%d came: %v", odd, err)
		}
		w.strangers("direct", unused)
		w.chain.mine(nil) // and is not read yet
		var unavailable *mint.UnavailableError
		if _, err := w.present(unused); !errors.As(err, &unavailable) {
			t.Errorf("it came just now: %v", err)
		}
	}
}

// signOdd is a new payer's payment of an amount, for a quantity of one.
func (w *world) signOdd(amount int64) simPayment {
	key := w.payer(5)
	p := w.sign(key, 1, time.Hour)
	a := &p.payment.Authorization
	a.Value = big.NewInt(amount)
	var err error
	if p.payment.Signature, err = a.Sign(simDomain, key); err != nil {
		w.t.Fatal(err)
	}
	return p
}

func TestAServerWithAnotherKeyThanTheMintersNamesTheRoleAndTheCommand(t *testing.T) {
	w := quietWorld(t, 10)
	other := common.HexToAddress("0x0bad")
	w.engine.Minter = other
	w.engine.Reassign()
	paid := w.sign(w.payer(1), 1, time.Hour)
	w.strangers("direct", paid)
	w.blocks(2)
	got := w.reason(paid)
	for _, says := range []string{"key " + other.Hex() + " lacks the role of minter of " + w.launch.Token.Hex() + " (that is " + simMinter.Hex() + ")",
		"mint402 set-minter " + other.Hex() + " --token " + w.launch.Token.Hex()} {
		if !strings.Contains(got, says) {
			t.Errorf("told: %s", got)
		}
	}
	if o := w.must(paid); !o.NeedsPerson() {
		t.Errorf("no person is asked for: %s", o.Reason())
	}
	w.engine.Minter = simMinter
	w.engine.Reassign()
	w.blocks(4)
	w.minted(paid)
}
