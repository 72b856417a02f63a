package server

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	"github.com/gofiber/fiber/v2"
)

// Admin is the owner's dashboard: /admin and what its page asks for. Pages of
// other origins can neither read its answers nor ask for anything to be done.
type Admin struct {
	// Wallets may sign in. Without any the dashboard is off.
	Wallets []common.Address
	Desk    Desk
	// Deployer is the account that Desk deploys with; zero if there is none.
	Deployer common.Address
	// Errors are the newest warnings and errors of the log, newest first.
	Errors func() []Complaint
	// OwnerKey is the demo owner's, which everybody knows, so that nothing has to be
	// installed to sign in; empty elsewhere.
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

// adminRoutes attaches the dashboard's. All but the page and signing in need a
// session, whoever's.
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

// guarded lets through what the dashboard's own page asks for.
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

// signedIn lets through what a wallet that signed in asks for.
func (s *Server) signedIn(handle func(*fiber.Ctx, session) error) fiber.Handler {
	return s.guarded(func(c *fiber.Ctx) error {
		who, open := s.Admin.sessions.of(c.Cookies(sessionCookie), s.now())
		if !open || !s.Admin.allows(who.address) {
			return errSignedOut
		}
		return handle(c, who)
	})
}

// sameOrigin says whether a request that changes something was made by our page.
// Browsers name the origin of such requests; who names none is no browser, or says
// otherwise that it is the same.
func (s *Server) sameOrigin(c *fiber.Ctx) bool {
	if origin := c.Request().Header.PeekAll(fiber.HeaderOrigin); len(origin) > 0 {
		return len(origin) == 1 && string(origin[0]) == s.PublicURL
	}
	site := c.Get("Sec-Fetch-Site")
	return site == "" || site == "same-origin"
}

func (s *Server) secure() bool { return strings.HasPrefix(s.PublicURL, "https://") }

// isAdmin says whether a path is the dashboard's, whatever is there.
func isAdmin(path string) bool { return path == "/admin" || strings.HasPrefix(path, "/admin/") }
