package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/server/charge"
	"github.com/mint402/mint402/server/checkout"
	"github.com/mint402/mint402/server/conn"
	"github.com/mint402/mint402/server/discovery"
	"github.com/mint402/mint402/server/pages"
	"github.com/mint402/mint402/server/people"
	"github.com/mint402/mint402/server/settle"
)

// Open checks the fields and builds the routes. The engines must be open.
func (s *Server) Open() error {
	if s.Presenter == nil {
		return errors.New("open server: a presenter is needed")
	}
	if err := s.Presenter.Open(); err != nil {
		return fmt.Errorf("open server: %w", err)
	}
	s.reader, s.log = s.Presenter.Reader, s.Presenter.Log
	if s.Wait < 0 {
		return fmt.Errorf("open server: wait %s is negative", s.Wait)
	}
	if s.Wait == 0 {
		s.Wait = defaultWait
	}
	if s.MaxHeld == 0 {
		s.MaxHeld = defaultMaxHeld
	}
	if s.MaxConnections == 0 {
		s.MaxConnections = connectionsOf(openFiles())
	}
	if s.MaxFeeds == 0 {
		s.MaxFeeds = max(1, min(10_000, s.MaxConnections/2))
	}
	s.clients.trusted, s.clients.log = s.TrustedProxies, s.log
	s.faucet, s.reads, s.Features.Facilitator = newFaucet(), api.NewQuota(maxReads), s.FacilitatorRate >= 0
	s.life, s.release = context.WithCancel(context.Background())
	s.documents = &discovery.Publisher{Presenter: s.Presenter, Features: s.Features}
	s.proofs = &proofRoutes{presenter: s.Presenter, reader: s.reader, log: s.log, now: s.now, ledger: s.Ledger, foreignKeys: s.ForeignKeys}
	s.checkout = &checkout.Checkout{Presenter: s.Presenter, Wait: s.Wait, MaxHeld: s.MaxHeld,
		Extensions: slices.Concat([]checkout.Extension{s.documents.Extend}, s.Extensions, s.proofs.extensions()), Life: s.life}
	s.checkout.Open()
	s.seller = &charge.Seller{Checkout: s.checkout, Keys: s.Challenges}
	if err := s.seller.Open(); err != nil {
		return fmt.Errorf("open server: %w", err)
	}
	s.agents, s.settling = s.newMCP(), newSettling(s)
	if s.Lists == nil {
		s.Lists = &people.Lists{}
	}
	s.Lists.Presenter = s.Presenter
	s.Lists.Open()
	s.pages = &pages.Pages{Presenter: s.Presenter, Lists: s.Lists, OpenLaunches: s.OpenLaunches, Brand: s.Brand, WalletConnect: s.WalletConnect, Costly: s.costly, Client: s.Client, Life: s.life}
	s.pages.Open()
	s.metrics = newMetrics(s)
	s.addHeaders(&s.headers, false)
	s.hub, s.listeners = s.newHub(), conn.NewLimiter(s.MaxFeeds, false)
	s.events = newEventRoute(s)
	s.app = fiber.New(fiber.Config{
		AppName:                 "mint402",
		Immutable:               true, // strings outlive the request: they are stored
		CaseSensitive:           true,
		StrictRouting:           true,
		ReadBufferSize:          api.MaxHead,
		WriteBufferSize:         writeBuffer,
		ReduceMemoryUsage:       true, // see package conn
		BodyLimit:               api.MaxBody,
		WriteTimeout:            writeTimeout,
		EnableTrustedProxyCheck: true, // and none is trusted: Fiber does not use X-Forwarded-*
		DisableStartupMessage:   true,
		ErrorHandler:            s.fail,
		// We read no forms, so no memory is used for them.
		DisablePreParseMultipartForm: true,
	})
	s.app.Server().KeepHijackedConns = true // feeds close theirs
	s.app.Server().LazyRequestTime = true   // we do not use it
	s.app.Server().MaxIdleWorkerDuration = idleWorker
	s.app.Server().HeaderReceived = func(h *fasthttp.RequestHeader) fasthttp.RequestConfig {
		limit := maxBodyAt(h.RequestURI())
		// This is decided before a large body is read.
		if limit == api.MaxUpload && (s.MayUpload == nil || !s.MayUpload(h)) {
			limit = api.MaxBody
		}
		return fasthttp.RequestConfig{MaxRequestBodySize: int(limit)}
	}
	return s.routes()
}

// newSettling returns the facilitator, or nil if there is none.
func newSettling(s *Server) *settle.Facilitator {
	if s.FacilitatorRate < 0 {
		return nil
	}
	f := &settle.Facilitator{Presenter: s.Presenter, Checkout: s.checkout, Client: s.Client, Rate: cmp.Or(s.FacilitatorRate, settle.DefaultRate), Relays: s.Relays}
	f.Open()
	s.Collectors = append(s.Collectors, f.Collector())
	return f
}

// guard returns the listener with the limits of our connections, and with their timeouts for
// reading: fasthttp's would be set twice for each request.
func (s *Server) guard(ln net.Listener) *conn.Listener {
	return conn.Listen(ln, conn.Config{Max: s.MaxConnections, Client: s.clients.peer, Refusal: s.refusal, MaxHead: api.MaxHead, MaxBody: api.MaxBody, MaxBodyAt: maxBodyAt,
		FirstByte: silentTimeout, Request: api.ReadTimeout, Idle: idleTimeout, Write: writeTimeout, Log: s.log})
}

// Serve answers on the listener until Shutdown, and then returns nil.
func (s *Server) Serve(ln net.Listener) error {
	listening := s.guard(ln)
	s.ln.Store(listening)
	if s.stopped.Load() {
		return ln.Close()
	}
	go s.Presenter.TallyAll(s.life) // in advance, so that the first visitor does not wait for it
	if err := s.app.Listener(listening); err != nil && !s.stopped.Load() {
		return fmt.Errorf("serve %s: %w", ln.Addr(), err)
	}
	return nil
}

// Shutdown stops accepting, and returns when every request has been answered. Feeds end
// at once: their clients reconnect, to the next server. Requests that wait for a mint
// go on waiting, since an engine may still deliver. Once ctx is done they are answered
// with the order's current state (202), which may take 2 s. The error is that of ctx if
// this was necessary.
func (s *Server) Shutdown(ctx context.Context) error {
	s.stopped.Store(true)
	defer s.release()
	if ln := s.ln.Load(); ln != nil {
		ln.Drain()
	}
	s.events.close()
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
