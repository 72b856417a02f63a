package admin

import (
	"errors"
	"fmt"
	"slices"

	"github.com/ethereum/go-ethereum/common"
	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/mint"
)

// access is the least role that may use a route. Its zero value is an error of the start, so
// that no route is left without one.
type access int

const (
	// visitors need no session, even if the dashboard is off.
	visitors access = iota + 1
	// signingIn needs no session: the two requests that give one.
	signingIn
	// creators need a session. A creator gets only what is its own: the handler asks owns.
	creators
	// operators need the session of a wallet in Dashboard.Wallets.
	operators
)

// route is one of the dashboard's.
type route struct {
	method, path string
	may          access
	handle       func(*fiber.Ctx, session) error
}

// routesOf returns all routes of a dashboard. Routes are added here only.
func routesOf(d *Dashboard) []route {
	free := func(handle fiber.Handler) func(*fiber.Ctx, session) error {
		return func(c *fiber.Ctx, _ session) error { return handle(c) }
	}
	return []route{
		{"GET", "", visitors, free(d.page)},
		{"POST", "/nonce", signingIn, free(d.giveMessage)},
		{"POST", "/session", signingIn, free(d.signInWallet)},
		{"GET", "/session", creators, d.showSession},
		{"DELETE", "/session", creators, d.signOut},
		{"GET", "/overview", creators, d.overview},
		{"GET", "/orders", creators, d.orders},
		{"GET", "/orders.csv", creators, d.export},
		{"GET", "/checklist", operators, numbers{d}.checklist},
		{"GET", "/revenue", operators, numbers{d}.revenue},
		{"GET", "/revenue.csv", operators, numbers{d}.revenueFile},
		{"GET", "/notes", operators, numbers{d}.showNote},
		{"POST", "/notes", operators, numbers{d}.saveNote},
		{"POST", "/calls", creators, d.prepareOwnerTx},
		{"GET", "/transactions/:hash", creators, d.txStatus},
		{"POST", "/home", operators, func(c *fiber.Ctx, who session) error {
			return arranging(d.Presenter, d.desk(0).Backend.Arrange)(c, who)
		}},
		{"POST", "/launches/preview", creators, d.previewLaunch},
		{"GET", "/launches/:slug/profile", creators, profiles{d}.show},
		{"POST", "/launches/:slug/profile", creators, profiles{d}.edit},
		{"POST", "/launches/:slug/off-sale", creators, guests{d}.takeOff},
		{"POST", "/launches/register", creators, d.registerLaunch},
		{"POST", "/launches", operators, d.deployLaunch},
		{"GET", "/creators", operators, guests{d}.list},
		{"POST", "/creators", operators, guests{d}.ban},
	}
}

// allow returns the handler of a route, for the roles with access.
func (r route) allow(d *Dashboard) (fiber.Handler, error) {
	switch r.may {
	case visitors:
		return func(c *fiber.Ctx) error { return r.handle(c, session{}) }, nil
	case signingIn:
		return d.guarded(func(c *fiber.Ctx) error { return r.handle(c, session{}) }), nil
	case creators, operators:
		return d.guarded(func(c *fiber.Ctx) error { return r.admit(d, c) }), nil
	}
	return nil, fmt.Errorf("the route %s /admin%s has no access", r.method, r.path)
}

// admit answers a request that needs a session.
func (r route) admit(d *Dashboard, c *fiber.Ctx) error {
	who, _, open := openSession(d, &c.Request().Header)
	if !open {
		return errSignedOut
	}
	var err error
	switch who.operator, err = d.roleOf(c, who.address); {
	case errors.Is(err, errNotAllowed):
		return errSignedOut
	case err != nil:
		return err
	case who.operator:
		return r.handle(c, who)
	case r.may != creators:
		return errOperatorOnly
	}
	return guests{d}.admit(c, who, r)
}

// roleOf reports whether a wallet is an operator's. If it may not sign in at all, the error is
// errNotAllowed or errBanned.
func (d *Dashboard) roleOf(c *fiber.Ctx, wallet common.Address) (operator bool, err error) {
	if slices.Contains(d.Wallets, wallet) {
		return true, nil
	}
	if d.Creators == nil {
		return false, errNotAllowed
	}
	return false, d.Creators.admits(c.UserContext(), wallet)
}

// owns reports whether a launch is shown to the wallet that signed in, and changed for it.
func (s session) owns(l *mint.Launch) bool {
	return s.operator || s.address != (common.Address{}) && l.Creator == s.address
}

// launchFor returns a launch that the session's wallet owns. For it, launches of others do not
// exist: the error is the same.
func launchFor(c *fiber.Ctx, d *Dashboard, who session, slug string) (mint.Launch, error) {
	none := fmt.Errorf("launch %.40q: %w", slug, mint.ErrNotFound)
	if !mint.ValidSlug(slug) {
		return mint.Launch{}, none
	}
	l, err := d.Presenter.Reader.Launch(c.UserContext(), slug)
	if err == nil && !who.owns(&l) || errors.Is(err, mint.ErrNotFound) {
		return mint.Launch{}, none
	}
	return l, err
}
