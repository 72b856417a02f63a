package cmd

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/cmd/deploy"
	"github.com/mint402/mint402/cmd/failpoint"
	"github.com/mint402/mint402/facilitator"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/relay"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/source"
	"github.com/mint402/mint402/store"
	"github.com/mint402/mint402/x402"
)

// A market is one chain that a server sells on, with all that belongs to this chain: nodes, keys,
// limits, facilitators, the engine and the tasks around it. What happens in one market does not
// stop another.
type market struct {
	flags   *chainFlags // nil in the demo
	network x402.Network
	log     *slog.Logger

	// From the flags.
	listings     []deploy.Listing
	assets       []common.Address // of --asset
	services     []source.Service // that get the launches' sources; may be empty
	settings     mint.Settings    // for the engine; zero values mean its defaults
	facilitators *facilitator.List
	modes        facilitator.Modes
	keys         marketKeys

	// From the database.
	store    *store.Store  // the view of this chain
	launches []mint.Launch // that it has at the start
	begin    *start        // the rest of the start; nil if the chain is read already

	node             *node
	senders          []common.Address
	minter, deployer common.Address // zero: there is no such key
	relay            *facilitator.Relay
	ownRelay         *relay.Relay // settles payments of others, for tokens; nil: none
	rpc              string       // the node for wallets on the demo's page
	alone            bool         // there is no other chain: an error of this one is the server's

	// Made by assemble.
	engine      *mint.Engine
	blocks      api.Blocks
	holders     *holders // nil: who holds the tokens is not followed
	sources     *source.Publisher
	deployments *deploy.Backend
	begun       atomic.Bool // the chain was reached
}

// marketKeys are the keys of a market, before its client has them.
type marketKeys struct {
	senders                 []*account
	minter, deployer, relay *account // nil: none
}

// all returns the keys that send transactions of the engine and the dashboard.
func (k *marketKeys) all() (all []*account) {
	for _, a := range append(slices.Clone(k.senders), k.minter, k.deployer) {
		if a != nil {
			all = append(all, a)
		}
	}
	return all
}

// newMarket reads the flags of a chain, before a key is read or a node is asked.
func (b *serving) newMarket(f *chainFlags) (*market, error) {
	m := &market{flags: f, log: b.log}
	var err error
	if m.listings, err = f.listing.all(); err != nil {
		return nil, f.in(err)
	}
	if m.network, err = f.node.named(); err != nil {
		if f.node.chain == "" {
			err = f.at("network", err)
		}
		return nil, f.in(err)
	}
	if _, err = f.node.addresses(); err != nil {
		return nil, f.in(err)
	}
	if f.place != "" {
		m.log = b.log.With("chain", m.network.Name)
	}
	if m.services, err = b.f.source.services(b.p, m.network); err != nil {
		return nil, err
	}
	if m.settings, err = f.limits.settings(m.network); err != nil {
		return nil, f.in(err)
	}
	if err = b.f.creators.budget(m.network, &m.settings); err != nil {
		return nil, f.in(err)
	}
	for _, given := range f.assets {
		address, err := assetAddress(m.network, given)
		if err != nil {
			return nil, f.in(err)
		}
		m.assets = append(m.assets, address)
	}
	return m, f.in(m.readFacilitators(b.p))
}

// readKeys reads the keys of a chain.
func (m *market) readKeys(ctx context.Context, p *Program) (err error) {
	k, f := &m.keys, m.flags
	if k.senders, err = f.keys.accounts(ctx, p); err != nil {
		return f.at("senderKeyFile", err)
	}
	if k.minter, err = p.minterKey(ctx, f.minter); err != nil {
		return f.at("minterKeyFile", err)
	}
	if k.deployer, err = p.deployerKey(ctx, f.deployer, append(slices.Clone(k.senders), k.minter)); err != nil {
		return f.at("deployerKeyFile", err)
	}
	if f.facilitators.tokens == nil {
		return nil
	}
	k.relay, err = p.apartKey(ctx, relayKey, f.facilitators.relayKey, k.all(), "give the relay a separate key, or none")
	if err == nil && k.relay == nil {
		err = hint(errors.New("payments of others are sent with a key of their own, and there is none"), "set MINT402_RELAY_KEY, or --relay-key-file FILE")
	}
	return f.at("relayKeyFile", err)
}

// takeKeys lets the client sign with the keys.
func (m *market) takeKeys() {
	for _, key := range m.keys.senders {
		m.senders = append(m.senders, key.addTo(&m.node.Keys))
	}
	if m.keys.minter != nil {
		m.minter = m.keys.minter.addTo(&m.node.Keys)
	}
	if m.keys.deployer != nil {
		m.deployer = m.keys.deployer.addTo(&m.node.Keys)
	}
	for _, a := range m.keys.all() {
		if a.key == nil {
			m.log.Info("transactions are signed by a signer", "account", a.address(), "signer", a.signer)
			m.settings.External = append(m.settings.External, a.address())
		}
	}
	m.begin.minter = m.minter
}

// assemble opens the engine, and makes what works next to it.
func (m *market) assemble(ctx context.Context, s *instance) error {
	db, chain := failpoint.Wrap(m.store, m.node.Client)
	m.engine = &mint.Engine{
		Store: db, Chain: chain, Log: m.log, Clock: s.clock, ChainID: m.network.ChainID,
		Senders: m.senders, Minter: m.minter, Settings: m.settings,
	}
	m.blocks = chain
	if m.relay != nil {
		m.relay.Orders, m.relay.Engine, m.engine.Facilitators = db, m.engine, m.relay
	}
	if err := m.engine.Open(ctx); err != nil {
		return err
	}
	m.deployments = deploy.NewBackend(deploy.Config{Store: m.store, Client: m.node.Client, Network: m.node.network, Assets: m.node.assets, Minter: m.minter, Deployer: m.deployer, Clock: s.clock, Log: m.log})
	m.sources, m.holders = m.newPublisher(), s.followHolders(ctx, m)
	return nil
}

// unlisted returns why a launch of the configuration is not on sale, or "".
func (m *market) unlisted() string {
	if m.begin == nil || m.begin.missing.Load() == nil {
		return ""
	}
	return *m.begin.missing.Load()
}

// run finishes the start of the chain, and then runs its engine and its tasks until ctx is done.
// An error ends the server. An error of one of several chains does so only if another process
// has taken over the database.
func (m *market) run(ctx context.Context, s *instance) error {
	if m.begin != nil {
		if err := m.begin.run(ctx, m.engine.Waiting); err != nil {
			return err
		}
	}
	m.begun.Store(true)
	if !m.alone {
		m.log.Info("chain reached")
	}
	ctx, end := context.WithCancel(ctx)
	var tasks sync.WaitGroup
	defer func() { end(); tasks.Wait() }() // they write to the database
	if m.relay != nil {
		tasks.Go(func() { _ = m.relay.Run(ctx) }) // the engine ends, too, if another process took over
	}
	if m.ownRelay != nil {
		tasks.Go(func() { _ = m.ownRelay.Run(ctx) })
	}
	go m.node.Watch(ctx, m.engine.HeadChanged)
	tasks.Go(func() { m.holders.run(ctx) })
	return m.engine.Run(ctx)
}

// drain lets running payments end, until ctx is done. A chain that was not reached has nothing that
// could end.
func (m *market) drain(ctx context.Context) {
	if !m.begun.Load() {
		return
	}
	switch err := m.engine.Drain(ctx); {
	case errors.Is(err, context.DeadlineExceeded):
		m.log.Warn("payments are still in progress; the next start continues with them")
	case err != nil:
		m.log.Error("drain", "err", err)
	}
}

// register updates the texts of registered launches, and finds those that are to be registered
// at the start.
func (m *market) register(ctx context.Context) (err error) {
	if m.begin.listings, err = renew(ctx, m.store, m.listings); err != nil {
		return err
	}
	m.launches, err = m.store.Launches(ctx)
	return err
}

// nodes returns the status of each node for the server.
func (m *market) nodes() []api.Node {
	var all []api.Node
	for _, status := range m.node.Nodes() {
		n := api.Node{Host: status.Host, Ok: status.Ok, Head: status.Head, Notice: status.Notice}
		if status.Err != nil {
			n.Reason = status.Err.Error()
		}
		all = append(all, n)
	}
	return all
}

// newPublisher returns what publishes the sources of this chain's launches.
func (m *market) newPublisher() *source.Publisher {
	return &source.Publisher{Services: m.services, Code: launchCode, Store: store.SourceTable{Store: m.store}, Now: time.Now, Log: m.log,
		Contracts: func(ctx context.Context) (all []source.Contract, err error) {
			launches, err := m.store.Launches(ctx)
			for _, l := range launches {
				all = append(all, launchContract(m.node, l))
			}
			return all, err
		}}
}

// settle makes what settles payments with facilitators, and for holders of tokens. url is the
// server's.
func (m *market) settle(ctx context.Context, p *Program, url string, wait time.Duration) (err error) {
	if m.relay, err = m.newRelay(ctx, url); err != nil || m.keys.relay == nil {
		return err
	}
	account := m.keys.relay.addTo(&m.node.Keys)
	tokens := m.flags.facilitators.tokens
	m.ownRelay = &relay.Relay{Tokens: tokens, Store: &m.store.Relayed, Chain: m.node.Client, Signer: m.node.Keys.Signer(account), ChainID: m.network.ChainID,
		MaxFee: m.settings.MaxFee, Clock: p.Now, Log: m.log, Wait: wait}
	m.log.Info("payments of others are settled for tokens", "tokens", len(tokens), "account", account)
	return nil
}

// logStart logs what the market sells.
func (m *market) logStart() {
	m.log.Info("gas limits", "maxFee", gwei.Format(m.settings.MaxFee)+" gwei", "aDay", budgetLine(m.settings.Budget), "aMint", m.flags.limits.gasLine(m.network))
	for _, l := range m.launches {
		if l.Delisted {
			m.log.Warn("not on offer: it was delisted", "launch", l.Slug, "relist", "mint402 relist "+l.Slug)
			continue
		}
		m.log.Info("on offer", "launch", l.Slug, "symbol", l.Symbol, "token", l.Token.Hex(), "price", l.Asset.Format(l.Price)+" "+l.Asset.Symbol)
	}
}

// on returns the market of a chain. Zero is that of the only chain.
func on(all []*market, chainID uint64) (*market, error) {
	for _, m := range all {
		if m.network.ChainID == chainID || chainID == 0 && len(all) == 1 {
			return m, nil
		}
	}
	return nil, fmt.Errorf("this server does not sell on %s", titleOf(chainID))
}
