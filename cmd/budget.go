package cmd

import (
	"bytes"
	"crypto/ecdsa"
	"fmt"
	"math/big"
	"strings"
	"unicode"

	"github.com/spf13/cobra"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/x402"
)

const budgetHelp = `
    --max AMOUNT        refuse a higher price (default 1, that is 1.00 USDC)
    --network NAME      pay on this network only
    --any-asset         also pay an asset that mint402 does not know; --max is
                        then in its base units
`

// budget limits the payments that a payer signs.
type budget struct {
	max, network string
	anyAsset     bool
}

func (b *budget) add(c *cobra.Command) {
	c.Flags().StringVar(&b.max, "max", "1", "")
	c.Flags().StringVar(&b.network, "network", "", "")
	c.Flags().BoolVar(&b.anyAsset, "any-asset", false, "")
}

// client returns a payer's client with this budget.
func (b *budget) client(key *ecdsa.PrivateKey) (*x402.Client, error) {
	client := &x402.Client{Key: key, AnyAsset: b.anyAsset}
	if b.network != "" {
		n, ok := x402.NetworkByName(b.network)
		if !ok {
			return nil, unknownNetwork(b.network)
		}
		client.Networks = []string{n.CAIP2()}
	}
	var err error
	if b.anyAsset {
		var ok bool
		if client.Max, ok = new(big.Int).SetString(b.max, 10); !ok || client.Max.Sign() < 0 {
			return nil, usage("--max %q: expected base units, a whole number", b.max)
		}
		return client, nil
	}
	// Every asset of the table has six decimals; a test checks this.
	if client.Max, err = x402.Networks()[0].Asset.Parse(b.max); err != nil {
		return nil, usage("--max: %w", err)
	}
	return client, nil
}

func unknownNetwork(name string) error {
	return &usageError{hint(fmt.Errorf("there is no network %q", name), "mint402 networks lists them")}
}

// paymentID returns the id of the payment that answers a quote.
func paymentID(network string, r x402.Domain, a x402.Authorization) (mint.PaymentID, error) {
	id, ok := x402.ParseCAIP2(network)
	if !ok {
		return mint.PaymentID{}, fmt.Errorf("network %q is not an EVM chain we know", network)
	}
	return mint.NewPaymentID(id, r.VerifyingContract, a.From, a.Nonce), nil
}

// title returns a network's name for people.
func title(caip2 string) string {
	if n, ok := x402.NetworkByName(caip2); ok {
		return n.Title
	}
	return caip2
}

// plain shortens a server's text and makes it safe to show on a terminal.
func plain(s string) string {
	s = strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return ' '
		}
		if !unicode.IsGraphic(r) {
			return -1
		}
		return r
	}, s)
	if r := []rune(s); len(r) > 200 {
		s = string(r[:200]) + "…"
	}
	return s
}

// grouped formats a whole number for people: 5,000. It returns a fraction unchanged.
func grouped(s string) string {
	whole, fraction, _ := strings.Cut(s, ".")
	var b bytes.Buffer
	for i, d := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(d)
	}
	if fraction != "" {
		b.WriteString("." + fraction)
	}
	return b.String()
}
