package server

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/x402"
)

// readPayment reads the payment of a request that carries one. PAYMENT-SIGNATURE takes
// precedence over X-PAYMENT. A repeated header is refused: two readers of the request
// could take two different payments from it.
func readPayment(c *fiber.Ctx) (x402.Payment, error) {
	for _, name := range []string{x402.HeaderPaymentSignature, x402.HeaderXPayment} {
		switch values := c.Request().Header.PeekAll(name); {
		case len(values) == 0:
		case len(values) > 1:
			return x402.Payment{}, &x402.MalformedError{Field: "payment", Expected: "one " + name + " header"}
		case len(values[0]) > x402.MaxHeader:
			return x402.Payment{}, fiber.ErrRequestHeaderFieldsTooLarge
		default:
			return x402.DecodePayment(string(values[0]))
		}
	}
	return x402.Payment{}, &x402.MalformedError{Field: "payment", Expected: "a payment header"}
}

// priceRequest is a request for a quantity of a launch.
type priceRequest struct {
	launch   mint.Launch
	quantity int64
	path     string // canonical
}

func (s *Server) priceRequest(c *fiber.Ctx) (priceRequest, error) {
	launch, err := s.requestedLaunch(c)
	if errors.Is(err, mint.ErrNotFound) {
		// While the server starts, launches that are new to it are not registered yet.
		s.engine.WaitOpen(c.UserContext())
		if launch, err = s.requestedLaunch(c); errors.Is(err, mint.ErrNotFound) {
			if starting := s.starting(); starting != nil {
				err = starting
			}
		}
	}
	if err != nil {
		return priceRequest{}, err
	}
	a := priceRequest{launch: launch, path: "/mint"}
	if c.Params("slug") != "" {
		a.path = "/launches/" + launch.Slug + "/mint"
	}
	if err := knownKeys(c); err != nil {
		return priceRequest{}, err
	}
	a.quantity, err = quantity(c, a.launch.Limit)
	return a, err
}

// requestedLaunch returns the launch in the path, or the default one.
func (s *Server) requestedLaunch(c *fiber.Ctx) (mint.Launch, error) {
	if c.Params("slug") == "" {
		return s.defaultLaunch(c.UserContext())
	}
	return s.Presenter.LaunchOf(c)
}

// starting returns an error while the server has not read the chain yet, and nil after
// that.
func (s *Server) starting() error {
	for _, f := range s.engine.Faults("") {
		if f.Code == "starting" {
			return &mint.UnavailableError{Faults: []mint.Fault{f}}
		}
	}
	return nil
}

// url returns the URL of the resource, with the configured origin.
func (s *Server) url(a priceRequest) string {
	if a.quantity == 1 {
		return s.Presenter.PublicURL + a.path
	}
	return s.Presenter.PublicURL + a.path + "?quantity=" + strconv.FormatInt(a.quantity, 10)
}

// defaultLaunch returns the first launch that is not delisted. If there is none, it
// returns the first of all, so that the answer says that it was delisted.
func (s *Server) defaultLaunch(ctx context.Context) (mint.Launch, error) {
	launches, err := s.reader.Launches(ctx)
	if err == nil && len(launches) == 0 {
		err = mint.ErrNotFound
	}
	if err != nil {
		return mint.Launch{}, err
	}
	first := max(0, slices.IndexFunc(launches, func(l mint.Launch) bool { return !l.Delisted }))
	return launches[first], nil
}

// paidLaunch returns the launch of a payment that was sent to /mint. The default launch
// may have changed since the payer got the price. So a known payment gets its order,
// and a payment for a delisted launch gets that error. If these payers got the price of
// the new default, they might pay twice.
func (s *Server) paidLaunch(ctx context.Context, byDefault mint.Launch, p *x402.Payment) (mint.Launch, error) {
	if p.Authorization.To == byDefault.Token {
		return byDefault, nil
	}
	launches, err := s.reader.Launches(ctx)
	if err != nil {
		return mint.Launch{}, err
	}
	for _, l := range launches {
		if l.Token != p.Authorization.To {
			continue
		}
		id := mint.NewPaymentID(l.ChainID, l.Asset.Address, p.Authorization.From, p.Authorization.Nonce)
		switch _, err := s.reader.Order(ctx, id); {
		case l.Delisted || err == nil:
			return l, nil
		case !errors.Is(err, mint.ErrNotFound):
			return mint.Launch{}, err
		}
	}
	return byDefault, nil
}

// tracking are keys, or their prefixes, that other sites add to links. They are
// ignored.
var tracking = []string{"utm_", "mc_", "fbclid", "gclid", "gbraid", "wbraid", "dclid", "msclkid", "yclid", "ttclid", "twclid", "igshid", "li_fat_id", "_ga", "_gl", "ref"}

// knownKeys refuses a query with an unknown key. Otherwise a payer who wanted two, with
// ?Quantity=2 or ?qty=2, would buy one.
func knownKeys(c *fiber.Ctx) error {
	for key := range c.Request().URI().QueryArgs().All() {
		name := string(key)
		if name == "quantity" || slices.ContainsFunc(tracking, func(t string) bool {
			return name == t || (strings.HasSuffix(t, "_") || t[0] == '_') && strings.HasPrefix(name, t)
		}) {
			continue
		}
		return &api.ParamError{Field: ascii(name[:min(len(name), 40)]), Expected: "no such key: ?quantity=n is the only one, in lower case"}
	}
	return nil
}

// onceEach refuses a query that has one of the keys twice, or in another case, since
// the result would not be the list that the client wanted. It ignores any other key.
func onceEach(c *fiber.Ctx, keys ...string) error {
	seen := map[string]bool{}
	for key := range c.Request().URI().QueryArgs().All() {
		name := string(key)
		i := slices.IndexFunc(keys, func(k string) bool { return strings.EqualFold(k, name) })
		switch {
		case i < 0:
		case name != keys[i]:
			return &api.ParamError{Field: ascii(name), Expected: "the key in lower case: ?" + keys[i] + "="}
		case seen[name]:
			return &api.ParamError{Field: name, Expected: "one value"}
		}
		seen[name] = true
	}
	return nil
}

// quantity reads ?quantity=, which is optional, must not be repeated, and has only one
// valid form. The engine checks it against the limit.
func quantity(c *fiber.Ctx, limit int64) (int64, error) {
	values := c.Request().URI().QueryArgs().PeekMulti("quantity")
	if len(values) == 0 {
		return 1, nil
	}
	n, ok := api.ParsePositive(string(values[0]))
	if len(values) > 1 || !ok {
		return 0, &mint.QuantityError{Quantity: 0, Limit: limit}
	}
	return n, nil
}

func (s *Server) now() time.Time { return s.engine.Clock() }
