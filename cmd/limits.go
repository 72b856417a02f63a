package cmd

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/mint402/mint402/amount"
	"github.com/mint402/mint402/factories"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/weburl"
	"github.com/mint402/mint402/x402"
)

const limitsHelp = `
limits
    --queue N           payments that may wait to be sent (default 5000); further
                        payments get 503 before anything is charged
    --per-payer N       payments of one payer in progress at once (default 16);
                        at most 4 of a payer to whom nothing was minted here yet
    --in-flight N       transactions in progress for each sender's key (default 16)
    --poll DURATION     interval between reads of the chain; by default when a
                        block is due, and if the chain keeps no pace, twice a
                        second while payments are in progress
    --max-fee GWEI      maximum price of a unit of gas (default 500; higher on
                        chains with a cheap coin); while gas costs more, nothing
                        is sold and payments wait
    --gas-budget COIN   maximum cost of gas in 24 hours, in the chain's coin; above
                        it nothing is sold until the cost is lower; none for no
                        limit (default 1000 dollars' worth, or 10 coins of a test
                        network)
    --gas-share PERCENT maximum cost of a mint's gas, as a share of its price; a
                        launch with more expensive mints is not sold; 0 for no
                        limit (default 50)
    --coin-price USD    price of the chain's coin in dollars, for --gas-share (by
                        default a round price on the high side: 5000 for ETH, see
                        the README; a test network's coin has none)
    --wallet-factories LIST
                        addresses of further contracts that may be called to deploy
                        a payer's wallet (ERC-6492), separated by commas; those of
                        common wallets are known (docs/wallets.md); none for no
                        factory at all
`

// minPoll and maxPoll limit --poll. A chain that is polled more rarely would be
// mistaken for one that stands still.
const minPoll, maxPoll = 50 * time.Millisecond, 30 * time.Second

// limitFlags limit the load and the cost of serving.
type limitFlags struct {
	queue, perPayer, inFlight int
	maxFee, budget, coinPrice string
	gasShare                  int
	poll                      time.Duration
	factories                 []string
}

func (l *limitFlags) add(c *cobra.Command) {
	c.Flags().IntVar(&l.queue, "queue", 5000, "")
	c.Flags().IntVar(&l.perPayer, "per-payer", 16, "")
	c.Flags().DurationVar(&l.poll, "poll", 0, "")
	c.Flags().IntVar(&l.inFlight, "in-flight", 16, "")
	c.Flags().StringVar(&l.maxFee, "max-fee", "", "")
	c.Flags().StringVar(&l.coinPrice, "coin-price", "", "")
	c.Flags().IntVar(&l.gasShare, "gas-share", 50, "")
	c.Flags().StringVar(&l.budget, "gas-budget", "", "")
	c.Flags().StringSliceVar(&l.factories, "wallet-factories", nil, "")
}

func (l *limitFlags) settings(n x402.Network) (mint.Settings, error) {
	s := mint.Settings{Queue: l.queue, PerPayer: l.perPayer, InFlight: l.inFlight}
	for _, n := range []struct {
		flag  string
		value int
	}{{"--queue", l.queue}, {"--per-payer", l.perPayer}, {"--in-flight", l.inFlight}} {
		if n.value < 1 || n.value > 1_000_000 {
			return s, usage("%s %d: expected a whole number from 1 to 1000000", n.flag, n.value)
		}
	}
	if l.poll != 0 && (l.poll < minPoll || l.poll > maxPoll) {
		return s, usage("--poll %s: expected a duration from %s to %s", l.poll, minPoll, maxPoll)
	}
	s.Poll, s.Steady = l.poll, l.poll != 0
	var err error
	if s.MaxFee, err = maxFee(l.maxFee, n); err != nil {
		return s, err
	}
	if s.CoinPrice, err = coinPrice(l.coinPrice, n); err != nil {
		return s, err
	}
	if s.GasShare, err = gasShare(l.gasShare); err != nil {
		return s, err
	}
	if s.Factories, err = walletFactories(l.factories); err != nil {
		return s, err
	}
	switch l.budget {
	case "":
		s.Budget = gasBudget(n)
	case "none":
	default:
		if s.Budget, err = amount.Units.Parse(l.budget); err != nil {
			return s, usage("--gas-budget: %w", err)
		}
		if s.Budget.Sign() == 0 {
			s.Budget = nil
		}
	}
	return s, nil
}

// walletFactories returns the known factories and those of --wallet-factories.
func walletFactories(more []string) (factories.List, error) {
	if len(more) == 1 && more[0] == "none" {
		return nil, nil
	}
	given, err := walletsOf("--wallet-factories", more)
	if err != nil {
		return nil, err
	}
	list := factories.Known()
	for _, a := range given {
		if list[a] == "" {
			list[a] = "--wallet-factories"
		}
	}
	return list, nil
}

// maxWait bounds --wait and --drain.
const maxWait = time.Hour

// bounded refuses times and addresses that no server could use.
func (f *serveFlags) bounded() error {
	for _, one := range []struct {
		flag string
		time time.Duration
	}{{"--wait", f.wait}, {"--drain", f.drain}} {
		if one.time < 0 || one.time > maxWait {
			return usage("%s %s: expected a time from 0s to 1h", one.flag, one.time)
		}
	}
	if _, _, err := net.SplitHostPort(f.access.metrics); f.access.metrics != "" && err != nil {
		return usage("--metrics %q: expected HOST:PORT, such as 127.0.0.1:9090", f.access.metrics)
	}
	return nil
}

const accessHelp = `
limits of each client
    --trusted-proxy CIDR  take client addresses from this proxy's X-Forwarded-For
                          and Forwarded headers; may be repeated. The limits of
                          connections, feeds and pictures are for each address
    --metrics ADDRESS     serve /metrics on this address only, such as
                          127.0.0.1:9402
`

// accessFlags say which proxies are trusted and where metrics are served.
type accessFlags struct {
	proxies []string
	metrics string
}

func (f *accessFlags) add(c *cobra.Command) {
	c.Flags().StringSliceVar(&f.proxies, "trusted-proxy", nil, "")
	c.Flags().StringVar(&f.metrics, "metrics", "", "")
}

// trusted returns the proxies, each as a network. A single address is a network of
// one.
func (f *accessFlags) trusted() ([]netip.Prefix, error) {
	var all []netip.Prefix
	for _, text := range f.proxies {
		text = strings.TrimSpace(text)
		if a, err := netip.ParseAddr(text); err == nil {
			a = a.Unmap().WithZone("")
			all = append(all, netip.PrefixFrom(a, a.BitLen()))
			continue
		}
		p, err := netip.ParsePrefix(text)
		if err != nil || p.Bits() == 0 {
			return nil, usage("--trusted-proxy %q: expected an address or a network of the proxies, such as 127.0.0.1 or 10.0.0.0/8", text)
		}
		all = append(all, p.Masked())
	}
	return all, nil
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

// publicURL returns the origin under which clients reach the server.
func publicURL(given string, ln net.Listener) (string, error) {
	if given == "" {
		host, port, err := net.SplitHostPort(ln.Addr().String())
		if err != nil {
			return "", err
		}
		if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
			return "", &usageError{hint(errors.New("the server listens on all addresses, so its public URL is not known"), "--public-url https://mint.example")}
		}
		return "http://" + net.JoinHostPort(host, port), nil
	}
	u, err := weburl.Parse(strings.TrimRight(given, "/"), "https", "http")
	if err != nil || u.Path != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return "", usage("--public-url %q: expected scheme://host[:port]", given)
	}
	return u.String(), nil
}

// listenMetrics listens on the address for metrics. It returns nil if they are served
// together with everything else.
func (f *accessFlags) listenMetrics(ctx context.Context) (net.Listener, error) {
	if f.metrics == "" {
		return nil, nil
	}
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", f.metrics)
	if err != nil {
		return nil, hint(err, "give another address with --metrics HOST:PORT")
	}
	return ln, nil
}

// serveMetrics serves metrics on a separate listener until ctx is done.
func serveMetrics(ctx context.Context, ln net.Listener, handler http.Handler) {
	s := &http.Server{Handler: handler, ReadTimeout: 10 * time.Second, WriteTimeout: 30 * time.Second}
	context.AfterFunc(ctx, func() { _ = s.Close() })
	_ = s.Serve(ln) // returns when it is closed
}
