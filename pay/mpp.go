package pay

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/mint402/mint402/mpp"
	"github.com/mint402/mint402/x402"
)

// charge is an MPP challenge that an EIP-3009 authorization can pay.
type charge struct{ mpp.Offer }

// readCharges returns the MPP offers of a 402, in the server's order, and why the other
// challenges were skipped.
func readCharges(req *http.Request, header http.Header, now time.Time) (offers []Offer, skipped []error, err error) {
	challenges, skipped, err := mpp.Offers(header, now)
	if err != nil {
		return nil, skipped, fmt.Errorf("%w: %w", x402.ErrAmbiguous, err)
	}
	for _, o := range challenges {
		if err := checkCharge(req, o, now); err != nil {
			skipped = append(skipped, err)
			continue
		}
		offers = append(offers, Offer{Quote: x402.Quote{Requirement: o.Requirement(now), Resource: x402.Resource{Description: o.Challenge.Description}},
			Protocol: ProtocolMPP, charge: &charge{o}})
	}
	return offers, skipped, nil
}

// checkCharge returns an error if a challenge is not for this request: its realm is not
// the host or a parent of it, its digest is not the body's, it gives the asset other
// decimals than the table of networks, or the request has no place for the credential.
func checkCharge(req *http.Request, o mpp.Offer, now time.Time) error {
	if req.Header.Get(mpp.HeaderCredential) != "" {
		return fmt.Errorf("challenge: the request has a header %s of its own, which the credential would replace", mpp.HeaderCredential)
	}
	c, host := o.Challenge, strings.ToLower(req.URL.Hostname())
	if realm := strings.ToLower(c.Realm); realm != host && (!strings.HasSuffix(host, "."+realm) || !strings.Contains(realm, ".")) {
		return fmt.Errorf("challenge: its realm %.80q is not the host %.80q", c.Realm, host)
	}
	if err := checkDigest(req, c.Digest); err != nil {
		return err
	}
	asset, known := (x402.Quote{Requirement: o.Requirement(now)}).Asset()
	if known && o.Charge.Decimals != 0 && o.Charge.Decimals != int(asset.Decimals) {
		return fmt.Errorf("challenge: it gives %s %d decimals, but it has %d", asset.Symbol, o.Charge.Decimals, asset.Decimals)
	}
	return nil
}

// checkDigest compares a challenge's digest (RFC 9530) with the request's body.
func checkDigest(req *http.Request, digest string) error {
	if digest == "" {
		return nil
	}
	h := sha256.New()
	if req.GetBody != nil {
		body, err := req.GetBody()
		if err != nil {
			return err
		}
		defer body.Close()
		if _, err := io.Copy(h, body); err != nil {
			return err
		}
	}
	if want := "sha-256=:" + base64.StdEncoding.EncodeToString(h.Sum(nil)) + ":"; digest != want {
		return errors.New("challenge: its digest is not that of the request's body")
	}
	return nil
}

// bind gives an authorization the challenge's nonce and window.
func (c *charge) bind(a *x402.Authorization, now time.Time) error {
	bound, err := c.Authorization(a.From, now)
	if err == nil {
		*a = bound
	}
	return err
}

// mppReceipt returns the transaction in an MPP receipt, or nil without a receipt.
func mppReceipt(header http.Header) *string {
	r, err := mpp.DecodeReceipt(header.Get(mpp.HeaderReceipt))
	if err != nil {
		return nil
	}
	return &r.Reference
}
