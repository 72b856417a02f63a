package webhook

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func TestOnlyPublicAddressesAreCalled(t *testing.T) {
	for _, a := range []string{"127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
		"100.100.100.200", "168.63.129.16", "192.0.0.192", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.2.1", "203.0.113.9",
		"::", "::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::a00:1", "2002:7f00:1::", "2001::1",
		"2001:db8::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "3fff::1", "5f00::1", "100::1"} {
		if public(netip.MustParseAddr(a)) {
			t.Errorf("%s counts as public", a)
		}
	}
	for _, a := range []string{"1.1.1.1", "8.8.8.8", "172.32.0.1", "100.128.0.1", "::ffff:8.8.8.8", "2606:4700:4700::1111", "2a00:1450:4001:80b::200e"} {
		if !public(netip.MustParseAddr(a)) {
			t.Errorf("%s does not count as public", a)
		}
	}
	if public(netip.Addr{}) {
		t.Error("no address counts as public")
	}
}

// answers is a name server that gives each of its answers in turn, the last one for ever.
type answers struct {
	all   [][]netip.Addr
	asked int
}

func (a *answers) LookupNetIP(context.Context, string, string) ([]netip.Addr, error) {
	n := min(a.asked, len(a.all)-1)
	a.asked++
	return append([]netip.Addr(nil), a.all[n]...), nil
}

func addrs(all ...string) (list []netip.Addr) {
	for _, a := range all {
		list = append(list, netip.MustParseAddr(a))
	}
	return list
}

// A name server that answers with a public address to whoever checks, and with a private
// one to whoever connects.
func TestANameIsResolvedOnceAndTheCheckedAddressIsCalled(t *testing.T) {
	names := &answers{all: [][]netip.Addr{addrs("1.1.1.1"), addrs("127.0.0.1")}}
	var called []string
	g := &guard{resolver: names, dial: func(_ context.Context, _, address string) (net.Conn, error) {
		called = append(called, address)
		c, _ := net.Pipe()
		return c, nil
	}}
	c, err := g.dialContext(context.Background(), "tcp", "hooks.example:443")
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
	if names.asked != 1 || len(called) != 1 || called[0] != "1.1.1.1:443" {
		t.Errorf("asked %d times, called %v", names.asked, called)
	}
	// The next connection meets the other answer.
	if _, err := g.dialContext(context.Background(), "tcp", "hooks.example:443"); !errors.Is(err, ErrPrivate) || len(called) != 1 {
		t.Errorf("after the answer changed: %v, called %v", err, called)
	}
}

func TestOnePrivateAddressAmongPublicOnesIsEnoughToRefuse(t *testing.T) {
	for _, a := range [][]netip.Addr{addrs("1.1.1.1", "10.0.0.1"), addrs("::ffff:10.0.0.1"), addrs("64:ff9b::a00:1", "1.1.1.1"), {}} {
		g := &guard{resolver: &answers{all: [][]netip.Addr{a}}, dial: func(context.Context, string, string) (net.Conn, error) {
			t.Errorf("called, with %v", a)
			return nil, errors.New("called")
		}}
		if _, err := g.dialContext(context.Background(), "tcp", "hooks.example:443"); err == nil {
			t.Errorf("%v was accepted", a)
		}
	}
}

func TestALiteralPrivateAddressIsRefusedUnlessAllowed(t *testing.T) {
	var called atomic.Int32
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { called.Add(1) }))
	defer s.Close()
	post := func(private bool) *failure {
		p := newPoster(newGuard(private))
		defer p.client.CloseIdleConnections()
		return p.post(context.Background(), s.URL, []Secret{NewSecret()}, "evt_1", time.Now(), []byte("{}"))
	}
	if f := post(false); f == nil || !strings.Contains(f.reason, ErrPrivate.Error()) || called.Load() != 0 {
		t.Errorf("%v, called %d times", f, called.Load())
	}
	if f := post(true); f != nil || called.Load() != 1 {
		t.Errorf("allowed: %v, called %d times", f, called.Load())
	}
}

func TestAnEndpointIsCheckedWhenItIsAddedAsWhenItIsSentTo(t *testing.T) {
	unknown := &net.DNSError{Err: "no such host", IsNotFound: true}
	for _, c := range []struct {
		url     string
		allow   bool
		names   []netip.Addr
		refused string
		why     error
	}{
		{"https://hooks.example/x", false, addrs("1.1.1.1"), "", nil},
		{"https://hooks.example/x", false, addrs("1.1.1.1", "10.0.0.1"), "hooks.example is 10.0.0.1", ErrPrivate},
		{"https://hooks.example/x", true, addrs("10.0.0.1"), "", nil},
		{"https://[::1]:8443/x", false, nil, "::1: the address", ErrPrivate},
		{"https://127.0.0.1/x", true, nil, "", nil},
		{"https://unknown.example/x", false, nil, "unknown.example", ErrUnresolved}, // it may be known by the time of a request
		{"https://unknown.example/x", true, nil, "unknown.example", ErrUnresolved},
	} {
		names := resolving(func() ([]netip.Addr, error) {
			if c.names == nil {
				return nil, unknown
			}
			return c.names, nil
		})
		err := Endpoint{URL: c.url, AllowPrivate: c.allow}.checkAddress(context.Background(), &guard{resolver: names, private: c.allow})
		if !errors.Is(err, c.why) || err != nil && (c.why == nil || !strings.Contains(err.Error(), c.refused)) {
			t.Errorf("%s, allowed %t: %v", c.url, c.allow, err)
		}
	}
}

// resolving is a resolver with one answer.
type resolving func() ([]netip.Addr, error)

func (r resolving) LookupNetIP(context.Context, string, string) ([]netip.Addr, error) { return r() }

// A proxy of the environment would resolve the name itself.
func TestNoProxyIsUsed(t *testing.T) {
	p := newPoster(newGuard(false))
	if p.client.Transport.(*http.Transport).Proxy != nil {
		t.Error("a proxy is used")
	}
}
