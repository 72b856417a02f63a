package x402

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"
)

// checkDecoded holds for every header: an error names a field, and a payment
// has everything that the code behind the door relies on.
func checkDecoded(t *testing.T, p Payment, err error) {
	t.Helper()
	if err != nil {
		var m *MalformedError
		if !errors.As(err, &m) || m.Field == "" || m.Expected == "" {
			t.Fatalf("error %#v", err)
		}
		return
	}
	a := p.Authorization
	if a.Value == nil || a.ValidAfter == nil || a.ValidBefore == nil || len(p.Signature) == 0 || len(p.Signature) > MaxSignature && (!IsERC6492(p.Signature) || len(p.Signature) > MaxWrapped) {
		t.Fatalf("incomplete: %+v", p)
	}
	if a.Value.BitLen() > 256 || a.ValidAfter.BitLen() > 256 || a.ValidBefore.BitLen() > 256 || a.Value.Sign() < 0 {
		t.Fatalf("out of range: %+v", p)
	}
	if (p.Version != 1 && p.Version != 2) || (p.Version == 2) != (p.Accepted != nil) {
		t.Fatalf("version %d, accepted %v", p.Version, p.Accepted)
	}
	if !utf8.ValidString(p.Network) || !utf8.ValidString(p.Scheme) {
		t.Fatalf("text: %+v", p)
	}
	// Nothing behind the door panics on it.
	r := ourRequirement(t)
	_ = r.Check(p, unix(1795390000), margin, maximum)
	_, _ = r.CheckSignature(p)

	// What was read survives being written and read again.
	data, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	again, err := decodeAuthorization(data)
	if err != nil || again.Digest(r.Domain()) != a.Digest(r.Domain()) {
		t.Fatalf("%s: read %+v again, %v", data, again, err)
	}
}

// checkAgreesWithEncodingJSON holds for every text we read: Go's own reader, which
// is laxer, sees the same payment in it. Disagreement would be a hole for
// whoever verifies with one reader and forwards to the other.
func checkAgreesWithEncodingJSON(t *testing.T, text string, p Payment) {
	t.Helper()
	if !json.Valid([]byte(text)) {
		t.Fatalf("not JSON: %q", text)
	}
	var lax struct {
		X402Version int
		Network     string
		Accepted    *struct {
			Network, Amount, Asset, PayTo string
		}
		Payload struct {
			Signature     string
			Authorization map[string]string
		}
	}
	if err := json.Unmarshal([]byte(text), &lax); err != nil {
		t.Fatalf("encoding/json: %v in %q", err, text)
	}
	strict, err := Marshal(p.Authorization)
	if err != nil {
		t.Fatal(err)
	}
	var ours map[string]string
	if err := json.Unmarshal(strict, &ours); err != nil {
		t.Fatal(err)
	}
	theirs := lax.Payload.Authorization
	if lax.X402Version != p.Version || len(theirs) != len(ours) {
		t.Fatalf("version %d, authorization %v, in %q", lax.X402Version, theirs, text)
	}
	for key, value := range ours {
		if !strings.EqualFold(theirs[key], value) {
			t.Fatalf("%s is %q here and %q there", key, value, theirs[key])
		}
	}
	if p.Accepted != nil && (lax.Accepted == nil || lax.Accepted.Amount != p.Accepted.Amount.String() || lax.Accepted.Network != p.Network ||
		!strings.EqualFold(lax.Accepted.PayTo, p.Accepted.PayTo.Hex()) || !strings.EqualFold(lax.Accepted.Asset, p.Accepted.Asset.Hex())) {
		t.Fatalf("accepted %+v here and %+v there", p.Accepted, lax.Accepted)
	}
}
