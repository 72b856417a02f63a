package server

import (
	"context"
	"errors"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/x402"
)

// vary names the request headers that the answer depends on.
const vary = x402.HeaderPaymentSignature + ", " + x402.HeaderXPayment + ", " + fiber.HeaderAccept

// mint asks for payment, or takes one.
func (s *Server) mint(c *fiber.Ctx) error {
	c.Set(fiber.HeaderVary, vary)
	if !carriesPayment(c) {
		return s.offer(c)
	}
	if c.Method() == fiber.MethodHead {
		// HEAD changes nothing, so it takes no payment. Nor is the answer a 402: some
		// clients would sign another payment for it.
		c.Set(fiber.HeaderAllow, "GET, POST, OPTIONS")
		return fiber.ErrMethodNotAllowed
	}
	p, err := s.purchase(c)
	if err != nil {
		return err
	}
	if err := s.buy(p); err != nil {
		return s.notTaken(c, p, err)
	}
	return s.answer(c, p)
}

// purchase is a request that carries a payment, and what came of it. It is on the
// heap: the stacks of a thousand that wait had better be small.
type purchase struct {
	ask
	payment x402.Payment
	who     visitor
	order   *mint.Order
}

func (s *Server) purchase(c *fiber.Ctx) (*purchase, error) {
	payment, err := readPayment(c)
	if err != nil {
		return nil, err
	}
	a, err := s.ask(c)
	if err == nil && c.Params("slug") == "" {
		a.launch, err = s.paidLaunch(c.UserContext(), a.launch, &payment)
	}
	if err != nil {
		return nil, err
	}
	return &purchase{ask: a, payment: payment, who: s.visitor(c)}, nil
}

// buy takes the payment, and waits for what becomes of it.
func (s *Server) buy(p *purchase) (err error) {
	ctx, cancel := s.hold(p.who)
	defer cancel()
	p.order, err = s.Engine.Mint(mint.WithCaller(ctx, p.who), p.launch.Slug, p.quantity, &p.payment)
	return err
}

// hold is how long a paid request may wait: not at all while too many do, all
// together or of one visitor.
func (s *Server) hold(who visitor) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithTimeout(s.life, s.Wait)
	if !s.held.take(who) {
		cancel()
		return ctx, cancel
	}
	return ctx, func() {
		s.held.give(who)
		cancel()
	}
}

// offer names the price, unless it could not be delivered.
func (s *Server) offer(c *fiber.Ctx) error {
	a, err := s.ask(c)
	if err != nil {
		return err
	}
	_, err = s.Engine.Offer(c.UserContext(), a.launch.Slug, a.quantity)
	browser := fromBrowser(c)
	if err != nil {
		switch v := s.judge(err, false); {
		case browser && (v.status == 403 || v.status == 410 || v.status == 503):
			if v.fault.RetryAfter > 0 {
				c.Set(fiber.HeaderRetryAfter, strconv.FormatInt(v.fault.RetryAfter, 10))
			}
			return s.page(c, v.status, a.launch)
		case errors.Is(err, mint.ErrSoldOut):
			return s.soldOut(c, v, a)
		}
		return err
	}
	if browser {
		p, err := s.posted(a)
		if err != nil {
			return err
		}
		c.Set(x402.HeaderPaymentRequired, p.header)
		return s.page(c, fiber.StatusPaymentRequired, a.launch)
	}
	return s.post(c, a)
}

// notTaken answers for a payment of which nothing was claimed, or about which we
// failed to find out.
func (s *Server) notTaken(c *fiber.Ctx, p *purchase, err error) error {
	var refused *x402.RefusedError
	switch v := s.judge(err, true); {
	case errors.As(err, &refused):
		return s.challenge(c, p, *refused)
	case errors.Is(err, mint.ErrSoldOut):
		return s.soldOut(c, v, p.ask)
	case v.fault.Code == "internal":
		// It may have been claimed. Clients that read receipts know from this one
		// that it is not decided.
		s.setReceipt(c, s.unsettled(&p.payment, x402.ReasonPending, ""))
	}
	return err
}

// soldOut says how much is left for those who asked for more than that.
func (s *Server) soldOut(c *fiber.Ctx, v verdict, a ask) error {
	v.fault.Details = map[string]any{"left": max(0, a.launch.Cap-a.launch.Sold)}
	return s.refuse(c, v)
}
