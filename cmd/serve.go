package cmd

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/spf13/cobra"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/store"
)

const serveHelp = `
serve sells launches over HTTP: GET /mint asks for payment, and a payment gets
its tokens. It checks keys, contracts and chain first, and does not start if it
could not deliver.

usage: mint402 serve [--token ADDRESS]… [flags]

    $ export MINT402_SENDER_KEY=…
    $ mint402 serve --token 0x5FbD… --public-url https://mint.example
    $ mint402 serve                          # what the database knows
    $ mint402 serve --network base --rpc https://…,wss://… --mainnet-ok

The sender's key needs coin for gas and has no say over the contract; several,
separated by commas, send side by side. The minter's key is only needed to mint
for payments that were settled elsewhere.

An interrupt or SIGTERM stops accepting and lets payments under way end; a
second one exits at once, and loses nothing either: the next start goes on.

flags
    --token ADDRESS     put this launch on sale; may be repeated
    --slug NAME         its name in paths (default from its symbol)
    --description TEXT  a sentence about it
    --image URL         a picture of it
    --deployed-at N     the block it was deployed in (default: found)
    --listen ADDRESS    (default 127.0.0.1:4021)
    --public-url URL    what clients call this server (default http://LISTEN)
    --walletconnect ID  offer WalletConnect in the page, under this project
    --db FILE           the database, made if new (default mint402.db)
    --wait TIME         how long a paid request waits for its mint (default 20s)
    --drain TIME        how long payments may take to end at the end (default 30s)
    --standby           wait until no other server uses the database, then serve
    --admin ADDRESS     let this wallet sign in to the dashboard at /admin; may be
                        repeated (default: the dashboard is off)
    --mainnet-ok        serve on a mainnet without asking` + nodeHelp + `
keys
    MINT402_SENDER_KEY       private keys, 64 hex digits each
    MINT402_MINTER_KEY       private key of the minter; may be missing
    --key-file FILE          a file that holds the sender's keys
    --keystore FILE          a geth keystore file, with
    --passphrase-file FILE   the file that holds its passphrase
    --minter-key-file FILE   a file that holds the minter's key
    MINT402_DEPLOYER_KEY     private key that the dashboard deploys launches with;
                             may be missing, and is none of the others
    --deployer-key-file FILE a file that holds it
    The files may be readable by their owner only (chmod 600).
` + limitsHelp + accessHelp + `
log` + logHelp

type serveFlags struct {
	node                          nodeFlags
	keys                          keyFlags
	log                           logFlags
	limits                        limitFlags
	access                        accessFlags
	tokens, admin                 []string
	slug, description, image      string
	deployedAt                    uint64
	listen, publicURL, db, minter string
	deployer                      string
	walletConnect                 string
	wait, drain                   time.Duration
	mainnetOK, standby            bool
}

func (p *Program) serve() *cobra.Command {
	var f serveFlags
	c := &cobra.Command{Use: "serve", Long: serveHelp, Args: arguments(0, 0, "no arguments; --token names a launch"),
		RunE: func(c *cobra.Command, _ []string) error { return p.serveLaunches(c.Context(), &f) }}
	f.node.add(c)
	f.keys.add(c, senderKey)
	f.log.add(c)
	f.limits.add(c)
	f.access.add(c)
	c.Flags().StringSliceVar(&f.tokens, "token", nil, "")
	c.Flags().StringSliceVar(&f.admin, "admin", nil, "")
	c.Flags().StringVar(&f.slug, "slug", "", "")
	c.Flags().StringVar(&f.description, "description", "", "")
	c.Flags().StringVar(&f.image, "image", "", "")
	c.Flags().Uint64Var(&f.deployedAt, "deployed-at", 0, "")
	c.Flags().StringVar(&f.listen, "listen", "127.0.0.1:4021", "")
	c.Flags().StringVar(&f.publicURL, "public-url", "", "")
	c.Flags().StringVar(&f.walletConnect, "walletconnect", "", "")
	c.Flags().StringVar(&f.db, "db", "mint402.db", "")
	c.Flags().DurationVar(&f.wait, "wait", 20*time.Second, "")
	c.Flags().DurationVar(&f.drain, "drain", 30*time.Second, "")
	c.Flags().StringVar(&f.minter, "minter-key-file", "", "")
	c.Flags().StringVar(&f.deployer, "deployer-key-file", "", "")
	c.Flags().BoolVar(&f.mainnetOK, "mainnet-ok", false, "")
	c.Flags().BoolVar(&f.standby, "standby", false, "")
	return c
}

func (p *Program) serveLaunches(ctx context.Context, f *serveFlags) (failed error) {
	log, err := p.logger(&f.log)
	if err != nil {
		return err
	}
	log, complaints := remember(log)
	admin, err := f.wallets()
	if err != nil {
		return err
	}
	listings, err := f.listings()
	if err != nil {
		return err
	}
	proxies, err := f.access.trusted()
	if err != nil {
		return err
	}
	if !projectID.MatchString(f.walletConnect) {
		return usage("--walletconnect %q: expected a project id, 32 hex digits", f.walletConnect)
	}
	if err := f.bounded(); err != nil {
		return err
	}
	network, err := f.node.named()
	if err != nil {
		return err
	}
	limits, err := f.limits.settings(network)
	if err != nil {
		return err
	}
	senders, err := p.keys(&f.keys)
	if err != nil {
		return err
	}
	minter, err := p.minterKey(f.minter)
	if err != nil {
		return err
	}
	deployer, err := p.deployerKey(f.deployer, append(slices.Clone(senders), minter))
	if err != nil {
		return err
	}
	if !network.Testnet && !f.mainnetOK {
		err := p.askWord(ctx, fmt.Sprintf("%s is a mainnet and payments are real; type %q to serve", network.Title, network.Name), network.Name)
		if err != nil {
			return hint(err, "--mainnet-ok, or MINT402_MAINNET_OK=true, for restarts without a terminal")
		}
	}
	var ln net.Listener
	var public string
	if !f.standby {
		if ln, public, err = f.address(ctx); err != nil {
			return err
		}
		defer ln.Close()
	}
	n, err := f.node.later()
	if err != nil {
		return err
	}
	defer n.Close()
	n.MaxFee = limits.MaxFee // for the dashboard's deployments
	n.Notice = func(host, notice string) { log.Warn(notice, "host", host) }
	begin := &start{node: n, log: log}
	s, made, err := f.open(ctx, begin)
	if s == nil {
		return err
	}
	defer func() {
		kept, err := s.Launches(context.WithoutCancel(ctx))
		s.Close()
		if failed != nil && made && err == nil && len(kept) == 0 {
			removeDatabase(f.db)
		}
	}()
	if f.standby {
		// Listen only now. The server before us may have used the same address, and a
		// health check during standby must not find a server there.
		if ln, public, err = f.address(ctx); err != nil {
			return err
		}
		defer ln.Close()
	}
	if begin.listings, err = renew(ctx, s, listings); err != nil {
		return err
	}
	launches, err := s.Launches(ctx)
	if err != nil {
		return err
	}
	if len(launches) == 0 && len(begin.listings) == 0 && len(admin) == 0 {
		return f.nothing(made)
	}
	if err := f.asset(ctx, begin, launches); err != nil {
		return err
	}
	site := &site{store: s, node: n, settings: limits, clock: p.Now, log: log, url: public, wait: f.wait, drain: f.drain,
		walletConnect: f.walletConnect, admin: admin, errors: complaints, proxies: proxies}
	if site.metrics, err = f.access.listenMetrics(ctx); err != nil {
		return err
	}
	for _, key := range senders {
		site.senders = append(site.senders, n.Keys.Add(key))
	}
	if minter != nil {
		site.minter = n.Keys.Add(minter)
	}
	if deployer != nil {
		site.deployer = n.Keys.Add(deployer)
	}
	begin.store, begin.minter, site.begin = s, site.minter, begin.run
	if len(admin) > 0 && !strings.HasPrefix(public, "https://") && !local(public) {
		log.Warn("who signs in to the dashboard can be overheard: the public URL is not https", "url", public)
	}
	log.Info("gas may cost", "maxFee", gwei.Format(limits.MaxFee)+" gwei", "aDay", budgetLine(limits.Budget), "aMint", f.limits.gasLine(network))
	for _, l := range launches {
		if l.Delisted {
			log.Warn("not on offer: it was delisted", "launch", l.Slug, "relist", "mint402 relist "+l.Slug)
			continue
		}
		log.Info("on offer", "launch", l.Slug, "symbol", l.Symbol, "token", l.Token.Hex(), "price", l.Asset.Format(l.Price)+" "+l.Asset.Symbol)
	}
	return site.run(ctx, ln)
}

// projectID matches the id of an operator's project at WalletConnect, or no text.
var projectID = regexp.MustCompile(`^([0-9a-f]{32})?$`)

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

// open opens the database and reports whether it is new. With --standby it waits until
// no other server has it open. If ctx ends first, store and error are nil.
func (f *serveFlags) open(ctx context.Context, begin *start) (s *store.Store, made bool, err error) {
	found, err := store.Peek(f.db)
	if err != nil {
		return nil, false, err
	}
	network := begin.node.network
	if err := ofChain(found, network.ChainID, common.Hash{}); err != nil {
		return nil, false, fmt.Errorf("open store %s: %w", f.db, err)
	}
	begin.genesis = found.Genesis
	if found.Old {
		// Opening the database migrates it. So first make sure that it belongs to
		// this chain.
		begin.log.Info("the database is migrated once a node has shown its chain", "db", f.db)
		if err := begin.patiently(ctx, "reach the chain", begin.connect, nil); err != nil {
			return nil, false, err
		}
	}
	s, err = openLocked(f.db)
	if !f.standby || !errors.Is(err, store.ErrLocked) {
		return s, !found.Exists, err
	}
	begin.log.Info("standing by: another server uses the database", "db", f.db)
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
		begin.log.Info("taking over", "db", f.db)
		found, err = store.Peek(f.db)
		begin.genesis = found.Genesis
	}
	return s, false, err
}

// nothing returns the error for a server without launches. If the database is new,
// the hint covers the case that an old one was lost.
func (f *serveFlags) nothing(made bool) error {
	err := errors.New("there is nothing to sell")
	if made {
		err = fmt.Errorf("%w: there is no database at %s", err, f.db)
		return hint(err, "--token ADDRESS of a launch, mint402 launch deploys one; if there was a database, restore a backup, or mint402 rebuild")
	}
	return hint(err, "--token ADDRESS of a launch; mint402 launch deploys one")
}

// asset sets the asset for payments. A launch in the database describes it, or else
// the chain, which must be reached first.
func (f *serveFlags) asset(ctx context.Context, begin *start, launches []mint.Launch) error {
	if f.node.asset == "" {
		return nil
	}
	address, err := parseAddress("--asset", f.node.asset)
	if err != nil {
		return err
	}
	for _, l := range launches {
		if l.Asset.Address == address {
			begin.node.network.Asset = l.Asset
			return nil
		}
	}
	return begin.patiently(ctx, "read the asset", func(ctx context.Context) error {
		if err := begin.node.connect(ctx, begin.genesis); err != nil {
			return err
		}
		return begin.node.pay(ctx, f.node.asset)
	}, nil)
}

// removeDatabase removes the files of an empty database. It leaves the lock file:
// otherwise two processes could lock two different files of that name.
func removeDatabase(path string) {
	for _, suffix := range []string{"", "-wal", "-shm"} {
		_ = os.Remove(path + suffix)
	}
}

// listings returns the launches to register.
func (f *serveFlags) listings() ([]listing, error) {
	if len(f.tokens) != 1 && (f.slug != "" || f.description != "" || f.image != "" || f.deployedAt != 0) {
		return nil, usage("--slug, --description, --image and --deployed-at are of one --token")
	}
	var all []listing
	for _, t := range f.tokens {
		token, err := parseAddress("--token", strings.TrimSpace(t))
		if err != nil {
			return nil, err
		}
		all = append(all, listing{token, f.slug, f.description, f.image, f.deployedAt})
	}
	return all, nil
}

// wallets returns the addresses that may sign in.
func (f *serveFlags) wallets() ([]common.Address, error) {
	var all []common.Address
	for _, w := range f.admin {
		if w = strings.TrimSpace(w); w == "" {
			continue
		}
		a, err := parseAddress("--admin", w)
		if err != nil {
			return nil, err
		}
		if a == (common.Address{}) {
			return nil, usage("--admin %s is nobody's", w)
		}
		all = append(all, a)
	}
	return all, nil
}

// publicURL returns the origin under which clients reach the server.
func publicURL(given string, ln net.Listener) (string, error) {
	if given == "" {
		host, port, err := net.SplitHostPort(ln.Addr().String())
		if err != nil {
			return "", err
		}
		if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
			return "", &usageError{hint(errors.New("what clients call this server is not known"), "--public-url https://mint.example")}
		}
		return "http://" + net.JoinHostPort(host, port), nil
	}
	u, err := url.Parse(strings.TrimRight(given, "/"))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.Path != "" || u.RawQuery != "" || u.User != nil {
		return "", usage("--public-url %q: expected scheme://host[:port]", given)
	}
	return u.String(), nil
}
