package server

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/x402"
)

// Seconds after which a client should ask again for an order that is not decided.
const (
	retryMinting = 1
	retryParked  = 5
)

// answer responds to a payer with the outcome of the payment: 200 if it is minted, 202
// if it is not decided.
func (s *Server) answer(c *fiber.Ctx, p *purchase) error {
	o := p.order
	c.Set(fiber.HeaderCacheControl, "private, no-store")
	receipt := s.Presenter.Receipt(&p.launch, o)
	switch o.State() {
	case mint.Mined, mint.Minted:
		s.setReceipt(c, x402.SettleResponse{Success: true, Transaction: receipt.Transaction, Network: x402.CAIP2(p.launch.ChainID),
			Payer: o.Payer.Hex(), Amount: receipt.Paid.Amount})
		return c.JSON(receipt)
	case mint.Voided:
		return s.voided(c, p)
	case mint.Refunded:
		s.setReceipt(c, s.unsettled(&p.payment, x402.ReasonTransaction, receipt.Settlement))
		return s.refuse(c, api.HTTPError{Status: fiber.StatusGone, Fault: api.Fault{Code: "refunded", Message: "this payment was refunded",
			Details: map[string]any{"refund": receipt.Refund, "order": receipt}}})
	}
	retry := retryMinting
	if o.State() == mint.Parked {
		retry = retryParked
	}
	s.setReceipt(c, s.unsettled(&p.payment, x402.ReasonPending, receipt.Transaction))
	// The URL is relative, so a client stays with the host name that it uses for us.
	c.Set(fiber.HeaderLocation, "/orders/"+o.ID.String())
	c.Set(fiber.HeaderRetryAfter, strconv.Itoa(retry))
	return c.Status(fiber.StatusAccepted).JSON(receipt)
}

// voided answers a payment that can never execute, as a final block shows: 402, so that
// the payer may sign a new one. If a new one could not be delivered, it returns that
// error instead of a price.
func (s *Server) voided(c *fiber.Ctx, p *purchase) error {
	why := x402.RefusedError{Reason: x402.ReasonNonceUsed, Detail: p.order.Reason()}
	if before := p.order.Authorization.ValidBefore; before != nil && before.IsInt64() && s.now().Unix() >= before.Int64() {
		why.Reason = x402.ReasonValidBefore
	}
	if p.order.MayArrive(s.now()) {
		why.Reason = x402.ReasonTransaction // the nonce is not used, and the authorization has not expired
	}
	s.setReceipt(c, s.unsettled(&p.payment, why.Reason, ""))
	if _, err := s.engine.Offer(c.UserContext(), p.launch.Slug, p.quantity); err != nil {
		return err
	}
	return s.challenge(c, p, why)
}

// unsettled returns the receipt of a payment that has not bought anything.
func (s *Server) unsettled(p *x402.Payment, reason x402.Reason, tx string) x402.SettleResponse {
	return x402.SettleResponse{ErrorReason: reason, Transaction: tx, Network: s.Presenter.Network.CAIP2(), Payer: p.Authorization.From.Hex()}
}

// setReceipt sets the receipt's headers of both protocol versions. The receipt has
// hashes, addresses and our own words, all ASCII.
func (s *Server) setReceipt(c *fiber.Ctx, r x402.SettleResponse) {
	for name, v := range map[string]any{x402.HeaderPaymentResponse: r, x402.HeaderXPaymentResponse: r.V1()} {
		if header, err := x402.EncodeHeader(v); err == nil {
			c.Set(name, header)
		}
	}
}
