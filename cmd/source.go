package cmd

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/spf13/cobra"

	"github.com/mint402/mint402/bindings"
	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/source"
	"github.com/mint402/mint402/store"
	"github.com/mint402/mint402/x402"
)

// etherscanKey is the environment variable with the key of Etherscan's API.
const etherscanKey = "MINT402_ETHERSCAN_KEY"

const sourceFlagsHelp = `
    --sourcify-url URL    another Sourcify server, such as your own (default
                          ` + source.SourcifyURL + `)
    --etherscan-url URL   another API like Etherscan's, such as your Blockscout's,
                          https://HOST/api (default
                          ` + source.EtherscanURL + `)
    MINT402_ETHERSCAN_KEY the key of Etherscan's API, which needs one`

const serveSourceHelp = `
source verification
    --verify-with LIST    publish the source of each launch with these services, and
                          show that they verified it: sourcify, etherscan or both,
                          separated by commas (default: none, and no request is made)` + sourceFlagsHelp + `
`

const sourceHelp = `
verify publishes a launch's source with services that compile it and compare the
result with the contract. Explorers then show the source, and buyers can read what
they pay into. It sends the contract's address and source, no key of the chain.

usage: mint402 verify [SLUG | --token ADDRESS] [flags]

    $ mint402 verify --token 0x5FbD… --network base
    $ mint402 verify ping
    $ MINT402_ETHERSCAN_KEY=… mint402 verify --launch ping --verify-with sourcify,etherscan
    $ mint402 verify --verify-with etherscan --etherscan-url https://scan.example/api

A source counts as verified only if the service shows it. "match" means that the
code is the same; "exact_match" also needs a hash of the source in the code, which
launches do not have. If the source is verified already, that is a success. After
an interrupt, run the same command again. The result is kept in the database,
unless a server uses it: serve --verify-with does the same in the background.

flags
    --token ADDRESS       the launch contract, or
    --launch SLUG         a launch in the database (default its only one)
    --db FILE             the database (default mint402.db)
    --verify-with LIST    sourcify, etherscan or both (default sourcify)` + sourceFlagsHelp + `
    --wait TIME           how long to wait for the result (default 5m)
    --json                print the result as JSON` + nodeHelp + `
It exits with 0 only if each of the services shows the source, and with 4 if one
refuses it.
`

// sourceFlags select the services that verify sources.
type sourceFlags struct {
	with                []string
	sourcify, etherscan string
}

func (f *sourceFlags) add(c *cobra.Command, with ...string) {
	c.Flags().StringSliceVar(&f.with, "verify-with", with, "")
	c.Flags().StringVar(&f.sourcify, "sourcify-url", source.SourcifyURL, "")
	c.Flags().StringVar(&f.etherscan, "etherscan-url", source.EtherscanURL, "")
}

// services returns the selected services for a network.
func (f *sourceFlags) services(p *Program, n x402.Network) (all []source.Service, err error) {
	names, key := map[string]bool{}, strings.TrimSpace(p.environment(etherscanKey))
	for _, name := range f.with {
		if name = strings.TrimSpace(name); name == "" || names[name] {
			continue
		}
		names[name] = true
		var s source.Service
		switch name {
		case "sourcify":
			s = source.Sourcify{URL: strings.TrimRight(f.sourcify, "/")}
			err = checkService("--sourcify-url", s.ID(), "")
		case "etherscan":
			s = source.Etherscan{URL: strings.TrimRight(f.etherscan, "/"), Key: key, Explorer: n.Explorer}
			err = checkService("--etherscan-url", s.ID(), key)
		default:
			return nil, usage("--verify-with %q: expected sourcify, etherscan or both", name)
		}
		if err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, nil
}

// checkService returns an error if a service cannot be used at a URL with a key.
func checkService(flag, at, key string) error {
	plaintext, err := source.CheckURL(at)
	switch {
	case err != nil:
		return usage("%s: %w", flag, err)
	case at == source.EtherscanURL && key == "":
		return &usageError{hint(fmt.Errorf("%s needs a key", at), "export %s=…, or give the API of a Blockscout with %s, which needs none", etherscanKey, flag)}
	case key != "" && plaintext && !local(at):
		return usage("%s: the key would be sent unencrypted; use https", flag)
	}
	return nil
}

// launchCode is the source of all launches.
var launchCode = source.Code{Input: bindings.LaunchVerifyInput, Compiler: bindings.LaunchCompiler, Name: bindings.LaunchSource}

// launchContract is a launch for a service.
func launchContract(n *node, l mint.Launch) source.Contract {
	token := l.Token
	return source.Contract{ChainID: n.network.ChainID, Address: token, Name: l.Slug, Arguments: func(ctx context.Context) ([]byte, error) {
		return chain.Arguments(ctx, n.Client, token)
	}}
}

type sourceVerb struct {
	sourceFlags
	owner     ownerFlags // its node, token, launch, db and asJSON
	wait      time.Duration
	p         *Program
	publisher *source.Publisher
	contract  source.Contract
}

func sourceVerbOf(p *Program) *cobra.Command {
	f := sourceVerb{p: p}
	c := &cobra.Command{Use: "verify", Long: sourceHelp, Args: arguments(0, 1, "at most the launch's slug; --token names its contract"),
		RunE: func(c *cobra.Command, args []string) error {
			if err := f.owner.named(args); err != nil {
				return err
			}
			return f.run(c.Context())
		}}
	f.sourceFlags.add(c, "sourcify")
	f.owner.node.add(c)
	c.Flags().StringVar(&f.owner.token, "token", "", "")
	c.Flags().StringVar(&f.owner.launch, "launch", "", "")
	c.Flags().StringVar(&f.owner.db, "db", "mint402.db", "")
	c.Flags().DurationVar(&f.wait, "wait", 5*time.Minute, "")
	c.Flags().BoolVar(&f.owner.asJSON, "json", false, "")
	return c
}

// sourceJSON is the output with --json.
type sourceJSON struct {
	Token    common.Address     `json:"token"`
	Network  string             `json:"network"` // CAIP-2
	Verified bool               `json:"verified"`
	Stored   bool               `json:"stored"` // in the database
	Services []api.SourceDetail `json:"services"`
}

func (f *sourceVerb) run(ctx context.Context) error {
	if err := f.owner.choose(ctx); err != nil {
		return err
	}
	network, err := f.owner.node.named()
	if err != nil {
		return err
	}
	services, err := f.services(f.p, network)
	if err != nil {
		return err
	}
	if len(services) == 0 {
		return usage("--verify-with: name a service")
	}
	c, err := f.owner.read(ctx, f.p)
	if err != nil {
		return err
	}
	defer c.close()
	if err := f.public(c, services); err != nil {
		return err
	}
	f.contract = launchContract(c.node, c.launch)
	f.publisher = &source.Publisher{Services: services, Code: launchCode, Now: f.p.Now, Log: slog.New(slog.DiscardHandler)}
	defer f.keep(ctx, c)()
	waiting, cancel := context.WithTimeout(ctx, f.wait)
	states := f.publisher.Await(waiting, f.contract, f.progress)
	if cancel(); ctx.Err() != nil {
		return ctx.Err()
	}
	if err := f.show(states); err != nil {
		return err
	}
	return sourceOutcome(states, f.wait)
}

// public returns an error if the chain is a demo's in this machine's memory and a service is
// a public one, which cannot see that chain.
func (f *sourceVerb) public(c *contract, services []source.Service) error {
	demo := slices.ContainsFunc(f.p.demos(), func(d announced) bool { return slices.Contains(c.urls, d.RPC) })
	for _, s := range services {
		if demo && (s.ID() == source.SourcifyURL || s.ID() == source.EtherscanURL) {
			return refused.because(hint(fmt.Errorf("the demo's chain is in this machine's memory, and %s cannot see it; nothing was sent", s.Title()),
				"a service of your own that sees the chain: --sourcify-url URL, or --etherscan-url URL"))
		}
	}
	return nil
}

// keep makes the publisher keep its states in the database, if it has the launch and no
// server uses it. The returned function closes the database.
func (f *sourceVerb) keep(ctx context.Context, c *contract) (release func()) {
	release = func() {}
	if c.known(ctx, c.launch.Token).Slug == "" {
		return release
	}
	found, err := store.Peek(f.owner.db)
	if err != nil || found.Old {
		return release
	}
	s, err := openLocked(f.owner.db)
	if err != nil {
		f.p.say("the result is not kept: %s; a server shows it if it runs with --verify-with", inWords(err))
		return release
	}
	f.publisher.Store = store.SourceTable{Store: s.On(c.ChainID())}
	if err := f.publisher.Load(ctx); err != nil {
		f.p.say("the result is not kept: %s", inWords(err))
		f.publisher.Store = nil
	}
	return func() { s.Close() }
}

func (f *sourceVerb) progress(before, after source.State) {
	switch {
	case after.Status == source.Verified || after.Status == source.Failed || after.Unknown:
	case after.Failures > before.Failures:
		f.p.say("%s: %s; trying again in %s", after.Title, plain(after.Error), max(after.Next.Sub(f.p.Now()), 0).Round(time.Second))
	case after.Status != before.Status:
		f.p.say("%s: submitted; waiting for the result", after.Title)
	}
}

func (f *sourceVerb) show(states []source.State) error {
	shown := sourceJSON{Token: f.contract.Address, Network: x402.CAIP2(f.contract.ChainID), Verified: true, Stored: f.publisher.Store != nil}
	for _, s := range states {
		shown.Verified = shown.Verified && s.Status == source.Verified
		shown.Services = append(shown.Services, api.NewSourceDetail(s))
	}
	if f.owner.asJSON {
		return f.p.json(shown)
	}
	for _, s := range shown.Services {
		line := s.Name + ": source verified"
		switch {
		case s.Status != source.Verified:
			line = fmt.Sprintf("%s: not verified (%s)", s.Name, s.Status)
		case s.URL != "":
			line += " (" + string(s.Match) + "): " + s.URL
		}
		if _, err := fmt.Fprintln(f.p.Out, line); err != nil {
			return err
		}
	}
	return nil
}

// sourceOutcome returns an error unless each service shows the source.
func sourceOutcome(states []source.State, wait time.Duration) error {
	var err error
	for _, s := range states {
		reason := plain(cmp.Or(s.Error, "the service is still working on it"))
		switch {
		case s.Status == source.Verified:
		case s.Status == source.Failed:
			return hint(refused.say("%s does not verify the source: %s", s.Title, reason), "the contract and its sale are unaffected")
		case s.Unknown:
			err = hint(unreachable.say("%s was not reached: %s", s.Title, reason), "check the network and the service's URL, then run the same command again")
		case s.Unreached:
			err = hint(unreachable.say("%s was not reached within %s: %s", s.Title, wait, reason), "run the same command again")
		case err == nil:
			err = hint(fmt.Errorf("%s has not verified the source within %s: %s", s.Title, wait, reason), "run the same command again to continue")
		}
	}
	return err
}
