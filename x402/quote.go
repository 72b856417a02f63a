package x402

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"net/http"
)

// A Challenge is a 402 as a payer reads it, of either version.
type Challenge struct {
	Version int    // 1 or 2
	Error   string // why payment is asked for; after a payment, why it was refused
	Quotes  []Quote
	Skipped []error // one for each entry that cannot be read as an EVM requirement
}

// A Quote is one way to pay that a server offers.
type Quote struct {
	Version     int // of the 402, and of the payment that will answer it
	Requirement Requirement
	Resource    Resource

	// The server's own bytes, to be echoed; empty in version 1.
	accepted, resource, extensions json.RawMessage
}

// ErrNoChallenge says that a response asks for no payment that x402 knows of.
var ErrNoChallenge = errors.New("no x402 payment requirements in the response")

// ParsePaymentRequired reads a 402: version 2 from the header, and if there is
// none, version 1 (or, as some servers do, version 2) from the body. An entry
// that cannot be read is skipped, not an error.
func ParsePaymentRequired(header http.Header, body []byte) (*Challenge, error) {
	data := body
	if value := header.Get(HeaderPaymentRequired); value != "" {
		var ok bool
		if data, ok = decodeBase64(value); !ok {
			return nil, fmt.Errorf("read %s: not base64", HeaderPaymentRequired)
		}
	}
	var ask struct {
		X402Version int               `json:"x402Version"`
		Error       string            `json:"error"`
		Resource    json.RawMessage   `json:"resource"`
		Accepts     []json.RawMessage `json:"accepts"`
		Extensions  json.RawMessage   `json:"extensions"`
	}
	if err := json.Unmarshal(data, &ask); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoChallenge, err)
	}
	c := &Challenge{Version: ask.X402Version, Error: ask.Error}
	switch ask.X402Version {
	case 1:
		for i, entry := range ask.Accepts {
			r, resource, err := requirementFromV1(entry)
			if err != nil {
				c.Skipped = append(c.Skipped, fmt.Errorf("entry %d: %w", i, err))
				continue
			}
			c.Quotes = append(c.Quotes, Quote{Version: 1, Requirement: r, Resource: resource})
		}
	case 2:
		var resource Resource
		if present(ask.Resource) {
			if err := json.Unmarshal(ask.Resource, &resource); err != nil {
				return nil, fmt.Errorf("read resource: %w", err)
			}
		}
		for i, entry := range ask.Accepts {
			q := Quote{Version: 2, Resource: resource, accepted: entry}
			if err := json.Unmarshal(entry, &q.Requirement); err != nil {
				c.Skipped = append(c.Skipped, fmt.Errorf("entry %d: %w", i, err))
				continue
			}
			if present(ask.Resource) {
				q.resource = ask.Resource
			}
			if present(ask.Extensions) {
				q.extensions = ask.Extensions
			}
			c.Quotes = append(c.Quotes, q)
		}
	default:
		return nil, fmt.Errorf("%w: x402Version is %d", ErrNoChallenge, ask.X402Version)
	}
	return c, nil
}

func present(raw json.RawMessage) bool { return len(raw) > 0 && string(raw) != "null" }

// Payable says whether the quote is of a kind that Sign can answer: scheme
// exact, on an EVM chain, by EIP-3009, in a flow we know, for a bounded time.
func (q Quote) Payable() error {
	r := q.Requirement
	if r.Scheme != SchemeExact {
		return fmt.Errorf("scheme %.40q is not exact", r.Scheme)
	}
	if id, ok := ParseCAIP2(r.Network); !ok || id == 0 {
		return fmt.Errorf("network %.40q is not an EVM chain we know", r.Network)
	}
	if m := r.Extra.AssetTransferMethod; m != "" && m != "eip3009" {
		return fmt.Errorf("asset transfer method %.40q is not eip3009", m)
	}
	if f := r.Extra.PaymentFlow; f != "" && f != FlowAuthorization && f != FlowUpfront {
		return fmt.Errorf("payment flow %.40q is unknown", f)
	}
	if r.Extra.Name == "" || r.Extra.Version == "" {
		return errors.New("the asset's EIP-712 name or version is missing")
	}
	if r.MaxTimeoutSeconds <= 0 {
		return fmt.Errorf("maxTimeoutSeconds is %d", r.MaxTimeoutSeconds)
	}
	return nil
}

// Asset is the asset to be paid as the table of networks knows it. It is false
// when the table has another asset for the network, or calls this one
// otherwise: then nothing but the server's word says what would be paid.
func (q Quote) Asset() (Asset, bool) {
	n, ok := NetworkByName(q.Requirement.Network)
	r := q.Requirement
	if !ok || n.Asset.Address != r.Asset || n.Asset.Name != r.Extra.Name || n.Asset.Version != r.Extra.Version {
		return Asset{}, false
	}
	return n.Asset, true
}

// Price is the amount for people: "0.10 USDC", or base units of an address when
// the asset is not one we know.
func (q Quote) Price() string { return q.price(q.Requirement.Amount) }

func (q Quote) price(amount *big.Int) string {
	if asset, ok := q.Asset(); ok {
		return asset.Format(amount) + " " + asset.Symbol
	}
	if amount == nil {
		amount = new(big.Int)
	}
	return fmt.Sprintf("%s base units of %s", amount, q.Requirement.Asset)
}
