package server

import (
	"strconv"
	"sync"

	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/server/checkout"
	"github.com/mint402/mint402/x402"
)

// answer402 answers 402 with a price: version 2 in the header and version 1 in the body.
func answer402(c *fiber.Ctx, p *checkout.Price) error {
	c.Set(x402.HeaderPaymentRequired, p.Header)
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
	c.Status(fiber.StatusPaymentRequired).Response().SetBodyRaw(p.JSON)
	return nil
}

// refusedBody is the body of a 402 without a price, for a payment that no new signature
// makes good. Error is a string, as x402 clients read it.
type refusedBody struct {
	Error  string `json:"error"`            // the reason's code
	Detail string `json:"detail,omitempty"` // a sentence for people
	Payer  string `json:"payer"`
}

// answer responds to a payer with the outcome of the payment.
func (s *Server) answer(c *fiber.Ctx, p *checkout.Purchase, o *checkout.Outcome) error {
	if o.Receipt != nil {
		c.Set(fiber.HeaderCacheControl, "private, no-store")
	}
	if o.Settle != nil {
		s.setReceipt(c, *o.Settle)
	}
	if o.Location != "" {
		// The URL is relative, so a client stays with the host name that it uses for us.
		c.Set(fiber.HeaderLocation, o.Location)
	}
	switch o.Class {
	case checkout.Minted:
		return c.JSON(o.Receipt)
	case checkout.Pending:
		setRetryAfter(c, o.RetryAfter)
		return c.Status(o.Status).JSON(o.Receipt)
	case checkout.Curable:
		return answer402(c, o.Price)
	case checkout.Refused:
		return c.Status(o.Status).JSON(refusedBody{o.ReasonFor(p), o.Fault.Message, p.Payment.Authorization.From.Hex()})
	}
	v := api.HTTPError{Status: o.Status, Fault: o.Fault}
	s.logInternal(c, v, o.Err)
	return s.refuse(c, v)
}

func setRetryAfter(c *fiber.Ctx, seconds int64) {
	if seconds > 0 {
		c.Set(fiber.HeaderRetryAfter, strconv.FormatInt(seconds, 10))
	}
}

// setReceipt sets the receipt's headers of both protocol versions. The receipt has
// hashes, addresses and our own words, all ASCII.
func (s *Server) setReceipt(c *fiber.Ctx, r x402.SettleResponse) {
	b := receipts.Get().(*[]byte)
	defer receipts.Put(b)
	for name, v := range map[string]any{x402.HeaderPaymentResponse: r, x402.HeaderXPaymentResponse: r.V1()} {
		if header, err := x402.AppendHeader((*b)[:0], v); err == nil {
			*b = header
			c.Response().Header.SetBytesV(name, header)
		}
	}
}

// receipts are buffers for a receipt's header.
var receipts = sync.Pool{New: func() any { return new([]byte) }}
