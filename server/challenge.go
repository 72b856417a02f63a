package server

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/ethereum/go-ethereum/common"
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

// posted is the 402 for those who come without a payment, ready to be sent. It
// says nothing that changes while a server runs: terms are fixed at deployment.
type posted struct {
	header string
	body   []byte
}

// posting names a posted price: two launches never share a token.
type posting struct {
	token    common.Address
	path     string
	quantity int64
}

// maxPosted bounds how many are kept; there is one for each quantity asked for.
const maxPosted = 4096

// postings keeps posted prices.
type postings struct {
	kept sync.Map // posting → *posted
	n    atomic.Int64
}

// posted returns the 402 of an ask that carries no payment.
func (s *Server) posted(a ask) (*posted, error) {
	key := posting{a.launch.Token, a.path, a.quantity}
	if kept, ok := s.postings.kept.Load(key); ok {
		return kept.(*posted), nil
	}
	required := s.paymentRequired(a, asked)
	header, err := x402.EncodeHeader(required)
	if err != nil {
		return nil, err
	}
	body := challengeBody{PaymentRequiredV1: required.V1()}
	body.Error = x402.HeaderXPayment + " header is required"
	p := &posted{header: header}
	if p.body, err = json.Marshal(body); err != nil {
		return nil, err
	}
	if s.postings.n.Add(1) <= maxPosted {
		s.postings.kept.Store(key, p)
	}
	return p, nil
}

// post answers 402 to those who come without a payment.
func (s *Server) post(c *fiber.Ctx, a ask) error {
	p, err := s.posted(a)
	if err != nil {
		return err
	}
	c.Set(x402.HeaderPaymentRequired, p.header)
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
	c.Status(fiber.StatusPaymentRequired).Response().SetBodyRaw(p.body)
	return nil
}

// challengeBody is version 1's, with a sentence for people beside its reason.
type challengeBody struct {
	x402.PaymentRequiredV1
	Detail string `json:"detail,omitempty"`
}

// challenge answers 402 to a payment that was refused: version 2 in the header,
// version 1 in the body, and both say why, each in its version's word.
func (s *Server) challenge(c *fiber.Ctx, p *purchase, why x402.RefusedError) error {
	required := s.paymentRequired(p.ask, string(why.Reason))
	if err := s.setPaymentRequired(c, required); err != nil {
		return err
	}
	body := challengeBody{required.V1(), why.Detail}
	if p.payment.Version == 1 {
		body.Error = why.Reason.V1()
	}
	body.Payer = p.payment.Authorization.From.Hex()
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
