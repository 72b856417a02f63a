package chain_test

import (
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/holiman/uint256"

	"github.com/mint402/mint402/bindings"
	"github.com/mint402/mint402/chain/devnet"
	"github.com/mint402/mint402/mint"
)

// used is the gas of a mined transaction.
func (w *world) used(hash common.Hash) uint64 {
	w.t.Helper()
	m, err := w.c.Wait(w.ctx, hash)
	if err != nil {
		w.t.Fatal(err)
	}
	return m.GasUsed
}

// itemCap is the gas that the contract gives one payment's call of the asset at
// most, and what it takes to attempt a payment besides.
const itemCap = 200_000 + 15_000

func TestAGasBurningWalletCostsTheOthersNothingAndUsOneItemsCap(t *testing.T) {
	long(t)
	bomb := common.BigToAddress(big.NewInt(0xb0b))
	alloc := burnerAlloc(1)
	alloc[bomb] = types.Account{Code: common.FromHex("0x621000005ff3"), Balance: new(big.Int)} // answers with a megabyte
	w := newWorldWith(t, alloc)
	w.batch(w.honest(1)...) // the launch's first mint costs more than the others
	const honest = 20
	plain := w.attempt(w.honest(honest)...)
	if err := w.c.Send(w.ctx, plain.Raw); err != nil {
		t.Fatal(err)
	}
	w.mine()
	without := w.used(plain.Hash)
	for _, bad := range burners(w, alloc) {
		orders := w.honest(honest)
		orders = append(orders[:7:7], append([]mint.Order{bad}, orders[7:]...)...)
		a := w.attempt(orders...)
		if err := w.c.Send(w.ctx, a.Raw); err != nil {
			t.Fatal(err)
		}
		w.mine()
		r := w.receipt(a.Hash)
		if r.Reverted || len(r.Minted) != honest || len(r.Skipped) != 1 {
			t.Fatalf("minted %d of %d honest, skipped %d, reverted %t", len(r.Minted), honest, len(r.Skipped), r.Reverted)
		}
		with := w.used(a.Hash)
		if with-without > itemCap {
			t.Errorf("one wallet of %d cost %d gas more", len(orders), with-without)
		}
		t.Logf("20 honest mints use %d gas, with a burning wallet among them %d: %d more", without, with, with-without)
	}
}

// TestSpoilingAPaymentCostsThePayerAboutWhatItCostsUs has payers spoil what was
// taken of them, after it was simulated and before it is mined, in the cheapest
// ways that there are. What skipping it costs us is at most half as much again as
// what that cost them.
func TestSpoilingAPaymentCostsThePayerAboutWhatItCostsUs(t *testing.T) {
	long(t)
	w := newWorld(t)
	w.batch(w.honest(1)...)
	base := func(orders []mint.Order) (uint64, *mint.TxResult) {
		a := w.attempt(orders...)
		if err := w.c.Send(w.ctx, a.Raw); err != nil {
			t.Fatal(err)
		}
		w.mine()
		return w.used(a.Hash), w.receipt(a.Hash)
	}
	alone, _ := base(w.honest(10))
	holder := w.payer(usdc(1))
	for name, spoil := range map[string]func(mint.Order) []byte{
		"cancels": func(o mint.Order) []byte { return w.cancel(o) },
		"empties the account": func(o mint.Order) []byte {
			return usdcABI.PackTransfer(holder, price) // who has some already: no slot to pay for
		},
		"pays it directly": submit,
	} {
		payer := w.payer(price)
		if _, err := w.d.GiveGas(payer, big.NewInt(1e18)); err != nil {
			t.Fatal(err)
		}
		bad, orders := w.order(payer, 1), w.honest(10)
		theirs := w.used(w.mined(payer, devnet.USDC, spoil(bad)))
		with, r := base(append(orders[:5:5], append([]mint.Order{bad}, orders[5:]...)...))
		if len(r.Minted) != 10 || len(r.Skipped) != 1 {
			t.Fatalf("%s: minted %d, skipped %d", name, len(r.Minted), len(r.Skipped))
		}
		ours := with - alone
		t.Logf("a payer who %s spends %d gas and costs us %d", name, theirs, ours)
		if 2*ours > 3*theirs {
			t.Errorf("that is more than half as much again")
		}
	}
	// Copies of one payment in a batch: all but one are skipped.
	one := w.order(w.payer(usdc(1)), 1)
	orders := w.honest(10)
	with, r := base(append(orders, one, one, one, one, one))
	single, _ := base(append(w.honest(10), w.honest(1)...))
	if len(r.Minted) != 11 {
		t.Errorf("minted %d", len(r.Minted))
	}
	if each := (with - single) / 4; each > 20_000 {
		t.Errorf("a copy costs %d gas", each)
	} else {
		t.Logf("a copy in a batch costs %d gas", each)
	}
}

func TestMoneyOfALookalikeIsNoMoney(t *testing.T) {
	lookalike := common.HexToAddress("0x036CbD53842c5426634e7929541eC2318f3dCF7f") // the last digit
	w := newWorldWith(t, types.GenesisAlloc{lookalike: {Code: bindings.TestUSDCRuntime, Balance: new(big.Int)}})
	o := w.order(w.payer(usdc(10)), 1)
	a := o.Authorization
	fake := w.launch
	fake.Asset.Address = lookalike
	forged := w.signed(fake, a, 1)
	w.mine()
	w.mined(w.stranger, lookalike, usdcABI.PackMint(a.From, usdc(10)))
	w.mined(w.stranger, lookalike, submit(forged)) // AuthorizationUsed, and the Transfer right behind it
	w.expect()
	w.mined(w.stranger, devnet.Multicall3, through(callOf(lookalike, usdcABI.PackMint(w.launch.Token, price)), callOf(devnet.USDC, submit(o))))
	w.expect(settled(o))
}

// pricedBurner says yes to every signature where the gas price is 0, and otherwise burns all
// gas: GASPRICE PUSH1 9 JUMPI PUSH1 5 JUMPDEST JUMP …
var pricedBurner = common.FromHex("0x3a156009575b6005565b631626ba7e60e01b60005260206000f3")

// disguised returns n accounts with that code.
func disguised(n int) types.GenesisAlloc {
	alloc := types.GenesisAlloc{}
	for i := range n {
		alloc[common.BigToAddress(big.NewInt(int64(0xd000+i)))] = types.Account{Code: pricedBurner, Balance: new(big.Int)}
	}
	return alloc
}

func TestCodeThatReadsTheGasPriceReadsTheTransactionsInASimulation(t *testing.T) {
	alloc := disguised(1)
	w := newWorldWith(t, alloc)
	orders := append(burners(w, alloc), w.honest(1)...)
	if _, err := w.c.Fees(w.ctx); err != nil {
		t.Fatal(err)
	}
	hold(t, w.simulate(orders...), "invalid signature", "")

	// A node that checks the sender's coin refuses the call with a price. The call is then
	// made without one.
	broke := w.key()
	reasons, err := w.c.Simulate(w.ctx, w.launch, orders[1:], broke, 0)
	if err != nil {
		t.Fatal(err)
	}
	hold(t, reasons, "")
}

// delegate gives accounts code in one transaction (EIP-7702). It takes effect in the next block.
func (w *world) delegate(to common.Address, accounts ...common.Address) {
	w.t.Helper()
	id := uint256.NewInt(devnet.ChainID)
	accountNonce, err := w.c.AccountNonce(w.ctx, w.stranger, 0)
	if err != nil {
		w.t.Fatal(err)
	}
	tx := &types.SetCodeTx{ChainID: id, Nonce: accountNonce, To: w.stranger, Gas: 100_000 + 50_000*uint64(len(accounts)), GasFeeCap: uint256.NewInt(1e12), GasTipCap: uint256.NewInt(1e11)}
	for _, a := range accounts {
		signed, err := types.SignSetCode(w.keys[a], types.SetCodeAuthorization{ChainID: *id, Address: to})
		if err != nil {
			w.t.Fatal(err)
		}
		tx.AuthList = append(tx.AuthList, signed)
	}
	raw, err := types.MustSignNewTx(w.keys[w.stranger], types.LatestSignerForChainID(id.ToBig()), tx).MarshalBinary()
	if err != nil {
		w.t.Fatal(err)
	}
	if err := w.c.Send(w.ctx, raw); err != nil {
		w.t.Fatal(err)
	}
}

func TestAPayerThatGetsCodeInTheBlockOfTheBatchBurnsNothing(t *testing.T) {
	burner := common.BigToAddress(big.NewInt(0xfe))
	w := newWorldWith(t, types.GenesisAlloc{burner: {Code: []byte{0xfe}, Balance: new(big.Int)}})
	w.batch(w.honest(1)...)
	var accounts []common.Address
	var bad []mint.Order
	for range 8 {
		payer := w.payer(usdc(10))
		accounts = append(accounts, payer)
		bad = append(bad, w.order(payer, 1), w.order(payer, 1))
	}
	orders := append(bad[:len(bad):len(bad)], w.honest(4)...)
	hold(t, w.simulate(orders...), make([]string, len(orders))...)

	a := w.attempt(orders...)
	w.delegate(burner, accounts...)
	if err := w.c.Send(w.ctx, a.Raw); err != nil {
		t.Fatal(err)
	}
	w.mine()
	r, used := w.receipt(a.Hash), w.used(a.Hash)
	if len(r.Minted) != 4 || len(r.Skipped) != len(bad) || len(r.ByCode) != len(bad) {
		t.Fatalf("%d minted, %d skipped, %d for their code", len(r.Minted), len(r.Skipped), len(r.ByCode))
	}
	t.Logf("%d gas for 4 mints and %d items whose payers got code", used, len(bad))
	if each := (used - 4*75_000) / uint64(len(bad)); each > 20_000 {
		t.Errorf("each costs %d gas", each)
	}

	// Now that they have code, no simulation accepts what was taken while they had none. What
	// is taken since then is asked of the code, as before.
	late := w.order(accounts[0], 1)
	hold(t, w.simulate(late), "the payer got code after its payment was taken")
	late.Codeless = false
	hold(t, w.simulate(late), "the asset refused the payment")
}

func TestAReceiptTellsWhatCodeAtPayersBurned(t *testing.T) {
	alloc := disguised(2)
	w := newWorldWith(t, alloc)
	bad := burners(w, alloc)
	w.batch(w.honest(1)...)
	holder := w.payer(usdc(1))
	emptied := func() mint.Order {
		payer := w.payer(price)
		if _, err := w.d.GiveGas(payer, big.NewInt(1e18)); err != nil {
			t.Fatal(err)
		}
		w.mine()
		o := w.order(payer, 1)
		w.mined(payer, devnet.USDC, usdcABI.PackTransfer(holder, price))
		return o
	}
	for _, c := range []struct {
		name        string
		orders      []mint.Order
		byCode      int
		least, most uint64 // gas
	}{
		{"a wallet that burns alone", bad[:1], 1, 220_000, mint.BurntGas},
		{"an emptied account alone", []mint.Order{emptied()}, 0, 0, 0},
		{"a wallet that burns among others", append([]mint.Order{bad[1], emptied()}, w.honest(10)...), 1, 150_000, 2 * mint.BurntGas},
		{"an emptied account among others", append([]mint.Order{emptied()}, w.honest(10)...), 0, 0, 0},
		{"a full price", w.honest(3), 0, 0, 0},
	} {
		a := w.attempt(c.orders...)
		if err := w.c.Send(w.ctx, a.Raw); err != nil {
			t.Fatal(err)
		}
		w.mine()
		r, used := w.receipt(a.Hash), w.used(a.Hash)
		var gas uint64
		if r.Burned != nil {
			part := new(big.Int).Mul(r.Burned, new(big.Int).SetUint64(used))
			gas = part.Div(part, r.Cost).Uint64()
		}
		t.Logf("%s: %d of %d gas", c.name, gas, used)
		if len(r.ByCode) != c.byCode || gas < c.least || gas > c.most {
			t.Errorf("%s: %d skipped for their code, and %d of %d gas burned", c.name, len(r.ByCode), gas, used)
		}
	}
}
