package chain_test

import (
	"math/big"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/mint402/mint402/bindings"
	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/chain/devnet"
	"github.com/mint402/mint402/mint"
)

func (w *world) simulate(orders ...mint.Order) []string {
	w.t.Helper()
	reasons, err := w.c.Simulate(w.ctx, w.launch, orders, w.sender, 0)
	if err != nil {
		w.t.Fatal(err)
	}
	if len(reasons) != len(orders) {
		w.t.Fatalf("%d reasons for %d orders", len(reasons), len(orders))
	}
	return reasons
}

// hold checks that each reason contains what it should, "" standing for none.
func hold(t *testing.T, reasons []string, want ...string) {
	t.Helper()
	for i, reason := range reasons {
		if (want[i] == "") != (reason == "") || !strings.Contains(reason, want[i]) {
			t.Errorf("reason %d is %q, want %q", i, reason, want[i])
		}
	}
}

func TestASimulationSaysWhyEachPaymentWouldNotMint(t *testing.T) {
	w := newWorld(t, func(t *bindings.Terms) { t.Cap = tokens(5000 * 5); t.Limit = big.NewInt(3) })
	now := w.head().Time.Unix()
	rich := w.payer(usdc(100))
	change := func(f func(a *mint.Order)) mint.Order {
		o := w.order(rich, 1)
		f(&o)
		return w.signed(w.launch, o.Authorization, o.Quantity)
	}
	expired := change(func(o *mint.Order) { o.Authorization.ValidBefore = big.NewInt(now) })
	early := change(func(o *mint.Order) { o.Authorization.ValidAfter = big.NewInt(now + 1000) })
	forged := w.order(rich, 1)
	forged.Signature = w.order(rich, 1).Signature
	high := w.order(rich, 4)
	elsewhere := change(func(o *mint.Order) { o.Authorization.To = w.treasury })
	listed := w.payer(usdc(5))
	once := w.payer(usdc(1))
	used := w.order(rich, 1)
	w.mine()
	w.mined(w.stranger, devnet.USDC, usdcABI.PackBlacklist(listed))
	w.mined(w.stranger, devnet.USDC, submit(used))

	orders := []mint.Order{
		w.order(rich, 1), expired, early, forged, high, elsewhere, w.order(listed, 1), w.order(w.key(), 1), used,
		w.order(once, 1), w.order(once, 1), w.order(rich, 3), w.order(rich, 1),
	}
	hold(t, w.simulate(orders...), "", "authorization is expired", "not yet valid", "invalid signature",
		"more than one payment", "invalid signature", "blacklisted", "exceeds balance", "used or canceled",
		"", "after those before it", "", "sold out")

	// What was simulated is what then happens.
	r := w.batch(orders...)
	if len(r.Minted) != 3 || len(r.Skipped) != 10 {
		t.Fatalf("minted %d, skipped %d", len(r.Minted), len(r.Skipped))
	}
	for i, reason := range w.simulateAfter(orders, r) {
		if reason == "" {
			t.Errorf("order %d was neither minted nor skipped", i)
		}
	}
	for id, want := range map[mint.PaymentID]string{
		expired.ID: "the asset refused the payment: FiatTokenV2: authorization is expired",
		high.ID:    "quantity 4 is not from 1 to 3", orders[12].ID: "sold out",
		orders[10].ID: "the asset refused the payment: ERC20: transfer amount exceeds balance",
	} {
		if r.Skipped[id] != want {
			t.Errorf("skipped for %q, want %q", r.Skipped[id], want)
		}
	}
}

// simulateAfter says what a receipt knows of each order.
func (w *world) simulateAfter(orders []mint.Order, r *mint.TxResult) []string {
	known := map[mint.PaymentID]string{}
	for _, id := range r.Minted {
		known[id] = "minted"
	}
	for id, reason := range r.Skipped {
		known[id] = reason
	}
	out := make([]string, len(orders))
	for i, o := range orders {
		out[i] = known[o.ID]
	}
	return out
}

func TestWhatHoldsForTheWholeLaunchIsSaidOfEveryPayment(t *testing.T) {
	w := newWorld(t)
	a, b := w.order(w.payer(usdc(1)), 1), w.order(w.payer(usdc(1)), 1)
	w.mine()
	w.do(func() error { _, err := w.c.Pause(w.ctx, w.launch.Token, w.owner); return err })
	hold(t, w.simulate(a, b), "paused", "paused")
	w.do(func() error { _, err := w.c.Unpause(w.ctx, w.launch.Token, w.owner); return err })
	hold(t, w.simulate(a, b), "", "")
	w.mined(w.stranger, devnet.USDC, usdcABI.PackPause())
	hold(t, w.simulate(a, b), "Pausable: paused", "Pausable: paused")
}

func TestALaunchThatIsNotOpenOrClosedSaysWhen(t *testing.T) {
	future := newWorld(t, func(t *bindings.Terms) { t.OpensAt = 4102444800 })
	o := future.order(future.payer(usdc(1)), 1)
	future.mine()
	hold(t, future.simulate(o), "not open before 2100-01-01T00:00:00Z")

	w := newWorld(t)
	closes := uint64(w.head().Time.Unix() + 60)
	w.launch = w.deploy(w.terms(func(t *bindings.Terms) { t.ClosesAt = closes }), random())
	o = w.order(w.payer(usdc(1)), 1)
	w.mine()
	hold(t, w.simulate(o), "")
	if _, err := w.d.MineAt(w.launch.ClosesAt); err != nil {
		t.Fatal(err)
	}
	hold(t, w.simulate(o), "closed since")
}

// burners are wallets that never end verifying, with the money to pay.
func burners(w *world, alloc types.GenesisAlloc) (orders []mint.Order) {
	for a := range alloc {
		w.give(a, usdc(1))
		orders = append(orders, w.order(a, 1))
	}
	w.mine()
	return orders
}

func burnerAlloc(n int) types.GenesisAlloc {
	alloc := types.GenesisAlloc{}
	for i := range n {
		alloc[common.BigToAddress(big.NewInt(int64(0xb000+i)))] = types.Account{Code: burner, Balance: new(big.Int)}
	}
	return alloc
}

func (w *world) honest(n int) (orders []mint.Order) {
	for range n {
		orders = append(orders, w.order(w.payer(usdc(1)), 1))
	}
	w.mine()
	w.mine()
	return orders
}

func TestNobodyIsBlamedForWhatAnotherWalletBurnt(t *testing.T) {
	alloc := burnerAlloc(20)
	w := newWorldWith(t, alloc)
	orders := append(burners(w, alloc), w.honest(4)...)
	reasons := w.simulate(orders...)
	for i, reason := range reasons {
		burnt := i < 20
		if burnt != strings.Contains(reason, "invalid signature") || burnt == (reason == "") {
			t.Errorf("order %d: %q", i, reason)
		}
	}
}

func TestAFullBatchMintsWhatIsHonestBehindThreeWalletsThatBurnTheirGas(t *testing.T) {
	long(t)
	alloc := burnerAlloc(3)
	w := newWorldWith(t, alloc, func(t *bindings.Terms) { t.Cap = tokens(5000 * 100_000) })
	bad := burners(w, alloc)
	orders := append(bad, w.honest(chain.MaxBatch-3)...)
	gas := chain.BatchGas(orders)
	if gas > 16_777_216 {
		t.Fatalf("gas limit %d is above EIP-7825's", gas)
	}
	r := w.batch(orders...)
	if r.Reverted || len(r.Minted) != chain.MaxBatch-3 || len(r.Skipped) != 3 {
		t.Fatalf("minted %d, skipped %d of %d, reverted %v", len(r.Minted), len(r.Skipped), len(orders), r.Reverted)
	}
	for _, o := range bad {
		if !strings.Contains(r.Skipped[o.ID], "invalid signature") {
			t.Errorf("skipped for %q", r.Skipped[o.ID])
		}
	}
	w.honestFullBatch()
}

func TestASmallBatchMintsWhatIsHonestBehindThreeWalletsThatBurnTheirGas(t *testing.T) {
	alloc := burnerAlloc(3)
	w := newWorldWith(t, alloc)
	orders := append(burners(w, alloc), w.honest(2)...)
	if r := w.batch(orders...); len(r.Minted) != 2 || len(r.Skipped) != 3 {
		t.Errorf("minted %d, skipped %d", len(r.Minted), len(r.Skipped))
	}
}

// honestFullBatch measures how far from its gas limit an honest batch stays.
func (w *world) honestFullBatch() {
	orders := w.honest(chain.MaxBatch)
	a := w.attempt(orders...)
	if err := w.c.Send(w.ctx, a.Raw); err != nil {
		w.t.Fatal(err)
	}
	w.mine()
	m, err := w.c.Wait(w.ctx, a.Hash)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Logf("%d mints used %d gas, %d each, of %d", len(orders), m.GasUsed, m.GasUsed/uint64(len(orders)), chain.BatchGas(orders))
	if r := w.receipt(a.Hash); len(r.Minted) != chain.MaxBatch {
		w.t.Errorf("minted %d", len(r.Minted))
	}
	// The three that may burn must fit in what an honest batch leaves over.
	if m.GasUsed+3*200_000 > chain.BatchGas(orders) {
		w.t.Errorf("%d gas of %d leaves no room for three burners", m.GasUsed, chain.BatchGas(orders))
	}
}

func TestTheFirstMintOfALaunchFitsItsGas(t *testing.T) {
	w := newWorld(t)
	o := w.honest(1)
	if r := w.batch(o...); len(r.Minted) != 1 {
		t.Errorf("minted %v, skipped %v", r.Minted, r.Skipped)
	}
}

func TestASettledMintIsRefusedForReasons(t *testing.T) {
	w := newWorld(t)
	payer := w.payer(usdc(10))
	a, b, unpaid := w.order(payer, 1), w.order(payer, 1), w.order(payer, 1)
	w.mine()
	w.mined(w.stranger, devnet.USDC, submit(a))
	w.batch(b)
	for _, test := range []struct {
		name    string
		order   mint.Order
		history []mint.PaymentID
		from    common.Address
		want    string
	}{
		{"paid, with the history", a, []mint.PaymentID{b.ID}, w.minter, ""},
		{"without the history", a, nil, w.minter, "not the payer's history"},
		{"with a wrong one", a, []mint.PaymentID{a.ID}, w.minter, "not the payer's history"},
		{"minted atomically", b, []mint.PaymentID{b.ID}, w.minter, "minted or refunded before"},
		{"not settled", unpaid, []mint.PaymentID{b.ID}, w.minter, "does not know the authorization"},
		{"not the minter", a, []mint.PaymentID{b.ID}, w.sender, "may not do this"},
	} {
		reason, err := w.c.SimulateSettled(w.ctx, w.launch, mint.SettledCall{Kind: mint.SettledMint, Order: test.order, Proof: mint.Proof{IDs: test.history}}, test.from)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(test.name, func(t *testing.T) { hold(t, []string{reason}, test.want) })
	}
	// The money is spent once: a cancelled nonce finds none left.
	odd := w.order(payer, 1)
	w.mined(w.stranger, devnet.USDC, w.cancel(odd))
	reason, err := w.c.SimulateSettled(w.ctx, w.launch, mint.SettledCall{Kind: mint.SettledMint, Order: odd, Proof: mint.Proof{IDs: []mint.PaymentID{b.ID}}}, w.minter)
	if err != nil {
		t.Fatal(err)
	}
	// One unaccounted payment is there, and the contract cannot tell whose: the
	// server must, from the logs. With it minted, nothing is left.
	hold(t, []string{reason}, "")
	w.mined(w.minter, w.launch.Token, tokenABI.PackMintSettled(a.Payer, a.Authorization.Nonce, big.NewInt(1), [32]byte{}, [][32]byte{b.ID}, bindings.Block{Number: new(big.Int)}))
	reason, err = w.c.SimulateSettled(w.ctx, w.launch, mint.SettledCall{Kind: mint.SettledMint, Order: odd, Proof: mint.Proof{IDs: []mint.PaymentID{b.ID, a.ID}}}, w.minter)
	if err != nil {
		t.Fatal(err)
	}
	hold(t, []string{reason}, "is owed and only")
}

func TestAPaymentIsSimulatedAfterTheBlockThatIsNamed(t *testing.T) {
	w := newWorld(t, func(*bindings.Terms) {})
	o := w.order(w.payer(usdc(5)), 1)
	w.mine()
	before := w.head().Number
	w.mined(w.stranger, devnet.USDC, submit(o))
	for at, want := range map[uint64]string{before: "", before + 1: "used", 0: "used"} {
		reasons, err := w.c.Simulate(w.ctx, w.launch, []mint.Order{o}, w.sender, at)
		if err != nil {
			t.Fatal(err)
		}
		hold(t, reasons, want)
	}
}
