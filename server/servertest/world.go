// Package servertest is the fixture of the tests of the server and its dashboard: a chain,
// a database, an engine and a server, all real.
package servertest

import (
	"context"
	"crypto/ecdsa"
	"fmt"
	"net"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/chain/devnet"
	"github.com/mint402/mint402/media"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/profile"
	"github.com/mint402/mint402/server"
	"github.com/mint402/mint402/server/admin"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/server/people"
	"github.com/mint402/mint402/store"
	"github.com/mint402/mint402/webhook"
)

// World runs the real parts: a chain with the launch on it, a database, the engine, and
// the server on a socket. Its operator is a goroutine that steps the engine and mines
// the transactions that the engine sent. The worlds of [OpenChains] share the database and the
// server, and each has a chain and an engine.
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
	all    []*World
	Log    *logged

	Owner    common.Address
	OwnerKey *ecdsa.PrivateKey
	Stranger *ecdsa.PrivateKey
	turn     chan struct{} // full while the operator works, or is stopped
	Mining   atomic.Bool   // whether transactions are mined
	Ahead    atomic.Int64  // of the engine's clock, in nanoseconds; see SetAhead
	served   chan error
}

// Sale configures a world. The zero value of a field means its default.
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
	Engine         func(*mint.Engine, *store.Store) // before it opens
	Configure      func(*server.Server)
	Dashboard      func(*admin.Dashboard)
	AnotherListing bool               // serve a second launch too
	Alloc          types.GenesisAlloc // more of the chain's first state
	Finality       uint64             // how many blocks behind the newest the final one is; 2 if zero
}

// Price is that of an allotment, in base units: 0.10 USDC.
const Price = 100_000 // 0.10

// Bounded is how long a test waits for any one thing.
const Bounded = 60 * time.Second

// Open starts a world for a sale. It ends with the test.
func Open(t testing.TB, s Sale) *World {
	t.Helper()
	return OpenChains(t, s)[0]
}

// change makes the changes of a sale to a world's engine, before it opens.
func (s *Sale) change(w *World, c mint.Chain) {
	if s.Store != nil {
		w.Engine.Store = s.Store(w.Store)
	}
	if s.Chain != nil {
		w.Engine.Chain = s.Chain(c)
	}
	if s.Engine != nil {
		s.Engine(w.Engine, w.Store)
	}
}

// Long skips a test that takes seconds, in the inner loop: make check. It runs in make test.
func Long(t testing.TB) {
	t.Helper()
	if testing.Short() {
		t.Skip("takes long: without -short it runs")
	}
}

// watch ends the process if a test hangs, long before go test would. It prints the test's
// name and our goroutines. Clean-ups count as part of the test.
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

// serve opens a server of the engines on an address.
func (w *World) serve(address string, s *server.Server, given Sale) {
	w.Helper()
	listener, err := net.Listen("tcp", address)
	w.Must(err)
	p := s.Presenter
	origin := "http://" + listener.Addr().String()
	p.Reader, p.PublicURL = w.Engine.Store, origin
	for i, one := range w.all {
		p.Chains[i].Engine, p.Chains[i].Blocks = one.Engine, one.Engine.Chain
	}
	if len(w.all) > 1 {
		p.Reader = w.Store.On(0)
	}
	p.Profiles, s.Lists = &w.Store.Profiles, &people.Lists{Minted: &w.Store.Crowds}
	w.Admin = &admin.Dashboard{Presenter: p, Notes: &w.Store.Notes, Profiles: profile.Editor{Store: &w.Store.Profiles, Fetch: media.Fetcher{Dial: webhook.DialPublic}.Get}}
	s.MayUpload = admin.MayUpload(w.Admin)
	s.Mount = w.Admin.On(s)
	if given.Configure != nil {
		given.Configure(s)
	}
	if given.Dashboard != nil {
		given.Dashboard(w.Admin)
	}
	w.Must(s.Open())
	for _, one := range w.all {
		one.URL, one.Server, one.Admin = origin, s, w.Admin
	}
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
// engine on the same database. It keeps nothing in memory.
func (w *World) Restart() {
	w.Helper()
	w.Stop()
	defer w.GoOn()
	w.shut()
	w.Must(w.Store.Close())
	var err error
	w.Store, err = store.Open(w.path)
	w.Must(err)
	w.Store = w.Store.On(w.Node.ChainID())
	was := w.Engine
	w.Engine = &mint.Engine{Store: w.Store, Chain: was.Chain, Log: was.Log, Clock: was.Clock,
		ChainID: was.ChainID, Senders: was.Senders, Minter: was.Minter, Settings: was.Settings}
	w.Must(w.Engine.Open(w.Ctx))
	w.Must(w.Engine.Step(w.Ctx))
	old := w.Server
	w.serve(strings.TrimPrefix(w.URL, "http://"), &server.Server{Presenter: &api.Presenter{Chains: []*api.Chain{{Network: old.Presenter.Chains[0].Network}}, Version: old.Presenter.Version, Log: old.Presenter.Log}, Wait: old.Wait, Challenges: old.Challenges}, Sale{})
}

// Must fails the test on an error.
func (w *World) Must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// Lets releases one goroutine that waits on the channel.
func (w *World) Lets(held chan<- struct{}) {
	w.Helper()
	select {
	case held <- struct{}{}:
	case <-w.Ctx.Done():
		w.Fatal("nothing is held up")
	}
}

// Eventually waits until a condition holds. It fails the test after Bounded.
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
