package cmd

import (
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/mint402/mint402/farcaster"
	"github.com/mint402/mint402/relay"
	"github.com/mint402/mint402/web"
	"github.com/mint402/mint402/webhook"
	"github.com/mint402/mint402/weburl"
)

const serveHelp = `
serve sells launches over HTTP: GET /mint asks for payment, and mints tokens for a
payment. It checks keys, contracts and chain first, and does not start if it
could not mint.

usage: mint402 serve [--token ADDRESS]… [flags]

    $ export MINT402_SENDER_KEY=…
    $ mint402 serve --token 0x5FbD… --public-url https://mint.example
    $ mint402 serve                          # the launches in the database
    $ mint402 serve --network base --rpc https://…,wss://… --mainnet-ok

The sender's key needs coins for gas and has no rights over the contract. With
several keys, separated by commas, transactions are sent concurrently. The
minter's key is only needed to mint for payments that were settled elsewhere.

After an interrupt or SIGTERM the server accepts no new requests, and running
payments may end. A second one exits at once. No payment is lost: the next start
continues with it.

flags` + listingHelp + `
    --listen ADDRESS    (default 127.0.0.1:4021)
    --public-url URL    URL under which clients reach this server (default
                        http://LISTEN)
    --walletconnect ID  offer WalletConnect in the page, with this project id
    --brand-name NAME   your own name in place of mint402's, up to 40 characters
    --brand-url URL     your own site, linked at the foot of pages
    --buy-url URL       where buyers with too little USDC can buy or bridge some
    --farcaster-manifest FILE
                        publish a Farcaster mini app: a JSON file with the
                        accountAssociation that your Farcaster account signed for the
                        domain of --public-url, and optionally "miniapp" with fields
                        such as name, iconUrl and tags; the server adds the others
    --db FILE           the database; created if missing (default mint402.db)
    --challenges FILE   secrets that bind the challenges of MPP, one of 64 hex digits a
                        line, newest first; made if missing (default DB.challenges).
                        To replace a secret, put a new line first and restart, and
                        remove the old line 5 min later
    --wait TIME         how long a paid request waits for its mint (default 25s)
    --drain TIME        how long running payments may take after an interrupt
                        (default 30s)
    --standby           wait until no other server uses the database, then serve
    --admin ADDRESS     let this wallet sign in to the dashboard at /admin; may be
                        repeated (default: the dashboard is off)
    --no-holders        do not read the tokens' transfers, nor payers' accounts, for
                        the pages of holders and minters. Reading them takes about
                        1,200 requests to a node a day, 2 for each new payer, and
                        once 4 for each 2,000 blocks since a launch
    --funders           look up which account the money of each payer came from, and
                        show groups with one funder. That takes about 90 requests
                        to a node for 50 payers
    --mainnet-ok        serve on a mainnet without asking` + chainHelp + `    --asset ADDRESS     also sell launches that are paid in this token, beside the
                        network's USDC. It needs EIP-3009, as EURC has. May be
                        repeated; the first is the default of the dashboard's form
` + chainsHelp + `
keys
    MINT402_SENDER_KEY       private keys, 64 hex digits each
    MINT402_MINTER_KEY       private key of the minter; optional
    --key-file FILE          a file with the sender's keys
    --keystore FILE          a geth keystore file, with
    --passphrase-file FILE   the file with its passphrase
    --minter-key-file FILE   a file with the minter's key
    MINT402_DEPLOYER_KEY     private key with which the dashboard deploys launches;
                             optional, and different from the others
    --deployer-key-file FILE a file with that key
    MINT402_PROOF_KEY        private keys that sign offers and receipts; optional
    Only the owner may be able to read these files (chmod 600).
` + signerHelp + `    While a signer does not answer or refuses, /readyz names it, and transactions
    leave by the other senders' keys. Each signature is checked before it is stored.
` + proofHelp + limitsHelp + facilitatorHelp + creatorsHelp + accessHelp + webhooksHelp + serveSourceHelp + `
log` + logHelp

type serveFlags struct {
	chainFlags                         // of the only chain, and the defaults of several
	chains                      string // a file; empty: there is one chain
	log                         logFlags
	access                      accessFlags
	proof                       proofFlags
	source                      sourceFlags
	creators                    creatorFlags
	admin                       []string
	listen, publicURL, db       string
	walletConnect, challenges   string
	brandName, brandURL, buyURL string
	farcaster                   string
	webhooks                    string
	wait, drain                 time.Duration
	mainnetOK, standby          bool
	noHolders, funders          bool
}

func serveVerb(p *Program) *cobra.Command {
	var f serveFlags
	c := &cobra.Command{Use: "serve", Long: serveHelp, Args: arguments(0, 0, "no arguments; --token names a launch"),
		RunE: func(c *cobra.Command, _ []string) error { return f.run(c, p) }}
	f.chainFlags.add(c)
	c.Flags().StringVar(&f.chains, "chains", "", "")
	f.log.add(c)
	f.access.add(c)
	f.proof.add(c)
	f.source.add(c)
	f.creators.add(c)
	c.Flags().StringSliceVar(&f.admin, "admin", nil, "")
	c.Flags().StringVar(&f.listen, "listen", "127.0.0.1:4021", "")
	c.Flags().StringVar(&f.publicURL, "public-url", "", "")
	c.Flags().StringVar(&f.walletConnect, "walletconnect", "", "")
	c.Flags().StringVar(&f.brandName, "brand-name", "", "")
	c.Flags().StringVar(&f.brandURL, "brand-url", "", "")
	c.Flags().StringVar(&f.buyURL, "buy-url", "", "")
	c.Flags().StringVar(&f.farcaster, "farcaster-manifest", "", "")
	c.Flags().StringVar(&f.db, "db", "mint402.db", "")
	c.Flags().StringVar(&f.challenges, "challenges", "", "")
	c.Flags().StringVar(&f.webhooks, "webhooks", "webhooks.json", "")
	c.Flags().DurationVar(&f.wait, "wait", 25*time.Second, "")
	c.Flags().DurationVar(&f.drain, "drain", 30*time.Second, "")
	c.Flags().BoolVar(&f.mainnetOK, "mainnet-ok", false, "")
	c.Flags().BoolVar(&f.standby, "standby", false, "")
	c.Flags().BoolVar(&f.noHolders, "no-holders", false, "")
	c.Flags().BoolVar(&f.funders, "funders", false, "")
	return c
}

func (f *serveFlags) run(c *cobra.Command, p *Program) (failed error) {
	ctx := c.Context()
	b, err := f.check(c, p)
	if err != nil {
		return err
	}
	if err := b.readKeys(ctx); err != nil {
		return err
	}
	if err := b.agree(ctx); err != nil {
		return err
	}
	defer func() { b.close(ctx, failed) }()
	if proceed, err := b.open(ctx); !proceed || err != nil {
		return err
	}
	if err := b.register(ctx); err != nil {
		return err
	}
	i, err := b.instance(ctx)
	if err != nil {
		return err
	}
	return i.run(ctx, b.ln)
}

// manifest reads the file of --farcaster-manifest. Without the flag it returns nil.
func (f *serveFlags) manifest() (*farcaster.Manifest, error) {
	if f.farcaster == "" {
		return nil, nil
	}
	file, err := os.Open(f.farcaster)
	if err != nil {
		return nil, usage("--farcaster-manifest: %w", err)
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, farcaster.MaxSize+1))
	if err != nil {
		return nil, usage("--farcaster-manifest: %w", err)
	}
	m, err := farcaster.Read(data, strings.TrimRight(f.publicURL, "/"))
	if err != nil {
		return nil, usage("--farcaster-manifest %s: %w", f.farcaster, err)
	}
	return m, nil
}

// check reads the flags and reports mistakes, before a key is read or a node is asked.
func (f *serveFlags) check(c *cobra.Command, p *Program) (b *serving, err error) {
	b = &serving{p: p, f: f}
	if b.log, err = p.logger(&f.log); err != nil {
		return nil, err
	}
	b.log, b.errors = keepRecords(b.log)
	if b.admin, err = walletsOf("--admin", f.admin); err != nil {
		return nil, err
	}
	if b.proxies, err = f.access.trusted(); err != nil {
		return nil, err
	}
	if !projectID.MatchString(f.walletConnect) {
		return nil, usage("--walletconnect %q: expected a project id, 32 hex digits", f.walletConnect)
	}
	if b.brand, err = f.brand(); err != nil {
		return nil, err
	}
	if b.farcaster, err = f.manifest(); err != nil {
		return nil, err
	}
	if err := f.bounded(); err != nil {
		return nil, err
	}
	if err := f.proof.check(); err != nil {
		return nil, err
	}
	if _, err := webhook.ReadFile(f.webhooks); err != nil {
		return nil, usage("--webhooks: %w", err)
	}
	chains, err := chainsOf(c, f.chains, &f.chainFlags)
	if err != nil {
		return nil, err
	}
	for _, one := range chains {
		m, err := b.newMarket(one)
		if err != nil {
			return nil, err
		}
		b.markets = append(b.markets, m)
	}
	if err := distinct(b.markets); err != nil {
		return nil, err
	}
	if f.facilitators.tokenFile != "" && !slices.ContainsFunc(b.markets, func(m *market) bool { return m.flags.facilitators.tokens != nil }) {
		return nil, usage("--facilitator-tokens: %w %s", relay.ErrNoToken, namesOf(b.markets))
	}
	b.creators, err = f.creators.read(b.admin)
	return b, err
}

// projectID matches the id of an operator's project at WalletConnect, or no text.
var projectID = regexp.MustCompile(`^([0-9a-f]{32})?$`)

// brand returns the operator's own name and sites.
func (f *serveFlags) brand() (web.Brand, error) {
	name := strings.TrimSpace(f.brandName)
	if n := utf8.RuneCountInString(name); n > 40 || strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsGraphic(r) }) {
		return web.Brand{}, usage("--brand-name is not up to 40 printable characters")
	}
	brand := web.Brand{Name: name}
	var ok bool
	if brand.URL, ok = secureURL(f.brandURL); !ok || brand.URL != "" && name == "" {
		return web.Brand{}, usage("--brand-url %q: expected a URL that begins with https://, together with --brand-name", f.brandURL)
	}
	if brand.BuyURL, ok = secureURL(f.buyURL); !ok {
		return web.Brand{}, usage("--buy-url %q: expected a URL that begins with https://", f.buyURL)
	}
	return brand, nil
}

// secureURL returns a URL in its normal spelling, and whether it begins with https://. An empty
// one stays empty.
func secureURL(raw string) (string, bool) {
	if raw == "" {
		return "", true
	}
	u, err := weburl.Parse(raw, "https")
	if err != nil {
		return "", false
	}
	return u.String(), true
}

// challengeFile returns the path of the file with the secrets that bind MPP challenges.
// By default it is next to the database, so that a restart and a standby have the same.
func (f *serveFlags) challengeFile() string {
	if f.challenges != "" {
		return f.challenges
	}
	return f.db + ".challenges"
}

// noLaunches returns the error for a server without launches. If the database is new,
// the hint covers the case that an old one was lost.
func (f *serveFlags) noLaunches(made bool) error {
	err, how := errors.New("there is nothing to sell"), "--token ADDRESS of a launch; mint402 launch deploys one"
	if made {
		err = fmt.Errorf("%w: there is no database at %s", err, f.db)
		how += ". If the database was lost, restore a backup or run mint402 rebuild"
	}
	return hint(err, "%s", how)
}
