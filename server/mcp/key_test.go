package mcp_test

import (
	"crypto/ecdsa"
	"encoding/json"
	"strings"
	"testing"

	"github.com/mint402/mint402/server/servertest"
	"github.com/mint402/mint402/x402"
)

func TestTheHeaderIdempotencyKeyNamesThePurchaseOfACall(t *testing.T) {
	w := open(t, servertest.Sale{})
	session := w.connect("2025-11-25")
	key := servertest.Header{"Idempotency-Key": `"the-key"`}
	for name, sign := range map[string]func(k *ecdsa.PrivateKey) (string, x402.Signed){
		"x402": func(k *ecdsa.PrivateKey) (string, x402.Signed) {
			s := w.signs(k, w.call(session, "mint", nil, nil), 2)
			return `{"x402/payment":"` + s.Value + `"}`, s
		},
		"MPP": func(k *ecdsa.PrivateKey) (string, x402.Signed) {
			meta, s := w.credential(k, w.challenged(w.call(session, "mint", nil, nil)))
			data, err := json.Marshal(meta)
			w.Must(err)
			return string(data), s
		},
	} {
		k := w.Payer(100)
		first, s := sign(k)
		w.post(mintCall("1", first), nil).Wants(200)
		if a := w.post(mintCall("1", first), key).Wants(200); !strings.Contains(string(a.Body), "Minted 5000 PING") {
			t.Errorf("%s: %s", name, a.Body)
		}
		other, _ := sign(k)
		if a := w.post(mintCall("1", other), key).Wants(200); !strings.Contains(string(a.Body), "key_used") || !strings.Contains(string(a.Body), w.ID(s).String()) {
			t.Errorf("%s: %s", name, a.Body)
		}
		h := servertest.Paid(w.Sign(k, "/mint", 2))
		h["Idempotency-Key"] = "the-key"
		w.Get("/mint", h).Wants(409).Problem("key_used")
		if w.Tokens(servertest.Account(k)) != 1 {
			t.Errorf("%s: %d allotments", name, w.Tokens(servertest.Account(k)))
		}
	}
	// As on /mint, a payment with two names has both, and a name of another form is refused.
	k := w.Payer(100)
	data, err := json.Marshal(w.named(w.Sign(k, "/mint", 2), "pay_0123456789abcdef"))
	w.Must(err)
	w.post(mintCall("1", `{"x402/payment":`+string(data)+`}`), key).Wants(200)
	for _, name := range []string{"the-key", "pay_0123456789abcdef"} {
		h := servertest.Paid(w.Sign(k, "/mint", 2))
		h["Idempotency-Key"] = name
		w.Get("/mint", h).Wants(409).Problem("key_used")
	}
	for _, meta := range []string{"", `{"x402/payment":"` + w.Sign(k, "/mint", 2).Value + `"}`} {
		if a := w.post(mintCall("1", meta), servertest.Header{"Idempotency-Key": "two words"}).Wants(200); !strings.Contains(string(a.Body), "Idempotency-Key: expected") {
			t.Errorf("%s", a.Body)
		}
	}
}
