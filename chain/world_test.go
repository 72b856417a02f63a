package chain_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/rand"
	"fmt"
	"math/big"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/params"

	"github.com/mint402/mint402/bindings"
	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/chain/devnet"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/x402"
)

// world is a devnet with one launch on it, and the keys of everybody.
type world struct {
	t   testing.TB
	ctx context.Context
	d   *devnet.Devnet
	c   *chain.Client

	owner, sender, minter, stranger common.Address
	treasury                        common.Address
	keys                            map[common.Address]*ecdsa.PrivateKey
	launch                          mint.Launch
	from                            uint64      // first block that events has not read
	strangers                       common.Hash // a mint of the stranger's
}

var (
	price    = big.NewInt(1_000_000)
	usdcABI  = bindings.NewTestUSDC()
	tokenABI = bindings.NewLaunch()
	multi    = bindings.NewMulticall3()
)

// forger logs its calldata's three words as topics, in its own name.
var (
	forger     = common.HexToAddress("0xf0")
	forgerCode = common.FromHex("0x6040356020355f355f5fa300")
)

// burner is a wallet whose signature check never ends: JUMPDEST PUSH0 JUMP.
var burner = common.FromHex("0x5b5f56")

func usdc(n int64) *big.Int { return new(big.Int).Mul(big.NewInt(n), price) }

func newWorld(t testing.TB, change ...func(*bindings.Terms)) *world {
	return newWorldWith(t, nil, change...)
}

func newWorldWith(t testing.TB, alloc types.GenesisAlloc, change ...func(*bindings.Terms)) *world {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	t.Cleanup(cancel)
	w := &world{t: t, ctx: ctx, keys: map[common.Address]*ecdsa.PrivateKey{}, treasury: common.HexToAddress("0x7ea5")}
	fund := map[common.Address]*big.Int{}
	for _, role := range []*common.Address{&w.owner, &w.sender, &w.minter, &w.stranger} {
		*role = w.key()
		fund[*role] = new(big.Int).Mul(big.NewInt(100), big.NewInt(params.Ether))
	}
	var err error
	if w.d, err = devnet.Open(ctx, devnet.Config{Manual: true, Fund: fund, Alloc: alloc}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.d.Close(); err != nil {
			t.Error(err)
		}
	})
	if w.c, err = chain.Dial(ctx, w.d.URL); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.c.Close)
	w.c.Poll = time.Millisecond
	for a := range fund {
		w.c.Keys.Add(w.keys[a])
	}
	w.launch = w.deploy(w.terms(change...), common.Hash{})
	w.from = w.head().Number + 1
	return w
}

func (w *world) terms(change ...func(*bindings.Terms)) bindings.Terms {
	terms := bindings.Terms{
		Name: "Ping", Symbol: "PING", ContractURI: "ipfs://ping", Asset: devnet.USDC,
		Price: price, Allotment: tokens(5000), Cap: tokens(5000 * 1000), Limit: big.NewInt(10),
		Treasury: w.treasury, Owner: w.owner, Minter: w.minter,
	}
	for _, f := range change {
		f(&terms)
	}
	return terms
}

func tokens(n int64) *big.Int { return new(big.Int).Mul(big.NewInt(n), big.NewInt(params.Ether)) }

func (w *world) deploy(terms bindings.Terms, salt common.Hash) mint.Launch {
	w.t.Helper()
	var deployed chain.Deployed
	w.do(func() (err error) {
		deployed, err = w.c.Deploy(w.ctx, w.owner, chain.Deployment{Terms: terms, Salt: salt})
		return err
	})
	l, err := w.c.ReadLaunch(w.ctx, deployed.Token)
	if err != nil {
		w.t.Fatal(err)
	}
	l.Slug = l.Symbol
	return l
}

// do runs a call that waits for a block, and mines what it sends.
func (w *world) do(f func() error) {
	w.t.Helper()
	if err := w.try(f); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) try(f func() error) error {
	done := make(chan error, 1)
	go func() { done <- f() }()
	tick := time.NewTicker(poll)
	defer tick.Stop()
	for {
		select {
		case err := <-done:
			return err
		case <-tick.C:
			if w.d.Pending() {
				w.mine()
			}
		}
	}
}

// poll is the pause between two looks at a condition. A loop without a pause would take the
// time of the node that it waits for.
const poll = 200 * time.Microsecond

func (w *world) key() common.Address {
	key, err := crypto.GenerateKey()
	if err != nil {
		w.t.Fatal(err)
	}
	a := crypto.PubkeyToAddress(key.PublicKey)
	w.keys[a] = key
	return a
}

// payer is a new account with that much test USDC.
func (w *world) payer(amount *big.Int) common.Address {
	w.t.Helper()
	a := w.key()
	w.give(a, amount)
	return a
}

func (w *world) give(a common.Address, amount *big.Int) {
	w.t.Helper()
	if _, err := w.d.GiveUSDC(a, amount); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) mine() mint.Block {
	w.t.Helper()
	b, err := w.d.Mine()
	if err != nil {
		w.t.Fatal(err)
	}
	return b
}

func (w *world) head() mint.Block {
	w.t.Helper()
	latest, _, err := w.c.Head(w.ctx)
	if err != nil {
		w.t.Fatal(err)
	}
	return latest
}

// order is a signed payment for a quantity of the launch.
func (w *world) order(payer common.Address, quantity int64) mint.Order {
	w.t.Helper()
	return w.orderFor(w.launch, payer, quantity, w.launch.Total(quantity))
}

func (w *world) orderFor(l mint.Launch, payer common.Address, quantity int64, value *big.Int) mint.Order {
	w.t.Helper()
	a := x402.Authorization{
		From: payer, To: l.Token, Value: value,
		ValidAfter: new(big.Int), ValidBefore: big.NewInt(w.head().Time.Unix() + 3600), Nonce: random(),
	}
	return w.signed(l, a, quantity)
}

func (w *world) signed(l mint.Launch, a x402.Authorization, quantity int64) mint.Order {
	w.t.Helper()
	o := mint.Order{
		ID:     mint.NewPaymentID(l.ChainID, l.Asset.Address, a.From, a.Nonce),
		Launch: l.Slug, Payer: a.From, Quantity: quantity, Value: a.Value, Authorization: a,
		Signature: make([]byte, 65), // of a wallet that does not care
	}
	if key := w.keys[a.From]; key != nil {
		var err error
		o.Codeless = true
		if o.Signature, err = a.Sign(l.Asset.Domain(l.ChainID), key); err != nil {
			w.t.Fatal(err)
		}
	}
	return o
}

func random() (h common.Hash) {
	if _, err := rand.Read(h[:]); err != nil {
		panic(err)
	}
	return h
}

// submit is the call that hands an order's authorization to the asset directly.
func submit(o mint.Order) []byte {
	a := o.Authorization
	return usdcABI.PackTransferWithAuthorization(a.From, a.To, a.Value, a.ValidAfter, a.ValidBefore, a.Nonce, o.Signature)
}

func strict(o mint.Order) []byte { return tokenABI.PackMint(payment(o)) }

func payment(o mint.Order) bindings.Payment {
	return bindings.Payment{
		Payer: o.Payer, Quantity: big.NewInt(o.Quantity), ValidAfter: o.Authorization.ValidAfter,
		ValidBefore: o.Authorization.ValidBefore, Nonce: o.Authorization.Nonce, Signature: o.Signature,
	}
}

// through makes one transaction's call of several, by Multicall3.
func through(calls ...bindings.Multicall3Call3) []byte { return multi.PackAggregate3(calls) }

func callOf(to common.Address, input []byte) bindings.Multicall3Call3 {
	return bindings.Multicall3Call3{Target: to, CallData: input}
}

// put sends a transaction as it is, without asking whether it would succeed.
func (w *world) put(from, to common.Address, input []byte) common.Hash {
	w.t.Helper()
	accountNonce, err := w.c.AccountNonce(w.ctx, from, 0)
	if err != nil {
		w.t.Fatal(err)
	}
	return w.putAt(from, accountNonce, to, input)
}

func (w *world) putAt(from common.Address, accountNonce uint64, to common.Address, input []byte) common.Hash {
	w.t.Helper()
	fees, err := w.c.Fees(w.ctx)
	if err != nil {
		w.t.Fatal(err)
	}
	id := new(big.Int).SetUint64(w.c.ChainID())
	tx, err := types.SignNewTx(w.keys[from], types.LatestSignerForChainID(id), &types.DynamicFeeTx{
		ChainID: id, Nonce: accountNonce, To: &to, Data: input, Gas: 5_000_000, GasFeeCap: fees.Cap, GasTipCap: fees.Tip,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	raw, err := tx.MarshalBinary()
	if err != nil {
		w.t.Fatal(err)
	}
	if err := w.c.Send(w.ctx, raw); err != nil {
		w.t.Fatal(err)
	}
	return tx.Hash()
}

// mined puts and mines a transaction that must succeed.
func (w *world) mined(from, to common.Address, input []byte) common.Hash {
	w.t.Helper()
	hash := w.put(from, to, input)
	w.mine()
	if r := w.receipt(hash); r.Reverted {
		w.t.Fatalf("transaction %s reverted", hash)
	}
	return hash
}

func (w *world) receipt(hash common.Hash) *mint.TxResult {
	w.t.Helper()
	r, err := w.c.Receipts(w.ctx, []common.Hash{hash})
	if err != nil {
		w.t.Fatal(err)
	}
	if r[0] == nil {
		w.t.Fatalf("transaction %s was not mined", hash)
	}
	return r[0]
}

// batch signs, sends and mines a batch by the sender.
func (w *world) batch(orders ...mint.Order) *mint.TxResult {
	w.t.Helper()
	a := w.attempt(orders...)
	if err := w.c.Send(w.ctx, a.Raw); err != nil {
		w.t.Fatal(err)
	}
	w.mine()
	return w.receipt(a.Hash)
}

func (w *world) attempt(orders ...mint.Order) mint.Attempt {
	w.t.Helper()
	fees, err := w.c.Fees(w.ctx)
	if err != nil {
		w.t.Fatal(err)
	}
	accountNonce, err := w.c.AccountNonce(w.ctx, w.sender, 0)
	if err != nil {
		w.t.Fatal(err)
	}
	a, err := w.c.SignBatch(w.ctx, w.launch, orders, w.sender, accountNonce, fees.Cap, fees.Tip)
	if err != nil {
		w.t.Fatal(err)
	}
	return a
}

// events are those of the launch since the last call, as "kind id quantity amount".
func (w *world) events() []mint.Event {
	w.t.Helper()
	to := w.head().Number
	events, err := w.c.Events(w.ctx, []mint.Launch{w.launch}, w.from, to)
	if err != nil {
		w.t.Fatal(err)
	}
	w.from = to + 1
	return events
}

// expect compares what events says with what should have happened, in order.
func (w *world) expect(want ...mint.Event) {
	w.t.Helper()
	got := w.events()
	if len(got) != len(want) {
		w.t.Fatalf("%d events, want %d:\n%s", len(got), len(want), describe(got))
	}
	for i, g := range got {
		e := want[i]
		if g.Kind != e.Kind || g.ID != e.ID || g.Payer != e.Payer || g.Quantity != e.Quantity || g.Amount.Cmp(e.Amount) != 0 {
			w.t.Errorf("event %d is\n%s, want\n%s", i, describe([]mint.Event{g}), describe([]mint.Event{e}))
		}
		if e.Nonce != (common.Hash{}) && g.Nonce != e.Nonce {
			w.t.Errorf("event %d has payment nonce %s, want %s", i, g.Nonce, e.Nonce)
		}
		if g.Token != w.launch.Token || g.At.Block == 0 || g.At.BlockHash == (common.Hash{}) || !g.At.Seen() {
			w.t.Errorf("event %d has no place: %+v", i, g)
		}
	}
}

func describe(events []mint.Event) (s string) {
	for _, e := range events {
		s += fmt.Sprintf("  %s %s of %s: %d for %s\n", e.Kind, e.ID, e.Payer, e.Quantity, e.Amount)
	}
	return s
}

func minted(o mint.Order) mint.Event {
	return mint.Event{Kind: mint.EventMinted, ID: o.ID, Payer: o.Payer, Quantity: o.Quantity, Amount: o.Value}
}

func settled(o mint.Order) mint.Event {
	return mint.Event{Kind: mint.EventSettled, ID: o.ID, Payer: o.Payer, Quantity: o.Quantity, Amount: o.Value, Nonce: o.Authorization.Nonce}
}

func received(id mint.PaymentID, payer common.Address, amount *big.Int) mint.Event {
	return mint.Event{Kind: mint.EventReceived, ID: id, Payer: payer, Amount: amount}
}

// long skips a test that takes seconds, in the inner loop: make check. It runs in make test.
func long(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("takes long: without -short it runs")
	}
}
