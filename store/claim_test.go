package store_test

import (
	"errors"
	"math/big"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
)

func TestAClaimIsStoredAsItWasOffered(t *testing.T) {
	s := sale(t, 10)
	want := order("ping", 1, 1, 2)
	claimed := claim(t, s, want)
	want.UpdatedAt = noon
	if got := read(t, s, want.ID); !equal(got, want) || !equal(claimed, want) {
		t.Fatalf("stored\n%+v\nreturned\n%+v\noffered\n%+v", got, claimed, want)
	}
	counts(t, s, "ping", 0, 2)
}

// equal compares orders, amounts by value.
func equal(a, b mint.Order) bool {
	for _, pair := range [][2]*big.Int{
		{a.Value, b.Value}, {a.Authorization.Value, b.Authorization.Value},
		{a.Authorization.ValidAfter, b.Authorization.ValidAfter}, {a.Authorization.ValidBefore, b.Authorization.ValidBefore},
	} {
		if (pair[0] == nil) != (pair[1] == nil) || pair[0] != nil && pair[0].Cmp(pair[1]) != 0 {
			return false
		}
	}
	for _, o := range []*mint.Order{&a, &b} {
		o.Value, o.Authorization.Value, o.Authorization.ValidAfter, o.Authorization.ValidBefore = nil, nil, nil, nil
	}
	return reflect.DeepEqual(a, b)
}

func TestAnAuthorizationOfAnySizeIsStored(t *testing.T) {
	s := sale(t, 10)
	o := order("ping", 1, 1, 1)
	o.Authorization.ValidBefore = new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 256), big.NewInt(1))
	claim(t, s, o)
	if got := read(t, s, o.ID).Authorization.ValidBefore; got.Cmp(o.Authorization.ValidBefore) != 0 {
		t.Fatalf("validBefore is %s", got)
	}
}

func TestTheSamePaymentAgainGetsItsOrderWhateverElseHolds(t *testing.T) {
	s := sale(t, 1)
	first := claim(t, s, order("ping", 1, 1, 1))
	for name, again := range map[string]mint.Order{
		"sold out, no balance": order("ping", 1, 1, 1),
		"another quantity":     func() mint.Order { o := order("ping", 1, 1, 1); o.Quantity = 5; return o }(),
		"an unknown launch":    func() mint.Order { o := order("ping", 1, 1, 1); o.Launch = "pong"; return o }(),
	} {
		got, isNew, err := s.Claim(ctx, again, credit(new(big.Int)))
		if err != nil || isNew || !equal(*got, first) {
			t.Errorf("%s: new %v, err %v, order %+v", name, isNew, err, got)
		}
	}
	must(t, s.Void(ctx, map[mint.PaymentID]string{first.ID: "expired"}))
	if got, isNew, err := s.Claim(ctx, first, rich); err != nil || isNew || got.State() != mint.Voided {
		t.Errorf("voided: new %v, err %v, order %+v", isNew, err, got)
	}
	counts(t, s, "ping", 0, 0)
}

func TestARefusedClaimSaysWhyAndWritesNothing(t *testing.T) {
	s := sale(t, 3)
	sold := order("ping", 1, 1, 1)
	advance(t, s, 0, block(1, "a"), block(0, "a"), event(mint.EventMinted, sold, block(1, "a"), 0))
	claim(t, s, order("ping", 2, 1, 1))
	held := order("ping", 2, 1, 1).Payer
	another := order("ping", 3, 1, 1)
	another.Payer, another.Authorization.From = held, held
	for name, c := range map[string]struct {
		order  mint.Order
		credit mint.Credit
		want   error
	}{
		"sold out goes first":      {order("ping", 3, 1, 3), credit(nil), mint.ErrSoldOut},
		"then reserved":            {order("ping", 3, 1, 2), credit(nil), mint.ErrReserved},
		"then overcommitted":       {another, mint.Credit{Balance: big.NewInt(2*price - 1), Orders: 1}, mint.ErrOvercommitted},
		"then too many":            {another, mint.Credit{Balance: big.NewInt(2 * price), Orders: 1}, mint.ErrTooMany},
		"one unit short":           {order("ping", 3, 1, 1), credit(big.NewInt(price - 1)), mint.ErrOvercommitted},
		"no balance known":         {order("ping", 3, 1, 1), credit(nil), mint.ErrOvercommitted},
		"unknown launch":           {order("pong", 3, 1, 1), rich, mint.ErrNotFound},
		"a quantity beyond counts": {order("ping", 3, 1, 1<<40), rich, mint.ErrSoldOut},
	} {
		if _, isNew, err := s.Claim(ctx, c.order, c.credit); !errors.Is(err, c.want) || isNew {
			t.Errorf("%s: new %v, err %v", name, isNew, err)
		}
		if _, err := s.Order(ctx, c.order.ID); !errors.Is(err, mint.ErrNotFound) {
			t.Errorf("%s: an order was stored: %v", name, err)
		}
	}
	counts(t, s, "ping", 1, 1)
}

func TestAClaimThatCannotBeCountedIsRefused(t *testing.T) {
	s := sale(t, 10)
	for name, spoil := range map[string]func(*mint.Order){
		"no quantity":       func(o *mint.Order) { o.Quantity = 0 },
		"negative quantity": func(o *mint.Order) { o.Quantity = -1 },
		"no value":          func(o *mint.Order) { o.Value = nil },
		"zero value":        func(o *mint.Order) { o.Value = new(big.Int) },
		"huge value":        func(o *mint.Order) { o.Value = new(big.Int).Lsh(big.NewInt(1), 63) },
		"no signature":      func(o *mint.Order) { o.Signature = nil },
	} {
		o := order("ping", 1, 1, 1)
		spoil(&o)
		if _, _, err := s.Claim(ctx, o, rich); err == nil {
			t.Errorf("%s: claimed", name)
		}
	}
	counts(t, s, "ping", 0, 0)
}

func TestAPayersBalanceCoversEverythingInFlight(t *testing.T) {
	s := sale(t, 100)
	pong := launch("pong", 100)
	must(t, s.SaveLaunch(ctx, pong))
	other := launch("other", 100)
	other.Asset.Address = address("other asset")
	must(t, s.SaveLaunch(ctx, other))

	three := credit(big.NewInt(3 * price))
	try := func(o mint.Order) error {
		_, _, err := s.Claim(ctx, o, three)
		return err
	}
	must(t, try(order("ping", 1, 1, 1)))
	must(t, try(order("pong", 1, 2, 1))) // the same asset, another launch
	carry(t, s, transaction(mint.Batch, 0, order("ping", 1, 1, 1)))
	if err := try(order("ping", 1, 3, 2)); !errors.Is(err, mint.ErrOvercommitted) {
		t.Fatalf("four of three: %v", err)
	}
	must(t, try(order("ping", 2, 1, 3)))  // another payer
	must(t, try(order("other", 1, 9, 3))) // another asset
	must(t, try(order("ping", 1, 3, 1)))  // exactly three
	if err := try(order("ping", 1, 4, 1)); !errors.Is(err, mint.ErrOvercommitted) {
		t.Fatalf("four of three: %v", err)
	}
	// What is parked, minted or paid is no promise any more.
	must(t, s.Park(ctx, map[mint.PaymentID]string{order("pong", 1, 2, 1).ID: "no balance"}))
	must(t, try(order("ping", 1, 4, 1)))
	b := block(1, "a")
	advance(t, s, 0, b, block(0, "a"), event(mint.EventMinted, order("ping", 1, 1, 1), b, 0), event(mint.EventSettled, order("ping", 1, 3, 1), b, 1))
	must(t, try(order("ping", 1, 5, 1)))
	must(t, try(order("ping", 1, 6, 1)))
	if err := try(order("ping", 1, 7, 1)); !errors.Is(err, mint.ErrOvercommitted) {
		t.Fatalf("four of three: %v", err)
	}
}

func TestAPayerHasNoMoreInFlightThanTheirCreditSays(t *testing.T) {
	s := sale(t, 100)
	must(t, s.SaveLaunch(ctx, launch("pong", 100)))
	two := mint.Credit{Balance: rich.Balance, Orders: 2}
	try := func(o mint.Order) error {
		_, _, err := s.Claim(ctx, o, two)
		return err
	}
	must(t, try(order("ping", 1, 1, 1)))
	must(t, try(order("pong", 1, 2, 9))) // another launch counts too
	carry(t, s, transaction(mint.Batch, 0, order("ping", 1, 1, 1)))
	if err := try(order("ping", 1, 3, 1)); !errors.Is(err, mint.ErrTooMany) {
		t.Fatalf("a third: %v", err)
	}
	must(t, try(order("ping", 1, 1, 1))) // one of the two again
	must(t, try(order("ping", 2, 1, 1))) // another payer
	must(t, s.Park(ctx, map[mint.PaymentID]string{order("pong", 1, 2, 9).ID: "no balance"}))
	must(t, try(order("ping", 1, 3, 1))) // parked is not in flight
	if _, err := s.Revive(ctx, order("pong", 1, 2, 9).ID, two); !errors.Is(err, mint.ErrTooMany) {
		t.Fatalf("revived as a third: %v", err)
	}
	b := block(1, "a")
	advance(t, s, 0, b, block(0, "a"), event(mint.EventMinted, order("ping", 1, 1, 1), b, 0)) // nor is mined
	if _, err := s.Revive(ctx, order("pong", 1, 2, 9).ID, two); err != nil {
		t.Fatalf("revived as the second: %v", err)
	}
}

func TestMoneyThatArrivedIsNotCountedWhileItsMintIsSent(t *testing.T) {
	s := sale(t, 100)
	paid := claim(t, s, order("ping", 1, 1, 1))
	b := block(1, "a")
	advance(t, s, 0, b, block(0, "a"), event(mint.EventSettled, paid, b, 0))
	carry(t, s, transaction(mint.SettledMint, 0, paid))
	wants(t, s, paid.ID, mint.Minting)
	if _, _, err := s.Claim(ctx, order("ping", 1, 2, 1), credit(big.NewInt(price))); err != nil {
		t.Fatal(err)
	}
}

func TestOfConcurrentClaimsOfOnePaymentExactlyOneIsNew(t *testing.T) {
	s := sale(t, 100)
	const claimers = 64
	var gate, done sync.WaitGroup
	gate.Add(1)
	fresh := make(chan bool, claimers)
	for range claimers {
		done.Go(func() {
			gate.Wait()
			got, isNew, err := s.Claim(ctx, order("ping", 1, 1, 1), rich)
			if err != nil || got.ID != order("ping", 1, 1, 1).ID || got.State() != mint.Claimed {
				t.Errorf("claim: %+v, %v", got, err)
			}
			fresh <- isNew
		})
	}
	gate.Done()
	done.Wait()
	close(fresh)
	n := 0
	for isNew := range fresh {
		if isNew {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%d claims were new", n)
	}
	counts(t, s, "ping", 0, 1)
}

func TestConcurrentClaimsForTheLastAllotmentsNeverExceedTheCap(t *testing.T) {
	const cap = 10
	s := sale(t, cap)
	var gate, done sync.WaitGroup
	gate.Add(1)
	var mu sync.Mutex
	var taken int64
	for p := range 64 {
		done.Go(func() {
			quantity := int64(1 + p%3)
			gate.Wait()
			_, isNew, err := s.Claim(ctx, order("ping", p, 1, quantity), rich)
			switch {
			case isNew && err == nil:
				mu.Lock()
				taken += quantity
				mu.Unlock()
			case !errors.Is(err, mint.ErrReserved):
				t.Errorf("claim: new %v, %v", isNew, err)
			}
		})
	}
	gate.Done()
	done.Wait()
	if taken != cap {
		t.Errorf("%d allotments of %d were claimed", taken, cap)
	}
	counts(t, s, "ping", 0, cap)
}

func TestConcurrentClaimsNeverPromiseMoreThanABalance(t *testing.T) {
	s := sale(t, 1000)
	var gate, done sync.WaitGroup
	gate.Add(1)
	fresh := make(chan bool, 64)
	for n := range 64 {
		done.Go(func() {
			gate.Wait()
			_, isNew, err := s.Claim(ctx, order("ping", 1, n, 1), credit(big.NewInt(5*price)))
			if err != nil && !errors.Is(err, mint.ErrOvercommitted) {
				t.Error(err)
			}
			if isNew {
				fresh <- true
			}
		})
	}
	gate.Done()
	done.Wait()
	if len(fresh) != 5 {
		t.Errorf("a balance of 5 covered %d claims", len(fresh))
	}
}

func TestReviveTakesAParkedOrderUnderTheConditionsOfAClaim(t *testing.T) {
	s := sale(t, 2)
	o := claim(t, s, order("ping", 1, 1, 2))
	must(t, s.Park(ctx, map[mint.PaymentID]string{o.ID: "no balance"}))
	counts(t, s, "ping", 0, 0)

	if _, err := s.Revive(ctx, o.ID, credit(big.NewInt(2*price-1))); !errors.Is(err, mint.ErrOvercommitted) {
		t.Fatalf("without balance: %v", err)
	}
	rival := claim(t, s, order("ping", 2, 1, 1))
	if _, err := s.Revive(ctx, o.ID, rich); !errors.Is(err, mint.ErrReserved) {
		t.Fatalf("reserved: %v", err)
	}
	advance(t, s, 0, block(1, "a"), block(0, "a"), event(mint.EventMinted, rival, block(1, "a"), 0))
	if _, err := s.Revive(ctx, o.ID, rich); !errors.Is(err, mint.ErrSoldOut) {
		t.Fatalf("sold out: %v", err)
	}
	wants(t, s, o.ID, mint.Parked)
	counts(t, s, "ping", 1, 0)

	advance(t, s, 0, block(2, "b"), block(0, "a")) // the rival's mint is taken back
	must(t, s.Park(ctx, map[mint.PaymentID]string{rival.ID: "no balance"}))
	s.Now = func() time.Time { return noon.Add(time.Minute) }
	got := take[mint.Order](t)(s.Revive(ctx, o.ID, rich))
	if got.State() != mint.Claimed || got.Reason() != "" || !got.UpdatedAt.Equal(noon.Add(time.Minute)) || !got.CreatedAt.Equal(noon) {
		t.Fatalf("revived: %+v", got)
	}
	if !equal(got, read(t, s, o.ID)) {
		t.Fatal("what was returned is not what is stored")
	}
	counts(t, s, "ping", 0, 2)

	again := take[mint.Order](t)(s.Revive(ctx, o.ID, credit(new(big.Int))))
	if !equal(again, got) {
		t.Fatalf("a claimed order was changed: %+v", again)
	}
	counts(t, s, "ping", 0, 2)
	if _, err := s.Revive(ctx, mint.PaymentID(common.Hash{1}), rich); !errors.Is(err, mint.ErrNotFound) {
		t.Fatalf("unknown: %v", err)
	}
}
