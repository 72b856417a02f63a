package api

import (
	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/amount"
	"github.com/mint402/mint402/mint"
)

// PayerMints are a payer's mints of a launch. A payer without one has zeros.
type PayerMints struct {
	Launch   string  `json:"launch"` // slug
	Payer    Address `json:"payer"`
	Mints    int64   `json:"mints"`            // payments
	Quantity int64   `json:"quantity"`         // allotments
	Tokens   string  `json:"tokens"`           // whole units: "15000"
	Place    int64   `json:"place,omitempty"`  // among the payers, by their first mint, from 1; absent if that takes long to count
	Latest   string  `json:"latest,omitempty"` // path of the newest mint's receipt
}

// maxCounted is how many mints are counted for a payer's place. That many take a tenth of a
// second.
const maxCounted = 50_000

// ServePayerMints returns the handler that answers with the mints of the payer in a path.
func ServePayerMints(p *Presenter) fiber.Handler {
	return func(c *fiber.Ctx) error {
		l, err := p.LaunchOf(c)
		if err != nil {
			return err
		}
		payer, ok := ParseAddress(c.Params("payer"))
		if !ok {
			return &ParamError{Field: "payer", Expected: "0x and 40 hex digits"}
		}
		m, err := p.Reader.MintsOf(c.UserContext(), l.Slug, payer, maxCounted)
		if err != nil {
			return err
		}
		answer := PayerMints{Launch: l.Slug, Payer: Address{payer}, Mints: m.Mints, Quantity: m.Quantity, Tokens: amount.Tokens(l.Tokens(m.Quantity)), Place: m.Place}
		if m.Last != (mint.PaymentID{}) {
			answer.Latest = "/r/" + m.Last.String()
		}
		return c.JSON(answer)
	}
}
