package conn_test

import (
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/mint402/mint402/server/conn"
)

var (
	alice = netip.MustParsePrefix("192.0.2.1/32")
	bob   = netip.MustParsePrefix("192.0.2.2/32")
	carol = netip.MustParsePrefix("192.0.2.3/32")
	proxy = netip.MustParsePrefix("192.0.2.4/32")
)

// taking returns a function that takes a slot for a new connection of a client, and
// one that reports whether the n-th connection was closed.
func taking(l *conn.Limiter) (take func(netip.Prefix) *conn.Slot, closed func(n int) bool) {
	var all []net.Conn
	take = func(client netip.Prefix) *conn.Slot {
		c, _ := net.Pipe()
		s := l.Take(client, c, client == proxy)
		if s != nil {
			all = append(all, c)
		}
		return s
	}
	return take, func(n int) bool { return all[n].SetDeadline(time.Time{}) != nil }
}

func TestAClientHasAQuarterOfTheSlotsAndAProxyAsManyAsAreFree(t *testing.T) {
	l := conn.NewLimiter(8, false)
	take, _ := taking(l)
	first := take(alice)
	if first == nil || take(alice) == nil || take(alice) != nil || !l.Full(alice) || l.Full(bob) {
		t.Error("alice does not have two slots")
	}
	for range 6 {
		if take(proxy) == nil {
			t.Error("the proxy gets no slot that is free")
		}
	}
	first.Leave()
	first.Leave()
	if l.Len() != 7 {
		t.Errorf("%d slots are taken", l.Len())
	}
	if take(alice) == nil {
		t.Error("alice does not get her slot again")
	}
}

func TestAFullLimiterClosesTheOldestConnectionOfTheClientWithTheMost(t *testing.T) {
	l := conn.NewLimiter(8, false)
	take, closed := taking(l)
	for _, client := range []netip.Prefix{proxy, proxy, proxy, proxy, proxy, bob, alice, alice} {
		take(client)
	}
	if take(carol) == nil || !closed(6) || closed(7) || closed(5) {
		t.Error("alice, who has two, does not lose her first")
	}
	if !l.Full(bob) || take(bob) != nil {
		t.Error("bob gets as many as those have who would lose one")
	}
}
