package mint_test

import (
	"context"
	"crypto/ecdsa"
	"math/big"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/mint402/mint402/mint"
)

// slow is a node that several parts ask at the same time. A request that is held gets its
// answer when it is released.
type slow struct {
	*simChain
	mu   sync.Mutex
	held map[string]*hold // method → the requests to it that are held
	all  []*hold
	sent chan *simTx // what the node accepted
}

// hold keeps the requests of one account, or with the zero account all requests.
type hold struct {
	account common.Address
	asked   chan struct{} // closed with the first request
	release chan struct{}
	once    sync.Once
	over    sync.Once
}

// hold holds a method's requests from now on.
func (c *slow) hold(method string, account common.Address) *hold {
	c.mu.Lock()
	defer c.mu.Unlock()
	h := &hold{account: account, asked: make(chan struct{}), release: make(chan struct{})}
	c.held[method] = h
	c.all = append(c.all, h)
	return h
}

// let holds no more requests to a method, but keeps those that are held.
func (c *slow) let(method string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.held, method)
}

// answer answers what is held, and all that comes after it.
func (c *slow) answer(h *hold) { h.over.Do(func() { close(h.release) }) }

func (c *slow) wait(method string, account common.Address) {
	c.mu.Lock()
	h := c.held[method]
	c.mu.Unlock()
	if h != nil && (h.account == common.Address{} || h.account == account) {
		h.once.Do(func() { close(h.asked) })
		<-h.release
	}
	c.mu.Lock()
}

func (c *slow) Head(ctx context.Context) (latest, final mint.Block, err error) {
	c.wait("Head", common.Address{})
	defer c.mu.Unlock()
	return c.simChain.Head(ctx)
}

func (c *slow) Block(ctx context.Context, number uint64) (mint.Block, error) {
	c.wait("Block", common.Address{})
	defer c.mu.Unlock()
	return c.simChain.Block(ctx, number)
}

func (c *slow) Since(ctx context.Context, launches []mint.Launch, after, to mint.Block) ([]mint.Event, error) {
	c.wait("Since", common.Address{})
	defer c.mu.Unlock()
	return c.simChain.Since(ctx, launches, after, to)
}

func (c *slow) Inspect(ctx context.Context, l mint.Launch, keys []mint.PayerKey, at uint64) ([]mint.Payer, error) {
	c.wait("Inspect", common.Address{})
	defer c.mu.Unlock()
	return c.simChain.Inspect(ctx, l, keys, at)
}

func (c *slow) Simulate(ctx context.Context, l mint.Launch, orders []mint.Order, from common.Address, at uint64) ([]string, error) {
	c.wait("Simulate", from)
	defer c.mu.Unlock()
	return c.simChain.Simulate(ctx, l, orders, from, at)
}

func (c *slow) SimulateSettled(ctx context.Context, l mint.Launch, call mint.SettledCall, from common.Address) (string, error) {
	c.wait("SimulateSettled", from)
	defer c.mu.Unlock()
	return c.simChain.SimulateSettled(ctx, l, call, from)
}

func (c *slow) Conditions(ctx context.Context, l mint.Launch, at uint64) (mint.Conditions, error) {
	c.wait("Conditions", common.Address{})
	defer c.mu.Unlock()
	return c.simChain.Conditions(ctx, l, at)
}

func (c *slow) Fees(ctx context.Context) (mint.Fees, error) {
	c.wait("Fees", common.Address{})
	defer c.mu.Unlock()
	return c.simChain.Fees(ctx)
}

func (c *slow) Balance(ctx context.Context, account common.Address) (*big.Int, error) {
	c.wait("Balance", account)
	defer c.mu.Unlock()
	return c.simChain.Balance(ctx, account)
}

func (c *slow) AccountNonce(ctx context.Context, account common.Address, at uint64) (uint64, error) {
	c.wait("AccountNonce", account)
	defer c.mu.Unlock()
	return c.simChain.AccountNonce(ctx, account, at)
}

func (c *slow) Mined(ctx context.Context, hashes []common.Hash, head mint.Block) ([]*mint.TxResult, error) {
	c.wait("Mined", common.Address{})
	defer c.mu.Unlock()
	return c.simChain.Mined(ctx, hashes, head)
}

func (c *slow) SignBatch(ctx context.Context, l mint.Launch, orders []mint.Order, sender common.Address, accountNonce uint64, feeCap, tipCap *big.Int) (mint.Attempt, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.simChain.SignBatch(ctx, l, orders, sender, accountNonce, feeCap, tipCap)
}

func (c *slow) SignSettled(ctx context.Context, l mint.Launch, call mint.SettledCall, minter common.Address, accountNonce uint64, feeCap, tipCap *big.Int) (mint.Attempt, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.simChain.SignSettled(ctx, l, call, minter, accountNonce, feeCap, tipCap)
}

func (c *slow) Send(ctx context.Context, raw []byte) error {
	tx := c.transaction(raw)
	c.wait("Send", tx.Sender)
	defer c.mu.Unlock()
	err := c.simChain.Send(ctx, raw)
	c.sent <- tx
	return err
}

func (c *slow) transaction(raw []byte) *simTx {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.signed[crypto.Keccak256Hash(raw)]
}

// mine makes a block and says so to the engine.
func (c *slow) mine(e *mint.Engine) {
	c.mu.Lock()
	c.simChain.mine(nil)
	c.mu.Unlock()
	e.ReadNow()
}

// runsAlone is a world with two senders and a payer, in which the engine runs by itself.
func runsAlone(t *testing.T) (*world, *slow) {
	t.Helper()
	w := quietWorld(t, 100)
	c := &slow{simChain: w.chain, held: map[string]*hold{}, sent: make(chan *simTx, 100)}
	w.link.Chain, w.engine.Senders = c, []common.Address{simSender, simSecond}
	w.engine.Clock = func() time.Time {
		c.mu.Lock()
		defer c.mu.Unlock()
		return w.clock()
	}
	w.store.Now = w.engine.Clock
	w.engine.Reassign()
	w.blocks(1) // now it knows that both senders can pay
	w.payer(50)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- w.engine.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		for _, h := range c.all {
			c.answer(h)
		}
		if err := <-ended; err != nil {
			t.Errorf("ran until %v", err)
		}
	})
	return w, c
}

// patient is longer than anything here takes.
func patient(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// mineUntil makes blocks until done is closed.
func (c *slow) mineUntil(t *testing.T, w *world, done <-chan struct{}) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for ctx := patient(t); ; {
		select {
		case <-done:
			return
		case <-tick.C:
			c.mine(w.engine)
		case <-ctx.Done():
			t.Fatal("it is never done")
		}
	}
}

// sends waits until the node accepts a transaction with a payment.
func (c *slow) sends(t *testing.T, w *world, p simPayment) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		for tx := range c.sent {
			for _, a := range tx.Auths {
				if a.Nonce == p.payment.Authorization.Nonce {
					return
				}
			}
		}
	}()
	c.mineUntil(t, w, done)
}

// mints waits until a payment is mined.
func (c *slow) mints(t *testing.T, w *world, p simPayment) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		if o, err := w.engine.Mint(patient(t), p.slug, p.quantity, &p.payment); err != nil || !o.State().Sold() {
			t.Errorf("it is %v (%v)", o, err)
		}
	}()
	c.mineUntil(t, w, done)
}

func TestASendThatHangsHoldsUpOnlyItsTransaction(t *testing.T) {
	w, c := runsAlone(t)
	key := w.payers[0]
	h := c.hold("Send", common.Address{})
	first, second := w.sign(key, 1, time.Hour), w.sign(key, 1, time.Hour)
	w.must(first)
	<-h.asked
	c.let("Send")
	w.must(second)
	c.sends(t, w, second)
	c.mints(t, w, second)
	c.answer(h)
	c.sends(t, w, first)
	c.mints(t, w, first)
}

func TestASendThatHangsHoldsUpNoLaterOneOfItsSender(t *testing.T) {
	w, c := runsAlone(t)
	c.hold("Send", common.Address{})
	for n := range 3 { // by two senders
		w.must(w.sign(w.payers[0], 1, time.Hour))
		done, ctx := make(chan struct{}), patient(t)
		go func() {
			defer close(done)
			tick := time.NewTicker(5 * time.Millisecond)
			defer tick.Stop()
			for txs, err := w.store.InFlight(ctx); err == nil && len(txs) <= n; txs, err = w.store.InFlight(ctx) {
				<-tick.C
			}
		}()
		c.mineUntil(t, w, done)
		if txs, err := w.store.InFlight(ctx); err != nil || len(txs) <= n {
			t.Fatalf("%d transactions are stored while no send is answered (%v)", len(txs), err)
		}
	}
}

func TestASimulationThatHangsHoldsUpOnlyItsSender(t *testing.T) {
	for _, hung := range []common.Address{simSender, simSecond} {
		w, c := runsAlone(t)
		key, other := w.payers[0], w.payer(10)
		h := c.hold("Simulate", hung)
		// One sender's simulation hangs, with a payment or two; the other sends the rest.
		var payments []simPayment
		for i := range 6 {
			p := w.sign([]*ecdsa.PrivateKey{key, other}[i%2], 1, time.Hour)
			w.must(p)
			payments = append(payments, p)
			c.mine(w.engine)
		}
		<-h.asked
		late := w.sign(key, 1, time.Hour)
		w.must(late)
		c.mine(w.engine)
		c.sends(t, w, late)
		c.mints(t, w, late)
		c.let("Simulate")
		c.answer(h)
		for _, p := range payments {
			c.mints(t, w, p)
		}
	}
}

func TestPaymentsAreSentWhileTheChainIsRead(t *testing.T) {
	for _, method := range []string{"Head", "Since", "Conditions", "Mined", "Balance"} {
		t.Run(method, func(t *testing.T) {
			w, c := runsAlone(t)
			key := w.payers[0]
			before := w.sign(key, 1, time.Hour)
			w.must(before)
			c.sends(t, w, before) // so that there is a receipt to read
			h := c.hold(method, common.Address{})
			c.mine(w.engine)
			<-h.asked
			p := w.sign(key, 1, time.Hour)
			w.must(p)
			c.sends(t, w, p)
			c.let(method)
			c.answer(h)
			c.mints(t, w, p)
		})
	}
}

func TestOwedPaymentsThatHangHoldUpNoOthers(t *testing.T) {
	w, c := runsAlone(t)
	key := w.payers[0]
	h := c.hold("SimulateSettled", common.Address{})
	owed := w.sign(key, 1, time.Hour)
	c.mu.Lock()
	w.strangers("direct", owed)
	c.mu.Unlock()
	c.mine(w.engine)
	<-h.asked
	p := w.sign(key, 1, time.Hour)
	w.must(p)
	c.sends(t, w, p)
	c.mints(t, w, p)
	c.let("SimulateSettled")
	c.answer(h)
	c.mine(w.engine)
	c.sends(t, w, owed)
	c.mints(t, w, owed)
}

func TestWhatDoesNotFillABatchLeavesForTheNextBlockAndOnceForEach(t *testing.T) {
	w := quietWorld(t, 100)
	keys := []*ecdsa.PrivateKey{w.payer(45), w.payer(45)}
	w.blocks(5) // the pace is known
	sent := func() int {
		t.Helper()
		w.step()
		txs, err := w.store.InFlight(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		waiting := 0
		for _, tx := range txs {
			if !tx.Mined.Seen() {
				waiting++
			}
		}
		return waiting
	}
	for i, c := range []struct {
		after time.Duration // the last one
		want  int
	}{
		{0, 1},                       // nothing is in flight
		{time.Second, 1},             // too early
		{900 * time.Millisecond, 2},  // in time, with both that wait
		{50 * time.Millisecond, 2},   // one has left for this block
		{1050 * time.Millisecond, 2}, // which is late
	} {
		w.must(w.sign(keys[i%2], 1, time.Hour))
		w.chain.now = w.chain.now.Add(c.after)
		if got := sent(); got != c.want {
			t.Errorf("payment %d: %d transactions are in flight, want %d", i, got, c.want)
		}
	}
	for range 2 { // with those that wait, they fill a batch
		w.must(w.sign(keys[1], 1, time.Hour))
	}
	if got := sent(); got != 3 {
		t.Errorf("a full batch: %d transactions are in flight", got)
	}
}
