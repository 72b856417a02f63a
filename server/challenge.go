package server

import (
	"fmt"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/x402"
)

// asked is what version 2 is told when no payment came along.
const asked = "Payment required"

// paymentRequired is the 402 of an ask. It depends on nothing but the launch's
// terms and our configuration: clients echo it, and it is compared.
func (s *Server) paymentRequired(a ask, message string) x402.PaymentRequired {
	l := a.launch
	return x402.NewPaymentRequired(message, x402.Resource{
		URL:         s.url(a),
		Description: ascii(fmt.Sprintf("Mint %s %s for %s %s", grouped(tokens(l.Tokens(a.quantity))), l.Symbol, l.Asset.Format(l.Total(a.quantity)), l.Asset.Symbol)),
		MimeType:    fiber.MIMEApplicationJSON,
	}, l.Requirement(a.quantity))
}

func (s *Server) setPaymentRequired(c *fiber.Ctx, r x402.PaymentRequired) error {
	header, err := x402.EncodeHeader(r)
	if err == nil {
		c.Set(x402.HeaderPaymentRequired, header)
	}
	return err
}

// challengeBody is version 1's, with a sentence for people beside its reason.
type challengeBody struct {
	x402.PaymentRequiredV1
	Detail string `json:"detail,omitempty"`
}

// challenge answers 402: version 2 in the header, version 1 in the body. After a
// payment that was refused, both say why, each in its version's word.
func (s *Server) challenge(c *fiber.Ctx, a ask, why x402.RefusedError, p *x402.Payment) error {
	message := asked
	if p != nil {
		message = string(why.Reason)
	}
	required := s.paymentRequired(a, message)
	if err := s.setPaymentRequired(c, required); err != nil {
		return err
	}
	body := challengeBody{required.V1(), why.Detail}
	switch {
	case p == nil:
		body.Error = x402.HeaderXPayment + " header is required"
	case p.Version == 1:
		body.Error = why.Reason.V1()
	}
	if p != nil {
		body.Payer = p.Authorization.From.Hex()
	}
	return c.Status(fiber.StatusPaymentRequired).JSON(body)
}

// ascii keeps text that version 1 clients put through Latin-1.
func ascii(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 || r > 0x7e {
			return '?'
		}
		return r
	}, s)
}
