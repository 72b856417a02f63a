package webhook

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"time"
)

var (
	// ErrPrivate means that an endpoint's address is not a public one.
	ErrPrivate = errors.New("the address is not public")
	// ErrUnresolved means that no address of an endpoint's host was found.
	ErrUnresolved = errors.New("no address was found")
)

// resolver finds the addresses of a host; [net.Resolver] implements it.
type resolver interface {
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
}

// guard opens connections to public addresses only. It resolves a name once, checks all
// its addresses, and connects to one that it checked, by number. So a name whose answer
// changes between the check and the connection leads nowhere else.
type guard struct {
	resolver resolver
	private  bool // allow every address
	dial     func(ctx context.Context, network, address string) (net.Conn, error)
}

func newGuard(private bool) *guard {
	d := &net.Dialer{Timeout: maxConnect, KeepAlive: -1}
	return &guard{net.DefaultResolver, private, d.DialContext}
}

// maxConnect is how long one connection attempt may take.
const maxConnect = 10 * time.Second

// dialContext connects to "host:port" for an http.Transport. If one of the host's
// addresses is not public it fails with ErrPrivate, and connects to no other: such an
// answer is a mistake or an attack.
func (g *guard) dialContext(ctx context.Context, network, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	addresses, err := g.lookup(ctx, host)
	if err != nil {
		return nil, err
	}
	if err := g.allow(host, addresses); err != nil {
		return nil, err
	}
	for _, a := range addresses {
		var conn net.Conn
		if conn, err = g.dial(ctx, network, net.JoinHostPort(a.String(), port)); err == nil {
			return conn, nil
		}
	}
	return nil, err
}

// maxLookup is how long CheckAddress waits for the addresses of a host.
const maxLookup = 5 * time.Second

// CheckAddress returns ErrPrivate, with the address, if requests to the endpoint would be
// refused because an address of its host is not public, and ErrUnresolved if the host has no
// address now. It may have one later: each request looks its addresses up and checks them again.
func (e Endpoint) CheckAddress(ctx context.Context) error {
	return e.checkAddress(ctx, newGuard(e.AllowPrivate))
}

func (e Endpoint) checkAddress(ctx context.Context, g *guard) error {
	u, err := url.Parse(e.URL)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, maxLookup)
	defer cancel()
	addresses, err := g.lookup(ctx, u.Hostname())
	if err != nil {
		return fmt.Errorf("%s: %w", u.Hostname(), ErrUnresolved)
	}
	return g.allow(u.Hostname(), addresses)
}

// allow returns ErrPrivate if one of a host's addresses may not be connected to.
func (g *guard) allow(host string, addresses []netip.Addr) error {
	for _, a := range addresses {
		if !g.private && !public(a) {
			if host != a.String() {
				return fmt.Errorf("%s is %s: %w", host, a, ErrPrivate)
			}
			return fmt.Errorf("%s: %w", a, ErrPrivate)
		}
	}
	return nil
}

func (g *guard) lookup(ctx context.Context, host string) ([]netip.Addr, error) {
	if a, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{a.Unmap()}, nil
	}
	found, err := g.resolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("%s has no address", host)
	}
	for i := range found {
		found[i] = found[i].Unmap() // ::ffff:127.0.0.1 is 127.0.0.1
	}
	return found, nil
}

// special4 and special6 are IANA's special-purpose registries (RFC 6890 and later), and
// addresses that cloud providers use inside. All of IPv6 outside of 2000::/3 is special.
var (
	special4 = prefixes("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
		"192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
		"198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
		"168.63.129.16/32") // Azure's platform address
	global6  = netip.MustParsePrefix("2000::/3") // leaves out NAT64 (64:ff9b::/96), fc00::/7, fe80::/10 and ::/96
	special6 = prefixes("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")
)

func prefixes(all ...string) (list []netip.Prefix) {
	for _, p := range all {
		list = append(list, netip.MustParsePrefix(p))
	}
	return list
}

// public reports whether an address belongs to the public internet.
func public(a netip.Addr) bool {
	a = a.Unmap()
	if !a.IsValid() || a.Zone() != "" {
		return false
	}
	special := special4
	if a.Is6() {
		if special = special6; !global6.Contains(a) {
			return false
		}
	}
	for _, p := range special {
		if p.Contains(a) {
			return false
		}
	}
	return true
}
