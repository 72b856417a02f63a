// Package servertest is the fixture of the tests of the server and its dashboard: a chain,
// a database, an engine and a server, all real.
package servertest

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
	"github.com/mint402/mint402/server/admin"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/store"
	"github.com/mint402/mint402/x402"
)

// World is everything there is, for real: a chain with the launch on it, a
// database, the engine, and the server on a socket. Only its operator is a
// goroutine of the test's, which steps the engine and mines what it sent.
type World struct {
	testing.TB
	Ctx    context.Context
	Net    *devnet.Devnet
	Node   *chain.Client
	Store  *store.Store
	Engine *mint.Engine
	Server *server.Server
	Admin  *admin.Dashboard
	Launch mint.Launch
	URL    string // of the server
	path   string // of the database
	Log    *logged

	Owner    common.Address
	OwnerKey *ecdsa.PrivateKey
	Stranger *ecdsa.PrivateKey
	turn     chan struct{} // full while the operator works, or is stopped
	Mining   atomic.Bool   // what is sent is mined
	Ahead    atomic.Int64
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

// Sale is what is for sale; the zero value of each field leaves the usual.
type Sale struct {
	Cap, Limit     int64
	Opens, Closes  time.Duration // from now
	Name, Symbol   string
	Edit           func(*mint.Launch)
	Wait           time.Duration
	Minter         bool
	Settings       mint.Settings
	Store          func(mint.Store) mint.Store
	Chain          func(mint.Chain) mint.Chain
	Configure      func(*server.Server)
	Dashboard      func(*admin.Dashboard)
	AnotherListing bool               // a second launch beside
	Alloc          types.GenesisAlloc // more of the chain's first state
	Finality       uint64             // how many blocks behind the newest the final one is; 2 if zero
}

// Price is that of an allotment, in base units: 0.10 USDC.
const Price = 100_000 // 0.10

// Bounded is how long anything may take before the test gives up.
const Bounded = 60 * time.Second

// Open starts a world for a sale. It ends with the test.
func Open(t testing.TB, s Sale) *World {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*Bounded)
	t.Cleanup(cancel)
	watch(t)
	w := &World{TB: t, Ctx: ctx, Log: &logged{}, turn: make(chan struct{}, 1), served: make(chan error, 1)}
	w.Mining.Store(true)

	sender, owner, minter := Key(t), Key(t), Key(t)
	w.Stranger = Key(t)
	ether := new(big.Int).Exp(big.NewInt(10), big.NewInt(20), nil)
	fund := map[common.Address]*big.Int{}
	for _, k := range []*ecdsa.PrivateKey{sender, owner, minter, w.Stranger} {
		fund[Account(k)] = ether
	}
	var err error
	w.Net, err = devnet.Open(ctx, devnet.Config{Manual: true, Fund: fund, Alloc: s.Alloc, Finality: s.Finality})
	w.Must(err)
	t.Cleanup(func() { w.Net.Close() })
	w.Node, err = w.Net.Dial(ctx)
	w.Must(err)
	w.Node.Poll = 5 * time.Millisecond
	w.Node.Keys.Add(sender)
	w.Node.Keys.Add(minter)
	w.Node.Keys.Add(w.Stranger)
	w.Owner, w.OwnerKey = w.Node.Keys.Add(owner), owner

	w.path = filepath.Join(t.TempDir(), "mint402.db")
	w.Store, err = store.Open(w.path)
	w.Must(err)
	t.Cleanup(func() { w.Store.Close() })
	w.Launch = w.Deploy("ping", s, Account(minter))
	if s.AnotherListing {
		w.Deploy("pong", Sale{Name: "Pong", Symbol: "PONG"}, Account(minter))
	}

	quick := &quickChain{Chain: w.Node}
	w.Engine = &mint.Engine{Store: w.Store, Chain: quick, Log: slog.New(slog.NewTextHandler(w.Log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		ChainID: devnet.ChainID, Senders: []common.Address{Account(sender)}, Settings: s.Settings,
		Clock: func() time.Time { return time.Now().Add(time.Duration(w.Ahead.Load() + quick.ahead.Load())) }}
	if s.Minter {
		w.Engine.Minter = Account(minter)
	}
	if s.Store != nil {
		w.Engine.Store = s.Store(w.Store)
	}
	if s.Chain != nil {
		w.Engine.Chain = s.Chain(quick)
	}
	w.Must(w.Engine.Open(ctx))
	w.Must(w.Engine.Step(ctx))
	w.operate()

	network, ok := x402.NetworkByChainID(devnet.ChainID)
	if !ok {
		t.Fatal("no network")
	}
	w.serve("127.0.0.1:0", &server.Server{Presenter: &api.Presenter{Network: network, Version: "test", Log: w.Engine.Log}, Wait: s.Wait}, s)
	t.Cleanup(w.shut)
	return w
}

// watch ends the tests if one does not end by itself, long before go test would, and
// tells which, and what of ours runs. Clean-ups count as part of it.
func watch(t testing.TB) {
	timer := time.AfterFunc(6*Bounded, func() {
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
func (w *World) serve(address string, s *server.Server, given Sale) {
	w.Helper()
	listener, err := net.Listen("tcp", address)
	w.Must(err)
	w.URL = "http://" + listener.Addr().String()
	p := s.Presenter
	p.Engine, p.Reader, p.Blocks, p.PublicURL = w.Engine, w.Engine.Store, w.Engine.Chain, w.URL
	w.Admin = &admin.Dashboard{Presenter: p}
	s.Mount = w.Admin.On(s)
	if given.Configure != nil {
		given.Configure(s)
	}
	if given.Dashboard != nil {
		given.Dashboard(w.Admin)
	}
	w.Must(s.Open())
	w.Server = s
	go func() { w.served <- s.Serve(listener) }()
}

func (w *World) shut() {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := w.Server.Shutdown(ctx); err != nil {
		w.Error("shut down:", err)
	}
	if err := <-w.served; err != nil {
		w.Error("serve:", err)
	}
}

// Restart ends the server and opens another at the same address, with another
// engine on the same database. Nothing in memory outlives it.
func (w *World) Restart() {
	w.Helper()
	w.Stop()
	defer w.GoOn()
	w.shut()
	w.Must(w.Store.Close())
	var err error
	w.Store, err = store.Open(w.path)
	w.Must(err)
	was := w.Engine
	w.Engine = &mint.Engine{Store: w.Store, Chain: was.Chain, Log: was.Log, Clock: was.Clock,
		ChainID: was.ChainID, Senders: was.Senders, Minter: was.Minter, Settings: was.Settings}
	w.Must(w.Engine.Open(w.Ctx))
	w.Must(w.Engine.Step(w.Ctx))
	old := w.Server
	w.serve(strings.TrimPrefix(w.URL, "http://"), &server.Server{Presenter: &api.Presenter{Network: old.Presenter.Network, Version: old.Presenter.Version, Log: old.Presenter.Log}, Wait: old.Wait}, Sale{})
}

// Deploy deploys a launch and registers it under a slug.
func (w *World) Deploy(slug string, s Sale, minter common.Address) mint.Launch {
	w.Helper()
	units := func(n int64) *big.Int {
		return new(big.Int).Mul(big.NewInt(n), new(big.Int).Exp(big.NewInt(10), big.NewInt(18), nil))
	}
	terms := bindings.Terms{Name: "Ping", Symbol: "PING", Asset: devnet.USDC, Price: big.NewInt(Price),
		Allotment: units(5000), Cap: units(5000 * 1000), Limit: big.NewInt(10),
		Treasury: common.HexToAddress("0x7777777777777777777777777777777777777777"), Owner: w.Owner, Minter: minter}
	if s.Name != "" {
		terms.Name = s.Name
	}
	if s.Symbol != "" {
		terms.Symbol = s.Symbol
	}
	if s.Cap != 0 {
		terms.Cap, terms.Limit = units(5000*s.Cap), big.NewInt(min(10, s.Cap))
	}
	if s.Limit != 0 {
		terms.Limit = big.NewInt(s.Limit)
	}
	if s.Opens != 0 {
		terms.OpensAt = uint64(time.Now().Add(s.Opens).Unix())
	}
	if s.Closes != 0 {
		terms.ClosesAt = uint64(time.Now().Add(s.Closes).Unix())
	}
	var l mint.Launch
	w.OnChain(func() error {
		deployed, err := w.Node.Deploy(w.Ctx, w.Owner, chain.Deployment{Terms: terms})
		if err == nil {
			l, err = w.Node.ReadLaunch(w.Ctx, deployed.Token)
		}
		return err
	})
	l.Slug, l.Description = slug, "A test."
	if s.Edit != nil {
		s.Edit(&l)
	}
	w.Must(w.Store.SaveLaunch(w.Ctx, l))
	return l
}

// Must fails the test on an error.
func (w *World) Must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// operate steps the engine and, while mining is on, mines what it has sent.
func (w *World) operate() {
	ctx, cancel := context.WithCancel(w.Ctx)
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
				w.Engine.Log.Error("operate", "err", err)
			}
			w.GoOn()
		}
	}()
}

// Stop keeps the operator from working until goOn.
func (w *World) Stop() { w.turn <- struct{}{} }

// GoOn lets the operator work again after Stop.
func (w *World) GoOn() { <-w.turn }

func (w *World) step(ctx context.Context) error {
	if err := w.Engine.Step(ctx); err != nil {
		return err
	}
	txs, err := w.Store.InFlight(ctx)
	if err != nil || !w.Mining.Load() {
		return err
	}
	for _, tx := range txs {
		if !tx.Mined.Seen() {
			_, err := w.Net.Mine()
			return err
		}
	}
	return nil
}

// OnChain runs what waits for blocks, making them.
func (w *World) OnChain(f func() error) {
	w.Helper()
	done := make(chan error, 1)
	go func() { done <- f() }()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case err := <-done:
			w.Must(err)
			return
		case <-tick.C:
			if _, err := w.Net.Mine(); err != nil {
				w.Fatal(err)
			}
		}
	}
}

// Seen mines a block and waits until the engine has read it.
func (w *World) Seen() {
	w.Helper()
	b, err := w.Net.Mine()
	w.Must(err)
	w.Eventually("block read", func() bool { return w.Engine.Health().Head.Number >= b.Number })
}

// Lets one who is held up go on.
func (w *World) Lets(held chan<- struct{}) {
	w.Helper()
	select {
	case held <- struct{}{}:
	case <-w.Ctx.Done():
		w.Fatal("nothing is held up")
	}
}

// Eventually asks until it holds; what never does fails the test.
func (w *World) Eventually(what string, holds func() bool) {
	w.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	giveUp := time.After(Bounded)
	for !holds() {
		select {
		case <-tick.C:
		case <-giveUp:
			w.Fatalf("never: %s\n%s", what, w.Log)
		}
	}
}

// Send has a stranger call a contract, and the call mined.
func (w *World) Send(to common.Address, input []byte) {
	w.Helper()
	w.SendBy(w.Stranger, to, input)
}

// SendBy has an account call a contract, and the call mined.
func (w *World) SendBy(k *ecdsa.PrivateKey, to common.Address, input []byte) {
	w.Helper()
	w.OnChain(func() error {
		c, err := ethclient.DialContext(w.Ctx, w.Net.URL)
		if err != nil {
			return err
		}
		defer c.Close()
		accountNonce, err := c.PendingNonceAt(w.Ctx, Account(k))
		if err != nil {
			return err
		}
		tx, err := types.SignNewTx(k, types.LatestSignerForChainID(big.NewInt(devnet.ChainID)), &types.DynamicFeeTx{
			ChainID: big.NewInt(devnet.ChainID), Nonce: accountNonce, To: &to, Data: input, Gas: 500_000,
			GasFeeCap: big.NewInt(1e12), GasTipCap: big.NewInt(1e9)})
		if err != nil {
			return err
		}
		if err := c.SendTransaction(w.Ctx, tx); err != nil {
			return err
		}
		_, err = w.Node.Wait(w.Ctx, tx.Hash())
		return err
	})
}

// Payer is a new account with that many cents of USDC.
func (w *World) Payer(cents int64) *ecdsa.PrivateKey {
	w.Helper()
	k := Key(w.TB)
	if cents > 0 {
		_, err := w.Net.GiveUSDC(Account(k), big.NewInt(cents*10_000))
		w.Must(err)
		_, err = w.Net.Mine()
		w.Must(err)
	}
	return k
}

// USDC is a balance of USDC, in base units, from the chain.
func (w *World) USDC(a common.Address) int64 {
	w.Helper()
	n, err := w.Node.AssetBalance(w.Ctx, devnet.USDC, a)
	w.Must(err)
	return n.Int64()
}

// Tokens is a balance of the launched token, in allotments, from the chain.
func (w *World) Tokens(a common.Address) int64 {
	w.Helper()
	n, err := w.Node.AssetBalance(w.Ctx, w.Launch.Token, a)
	w.Must(err)
	whole, rest := new(big.Int).QuoRem(n, w.Launch.Allotment, new(big.Int))
	if rest.Sign() != 0 {
		w.Fatalf("%s holds %s, no multiple of the allotment", a, n)
	}
	return whole.Int64()
}

// Key returns a new private key.
func Key(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	k, err := crypto.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// Account returns the address of a key.
func Account(k *ecdsa.PrivateKey) common.Address { return crypto.PubkeyToAddress(k.PublicKey) }

// Sign pays the 402 of a path, in a version.
func (w *World) Sign(k *ecdsa.PrivateKey, path string, version int) x402.Signed {
	w.Helper()
	return w.Signed(k, w.Get(path, nil).Wants(402), version)
}

// Signed pays the challenge of an answer, in a version.
func (w *World) Signed(k *ecdsa.PrivateKey, a Answer, version int) x402.Signed {
	w.Helper()
	h := a.Header
	if version == 1 {
		h = http.Header{}
	}
	challenge, err := x402.ParsePaymentRequired(h, a.Body)
	w.Must(err)
	if challenge.Version != version || len(challenge.Quotes) != 1 {
		w.Fatalf("challenge %+v, want version %d", challenge, version)
	}
	s, err := challenge.Quotes[0].Sign(k, time.Now())
	w.Must(err)
	return s
}

// Paid returns the header of a payment.
func Paid(s x402.Signed) Header { return Header{s.Header: s.Value} }

// Pay sends a payment of a path and returns the answer.
func (w *World) Pay(path string, s x402.Signed) Answer {
	w.Helper()
	return w.Get(path, Paid(s))
}

// Order is a payment's order, from the database.
func (w *World) Order(s x402.Signed) mint.Order {
	w.Helper()
	o, err := w.Store.Order(w.Ctx, w.ID(s))
	w.Must(err)
	return o
}

// ID is the id of a payment.
func (w *World) ID(s x402.Signed) mint.PaymentID {
	return mint.NewPaymentID(devnet.ChainID, devnet.USDC, s.Authorization.From, s.Authorization.Nonce)
}

// Orders is how many there are.
func (w *World) Orders() int {
	w.Helper()
	n, err := w.Store.Count(w.Ctx, mint.Query{})
	w.Must(err)
	return n
}

// SettleDirectly has a stranger submit the payment to USDC, past the launch.
func (w *World) SettleDirectly(s x402.Signed) {
	w.Helper()
	p, err := x402.DecodePayment(s.Value)
	w.Must(err)
	a := p.Authorization
	w.Send(devnet.USDC, bindings.NewTestUSDC().PackTransferWithAuthorization(
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

// Faulty is a store in which one call fails as it is told to.
type Faulty struct {
	mint.Store
	AfterClaim   func() error
	BeforeLaunch func() error
}

// Claim writes the order before it fails: the worst moment.
func (f *Faulty) Claim(ctx context.Context, o mint.Order, credit mint.Credit) (mint.Order, bool, error) {
	order, isNew, err := f.Store.Claim(ctx, o, credit)
	if f.AfterClaim != nil && err == nil {
		err = f.AfterClaim() // after it was written: the worst moment
	}
	return order, isNew, err
}

// Launch fails as BeforeLaunch does.
func (f *Faulty) Launch(ctx context.Context, slug string) (mint.Launch, error) {
	if f.BeforeLaunch != nil {
		if err := f.BeforeLaunch(); err != nil {
			return mint.Launch{}, err
		}
	}
	return f.Store.Launch(ctx, slug)
}

// ErrSecret is an error whose text no client may see.
var ErrSecret = errors.New("secret: disk /var/lib/db is on fire")
