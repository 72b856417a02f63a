package cmd

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

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
