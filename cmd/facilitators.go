package cmd

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"github.com/mint402/mint402/amount"
	"github.com/mint402/mint402/cmd/relays"
	"github.com/mint402/mint402/facilitator"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/relay"
	"github.com/mint402/mint402/server/settle"
	"github.com/mint402/mint402/x402"
)

const facilitatorHelp = `
facilitators
    --facilitator-rate N  requests a minute that one client may make to this server's
                          own facilitator, at /facilitator, which settles payments for
                          the launches of this server and for nothing else; 0 turns
                          it off (default 600)
    --facilitator-tokens FILE
                          open it to others: a JSON file with tokens, each with the
                          networks, assets and recipients that it may have payments
                          settled for, a budget for gas and a rate. Only its owner
                          may be able to read it. See docs/facilitators.md
    --relay-key-file FILE a file with the key that sends these payments, or
                          MINT402_RELAY_KEY. It needs coins for gas, and has to be
                          none of the other keys
    --facilitator NAME    a remote x402 facilitator: cdp, x402.org, payai, or a URL;
                          may be repeated, in order of preference. NAME=URL gives
                          one a name; cdp=URL is signed for like Coinbase's
    --cdp-key-file FILE   the API key for cdp, as Coinbase's portal downloads it
                          (default: CDP_API_KEY_ID and CDP_API_KEY_SECRET)
    --settle MODE         how payments are settled: atomic (default) by our own
                          transaction, which mints in the same; facilitator by a
                          facilitator, and then minted by the minter's key;
                          fallback as atomic, and by a facilitator while our own
                          senders cannot send. SLUG=MODE is for one launch; may be
                          repeated. See docs/facilitators.md
`

// facilitatorFlags say which facilitators are used, and for which launches.
type facilitatorFlags struct {
	relays.Flags
	rate      int          // of requests to our own
	tokenFile string       // of others; empty: there are none
	relayKey  string       // file of the key that sends for them
	tokens    relay.Tokens // read from tokenFile
}

func (f *facilitatorFlags) add(c *cobra.Command) {
	c.Flags().StringSliceVar(&f.Named, "facilitator", nil, "")
	c.Flags().StringVar(&f.KeyFile, "cdp-key-file", "", "")
}

// addSettle adds the flag that says how launches' payments are settled.
func (f *facilitatorFlags) addSettle(c *cobra.Command) {
	c.Flags().StringSliceVar(&f.Settle, "settle", nil, "")
	c.Flags().IntVar(&f.rate, "facilitator-rate", settle.DefaultRate, "")
	c.Flags().StringVar(&f.tokenFile, "facilitator-tokens", "", "")
	c.Flags().StringVar(&f.relayKey, "relay-key-file", "", "")
}

// ownRate returns the rate of our own facilitator as the server takes it: negative if there is none.
func (f *facilitatorFlags) ownRate() int {
	if f.rate == 0 {
		return -1
	}
	return f.rate
}

// readFacilitators reads which facilitators serve which launches.
func (m *market) readFacilitators(p *Program) (err error) {
	f := &m.flags.facilitators
	f.Lookup = p.environment
	if f.rate < 0 || f.rate > 1_000_000 {
		return usage("--facilitator-rate %d: expected a whole number from 0 to 1000000", f.rate)
	}
	if f.tokenFile != "" {
		if f.rate == 0 {
			return usage("--facilitator-tokens needs a facilitator, and --facilitator-rate 0 turns it off")
		}
		f.tokens, err = relay.ReadTokens(f.tokenFile, m.network, amount.Units.Parse)
		if err != nil && (m.flags.place == "" || !errors.Is(err, relay.ErrNoToken)) {
			return usage("--facilitator-tokens: %w", err)
		}
	}
	if m.modes, err = f.Modes(); err == nil {
		m.facilitators, err = f.List(m.network, p.Now)
	}
	if err != nil {
		return &usageError{err}
	}
	return nil
}

// checkTime is how long a command waits for facilitators to say what they support.
const checkTime = 10 * time.Second

// newRelay returns the relay to the facilitators, or nil without any. It asks each what it
// supports. If one that answers cannot serve the network, it fails, or uses the others if the
// server has several chains.
func (m *market) newRelay(ctx context.Context, url string) (*facilitator.Relay, error) {
	if m.facilitators == nil {
		return nil, nil
	}
	if m.keys.minter == nil {
		return nil, hint(m.flags.in(errors.New("what a facilitator settles is minted with the minter's key, and this server has none")), "set MINT402_MINTER_KEY, or --minter-key-file FILE")
	}
	asking, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	if err := m.facilitators.Check(asking); err != nil && m.alone {
		return nil, usage("--facilitator: %w", err)
	}
	for _, s := range m.facilitators.Status() {
		if s.Usable {
			m.log.Info("facilitator", "name", s.Name, "host", s.Host, "x402Version", s.Version, "latencyMs", s.LatencyMs)
		} else {
			m.log.Warn("a facilitator was not reached; it is asked again", "name", s.Name, "host", s.Host, "err", s.LastError)
		}
	}
	relay := &facilitator.Relay{List: m.facilitators, Modes: m.modes, Store: &m.store.Asks, Log: m.log, Resource: func(l *mint.Launch) x402.Resource {
		return x402.Resource{URL: url + "/launches/" + l.Slug + "/mint", Description: "Mint " + l.Symbol, MimeType: "application/json"}
	}}
	return relay, relay.Load(ctx)
}

const facilitatorsHelp = `
facilitators shows remote x402 facilitators: whether each can be reached, what it
supports, how long it takes to answer, and its last error. It asks those that you
name, or a running server about its own. Nothing is paid.

usage: mint402 facilitators --facilitator NAME… [flags]
       mint402 facilitators --server URL [--json]

    $ mint402 facilitators --facilitator x402.org --network base-sepolia
    $ mint402 facilitators --facilitator cdp --facilitator payai --network base
    $ mint402 facilitators --server https://mint.example

It exits with 1 if none of them can settle payments; --json has "usable" instead.

flags
    --facilitator NAME    cdp, x402.org, payai, a URL or NAME=URL; may be repeated
    --cdp-key-file FILE   the API key for cdp, as Coinbase's portal downloads it
                          (default: CDP_API_KEY_ID and CDP_API_KEY_SECRET)
    --network NAME        the network that they must serve (default base-sepolia)
    --server URL          ask this mint402 server about its facilitators
    --json                print the result as JSON
`

func facilitatorsVerb(p *Program) *cobra.Command {
	var f facilitatorFlags
	var server, network string
	var asJSON bool
	c := &cobra.Command{Use: "facilitators", Long: facilitatorsHelp, Args: arguments(0, 0, "no arguments; --facilitator names one"),
		RunE: func(c *cobra.Command, _ []string) error {
			f.Lookup = p.environment
			all, err := f.statuses(c.Context(), p.Now, server, network)
			if err != nil {
				return err
			}
			return relays.Show(p.Out, all, asJSON)
		}}
	f.add(c)
	c.Flags().StringVar(&network, "network", "base-sepolia", "")
	c.Flags().StringVar(&server, "server", "", "")
	c.Flags().BoolVar(&asJSON, "json", false, "")
	return c
}

// statuses asks the facilitators, or a server about its own.
func (f *facilitatorFlags) statuses(ctx context.Context, now func() time.Time, server, network string) ([]facilitator.Status, error) {
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	switch {
	case server != "" && len(f.Named) > 0:
		return nil, usage("--server and --facilitator exclude each other")
	case server != "":
		return relays.Of(ctx, server)
	case len(f.Named) == 0:
		return nil, usage("name a facilitator with --facilitator, such as x402.org, or a server with --server URL")
	}
	n, ok := x402.NetworkByName(network)
	if !ok {
		return nil, usage("--network %q: expected a network such as base or base-sepolia", network)
	}
	list, err := f.List(n, now)
	if err != nil {
		return nil, &usageError{err}
	}
	defer list.Close()
	_ = list.Check(ctx) // the statuses have the reasons
	return list.Status(), nil
}
