// Package pages shows launches and receipts to people: HTML pages, and the pictures that
// other sites show with links to them.
//
// A page never says more about money than the JSON of package api, from which it is
// made: "never charged" and "final" are shown only where the chain proves them.
package pages

import (
	"context"
	"net/netip"

	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/server/people"
	"github.com/mint402/mint402/web"
)

// Pages answers people's browsers. Its fields are set before Open.
type Pages struct {
	Presenter *api.Presenter // must be open
	Lists     *people.Lists  // of minters and holders; must be open
	// WalletConnect is the operator's project id at WalletConnect: 32 hex digits, or
	// empty.
	WalletConnect string
	// OpenLaunches puts a link on the pages for people who want to launch a token.
	OpenLaunches bool
	// Brand is the operator's own name and site.
	Brand web.Brand
	// Costly limits how many requests run a handler at once.
	Costly func(fiber.Handler) fiber.Handler
	// Client returns the client that a request counts for in limits.
	Client func(*fiber.Ctx) netip.Prefix
	// Life ends when requests may no longer be held.
	Life context.Context

	previews previews
}

// Open makes the caches of pictures.
func (s *Pages) Open() { s.previews = newPreviews() }
