package store_test

import (
	"errors"
	"math/big"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/store"
)

func TestParkTakesTheReservationFromClaimedOrdersAlone(t *testing.T) {
	s := sale(t, 100)
	claimed, minting, mined, settled, voided := claim(t, s, order("ping", 1, 1, 1)), claim(t, s, order("ping", 2, 1, 2)),
		claim(t, s, order("ping", 3, 1, 4)), claim(t, s, order("ping", 4, 1, 8)), claim(t, s, order("ping", 5, 1, 16))
	carry(t, s, transaction(mint.Batch, 0, minting))
	b := block(1, "a")
	advance(t, s, 0, b, block(0, "a"), event(mint.EventMinted, mined, b, 0), event(mint.EventSettled, settled, b, 1))
	must(t, s.Void(ctx, map[mint.PaymentID]string{voided.ID: "expired"}))
	counts(t, s, "ping", 4, 1+2+8)

	reasons := map[mint.PaymentID]string{}
	for _, o := range []mint.Order{claimed, minting, mined, settled, voided, order("ping", 9, 9, 1)} {
		reasons[o.ID] = "no balance"
	}
	must(t, s.Park(ctx, reasons))
	counts(t, s, "ping", 4, 2+8)
	if o := wants(t, s, claimed.ID, mint.Parked); o.Reason() != "no balance" {
		t.Errorf("parked for %q", o.Reason())
	}
	if o := wants(t, s, settled.ID, mint.Settled); o.Reason() != "no balance" {
		t.Errorf("a settled order does not note the reason: %q", o.Reason())
	}
	for id, state := range map[mint.PaymentID]mint.State{minting.ID: mint.Minting, mined.ID: mint.Mined, voided.ID: mint.Voided} {
		if o := wants(t, s, id, state); o.ParkedFor != "" {
			t.Errorf("%s order was parked", state)
		}
	}
	if err := s.Park(ctx, map[mint.PaymentID]string{minting.ID: ""}); err == nil {
		t.Error("parked without a reason")
	}
}

func TestVoidChangesNoOrderWhoseMoneyArrived(t *testing.T) {
	s := sale(t, 100)
	claimed, parked, minting := claim(t, s, order("ping", 1, 1, 1)), claim(t, s, order("ping", 2, 1, 2)), claim(t, s, order("ping", 3, 1, 4))
	settled, paying := claim(t, s, order("ping", 4, 1, 8)), claim(t, s, order("ping", 5, 1, 16))
	must(t, s.Park(ctx, map[mint.PaymentID]string{parked.ID: "no balance"}))
	carry(t, s, transaction(mint.Batch, 0, minting))
	b := block(1, "a")
	advance(t, s, 0, b, block(0, "a"), event(mint.EventSettled, settled, b, 1), event(mint.EventSettled, paying, b, 2))
	carry(t, s, transaction(mint.SettledMint, 1, paying))
	reasons := map[mint.PaymentID]string{}
	for _, o := range []mint.Order{claimed, parked, minting, settled, paying} {
		reasons[o.ID] = "expired"
	}
	must(t, s.Void(ctx, reasons))
	counts(t, s, "ping", 0, 8+16)
	for _, o := range []mint.Order{claimed, parked, minting} {
		if o := wants(t, s, o.ID, mint.Voided); o.Reason() != "expired" {
			t.Errorf("voided for %q", o.Reason())
		}
	}
	for _, o := range []mint.Order{wants(t, s, paying.ID, mint.Minting), wants(t, s, settled.ID, mint.Settled)} {
		if o.VoidedFor != "" {
			t.Errorf("%s order was voided", o.State())
		}
	}
}

func TestCarryStoresASignedTransactionBeforeItIsSent(t *testing.T) {
	s := sale(t, 100)
	if next := take[uint64](t)(s.NextAccountNonce(ctx, sender)); next != 0 {
		t.Fatalf("next account nonce is %d", next)
	}
	a, b, c := claim(t, s, order("ping", 1, 1, 1)), claim(t, s, order("ping", 2, 1, 2)), claim(t, s, order("ping", 3, 1, 4))
	second, first := transaction(mint.Batch, 8, b, a), transaction(mint.Batch, 7, c)
	second.ID, first.ID = carry(t, s, second), carry(t, s, first)
	counts(t, s, "ping", 0, 7)
	if o := wants(t, s, a.ID, mint.Minting); o.Transaction != second.ID {
		t.Errorf("carried by %d, not %d", o.Transaction, second.ID)
	}
	must(t, s.Attempt(ctx, second.ID, attempt(8, 1)))
	must(t, s.Attempt(ctx, second.ID, attempt(8, 1))) // the same signing again
	second.Attempts = append(second.Attempts, attempt(8, 1))
	if got := take[[]mint.Transaction](t)(s.InFlight(ctx)); !reflect.DeepEqual(got, []mint.Transaction{first, second}) {
		t.Errorf("in flight\n%+v\nwant\n%+v", got, []mint.Transaction{first, second})
	}
	if next := take[uint64](t)(s.NextAccountNonce(ctx, sender)); next != 9 {
		t.Errorf("next account nonce is %d", next)
	}
	if next := take[uint64](t)(s.NextAccountNonce(ctx, address("another"))); next != 0 {
		t.Errorf("next account nonce of another is %d", next)
	}
}

func TestCarryTakesAllOrdersOrNone(t *testing.T) {
	s := sale(t, 100)
	must(t, s.SaveLaunch(ctx, launch("pong", 100)))
	good, parked, settled, elsewhere := claim(t, s, order("ping", 1, 1, 1)), claim(t, s, order("ping", 2, 1, 2)),
		claim(t, s, order("ping", 3, 1, 4)), claim(t, s, order("pong", 4, 1, 8))
	must(t, s.Park(ctx, map[mint.PaymentID]string{parked.ID: "no balance"}))
	b := block(1, "a")
	advance(t, s, 0, b, block(0, "a"), event(mint.EventSettled, settled, b, 1))
	for name, tx := range map[string]mint.Transaction{
		"parked in a batch":       transaction(mint.Batch, 0, good, parked),
		"settled in a batch":      transaction(mint.Batch, 0, good, settled),
		"claimed as settled":      transaction(mint.SettledMint, 0, good),
		"of another launch":       transaction(mint.Batch, 0, good, elsewhere),
		"unknown":                 transaction(mint.Batch, 0, good, order("ping", 9, 9, 1)),
		"the same twice":          transaction(mint.Batch, 0, good, good),
		"of a kind there is none": transaction("other", 0, good),
		"without an attempt":      {Kind: mint.Batch, Launch: "ping", Sender: sender, Orders: []mint.PaymentID{good.ID}},
	} {
		_, err := s.Carry(ctx, tx)
		if stale := len(tx.Attempts) > 0 && tx.Kind != "other"; err == nil || errors.Is(err, mint.ErrStale) != stale {
			t.Errorf("%s: %v", name, err)
		}
	}
	if txs := take[[]mint.Transaction](t)(s.InFlight(ctx)); len(txs) != 0 {
		t.Errorf("in flight: %+v", txs)
	}
	wants(t, s, good.ID, mint.Claimed)
	counts(t, s, "ping", 0, 5)
	carry(t, s, transaction(mint.Batch, 0, good))
	if _, err := s.Carry(ctx, transaction(mint.SettledMint, 0, settled)); !errors.Is(err, store.ErrTaken) {
		t.Errorf("the account nonce twice: %v", err)
	}
	carry(t, s, transaction(mint.SettledMint, 1, settled))
	wants(t, s, settled.ID, mint.Minting)
}

func TestATransactionWithoutOrdersFillsAnAccountNonce(t *testing.T) {
	s := sale(t, 100)
	for n, orders := range [][]mint.PaymentID{nil, {}} {
		tx := transaction(mint.Batch, uint64(n), order("ping", 1, 1, 1))
		tx.Orders = orders
		carry(t, s, tx)
	}
	for _, tx := range take[[]mint.Transaction](t)(s.InFlight(ctx)) {
		if len(tx.Orders) != 0 {
			t.Errorf("account nonce %d carries %v", tx.AccountNonce, tx.Orders)
		}
	}
}

func TestResolveReleasesWhatTheTransactionDidNotMint(t *testing.T) {
	s := sale(t, 100)
	minted, skipped, missed := claim(t, s, order("ping", 1, 1, 1)), claim(t, s, order("ping", 2, 1, 2)), claim(t, s, order("ping", 3, 1, 4))
	id := carry(t, s, transaction(mint.Batch, 0, minted, skipped, missed))
	b := block(1, "a")
	receipt := landed(0, b)
	receipt.Skipped = map[mint.PaymentID]string{skipped.ID: "no balance", minted.ID: "minted before"}
	if err := s.Resolve(ctx, id, receipt); !errors.Is(err, store.ErrUnread) {
		t.Fatalf("of a block that was not read: %v", err)
	}
	advance(t, s, 0, b, block(0, "a"), event(mint.EventMinted, minted, b, 0))
	for range 2 { // the second time changes nothing
		must(t, s.Resolve(ctx, id, receipt))
		if o := wants(t, s, minted.ID, mint.Mined); o.Transaction != id {
			t.Error("what it minted was taken from it")
		}
		if o := wants(t, s, skipped.ID, mint.Parked); o.Reason() != "no balance" || o.Transaction != 0 {
			t.Errorf("skipped: %+v", o)
		}
		wants(t, s, missed.ID, mint.Claimed)
		counts(t, s, "ping", 1, 4)
	}
	txs := take[[]mint.Transaction](t)(s.InFlight(ctx))
	if len(txs) != 1 || txs[0].Mined != receipt.At {
		t.Fatalf("until its block is final it is in flight: %+v", txs)
	}
	advance(t, s, 1, block(2, "a"), b)
	if txs := take[[]mint.Transaction](t)(s.InFlight(ctx)); len(txs) != 0 {
		t.Errorf("in flight after its block is final: %+v", txs)
	}
	must(t, s.Resolve(ctx, id, receipt)) // known already
	must(t, s.Drop(ctx, id))
	if err := s.Attempt(ctx, id, attempt(0, 1)); !errors.Is(err, mint.ErrStale) {
		t.Errorf("an attempt after the end: %v", err)
	}
}

func TestARevertedTransactionReleasesEverything(t *testing.T) {
	s := sale(t, 100)
	claimed, settled := claim(t, s, order("ping", 1, 1, 1)), claim(t, s, order("ping", 2, 1, 2))
	batch := carry(t, s, transaction(mint.Batch, 0, claimed))
	b := block(1, "a")
	advance(t, s, 0, b, block(0, "a"), event(mint.EventSettled, settled, b, 0))
	mintSettled := carry(t, s, transaction(mint.SettledMint, 1, settled))
	for i, id := range []int64{batch, mintSettled} {
		receipt := landed(uint64(i), b)
		receipt.Reverted = true
		receipt.Skipped = map[mint.PaymentID]string{claimed.ID: "a receipt that reverted skips nothing"}
		must(t, s.Resolve(ctx, id, receipt))
	}
	wants(t, s, claimed.ID, mint.Claimed)
	wants(t, s, settled.ID, mint.Settled)
	counts(t, s, "ping", 0, 3)
}

func TestDropReleasesTheOrdersOfATransactionThatCanNeverLand(t *testing.T) {
	s := sale(t, 100)
	claimed, mined := claim(t, s, order("ping", 1, 1, 1)), claim(t, s, order("ping", 2, 1, 2))
	id := carry(t, s, transaction(mint.Batch, 3, claimed, mined))
	b := block(1, "a")
	advance(t, s, 0, b, block(0, "a"), event(mint.EventMinted, mined, b, 0)) // by a stranger
	must(t, s.Drop(ctx, id))
	wants(t, s, claimed.ID, mint.Claimed)
	if o := wants(t, s, mined.ID, mint.Mined); o.Transaction != 0 {
		t.Error("it is still carried")
	}
	counts(t, s, "ping", 2, 1)
	if txs := take[[]mint.Transaction](t)(s.InFlight(ctx)); len(txs) != 0 {
		t.Errorf("in flight: %+v", txs)
	}
	if next := take[uint64](t)(s.NextAccountNonce(ctx, sender)); next != 4 {
		t.Errorf("next account nonce is %d", next)
	}
	advance(t, s, 0, block(2, "b"), block(0, "a")) // the stranger's mint is taken back
	wants(t, s, mined.ID, mint.Claimed)
	counts(t, s, "ping", 0, 3)

	landedNow := carry(t, s, transaction(mint.Batch, 4, claimed))
	must(t, s.Resolve(ctx, landedNow, landed(4, block(2, "b"))))
	if err := s.Drop(ctx, landedNow); !errors.Is(err, mint.ErrStale) {
		t.Errorf("a mined transaction was dropped: %v", err)
	}
}

func TestWhatWasSpentIsExactToTheWei(t *testing.T) {
	s := sale(t, 100)
	huge, _ := new(big.Int).SetString("123456789012345678901", 10) // beyond what SQLite adds up
	cost := []*big.Int{huge, big.NewInt(1), nil}
	b := block(5, "a")
	advance(t, s, 0, b, block(0, "a"))
	for n, cost := range cost {
		id := carry(t, s, transaction(mint.Batch, uint64(n), claim(t, s, order("ping", n, 1, 1))))
		receipt := landed(uint64(n), b)
		receipt.Cost = cost
		for range 2 { // told again, it was spent once
			s.Now = func() time.Time { return noon.Add(time.Duration(n) * time.Hour) }
			must(t, s.Resolve(ctx, id, receipt))
			s.Now = func() time.Time { return noon.Add(9 * time.Hour) }
		}
	}
	for since, want := range map[time.Duration]string{0: "123456789012345678902", time.Nanosecond: "1", time.Hour: "1", time.Hour + 1: "0"} {
		if spent := take[mint.Spending](t)(s.Spent(ctx, noon.Add(since))).All; spent.String() != want {
			t.Errorf("since %s past noon %s was spent, not %s", since, spent, want)
		}
	}
	advance(t, s, 0, block(5, "b"), block(0, "a")) // the block is taken back
	if spent := take[mint.Spending](t)(s.Spent(ctx, time.Time{})).All; spent.Sign() != 0 {
		t.Errorf("%s was spent in a block that is gone", spent)
	}
}

func TestATransactionThatIsUnknownIsNotFound(t *testing.T) {
	s := sale(t, 100)
	for name, err := range map[string]error{
		"attempt": s.Attempt(ctx, 7, attempt(0, 0)),
		"resolve": s.Resolve(ctx, 7, mint.TxResult{}),
		"drop":    s.Drop(ctx, 7),
	} {
		if !errors.Is(err, mint.ErrNotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAHashBelongsToOneTransaction(t *testing.T) {
	s := sale(t, 100)
	a, b := claim(t, s, order("ping", 1, 1, 1)), claim(t, s, order("ping", 2, 1, 1))
	carry(t, s, transaction(mint.Batch, 0, a))
	tx := transaction(mint.Batch, 1, b)
	tx.Attempts[0].Hash = attempt(0, 0).Hash
	if _, err := s.Carry(ctx, tx); err == nil {
		t.Error("stored twice")
	}
	wants(t, s, b.ID, mint.Claimed)
}

func TestAReorgPutsATransactionAndItsOrdersBackInFlight(t *testing.T) {
	s := sale(t, 100)
	o := claim(t, s, order("ping", 1, 1, 1))
	id := carry(t, s, transaction(mint.Batch, 0, o))
	b := block(5, "a")
	advance(t, s, 0, b, block(0, "a"), event(mint.EventMinted, o, b, 0))
	must(t, s.Resolve(ctx, id, landed(0, b)))
	counts(t, s, "ping", 1, 0)

	if changed := advance(t, s, 0, block(6, "b"), block(0, "a")); len(changed) != 1 || changed[0] != o.ID {
		t.Errorf("changed: %v", changed)
	}
	wants(t, s, o.ID, mint.Minting)
	counts(t, s, "ping", 0, 1)
	if txs := take[[]mint.Transaction](t)(s.InFlight(ctx)); len(txs) != 1 || txs[0].Mined.Seen() {
		t.Errorf("in flight: %+v", txs)
	}
}

func TestAnOrderIsNotCarriedByATransactionThatLandedWithoutIt(t *testing.T) {
	s := sale(t, 100)
	o := claim(t, s, order("ping", 1, 1, 1))
	id := carry(t, s, transaction(mint.Batch, 0, o))
	ours, theirs := block(5, "a"), block(6, "a")
	advance(t, s, 0, ours, block(0, "a"))
	advance(t, s, 5, theirs, block(0, "a"), event(mint.EventMinted, o, theirs, 0)) // a stranger's
	must(t, s.Resolve(ctx, id, landed(0, ours)))
	wants(t, s, o.ID, mint.Mined)
	advance(t, s, 5, block(6, "b"), block(0, "a")) // the stranger's goes, ours stays
	if o := wants(t, s, o.ID, mint.Claimed); o.Transaction != 0 {
		t.Errorf("carried by %d", o.Transaction)
	}
	counts(t, s, "ping", 0, 1)
}

func TestAttemptsKeepTheirFees(t *testing.T) {
	s := sale(t, 100)
	tx := transaction(mint.Batch, 0, claim(t, s, order("ping", 1, 1, 1)))
	huge := new(big.Int).Lsh(big.NewInt(1), 200)
	tx.Attempts[0].FeeCap, tx.Attempts[0].Raw = huge, common.FromHex("0x02f8")
	carry(t, s, tx)
	got := take[[]mint.Transaction](t)(s.InFlight(ctx))[0].Latest()
	if got.FeeCap.Cmp(huge) != 0 || !reflect.DeepEqual(got.Raw, tx.Attempts[0].Raw) {
		t.Errorf("stored: %+v", got)
	}
}

func TestWhatIsForgottenGivesItsOrdersBackAndItsAccountNoncesCanBeStoredAgain(t *testing.T) {
	s := sale(t, 100)
	claimed, settled, below := claim(t, s, order("ping", 1, 1, 1)), claim(t, s, order("ping", 2, 1, 2)), claim(t, s, order("ping", 3, 1, 4))
	b := block(1, "a")
	advance(t, s, 0, b, block(0, "a"), event(mint.EventSettled, settled, b, 0))
	kept := transaction(mint.Batch, 3, below)
	kept.ID = carry(t, s, kept)
	carry(t, s, transaction(mint.Batch, 5000, claimed))
	high := transaction(mint.SettledMint, 5002, settled)
	id := carry(t, s, high)
	must(t, s.Attempt(ctx, id, attempt(5002, 1)))

	released := take[[]mint.PaymentID](t)(s.Forget(ctx, sender, 4))
	if !reflect.DeepEqual(released, []mint.PaymentID{claimed.ID, settled.ID}) {
		t.Errorf("released %s", released)
	}
	wants(t, s, claimed.ID, mint.Claimed)
	wants(t, s, settled.ID, mint.Settled)
	wants(t, s, below.ID, mint.Minting)
	counts(t, s, "ping", 0, 7)
	if got := take[[]mint.Transaction](t)(s.InFlight(ctx)); !reflect.DeepEqual(got, []mint.Transaction{kept}) {
		t.Errorf("in flight\n%+v\nwant\n%+v", got, kept)
	}
	if next := take[uint64](t)(s.NextAccountNonce(ctx, sender)); next != 4 {
		t.Errorf("next account nonce is %d", next)
	}
	must(t, s.Attempt(ctx, kept.ID, attempt(3, 1)))
	carry(t, s, high) // the chain came so far
	if released := take[[]mint.PaymentID](t)(s.Forget(ctx, address("another"), 0)); len(released) != 0 {
		t.Errorf("another's released %s", released)
	}
	wants(t, s, settled.ID, mint.Minting)
}

func TestWhatWasCalledMinedIsForgottenToo(t *testing.T) {
	s := sale(t, 100)
	mined, waits := claim(t, s, order("ping", 1, 1, 1)), claim(t, s, order("ping", 2, 1, 2))
	low := carry(t, s, transaction(mint.Batch, 7, mined))
	carry(t, s, transaction(mint.Batch, 8, waits))
	b := block(1, "a")
	advance(t, s, 0, b, block(0, "a"))
	must(t, s.Resolve(ctx, low, landed(7, b)))
	advance(t, s, 1, block(2, "a"), b) // it is final
	if got := take[[]common.Hash](t)(s.MinedFrom(ctx, sender, 7, 5)); !slices.Equal(got, []common.Hash{landed(7, b).At.Tx}) {
		t.Errorf("mined are %s", got)
	}
	for _, none := range [][]common.Hash{take[[]common.Hash](t)(s.MinedFrom(ctx, sender, 8, 5)), take[[]common.Hash](t)(s.MinedFrom(ctx, address("another"), 0, 5))} {
		if len(none) != 0 {
			t.Errorf("mined are %s", none)
		}
	}
	if released := take[[]mint.PaymentID](t)(s.Forget(ctx, sender, 7)); !slices.Equal(released, []mint.PaymentID{waits.ID}) {
		t.Errorf("released %s", released) // the first was released when its transaction was mined without it
	}
	wants(t, s, mined.ID, mint.Claimed)
	wants(t, s, waits.ID, mint.Claimed)
	if next := take[uint64](t)(s.NextAccountNonce(ctx, sender)); next != 0 {
		t.Errorf("next account nonce is %d", next)
	}
}

// The attempts of a mined transaction are read once, until one is added or it is not mined.
func TestAnAttemptIsInFlightWheneverItWasAdded(t *testing.T) {
	s := sale(t, 100)
	id := carry(t, s, transaction(mint.Batch, 1, claim(t, s, order("ping", 1, 1, 1))))
	attempts := func(want int, raw bool) {
		t.Helper()
		txs := take[[]mint.Transaction](t)(s.InFlight(ctx))
		if len(txs) != 1 || len(txs[0].Attempts) != want || (len(txs[0].Latest().Raw) > 0) != raw {
			t.Errorf("want %d attempts with signed bytes: %v, got %+v", want, raw, txs)
		}
	}
	attempts(1, true)
	b := block(1, "a")
	advance(t, s, 0, b, block(0, "a"))
	must(t, s.Resolve(ctx, id, landed(1, b)))
	attempts(1, false)
	must(t, s.Attempt(ctx, id, attempt(1, 1)))
	attempts(2, false)
	advance(t, s, 1, block(2, "a"), block(0, "a"))
	attempts(2, false)
	advance(t, s, 0, block(1, "b"), block(0, "a")) // a reorg
	attempts(2, true)
}

func TestASkippedPaymentCountsForItsPayerWhileItsTransactionIsMined(t *testing.T) {
	path := filepath.Join(t.TempDir(), "orders.db")
	s := openAt(t, path)
	must(t, s.SaveLaunch(ctx, launch("ping", 100)))
	a, b := order("ping", 1, 1, 1), order("ping", 2, 2, 1)
	claim(t, s, a)
	claim(t, s, b)
	id := carry(t, s, transaction(mint.Batch, 0, a, b))
	at := block(1, "a")
	moves(t, s, mint.Advance{Head: at, Final: block(0, "a"), Launches: []string{"ping"}})
	receipt := landed(0, at)
	receipt.Skipped = map[mint.PaymentID]string{a.ID: "no balance", b.ID: "invalid signature"}
	receipt.ByCode, receipt.Cost, receipt.Burned = []mint.PaymentID{b.ID}, big.NewInt(9), big.NewInt(7)
	must(t, s.Resolve(ctx, id, receipt))
	must(t, s.Resolve(ctx, id, receipt)) // is told twice
	payers := []common.Address{a.Payer, b.Payer, a.Payer}
	got := take[map[common.Address]mint.Skips](t)(s.Skips(ctx, payers, noon.Add(-time.Hour)))
	must(t, s.Close())
	s = openAt(t, path)
	if again := take[map[common.Address]mint.Skips](t)(s.Skips(ctx, payers, noon.Add(-time.Hour))); !reflect.DeepEqual(again, got) {
		t.Errorf("after a restart: %+v", again)
	}
	if len(got) != 2 || got[a.Payer].N != 1 || !got[a.Payer].ByCode.IsZero() || got[b.Payer].N != 1 || got[b.Payer].ByCode.IsZero() || !got[b.Payer].ByCode.Equal(got[b.Payer].Last) {
		t.Errorf("skipped: %+v", got)
	}
	if spent := take[mint.Spending](t)(s.Spent(ctx, noon.Add(-time.Hour))); spent.All.Int64() != 9 || spent.Burned.Int64() != 7 {
		t.Errorf("spent %s, burned %s", spent.All, spent.Burned)
	}
	if got := take[map[common.Address]mint.Skips](t)(s.Skips(ctx, payers, noon.Add(25*time.Hour))); len(got) != 0 {
		t.Errorf("a day later: %+v", got)
	}
	moves(t, s, mint.Advance{RevertTo: 0, Head: block(1, "b"), Final: block(0, "a"), Launches: []string{"ping"}})
	if got := take[map[common.Address]mint.Skips](t)(s.Skips(ctx, payers, noon.Add(-time.Hour))); len(got) != 0 {
		t.Errorf("after a reorg: %+v", got)
	}
	if spent := take[mint.Spending](t)(s.Spent(ctx, noon.Add(-time.Hour))); spent.All.Sign() != 0 || spent.Burned.Sign() != 0 {
		t.Errorf("after a reorg: spent %s, burned %s", spent.All, spent.Burned)
	}
}
