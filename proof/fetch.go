package proof

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"
)

// Limits on requests to servers of others.
const (
	maxFetched   = 64 << 10         // bytes of an answer
	fetchTimeout = 10 * time.Second // for a whole request
)

// A Web requests documents of hosts that others named. It uses https only, connects to
// public addresses only (checked after the name was resolved, for the address that is
// connected to), follows no redirects and uses no proxy. The zero Web is ready.
type Web struct {
	// Local also allows this machine and private networks, and plain http for them. It is
	// for people at their own machine, never for a server.
	Local bool
}

// errPrivate means that a name leads to an address that the public cannot reach.
var errPrivate = errors.New("its address is not public")

// Get returns the body of a URL of at most 64 KiB, if the status is 200.
func (w Web) Get(ctx context.Context, address string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, fetchTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, fmt.Errorf("request: %w", err)
	}
	if req.URL.Scheme != "https" && !w.Local || req.URL.User != nil {
		return nil, fmt.Errorf("get %s: only https is used for servers of others", address)
	}
	req.Header.Set("Accept", "application/did+json, application/json")
	dialer := &net.Dialer{Timeout: fetchTimeout, Control: w.control(req.URL.Scheme)}
	client := &http.Client{
		Transport:     &http.Transport{DialContext: dialer.DialContext, DisableKeepAlives: true, MaxResponseHeaderBytes: maxFetched},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	res, err := client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("get %s: %w", address, err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("get %s: %w", address, &StatusError{res.StatusCode})
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, maxFetched+1))
	if err != nil {
		return nil, fmt.Errorf("get %s: %w", address, err)
	}
	if len(body) > maxFetched {
		return nil, fmt.Errorf("get %s: the answer is larger than %d bytes", address, maxFetched)
	}
	return body, nil
}

// A StatusError is an answer other than 200, redirects included.
type StatusError struct{ Status int }

// Error returns the status in words.
func (e *StatusError) Error() string {
	return fmt.Sprintf("the answer is %d %s", e.Status, http.StatusText(e.Status))
}

// control returns a function that refuses an address before the connection is made, and
// after the name was resolved. So a name that resolves to another address the second time
// is refused, too.
func (w Web) control(scheme string) func(_, address string, _ syscall.RawConn) error {
	return func(_, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		switch {
		case err != nil:
			return err
		case !public(at.Addr()) && !w.Local:
			return errPrivate
		case public(at.Addr()) && scheme != "https":
			return errors.New("only https is used for public servers")
		}
		return nil
	}
}

// reserved are ranges that netip's methods do not name (RFC 6890), and the address of
// Azure's platform. No IPv6 address outside of 2000::/3 is public: NAT64 (64:ff9b::/96) and
// ::/96 lead to IPv4 addresses.
var (
	reserved = func() (list []netip.Prefix) {
		for _, p := range []string{"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
			"240.0.0.0/4", "168.63.129.16/32", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"} {
			list = append(list, netip.MustParsePrefix(p))
		}
		return list
	}()
	global6 = netip.MustParsePrefix("2000::/3")
)

// public reports whether the Internet can reach an address.
func public(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	if !a.IsGlobalUnicast() || a.IsPrivate() || a.Is6() && !global6.Contains(a) {
		return false
	}
	for _, p := range reserved {
		if p.Contains(a) {
			return false
		}
	}
	return true
}
