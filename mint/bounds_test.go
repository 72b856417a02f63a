package mint_test

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/x402"
)

// faults are the codes of why nothing is sold now.
func (w *world) faults() (codes []string) {
	for _, f := range w.engine.Faults("ping") {
		codes = append(codes, f.Code)
	}
	return codes
}

// unsold is sure that no price is named, for that reason alone.
func (w *world) unsold(code string) {
	w.t.Helper()
	if got := fmt.Sprint(w.faults()); got != "["+code+"]" {
		w.t.Fatalf("faults are %s, want %s", got, code)
	}
	var unavailable *mint.UnavailableError
	if _, err := w.engine.Offer(context.Background(), "ping", 1); !errors.As(err, &unavailable) {
		w.t.Fatalf("offered: %v", err)
	}
}

func (w *world) sold() {
	w.t.Helper()
	if _, err := w.engine.Offer(context.Background(), "ping", 1); err != nil {
		w.t.Fatal(err)
	}
}

// costly is a chain on which each transaction of ours costs so much.
type costly struct {
	*simChain
	wei int64
}

func (c costly) Mined(ctx context.Context, hashes []common.Hash, head mint.Block) ([]*mint.TxResult, error) {
	receipts, err := c.simChain.Mined(ctx, hashes, head)
	for i, r := range receipts {
		if r != nil {
			with := *r
			with.Cost = big.NewInt(c.wei)
			receipts[i] = &with
		}
	}
	return receipts, err
}

func TestNothingIsSoldOnceTheGasOfADayIsSpent(t *testing.T) {
	w := quietWorld(t, 100)
	each := w.dearest() // the first leaves room for another, the second does not
	w.link.Chain, w.engine.Budget = costly{w.chain, each * 3 / 5}, big.NewInt(2*each)
	w.store.Now = func() time.Time { return w.chain.now }
	key := w.payer(50)
	mintOne := func() simPayment {
		p := w.sign(key, 1, 2*time.Hour)
		w.must(p)
		w.step()
		w.blocks(1)
		return p
	}
	w.expect(mintOne(), mint.Mined)
	w.blocks(1)
	w.sold()
	late := w.sign(key, 1, 2*time.Hour)
	w.expect(mintOne(), mint.Mined)
	w.blocks(1)
	w.unsold("gas_budget")
	if _, err := w.present(late); err == nil {
		t.Fatal("a payment was taken")
	}
	if got := w.engine.Health().Spent.All; got.Int64() != each*3/5*2 {
		t.Fatalf("%s wei spent, want %d", got, each*3/5*2)
	}
	w.chain.now = w.chain.now.Add(25 * time.Hour)
	w.blocks(1)
	w.sold()
}

// dearest is the most wei that one order can cost.
func (w *world) dearest() int64 {
	fees, err := w.chain.Fees(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	return mint.BurntGas * fees.Cap.Int64()
}

func TestTheBudgetIsAMaximumThatCountsWhatIsInFlight(t *testing.T) {
	w := quietWorld(t, 100)
	each := w.dearest()
	w.link.Chain, w.engine.Budget = costly{w.chain, 600}, big.NewInt(each*5/2)
	w.blocks(1)
	payments := make([]simPayment, 8) // those that are left fill a batch of four once more
	keys := []*ecdsa.PrivateKey{w.payer(4), w.payer(4)}
	for i := range payments {
		payments[i] = w.sign(keys[i%2], 1, time.Hour)
		w.must(payments[i])
	}
	under := func(state mint.State) (n int) {
		for _, p := range payments {
			if w.state(p) == state {
				n++
			}
		}
		return n
	}
	w.step()
	w.step()
	if n := under(mint.Minting); n != 2 {
		t.Fatalf("%d orders are in flight, and the budget covers 2", n)
	}
	w.sold() // what is in flight may cost less
	for range 3 {
		w.blocks(1)
		w.step()
		if n := under(mint.Minting); n != 2 {
			t.Fatalf("%d orders are in flight after two were mined for less", n)
		}
	}
	w.blocks(1)
	for _, p := range payments {
		w.expect(p, mint.Mined)
	}
	w.engine.Budget = big.NewInt(each)
	w.blocks(1)
	w.unsold("gas_budget")
}

func TestMoneyThatIsWithTheLaunchIsMintedForOnceTheGasOfADayIsSpentAndAReturnWaits(t *testing.T) {
	w := quietWorld(t, 4)
	each := w.dearest()
	w.link.Chain, w.engine.Budget = costly{w.chain, each / 2}, big.NewInt(each)
	w.store.Now = func() time.Time { return w.chain.now }
	w.must(w.sign(w.payer(1), 1, time.Hour))
	w.step()
	w.blocks(2)
	w.unsold("gas_budget")
	tokens, back := w.sign(w.payer(2), 2, time.Hour), w.sign(w.payer(3), 3, time.Hour)
	w.strangers("direct", tokens)
	w.blocks(4)
	w.minted(tokens)
	w.strangers("direct", back)
	w.blocks(30)
	w.expect(back, mint.Settled)
	if got := w.reason(back); !strings.Contains(got, "budget for gas is used up") {
		t.Errorf("told: %s", got)
	}
	w.chain.now = w.chain.now.Add(25 * time.Hour)
	w.blocks(30)
	w.returned(back)
	w.check()
}

func TestAnAccountToWhichNothingWasMintedHasFourPaymentsUnderWay(t *testing.T) {
	w := quietWorld(t, 100)
	w.engine.PerPayer = 6
	key := w.payer(50)
	most := func(n int) {
		t.Helper()
		for range n {
			w.must(w.sign(key, 1, time.Hour))
		}
		if _, err := w.present(w.sign(key, 1, time.Hour)); !errors.Is(err, mint.ErrTooMany) {
			t.Fatalf("after %d payments another is answered %v", n, err)
		}
	}
	most(4)
	w.step()
	w.blocks(1)
	most(6)
}

func TestAPayerHasSoManyPaymentsUnderWay(t *testing.T) {
	w := quietWorld(t, 100)
	w.engine.PerPayer = 3
	key, other := w.payer(50), w.payer(50)
	for range 3 {
		w.must(w.sign(key, 1, time.Hour))
	}
	fourth := w.sign(key, 1, time.Hour)
	if _, err := w.present(fourth); !errors.Is(err, mint.ErrTooMany) {
		t.Fatalf("a fourth is answered %v", err)
	}
	w.must(w.sign(other, 1, time.Hour))
	w.step()
	w.blocks(1)
	w.must(fourth)
}

func TestAPayerWhoseItemWasSkippedHasOnePaymentAtOnce(t *testing.T) {
	w := quietWorld(t, 100)
	key, honest := w.payer(50), w.payer(50)
	account := crypto.PubkeyToAddress(key.PublicKey)
	p := w.sign(key, 1, time.Hour)
	w.must(p)
	w.step() // simulated, signed, sent
	w.chain.head().state.balances[account] = 0
	w.blocks(1)
	w.expect(p, mint.Parked)
	w.chain.head().state.balances[account] = 50 * w.launch.Price.Int64()
	w.must(w.sign(key, 1, 90*time.Minute))
	second := w.sign(key, 1, 2*time.Hour)
	if _, err := w.present(second); !errors.Is(err, mint.ErrTooMany) {
		t.Fatalf("a second is answered %v", err)
	}
	for range 4 {
		w.must(w.sign(honest, 1, time.Hour))
	}
	w.step()
	w.blocks(1)
	w.chain.now = w.chain.now.Add(61 * time.Minute) // the doubt ends
	w.blocks(1)
	w.must(w.sign(key, 1, 10*time.Minute))
	w.must(second)
}

// purses is a chain on which accounts hold what they are said to.
type purses struct {
	*simChain
	wei map[common.Address]int64
}

func (c purses) Balance(_ context.Context, account common.Address) (*big.Int, error) {
	return new(big.Int).Lsh(big.NewInt(c.wei[account]), 40), nil
}

func TestAKeyThatRunsDryLeavesThePoolAndComesBack(t *testing.T) {
	w := quietWorld(t, 100)
	second := common.HexToAddress("0x5f")
	chain := purses{w.chain, map[common.Address]int64{simSender: 1 << 40, second: 1 << 40}}
	w.link.Chain, w.engine.Senders = chain, []common.Address{simSender, second}
	w.engine.Reassign()
	keys := []*ecdsa.PrivateKey{w.payer(45), w.payer(45)}
	used := func() map[common.Address]int {
		t.Helper()
		w.blocks(1)
		for i := range 8 { // two batches
			w.must(w.sign(keys[i%2], 1, time.Hour))
		}
		w.step()
		txs, err := w.store.InFlight(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		by := map[common.Address]int{}
		for _, tx := range txs {
			if !tx.Mined.Seen() {
				by[tx.Sender]++
			}
		}
		w.blocks(1)
		return by
	}
	if by := used(); by[simSender] != 1 || by[second] != 1 {
		t.Fatalf("batches by sender: %v", by)
	}
	chain.wei[second] = 0
	if by := used(); by[simSender] != 2 {
		t.Fatalf("batches by sender while one is dry: %v", by)
	}
	chain.wei[simSender] = 0
	w.blocks(1)
	w.unsold("no_gas")
	if f := w.engine.Health().Faults; !strings.Contains(f[0].Detail, "at least 0.0001 in the chain's coin") {
		t.Errorf("the fault does not say how much is needed: %+v", f)
	}
	chain.wei[simSender], chain.wei[second] = 1<<40, 1<<40
	w.blocks(1)
	if by := used(); by[simSender] != 1 || by[second] != 1 {
		t.Fatalf("batches by sender in the end: %v", by)
	}
}

func TestNothingIsSoldWhileTheClockIsOff(t *testing.T) {
	w := quietWorld(t, 100)
	var off time.Duration
	w.engine.Clock = func() time.Time { return w.chain.now.Add(off) }
	w.engine.Reassign()
	w.blocks(1)
	w.sold()
	for _, off = range []time.Duration{31 * time.Second, -31 * time.Second} {
		w.blocks(1)
		w.unsold("clock_off")
	}
	for _, off = range []time.Duration{29 * time.Second, -29 * time.Second, 0} {
		w.blocks(1)
		w.sold()
	}
}

// unfit is a store on a disk with a fault.
type unfit struct {
	mint.Store
	why error
}

func (u *unfit) Healthy(context.Context) error { return u.why }

func TestNothingIsSoldOnADiskThatIsFullOrFails(t *testing.T) {
	w := quietWorld(t, 100)
	disk := &unfit{Store: w.store}
	w.engine.Store = disk
	w.engine.Reassign()
	p := w.sign(w.payer(50), 1, time.Hour)
	w.must(p)
	disk.why = fmt.Errorf("database: %w", &mint.DiskFullError{Free: 12 << 20, Need: 64 << 20})
	w.step()
	w.unsold("disk_full")
	if h := w.engine.Health(); !strings.Contains(h.Faults[0].Detail, "12 MiB are free, and new payments need 64") {
		t.Errorf("%+v", h.Faults)
	}
	w.expect(p, mint.Minting) // what was claimed is delivered all the same
	w.blocks(1)
	w.expect(p, mint.Mined)
	disk.why = errors.New("input/output error")
	w.blocks(1)
	w.unsold("store_failing")
	disk.why = nil
	w.blocks(1)
	w.sold()
}

// taken is a store that another process took over.
type taken struct{ mint.Store }

func (taken) Advance(context.Context, mint.Advance) ([]mint.PaymentID, error) {
	return nil, fmt.Errorf("advance: %w", mint.ErrReplaced)
}

func TestAProcessWhoseDatabaseWasTakenOverEnds(t *testing.T) {
	w := quietWorld(t, 100)
	w.chain.mine(nil)
	w.engine.Store = taken{w.store}
	w.engine.Reassign()
	w.engine.ReadNow()
	if err := w.engine.Run(context.Background()); !errors.Is(err, mint.ErrReplaced) {
		t.Fatalf("ran until %v", err)
	}
	w.unsold("stopping")
}

// asked counts what the node is asked about payers, and may hold answers back.
type asked struct {
	*simChain
	calls atomic.Int64
	held  common.Address // an answer about this account
	asked chan struct{}  // is closed when it is asked for,
	gate  chan struct{}  // and given when this is
	once  sync.Once
}

func (c *asked) Inspect(ctx context.Context, l mint.Launch, keys []mint.PayerKey, at uint64) ([]mint.Payer, error) {
	c.calls.Add(1)
	if keys[0].Payer == c.held {
		c.once.Do(func() { close(c.asked) })
		<-c.gate
	}
	return c.simChain.Inspect(ctx, l, keys, at)
}

func TestForgedSignaturesCostOneCallAPayerAndHoldNobodyUp(t *testing.T) {
	w := quietWorld(t, 100)
	key, thief := w.payer(50), w.payer(50)
	victim := crypto.PubkeyToAddress(w.payer(50).PublicKey)
	chain := &asked{simChain: w.chain, held: victim, asked: make(chan struct{}), gate: make(chan struct{})}
	w.link.Chain = chain
	forged := func() *x402.Payment {
		p := w.sign(thief, 1, time.Hour)
		p.payment.Authorization.From = victim
		return &p.payment
	}
	refused := make(chan error)
	go func() {
		_, err := w.engine.Mint(context.Background(), "ping", 1, forged())
		refused <- err
	}()
	<-chain.asked // the node thinks about the victim
	w.must(w.sign(key, 1, time.Hour))
	close(chain.gate)
	var no *x402.RefusedError
	if err := <-refused; !errors.As(err, &no) || no.Reason != x402.ReasonSignature {
		t.Fatalf("the forged payment is answered %v", err)
	}
	before := chain.calls.Load()
	for range 1000 {
		if _, err := w.engine.Mint(context.Background(), "ping", 1, forged()); !errors.As(err, &no) {
			t.Fatal(err)
		}
	}
	if n := chain.calls.Load() - before; n != 0 {
		t.Fatalf("%d calls for a thousand more", n)
	}
}

func TestWhatIsAboutToExpireIsSentBeforeWhatCameEarlier(t *testing.T) {
	w := quietWorld(t, 100)
	keys := []*ecdsa.PrivateKey{w.payer(45), w.payer(45)}
	var all []simPayment
	for n := range 6 {
		all = append(all, w.sign(keys[n%2], 1, time.Hour))
		if n == 4 {
			all[n] = w.sign(keys[n%2], 1, 40*time.Second)
		}
		w.must(all[n])
	}
	w.chain.now = w.chain.now.Add(12 * time.Second)
	w.chain.paused = true // nothing is sent meanwhile
	w.blocks(1)
	w.chain.paused = false
	w.chain.mine(nil)
	w.step()
	txs, err := w.store.InFlight(context.Background())
	if err != nil || len(txs) == 0 {
		t.Fatal(len(txs), err)
	}
	want := []mint.PaymentID{all[4].id, all[0].id, all[1].id, all[2].id}
	if got := txs[0].Orders; !slices.Equal(got, want) {
		t.Fatalf("the first batch is %v, want %v", got, want)
	}
}

// mute is a chain whose node takes transactions and never answers.
type mute struct{ *simChain }

func (c mute) Send(ctx context.Context, raw []byte) error {
	if err := c.simChain.Send(ctx, raw); err != nil {
		return err
	}
	<-ctx.Done()
	return ctx.Err()
}

func TestANodeThatNeverAnswersATransactionHoldsUpNothing(t *testing.T) {
	w := quietWorld(t, 100)
	w.link.Chain, w.engine.Patience = mute{w.chain}, time.Millisecond
	p := w.sign(w.payer(5), 1, time.Hour)
	w.must(p)
	w.step()
	w.blocks(1)
	w.expect(p, mint.Mined)
}
