// Package admin is the owner's dashboard: the routes under /admin, for wallets that
// signed in.
//
// Every route has an access, in routes.go: an operator may use all of them, and a creator, if
// there may be any, those that are about its own launches. See [Creators].
//
// It never moves money. It prepares calls of a launch contract, which the owner's wallet
// signs and sends, and only the terms that the owner typed decide about a new launch.
// Pages of other origins can neither read its answers nor make it do anything.
//
// [Dashboard.On] adds the routes. [Backend] does the work that needs the chain or a
// key; the caller implements it.
package admin

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"sync"

	"github.com/ethereum/go-ethereum/common"
	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/server/api"
)

// Dashboard answers the requests of the dashboard's page. Its fields are set before
// On.
type Dashboard struct {
	// Presenter makes the shapes that the dashboard has in common with the public API. It
	// must be open.
	Presenter *api.Presenter
	// Wallets are the accounts that may sign in. Without any, the dashboard is off.
	Wallets []common.Address
	// Desks do the work on each of the presenter's chains, by chain id. They are needed if a wallet
	// may sign in.
	Desks map[uint64]*Desk
	// Creators lets other wallets sign in, each for its own launches. If it is nil, no other wallet may.
	Creators *Creators
	// Profiles edits the pages of launches. It is needed as Desks are.
	Profiles ProfileEditor
	// Errors returns the newest warnings and errors of the log, newest first.
	Errors func() []LogRecord
	// OwnerKey is the private key of the demo's owner. It is public, so that visitors of
	// the demo can sign in without installing a wallet. It is empty elsewhere.
	OwnerKey string

	// Backups returns the newest copy of the database that mint402 backup made, or a zero one.
	// If it is nil, the checklist says that backups are not known.
	Backups func() (Backup, error)

	// Notes keeps the operator's private notes. If it is nil, there are no notes.
	Notes Notes

	host      Host
	signIn    *signIn
	sessions  sessions
	files     *api.Quota           // requests for a file of orders
	calendars map[uint64]*calendar // by chain id
	guests    *api.Quota           // requests of creators
	drawing   sync.Mutex           // held while a creator's edit draws its pictures
}

// Desk is the dashboard's work on one chain.
type Desk struct {
	Backend Backend
	// Creators does the work for creators. It is needed with Dashboard.Creators.
	Creators CreatorBackend
	// Assets returns those that new launches may be paid in. The first is the default.
	Assets func() []api.Asset
	// Deployer is the account that Backend deploys with; or zero.
	Deployer common.Address
}

// desk returns the desk of a chain. A chain that is not served has the first one's, which finds
// nothing of it.
func (d *Dashboard) desk(chainID uint64) *Desk {
	if one := d.Desks[chainID]; one != nil {
		return one
	}
	return d.Desks[d.Presenter.Chains[0].Network.ChainID]
}

// chainNamed returns the chain that a request names: its network's name, CAIP-2 id, or chain id. Without
// a name it is the first.
func chainNamed(p *api.Presenter, name string) (*api.Chain, bool) {
	if name == "" {
		return p.Chains[0], true
	}
	on := p.Chains.Named(name)
	return on, on != nil
}

// Host is the server that the dashboard is mounted on.
type Host interface {
	// Life returns a context that ends when the server no longer holds requests.
	Life() context.Context
	// Client returns the client that a request counts for in limits.
	Client(c *fiber.Ctx) netip.Prefix
	// DashboardPage answers with the dashboard's page. Its script gets the data as JSON.
	DashboardPage(c *fiber.Ctx, data any) error
}

// maxFiles is how many files of orders are written at once, a quarter of them for one
// client.
const maxFiles = 8

// maxGuests is how many requests of creators are answered at once, a quarter of them for one
// client. Most of them ask a node.
const maxGuests = 32

// On returns the function that checks the fields, and adds the routes for a host to a
// router, with the access that routes.go gives each of them.
func (d *Dashboard) On(host Host) func(fiber.Router) error {
	return func(r fiber.Router) error { return d.mount(r, host) }
}

func (d *Dashboard) mount(r fiber.Router, host Host) error {
	if d.on() && (d.Errors == nil || d.Profiles == nil) {
		return errors.New("a dashboard needs an editor of profiles, and the log's errors")
	}
	for _, on := range d.Presenter.Chains {
		if one := d.Desks[on.Network.ChainID]; d.on() && (one == nil || one.Backend == nil || d.Creators != nil && one.Creators == nil) {
			return fmt.Errorf("a dashboard needs a backend for chain %d, and with creators one for them", on.Network.ChainID)
		}
	}
	if slices.Contains(d.Wallets, common.Address{}) {
		return errors.New("the zero address cannot sign in")
	}
	if d.Creators != nil {
		d.Creators.bans = d.desk(0).Creators
	}
	d.calendars = map[uint64]*calendar{}
	for _, on := range d.Presenter.Chains {
		d.calendars[on.Network.ChainID] = &calendar{}
	}
	d.host, d.signIn, d.files, d.guests = host, newSignIn(d.Wallets), api.NewQuota(maxFiles), api.NewQuota(maxGuests)
	for _, route := range routesOf(d) {
		handle, err := route.allow(d)
		if err != nil {
			return err
		}
		if route.method == fiber.MethodGet {
			r.Get("/admin"+route.path, handle) // and HEAD
		} else {
			r.Add(route.method, "/admin"+route.path, handle)
		}
	}
	return nil
}

// guarded refuses all requests if the dashboard is off, and requests that change
// something unless they come from the dashboard's own page.
func (d *Dashboard) guarded(handle fiber.Handler) fiber.Handler {
	return func(c *fiber.Ctx) error {
		c.Vary(fiber.HeaderCookie, fiber.HeaderOrigin)
		if !d.on() {
			return toHTTP(errAdminOff)
		}
		if m := c.Method(); m != fiber.MethodGet && m != fiber.MethodHead && !d.sameOrigin(c) {
			return toHTTP(fmt.Errorf("%w; open the dashboard at %s/admin", errOrigin, d.Presenter.PublicURL))
		}
		return toHTTP(handle(c))
	}
}

// on reports whether any wallet may sign in.
func (d *Dashboard) on() bool { return len(d.Wallets) > 0 || d.Creators != nil }

// sameOrigin reports whether our own page made a request that changes something.
// Browsers send Origin with such requests. Without it, Sec-Fetch-Site must be
// same-origin or absent; a client that sends neither is not a browser.
func (d *Dashboard) sameOrigin(c *fiber.Ctx) bool {
	if origin := c.Request().Header.PeekAll(fiber.HeaderOrigin); len(origin) > 0 {
		return len(origin) == 1 && string(origin[0]) == d.Presenter.PublicURL
	}
	site := c.Get("Sec-Fetch-Site")
	return site == "" || site == "same-origin"
}
