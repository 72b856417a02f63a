package facilitator_test

import (
	"context"
	"crypto/ecdsa"
	"encoding/json"
	"errors"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/ethclient"

	"github.com/mint402/mint402/bindings"
	"github.com/mint402/mint402/chain/devnet"
	"github.com/mint402/mint402/facilitator"
	"github.com/mint402/mint402/mint"
	. "github.com/mint402/mint402/server/servertest"
	"github.com/mint402/mint402/store"
	"github.com/mint402/mint402/x402"
)

// market is a world whose payments facilitators settle: a real chain, database, engine and
// server, with facilitators that are stubs which really send to the chain.
type market struct {
	*World
	list  *facilitator.List
	relay *facilitator.Relay
	stop  func() // the relay
}

// open starts a world whose launch facilitators settle for, in the order given.
func open(t *testing.T, mode facilitator.Mode, stubs ...*stub) *market {
	t.Helper()
	return openOn(t, mode, nil, stubs...)
}

// openOn is open on a chain that a test changes.
func openOn(t *testing.T, mode facilitator.Mode, change func(mint.Chain) mint.Chain, stubs ...*stub) *market {
	t.Helper()
	m := &market{}
	var configs []facilitator.Config
	for _, s := range stubs {
		configs = append(configs, facilitator.Config{Name: s.name, URL: s.URL})
	}
	m.World = Open(t, Sale{Minter: true, Chain: change, Wait: 20 * time.Millisecond, Settings: mint.Settings{PerPayer: 100}, Engine: func(e *mint.Engine, db *store.Store) {
		network, _ := x402.NetworkByChainID(devnet.ChainID)
		var err error
		if m.list, err = facilitator.NewList(network, configs, e.Clock); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(m.list.Close)
		for i := range stubs {
			facilitator.SetPatience(m.list, i, stubs[i].patience)
		}
		if err := m.list.Check(context.Background()); err != nil {
			t.Fatal(err)
		}
		m.relay = m.newRelay(e, db, mode)
		if err := m.relay.Load(context.Background()); err != nil {
			t.Fatal(err)
		}
		e.Facilitators = m.relay
	}})
	for _, s := range stubs {
		s.join(m.World)
	}
	m.run(m.relay)
	return m
}

func (m *market) newRelay(e *mint.Engine, db *store.Store, mode facilitator.Mode) *facilitator.Relay {
	return &facilitator.Relay{List: m.list, Modes: facilitator.Modes{Default: mode}, Store: &db.Asks, Orders: db, Engine: e, Log: e.Log,
		Resource: func(l *mint.Launch) x402.Resource {
			return x402.Resource{URL: "https://mint.example/launches/" + l.Slug + "/mint"}
		}}
}

// run runs a relay until the test ends, or stop.
func (m *market) run(r *facilitator.Relay) {
	ctx, cancel := context.WithCancel(m.Ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = r.Run(ctx)
	}()
	m.stop = func() { cancel(); <-done }
	m.Cleanup(m.stop)
}

// later puts the chain's time ahead, and makes that final.
func (m *market) later(d time.Duration) {
	m.Helper()
	for range 3 {
		head := m.Engine.Health().Head
		b, err := m.Net.MineAt(head.Time.Add(d / 2))
		m.Must(err)
		m.Eventually("block read", func() bool { return m.Engine.Health().Head.Number >= b.Number })
	}
}

// signed pays a challenge, by the engine's clock: blocks may be ahead of this machine's.
func (m *market) signed(k *ecdsa.PrivateKey, price Answer, window time.Duration) x402.Signed {
	m.Helper()
	challenge, err := x402.ParsePaymentRequired(price.Header, price.Body)
	m.Must(err)
	q := challenge.Quotes[0]
	a, err := q.Authorize(Account(k), m.Engine.Clock())
	m.Must(err)
	a.ValidBefore = big.NewInt(m.Engine.Clock().Add(window).Unix())
	sig, err := a.Sign(q.Requirement.Domain(), k)
	m.Must(err)
	s, err := q.Encode(a, sig)
	m.Must(err)
	return s
}

// finalize mines a block if an order waits for a final one, and the engine has read the last.
// Each block takes the chain's clock ahead, so it makes no more than that.
func (m *market) finalize() {
	m.Helper()
	waiting, err := m.Store.Count(m.Ctx, mint.Query{States: []mint.State{mint.Settled, mint.Mined}})
	m.Must(err)
	head, _, err := m.Node.Head(m.Ctx)
	m.Must(err)
	if waiting == 0 || m.Engine.Health().Head.Number < head.Number {
		return
	}
	_, err = m.Net.Mine()
	m.Must(err)
}

// finalizeAlways mines a block if the engine has read the last.
func (m *market) finalizeAlways() {
	m.Helper()
	head, _, err := m.Node.Head(m.Ctx)
	m.Must(err)
	if m.Engine.Health().Head.Number >= head.Number {
		_, err = m.Net.Mine()
		m.Must(err)
	}
}

// outcome waits until an order has ended.
func (m *market) outcome(s x402.Signed, ends ...mint.State) mint.Order {
	m.Helper()
	if len(ends) == 0 {
		ends = []mint.State{mint.Minted, mint.Voided, mint.Refunded}
	}
	var o mint.Order
	m.Eventually("the payment ends", func() bool {
		if o = m.Order(s); slices.Contains(ends, o.State()) {
			return true
		}
		m.finalize()
		return false
	})
	return o
}

// stub is a facilitator. Its settle does what the test says.
type stub struct {
	*httptest.Server
	name     string
	patience time.Duration // of our client; zero: the default
	verify   func(w http.ResponseWriter, p x402.Payment) bool
	settle   func(w http.ResponseWriter, p x402.Payment)

	key   *ecdsa.PrivateKey
	world *World
	ready chan struct{} // closed once it has a world

	mu           sync.Mutex
	verifies     int
	settles      map[common.Hash]int // payment nonce → requests
	sent         map[common.Hash]common.Hash
	accountNonce uint64
	accountKnown bool
}

func newStub(t *testing.T, name string) *stub {
	s := &stub{name: name, key: Key(t), ready: make(chan struct{}), settles: map[common.Hash]int{}, sent: map[common.Hash]common.Hash{}}
	s.settle = func(w http.ResponseWriter, p x402.Payment) { s.succeeds(w, p, s.send(p)) }
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

// join gives the stub a chain to send to, and coin for gas.
func (s *stub) join(w *World) {
	s.world = w
	_, err := w.Net.GiveGas(Account(s.key), new(big.Int).Exp(big.NewInt(10), big.NewInt(19), nil))
	w.Must(err)
	_, err = w.Net.Mine()
	w.Must(err)
	close(s.ready)
}

func (s *stub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/supported" {
		answers(w, 200, `{"kinds":[{"x402Version":2,"scheme":"exact","network":"eip155:84532"},{"x402Version":1,"scheme":"exact","network":"base-sepolia"}]}`)
		return
	}
	<-s.ready
	var body struct{ PaymentPayload json.RawMessage }
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		answers(w, 400, `{"error":"not JSON"}`)
		return
	}
	_, _ = io.Copy(io.Discard, r.Body)
	p, err := x402.ParsePayment(body.PaymentPayload)
	if err != nil {
		answers(w, 400, `{"isValid":false,"success":false,"invalidReason":"invalid_payload","errorReason":"invalid_payload","transaction":"","network":""}`)
		return
	}
	if r.URL.Path == "/verify" {
		s.mu.Lock()
		s.verifies++
		s.mu.Unlock()
		if s.verify == nil || s.verify(w, p) {
			answers(w, 200, `{"isValid":true,"payer":"`+p.Authorization.From.Hex()+`"}`)
		}
		return
	}
	s.mu.Lock()
	s.settles[p.Authorization.Nonce]++
	s.mu.Unlock()
	s.settle(w, p)
}

// asked returns how often the stub was asked to settle, and for how many payments.
func (s *stub) asked() (requests, payments int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, n := range s.settles {
		requests += n
	}
	return requests, len(s.settles)
}

// send executes a payment at the asset, and returns the transaction once it is mined. It is
// sent at most once.
func (s *stub) send(p x402.Payment) common.Hash {
	s.mu.Lock()
	defer s.mu.Unlock()
	if tx, done := s.sent[p.Authorization.Nonce]; done {
		return tx
	}
	tx, _ := s.call(devnet.USDC, transfer(p.Authorization, p.Signature))
	s.sent[p.Authorization.Nonce] = tx
	return tx
}

func transfer(a x402.Authorization, signature []byte) []byte {
	return bindings.NewTestUSDC().PackTransferWithAuthorization(a.From, a.To, a.Value, a.ValidAfter, a.ValidBefore, a.Nonce, signature)
}

// call sends a transaction and mines it. Its caller holds mu.
func (s *stub) call(to common.Address, input []byte) (common.Hash, error) {
	c, err := ethclient.DialContext(s.world.Ctx, s.world.Net.URL)
	if err != nil {
		return common.Hash{}, err
	}
	defer c.Close()
	if !s.accountKnown {
		if s.accountNonce, err = c.NonceAt(s.world.Ctx, Account(s.key), nil); err != nil {
			return common.Hash{}, err
		}
		s.accountKnown = true
	}
	tx, err := types.SignNewTx(s.key, types.LatestSignerForChainID(big.NewInt(devnet.ChainID)), &types.DynamicFeeTx{
		ChainID: big.NewInt(devnet.ChainID), Nonce: s.accountNonce, To: &to, Data: input, Gas: 300_000,
		GasFeeCap: big.NewInt(1e12), GasTipCap: big.NewInt(1e9)})
	if err != nil {
		return common.Hash{}, err
	}
	if err := c.SendTransaction(s.world.Ctx, tx); err != nil {
		return common.Hash{}, err
	}
	s.accountNonce++
	for range 1000 {
		if _, err := c.TransactionReceipt(s.world.Ctx, tx.Hash()); err == nil {
			return tx.Hash(), nil
		}
		if _, err := s.world.Net.Mine(); err != nil {
			return common.Hash{}, err
		}
	}
	return common.Hash{}, errors.New("it is not mined")
}

func (s *stub) succeeds(w http.ResponseWriter, p x402.Payment, tx common.Hash) {
	answers(w, 200, `{"success":true,"transaction":"`+tx.Hex()+`","network":"eip155:84532","payer":"`+p.Authorization.From.Hex()+`"}`)
}

func answers(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

// hangUp closes the connection of a request without an answer.
func hangUp(w http.ResponseWriter) {
	if conn, _, err := w.(http.Hijacker).Hijack(); err == nil {
		conn.Close()
	}
}
