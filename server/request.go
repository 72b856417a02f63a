package server

import (
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/utils"

	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/server/checkout"
	"github.com/mint402/mint402/x402"
)

// readPayment reads the payment of a request that carries one: from PAYMENT-SIGNATURE, from
// X-PAYMENT, or from both if they have the same payment. Two payments are refused, and so is
// a repeated header: two readers of the request could take two different payments from it.
func readPayment(c *fiber.Ctx) (p x402.Payment, err error) {
	found := ""
	for _, name := range []string{x402.HeaderPaymentSignature, x402.HeaderXPayment} {
		switch values := c.Request().Header.PeekAll(name); {
		case len(values) == 0:
		case len(values) > 1:
			return x402.Payment{}, &x402.MalformedError{Field: "payment", Expected: "one " + name + " header"}
		case len(values[0]) > x402.MaxHeader:
			return x402.Payment{}, fiber.ErrRequestHeaderFieldsTooLarge
		case found == "":
			if p, err = x402.DecodePayment(utils.UnsafeString(values[0])); err != nil { // it keeps nothing of it
				return x402.Payment{}, err
			}
			found = name
		default:
			copied, err := x402.DecodePayment(utils.UnsafeString(values[0]))
			if err != nil || !p.Join(copied) {
				return x402.Payment{}, &x402.MalformedError{Field: found + " and " + name,
					Expected: "the same payment in both headers, or one of the headers; neither payment was taken"}
			}
		}
	}
	if found == "" {
		return x402.Payment{}, &x402.MalformedError{Field: "payment", Expected: "a payment header"}
	}
	return p, nil
}

// priceRequest reads which quantity of which launch a request wants. p is the request's
// payment, or nil. It gets the request's idempotency key.
func (s *Server) priceRequest(c *fiber.Ctx, p *x402.Payment) (checkout.Request, error) {
	slug := c.Params("slug")
	launch, err := s.checkout.Launch(c.UserContext(), slug, p)
	if err != nil {
		return checkout.Request{}, err
	}
	r := checkout.Request{Launch: launch, Path: "/mint", Method: c.Method(), Who: s.Client(c)}
	if slug != "" {
		r.Path = "/launches/" + launch.Slug + "/mint"
	}
	if r.Quantity, err = quantity(c, launch.Limit); err != nil {
		return checkout.Request{}, err
	}
	key, err := idempotencyKey(c)
	if p != nil {
		p.AddKey(key)
	}
	return r, err
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
			return &api.ParamError{Field: checkout.ASCII(name), Expected: "the key in lower case: ?" + keys[i] + "="}
		case seen[name]:
			return &api.ParamError{Field: name, Expected: "one value"}
		}
		seen[name] = true
	}
	return nil
}
