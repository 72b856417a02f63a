package server

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/ethereum/go-ethereum/common"
	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/amount"
	"github.com/mint402/mint402/x402"
)

// messagePaymentRequired is the error of a version 2 challenge for a request without a payment.
const messagePaymentRequired = "Payment required"

// paymentRequired returns the 402 answer to a request. Apart from the message, it depends only
// on the request's path and quantity, the launch's terms and our configuration. That is
// necessary because clients send it back with the payment, and we compare it.
func (s *Server) paymentRequired(a priceRequest, message string) x402.PaymentRequired {
	l := a.launch
	return x402.NewPaymentRequired(message, x402.Resource{
		URL:         s.url(a),
		Description: ascii(fmt.Sprintf("Mint %s %s for %s %s", amount.Grouped(amount.Tokens(l.Tokens(a.quantity))), l.Symbol, l.Asset.Format(l.Total(a.quantity)), l.Asset.Symbol)),
		MimeType:    fiber.MIMEApplicationJSON,
	}, l.Requirement(a.quantity))
}

// setPaymentRequired sets the header of a 402 answer, as version 2 requires.
func (s *Server) setPaymentRequired(c *fiber.Ctx, r x402.PaymentRequired) error {
	header, err := x402.EncodeHeader(r)
	if err == nil {
		c.Set(x402.HeaderPaymentRequired, header)
	}
	return err
}

// cached402 is the encoded 402 for requests without a payment. It never changes while a
// server runs, since a launch's terms are fixed at deployment.
type cached402 struct {
	header string
	body   []byte
}

// priceKey is the key of a cached402. Two launches never have the same token.
type priceKey struct {
	token    common.Address
	path     string
	quantity int64
}

// maxCached402 is how many 402s are cached. There is one for each launch, path and quantity
// that clients request.
const maxCached402 = 4096

// priceCache caches 402s. The other caches are LRU caches, but this one is not: it is read
// for every request without a payment, 60,000 times a second on one core, and an LRU cache
// takes a lock for each read. A full cache keeps its entries. Each request for another
// quantity is then encoded again.
type priceCache struct {
	kept sync.Map     // priceKey → *cached402
	n    atomic.Int64 // entries that were made, stored or not
}

// price402 returns the 402 for a request without a payment: from the cache, or a new one.
func (s *Server) price402(a priceRequest) (*cached402, error) {
	key := priceKey{a.launch.Token, a.path, a.quantity}
	if kept, ok := s.prices.kept.Load(key); ok {
		return kept.(*cached402), nil
	}
	required := s.paymentRequired(a, messagePaymentRequired)
	header, err := x402.EncodeHeader(required)
	if err != nil {
		return nil, err
	}
	body := challengeBody{PaymentRequiredV1: required.V1()}
	body.Error = x402.HeaderXPayment + " header is required"
	p := &cached402{header: header}
	if p.body, err = json.Marshal(body); err != nil {
		return nil, err
	}
	if s.prices.n.Add(1) <= maxCached402 {
		s.prices.kept.Store(key, p)
	}
	return p, nil
}

// answer402 answers 402 to a request without a payment, with version 2 in the header and
// version 1 in the body.
func (s *Server) answer402(c *fiber.Ctx, a priceRequest) error {
	p, err := s.price402(a)
	if err != nil {
		return err
	}
	c.Set(x402.HeaderPaymentRequired, p.header)
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
	c.Status(fiber.StatusPaymentRequired).Response().SetBodyRaw(p.body)
	return nil
}

// challengeBody is the body of version 1. Detail is a sentence for people, in addition to the
// error code.
type challengeBody struct {
	x402.PaymentRequiredV1
	Detail string `json:"detail,omitempty"`
}

// challenge answers 402 to a payment that was refused, with version 2 in the header and
// version 1 in the body. Both have the error code for the reason. The code in the body is
// that of the payment's version.
func (s *Server) challenge(c *fiber.Ctx, p *purchase, why x402.RefusedError) error {
	required := s.paymentRequired(p.priceRequest, string(why.Reason))
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

// ascii replaces characters that are not printable ASCII with "?", because clients of version
// 1 convert the text to Latin-1.
func ascii(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 || r > 0x7e {
			return '?'
		}
		return r
	}, s)
}
