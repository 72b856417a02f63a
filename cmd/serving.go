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

	"github.com/mint402/mint402/cmd/deploy"
	"github.com/mint402/mint402/facilitator"
	"github.com/mint402/mint402/farcaster"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/proof"
	"github.com/mint402/mint402/server/admin"
	"github.com/mint402/mint402/source"
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
	listings  []deploy.Listing
	proxies   []netip.Prefix
	network   x402.Network
	services  []source.Service // that verify sources
	creators  *openLaunches    // nil: only --admin launches
	limits    mint.Settings
	brand     web.Brand
	farcaster *farcaster.Manifest

	facilitators *facilitator.List // nil: payments are settled by our own senders
	modes        facilitator.Modes

	senders          []*account
	minter, deployer *account            // nil: none
	proofs           []*ecdsa.PrivateKey // empty: offers and receipts are not signed

	ln       net.Listener
	public   string // URL under which clients reach the server
	node     *node
	store    *store.Store
	made     bool // the database is new
	begin    *start
	launches []mint.Launch // that the database has
}

// readKeys reads all keys.
func (b *serving) readKeys(ctx context.Context) (err error) {
	if b.senders, err = b.f.keys.accounts(ctx, b.p); err != nil {
		return err
	}
	if b.minter, err = b.p.minterKey(ctx, b.f.minter); err != nil {
		return err
	}
	if b.deployer, err = b.p.deployerKey(ctx, b.f.deployer, append(slices.Clone(b.senders), b.minter)); err != nil {
		return err
	}
	if b.proofs, err = b.p.proofKeys(&b.f.proof, b.f.db+".proof", b.senders, b.minter, b.deployer); err != nil {
		return err
	}
	return b.creators.needs(b.minter)
}

// agree asks before it serves on a mainnet. It refuses a database of another network first.
func (b *serving) agree(ctx context.Context) error {
	if found, err := store.Peek(b.f.db); err == nil { // open reports the error
		if err := ofChain(found, b.network.ChainID, common.Hash{}); err != nil {
			return fmt.Errorf("open store %s: %w", b.f.db, err)
		}
	}
	if b.network.Testnet || b.f.mainnetOK {
		return nil
	}
	err := b.p.askWord(ctx, fmt.Sprintf("%s is a mainnet and payments are real; type %q to serve", b.network.Title, b.network.Name), b.network.Name)
	if err != nil {
		if _, listed := x402.NetworkByChainID(b.network.ChainID); !listed {
			err = hint(err, "--chain id=%d,testnet if it is a test network", b.network.ChainID)
		}
		return hint(err, "--mainnet-ok, or MINT402_MAINNET_OK=true, for restarts without a terminal")
	}
	return nil
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
	if b.node, err = b.f.node.later(); err != nil {
		return false, err
	}
	b.node.MaxFee = b.limits.MaxFee // for the dashboard's deployments
	b.node.Notice = func(host, notice string) { b.log.Warn(notice, "host", host) }
	b.begin = &start{node: b.node, log: b.log}
	if b.store, b.made, err = b.f.openDatabase(ctx, b.begin); b.store == nil || err != nil {
		return false, err
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
	if b.node != nil {
		b.node.Close()
	}
	if b.ln != nil {
		b.ln.Close()
	}
}

// register updates the texts of registered launches, and finds those that are to be
// registered at the start. There must be something to sell, or a dashboard.
func (b *serving) register(ctx context.Context) (err error) {
	if b.begin.listings, err = renew(ctx, b.store, b.listings); err != nil {
		return err
	}
	if b.launches, err = b.store.Launches(ctx); err != nil {
		return err
	}
	if len(b.launches) == 0 && len(b.begin.listings) == 0 && len(b.admin) == 0 && b.creators == nil {
		return b.f.noLaunches(b.made)
	}
	return b.readAssets(ctx)
}

// instance puts the parts of the server together, and logs what it sells.
func (b *serving) instance(ctx context.Context) (*instance, error) {
	i := &instance{ownRate: b.f.facilitators.ownRate(), store: b.store, db: b.f.db, node: b.node, settings: b.limits, clock: b.p.Now, log: b.log, url: b.public, wait: b.f.wait, drain: b.f.drain,
		walletConnect: b.f.walletConnect, brand: b.brand, farcaster: b.farcaster, admin: b.admin, creators: b.creators, errors: b.errors, proxies: b.proxies, webhooks: b.f.webhooks, services: b.services, noHolders: b.f.noHolders, funders: b.f.funders}
	var err error
	if i.challenges, err = challengeKeys(b.f.challengeFile()); err != nil {
		return nil, err
	}
	if err = b.relays(ctx, i); err != nil {
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
	for _, key := range b.senders {
		i.senders = append(i.senders, key.addTo(&b.node.Keys))
	}
	if b.minter != nil {
		i.minter = b.minter.addTo(&b.node.Keys)
	}
	if b.deployer != nil {
		i.deployer = b.deployer.addTo(&b.node.Keys)
	}
	for _, a := range append(b.senders[:len(b.senders):len(b.senders)], b.minter, b.deployer) {
		if a != nil && a.key == nil {
			b.log.Info("transactions are signed by a signer", "account", a.address(), "signer", a.signer)
			i.settings.External = append(i.settings.External, a.address())
		}
	}
	b.begin.store, b.begin.minter, i.begin = b.store, i.minter, b.begin.run
	b.logStart()
	return i, nil
}

func (b *serving) logStart() {
	if len(b.admin) > 0 && !strings.HasPrefix(b.public, "https://") && !local(b.public) {
		b.log.Warn("sign-ins to the dashboard can be overheard: use an https public URL", "url", b.public)
	}
	b.log.Info("gas limits", "maxFee", gwei.Format(b.limits.MaxFee)+" gwei", "aDay", budgetLine(b.limits.Budget), "aMint", b.f.limits.gasLine(b.network))
	for _, l := range b.launches {
		if l.Delisted {
			b.log.Warn("not on offer: it was delisted", "launch", l.Slug, "relist", "mint402 relist "+l.Slug)
			continue
		}
		b.log.Info("on offer", "launch", l.Slug, "symbol", l.Symbol, "token", l.Token.Hex(), "price", l.Asset.Format(l.Price)+" "+l.Asset.Symbol)
	}
}

// address returns a listener, which the caller closes, and the public URL.
func (f *serveFlags) address(ctx context.Context) (net.Listener, string, error) {
	ln, err := listen(ctx, f.listen)
	if err != nil {
		return nil, "", err
	}
	public, err := publicURL(f.publicURL, ln)
	if err != nil {
		ln.Close()
		return nil, "", err
	}
	return ln, public, nil
}

// openDatabase opens the database and reports whether it is new. With --standby it waits until
// no other server has it open. If ctx ends first, store and error are nil.
func (f *serveFlags) openDatabase(ctx context.Context, begin *start) (s *store.Store, made bool, err error) {
	found, err := store.Peek(f.db)
	if err != nil {
		return nil, false, err
	}
	network := begin.node.network
	if err := ofChain(found, network.ChainID, common.Hash{}); err != nil {
		return nil, false, fmt.Errorf("open store %s: %w", f.db, err)
	}
	begin.genesis = found.Chains[network.ChainID]
	if found.Old {
		// Opening the database migrates it. So first make sure that it belongs to
		// this chain.
		begin.log.Info("waiting for a node before the database is migrated to this version", "db", f.db)
		if err := begin.patiently(ctx, "reach the chain", begin.connect, nil); err != nil {
			return nil, false, err
		}
	}
	s, err = openLocked(f.db)
	if !f.standby || !errors.Is(err, store.ErrLocked) {
		return f.onChain(s, network.ChainID), !found.Exists, err
	}
	begin.log.Info("standing by: another server uses the database; this one serves when that one stops", "db", f.db)
	again := time.NewTicker(250 * time.Millisecond)
	defer again.Stop()
	for errors.Is(err, store.ErrLocked) {
		select {
		case <-again.C:
			s, err = openLocked(f.db)
		case <-ctx.Done():
			return nil, false, nil
		}
	}
	if err == nil {
		begin.log.Info("the other server has stopped; this one now uses the database", "db", f.db)
		found, err = store.Peek(f.db)
		begin.genesis = found.Chains[network.ChainID]
	}
	return f.onChain(s, network.ChainID), false, err
}

// onChain returns the books of a chain, or nil without a store.
func (f *serveFlags) onChain(s *store.Store, chainID uint64) *store.Store {
	if s == nil {
		return nil
	}
	return s.On(chainID)
}

// noLaunches returns the error for a server without launches. If the database is new,
// the hint covers the case that an old one was lost.
func (f *serveFlags) noLaunches(made bool) error {
	err := errors.New("there is nothing to sell")
	if made {
		err = fmt.Errorf("%w: there is no database at %s", err, f.db)
		return hint(err, "--token ADDRESS of a launch; mint402 launch deploys one. If the database was lost, restore a backup or run mint402 rebuild")
	}
	return hint(err, "--token ADDRESS of a launch; mint402 launch deploys one")
}
