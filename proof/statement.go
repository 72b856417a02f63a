package proof

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

// Kind tells offers from receipts.
type Kind string

// The kinds of statements.
const (
	KindOffer   Kind = "offer"
	KindReceipt Kind = "receipt"
)

// schemaVersion is the version of both payloads.
const schemaVersion = 1

// Limits on the fields of a payload, in bytes.
const (
	maxURL     = 2048
	maxWord    = 64  // a scheme, a format, an algorithm, a member of a JWK
	maxNetwork = 41  // CAIP-2
	maxAccount = 128 // CAIP-10
	maxAmount  = 78  // digits of a uint256
	maxHash    = 128
)

// An Offer is the payload of a signed offer: a price that holds until ValidUntil.
type Offer struct {
	ResourceURL string // of the paid resource
	Scheme      string // "exact"
	Network     string // CAIP-2
	Asset       string // address of the token
	PayTo       string
	Amount      string    // base units, decimal
	ValidUntil  time.Time // zero: not limited
}

// A Receipt is the payload of a signed receipt: the server took a payment of Payer and
// delivered the resource. With a Transaction, anyone can check it on the chain.
type Receipt struct {
	Network     string // CAIP-2
	ResourceURL string
	Payer       string // address
	IssuedAt    time.Time
	Transaction string // 0x and 64 hex digits on EVM chains; "" if not given
}

// Statement is a decoded payload: an offer or a receipt. The other is nil.
type Statement struct {
	Offer   *Offer
	Receipt *Receipt
}

// Kind returns the kind of the payload.
func (s Statement) Kind() Kind {
	if s.Offer != nil {
		return KindOffer
	}
	return KindReceipt
}

// Resource returns the URL of the paid resource.
func (s Statement) Resource() string {
	if s.Offer != nil {
		return s.Offer.ResourceURL
	}
	return s.Receipt.ResourceURL
}

// payload returns the JSON object of an offer. all is for EIP-712, which needs the members
// that are not used, too, as zero or ""; a JWS leaves them out.
func (o *Offer) payload(all bool) object {
	p := object{"version": schemaVersion, "resourceUrl": o.ResourceURL, "scheme": o.Scheme, "network": o.Network, "asset": o.Asset, "payTo": o.PayTo, "amount": o.Amount}
	if !o.ValidUntil.IsZero() {
		p["validUntil"] = o.ValidUntil.Unix()
	} else if all {
		p["validUntil"] = 0
	}
	return p
}

func (r *Receipt) payload(all bool) object {
	p := object{"version": schemaVersion, "network": r.Network, "resourceUrl": r.ResourceURL, "payer": r.Payer, "issuedAt": r.IssuedAt.Unix()}
	if r.Transaction != "" || all {
		p["transaction"] = r.Transaction
	}
	return p
}

// Payload returns the JSON object of the payload, as a JWS carries it.
func (s Statement) Payload() map[string]any { return s.payload(false) }

func (s Statement) payload(all bool) object {
	if s.Offer != nil {
		return s.Offer.payload(all)
	}
	return s.Receipt.payload(all)
}

var (
	offerKeys   = []string{"scheme", "asset", "payTo", "amount", "validUntil"}
	receiptKeys = []string{"payer", "issuedAt", "transaction"}
	sharedKeys  = []string{"version", "network", "resourceUrl"}
)

// statementOf decodes a payload. The members decide whether it is an offer or a receipt,
// since a JWS does not say it; a payload with members of both is refused, so that a
// signed offer cannot be presented as a receipt. exact is for EIP-712, with a signature
// that covers only the members of the schema: others are refused. A JWS signs them too,
// and they are ignored.
func statementOf(p object, exact bool) (Statement, error) {
	offer, receipt := false, false
	for key := range p {
		switch {
		case slices.Contains(offerKeys, key):
			offer = true
		case slices.Contains(receiptKeys, key):
			receipt = true
		case exact && !slices.Contains(sharedKeys, key):
			return Statement{}, wrong("payload", "the members of the schema only; the signature does not cover others")
		}
	}
	if version, _, err := p.integer("version"); err != nil || version != schemaVersion {
		return Statement{}, wrong("version", "1")
	}
	var err error
	switch {
	case offer && receipt:
		return Statement{}, wrong("payload", "an offer or a receipt, not members of both")
	case offer:
		o := new(Offer)
		if err = o.read(p); err == nil {
			return Statement{Offer: o}, nil
		}
	default:
		r := new(Receipt)
		if err = r.read(p); err == nil {
			return Statement{Receipt: r}, nil
		}
	}
	return Statement{}, err
}

func (o *Offer) read(p object) (err error) {
	if o.Network, o.ResourceURL, err = readShared(p); err != nil {
		return err
	}
	if o.Scheme, err = p.need("scheme", maxWord); err != nil {
		return err
	}
	if o.Asset, err = p.need("asset", maxAccount); err != nil {
		return err
	}
	if o.PayTo, err = p.need("payTo", maxAccount); err != nil {
		return err
	}
	if o.Amount, err = p.need("amount", maxAmount); err != nil {
		return err
	}
	if !decimal.MatchString(o.Amount) {
		return wrong("amount", "a decimal string without sign or leading zeros")
	}
	if _, evm := evmChain(o.Network); evm && !isAddress(o.PayTo) {
		return wrong("payTo", "0x and 40 hex digits")
	}
	until, _, err := p.integer("validUntil")
	if err == nil && until != 0 {
		o.ValidUntil = time.Unix(until, 0).UTC()
	}
	return err
}

func (r *Receipt) read(p object) (err error) {
	if r.Network, r.ResourceURL, err = readShared(p); err != nil {
		return err
	}
	if r.Payer, err = p.need("payer", maxAccount); err != nil {
		return err
	}
	if r.Transaction, _, err = p.text("transaction", maxHash); err != nil {
		return err
	}
	if _, evm := evmChain(r.Network); evm {
		if !isAddress(r.Payer) {
			return wrong("payer", "0x and 40 hex digits")
		}
		if _, ok := parseHash(r.Transaction); r.Transaction != "" && !ok {
			return wrong("transaction", "0x and 64 hex digits")
		}
	}
	at, there, err := p.integer("issuedAt")
	if err == nil && (!there || at == 0) {
		err = wrong("issuedAt", "a time in Unix seconds")
	}
	r.IssuedAt = time.Unix(at, 0).UTC()
	return err
}

func readShared(p object) (network, resource string, err error) {
	if network, err = p.need("network", maxNetwork); err == nil && !caip2.MatchString(network) {
		err = wrong("network", "a CAIP-2 chain such as eip155:8453")
	}
	if err != nil {
		return "", "", err
	}
	if resource, err = p.need("resourceUrl", maxURL); err == nil {
		_, err = originOf(resource)
	}
	return network, resource, err
}

// originOf parses the URL of a resource, which must be absolute and have a host.
func originOf(resource string) (*url.URL, error) {
	u, err := url.Parse(resource)
	if err != nil || u.Scheme == "" || u.Host == "" || u.User != nil {
		return nil, wrong("resourceUrl", "an absolute URL with a host, without a user")
	}
	return u, nil
}

var (
	caip2   = regexp.MustCompile(`^[-a-z0-9]{3,8}:[-_a-zA-Z0-9]{1,32}$`)
	decimal = regexp.MustCompile(`^(0|[1-9][0-9]*)$`)
	eip155  = regexp.MustCompile(`^eip155:([1-9][0-9]{0,18})$`)
)

// evmChain returns the id of an EVM chain, in decimal.
func evmChain(network string) (string, bool) {
	m := eip155.FindStringSubmatch(network)
	if m == nil {
		return "", false
	}
	return m[1], true
}

func isAddress(s string) bool { return len(s) == 42 && s[:2] == "0x" && common.IsHexAddress(s) }

func parseHash(s string) (h common.Hash, ok bool) {
	return h, len(s) == 66 && h.UnmarshalText([]byte(s)) == nil
}

// Matches returns an error unless a receipt is for the resource and the network of an
// offer. It compares no amount and no time: a receipt has no amount (the chain has it), and
// an offer does not say when it was made.
func (r *Receipt) Matches(o *Offer) error {
	switch {
	case r.ResourceURL != o.ResourceURL:
		return fmt.Errorf("the receipt is for %s, and the offer for %s", r.ResourceURL, o.ResourceURL)
	case r.Network != o.Network:
		return fmt.Errorf("the receipt is for a payment on %s, and the offer asks for one on %s", r.Network, o.Network)
	}
	return nil
}
