package mcp_test

import (
	"crypto/ecdsa"
	"encoding/base64"
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/mint402/mint402/mpp"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/server/servertest"
	"github.com/mint402/mint402/x402"
)

// challenged reads the challenge of a result, as mppx's MCP client does.
func (w *world) challenged(r *sdk.CallToolResult) mpp.Challenge {
	w.Helper()
	data, err := json.Marshal(r.Meta["org.paymentauth/payment-required"])
	w.Must(err)
	var required struct {
		HTTPStatus int
		Challenges []struct {
			ID, Realm, Method, Intent, Expires, Digest, Opaque string
			Request                                            map[string]any
		}
	}
	w.Must(json.Unmarshal(data, &required))
	if !r.IsError || required.HTTPStatus != 402 || len(required.Challenges) != 1 {
		w.Fatalf("challenges %s", data)
	}
	c := required.Challenges[0]
	request, err := json.Marshal(c.Request)
	w.Must(err)
	return mpp.Challenge{ID: c.ID, Realm: c.Realm, Method: c.Method, Intent: c.Intent, Expires: c.Expires, Digest: c.Digest, Opaque: c.Opaque,
		Request: base64.RawURLEncoding.EncodeToString(request)}
}

// credential answers a challenge. Its meta carries the request as an object, as mppx does.
func (w *world) credential(k *ecdsa.PrivateKey, c mpp.Challenge) (sdk.Meta, x402.Signed) {
	w.Helper()
	offer, err := c.Offer(time.Now())
	w.Must(err)
	s, err := offer.Sign(k, w.Launch.Requirement(1).Domain(), time.Now())
	w.Must(err)
	text, ok, err := mpp.FindCredential(s.Value)
	if !ok || err != nil {
		w.Fatalf("credential %q: %v", s.Value, err)
	}
	data, err := base64.RawURLEncoding.DecodeString(text)
	w.Must(err)
	var v map[string]any
	w.Must(json.Unmarshal(data, &v))
	request, err := base64.RawURLEncoding.DecodeString(c.Request)
	w.Must(err)
	v["challenge"].(map[string]any)["request"] = json.RawMessage(request)
	return sdk.Meta{"org.paymentauth/credential": v}, s
}

func TestAClientOfMPPPaysAndReadsItsReceipt(t *testing.T) {
	w := open(t, servertest.Sale{})
	for _, revision := range revisions {
		session := w.connect(revision)
		k := w.Payer(100)
		want := map[string]any{"quantity": 2}
		c := w.challenged(w.call(session, "mint", want, nil))
		if c.Realm != "127.0.0.1" || c.Method != "evm" || c.Intent != "charge" {
			t.Errorf("%+v", c)
		}
		meta, s := w.credential(k, c)
		paid := w.call(session, "mint", want, meta)
		receipt, _ := paid.Meta["org.paymentauth/receipt"].(map[string]any)
		if paid.IsError || receipt["challengeId"] != c.ID || receipt["status"] != "success" || receipt["reference"] != w.Order(s).Mint.Tx.Hex() {
			t.Errorf("%s: %s, receipt %v", revision, text(paid, 0), receipt)
		}
		if got := w.Tokens(servertest.Account(k)); got != 2 {
			t.Errorf("%s: the payer has %d allotments", revision, got)
		}
	}
}

func TestARefusedCredentialGetsAChallengeAndNoPriceOfX402(t *testing.T) {
	w := open(t, servertest.Sale{})
	session := w.connect("2025-11-25")
	poor := w.Payer(5)
	c := w.challenged(w.call(session, "mint", nil, nil))
	meta, _ := w.credential(poor, c)
	r := w.call(session, "mint", nil, meta)
	if again := w.challenged(r); again != c {
		t.Errorf("without the money, another challenge: %+v, want %+v", again, c)
	}
	if data, err := json.Marshal(r); err != nil || strings.Contains(string(data), "accepts") || strings.Contains(string(data), "x402") {
		t.Errorf("a price of the other protocol: %s", data)
	}
	k := w.Payer(100)
	for name, credential := range map[string]any{
		"a text":             "e30",
		"empty":              map[string]any{},
		"another challenge":  w.alteredChallenge(k, c, "realm", "elsewhere.example"),
		"a cheaper request":  w.alteredChallenge(k, c, "request", map[string]any{"amount": "1"}),
		"an older challenge": w.alteredChallenge(k, c, "expires", "2020-01-01T00:00:00Z"),
	} {
		r := w.call(session, "mint", nil, sdk.Meta{"org.paymentauth/credential": credential})
		if fresh := w.challenged(r); fresh.ID == c.ID {
			t.Errorf("%s: the same challenge again", name)
		}
	}
	other, _ := w.credential(k, c)
	w.fault(w.call(session, "mint", map[string]any{"quantity": 2}, other), "conflict")
	if w.Orders() != 0 || w.USDC(servertest.Account(k)) != 1_000_000 {
		t.Errorf("%d orders", w.Orders())
	}
}

// alteredChallenge is a credential whose copy of the challenge has another value.
func (w *world) alteredChallenge(k *ecdsa.PrivateKey, c mpp.Challenge, key string, value any) map[string]any {
	w.Helper()
	meta, _ := w.credential(k, c)
	v := meta["org.paymentauth/credential"].(map[string]any)
	v["challenge"].(map[string]any)[key] = value
	return v
}

func TestACredentialForWhatIsSoldOutGetsNoChallenge(t *testing.T) {
	w := open(t, servertest.Sale{Cap: 1})
	session := w.connect(latest)
	first, s := w.credential(w.Payer(100), w.challenged(w.call(session, "mint", nil, nil)))
	late, _ := w.credential(w.Payer(100), w.challenged(w.call(session, "mint", nil, nil)))
	if r := w.call(session, "mint", nil, first); r.IsError {
		t.Fatal(text(r, 0))
	}
	w.fault(w.call(session, "mint", nil, late), "sold_out")
	again := w.call(session, "mint", nil, first)
	if r := structured[api.Receipt](w, again); again.IsError || r.PaymentID != w.ID(s) {
		t.Errorf("%+v", r)
	}
}

func TestOneAuthorizationByAllFourDialectsAtOnceIsOneMint(t *testing.T) {
	w := open(t, servertest.Sale{})
	session := w.connect("2025-11-25")
	k := w.Payer(1000)
	byMPP, s := w.credential(k, w.challenged(w.call(session, "mint", nil, nil)))
	text, _, err := mpp.FindCredential(s.Value)
	w.Must(err)
	credential, err := mpp.DecodeCredential(text)
	w.Must(err)
	payload := x402.ExactPayload{Signature: credential.Signature, Authorization: credential.Authorization}
	v1, err := x402.EncodeHeader(x402.PayloadV1{X402Version: 1, Scheme: "exact", Network: "base-sepolia", Payload: payload})
	w.Must(err)
	accepted, err := json.Marshal(w.Launch.Requirement(1))
	w.Must(err)
	v2, err := x402.EncodeHeader(x402.Payload{X402Version: 2, Accepted: accepted, Payload: payload})
	w.Must(err)
	const copies = 50
	var all sync.WaitGroup
	receipts := make(chan api.Receipt, 6*copies)
	places := make(chan struct{}, 64)
	run := func(ask func() api.Receipt) {
		all.Go(func() {
			places <- struct{}{}
			defer func() { <-places }()
			receipts <- ask()
		})
	}
	for range copies {
		for _, meta := range []sdk.Meta{{"x402/payment": v2}, {"x402.payment": v1}, byMPP} {
			run(func() (r api.Receipt) {
				result, err := session.CallTool(w.Ctx, &sdk.CallToolParams{Name: "mint", Meta: meta})
				if err != nil || result.IsError {
					t.Errorf("by MCP: %v %+v", err, result)
					return r
				}
				return structured[api.Receipt](w, result)
			})
		}
		for _, h := range []servertest.Header{{"PAYMENT-SIGNATURE": v2}, {"X-PAYMENT": v1}, {"Authorization": s.Value}} {
			run(func() api.Receipt { return servertest.Decode[api.Receipt](w.Get("/mint", h).Wants(200)) })
		}
	}
	all.Wait()
	close(receipts)
	n := 0
	for r := range receipts {
		if n++; r.PaymentID != w.ID(s) || r.Transaction != w.Order(s).Mint.Tx.Hex() || r.Quantity != 1 || !r.State.Sold() {
			t.Errorf("receipt %+v", r)
		}
	}
	if n != 6*copies || w.Orders() != 1 || w.Tokens(servertest.Account(k)) != 1 || w.USDC(servertest.Account(k)) != 10_000_000-servertest.Price {
		t.Errorf("%d receipts, %d orders, %d allotments", n, w.Orders(), w.Tokens(servertest.Account(k)))
	}
	both := w.call(session, "mint", nil, sdk.Meta{"x402/payment": v2, "org.paymentauth/credential": byMPP["org.paymentauth/credential"]})
	if both.IsError {
		t.Errorf("one payment in two protocols: %+v", both)
	}
	other := w.Sign(k, "/mint", 2)
	w.fault(w.call(session, "mint", nil, sdk.Meta{"x402/payment": other.Value, "org.paymentauth/credential": byMPP["org.paymentauth/credential"]}), "malformed_payment")
}
