// Package mcp is the MCP server: it offers the launches to agents as tools, and sells with
// the tool mint. Its transport is streamable HTTP, one message in each POST.
//
// The [Till] decides about money. A call of mint becomes a request to it, and this package
// writes the price and the outcome in the dialects of MCP clients (payment.go). So one
// payment that comes by MCP and by HTTP is one mint.
//
// It is stateless: the price and the payment are two independent calls, and a call that is
// repeated on another replica or after a restart gets the same answer.
//
// Specification: https://modelcontextprotocol.io/specification, revisions 2025-03-26 to
// 2026-07-28. Payments: x402 v2 transport "mcp", specs/transports-v2/mcp.md of x402, and
// draft-payment-transport-mcp-00.
package mcp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/mint402/mint402/amount"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/api"
)

// Path is the path of the endpoint.
const Path = "/mcp"

// Server answers MCP messages. Its fields are set before Open. It is an http.Handler.
type Server struct {
	Till    Till
	Charger Charger
	Shop    Shop
	// PublicURL is the origin of our URLs: scheme://host[:port].
	PublicURL string
	Version   string
	Log       *slog.Logger
	Now       func() time.Time
	// MaxCall is how long a call may run, at most. It must be longer than the till waits for
	// a payment.
	MaxCall time.Duration

	host      string // of PublicURL
	transport http.Handler
	current   atomic.Pointer[offering]
}

// silent is the log of the SDK. It reports the faults of clients as errors, so any client
// could fill the operator's log. This package logs ours itself.
var silent = slog.New(slog.DiscardHandler)

// offering is an SDK server, and the text about the default launch that it was built with.
type offering struct {
	text   string
	server *sdk.Server
}

// Open prepares the server for requests.
func (s *Server) Open() {
	s.host = hostOf(s.PublicURL)
	s.current.Store(&offering{server: s.build(defaultOffer{text: "Call get_launch for what the default launch sells."})})
	s.transport = sdk.NewStreamableHTTPHandler(func(*http.Request) *sdk.Server { return s.current.Load().server }, &sdk.StreamableHTTPOptions{
		Stateless: true, JSONResponse: true, Logger: silent,
		// It would refuse each request that a proxy on this machine passes on. See checkHost.
		DisableLocalhostProtection: true,
		MaxRequestBodyBytes:        MaxBody,
	})
}

// defaultOffer describes the default launch in the description of the tool mint.
type defaultOffer struct {
	text  string
	price string // of one allotment, in dollars; empty if the asset is not a dollar
}

// meta marks the tool as paid, for Cloudflare's client. It adds the price to the
// description that people see.
func (d defaultOffer) meta() sdk.Meta {
	m := sdk.Meta{"agents-x402/paymentRequired": true}
	if d.price != "" {
		m["agents-x402/priceUSD"] = json.Number(d.price)
	}
	return m
}

// describeDefault returns the text about the default launch, and how many others there are.
func describeDefault(l api.Launch, others int) defaultOffer {
	l = shown(l)
	d := defaultOffer{text: fmt.Sprintf("Without arguments it buys 1 allotment of the default launch, %s (launch %s): %s %s for %s %s on %s, at most %d allotments a payment.",
		quotedUpTo(l.Name, maxName), l.Slug, amount.Grouped(l.Allotment), quotedUpTo(l.Symbol, maxSymbol), l.Price.Formatted, ascii(l.Asset.Symbol), l.Network, l.Limit)}
	if others > 0 {
		d.text += fmt.Sprintf(" %d more: list_launches.", others)
	}
	if l.Asset.Symbol == "USDC" {
		d.price = l.Price.Formatted
	}
	return d
}

// refresh builds the tools again if the default launch has changed. If the launches cannot
// be read, the tools stay as they are.
func (s *Server) refresh(ctx context.Context) {
	d := defaultOffer{text: "No launch is on offer now."}
	switch l, others, err := s.Shop.Default(ctx); {
	case err == nil:
		d = describeDefault(l, others)
	case !errors.Is(err, mint.ErrNotFound):
		return
	}
	if s.current.Load().text != d.text {
		s.current.Store(&offering{d.text, s.build(d)})
	}
}
