package server

import (
	"errors"

	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/mpp"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/server/checkout"
	"github.com/mint402/mint402/x402"
)

// vary lists the request headers that the answer depends on.
const vary = x402.HeaderPaymentSignature + ", " + x402.HeaderXPayment + ", " + mpp.HeaderCredential + ", " + fiber.HeaderAccept

var varyName, varyValue = []byte(fiber.HeaderVary), []byte(vary)

// mint takes the payment that a request carries. Without one it answers with the price.
func (s *Server) mint(c *fiber.Ctx) error {
	c.Response().Header.SetCanonical(varyName, varyValue)
	if !api.CarriesPayment(c) {
		return s.offer(c)
	}
	if !api.CarriesX402(c) {
		return s.mintMPP(c)
	}
	p, err := s.purchase(c)
	if err != nil {
		return err
	}
	if s.checkout.IsCrowded() {
		dropPayment(c)
	}
	return s.answer(c, p, s.checkout.Pay(c.UserContext(), p))
}

func (s *Server) purchase(c *fiber.Ctx) (*checkout.Purchase, error) {
	p := &checkout.Purchase{}
	var err error
	if p.Payment, err = readPayment(c); err == nil {
		err = alsoByMPP(c, &p.Payment)
	}
	if err == nil {
		err = s.priceRequest(c, &p.Request, &p.Payment)
	}
	if err != nil {
		return nil, err
	}
	return p, nil
}

// offer answers with the price, or with an error if a payment could not be delivered
// now.
func (s *Server) offer(c *fiber.Ctx) error {
	var r checkout.Request
	if err := s.priceRequest(c, &r, nil); err != nil {
		return err
	}
	if c.Method() == fiber.MethodGet && api.FromPreviewer(c) {
		c.Vary(fiber.HeaderUserAgent)
		return s.pages.Show(c, fiber.StatusOK, r.Launch)
	}
	price, err := s.checkout.Price(c.UserContext(), &r)
	browser := api.FromBrowser(c)
	if err != nil {
		switch v := s.checkout.Problem(&r, err, false); {
		case browser && (v.Status == 403 || v.Status == 410 || v.Status == 503):
			setRetryAfter(c, v.Fault.RetryAfter)
			return s.pages.Show(c, v.Status, r.Launch)
		case errors.Is(err, mint.ErrSoldOut):
			return s.refuse(c, v)
		}
		return err
	}
	if browser {
		if err := s.askHeaders(c, &r, price); err != nil {
			return err
		}
		return s.pages.Show(c, fiber.StatusPaymentRequired, r.Launch)
	}
	return s.ask(c, &r, price)
}
