package mint_test

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/mint402/mint402/factories"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/x402"
)

// burning is a chain on which accounts have code that passes every simulation and burns its
// gas on chain.
type burning struct {
	*simChain
	accounts map[common.Address]bool
}

// burnCost is the wei of a transaction that is burned.
const burnCost = 100_000_000

func (c burning) Mined(ctx context.Context, hashes []common.Hash, head mint.Block) ([]*mint.TxResult, error) {
	receipts, err := c.simChain.Mined(ctx, hashes, head)
	for i, r := range receipts {
		if r == nil {
			continue
		}
		own := *r
		own.Cost, own.ByCode = big.NewInt(burnCost), nil
		for id, reason := range r.Skipped {
			if strings.Contains(reason, "signature") {
				own.ByCode, own.Burned = append(own.ByCode, id), own.Cost
			}
		}
		receipts[i] = &own
	}
	return receipts, err
}

// Simulate is run with code that says yes.
func (c burning) Simulate(ctx context.Context, l mint.Launch, orders []mint.Order, from common.Address, at uint64) ([]string, error) {
	c.say(false)
	defer c.say(true)
	return c.simChain.Simulate(ctx, l, orders, from, at)
}

// say sets whether the code refuses.
func (c burning) say(no bool) {
	for _, b := range c.blocks {
		for account := range c.accounts {
			b.state.refuses[account] = no
		}
	}
}

// burnWorld is a world with the given number of accounts with code that burns.
func burnWorld(t *testing.T, n int) (w *world, keys []*ecdsa.PrivateKey) {
	w = quietWorld(t, 100)
	w.store.Now = func() time.Time { return w.chain.now }
	c := burning{w.chain, map[common.Address]bool{}}
	for range n {
		key := w.payer(50)
		keys, c.accounts[addressOf(key)] = append(keys, key), true
	}
	c.say(true)
	w.node, w.link.Chain = c, c
	return w, keys
}

// burn has an account's payment burned, and returns it.
func (w *world) burn(key *ecdsa.PrivateKey) simPayment {
	w.t.Helper()
	p := w.sign(key, 1, time.Hour)
	w.must(p)
	w.step()
	w.blocks(1)
	w.expect(p, mint.Parked)
	return p
}

// refusedForTheDay presents a payment and expects the refusal of code that burned gas.
func (w *world) refusedForTheDay(p simPayment) {
	w.t.Helper()
	_, err := w.present(p)
	var refused *x402.RefusedError
	if !errors.As(err, &refused) || refused.Reason != x402.ReasonSimulation || !strings.Contains(refused.Detail, "nothing was charged") {
		w.t.Fatalf("answered %v", err)
	}
}

func TestAnAccountWhoseCodeBurnedGasIsNotSentAgainForADay(t *testing.T) {
	w, keys := burnWorld(t, 1)
	p := w.burn(keys[0])
	if why := w.reason(p); !strings.Contains(why, "no payment of the account is sent before") {
		t.Errorf("the payer reads %q", why)
	}
	w.refusedForTheDay(w.sign(keys[0], 1, time.Hour))
	sent := w.used(simSender)
	w.must(p) // the same payment again
	w.crash()
	w.step()
	w.refusedForTheDay(w.sign(keys[0], 1, time.Hour))
	w.must(p)
	w.step()
	w.blocks(1)
	w.expect(p, mint.Parked)
	if again := w.used(simSender); again != sent {
		t.Errorf("it was sent again: %d transactions after %d", again, sent)
	}
	w.chain.now = w.chain.now.Add(25 * time.Hour)
	w.blocks(1)
	w.must(w.sign(keys[0], 1, time.Hour))
}

func TestWhatWasClaimedOfAnAccountWhoseCodeBurnedGasIsNotSent(t *testing.T) {
	w, keys := burnWorld(t, 1)
	w.engine.BatchSize = 1
	w.engine.InFlight = 1
	first, second := w.sign(keys[0], 1, time.Hour), w.sign(keys[0], 1, time.Hour)
	w.must(first)
	w.must(second)
	w.step()
	w.blocks(2)
	w.expect(first, mint.Parked)
	w.expect(second, mint.Parked)
	if sent := w.used(simSender); sent != 1 {
		t.Errorf("%d transactions for an account that burns, want 1", sent)
	}
}

func TestAnAccountWithCodeWhoseBalanceMovedMayPayAgain(t *testing.T) {
	w := quietWorld(t, 100)
	w.store.Now = func() time.Time { return w.chain.now }
	key := w.payer(50)
	account := addressOf(key)
	for _, b := range w.chain.blocks {
		b.state.refuses[account] = false // honest code
	}
	spoil := func() {
		p := w.sign(key, 1, time.Hour)
		w.must(p)
		w.step()
		w.chain.head().state.balances[account] = 0
		w.blocks(1)
		w.expect(p, mint.Parked)
		w.chain.head().state.balances[account] = 50 * w.launch.Price.Int64()
	}
	spoil()
	spoil()
	good := w.sign(key, 1, time.Hour)
	w.must(good)
	w.step()
	w.blocks(1)
	w.expect(good, mint.Mined)
	// Its code could have burned the gas of each, so there is a limit.
	spoil()
	w.refusedForTheDay(w.sign(key, 1, time.Hour))
}

func TestBurnedGasStopsOnlyAccountsWithCode(t *testing.T) {
	w, keys := burnWorld(t, 3)
	w.engine.Budget = big.NewInt(16 * burnCost * 3 / 2)
	plain := w.payer(50)
	w.burn(keys[0])
	w.burn(keys[1])
	w.blocks(1)
	_, err := w.present(w.sign(keys[2], 1, time.Hour))
	var unavailable *mint.UnavailableError
	if !errors.As(err, &unavailable) || unavailable.Faults[0].Code != "wallet_gas" {
		t.Fatalf("an account with code is answered %v", err)
	}
	w.sold()
	if h := w.engine.Health(); len(h.Limits) != 1 || h.Spent.Burned.Int64() != 2*burnCost {
		t.Errorf("limits %v, burned %s", h.Limits, h.Spent.Burned)
	}
	p := w.sign(plain, 1, time.Hour)
	w.must(p)
	w.step()
	w.blocks(1)
	w.expect(p, mint.Mined)
	w.chain.now = w.chain.now.Add(61 * time.Minute)
	w.blocks(1)
	w.must(w.sign(keys[2], 1, time.Hour))
}

func TestNoMorePaymentsOfAccountsWithCodeAreUnderWayThanTheirPartCouldPayFor(t *testing.T) {
	w, keys := burnWorld(t, 3)
	fees, err := w.chain.Fees(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	each := new(big.Int).Mul(fees.Price(), big.NewInt(mint.BurntGas))
	w.engine.Budget = each.Mul(each, big.NewInt(16*2))
	w.blocks(1)
	w.must(w.sign(keys[0], 1, time.Hour))
	w.must(w.sign(keys[1], 1, time.Hour))
	if _, err := w.present(w.sign(keys[2], 1, time.Hour)); !errors.Is(err, mint.ErrBusy) {
		t.Fatalf("a third is answered %v", err)
	}
	w.must(w.sign(w.payer(50), 1, time.Hour))
	w.step()
	w.blocks(2)
	if _, err := w.present(w.sign(keys[2], 1, time.Hour)); err != nil {
		t.Errorf("after the others ended it is answered %v", err)
	}
}

func TestWhatIsTakenOfAnAccountWithoutCodeIsNotSentOnceItHasCode(t *testing.T) {
	w := quietWorld(t, 100)
	w.engine.PerPayer = 16
	key := w.payer(50)
	var taken []simPayment
	for range 4 {
		taken = append(taken, w.sign(key, 1, time.Hour))
		w.must(taken[len(taken)-1])
	}
	for _, b := range w.chain.blocks {
		b.state.refuses[addressOf(key)] = false // honest code
	}
	w.step()
	for _, p := range taken {
		w.expect(p, mint.Parked)
	}
	if sent := w.used(simSender); sent != 0 {
		t.Fatalf("%d transactions", sent)
	}
	// Presented again, they are payments of an account with code, and of those two may be under way.
	w.must(taken[0])
	w.must(taken[1])
	w.expect(taken[1], mint.Claimed)
	w.must(taken[2])
	w.expect(taken[2], mint.Parked)
	w.crash()
	w.step()
	w.blocks(1)
	w.expect(taken[0], mint.Mined)
	w.expect(taken[1], mint.Mined)
}

// dearSkips is a chain whose receipts say that code burned gas whenever an item was skipped.
type dearSkips struct{ *simChain }

func (c dearSkips) Mined(ctx context.Context, hashes []common.Hash, head mint.Block) ([]*mint.TxResult, error) {
	receipts, err := c.simChain.Mined(ctx, hashes, head)
	for i, r := range receipts {
		if r != nil && len(r.Skipped) > 0 {
			own := *r
			own.Cost, own.Burned = big.NewInt(burnCost), big.NewInt(burnCost)
			receipts[i] = &own
		}
	}
	return receipts, err
}

func TestWhatEmptiedAccountsWithoutCodeCostIsNotGasOfCode(t *testing.T) {
	w := quietWorld(t, 100)
	c := dearSkips{w.chain}
	w.node, w.link.Chain = c, c
	plain, wallet := w.payer(5), w.payer(5)
	for _, b := range w.chain.blocks {
		b.state.refuses[addressOf(wallet)] = false
	}
	for _, payer := range []struct {
		account common.Address
		payment simPayment
		burned  int64
	}{{addressOf(plain), w.sign(plain, 1, time.Hour), 0}, {addressOf(wallet), w.sign(wallet, 1, time.Hour), burnCost}} {
		w.must(payer.payment)
		w.step()
		w.chain.head().state.balances[payer.account] = 0
		w.blocks(1)
		w.expect(payer.payment, mint.Parked)
		w.blocks(1)
		if burned := w.engine.Health().Spent.Burned; burned.Int64() != payer.burned {
			t.Errorf("code burned %s wei, want %d", burned, payer.burned)
		}
	}
}

// newWallets are payments of accounts without code whose signatures are wrapped.
func (w *world) newWallets(n int) (payments []simPayment) {
	factory := common.HexToAddress("0xfac")
	w.engine.Factories = factories.List{factory: "tests"}
	for range n {
		p := w.sign(w.payer(5), 1, time.Hour)
		p.payment.Signature = x402.Wrap(x402.Wrapped{Factory: factory, Call: []byte{1}, Signature: p.payment.Signature})
		payments = append(payments, p)
	}
	return payments
}

func TestTheBudgetCountsTheGasThatDeploysAWallet(t *testing.T) {
	w := quietWorld(t, 100)
	w.link.Chain = costly{w.chain, 600}
	payments := w.newWallets(3)
	w.blocks(1)
	for _, p := range payments {
		w.must(p)
	}
	// Each may cost as much as four orders that deploy none.
	w.engine.Budget = big.NewInt(w.dearest() * 15 / 2)
	w.blocks(1)
	w.step()
	carried := map[int64]bool{}
	for _, p := range payments {
		o, err := w.store.Order(t.Context(), p.id)
		if err != nil || o.Transaction != 0 && carried[o.Transaction] {
			t.Fatalf("transaction %d carries two, and the budget covers one: %v", o.Transaction, err)
		}
		carried[o.Transaction] = true
	}
	for range 3 {
		w.step()
		w.blocks(1)
	}
	for _, p := range payments {
		w.expect(p, mint.Mined)
	}
}

func TestATransactionInFlightThatDeploysWalletsMayCostItsLimitOfGas(t *testing.T) {
	raw := func(to *common.Address, gas uint64) []byte {
		data, err := types.NewTx(&types.DynamicFeeTx{To: to, Gas: gas}).MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	for _, c := range []struct {
		raw    []byte
		orders int
		want   int
	}{
		{raw(&common.Address{1}, 1_200_000), 2, 2},
		{raw(nil, 1_200_000), 2, 5},
		{raw(nil, 1_200_001), 2, 6},
		{raw(nil, 100_000), 2, 2},
		{[]byte("no transaction"), 3, 3},
		{nil, 1, 1},
	} {
		if got := mint.UnitsOf(c.orders, c.raw); got != c.want {
			t.Errorf("%d orders may cost %d times the gas of one, want %d", c.orders, got, c.want)
		}
	}
}

func TestAPaymentThatDeploysAWalletTakesThePlacesOfSeveralPayments(t *testing.T) {
	w := quietWorld(t, 100)
	payments := w.newWallets(2)
	fees, err := w.chain.Fees(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	// In an hour, code may burn a 16th: as much as seven orders that deploy none.
	w.engine.Budget = new(big.Int).Mul(fees.Price(), big.NewInt(7*16*mint.BurntGas))
	w.blocks(1)
	w.must(payments[0])
	if _, err := w.present(payments[1]); !errors.Is(err, mint.ErrBusy) {
		t.Fatalf("the second: %v", err)
	}
	w.step()
	w.blocks(1)
	w.expect(payments[0], mint.Mined)
	w.must(payments[1])
}
