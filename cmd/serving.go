package cmd

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"golang.org/x/sync/errgroup"

	"github.com/mint402/mint402/farcaster"
	"github.com/mint402/mint402/proof"
	"github.com/mint402/mint402/server/admin"
	"github.com/mint402/mint402/store"
	"github.com/mint402/mint402/web"
	"github.com/mint402/mint402/x402"
)

// A serving is one run of mint402 serve, up to the moment at which the server runs.
type serving struct {
	p *Program
	f *serveFlags

	// From the flags.
	log       *slog.Logger
	errors    func() []admin.LogRecord // from the log
	admin     []common.Address
	proxies   []netip.Prefix
	creators  *openLaunches // nil: only --admin launches
	brand     web.Brand
	farcaster *farcaster.Manifest
	markets   []*market // one for each chain; the first is the default

	proofs []*ecdsa.PrivateKey // empty: offers and receipts are not signed

	ln     net.Listener
	public string       // URL under which clients reach the server
	store  *store.Store // with the books of all chains
	made   bool         // the database is new
}

// readKeys reads all keys.
func (b *serving) readKeys(ctx context.Context) (err error) {
	var senders, others []*account
	for _, m := range b.markets {
		if err := m.readKeys(ctx, b.p); err != nil {
			return err
		}
		for _, key := range m.keys.senders {
			if !slices.ContainsFunc(senders, func(a *account) bool { return a.address() == key.address() }) {
				senders = append(senders, key)
			}
		}
		others = append(others, m.keys.minter, m.keys.deployer)
		if err := b.creators.needs(m.keys.minter); err != nil {
			return m.flags.in(err)
		}
	}
	b.proofs, err = b.p.proofKeys(&b.f.proof, b.f.db+".proof", senders, others...)
	return err
}

// agree asks before it serves on a mainnet. It refuses a database of another network first.
func (b *serving) agree(ctx context.Context) error {
	if found, err := store.Peek(b.f.db); err == nil { // open reports the error
		if err := b.owns(found); err != nil {
			return err
		}
	}
	if b.f.mainnetOK {
		return nil
	}
	for _, m := range b.markets {
		n := m.network
		if n.Testnet {
			continue
		}
		err := b.p.askWord(ctx, fmt.Sprintf("%s is a mainnet and payments are real; type %q to serve", n.Title, n.Name), n.Name)
		if err != nil {
			if _, listed := x402.NetworkByChainID(n.ChainID); !listed {
				err = hint(err, "--chain id=%d,testnet if it is a test network", n.ChainID)
			}
			return hint(err, "--mainnet-ok, or MINT402_MAINNET_OK=true, for restarts without a terminal")
		}
	}
	return nil
}

// owns returns an error if a database is of another chain than the only one of the server, or has
// a launch on a chain that the server does not have: nothing would watch what is owed to its payers.
func (b *serving) owns(found store.Contents) (err error) {
	if len(b.markets) == 1 {
		err = ofChain(found, b.markets[0].network.ChainID, common.Hash{})
	}
	for _, l := range found.Tokens {
		if _, unserved := on(b.markets, l.ChainID); err == nil && unserved != nil {
			err = notServed(l.ChainID, b.markets)
		}
	}
	if err != nil {
		return fmt.Errorf("open store %s: %w", b.f.db, err)
	}
	return nil
}

// notServed is the error for a database with launches on a chain that is not one of the server's.
func notServed(chainID uint64, served []*market) error {
	err := fmt.Errorf("the database has launches on %s, and the server would sell on %s only", titleOf(chainID), namesOf(served))
	return hint(err, "serve --chains FILE sells on several chains: give it %s as well; or another database with --db", networkName(chainID))
}

// open opens the listener, the nodes and the database. With --standby it listens last:
// the server before this one may use the same address, and a health check during standby
// must not find a server there. It returns false if ctx ended during standby.
func (b *serving) open(ctx context.Context) (proceed bool, err error) {
	if !b.f.standby {
		if b.ln, b.public, err = b.f.address(ctx); err != nil {
			return false, err
		}
	}
	for _, m := range b.markets {
		if m.node, err = m.flags.node.later(); err != nil {
			return false, m.flags.in(err)
		}
		m.node.MaxFee = m.settings.MaxFee // for the dashboard's deployments
		m.node.Notice = func(host, notice string) { m.log.Warn(notice, "host", host) }
		m.alone = len(b.markets) == 1
		m.begin = &start{node: m.node, log: m.log, alone: m.alone}
	}
	if b.store, b.made, err = b.openDatabase(ctx); b.store == nil || err != nil {
		return false, err
	}
	for _, m := range b.markets {
		m.store = b.store.On(m.network.ChainID)
		m.begin.store = m.store
	}
	if b.f.standby {
		if b.ln, b.public, err = b.f.address(ctx); err != nil {
			return false, err
		}
	}
	return true, nil
}

// close closes what open opened. After a failure it removes a new database without a
// launch.
func (b *serving) close(ctx context.Context, failed error) {
	if b.store != nil {
		launches, err := b.store.Launches(context.WithoutCancel(ctx))
		b.store.Close()
		if failed != nil && b.made && err == nil && len(launches) == 0 {
			removeDatabase(b.f.db)
		}
	}
	for _, m := range b.markets {
		if m.node != nil {
			m.node.Close()
		}
	}
	if b.ln != nil {
		b.ln.Close()
	}
}

// register updates the texts of registered launches, and finds those that are to be
// registered at the start. There must be something to sell, or a dashboard.
func (b *serving) register(ctx context.Context) error {
	something := len(b.admin) > 0 || b.creators != nil
	for _, m := range b.markets {
		if err := m.register(ctx); err != nil {
			return err
		}
		something = something || len(m.launches)+len(m.begin.listings) > 0
	}
	if !something {
		return b.f.noLaunches(b.made)
	}
	for _, m := range b.markets {
		if err := m.readAssets(ctx); err != nil {
			return err
		}
	}
	return nil
}

// instance puts the parts of the server together, and logs what it sells.
func (b *serving) instance(ctx context.Context) (*instance, error) {
	i := &instance{ownRate: b.f.facilitators.ownRate(), store: b.store, db: b.f.db, markets: b.markets, clock: b.p.Now, log: b.log, url: b.public, wait: b.f.wait, drain: b.f.drain,
		walletConnect: b.f.walletConnect, brand: b.brand, farcaster: b.farcaster, admin: b.admin, creators: b.creators, errors: b.errors, proxies: b.proxies, webhooks: b.f.webhooks, noHolders: b.f.noHolders, funders: b.f.funders}
	var err error
	if i.challenges, err = challengeKeys(b.f.challengeFile()); err != nil {
		return nil, err
	}
	var group errgroup.Group // each may wait for its facilitators
	for _, m := range b.markets {
		group.Go(func() error { return m.settle(ctx, b.p, b.public, b.f.wait) })
	}
	if err = group.Wait(); err != nil {
		return nil, err
	}
	if i.metrics, err = b.f.access.listenMetrics(ctx); err != nil {
		return nil, err
	}
	if i.proofs, err = b.f.proof.issuer(b.public, b.proofs); err != nil {
		return nil, err
	}
	if b.f.proof.foreign {
		i.foreignKeys = proof.Web{}.Get
	}
	if len(b.admin) > 0 && !strings.HasPrefix(b.public, "https://") && !local(b.public) {
		b.log.Warn("sign-ins to the dashboard can be overheard: use an https public URL", "url", b.public)
	}
	for _, m := range b.markets {
		m.takeKeys()
		m.logStart()
	}
	return i, nil
}

// openDatabase opens the database and reports whether it is new. With --standby it waits until
// no other server has it open. If ctx ends first, store and error are nil.
func (b *serving) openDatabase(ctx context.Context) (s *store.Store, made bool, err error) {
	db := b.f.db
	found, err := store.Peek(db)
	if err != nil {
		return nil, false, err
	}
	if err := b.owns(found); err != nil {
		return nil, false, err
	}
	b.remember(found)
	if found.Old && len(b.markets) == 1 {
		// Opening the database migrates it. So first make sure that it belongs to this chain.
		// With several chains that would let one of them hold up the others; and a copy of the
		// old database is kept.
		begin := b.markets[0].begin
		begin.log.Info("waiting for a node before the database is migrated to this version", "db", db)
		if err := begin.patiently(ctx, "reach the chain", begin.connect, nil); err != nil {
			return nil, false, err
		}
	}
	s, err = openLocked(db)
	if !b.f.standby || !errors.Is(err, store.ErrLocked) {
		return s, !found.Exists, err
	}
	b.log.Info("standing by: another server uses the database; this one serves when that one stops", "db", db)
	again := time.NewTicker(250 * time.Millisecond)
	defer again.Stop()
	for errors.Is(err, store.ErrLocked) {
		select {
		case <-again.C:
			s, err = openLocked(db)
		case <-ctx.Done():
			return nil, false, nil
		}
	}
	if err == nil {
		b.log.Info("the other server has stopped; this one now uses the database", "db", db)
		if found, err = store.Peek(db); err == nil {
			err = b.owns(found)
		}
		b.remember(found)
	}
	return s, false, err
}

// remember notes the genesis blocks that a database has of the server's chains.
func (b *serving) remember(found store.Contents) {
	for _, m := range b.markets {
		m.begin.genesis = found.Chains[m.network.ChainID]
	}
}
