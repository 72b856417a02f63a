package cmd

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"regexp"
	"text/tabwriter"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/spf13/cobra"

	"github.com/mint402/mint402/bindings"
	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/store"
)

const launchHelp = `
launch deploys a token and puts it on sale. Its terms can never be changed; the
table that it shows says them as buyers will read them, and what it costs.

usage: mint402 launch --name NAME --symbol SYMBOL --price AMOUNT
                      --allotment TOKENS --cap TOKENS [flags]

    $ export MINT402_KEY=…
    $ mint402 launch --name Ping --symbol PING --price 0.10 --allotment 5000 --cap 5000000
    $ mint402 launch … --dry-run
    $ mint402 launch … --opens 24h --closes 2027-01-01T00:00:00Z --limit 10

The address follows from the terms and the salt alone: the same command again
finds the token there and deploys nothing.

terms
    --name NAME         1 to 64 characters
    --symbol SYMBOL     1 to 11 of letters, digits and $._-
    --price AMOUNT      what a mint costs: 0.10
    --allotment TOKENS  what a mint buys: 5000
    --cap TOKENS        all there will ever be, a multiple of the allotment
    --limit N           allotments that a payment may buy (default: the cap)
    --opens TIME        2027-01-01T00:00:00Z, or from now: 24h (default at once)
    --closes TIME       the same (default never)
    --treasury ADDRESS  receives the proceeds, for good
    --owner ADDRESS     may pause, refund, and name the minter
    --minter ADDRESS    mints for payments settled elsewhere (default that of
                        MINT402_MINTER_KEY, or none)
    --contract-uri URL  metadata (ERC-7572)

flags
    --salt TEXT         makes another launch of the same terms
    --slug NAME         name in paths (default from the symbol)
    --description TEXT  a sentence about it
    --image URL         a picture of it
    --db FILE           database to register it in (default mint402.db)
    --out DIR           where SLUG.verify.json is written (default here)
    --dry-run           show and check everything, spend nothing
    --yes               do not ask
    --mainnet-ok        with --yes, on a mainnet too
    --json              print the result as JSON` + nodeHelp + keyHelp

type launchFlags struct {
	node                                       nodeFlags
	keys                                       keyFlags
	name, symbol, price, allotment, cap        string
	limit                                      int64
	opens, closes                              string
	treasury, owner, minter, contractURI, salt string
	slug, description, image, db, out          string
	dryRun, yes, mainnetOK, asJSON             bool
}

func (p *Program) launch() *cobra.Command {
	var f launchFlags
	c := &cobra.Command{Use: "launch", Long: launchHelp, Args: arguments(0, 0, "no arguments"),
		RunE: func(c *cobra.Command, _ []string) error { return p.deploy(c.Context(), &f) }}
	f.node.add(c)
	f.keys.add(c, payerKey)
	for _, s := range []struct {
		to          *string
		name, value string
	}{
		{&f.name, "name", ""}, {&f.symbol, "symbol", ""}, {&f.price, "price", ""}, {&f.allotment, "allotment", ""}, {&f.cap, "cap", ""},
		{&f.opens, "opens", ""}, {&f.closes, "closes", ""}, {&f.treasury, "treasury", ""}, {&f.owner, "owner", ""}, {&f.minter, "minter", ""},
		{&f.contractURI, "contract-uri", ""}, {&f.salt, "salt", ""}, {&f.slug, "slug", ""}, {&f.description, "description", ""},
		{&f.image, "image", ""}, {&f.db, "db", "mint402.db"}, {&f.out, "out", "."},
	} {
		c.Flags().StringVar(s.to, s.name, s.value, "")
	}
	c.Flags().Int64Var(&f.limit, "limit", 0, "")
	c.Flags().BoolVar(&f.dryRun, "dry-run", false, "")
	c.Flags().BoolVar(&f.yes, "yes", false, "")
	c.Flags().BoolVar(&f.mainnetOK, "mainnet-ok", false, "")
	c.Flags().BoolVar(&f.asJSON, "json", false, "")
	return c
}

// launched is what launch --json prints.
type launched struct {
	Slug            string         `json:"slug"`
	Token           common.Address `json:"token"`
	Network         string         `json:"network"` // CAIP-2
	Deployed        bool           `json:"deployed"`
	Already         bool           `json:"already"` // it was there before
	Transaction     *common.Hash   `json:"transaction,omitempty"`
	Block           uint64         `json:"block,omitempty"`
	GasUsed         uint64         `json:"gasUsed,omitempty"`
	DeployGas       uint64         `json:"deployGas"` // estimate
	DeployWei       string         `json:"deployWei"`
	MintWei         string         `json:"mintWei"`
	Compiler        string         `json:"compiler"`
	Contract        string         `json:"contract"`
	ConstructorArgs string         `json:"constructorArgs"` // hex without 0x
	VerifyInput     string         `json:"verifyInput,omitempty"`
	Registered      bool           `json:"registered"` // in the database
}

func (p *Program) deploy(ctx context.Context, f *launchFlags) error {
	key, err := p.key(&f.keys)
	if err != nil {
		return err
	}
	from := addressOf(key)
	network, err := f.node.named()
	if err != nil {
		return err
	}
	if err := p.launchDefaults(f, from, network.Testnet); err != nil {
		return err
	}
	n, err := f.node.dial(ctx)
	if err != nil {
		return err
	}
	defer n.Close()
	n.Keys.Add(key)
	d, err := f.deployment(n, p.Now())
	if err != nil {
		return err
	}
	token, err := d.Address()
	if err != nil {
		return err
	}
	e, err := n.EstimateDeploy(ctx, from, d)
	if err != nil {
		return err
	}
	args, err := d.Arguments()
	if err != nil {
		return err
	}
	l := termsOf(d.Terms, n)
	l.Slug, l.Token = f.slug, token
	result := launched{Slug: f.slug, Token: token, Network: n.network.CAIP2(), Deployed: e.Deployed, Already: e.Deployed,
		DeployGas: e.Gas, DeployWei: e.Wei.String(), MintWei: e.MintWei.String(),
		Compiler: bindings.LaunchCompiler, Contract: bindings.LaunchSource, ConstructorArgs: common.Bytes2Hex(args)}
	if err := p.showTerms(ctx, n, l, from, e); err != nil {
		return err
	}
	if f.dryRun {
		p.say("nothing was sent (--dry-run)")
		if f.asJSON {
			return p.json(result)
		}
		_, err := fmt.Fprintln(p.Out, token.Hex())
		return err
	}
	if !e.Deployed {
		if err := p.agreeToDeploy(ctx, f, n, from, e); err != nil {
			return err
		}
		p.say("deploying; waiting until it is mined")
		deployed, err := n.Deploy(ctx, from, d)
		if err != nil {
			return hint(why(err), "the same command again goes on from where it stopped")
		}
		result.Deployed, result.Already = true, deployed.Already
		if !deployed.Already {
			result.Transaction, result.Block, result.GasUsed = &deployed.Mined.Hash, deployed.Mined.Block, deployed.Mined.GasUsed
		}
	}
	result.VerifyInput = filepath.Join(f.out, f.slug+".verify.json")
	if err := os.WriteFile(result.VerifyInput, bindings.LaunchVerifyInput, 0o644); err != nil {
		return fmt.Errorf("write verification input: %w", err)
	}
	if result.Registered, err = p.putOnSale(ctx, f, n, token, result.Block); err != nil {
		return err
	}
	if f.asJSON {
		return p.json(result)
	}
	return p.showLaunched(f, n, result)
}

var symbolPattern = regexp.MustCompile(`^[A-Za-z0-9$._-]{1,11}$`)

// launchDefaults checks what was given and fills in what may be missing.
func (p *Program) launchDefaults(f *launchFlags, from common.Address, testnet bool) error {
	for _, s := range []struct{ flag, value string }{
		{"name", f.name}, {"symbol", f.symbol}, {"price", f.price}, {"allotment", f.allotment}, {"cap", f.cap}} {
		if s.value == "" {
			return &usageError{hint(fmt.Errorf("--%s is missing", s.flag), "mint402 launch --help shows an example")}
		}
	}
	if n := utf8.RuneCountInString(f.name); !utf8.ValidString(f.name) || n > 64 || plain(f.name) != f.name {
		return usage("--name: expected 1 to 64 printable characters")
	}
	if first, _ := utf8.DecodeRuneInString(f.name); unicode.IsSpace(first) {
		return usage("--name begins with a space")
	}
	if !symbolPattern.MatchString(f.symbol) {
		return usage("--symbol %q: expected 1 to 11 of letters, digits and $._-", plain(f.symbol))
	}
	if f.limit < 0 {
		return usage("--limit %d: expected 1 or more", f.limit)
	}
	if f.slug == "" {
		f.slug = slugOf(f.symbol)
	}
	if !regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,31}$`).MatchString(f.slug) {
		return usage("--slug %q: expected up to 32 of a-z, 0-9 and -", plain(f.slug))
	}
	if f.minter == "" {
		minter, err := p.minterKey("")
		if err != nil {
			return err
		}
		if minter != nil {
			f.minter = addressOf(minter).Hex()
		}
	}
	for _, role := range []struct {
		flag string
		to   *string
	}{{"owner", &f.owner}, {"treasury", &f.treasury}} {
		if *role.to != "" {
			continue
		}
		if !testnet {
			return &usageError{hint(fmt.Errorf("--%s is missing", role.flag), "on a mainnet it is best a multisig, and never guessed")}
		}
		*role.to = from.Hex()
		p.say("warning: the %s is the deployer %s; in earnest give --%s", role.flag, from.Hex(), role.flag)
	}
	return nil
}

// deployment is what the flags ask for, on that node's chain.
func (f *launchFlags) deployment(n *node, now time.Time) (chain.Deployment, error) {
	var d chain.Deployment
	t := &d.Terms
	t.Name, t.Symbol, t.ContractURI, t.Asset = f.name, f.symbol, f.contractURI, n.network.Asset.Address
	t.Limit = big.NewInt(f.limit)
	var err error
	if t.Price, err = n.network.Asset.Parse(f.price); err != nil {
		return d, usage("--price: %w", err)
	}
	if t.Allotment, err = units.Parse(f.allotment); err != nil {
		return d, usage("--allotment: %w", err)
	}
	if t.Cap, err = units.Parse(f.cap); err != nil {
		return d, usage("--cap: %w", err)
	}
	if t.Price.Sign() == 0 || t.Allotment.Sign() == 0 || t.Cap.Sign() == 0 {
		return d, usage("--price, --allotment and --cap are more than zero")
	}
	count, rest := new(big.Int).QuoRem(t.Cap, t.Allotment, new(big.Int))
	if rest.Sign() != 0 {
		return d, &usageError{hint(fmt.Errorf("the cap %s is no multiple of the allotment %s", f.cap, f.allotment),
			"--cap %s would be", whole(new(big.Int).Mul(t.Allotment, count)))}
	}
	if !count.IsInt64() || t.Cap.BitLen() > 112 {
		return d, usage("--cap %s is more than the contract can count", f.cap)
	}
	if f.limit > count.Int64() {
		return d, usage("--limit %d is more than the cap of %s allotments", f.limit, count)
	}
	most := count
	if f.limit > 0 {
		most = big.NewInt(f.limit)
	}
	if !new(big.Int).Mul(most, t.Price).IsInt64() {
		return d, &usageError{hint(errors.New("a payment for the whole cap is more than can be counted"), "--limit N bounds a payment")}
	}
	if t.OpensAt, err = moment("--opens", f.opens, now); err != nil {
		return d, err
	}
	if t.ClosesAt, err = moment("--closes", f.closes, now); err != nil {
		return d, err
	}
	if t.ClosesAt != 0 && (t.ClosesAt <= t.OpensAt || t.ClosesAt <= uint64(now.Unix())) {
		return d, usage("--closes %s is not after --opens and now", f.closes)
	}
	for _, a := range []struct {
		flag, value string
		to          *common.Address
	}{{"--treasury", f.treasury, &t.Treasury}, {"--owner", f.owner, &t.Owner}, {"--minter", f.minter, &t.Minter}} {
		if a.value == "" || a.value == "none" && a.flag == "--minter" {
			continue
		}
		if *a.to, err = parseAddress(a.flag, a.value); err != nil {
			return d, err
		}
	}
	if f.salt != "" && d.Salt.UnmarshalText([]byte(f.salt)) != nil {
		d.Salt = crypto.Keccak256Hash([]byte(f.salt))
	}
	return d, nil
}

// moment reads an RFC 3339 time or a duration from now, as Unix seconds.
func moment(flag, s string, now time.Time) (uint64, error) {
	if s == "" {
		return 0, nil
	}
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		after, err := time.ParseDuration(s)
		if err != nil || after <= 0 {
			return 0, usage("%s %q: expected 2027-01-01T00:00:00Z, or a duration such as 24h", flag, s)
		}
		at = now.Add(after)
	}
	if at.Unix() <= 0 {
		return 0, usage("%s %s is long past", flag, s)
	}
	return uint64(at.Unix()), nil
}

// termsOf is the launch as it will be sold.
func termsOf(t bindings.Terms, n *node) mint.Launch {
	l := mint.Launch{ChainID: n.network.ChainID, Asset: n.network.Asset, Name: t.Name, Symbol: t.Symbol, ContractURI: t.ContractURI,
		Price: t.Price, Allotment: t.Allotment, Treasury: t.Treasury, Owner: t.Owner, Minter: t.Minter}
	l.Cap = new(big.Int).Div(t.Cap, t.Allotment).Int64()
	l.Limit = l.Cap
	if t.Limit.Sign() > 0 {
		l.Limit = t.Limit.Int64()
	}
	for _, at := range []struct {
		to      *time.Time
		seconds uint64
	}{{&l.OpensAt, t.OpensAt}, {&l.ClosesAt, t.ClosesAt}} {
		if at.seconds != 0 {
			*at.to = time.Unix(int64(at.seconds), 0).UTC()
		}
	}
	return l
}

// What stock clients pay unless they are told otherwise, in USDC.
const (
	stockV2      = "1.00" // x402 clients of version 2, since 2.23
	stockV1Fetch = "0.10" // x402-fetch, version 1
)

func (p *Program) showTerms(ctx context.Context, n *node, l mint.Launch, from common.Address, e chain.Estimate) error {
	balance, err := n.Balance(ctx, from)
	if err != nil {
		return err
	}
	t := tabwriter.NewWriter(p.Err, 0, 0, 2, ' ', 0)
	line := func(name, format string, args ...any) {
		fmt.Fprintf(t, "  %s\t%s\n", name, fmt.Sprintf(format, args...))
	}
	price := l.Asset.Format(l.Price) + " " + l.Asset.Symbol
	fmt.Fprintf(p.Err, "%s\n", p.bold(p.Err, fmt.Sprintf("%s (%s) on %s", plain(l.Name), l.Symbol, n.network.Title)))
	line("a mint", "%s %s for %s", grouped(whole(l.Allotment)), l.Symbol, price)
	line("cap", "%s %s, that is %s mints for %s %s in all", grouped(whole(l.Tokens(l.Cap))), l.Symbol, grouped(fmt.Sprint(l.Cap)),
		grouped(l.Asset.Format(l.Total(l.Cap))), l.Asset.Symbol)
	if l.Limit < l.Cap {
		line("a payment", "buys at most %s mints, %s %s", grouped(fmt.Sprint(l.Limit)), l.Asset.Format(l.Total(l.Limit)), l.Asset.Symbol)
	}
	line("opens", "%s", orElse(l.OpensAt, "at once"))
	line("closes", "%s", orElse(l.ClosesAt, "never"))
	line("treasury", "%s, for good", l.Treasury.Hex())
	line("owner", "%s", l.Owner.Hex())
	line("minter", "%s", orNobody(l.Minter))
	line("address", "%s", l.Token.Hex())
	line("path", "/launches/%s/mint", l.Slug)
	if e.Deployed {
		line("deployment", "there already")
	} else {
		line("deployment", "%s gas, at most %s in the chain's coin; the deployer %s has %s", grouped(fmt.Sprint(e.Gas)), ether(e.Wei), from.Hex(), ether(balance))
	}
	line("gas of a mint", "at most %s in the chain's coin, beside its price of %s; less in batches; a rollup adds its fee for data", ether(e.MintWei), price)
	for _, c := range []struct{ who, limit string }{{"x402 v2 clients", stockV2}, {"x402-fetch v1", stockV1Fetch}} {
		limit, err := l.Asset.Parse(c.limit)
		if err != nil {
			return err
		}
		if most := new(big.Int).Div(limit, l.Price); most.Sign() == 0 {
			line(c.who, "refuse this price unless told otherwise: they pay up to %s", c.limit)
		} else {
			line(c.who, "pay for up to %s at once, without being told", plural(min(most.Int64(), l.Limit), "mint"))
		}
	}
	if err := t.Flush(); err != nil {
		return err
	}
	if !e.Deployed && balance.Cmp(e.Wei) < 0 {
		return hint(fmt.Errorf("the deployer %s has %s and may need %s in the chain's coin", from.Hex(), ether(balance), ether(e.Wei)),
			"send it coin for gas on %s", n.network.Title)
	}
	return nil
}

func plural(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return grouped(fmt.Sprint(n)) + " " + noun + "s"
}

func orElse(t time.Time, otherwise string) string {
	if t.IsZero() {
		return otherwise
	}
	return t.UTC().Format(time.RFC3339)
}

func (p *Program) agreeToDeploy(ctx context.Context, f *launchFlags, n *node, from common.Address, e chain.Estimate) error {
	switch {
	case n.network.Testnet && f.yes:
		return nil
	case n.network.Testnet:
		return p.ask(ctx, fmt.Sprintf("deploy it for at most %s from %s?", ether(e.Wei), from.Hex()))
	case f.yes && f.mainnetOK:
		return nil
	}
	err := p.askWord(ctx, fmt.Sprintf("terms cannot be changed and money is real; type %q to deploy for at most %s", n.network.Name, ether(e.Wei)), n.network.Name)
	if err != nil {
		return hint(err, "--yes --mainnet-ok deploys without asking")
	}
	return nil
}

// putOnSale registers the launch, unless a server has the database open: that
// one has to be told at its next start.
func (p *Program) putOnSale(ctx context.Context, f *launchFlags, n *node, token common.Address, block uint64) (bool, error) {
	s, err := openStore(ctx, f.db, n)
	if errors.Is(err, store.ErrLocked) {
		p.say("%s is in use; the server that uses it has to be started with --token", f.db)
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("the token is deployed at %s, but not registered: %w", token, err)
	}
	defer s.Close()
	if _, err := register(ctx, s, n, listing{token, f.slug, f.description, f.image, block}); err != nil {
		return false, fmt.Errorf("the token is deployed at %s, but not registered: %w", token, err)
	}
	return true, nil
}

func (p *Program) showLaunched(f *launchFlags, n *node, r launched) error {
	if r.Already {
		p.say("%s was deployed before; nothing was spent", f.symbol)
	} else {
		p.say("deployed in block %d, transaction %s", r.Block, r.Transaction)
	}
	p.say("")
	p.say("verify the source with %s (standard JSON input):", r.VerifyInput)
	p.say("  compiler   %s", r.Compiler)
	p.say("  contract   %s", r.Contract)
	p.say("  arguments  %s", r.ConstructorArgs)
	p.say("  at         https://sourcify.dev/#/verifier")
	if n.network.Explorer != "" && f.node.rpc == "" {
		p.say("  or         %s/verifyContract?a=%s", n.network.Explorer, r.Token.Hex())
	}
	p.say("")
	p.say("sell it (MINT402_SENDER_KEY pays the gas):")
	serve := "  mint402 serve --network " + n.network.Name
	if f.node.rpc != "" {
		serve += " --rpc " + f.node.rpc
	}
	if f.node.asset != "" {
		serve += " --asset " + f.node.asset
	}
	if f.db != "mint402.db" {
		serve += " --db " + f.db
	}
	p.say("%s --token %s", serve, r.Token.Hex())
	_, err := fmt.Fprintln(p.Out, r.Token.Hex())
	return err
}
