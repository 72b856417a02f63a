package server

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	"github.com/gofiber/fiber/v2"
)

// Admin is the owner's dashboard: /admin and the routes that its page calls. Pages of
// other origins can neither read its answers nor make it do anything.
type Admin struct {
	// Wallets are the accounts that may sign in. Without any, the dashboard is off.
	Wallets []common.Address
	Desk    Desk
	// Deployer is the account that Desk deploys with; zero if there is none.
	Deployer common.Address
	// Errors returns the newest warnings and errors of the log, newest first.
	Errors func() []Complaint
	// OwnerKey is the private key of the demo's owner. It is public, so that visitors of
	// the demo can sign in without installing a wallet. It is empty elsewhere.
	OwnerKey string

	signIn   *signIn
	sessions sessions
}

func (a *Admin) open() error {
	if len(a.Wallets) > 0 && (a.Desk == nil || a.Errors == nil) {
		return errors.New("a dashboard needs a desk and the log's errors")
	}
	if slices.Contains(a.Wallets, common.Address{}) {
		return errors.New("the zero address cannot sign in")
	}
	a.signIn = newSignIn(a.Wallets)
	return nil
}

func (a *Admin) allows(account common.Address) bool { return slices.Contains(a.Wallets, account) }

// adminRoutes adds the dashboard's routes. All but the page and the two for signing in
// need a session, of any wallet in Wallets.
func (s *Server) adminRoutes() {
	get, post, del := []string{fiber.MethodGet, fiber.MethodHead}, []string{fiber.MethodPost}, []string{fiber.MethodDelete}
	for _, r := range []route{
		{"/admin", get, s.adminPage},
		{"/admin/nonce", post, s.guarded(s.giveMessage)},
		{"/admin/session", post, s.guarded(s.signInWallet)},
		{"/admin/session", get, s.signedIn(s.showSession)},
		{"/admin/session", del, s.signedIn(s.signOut)},
		{"/admin/overview", get, s.signedIn(s.overview)},
		{"/admin/orders", get, s.signedIn(s.adminOrders)},
		{"/admin/orders.csv", get, s.signedIn(s.adminCSV)},
		{"/admin/calls", post, s.signedIn(s.prepareCall)},
		{"/admin/transactions/:hash", get, s.signedIn(s.fate)},
		{"/admin/launches/preview", post, s.signedIn(s.previewLaunch)},
		{"/admin/launches/register", post, s.signedIn(s.registerLaunch)},
		{"/admin/launches", post, s.signedIn(s.deployLaunch)},
	} {
		for _, m := range r.methods {
			s.app.Add(m, r.path, r.handle)
		}
	}
}

// guarded refuses all requests if the dashboard is off, and requests that change
// something unless they come from the dashboard's own page.
func (s *Server) guarded(handle fiber.Handler) fiber.Handler {
	return func(c *fiber.Ctx) error {
		c.Vary(fiber.HeaderCookie, fiber.HeaderOrigin)
		if s.Admin == nil || len(s.Admin.Wallets) == 0 {
			return errAdminOff
		}
		if m := c.Method(); m != fiber.MethodGet && m != fiber.MethodHead && !s.sameOrigin(c) {
			return fmt.Errorf("%w; open the dashboard at %s/admin", errOrigin, s.PublicURL)
		}
		return handle(c)
	}
}

// signedIn refuses requests without a session of an allowed wallet.
func (s *Server) signedIn(handle func(*fiber.Ctx, session) error) fiber.Handler {
	return s.guarded(func(c *fiber.Ctx) error {
		who, open := s.Admin.sessions.of(c.Cookies(sessionCookie), s.now())
		if !open || !s.Admin.allows(who.address) {
			return errSignedOut
		}
		return handle(c, who)
	})
}

// sameOrigin reports whether our own page made a request that changes something.
// Browsers send Origin with such requests. Without it, Sec-Fetch-Site must be
// same-origin or absent; a client that sends neither is not a browser.
func (s *Server) sameOrigin(c *fiber.Ctx) bool {
	if origin := c.Request().Header.PeekAll(fiber.HeaderOrigin); len(origin) > 0 {
		return len(origin) == 1 && string(origin[0]) == s.PublicURL
	}
	site := c.Get("Sec-Fetch-Site")
	return site == "" || site == "same-origin"
}

func (s *Server) secure() bool { return strings.HasPrefix(s.PublicURL, "https://") }

// isAdmin reports whether a path belongs to the dashboard, even if it has no route.
func isAdmin(path string) bool { return path == "/admin" || strings.HasPrefix(path, "/admin/") }
