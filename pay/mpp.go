package pay

import (
	"net/http"
	"time"

	"github.com/mint402/mint402/x402"
)

type charge struct{}

func (c *charge) bind(*x402.Authorization, time.Time) error { return nil }
func (c *charge) encode(x402.Authorization, []byte) (x402.Signed, error) {
	return x402.Signed{}, nil
}

func readCharges(*http.Request, http.Header) ([]Offer, []error, error) { return nil, nil, nil }

func mppReceipt(http.Header) *string { return nil }
