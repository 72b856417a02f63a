package server

import (
	"context"
	"errors"
	"net/netip"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/x402"
)

// vary lists the request headers that the answer depends on.
const vary = x402.HeaderPaymentSignature + ", " + x402.HeaderXPayment + ", " + fiber.HeaderAccept

// mint takes the payment that a request carries. Without one it answers with the price.
func (s *Server) mint(c *fiber.Ctx) error {
	c.Set(fiber.HeaderVary, vary)
	if !api.CarriesPayment(c) {
		return s.offer(c)
	}
	if c.Method() == fiber.MethodHead {
		// HEAD must not change anything, so it takes no payment. The answer is not a 402
		// either: some clients would sign another payment for it.
		c.Set(fiber.HeaderAllow, "GET, POST, OPTIONS")
		return fiber.ErrMethodNotAllowed
	}
	p, err := s.purchase(c)
	if err != nil {
		return err
	}
	if err := s.take(p); err != nil {
		return s.answerRefusal(c, p, err)
	}
	return s.answer(c, p)
}

// purchase is a request with a payment, and its order. It is allocated on the heap, so
// that the stacks of thousands of waiting requests stay small.
type purchase struct {
	priceRequest
	payment x402.Payment
	who     netip.Prefix
	order   *mint.Order
}

func (s *Server) purchase(c *fiber.Ctx) (*purchase, error) {
	payment, err := readPayment(c)
	if err != nil {
		return nil, err
	}
	a, err := s.priceRequest(c)
	if err == nil && c.Params("slug") == "" {
		a.launch, err = s.paidLaunch(c.UserContext(), a.launch, &payment)
	}
	if err != nil {
		return nil, err
	}
	return &purchase{priceRequest: a, payment: payment, who: s.Client(c)}, nil
}

// take takes the payment, and waits for the outcome of its order.
func (s *Server) take(p *purchase) (err error) {
	ctx, cancel := s.waitContext(p.who)
	defer cancel()
	p.order, err = s.engine.Mint(mint.WithCaller(ctx, p.who), p.launch.Slug, p.quantity, &p.payment)
	return err
}

// waitContext returns the context that limits how long a paid request waits for its order. If
// too many requests wait, in total or for this client, the context is already done,
// and the request does not wait.
func (s *Server) waitContext(who netip.Prefix) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithTimeout(s.life, s.Wait)
	if !s.held.Take(who) {
		cancel()
		return ctx, cancel
	}
	return ctx, func() {
		s.held.Give(who)
		cancel()
	}
}

// offer answers with the price, or with an error if a payment could not be delivered
// now.
func (s *Server) offer(c *fiber.Ctx) error {
	a, err := s.priceRequest(c)
	if err != nil {
		return err
	}
	_, err = s.engine.Offer(c.UserContext(), a.launch.Slug, a.quantity)
	browser := api.FromBrowser(c)
	if err != nil {
		switch v := api.ToHTTP(err, s.now(), false); {
		case browser && (v.Status == 403 || v.Status == 410 || v.Status == 503):
			if v.Fault.RetryAfter > 0 {
				c.Set(fiber.HeaderRetryAfter, strconv.FormatInt(v.Fault.RetryAfter, 10))
			}
			return s.pages.Show(c, v.Status, a.launch)
		case errors.Is(err, mint.ErrSoldOut):
			return s.soldOut(c, v, a)
		}
		return err
	}
	if browser {
		p, err := s.price402(a)
		if err != nil {
			return err
		}
		c.Set(x402.HeaderPaymentRequired, p.header)
		return s.pages.Show(c, fiber.StatusPaymentRequired, a.launch)
	}
	return s.answer402(c, a)
}

// answerRefusal answers a payment that was not claimed, or that may have been claimed before
// an error of ours.
func (s *Server) answerRefusal(c *fiber.Ctx, p *purchase, err error) error {
	var refused *x402.RefusedError
	switch v := api.ToHTTP(err, s.now(), true); {
	case errors.As(err, &refused):
		return s.challenge(c, p, *refused)
	case errors.Is(err, mint.ErrSoldOut):
		return s.soldOut(c, v, p.priceRequest)
	case v.Fault.Code == "internal":
		// It may have been claimed. For clients that read receipts, this one says that the
		// payment is not decided.
		s.setReceipt(c, s.unsettled(&p.payment, x402.ReasonPending, ""))
	}
	return err
}

// soldOut answers with how much is left, for a request that wants more.
func (s *Server) soldOut(c *fiber.Ctx, v api.HTTPError, a priceRequest) error {
	v.Fault.Details = map[string]any{"left": max(0, a.launch.Cap-a.launch.Sold)}
	return s.refuse(c, v)
}
