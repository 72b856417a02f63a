package cmd

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/cmd/deploy"
	"github.com/mint402/mint402/cmd/memory"
	"github.com/mint402/mint402/facilitator"
	"github.com/mint402/mint402/farcaster"
	"github.com/mint402/mint402/media"
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

// instance is one running server: an HTTP server for one database, and a market for each chain.
type instance struct {
	store   *store.Store // with the books of all chains
	db      string       // its path
	markets []*market    // the first is the default
	// admin lists the wallets that may sign in to the dashboard. If it is empty, the
	// dashboard is off.
	admin    []common.Address
	creators *openLaunches            // nil: only those wallets launch
	ownerKey string                   // in the demo; see admin.Dashboard
	errors   func() []admin.LogRecord // from the log
	clock    func() time.Time
	log      *slog.Logger

	challenges [][]byte      // see server.Server
	proofs     *proof.Issuer // signs offers and receipts; may be nil
	// foreignKeys requests keys of other servers; see server.Server. It may be nil.
	foreignKeys func(ctx context.Context, url string) ([]byte, error)
	webhooks    string          // the file of endpoints; empty: no webhooks are sent
	sender      *webhook.Sender // nil: as webhooks
	ownRate     int             // of requests to our own facilitator; see server.Server

	proxies []netip.Prefix // trusted to report client addresses
	metrics net.Listener   // where metrics are served; nil if with everything else

	url string
	// walletConnect is a project id, or empty.
	walletConnect            string
	brand                    web.Brand           // the operator's own; empty: mint402's
	farcaster                *farcaster.Manifest // nil: none
	demo, noHolders, funders bool
	fund                     func(context.Context, common.Address) error // only in the demo; see server.Server
	wait                     time.Duration
	drain                    time.Duration
	ready                    func() // called once requests are answered; may be nil
}

// run serves on the listener until ctx is done. Then it stops accepting, lets running
// requests and payments end for up to drain, and returns.
func (s *instance) run(ctx context.Context, ln net.Listener) error {
	defer ln.Close()
	face, err := s.assemble(ctx)
	if err != nil {
		return err
	}
	// Running payments continue after ctx is done.
	stepping, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	if s.metrics != nil {
		go serveMetrics(stepping, s.metrics, face.Metrics())
	}
	sent, published := s.sendWebhooks(stepping), s.publish(stepping)
	defer func() { stop(); <-sent; <-published }()
	stepped, served := make(chan error, 1), make(chan error, 1)
	go func() { stepped <- s.step(stepping) }()
	go func() { served <- face.Serve(ln) }()
	s.log.Info("serving", "url", s.url, "listen", ln.Addr().String(), "network", namesOf(s.markets))
	if s.ready != nil {
		for _, m := range s.markets {
			m.engine.WaitOpen(ctx)
		}
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
	var draining sync.WaitGroup
	for _, m := range s.markets {
		draining.Go(func() { m.drain(ending) })
	}
	draining.Wait()
	s.log.Info("stopped")
	return failed
}

// assemble opens the engines and the HTTP server.
func (s *instance) assemble(ctx context.Context) (*server.Server, error) {
	for _, m := range s.markets {
		if err := m.assemble(ctx, s); err != nil {
			return nil, err
		}
	}
	presenter := s.presenter()
	face := &server.Server{
		Presenter: presenter, Wait: s.wait, WalletConnect: s.walletConnect, Fund: s.fund,
		TrustedProxies: s.proxies, MetricsApart: s.metrics != nil, Challenges: s.challenges,
		Ledger: ledgers(s.markets), ForeignKeys: s.foreignKeys,
		Features: discovery.Features{MCP: true, MPP: true, Farcaster: s.farcaster, Name: s.brand.Site()}, Brand: s.brand, Lists: s.lists(),
	}
	face.FacilitatorRate, face.Relays = s.ownRate, map[uint64]*relay.Relay{}
	face.OpenLaunches = s.creators.toAll()
	for _, m := range s.markets {
		face.Collectors = append(face.Collectors, source.Collector{Publisher: m.sources})
		if m.relay != nil {
			face.Collectors = append(face.Collectors, facilitator.Collector{List: m.relay.List, Chain: m.network.Name})
		}
		if m.ownRelay != nil {
			face.Relays[m.network.ChainID] = m.ownRelay
			face.Collectors = append(face.Collectors, relay.Collector{Relay: m.ownRelay, Chain: m.network.Name})
		}
	}
	if s.sender = s.newSender(presenter); s.sender != nil {
		face.Collectors = append(face.Collectors, webhook.Collector{Sender: s.sender})
	}
	desks := map[uint64]*admin.Desk{}
	for _, m := range s.markets {
		desks[m.network.ChainID] = &admin.Desk{Backend: m.deployments, Creators: s.creators.backend(m.deployments), Assets: m.node.choices, Deployer: m.deployer}
	}
	dashboard := &admin.Dashboard{Presenter: presenter, Desks: desks, Wallets: s.admin, Errors: s.errors, OwnerKey: s.ownerKey, Profiles: s.editor(), Backups: lastBackup(s.db), Notes: &s.store.Notes, Creators: s.creators.creators()}
	face.MayUpload = admin.MayUpload(dashboard)
	face.Mount = dashboard.On(face)
	return face, face.Open()
}

// presenter makes the answers, with a chain for each market.
func (s *instance) presenter() *api.Presenter {
	p := &api.Presenter{Reader: s.store, Profiles: &s.store.Profiles, PublicURL: s.url, Version: build().Version, Demo: s.demo, Log: s.log, Proofs: s.proofs}
	for _, m := range s.markets {
		c := &api.Chain{Network: m.node.network, Engine: m.engine, Blocks: m.blocks, RPC: m.rpc, Nodes: m.nodes, Sources: m.sources.Of, Unlisted: m.unlisted}
		if m.relay != nil {
			c.Facilitators = m.relay.List.Status
		}
		p.Chains = append(p.Chains, c)
	}
	return p
}

// step runs all markets, and the tasks of the server, until ctx is done or a market ends with an
// error: then all end.
func (s *instance) step(ctx context.Context) error {
	ctx, end := context.WithCancel(ctx)
	var tasks sync.WaitGroup
	defer func() { end(); tasks.Wait() }() // they write to the database
	if s.sender != nil {
		tasks.Go(func() { s.watchGas(ctx, gasEvery) })
	}
	tasks.Go(func() { s.take(ctx) })
	go new(memory.Keeper).Tend(ctx)
	go (&profile.Mirror{Editor: s.editor(), Profiles: s.store.Profiles.Profiles, Changed: s.store.Profiles.Reload, Log: s.log}).Run(ctx)
	ended := make(chan error, len(s.markets))
	for _, m := range s.markets {
		go func() { ended <- m.run(ctx, s) }()
	}
	var failed error
	for range s.markets {
		if err := <-ended; err != nil {
			end()
			if failed == nil || errors.Is(failed, context.Canceled) {
				failed = err
			}
		}
	}
	return failed
}

// publish publishes the launches' sources until ctx ends. The returned channel is closed when
// that has ended.
func (s *instance) publish(ctx context.Context) <-chan struct{} {
	ended := make(chan struct{})
	var running sync.WaitGroup
	for _, m := range s.markets {
		running.Go(func() { m.sources.Run(ctx) })
	}
	go func() { running.Wait(); close(ended) }()
	return ended
}

// take registers the launches that "mint402 launch" gives to this server while it runs, by the
// checks of a start, and makes the changes of "mint402 home", until ctx ends.
func (s *instance) take(ctx context.Context) {
	requests, err := deploy.NewRequests(s.db)
	if err != nil {
		s.log.Error("other commands cannot ask this server for anything", "err", err)
		return
	}
	note := deploy.ServerNote{Minter: s.markets[0].minter, Minters: map[uint64]common.Address{}}
	for _, m := range s.markets {
		note.Minters[m.network.ChainID] = m.minter
	}
	if err := requests.Announce(note); err != nil {
		s.log.Warn("mint402 launch does not learn this server's minter", "err", err)
	}
	requests.Serve(ctx, s.log, s.accept, func(ctx context.Context, c deploy.Change) error {
		err := c.Make(ctx, s.store)
		if err == nil || ctx.Err() != nil {
			return err
		}
		return &deploy.RequestRefused{Reason: inWords(err)}
	})
}

// accept registers the launch of a request.
func (s *instance) accept(ctx context.Context, want deploy.Listing) error {
	m, err := on(s.markets, want.ChainID)
	if err != nil {
		return &deploy.RequestRefused{Reason: inWords(err), Hint: "give the file of --chains the chain of the launch as well, and start the server again"}
	}
	if !m.begun.Load() {
		return fmt.Errorf("%s is not reached yet", m.network.Title) // the request is tried again
	}
	one := &start{node: m.node, store: m.store, listings: []deploy.Listing{want}, minter: m.minter, log: m.log}
	err = one.register(ctx)
	if err == nil || chain.Passing(err) || ctx.Err() != nil {
		return err
	}
	m.log.Error("launch not put on sale", "token", want.Token.Hex(), "err", err)
	return &deploy.RequestRefused{Reason: inWords(err), Hint: strings.Join(hintsOf(err), "; ")}
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
