package server

import (
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/utils"
	"github.com/valyala/fasthttp"

	"github.com/mint402/mint402/mpp"
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

// paymentHeaders are the headers of a request that have its payment.
var paymentHeaders = []string{x402.HeaderPaymentSignature, x402.HeaderXPayment, mpp.HeaderCredential}

// dropPayment removes the payment's headers from a request that has been read, and frees their
// memory: fasthttp keeps two copies of the head, 7 KB with a payment, as long as it is answered.
func dropPayment(c *fiber.Ctx) {
	type field struct{ key, value []byte }
	h := &c.Request().Header
	method, uri, protocol, kept := h.Method(), h.RequestURI(), h.Protocol(), make([]field, 0, 16)
	for key, value := range h.All() {
		name := utils.UnsafeString(key)
		if !slices.ContainsFunc(paymentHeaders, func(p string) bool { return strings.EqualFold(p, name) }) {
			kept = append(kept, field{key, value})
		}
	}
	*h = fasthttp.RequestHeader{}
	h.SetMethodBytes(method)
	h.SetRequestURIBytes(uri)
	h.SetProtocolBytes(protocol)
	for _, f := range kept {
		h.AddBytesKV(f.key, f.value)
	}
}

// priceRequest sets r to the launch and the quantity that a request asks for. p is the request's
// payment, or nil. It gets the request's idempotency key.
func (s *Server) priceRequest(c *fiber.Ctx, r *checkout.Request, p *x402.Payment) error {
	slug := c.Params("slug")
	launch, err := s.checkout.Launch(c.UserContext(), slug, p)
	if err != nil {
		return err
	}
	r.Launch, r.Path, r.Method, r.Who = *launch, "/mint", c.Method(), s.Client(c)
	if slug != "" {
		r.Path = "/launches/" + launch.Slug + "/mint"
	}
	if r.Quantity, err = quantity(c, launch.Limit); err != nil {
		return err
	}
	key, err := idempotencyKey(c)
	if p != nil {
		p.AddKey(key)
	}
	return err
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
