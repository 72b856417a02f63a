package pay

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/x402"
)

// The protocols of an Offer.
const (
	ProtocolX402 = "x402" // versions 1 and 2, see Quote.Version
	ProtocolMPP  = "mpp"  // the HTTP authentication scheme "Payment"
)

// An Offer is one way to pay that a 402 has: a transfer, and the header that pays it.
// For MPP, the Quote has version 0; its asset's name and version come from the table of
// networks, because that protocol does not send them.
type Offer struct {
	x402.Quote
	Protocol string

	charge *charge // MPP only
}

// MaxWindow is the longest validity of a payment that Limits accept by default.
const MaxWindow = time.Hour

// Sign signs the payment of an offer. It does not check the price, the asset or the
// recipient; see Client and Limits.
func (o Offer) Sign(ctx context.Context, s Signer, now time.Time) (x402.Signed, error) {
	a, err := o.authorize(s.Address(), now)
	if err != nil {
		return x402.Signed{}, err
	}
	return o.seal(ctx, s, a)
}

// seal signs an authorization of the offer and encodes the header.
func (o Offer) seal(ctx context.Context, s Signer, a x402.Authorization) (x402.Signed, error) {
	sig, err := s.SignAuthorization(ctx, o.Requirement.Domain(), a)
	if err != nil {
		return x402.Signed{}, fmt.Errorf("sign payment: %w", err)
	}
	if o.charge != nil {
		return o.charge.Seal(a, sig)
	}
	return o.Encode(a, sig)
}

// authorize returns the authorization that pays the offer, not signed yet.
func (o Offer) authorize(payer common.Address, now time.Time) (x402.Authorization, error) {
	a, err := o.Authorize(payer, now)
	if err == nil && o.charge != nil {
		err = o.charge.bind(&a, now)
	}
	return a, err
}

// readOffers returns the ways to pay in a 402, in the order of the server, and why the
// others were skipped. It fails if the 402 can be read in two ways: if two of its parts
// ask for different transfers.
func readOffers(req *http.Request, header http.Header, body []byte, now time.Time) (offers []Offer, skipped []error, err error) {
	challenge, err := x402.ParsePaymentRequired(header, body)
	if err != nil && !errors.Is(err, x402.ErrNoChallenge) {
		return nil, nil, err
	}
	if challenge != nil {
		skipped = slices.Clone(challenge.Skipped)
		for _, q := range challenge.Quotes {
			offers = append(offers, Offer{Quote: q, Protocol: ProtocolX402})
		}
	}
	charges, alsoSkipped, mppErr := readCharges(req, header, now)
	if mppErr != nil {
		return nil, nil, mppErr
	}
	skipped = append(skipped, alsoSkipped...)
	if len(offers)+len(charges)+len(skipped) == 0 && err != nil {
		return nil, nil, err
	}
	for _, c := range charges {
		for _, o := range offers {
			a, b := c.Requirement, o.Requirement
			if o.Payable() == nil && a.Network == b.Network && a.Asset == b.Asset && (a.PayTo != b.PayTo || a.Amount.Cmp(b.Amount) != 0) {
				return nil, nil, fmt.Errorf("%w: by MPP it asks for %s to %s, by x402 for %s to %s", x402.ErrAmbiguous, c.Price(), a.PayTo, o.Price(), b.PayTo)
			}
		}
	}
	return append(offers, charges...), skipped, nil
}

// choose returns the offers that can be paid and that the limits allow, the best first:
// the cheapest; at equal prices one that settles after the work before one that
// settles first, and x402 before MPP.
func (c *Client) choose(offers []Offer, skipped []error) ([]Offer, error) {
	var allowed []Offer
	for _, o := range offers {
		err := c.Allows(o.Quote)
		if err == nil && c.also != nil {
			err = c.also(o)
		}
		if err != nil {
			skipped = append(skipped, err)
			continue
		}
		allowed = append(allowed, o)
	}
	if len(allowed) == 0 {
		if len(skipped) == 0 {
			return nil, errors.New("the server offers no way to pay")
		}
		return nil, fmt.Errorf("no offered payment is possible: %w", joined(skipped))
	}
	slices.SortStableFunc(allowed, func(a, b Offer) int {
		return cmp.Or(a.Requirement.Amount.Cmp(b.Requirement.Amount), cmp.Compare(a.settlesFirst(), b.settlesFirst()), -cmp.Compare(a.Version, b.Version))
	})
	return allowed, nil
}

// joined joins errors, each text once: a server offers the same payment in several protocols.
func joined(all []error) error {
	var once []error
	for _, err := range all {
		if !slices.ContainsFunc(once, func(other error) bool { return other.Error() == err.Error() }) {
			once = append(once, err)
		}
	}
	return errors.Join(once...)
}

// settlesFirst returns 1 for an offer that settles before the work is done, else 0.
func (o Offer) settlesFirst() int {
	if f := o.Requirement.Extra.PaymentFlow; f == "" || f == x402.FlowAuthorization {
		return 0
	}
	return 1
}

// headerAuthorization carries an MPP credential.
const headerAuthorization = "Authorization"

// isPayment reports whether a header carries a payment.
func isPayment(name, value string) bool {
	switch http.CanonicalHeaderKey(name) {
	case http.CanonicalHeaderKey(x402.HeaderPaymentSignature), http.CanonicalHeaderKey(x402.HeaderXPayment):
		return value != ""
	case headerAuthorization:
		scheme, _, ok := strings.Cut(value, " ")
		return ok && strings.EqualFold(scheme, "Payment")
	}
	return false
}

func carriesPayment(header http.Header) bool {
	for name, values := range header {
		for _, v := range values {
			if isPayment(name, v) {
				return true
			}
		}
	}
	return false
}
