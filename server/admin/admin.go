// Package admin is the owner's dashboard: the routes under /admin, for wallets that
// signed in.
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
	Backend Backend
	// Profiles edits the pages of launches. It is needed as Backend is.
	Profiles ProfileEditor
	// Deployer is the account that Backend deploys with; or zero.
	Deployer common.Address
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

	host     Host
	signIn   *signIn
	sessions sessions
	files    *api.Quota // requests for a file of orders
	calendar calendar
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

// On returns the function that checks the fields, and adds the routes for a host to a
// router. All but the page and the two for signing in need a session, of any wallet in
// Wallets.
func (d *Dashboard) On(host Host) func(fiber.Router) error {
	return func(r fiber.Router) error { return d.mount(r, host) }
}

func (d *Dashboard) mount(r fiber.Router, host Host) error {
	if len(d.Wallets) > 0 && (d.Backend == nil || d.Errors == nil || d.Profiles == nil) {
		return errors.New("a dashboard needs a backend, an editor of profiles, and the log's errors")
	}
	if slices.Contains(d.Wallets, common.Address{}) {
		return errors.New("the zero address cannot sign in")
	}
	d.host, d.signIn, d.files = host, newSignIn(d.Wallets), api.NewQuota(maxFiles)
	admin := r.Group("/admin")
	admin.Get("", d.page)
	admin.Post("/nonce", d.guarded(d.giveMessage))
	admin.Post("/session", d.guarded(d.signInWallet))
	admin.Get("/session", d.signedIn(d.showSession))
	admin.Delete("/session", d.signedIn(d.signOut))
	admin.Get("/overview", d.signedIn(d.overview))
	admin.Get("/orders", d.signedIn(d.orders))
	admin.Get("/orders.csv", d.signedIn(d.export))
	numbers{d}.mount(admin)
	admin.Post("/calls", d.signedIn(d.prepareOwnerTx))
	admin.Get("/transactions/:hash", d.signedIn(d.txStatus))
	admin.Post("/home", d.signedIn(func(c *fiber.Ctx, who session) error { return arranging(d.Presenter, d.Backend.Arrange)(c, who) }))
	admin.Post("/launches/preview", d.signedIn(d.previewLaunch))
	admin.Get("/launches/:slug/profile", d.signedIn(profiles{d}.show))
	admin.Post("/launches/:slug/profile", d.signedIn(profiles{d}.edit))
	admin.Post("/launches/register", d.signedIn(d.registerLaunch))
	admin.Post("/launches", d.signedIn(d.deployLaunch))
	return nil
}

func (d *Dashboard) allows(account common.Address) bool { return slices.Contains(d.Wallets, account) }

// guarded refuses all requests if the dashboard is off, and requests that change
// something unless they come from the dashboard's own page.
func (d *Dashboard) guarded(handle fiber.Handler) fiber.Handler {
	return func(c *fiber.Ctx) error {
		c.Vary(fiber.HeaderCookie, fiber.HeaderOrigin)
		if len(d.Wallets) == 0 {
			return toHTTP(errAdminOff)
		}
		if m := c.Method(); m != fiber.MethodGet && m != fiber.MethodHead && !d.sameOrigin(c) {
			return toHTTP(fmt.Errorf("%w; open the dashboard at %s/admin", errOrigin, d.Presenter.PublicURL))
		}
		return toHTTP(handle(c))
	}
}

// signedIn refuses requests without a session of an allowed wallet.
func (d *Dashboard) signedIn(handle func(*fiber.Ctx, session) error) fiber.Handler {
	return d.guarded(func(c *fiber.Ctx) error {
		who, open := d.sessions.of(c.Cookies(sessionCookie), d.Presenter.Now())
		if !open || !d.allows(who.address) {
			return errSignedOut
		}
		return handle(c, who)
	})
}

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
