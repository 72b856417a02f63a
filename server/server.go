// Package server is the HTTP face: it asks for payment with 402, takes payments
// of both protocol versions on one route, and shows what became of them.
//
// A 402 is given only when nothing can have been sent for the payment that the
// request carries; whatever fails on our side is a 503, so that a client sends
// the same payment again instead of signing another. Nothing in a request but
// the signed payment, the launch's path and ?quantity= decides about money, and
// nothing that leaves names another origin than [Server.PublicURL].
//
// [Server.Open] builds the routes (routes.go), [Server.Serve] answers on a
// listener that the caller opened. The JSON shapes are [Receipt], [Launch] and,
// for every error but 402, [Problem].
package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/conn"
	"github.com/mint402/mint402/server/feed"
	"github.com/mint402/mint402/x402"
)

// Server answers requests. Its fields are set before Open.
type Server struct {
	Engine  *mint.Engine
	Network x402.Network
	// PublicURL is the only origin that is ever emitted: scheme://host[:port],
	// without a trailing slash.
	PublicURL string
	// Wait is how long a paid request is held until its order is mined (20s).
	Wait time.Duration
	// Held is how many requests are held at most (4,096). Each keeps a connection
	// and its buffers; who comes while that many wait is told where to look.
	Held int
	// Feeds is how many may listen to feeds at a time (10,000). Each keeps a
	// connection; who comes while that many do is told to come back.
	Feeds int
	// Connections is how many are open at most, a quarter of them of one address.
	// It follows from how many files the process may have open: some are left for the
	// database and the nodes.
	Connections int
	// TrustedProxies are whose word is taken for where a request came from. Without
	// any it is the connection's peer.
	TrustedProxies []netip.Prefix
	// MetricsApart leaves /metrics out: [Server.Metrics] is served elsewhere.
	MetricsApart bool
	Version      string
	// Demo says, on the page, that the money is worthless.
	Demo bool
	// WalletConnect is the operator's project id there: 32 hex digits, or empty.
	WalletConnect string
	// RPC is the node that the demo's page names for wallets; may be empty.
	RPC string
	// Fund gives an account of the demo's chain FundUSDC and coin for gas, and
	// returns when they are there; nil elsewhere.
	Fund func(ctx context.Context, to common.Address) error
	// Nodes says how the nodes stand that the engine's chain asks, best first, each
	// with a host of its own; none if nil.
	Nodes func() []Node
	// Admin is the owner's dashboard; off if nil.
	Admin *Admin
	Log   *slog.Logger

	app      *fiber.App
	metrics  *metrics
	hashes   hashes
	postings postings
	tallies  tallies
	times    times
	starts   starts
	hub      *feed.Hub // of feeds
	// listeners bounds the connections of feeds; one may lose its slot to a client that
	// has fewer.
	listeners *conn.Limiter
	pictures  pictures
	faucet    *faucet
	reads     *portions       // requests that add up, search or ask the chain
	files     *portions       // of orders, that are written
	life      context.Context // ends when requests may not be held any longer
	release   context.CancelFunc
	stopped   atomic.Bool
	held      *portions // requests that wait
	ln        atomic.Pointer[conn.Listener]

	proxyNoticed atomic.Bool
}

const (
	// readBuffer holds the whole request head: a payment header of the decoder's
	// bound and as much again for everything else.
	readBuffer = 2 * x402.MaxHeader

	writeBuffer = 8 << 10  // any answer but a long list
	maxBody     = 16 << 10 // where money is asked for, bodies are never looked at

	silentTimeout = 10 * time.Second // for a connection's first byte
	readTimeout   = 15 * time.Second // for a whole request, head and body
	writeTimeout  = 15 * time.Second
	idleTimeout   = 75 * time.Second // longer than the usual proxy's
)

const (
	// maxConnections is a bound where the system sets none.
	maxConnections = 1 << 16
	// reservedFiles are those for everything but connections.
	minReservedFiles, maxReservedFiles = 128, 1024
)

// connectionsOf is how many connections a process that may have so many files open
// takes.
func connectionsOf(files int) int {
	reserved := min(max(files/8, minReservedFiles), maxReservedFiles)
	return max(1, min(files-min(reserved, files/2), maxConnections))
}

// Open checks the fields and builds the routes. The engine must be open.
func (s *Server) Open() error {
	if s.Engine == nil || s.Engine.Store == nil || s.Engine.Chain == nil {
		return errors.New("open server: an open engine is needed")
	}
	if s.Network.ChainID != s.Engine.ChainID {
		return fmt.Errorf("open server: the network's chain id is %d and the engine's %d", s.Network.ChainID, s.Engine.ChainID)
	}
	u, err := url.Parse(s.PublicURL)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || s.PublicURL != u.Scheme+"://"+u.Host {
		return fmt.Errorf("open server: public URL %q: expected scheme://host[:port] without a path or trailing slash", s.PublicURL)
	}
	if s.Wait < 0 {
		return fmt.Errorf("open server: wait %s is negative", s.Wait)
	}
	if s.Wait == 0 {
		s.Wait = 20 * time.Second
	}
	if s.Held == 0 {
		s.Held = 4096
	}
	if s.Connections == 0 {
		s.Connections = connectionsOf(openFiles())
	}
	if s.Feeds == 0 {
		s.Feeds = max(1, min(10_000, s.Connections/2))
	}
	if s.Nodes == nil {
		s.Nodes = func() []Node { return nil }
	}
	if s.Admin != nil {
		if err := s.Admin.open(); err != nil {
			return fmt.Errorf("open server: %w", err)
		}
	}
	if s.Log == nil {
		s.Log = slog.New(slog.DiscardHandler)
	}
	s.held = newPortions(s.Held)
	s.pictures = newPictures()
	s.faucet, s.reads, s.files = newFaucet(), newPortions(maxReads), newPortions(maxFiles)
	s.life, s.release = context.WithCancel(context.Background())
	s.metrics = newMetrics(s)
	s.hub, s.listeners = s.newHub(), conn.NewLimiter(s.Feeds, false)
	s.app = fiber.New(fiber.Config{
		AppName:                 "mint402",
		Immutable:               true, // strings outlive the request: they are stored
		CaseSensitive:           true,
		StrictRouting:           true,
		ReadBufferSize:          readBuffer,
		WriteBufferSize:         writeBuffer,
		ReduceMemoryUsage:       true, // see package conn
		BodyLimit:               maxBody,
		ReadTimeout:             readTimeout,
		WriteTimeout:            writeTimeout,
		IdleTimeout:             idleTimeout,
		EnableTrustedProxyCheck: true, // and none is trusted: X-Forwarded-* is only text
		DisableStartupMessage:   true,
		ErrorHandler:            s.fail,
		// Forms are not read, so neither is memory spent on them.
		DisablePreParseMultipartForm: true,
	})
	s.app.Server().KeepHijackedConns = true // feeds close theirs themselves
	s.routes()
	return nil
}

// Serve answers on the listener until Shutdown, and then returns nil.
func (s *Server) Serve(ln net.Listener) error {
	listening := conn.Listen(ln, conn.Config{Max: s.Connections, Client: s.peer, Refusal: s.refusal, MaxHead: readBuffer, MaxBody: maxBody,
		FirstByte: silentTimeout, Request: readTimeout, Idle: idleTimeout, Write: writeTimeout, Log: s.Log})
	s.ln.Store(listening)
	if s.stopped.Load() {
		return ln.Close()
	}
	go s.tallyAll() // so that no first visitor waits for it
	if err := s.app.Listener(listening); err != nil && !s.stopped.Load() {
		return fmt.Errorf("serve %s: %w", ln.Addr(), err)
	}
	return nil
}

// Shutdown stops accepting and returns when every request has been answered.
// Feeds end at once: who listens comes back, to whoever serves then.
// Requests that are held for a mint are held on, since the engine may still
// deliver; once ctx is done they are answered as they stand (202), for which
// they get two seconds more. The error is ctx's if it came to that.
func (s *Server) Shutdown(ctx context.Context) error {
	s.stopped.Store(true)
	defer s.release()
	if ln := s.ln.Load(); ln != nil {
		ln.Drain()
	}
	s.hub.Close()
	hard, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- s.app.ShutdownWithContext(hard) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	s.release()
	timer := time.NewTimer(2 * time.Second)
	defer timer.Stop()
	select {
	case <-done:
	case <-timer.C:
	}
	return ctx.Err()
}
