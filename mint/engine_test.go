package mint_test

import (
	"context"
	"errors"
	"math/big"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/x402"
)

func quietWorld(t *testing.T, allotments int64) *world {
	return newWorld(t, rand.New(rand.NewPCG(4, 2)), allotments)
}

// must presents a payment that has to be taken.
func (w *world) must(p simPayment) mint.Order {
	w.t.Helper()
	order, err := w.present(p)
	if err != nil {
		w.t.Fatalf("present: %v", err)
	}
	return order
}

// state reads an order's state from the database.
func (w *world) state(p simPayment) mint.State {
	w.t.Helper()
	order, err := w.store.Order(context.Background(), p.id)
	if err != nil {
		w.t.Fatal(err)
	}
	return order.State()
}

func (w *world) expect(p simPayment, want mint.State) {
	w.t.Helper()
	if got := w.state(p); got != want {
		w.t.Fatalf("order is %s, want %s", got, want)
	}
}

// blocks mines so many and steps after each.
func (w *world) blocks(n int) {
	for range n {
		w.chain.mine(nil)
		w.step()
	}
}

func (w *world) strangers(kind string, p simPayment) {
	w.chain.submit(simTx{Kind: kind, Token: w.launch.Token, Auths: []x402.Authorization{p.payment.Authorization}, Quantities: []int64{p.quantity}})
}

func TestAPaymentIsMinedThenFinal(t *testing.T) {
	w := quietWorld(t, 10)
	p := w.sign(w.payer(5), 2, time.Minute)
	if o := w.must(p); o.State() != mint.Claimed {
		t.Fatalf("order is %s before anything was sent", o.State())
	}
	w.step()
	w.expect(p, mint.Minting)
	w.blocks(1)
	w.expect(p, mint.Mined)
	w.blocks(10)
	w.expect(p, mint.Minted)
}

func TestOfManyConcurrentPresentationsOneOrderIsMade(t *testing.T) {
	w := quietWorld(t, 100)
	p := w.sign(w.payer(5), 1, time.Minute)
	gate, ctx := make(chan struct{}), context.Background()
	orders := make([]*mint.Order, 64)
	var wg sync.WaitGroup
	for i := range orders {
		wg.Add(1)
		go func() {
			defer wg.Done()
			<-gate
			done, cancel := context.WithCancel(ctx)
			cancel()
			var err error
			if orders[i], err = w.engine.Mint(done, "ping", 1, &p.payment); err != nil {
				t.Error(err)
			}
		}()
	}
	close(gate)
	wg.Wait()
	for _, o := range orders {
		if o.ID != p.id {
			t.Fatalf("got order %s, want %s", o.ID, p.id)
		}
	}
	if l, _ := w.store.Launch(ctx, "ping"); l.Reserved != 1 {
		t.Fatalf("%d allotments reserved, want 1", l.Reserved)
	}
}

func TestWaitingForAnOrderEndsWhenItIsMined(t *testing.T) {
	w := quietWorld(t, 10)
	p := w.sign(w.payer(5), 1, time.Minute)
	got := make(chan mint.State, 1)
	w.must(p)
	order, err := w.store.Order(context.Background(), p.id)
	if err != nil {
		t.Fatal(err)
	}
	go func() { o := w.engine.Wait(context.Background(), order); got <- o.State() }()
	w.step()
	w.blocks(1)
	if s := <-got; s != mint.Mined {
		t.Fatalf("waited until %s", s)
	}
}

func TestADirectSubmissionIsMintedBySettlement(t *testing.T) {
	for _, test := range []struct {
		name            string
		presented, told bool
	}{
		{"after it was claimed with us", true, true},
		{"never claimed with us", false, false},
		{"claimed only afterwards", false, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := quietWorld(t, 10)
			key := w.payer(5)
			earlier := w.sign(key, 1, time.Minute) // so that there is a history to present
			w.must(earlier)
			w.step()
			w.blocks(1)
			w.expect(earlier, mint.Mined)
			p := w.sign(key, 2, time.Minute)
			if test.presented {
				w.must(p)
			}
			w.strangers("direct", p)
			w.blocks(4)
			w.expect(p, mint.Mined)
			if test.told {
				if o := w.must(p); o.State() != mint.Mined {
					t.Fatal("the payer is not told of the mint")
				}
			}
			if s := w.chain.head().state; s.mints[p.id] != 1 || s.balances[p.payment.Authorization.From] != 2*w.launch.Price.Int64() {
				t.Fatalf("minted %d times, %d left", s.mints[p.id], s.balances[p.payment.Authorization.From])
			}
		})
	}
}

func TestAUsedPaymentNonceIsRefusedOnlyOnceItsBlockIsRead(t *testing.T) {
	w := quietWorld(t, 10)
	p := w.sign(w.payer(5), 1, time.Minute)
	w.strangers("direct", p)
	w.chain.mine(nil) // on chain, and not read yet
	var unavailable *mint.UnavailableError
	if _, err := w.present(p); !errors.As(err, &unavailable) {
		t.Fatalf("got %v, want to be told to come back", err)
	}
	w.chain.now = w.chain.now.Add(10 * time.Minute) // and too late to be sent again
	if _, err := w.present(p); !errors.As(err, &unavailable) {
		t.Fatalf("got %v once it has expired, want to be told to come back", err)
	}
	w.step()
	w.expect(p, mint.Minting)

	cancelled := w.sign(w.payers[0], 1, time.Minute)
	w.strangers("cancel", cancelled)
	w.blocks(1)
	if _, err := w.present(cancelled); !errors.As(err, &unavailable) {
		t.Fatalf("got %v in the newest block, want to be told to come back", err)
	}
	w.blocks(1)
	var refused *x402.RefusedError
	if _, err := w.present(cancelled); !errors.As(err, &refused) || refused.Reason != x402.ReasonNonceUsed {
		t.Fatalf("got %v, want %s", err, x402.ReasonNonceUsed)
	}
}

// park claims a payment and makes it fail its simulation.
func (w *world) park(p simPayment) (restore func()) {
	from := p.payment.Authorization.From
	w.must(p)
	had := w.chain.head().state.balances[from]
	w.chain.head().state.balances[from] = 0
	w.step()
	w.expect(p, mint.Parked)
	return func() { w.chain.head().state.balances[from] = had }
}

func TestACancelVoidsWhenItsBlockIsFinalAndNotBefore(t *testing.T) {
	w := quietWorld(t, 10)
	p := w.sign(w.payer(5), 1, time.Minute)
	w.park(p)
	w.strangers("cancel", p)
	w.chain.submit(simTx{Kind: "donate", Token: w.launch.Token, Amount: 5 * w.launch.Price.Int64()})
	w.blocks(1)
	for range w.chain.finality {
		w.expect(p, mint.Parked)
		if o := w.must(p); o.State() != mint.Parked {
			t.Fatalf("told %s while the cancel can be taken back", o.State())
		}
		w.blocks(1)
	}
	w.expect(p, mint.Voided)
	if s := w.chain.head().state; s.mints[p.id] != 0 || s.charged[p.id] != 0 {
		t.Fatal("a cancelled payment was charged or minted")
	}
}

func TestACancelTakenBackByAReorgLeavesAPaymentThatMints(t *testing.T) {
	w := quietWorld(t, 10)
	p := w.sign(w.payer(5), 1, 5*time.Minute)
	restore := w.park(p)
	w.strangers("cancel", p)
	w.blocks(3)
	w.chain.reorg(3, true)
	restore()
	w.blocks(4)
	w.must(p)
	w.step()
	w.blocks(1)
	w.expect(p, mint.Mined)
}

func TestAReorgTakesAMintBackAndItIsMintedAgain(t *testing.T) {
	for depth := 1; depth < 8; depth++ {
		w := quietWorld(t, 10)
		p := w.sign(w.payer(5), 3, 5*time.Minute)
		w.must(p)
		w.step()
		w.blocks(depth)
		w.expect(p, mint.Mined)
		w.chain.reorg(depth, true)
		w.blocks(depth) // as long as what was lost; the loop sees it only now
		w.chain.mine(nil)
		w.step()
		w.blocks(3)
		w.expect(p, mint.Mined)
		if l, _ := w.store.Launch(context.Background(), "ping"); l.Sold != 3 || l.Reserved != 0 {
			t.Fatalf("depth %d: sold %d, reserved %d", depth, l.Sold, l.Reserved)
		}
		w.blocks(10)
		w.expect(p, mint.Minted)
		if n := w.chain.head().state.mints[p.id]; n != 1 {
			t.Fatalf("depth %d: minted %d times on the chain that is left", depth, n)
		}
	}
}

func TestPaymentsThatArriveTogetherTravelTogether(t *testing.T) {
	w := quietWorld(t, 100)
	w.blocks(5)   // the chain's pace is known
	for range 3 { // BatchSize is 4: at once, though not full, since nothing is in flight
		w.must(w.sign(w.payer(1), 1, time.Minute))
	}
	w.step()
	for range 3 { // these gather
		w.must(w.sign(w.payer(1), 1, time.Minute))
	}
	w.step()
	if n := len(w.chain.mempool); n != 1 {
		t.Fatalf("%d transactions in flight, want 1", n)
	}
	w.must(w.sign(w.payer(1), 1, time.Minute)) // and now a batch is full
	w.step()
	if n := len(w.chain.mempool); n != 2 {
		t.Fatalf("%d transactions in flight, want 2", n)
	}
	w.blocks(1)
	if s := w.chain.head().state; s.sold != 7 || s.nonces[simSender] != 2 {
		t.Fatalf("%d minted in %d transactions", s.sold, s.nonces[simSender])
	}
}

func TestWhatIsLeftIsReservedThenSold(t *testing.T) {
	w := quietWorld(t, 2)
	first, second := w.sign(w.payer(2), 2, time.Minute), w.sign(w.payer(2), 1, time.Minute)
	w.must(first)
	if _, err := w.present(second); !errors.Is(err, mint.ErrReserved) {
		t.Fatalf("got %v, want that all is reserved", err)
	}
	w.step()
	w.blocks(1)
	if _, err := w.present(second); !errors.Is(err, mint.ErrSoldOut) {
		t.Fatalf("got %v, want sold out", err)
	}
	if o := w.must(first); o.State() != mint.Mined {
		t.Fatal("a known payment does not get its order when sold out")
	}
}

func TestNobodyHoldsSupplyWithoutTheMoneyForIt(t *testing.T) {
	w := quietWorld(t, 200)
	key := w.payer(20)
	taken := 0
	for range 10 {
		switch _, err := w.present(w.sign(key, 20, time.Minute)); {
		case err == nil:
			taken++
		case !errors.Is(err, mint.ErrOvercommitted):
			t.Fatal(err)
		}
	}
	if l, _ := w.store.Launch(context.Background(), "ping"); taken != 1 || l.Left() != 180 {
		t.Fatalf("%d of ten payments taken, %d allotments left for others", taken, l.Left())
	}
}

func TestNoPriceIsNamedForWhatCannotBeDelivered(t *testing.T) {
	w := quietWorld(t, 10)
	w.chain.paused = true
	w.blocks(1)
	var unavailable *mint.UnavailableError
	if _, err := w.engine.Offer(context.Background(), "ping", 1); !errors.As(err, &unavailable) || unavailable.Faults[0].Code != "launch_paused" {
		t.Fatalf("got %v", err)
	}
	if len(w.engine.Health().Faults) != 1 {
		t.Fatalf("health: %+v", w.engine.Health())
	}
	w.chain.paused = false
	w.blocks(1)
	if _, err := w.engine.Offer(context.Background(), "ping", 1); err != nil {
		t.Fatalf("not cured: %v", err)
	}
}

func TestNothingIsSoldOrSentBeforeTheChainIsReadToItsHead(t *testing.T) {
	w := quietWorld(t, 10)
	p := w.sign(w.payer(5), 1, 2*time.Hour)
	w.must(p)
	for range 4500 { // more than is read at once, and read by nobody
		w.chain.mine(nil)
	}
	w.step()
	if n := len(w.chain.mempool); n != 0 {
		t.Fatalf("%d transactions sent on an old view", n)
	}
	var unavailable *mint.UnavailableError
	if _, err := w.engine.Offer(context.Background(), "ping", 1); !errors.As(err, &unavailable) || unavailable.Faults[0].Code != "catching_up" {
		t.Fatalf("got %v", err)
	}
	w.step()
	w.step()
	if _, err := w.engine.Offer(context.Background(), "ping", 1); err != nil {
		t.Fatalf("at the head: %v", err)
	}

	for range 4500 {
		w.chain.mine(nil)
	}
	w.crash() // Open reads it all
	if head := w.engine.Health().Head; head != w.chain.head().block {
		t.Fatalf("opened at block %d of %d", head.Number, w.chain.head().block.Number)
	}
}

func TestTheSamePaymentForAnotherQuantityOrLaunchConflicts(t *testing.T) {
	w := quietWorld(t, 10)
	p := w.sign(w.payer(5), 2, time.Minute)
	w.must(p)
	p.quantity = 1
	if _, err := w.present(p); !errors.Is(err, mint.ErrConflict) {
		t.Fatalf("got %v", err)
	}
}

func TestAStuckTransactionIsReplacedWithTheSameAccountNonce(t *testing.T) {
	w := quietWorld(t, 10)
	p := w.sign(w.payer(5), 1, 5*time.Minute)
	w.must(p)
	w.step()
	var first *simTx
	for h, tx := range w.chain.mempool { // nobody mines it
		first = tx
		delete(w.chain.mempool, h)
	}
	kept := map[common.Hash]*simTx{first.hash(): first}
	for range 6 {
		clear(w.chain.mempool)
		w.blocks(1)
	}
	txs, err := w.store.InFlight(context.Background())
	if err != nil || len(txs) != 1 || len(txs[0].Attempts) < 2 {
		t.Fatalf("%d transactions in flight, %v", len(txs), err)
	}
	attempts := txs[0].Attempts
	if more := new(big.Int).Mul(attempts[0].FeeCap, big.NewInt(11)); new(big.Int).Mul(attempts[1].FeeCap, big.NewInt(10)).Cmp(more) < 0 {
		t.Fatalf("fee cap %s replaces %s: nodes want 10%% more", attempts[1].FeeCap, attempts[0].FeeCap)
	}
	// The first one lands after all.
	w.chain.mempool = kept
	w.blocks(1)
	w.expect(p, mint.Mined)
	if s := w.chain.head().state; s.nonces[simSender] != 1 {
		t.Fatalf("account nonce %d", s.nonces[simSender])
	}
}

func TestAnAccountNonceThatIsUsedElsewhereGivesItsOrdersBackAndIsGivenUpWhenThatIsFinal(t *testing.T) {
	w := quietWorld(t, 10)
	p := w.sign(w.payer(5), 1, 10*time.Minute)
	w.must(p)
	w.step()
	w.chain.submit(simTx{Kind: "other", Token: w.launch.Token, Sender: simSender, Fee: 1 << 40})
	w.blocks(3)
	w.expect(p, mint.Mined) // by another transaction of ours
	open := func() (n int) {
		t.Helper()
		txs, err := w.store.InFlight(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		for _, tx := range txs {
			if !tx.Mined.Seen() {
				n++
			}
		}
		return n
	}
	if n := open(); n != 1 {
		t.Fatalf("%d transactions are in flight: a reorg may bring the first one back", n)
	}
	w.blocks(int(w.chain.finality) + 3)
	if n := open(); n != 0 {
		t.Fatalf("%d transactions are in flight", n)
	}
	if lost := w.engine.Delivery().LostNonces; lost != 1 {
		t.Fatalf("%d account nonces were lost", lost)
	}
}

func TestAnExpiredPaymentIsVoidedByAFinalBlockOnly(t *testing.T) {
	w := quietWorld(t, 10)
	p := w.sign(w.payer(5), 1, 40*time.Second)
	w.park(p)
	w.chain.now = w.chain.now.Add(2 * time.Minute)
	w.blocks(int(w.chain.finality))
	w.expect(p, mint.Parked)
	w.blocks(2)
	w.expect(p, mint.Voided)
	if o := w.must(p); o.State() != mint.Voided {
		t.Fatalf("told %s", o.State())
	}
}

func TestAWindowThatIsTooShortOrTooLongIsRefused(t *testing.T) {
	w := quietWorld(t, 10)
	key := w.payer(5)
	for _, window := range []time.Duration{-time.Second, 0, 29 * time.Second, 2*time.Hour + time.Second} {
		var refused *x402.RefusedError
		if _, err := w.present(w.sign(key, 1, window)); !errors.As(err, &refused) || refused.Reason != x402.ReasonValidBefore {
			t.Errorf("window %s: %v", window, err)
		}
	}
	for _, window := range []time.Duration{30 * time.Second, time.Hour, 2 * time.Hour} {
		if _, err := w.present(w.sign(key, 1, window)); err != nil {
			t.Errorf("window %s: %v", window, err)
		}
	}
}

func TestASignatureOfAnotherKeyIsRefused(t *testing.T) {
	w := quietWorld(t, 10)
	p := w.sign(w.payer(5), 1, time.Minute)
	other, _ := crypto.GenerateKey()
	sig, err := crypto.Sign(p.payment.Authorization.Digest(simUSDC.Domain(w.launch.ChainID)).Bytes(), other)
	if err != nil {
		t.Fatal(err)
	}
	p.payment.Signature = sig
	var refused *x402.RefusedError
	if _, err := w.present(p); !errors.As(err, &refused) || refused.Reason != x402.ReasonSignature {
		t.Fatalf("got %v", err)
	}
}

func TestPaymentIDIsWhatTheContractHashes(t *testing.T) {
	// keccak256(abi.encode(uint256 84532, address 0x…01, address 0x…02, bytes32 0x…03))
	id := mint.NewPaymentID(84532, common.HexToAddress("0x01"), common.HexToAddress("0x02"), common.HexToHash("0x03"))
	want := crypto.Keccak256Hash(common.LeftPadBytes(big.NewInt(84532).Bytes(), 32), common.LeftPadBytes([]byte{1}, 32),
		common.LeftPadBytes([]byte{2}, 32), common.LeftPadBytes([]byte{3}, 32))
	if id.Hash() != want {
		t.Fatalf("got %s, want %s", id, want)
	}
	for _, bad := range []string{"", "0x", strings.Repeat("0", 66), "0x" + strings.Repeat("g", 64)} {
		if _, err := mint.ParsePaymentID(bad); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}

// slowInspect lets a copy of the payment be claimed and mined between the look-up
// and the answer of the node.
type slowInspect struct {
	*simChain
	meanwhile func()
}

func (c *slowInspect) Inspect(ctx context.Context, l mint.Launch, keys []mint.PayerKey, at uint64) ([]mint.Payer, error) {
	payers, err := c.simChain.Inspect(ctx, l, keys, at)
	if do := c.meanwhile; do != nil {
		c.meanwhile = nil
		do()
		payers[0].Balance = new(big.Int) // read after the copy was paid, and the payment nonce before
	}
	return payers, err
}

func TestACopyThatIsOvertakenByItsTwinIsNotRefused(t *testing.T) {
	w := quietWorld(t, 10)
	p := w.sign(w.payer(1), 1, time.Minute)
	w.link.Chain = &slowInspect{w.chain, func() {
		twin := mint.Order{ID: p.id, Launch: "ping", Payer: p.payment.Authorization.From, Quantity: 1, Value: p.payment.Authorization.Value,
			Authorization: p.payment.Authorization, Signature: p.payment.Signature}
		if _, _, err := w.store.Claim(context.Background(), twin, mint.Credit{Balance: w.launch.Price}); err != nil {
			t.Fatal(err)
		}
		w.step()
		w.blocks(1)
	}}
	if o := w.must(p); o.State() != mint.Mined {
		t.Fatalf("told %s", o.State())
	}
}

func TestAPaymentWhoseTransactionIsStuckIsVoidedWhenItCanNoLongerExecute(t *testing.T) {
	w := quietWorld(t, 10)
	p := w.sign(w.payer(5), 1, time.Minute)
	w.must(p)
	w.chain.sendDrops = func() bool { return true }
	w.step()
	w.expect(p, mint.Minting)
	w.blocks(20) // 40 seconds
	w.expect(p, mint.Minting)
	w.blocks(30)
	w.expect(p, mint.Voided)
	if l, err := w.store.Launch(context.Background(), "ping"); err != nil || l.Reserved != 0 {
		t.Fatalf("%d allotments stay reserved: %v", l.Reserved, err)
	}
	// What carried it lands after all, and cannot mint it.
	w.chain.sendDrops = func() bool { return false }
	w.blocks(20)
	w.expect(p, mint.Voided)
	w.check()
}

func TestWhatCannotBeMintedHoldsUpNothingElseThatThePayerIsOwed(t *testing.T) {
	w := quietWorld(t, 4)
	key := w.payer(8)
	big, small := w.sign(key, 4, time.Hour), w.sign(key, 1, time.Hour)
	w.must(w.sign(w.payer(1), 1, time.Hour))
	w.step()
	w.link.Chain = &unwilling{w.chain, big.id}
	w.strangers("direct", big) // three are left, and four are owed
	w.chain.mine(nil)          // it is looked at first
	w.strangers("direct", small)
	w.blocks(3) // one look at each block
	w.expect(small, mint.Mined)
	w.expect(big, mint.Settled)
	w.link.Chain = w.chain
	w.blocks(6)
	w.expect(big, mint.Refunded)
}

// unwilling is a chain on which a settled payment can be neither minted nor returned.
type unwilling struct {
	*simChain
	id mint.PaymentID
}

func (u *unwilling) SimulateSettled(ctx context.Context, l mint.Launch, call mint.SettledCall, minter common.Address) (string, error) {
	if call.Order.ID == u.id {
		return "SoldOut", nil
	}
	return u.simChain.SimulateSettled(ctx, l, call, minter)
}

func TestAnAccountNonceUsedInABlockNotReadYetIsNotGivenUpWhenOlderOnesAreFinal(t *testing.T) {
	w := quietWorld(t, 10)
	w.chain.sendDrops = func() bool { return true }
	p := w.sign(w.payer(5), 1, time.Hour)
	w.must(p)
	w.blocks(2)
	listed := len(w.chain.blocks) + 1
	for range w.chain.finality + 1 {
		w.chain.mine(nil)
	}
	w.chain.submit(simTx{Kind: "other", Token: w.launch.Token, Sender: simSender, Fee: 1 << 40})
	w.chain.mine(nil)
	w.link.Chain = &ahead{w.chain, w.chain.blocks[:listed]}
	w.step()
	w.link.Chain = w.chain
	w.step()
	w.expect(p, mint.Minting)
	w.chain.sendDrops = never
	w.blocks(4)
	w.expect(p, mint.Mined)
}

// ahead is a node whose newest state is of a later block than the newest that it
// lists.
type ahead struct {
	*simChain
	listed []*simBlock
}

func (a *ahead) Head(ctx context.Context) (latest, final mint.Block, err error) {
	a.view = a.listed
	defer func() { a.view = nil }()
	return a.simChain.Head(ctx)
}
