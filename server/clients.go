package server

import (
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"sync/atomic"

	"github.com/gofiber/fiber/v2"
)

// clients finds the client that a connection or a request counts for in limits: an IPv4
// address, or an IPv6 network of 64 bits, since one subscriber has a whole such network.
type clients struct {
	trusted []netip.Prefix // the proxies that may set a request's client address
	log     *slog.Logger
	noticed atomic.Bool // the warning about a proxy was logged
}

func clientAt(a netip.Addr) netip.Prefix {
	a = a.Unmap().WithZone("")
	bits := a.BitLen()
	if a.Is6() {
		bits = 64
	}
	p, _ := a.Prefix(bits) // fails only for an invalid address
	return p
}

func addrOf(a net.Addr) netip.Addr {
	if tcp, ok := a.(*net.TCPAddr); ok {
		return tcp.AddrPort().Addr().Unmap()
	}
	return netip.Addr{}
}

// peer returns the client that a connection counts for, and whether that is a proxy.
func (l *clients) peer(a net.Addr) (who netip.Prefix, proxy bool) {
	at := addrOf(a)
	return clientAt(at), l.isProxy(at)
}

func (l *clients) isProxy(a netip.Addr) bool {
	for _, p := range l.trusted {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// of returns the client that a request counts for: the peer, or the address that a
// trusted proxy reports. Proxies append to X-Forwarded-For and Forwarded. So each
// header is read from its end, up to the first address that is not a trusted proxy; a
// client may have invented those before it. If a header is not understood, or if the
// two disagree, the request counts for the proxy.
func (l *clients) of(c *fiber.Ctx) netip.Prefix {
	peer := addrOf(c.Context().RemoteAddr())
	if !l.isProxy(peer) {
		l.noticeProxy(c, peer)
		return clientAt(peer)
	}
	listed, one := l.forwarded(c, fiber.HeaderXForwardedFor, plainHop)
	named, other := l.forwarded(c, fiber.HeaderForwarded, forwardedHop)
	switch {
	case one && other && listed != named:
	case one && listed.IsValid():
		return clientAt(listed)
	case other && named.IsValid():
		return clientAt(named)
	}
	return clientAt(peer)
}

// forwarded returns the address in a header. there is false if the header is absent.
func (l *clients) forwarded(c *fiber.Ctx, header string, read func(hop string) netip.Addr) (a netip.Addr, there bool) {
	lines := c.Request().Header.PeekAll(header)
	for i := len(lines) - 1; i >= 0; i-- {
		hops := strings.Split(string(lines[i]), ",")
		for j := len(hops) - 1; j >= 0; j-- {
			if a = read(strings.TrimSpace(hops[j])); !a.IsValid() || !l.isProxy(a) {
				return a, true
			}
		}
	}
	return a, len(lines) > 0
}

// plainHop parses an address, with or without a port.
func plainHop(hop string) netip.Addr {
	if at, err := netip.ParseAddrPort(hop); err == nil {
		return at.Addr().Unmap()
	}
	a, _ := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(hop, "["), "]"))
	return a.Unmap()
}

// forwardedHop parses the for= of an element of RFC 7239.
func forwardedHop(hop string) netip.Addr {
	for _, pair := range strings.Split(hop, ";") {
		if name, value, _ := strings.Cut(strings.TrimSpace(pair), "="); strings.EqualFold(name, "for") {
			return plainHop(strings.Trim(value, `"`))
		}
	}
	return netip.Addr{}
}

// noticeProxy warns once if requests seem to come through a proxy that is not trusted.
// Then all its clients share the limits of one address.
func (l *clients) noticeProxy(c *fiber.Ctx, peer netip.Addr) {
	if l.noticed.Load() || !peer.IsLoopback() && !peer.IsPrivate() {
		return
	}
	h := &c.Request().Header
	if len(h.Peek(fiber.HeaderXForwardedFor))+len(h.Peek(fiber.HeaderForwarded)) > 0 && !l.noticed.Swap(true) {
		l.log.Warn("requests come through a proxy, so all its clients share the limits of one address; start with --trusted-proxy "+peer.String(), "proxy", peer)
	}
}
