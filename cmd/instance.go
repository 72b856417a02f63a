package cmd

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/cmd/deploy"
	"github.com/mint402/mint402/cmd/failpoint"
	"github.com/mint402/mint402/facilitator"
	"github.com/mint402/mint402/farcaster"
	"github.com/mint402/mint402/media"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/profile"
	"github.com/mint402/mint402/proof"
	"github.com/mint402/mint402/relay"
	"github.com/mint402/mint402/server"
	"github.com/mint402/mint402/server/admin"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/server/discovery"
	"github.com/mint402/mint402/source"
	"github.com/mint402/mint402/store"
	"github.com/mint402/mint402/web"
	"github.com/mint402/mint402/webhook"
)

// instance is one running server: an engine with its HTTP server, for one store and one node.
type instance struct {
	store   *store.Store
	db      string // its path
	node    *node
	senders []common.Address
	minter  common.Address // zero if the server has no minter's key
	// admin lists the wallets that may sign in to the dashboard. If it is empty, the
	// dashboard is off.
	admin    []common.Address
	creators *openLaunches            // nil: only those wallets launch
	deployer common.Address           // for the dashboard's launches, or zero
	ownerKey string                   // in the demo; see admin.Dashboard
	errors   func() []admin.LogRecord // from the log
	// settings are for the engine. Zero values mean its defaults.
	settings mint.Settings
	clock    func() time.Time
	log      *slog.Logger

	challenges [][]byte      // see server.Server
	proofs     *proof.Issuer // signs offers and receipts; may be nil
	// foreignKeys requests keys of other servers; see server.Server. It may be nil.
	foreignKeys func(ctx context.Context, url string) ([]byte, error)
	webhooks    string             // the file of endpoints; empty: no webhooks are sent
	sender      *webhook.Sender    // nil: as webhooks
	services    []source.Service   // that get the launches' sources; may be empty
	sources     *source.Publisher  // made by assemble
	relay       *facilitator.Relay // nil: our own senders settle all payments
	ownRelay    *relay.Relay       // settles payments of others, for tokens; nil: none
	ownRate     int                // of requests to our own facilitator; see server.Server

	proxies []netip.Prefix // trusted to report client addresses
	metrics net.Listener   // where metrics are served; nil if with everything else

	url, rpc string
	// walletConnect is a project id, or empty.
	walletConnect            string
	brand                    web.Brand           // the operator's own; empty: mint402's
	farcaster                *farcaster.Manifest // nil: none
	demo, noHolders, funders bool
	holders                  *holders                                    // made by assemble; nil: who holds the tokens is not followed
	fund                     func(context.Context, common.Address) error // only in the demo; see server.Server
	wait                     time.Duration
	drain                    time.Duration
	ready                    func() // called once requests are answered; may be nil
	// begin runs while requests are answered already, and before the chain is read.
	// It may be nil. It calls waiting with errors that may pass.
	begin func(ctx context.Context, waiting func(context.Context, error)) error
}

// listen opens the listener first, so that an address in use is reported before any
// other error.
func listen(ctx context.Context, address string) (net.Listener, error) {
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err == nil {
		return ln, nil
	}
	if bad := (*net.AddrError)(nil); errors.As(err, &bad) {
		return nil, usage("--listen %q: expected HOST:PORT, such as 127.0.0.1:4021", address)
	}
	return nil, hint(fmt.Errorf("listen on %s: %w", address, err), "give another address with --listen HOST:PORT; with make: MINT402_LISTEN=HOST:PORT make demo")
}

// run serves on the listener until ctx is done. Then it stops accepting, lets running
// requests and payments end for up to drain, and returns.
func (s *instance) run(ctx context.Context, ln net.Listener) error {
	defer ln.Close()
	engine, face, err := s.assemble(ctx)
	if err != nil {
		return err
	}
	// Running payments continue after ctx is done.
	stepping, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	if s.metrics != nil {
		go serveMetrics(stepping, s.metrics, face.Metrics())
	}
	sent, published := s.sendWebhooks(stepping), make(chan struct{})
	go func() { s.sources.Run(stepping); close(published) }()
	defer func() { stop(); <-sent; <-published }()
	stepped, served := make(chan error, 1), make(chan error, 1)
	go func() { stepped <- s.step(stepping, engine) }()
	go func() { served <- face.Serve(ln) }()
	s.log.Info("serving", "url", s.url, "listen", ln.Addr().String(), "network", s.node.network.Name)
	if s.ready != nil {
		engine.WaitOpen(ctx)
		s.ready()
	}
	var failed error
	select {
	case failed = <-served:
	case failed = <-stepped:
		// The server cannot start, or another process has taken over the database and
		// the running payments.
		ended, cancel := context.WithCancel(context.WithoutCancel(ctx))
		cancel()
		_ = face.Shutdown(ended)
		return failed
	case <-ctx.Done():
	}
	s.log.Info("stopping", "drain", s.drain)
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.drain)
	defer cancel()
	if err := face.Shutdown(ending); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		s.log.Error("shut down", "err", err)
	}
	stop()
	if err := <-stepped; err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	switch err := engine.Drain(ending); {
	case errors.Is(err, context.DeadlineExceeded):
		s.log.Warn("payments are still in progress; the next start continues with them")
	case err != nil:
		s.log.Error("drain", "err", err)
	}
	s.log.Info("stopped")
	return failed
}

// assemble opens an engine and its HTTP server.
func (s *instance) assemble(ctx context.Context) (*mint.Engine, *server.Server, error) {
	db, chain := failpoint.Wrap(s.store, s.node.Client)
	engine := &mint.Engine{
		Store: db, Chain: chain, Log: s.log, Clock: s.clock, ChainID: s.node.network.ChainID,
		Senders: s.senders, Minter: s.minter, Settings: s.settings,
	}
	if s.relay != nil {
		s.relay.Orders, s.relay.Engine, engine.Facilitators = db, engine, s.relay
	}
	if err := engine.Open(ctx); err != nil {
		return nil, nil, err
	}
	presenter := &api.Presenter{
		Chains: []*api.Chain{{Network: s.node.network, Engine: engine, Blocks: chain, RPC: s.rpc, Nodes: s.nodes}},
		Reader: db, Profiles: &s.store.Profiles, PublicURL: s.url, Version: build().Version,
		Demo: s.demo, Log: s.log,
		Proofs: s.proofs,
	}
	if s.relay != nil {
		presenter.Chains[0].Facilitators = s.relay.List.Status
	}
	s.sources, s.holders = s.newPublisher(), s.followHolders(ctx, engine)
	presenter.Chains[0].Sources = s.sources.Of
	face := &server.Server{
		Presenter: presenter, Wait: s.wait, WalletConnect: s.walletConnect, Fund: s.fund,
		TrustedProxies: s.proxies, MetricsApart: s.metrics != nil, Challenges: s.challenges,
		Ledger: &nodeLedger{s.node, db.Launches}, ForeignKeys: s.foreignKeys,
		Features: discovery.Features{MCP: true, MPP: true, Farcaster: s.farcaster, Name: s.brand.Site()}, Brand: s.brand, Lists: s.holders.lists(s),
	}
	face.FacilitatorRate = s.ownRate
	if s.ownRelay != nil {
		face.Relays = map[uint64]*relay.Relay{s.ownRelay.ChainID: s.ownRelay}
	}
	face.OpenLaunches = s.creators.toAll()
	face.Collectors = append(face.Collectors, source.Collector{Publisher: s.sources})
	if s.sender = s.newSender(presenter); s.sender != nil {
		face.Collectors = append(face.Collectors, webhook.Collector{Sender: s.sender})
	}
	if s.relay != nil {
		face.Collectors = append(face.Collectors, facilitator.Collector{List: s.relay.List})
	}
	desk := &admin.Desk{Backend: s.backend(), Assets: s.node.choices, Deployer: s.deployer}
	dashboard := &admin.Dashboard{Presenter: presenter, Desks: map[uint64]*admin.Desk{s.node.network.ChainID: desk}, Wallets: s.admin, Errors: s.errors, OwnerKey: s.ownerKey, Profiles: s.editor(), Backups: lastBackup(s.db), Notes: &s.store.Notes, Creators: s.creators.creators(desk, s.backend())}
	face.MayUpload = admin.MayUpload(dashboard)
	face.Mount = dashboard.On(face)
	if err := face.Open(); err != nil {
		return nil, nil, err
	}
	return engine, face, nil
}

// step finishes the start, and then runs the engine until ctx is done.
func (s *instance) step(ctx context.Context, engine *mint.Engine) error {
	if s.begin != nil {
		if err := s.begin(ctx, engine.Waiting); err != nil {
			return err
		}
	}
	ctx, end := context.WithCancel(ctx)
	var tasks sync.WaitGroup
	if s.sender != nil {
		tasks.Go(func() { s.watchGas(ctx, gasEvery) })
	}
	tasks.Go(func() { (&start{node: s.node, store: s.store, minter: s.minter, log: s.log}).take(ctx, s.db) })
	defer func() { end(); tasks.Wait() }() // it writes to the database
	if s.relay != nil {
		tasks.Go(func() { _ = s.relay.Run(ctx) }) // the engine ends, too, if another process took over
	}
	if s.ownRelay != nil {
		tasks.Go(func() { _ = s.ownRelay.Run(ctx) })
	}
	go s.node.Watch(ctx, engine.HeadChanged)
	tasks.Go(func() { s.holders.run(ctx) })
	go new(memory).tend(ctx)
	go (&profile.Mirror{Editor: s.editor(), Profiles: s.store.Profiles.Profiles, Changed: s.store.Profiles.Reload, Log: s.log}).Run(ctx)
	return engine.Run(ctx)
}

// backend returns the dashboard's backend.
func (s *instance) backend() *deploy.Backend {
	return deploy.NewBackend(deploy.Config{Store: s.store, Client: s.node.Client, Network: s.node.network, Assets: s.node.assets(), Minter: s.minter, Deployer: s.deployer, Clock: s.clock, Log: s.log})
}

// editor returns what edits the pages of launches.
func (s *instance) editor() profile.Editor {
	return profile.Editor{Store: &s.store.Profiles, Fetch: s.fetch}
}

// fetch reads a picture's URL, and logs why it could not.
func (s *instance) fetch(ctx context.Context, url string) ([]byte, error) {
	body, err := media.Fetcher{Dial: webhook.DialPublic}.Get(ctx, url)
	if err != nil {
		s.log.Info("a picture was not read", "url", url, "err", err, "cause", errors.Unwrap(err))
	}
	return body, err
}

// nodes returns the status of each node for the server.
func (s *instance) nodes() []api.Node {
	var all []api.Node
	for _, status := range s.node.Nodes() {
		n := api.Node{Host: status.Host, Ok: status.Ok, Head: status.Head, Notice: status.Notice}
		if status.Err != nil {
			n.Reason = status.Err.Error()
		}
		all = append(all, n)
	}
	return all
}
