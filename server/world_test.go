package server_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/ethclient"

	"github.com/mint402/mint402/bindings"
	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/chain/devnet"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server"
	"github.com/mint402/mint402/store"
	"github.com/mint402/mint402/x402"
)

// A world is everything there is, for real: a chain with the launch on it, a
// database, the engine, and the server on a socket. Only its operator is a
// goroutine of the test's, which steps the engine and mines what it sent.
type world struct {
	testing.TB
	ctx    context.Context
	net    *devnet.Devnet
	node   *chain.Client
	store  *store.Store
	engine *mint.Engine
	server *server.Server
	launch mint.Launch
	url    string // of the server
	path   string // of the database
	log    *logged

	owner    common.Address
	ownerKey *ecdsa.PrivateKey
	stranger *ecdsa.PrivateKey
	turn     chan struct{} // full while the operator works, or is stopped
	mining   atomic.Bool   // what is sent is mined
	ahead    atomic.Int64
	served   chan error
}

// quickChain knows how far blocks that are made one after the other have run the
// chain's clock ahead of ours: a block takes a second of its time at least.
type quickChain struct {
	mint.Chain
	ahead atomic.Int64
}

func (c *quickChain) Head(ctx context.Context) (latest, final mint.Block, err error) {
	latest, final, err = c.Chain.Head(ctx)
	if err == nil {
		c.ahead.Store(max(0, int64(time.Until(latest.Time))))
	}
	return latest, final, err
}

// sale is what is for sale; the zero value of each field leaves the usual.
type sale struct {
	cap, limit     int64
	opens, closes  time.Duration // from now
	name, symbol   string
	edit           func(*mint.Launch)
	wait           time.Duration
	minter         bool
	settings       mint.Settings
	store          func(mint.Store) mint.Store
	chain          func(mint.Chain) mint.Chain
	configure      func(*server.Server)
	anotherListing bool               // a second launch beside
	alloc          types.GenesisAlloc // more of the chain's first state
	finality       uint64             // how many blocks behind the newest the final one is; 2 if zero
}

const price = 100_000 // 0.10

// bounded is how long anything may take before the test gives up.
const bounded = 60 * time.Second

func open(t testing.TB, s sale) *world {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*bounded)
	t.Cleanup(cancel)
	watch(t)
	w := &world{TB: t, ctx: ctx, log: &logged{}, turn: make(chan struct{}, 1), served: make(chan error, 1)}
	w.mining.Store(true)

	sender, owner, minter := key(t), key(t), key(t)
	w.stranger = key(t)
	ether := new(big.Int).Exp(big.NewInt(10), big.NewInt(20), nil)
	fund := map[common.Address]*big.Int{}
	for _, k := range []*ecdsa.PrivateKey{sender, owner, minter, w.stranger} {
		fund[account(k)] = ether
	}
	var err error
	w.net, err = devnet.Open(ctx, devnet.Config{Manual: true, Fund: fund, Alloc: s.alloc, Finality: s.finality})
	w.must(err)
	t.Cleanup(func() { w.net.Close() })
	w.node, err = w.net.Dial(ctx)
	w.must(err)
	w.node.Poll = 5 * time.Millisecond
	w.node.Keys.Add(sender)
	w.node.Keys.Add(minter)
	w.node.Keys.Add(w.stranger)
	w.owner, w.ownerKey = w.node.Keys.Add(owner), owner

	w.path = filepath.Join(t.TempDir(), "mint402.db")
	w.store, err = store.Open(w.path)
	w.must(err)
	t.Cleanup(func() { w.store.Close() })
	w.launch = w.deploy("ping", s, account(minter))
	if s.anotherListing {
		w.deploy("pong", sale{name: "Pong", symbol: "PONG"}, account(minter))
	}

	quick := &quickChain{Chain: w.node}
	w.engine = &mint.Engine{Store: w.store, Chain: quick, Log: slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		ChainID: devnet.ChainID, Senders: []common.Address{account(sender)}, Settings: s.settings,
		Clock: func() time.Time { return time.Now().Add(time.Duration(w.ahead.Load() + quick.ahead.Load())) }}
	if s.minter {
		w.engine.Minter = account(minter)
	}
	if s.store != nil {
		w.engine.Store = s.store(w.store)
	}
	if s.chain != nil {
		w.engine.Chain = s.chain(quick)
	}
	w.must(w.engine.Open(ctx))
	w.must(w.engine.Step(ctx))
	w.operate()

	network, ok := x402.NetworkByChainID(devnet.ChainID)
	if !ok {
		t.Fatal("no network")
	}
	w.serve("127.0.0.1:0", &server.Server{Network: network, Wait: s.wait, Version: "test", Log: w.engine.Log}, s.configure)
	t.Cleanup(w.shut)
	return w
}

// watch ends the tests if one does not end by itself, long before go test would, and
// tells which, and what of ours runs. Clean-ups count as part of it.
func watch(t testing.TB) {
	timer := time.AfterFunc(6*bounded, func() {
		all := make([]byte, 64<<20)
		for one := range strings.SplitSeq(string(all[:runtime.Stack(all, true)]), "\n\n") {
			if strings.Contains(one, "/mint402/") {
				fmt.Fprintf(os.Stderr, "%s\n\n", one)
			}
		}
		fmt.Fprintf(os.Stderr, "%s does not end; the goroutines of ours are above\n", t.Name())
		os.Exit(1)
	})
	t.Cleanup(func() { timer.Stop() })
}

// serve opens a server of the engine's on an address.
func (w *world) serve(address string, s *server.Server, configure func(*server.Server)) {
	w.Helper()
	listener, err := net.Listen("tcp", address)
	w.must(err)
	w.url = "http://" + listener.Addr().String()
	s.Engine, s.PublicURL = w.engine, w.url
	if configure != nil {
		configure(s)
	}
	w.must(s.Open())
	w.server = s
	go func() { w.served <- s.Serve(listener) }()
}

func (w *world) shut() {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := w.server.Shutdown(ctx); err != nil {
		w.Error("shut down:", err)
	}
	if err := <-w.served; err != nil {
		w.Error("serve:", err)
	}
}

// restart ends the server and opens another at the same address, with another
// engine on the same database. Nothing in memory outlives it.
func (w *world) restart() {
	w.Helper()
	w.stop()
	defer w.goOn()
	w.shut()
	w.must(w.store.Close())
	var err error
	w.store, err = store.Open(w.path)
	w.must(err)
	was := w.engine
	w.engine = &mint.Engine{Store: w.store, Chain: was.Chain, Log: was.Log, Clock: was.Clock,
		ChainID: was.ChainID, Senders: was.Senders, Minter: was.Minter, Settings: was.Settings}
	w.must(w.engine.Open(w.ctx))
	w.must(w.engine.Step(w.ctx))
	old := w.server
	w.serve(strings.TrimPrefix(w.url, "http://"), &server.Server{Network: old.Network, Wait: old.Wait, Version: old.Version, Log: old.Log}, nil)
}

func (w *world) deploy(slug string, s sale, minter common.Address) mint.Launch {
	w.Helper()
	units := func(n int64) *big.Int {
		return new(big.Int).Mul(big.NewInt(n), new(big.Int).Exp(big.NewInt(10), big.NewInt(18), nil))
	}
	terms := bindings.Terms{Name: "Ping", Symbol: "PING", Asset: devnet.USDC, Price: big.NewInt(price),
		Allotment: units(5000), Cap: units(5000 * 1000), Limit: big.NewInt(10),
		Treasury: common.HexToAddress("0x7777777777777777777777777777777777777777"), Owner: w.owner, Minter: minter}
	if s.name != "" {
		terms.Name = s.name
	}
	if s.symbol != "" {
		terms.Symbol = s.symbol
	}
	if s.cap != 0 {
		terms.Cap, terms.Limit = units(5000*s.cap), big.NewInt(min(10, s.cap))
	}
	if s.limit != 0 {
		terms.Limit = big.NewInt(s.limit)
	}
	if s.opens != 0 {
		terms.OpensAt = uint64(time.Now().Add(s.opens).Unix())
	}
	if s.closes != 0 {
		terms.ClosesAt = uint64(time.Now().Add(s.closes).Unix())
	}
	var l mint.Launch
	w.onChain(func() error {
		deployed, err := w.node.Deploy(w.ctx, w.owner, chain.Deployment{Terms: terms})
		if err == nil {
			l, err = w.node.ReadLaunch(w.ctx, deployed.Token)
		}
		return err
	})
	l.Slug, l.Description = slug, "A test."
	if s.edit != nil {
		s.edit(&l)
	}
	w.must(w.store.SaveLaunch(w.ctx, l))
	return l
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// operate steps the engine and, while mining is on, mines what it has sent.
func (w *world) operate() {
	ctx, cancel := context.WithCancel(w.ctx)
	done := make(chan struct{})
	w.Cleanup(func() { cancel(); <-done })
	go func() {
		defer close(done)
		tick := time.NewTicker(10 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			select { // a test that failed with the operator stopped ends all the same
			case <-ctx.Done():
				return
			case w.turn <- struct{}{}:
			}
			if err := w.step(ctx); err != nil && ctx.Err() == nil {
				w.engine.Log.Error("operate", "err", err)
			}
			w.goOn()
		}
	}()
}

// stop keeps the operator from working until goOn.
func (w *world) stop() { w.turn <- struct{}{} }

func (w *world) goOn() { <-w.turn }

func (w *world) step(ctx context.Context) error {
	if err := w.engine.Step(ctx); err != nil {
		return err
	}
	txs, err := w.store.InFlight(ctx)
	if err != nil || !w.mining.Load() {
		return err
	}
	for _, tx := range txs {
		if !tx.Mined.Seen() {
			_, err := w.net.Mine()
			return err
		}
	}
	return nil
}

// onChain runs what waits for blocks, making them.
func (w *world) onChain(f func() error) {
	w.Helper()
	done := make(chan error, 1)
	go func() { done <- f() }()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case err := <-done:
			w.must(err)
			return
		case <-tick.C:
			if _, err := w.net.Mine(); err != nil {
				w.Fatal(err)
			}
		}
	}
}

// seen mines a block and waits until the engine has read it.
func (w *world) seen() {
	w.Helper()
	b, err := w.net.Mine()
	w.must(err)
	w.eventually("block read", func() bool { return w.engine.Health().Head.Number >= b.Number })
}

// lets one who is held up go on.
func (w *world) lets(held chan<- struct{}) {
	w.Helper()
	select {
	case held <- struct{}{}:
	case <-w.ctx.Done():
		w.Fatal("nothing is held up")
	}
}

// eventually asks until it holds; what never does fails the test.
func (w *world) eventually(what string, holds func() bool) {
	w.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	giveUp := time.After(bounded)
	for !holds() {
		select {
		case <-tick.C:
		case <-giveUp:
			w.Fatalf("never: %s\n%s", what, w.log)
		}
	}
}

// send has a stranger call a contract, and the call mined.
func (w *world) send(to common.Address, input []byte) {
	w.Helper()
	w.sendBy(w.stranger, to, input)
}

func (w *world) sendBy(k *ecdsa.PrivateKey, to common.Address, input []byte) {
	w.Helper()
	w.onChain(func() error {
		c, err := ethclient.DialContext(w.ctx, w.net.URL)
		if err != nil {
			return err
		}
		defer c.Close()
		accountNonce, err := c.PendingNonceAt(w.ctx, account(k))
		if err != nil {
			return err
		}
		tx, err := types.SignNewTx(k, types.LatestSignerForChainID(big.NewInt(devnet.ChainID)), &types.DynamicFeeTx{
			ChainID: big.NewInt(devnet.ChainID), Nonce: accountNonce, To: &to, Data: input, Gas: 500_000,
			GasFeeCap: big.NewInt(1e12), GasTipCap: big.NewInt(1e9)})
		if err != nil {
			return err
		}
		if err := c.SendTransaction(w.ctx, tx); err != nil {
			return err
		}
		_, err = w.node.Wait(w.ctx, tx.Hash())
		return err
	})
}

// payer is a new account with that many cents of USDC.
func (w *world) payer(cents int64) *ecdsa.PrivateKey {
	w.Helper()
	k := key(w.TB)
	if cents > 0 {
		_, err := w.net.GiveUSDC(account(k), big.NewInt(cents*10_000))
		w.must(err)
		_, err = w.net.Mine()
		w.must(err)
	}
	return k
}

func (w *world) usdc(a common.Address) int64 {
	w.Helper()
	n, err := w.node.AssetBalance(w.ctx, devnet.USDC, a)
	w.must(err)
	return n.Int64()
}

// tokens is a balance of the launched token, in allotments, from the chain.
func (w *world) tokens(a common.Address) int64 {
	w.Helper()
	n, err := w.node.AssetBalance(w.ctx, w.launch.Token, a)
	w.must(err)
	whole, rest := new(big.Int).QuoRem(n, w.launch.Allotment, new(big.Int))
	if rest.Sign() != 0 {
		w.Fatalf("%s holds %s, no multiple of the allotment", a, n)
	}
	return whole.Int64()
}

func key(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	k, err := crypto.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func account(k *ecdsa.PrivateKey) common.Address { return crypto.PubkeyToAddress(k.PublicKey) }

// sign pays the 402 of a path, in a version.
func (w *world) sign(k *ecdsa.PrivateKey, path string, version int) x402.Signed {
	w.Helper()
	return w.signed(k, w.get(path, nil).wants(402), version)
}

func (w *world) signed(k *ecdsa.PrivateKey, a answer, version int) x402.Signed {
	w.Helper()
	h := a.header
	if version == 1 {
		h = http.Header{}
	}
	challenge, err := x402.ParsePaymentRequired(h, a.body)
	w.must(err)
	if challenge.Version != version || len(challenge.Quotes) != 1 {
		w.Fatalf("challenge %+v, want version %d", challenge, version)
	}
	s, err := challenge.Quotes[0].Sign(k, time.Now())
	w.must(err)
	return s
}

func paid(s x402.Signed) header { return header{s.Header: s.Value} }

// pay sends a payment of a path and returns the answer.
func (w *world) pay(path string, s x402.Signed) answer {
	w.Helper()
	return w.get(path, paid(s))
}

func (w *world) order(s x402.Signed) mint.Order {
	w.Helper()
	o, err := w.store.Order(w.ctx, w.id(s))
	w.must(err)
	return o
}

func (w *world) id(s x402.Signed) mint.PaymentID {
	return mint.NewPaymentID(devnet.ChainID, devnet.USDC, s.Authorization.From, s.Authorization.Nonce)
}

// orders is how many there are.
func (w *world) orders() int {
	w.Helper()
	n, err := w.store.Count(w.ctx, mint.Query{})
	w.must(err)
	return n
}

// settleDirectly has a stranger submit the payment to USDC, past the launch.
func (w *world) settleDirectly(s x402.Signed) {
	w.Helper()
	p, err := x402.DecodePayment(s.Value)
	w.must(err)
	a := p.Authorization
	w.send(devnet.USDC, bindings.NewTestUSDC().PackTransferWithAuthorization(
		a.From, a.To, a.Value, a.ValidAfter, a.ValidBefore, a.Nonce, p.Signature))
}

// logged is a log that can be read while it is written.
type logged struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// faulty is a store in which one call fails as it is told to.
type faulty struct {
	mint.Store
	claim  func() error
	launch func() error
}

func (f *faulty) Claim(ctx context.Context, o mint.Order, credit mint.Credit) (mint.Order, bool, error) {
	order, isNew, err := f.Store.Claim(ctx, o, credit)
	if f.claim != nil && err == nil {
		err = f.claim() // after it was written: the worst moment
	}
	return order, isNew, err
}

func (f *faulty) Launch(ctx context.Context, slug string) (mint.Launch, error) {
	if f.launch != nil {
		if err := f.launch(); err != nil {
			return mint.Launch{}, err
		}
	}
	return f.Store.Launch(ctx, slug)
}

var errSecret = errors.New("secret: disk /var/lib/db is on fire")
