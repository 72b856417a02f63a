package pay

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"syscall"
	"time"
)

// Transport returns a transport that connects to public addresses only, whatever a name
// resolves to at the time. A private, loopback or link-local address (such as a cloud's
// metadata service) is dialed only if Hosts has that address, or localhost, with its
// port. It uses no proxy from the environment.
func (l *Limits) Transport() *http.Transport {
	return &http.Transport{
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			d := net.Dialer{Timeout: 10 * time.Second}
			if !l.listsAddress(address) {
				d.Control = func(_, resolved string, _ syscall.RawConn) error { return publicAddress(resolved) }
			}
			return d.DialContext(ctx, network, address)
		},
		ForceAttemptHTTP2: true, TLSHandshakeTimeout: 10 * time.Second, MaxResponseHeaderBytes: 1 << 20, DisableKeepAlives: true,
	}
}

// listsAddress reports whether Hosts has this literal address, or localhost, with its
// port.
func (l *Limits) listsAddress(address string) bool {
	host, port, err := net.SplitHostPort(address)
	if err != nil || host != "localhost" && net.ParseIP(host) == nil {
		return false
	}
	return slices.ContainsFunc(l.Hosts, func(h string) bool { return strings.EqualFold(h, net.JoinHostPort(host, port)) })
}

// reserved are ranges that are not public and that net/netip has no method for (RFC 6890),
// and the address of Azure's platform. No IPv6 address outside of 2000::/3 is public:
// NAT64 (64:ff9b::/96) and ::/96 lead to IPv4 addresses.
var (
	reserved = prefixes("0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
		"240.0.0.0/4", "168.63.129.16/32", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
	global6 = netip.MustParsePrefix("2000::/3")
)

func prefixes(all ...string) (list []netip.Prefix) {
	for _, p := range all {
		list = append(list, netip.MustParsePrefix(p))
	}
	return list
}

// publicAddress returns an error for an address and port that are not public. A prefix
// contains no address with a zone, so zones are left out first.
func publicAddress(address string) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	ip := at.Addr().Unmap().WithZone("")
	if !ip.IsGlobalUnicast() || ip.IsPrivate() || ip.Is6() && !global6.Contains(ip) ||
		slices.ContainsFunc(reserved, func(p netip.Prefix) bool { return p.Contains(ip) }) {
		return beyond("host", "address %s is not public", ip)
	}
	return nil
}
