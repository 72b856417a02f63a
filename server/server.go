// Package server is the HTTP server: it asks for payment with 402, accepts payments of both
// protocol versions on the same routes, and shows their status.
//
// It answers 402 only if no transaction can have been sent for the payment in the
// request. If we fail, a request with a payment gets a 503, so that the client sends
// the same payment again instead of signing another. Only the signed payment, the
// launch's path and ?quantity= decide about money. URLs of this server in answers always
// begin with the presenter's PublicURL. They do not depend on the request's headers.
//
// [Server.Open] builds the routes (routes.go), and [Server.Serve] answers on a listener
// that the caller opened. Package api makes the JSON, package pages the HTML. The
// dashboard of package admin is mounted by the caller.
package server

import (
	"context"
	"log/slog"
	"net/netip"
	"sync/atomic"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/gofiber/fiber/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/valyala/fasthttp"

	"github.com/mint402/mint402/proof"
	"github.com/mint402/mint402/relay"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/server/charge"
	"github.com/mint402/mint402/server/checkout"
	"github.com/mint402/mint402/server/conn"
	"github.com/mint402/mint402/server/discovery"
	"github.com/mint402/mint402/server/feed"
	"github.com/mint402/mint402/server/mcp"
	"github.com/mint402/mint402/server/pages"
	"github.com/mint402/mint402/server/people"
	"github.com/mint402/mint402/server/settle"
	"github.com/mint402/mint402/web"
)

// Server answers requests. Its fields are set before Open.
type Server struct {
	// Presenter makes the answers. Open opens it.
	Presenter *api.Presenter
	// Wait is how long a paid request is held until its order is mined. It is 25 s by
	// default: several blocks of two seconds, and less than the 30 s or 60 s after which
	// proxies and MCP clients give up.
	Wait time.Duration
	// MaxHeld is how many paid requests are held at most, 4,096 by default. Each keeps a
	// connection and its buffers. A request beyond that gets the order's state and URL at
	// once.
	MaxHeld int
	// MaxFeeds is how many feeds may be open. The default is 10,000, or half of
	// MaxConnections if that is less. Each keeps a connection. At the limit, a further feed
	// replaces one of a client that has more feeds, if there is such a client. Otherwise it
	// gets a 503 with Retry-After.
	MaxFeeds int
	// MaxConnections is how many connections may be open. One client may have a quarter of
	// them.
	// The default depends on how many files the process may open; some of those are
	// reserved for the database and the nodes.
	MaxConnections int
	// TrustedProxies are the proxies that may set a request's client address. Without any,
	// it is the address of the connection.
	TrustedProxies []netip.Prefix
	// MetricsApart leaves out /metrics, because the caller serves [Server.Metrics] elsewhere.
	MetricsApart bool
	// WalletConnect is the operator's project id at WalletConnect: 32 hex digits, or
	// empty.
	WalletConnect string
	// Fund gives an account test USDC, as much as [FundUSDC], and coin for gas. It returns
	// once the account has them. It is nil except on the demo's chain.
	Fund func(ctx context.Context, to common.Address) error
	// Challenges are the secrets that bind the challenges of MPP, newest first; see
	// charge.Seller. Without any, challenges end with the process.
	Challenges [][]byte
	// Features are named in the documents for software that looks for us.
	Features discovery.Features
	// FacilitatorRate is how many requests to the facilitator are answered in a minute for one
	// client. 0 is [settle.DefaultRate]; if it is negative, there is no facilitator.
	FacilitatorRate int
	// Relays settle payments of others at the facilitator, for holders of tokens, each on the chain
	// with that id. It may be nil.
	Relays map[uint64]*relay.Relay
	// Extensions add to the 402s.
	Extensions []checkout.Extension
	// Lists makes the lists of minters and holders. If it is nil, they are empty.
	Lists *people.Lists
	// Ledger reads transactions for the route that verifies receipts. It may be nil.
	Ledger proof.Ledger
	// ForeignKeys returns the body of a URL of another server, for keys of receipts that
	// other servers signed. If it is nil, such receipts cannot be verified here; see
	// proof.Web.
	ForeignKeys func(ctx context.Context, url string) ([]byte, error)
	// Collectors add the caller's figures to the metrics.
	Collectors []prometheus.Collector
	// MayUpload reports whether the client of a request may send a body with pictures; see
	// api.IsUpload. If it is nil, no client may.
	MayUpload func(*fasthttp.RequestHeader) bool
	// OpenLaunches puts a link to the dashboard on the pages, because anyone may launch there.
	OpenLaunches bool
	// Brand is the operator's own name and site, for pages.
	Brand web.Brand
	// Mount adds further routes when the server opens, such as the owner's dashboard.
	// They pass through the same limits and error handling as ours.
	Mount func(fiber.Router) error

	reader  api.Reader   // the presenter's
	log     *slog.Logger // the presenter's
	app     *fiber.App
	headers fasthttp.ResponseHeader // of every answer, except the dashboard's
	metrics *metrics
	// checkout quotes prices and takes payments.
	checkout *checkout.Checkout
	seller   *charge.Seller      // takes payments by MPP
	agents   *mcp.Server         // sells to MCP clients, at the checkout
	settling *settle.Facilitator // settles payments for other servers; nil: it does not
	hub      *feed.Hub           // sends changes to the open feeds
	events   *eventRoute         // /events
	proofs   *proofRoutes        // signed offers, and what verifies receipts
	// listeners limits the open feeds. A client may lose one to a client that has fewer.
	listeners *conn.Limiter
	pages     *pages.Pages
	documents *discovery.Publisher
	faucet    *faucet
	reads     *api.Quota      // requests that aggregate, search or query the chain
	life      context.Context // ends when requests may no longer be held
	release   context.CancelFunc
	stopped   atomic.Bool
	ln        atomic.Pointer[conn.Listener]
	clients   clients
}

const (
	writeBuffer = 8 << 10 // bytes; enough for any answer but a long list

	silentTimeout = 10 * time.Second // for a connection's first byte
	writeTimeout  = 15 * time.Second
	idleTimeout   = 75 * time.Second // longer than the idle timeout of common proxies
	idleWorker    = 2 * time.Second  // how long the stack of a closed connection is kept for the next
	defaultWait   = 25 * time.Second

	defaultMaxHeld = 4096 // payments that wait
)

const (
	// maxConnections is the limit if the system has none.
	maxConnections = 1 << 16
	// minReservedFiles and maxReservedFiles bound how many open files are reserved for
	// everything but connections.
	minReservedFiles, maxReservedFiles = 128, 1024
)

// connectionsOf returns how many connections are allowed in a process that may open that
// number of files. It reserves an eighth of them, within the bounds, but at most half.
func connectionsOf(files int) int {
	reserved := min(max(files/8, minReservedFiles), maxReservedFiles)
	return max(1, min(files-min(reserved, files/2), maxConnections))
}

// Checkout returns the part of the server that quotes prices and takes payments, for other
// transports. Open makes it, before it calls Mount.
func (s *Server) Checkout() *checkout.Checkout { return s.checkout }

// Seller returns the part of the server that sells by MPP, for other transports. Open makes
// it, before it calls Mount.
func (s *Server) Seller() *charge.Seller { return s.seller }

// Life returns a context that ends when requests may no longer be held.
func (s *Server) Life() context.Context { return s.life }

// DashboardPage answers with the page of the dashboard, and passes data to its script.
func (s *Server) DashboardPage(c *fiber.Ctx, data any) error { return s.pages.Dashboard(c, data) }

// Client returns the client of a request, as limits per client count it: an address, or a
// range of IPv6 addresses.
func (s *Server) Client(c *fiber.Ctx) netip.Prefix { return s.clients.of(c) }

func (s *Server) now() time.Time { return s.Presenter.Now() }
