package mcp_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/server/servertest"
	"github.com/mint402/mint402/x402"
)

func TestAStockClientOfEachRevisionIsAskedPaysAndHasTheTokens(t *testing.T) {
	w := open(t, servertest.Sale{})
	for _, revision := range revisions {
		t.Run(revision, func(t *testing.T) {
			w := &world{w.World}
			w.TB = t
			session := w.connect(revision)
			if got := session.InitializeResult(); got.ProtocolVersion != revision {
				t.Errorf("agreed on revision %s", got.ProtocolVersion)
			}
			tools, err := session.ListTools(w.Ctx, nil)
			w.Must(err)
			if len(tools.Tools) != 5 {
				t.Errorf("%d tools", len(tools.Tools))
			}
			k := w.Payer(100)
			want := map[string]any{"launch": "ping", "quantity": 2}
			asked := w.call(session, "mint", want, nil)
			if !asked.IsError {
				t.Fatalf("not asked to pay: %+v", asked)
			}
			s := w.signs(k, asked, 2)
			paid := w.call(session, "mint", want, sdk.Meta{"x402/payment": w.object(s)})
			r := structured[api.Receipt](w, paid)
			if paid.IsError || r.PaymentID != w.ID(s) || !r.State.Sold() || r.Quantity != 2 || !strings.HasPrefix(text(paid, 0), "Minted 10000 PING") {
				t.Fatalf("paid: %s %+v", text(paid, 0), r)
			}
			if got := w.Tokens(servertest.Account(k)); got != 2 {
				t.Errorf("the payer has %d allotments", got)
			}
			if got := w.USDC(servertest.Account(k)); got != 1_000_000-2*servertest.Price {
				t.Errorf("the payer has %d of USDC", got)
			}
		})
	}
}

func TestEachDialectPaysAndReadsItsReceipt(t *testing.T) {
	w := open(t, servertest.Sale{})
	session := w.connect("2025-11-25")
	for name, d := range map[string]struct {
		version int
		meta    func(s x402.Signed) sdk.Meta
		receipt string
	}{
		"official, version 2":      {2, func(s x402.Signed) sdk.Meta { return sdk.Meta{"x402/payment": w.object(s)} }, "x402/payment-response"},
		"official, version 1":      {1, func(s x402.Signed) sdk.Meta { return sdk.Meta{"x402/payment": w.object(s)} }, "x402/payment-response"},
		"Cloudflare, base64":       {2, func(s x402.Signed) sdk.Meta { return sdk.Meta{"x402/payment": s.Value} }, "x402/payment-response"},
		"Vercel, version 1 base64": {1, func(s x402.Signed) sdk.Meta { return sdk.Meta{"x402.payment": s.Value} }, "x402.payment-response"},
		"all at once": {2, func(s x402.Signed) sdk.Meta {
			return sdk.Meta{"x402/payment": w.object(s), "x402.payment": s.Value}
		}, "x402.payment-response"},
	} {
		k := w.Payer(100)
		s := w.signs(k, w.call(session, "mint", nil, nil), d.version)
		paid := w.call(session, "mint", nil, d.meta(s))
		if got, ok := paid.Meta[d.receipt].(map[string]any); paid.IsError || !ok || got["success"] != true || got["transaction"] != w.Order(s).Mint.Tx.Hex() {
			t.Errorf("%s: %+v, meta %v", name, text(paid, 0), paid.Meta)
		}
		if got := w.Tokens(servertest.Account(k)); got != 1 {
			t.Errorf("%s: the payer has %d allotments", name, got)
		}
	}
}

func TestAPaymentInTheHeadersOfTheRequestIsTaken(t *testing.T) {
	w := open(t, servertest.Sale{})
	for name, version := range map[string]int{"PAYMENT-SIGNATURE": 2, "X-PAYMENT": 1} {
		s := w.Sign(w.Payer(100), "/mint", version)
		w.post(mintCall("1", ""), servertest.Header{name: s.Value}).Wants(200)
		if o := w.Order(s); !o.State().Sold() {
			t.Errorf("%s: the order is %s", name, o.State())
		}
	}
}

// mintCall is a call of mint as bytes.
func mintCall(id, meta string) string {
	if meta != "" {
		meta = `,"_meta":` + meta
	}
	return `{"jsonrpc":"2.0","id":` + id + `,"method":"tools/call","params":{"name":"mint","arguments":{}` + meta + `}}`
}

func TestThePriceIsInEveryPlaceWhereAClientReadsIt(t *testing.T) {
	w := open(t, servertest.Sale{})
	r := w.call(w.connect(latest), "mint", map[string]any{"quantity": "3"}, nil)
	v2 := structured[x402.PaymentRequired](w, r)
	if !r.IsError || v2.X402Version != 2 || v2.Resource.URL != w.URL+"/mcp" || len(v2.Accepts) != 1 || v2.Accepts[0].Amount.Int64() != 3*servertest.Price {
		t.Errorf("structured content %+v", v2)
	}
	whole, err := json.Marshal(r.StructuredContent)
	w.Must(err)
	for i, got := range []any{json.RawMessage(text(r, 0)), r.Meta["x402/error"]} {
		if data, err := json.Marshal(got); err != nil || !sameJSON(data, whole) {
			t.Errorf("place %d: %s, want %s", i, data, whole)
		}
	}
	var v1 x402.PaymentRequiredV1
	w.Must(json.Unmarshal([]byte(text(r, 1)), &v1))
	if v1.X402Version != 1 || len(v1.Accepts) != 1 || v1.Accepts[0].MaxAmountRequired != v2.Accepts[0].Amount.String() || v1.Accepts[0].Network != "base-sepolia" {
		t.Errorf("version 1: %+v", v1)
	}
	for _, c := range text(r, 0) + text(r, 1) {
		if c > 0x7e {
			t.Errorf("the price has %q, which some clients cannot copy into base64", c)
		}
	}
}

func sameJSON(a, b []byte) bool {
	var x, y any
	if json.Unmarshal(a, &x) != nil || json.Unmarshal(b, &y) != nil {
		return false
	}
	p, _ := json.Marshal(x)
	q, _ := json.Marshal(y)
	return string(p) == string(q)
}

// asV1 is the same authorization as a payment of version 1.
func (w *world) asV1(s x402.Signed) x402.Signed {
	w.Helper()
	payment, err := x402.DecodePayment(s.Value)
	w.Must(err)
	value, err := x402.EncodeHeader(x402.PayloadV1{X402Version: 1, Scheme: "exact", Network: "base-sepolia",
		Payload: x402.ExactPayload{Signature: payment.Signature, Authorization: payment.Authorization}})
	w.Must(err)
	v1 := s
	v1.Header, v1.Value = "X-PAYMENT", value
	return v1
}

func TestTwoDifferentPaymentsInOneCallAreRefusedAndNeitherIsTaken(t *testing.T) {
	w := open(t, servertest.Sale{})
	k := w.Payer(100)
	one, other := w.Sign(k, "/mint", 2), w.Sign(k, "/mint", 2)
	session := w.connect(latest)
	f := w.fault(w.call(session, "mint", nil, sdk.Meta{"x402/payment": w.object(one), "x402.payment": w.asV1(other).Value}), "malformed_payment")
	if !strings.HasPrefix(f.Field, "_meta[x402.payment]") {
		t.Errorf("%+v", f)
	}
	a := w.post(mintCall("1", `{"x402/payment":"`+one.Value+`"}`), servertest.Header{"X-PAYMENT": w.asV1(other).Value}).Wants(200)
	if !strings.Contains(string(a.Body), "two different ones") {
		t.Errorf("%s", a.Body)
	}
	if w.Orders() != 0 {
		t.Errorf("%d orders", w.Orders())
	}
}

// named is a payment as an object, with the payer's own id.
func (w *world) named(s x402.Signed, id string) map[string]any {
	w.Helper()
	o := w.object(s)
	o["extensions"] = map[string]any{"payment-identifier": map[string]any{"info": map[string]any{"required": false, "id": id}}}
	return o
}

func TestAPaymentsIdHoldsForHTTPAndMCPTogether(t *testing.T) {
	w := open(t, servertest.Sale{})
	session := w.connect("2025-11-25")
	k := w.Payer(100)
	const id, other = "pay_0123456789abcdef", "pay_fedcba9876543210"
	sign := func() x402.Signed { return w.signs(k, w.call(session, "mint", nil, nil), 2) }
	first := sign()
	// One of two places names the purchase.
	meta := sdk.Meta{"x402.payment": w.named(first, id), "x402/payment": w.object(first)}
	if got := structured[api.Receipt](w, w.call(session, "mint", nil, meta)); got.PaymentID != w.ID(first) || !got.State.Sold() {
		t.Fatalf("%+v", got)
	}
	again := sign()
	f := w.fault(w.call(session, "mint", nil, sdk.Meta{"x402/payment": w.named(again, id)}), "key_used")
	if f.Details["paymentId"] != w.ID(first).String() || !strings.HasPrefix(f.Message, "Do not pay again") {
		t.Errorf("%+v", f)
	}
	data, err := json.Marshal(w.named(again, id))
	w.Must(err)
	w.Get("/mint", servertest.Header{"PAYMENT-SIGNATURE": base64.StdEncoding.EncodeToString(data)}).Wants(409).Problem("key_used")
	// Two places with two ids are two purchases.
	w.fault(w.call(session, "mint", nil, sdk.Meta{"x402/payment": w.named(again, other), "x402.payment": w.named(again, other+"2")}), "malformed_payment")
	if w.Orders() != 1 || w.Tokens(servertest.Account(k)) != 1 {
		t.Errorf("%d orders, %d allotments", w.Orders(), w.Tokens(servertest.Account(k)))
	}
}

func TestACallThatIsCancelledIsTakenAndItsPaymentAgainIsTheSameMint(t *testing.T) {
	w := open(t, servertest.Sale{})
	session := w.connect("2025-11-25")
	k := w.Payer(100)
	s := w.signs(k, w.call(session, "mint", nil, nil), 2)
	pay := func(ctx context.Context) (*sdk.CallToolResult, error) {
		return session.CallTool(ctx, &sdk.CallToolParams{Name: "mint", Meta: sdk.Meta{"x402/payment": w.object(s)}})
	}
	w.Stop() // no block comes while the call waits
	ctx, cancel := context.WithCancel(w.Ctx)
	ended := make(chan error, 1)
	go func() { _, err := pay(ctx); ended <- err }()
	w.Eventually("claimed", func() bool { return w.Orders() == 1 })
	cancel()
	if err := <-ended; err == nil {
		t.Error("the cancelled call has a result")
	}
	w.post(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":2}}`, nil).Wants(202)
	w.GoOn()
	paid, err := pay(w.Ctx)
	w.Must(err)
	if r := structured[api.Receipt](w, paid); paid.IsError || r.PaymentID != w.ID(s) || !r.State.Sold() {
		t.Errorf("%+v", paid)
	}
	if w.Orders() != 1 || w.Tokens(servertest.Account(k)) != 1 || w.USDC(servertest.Account(k)) != 1_000_000-servertest.Price {
		t.Errorf("%d orders, %d allotments", w.Orders(), w.Tokens(servertest.Account(k)))
	}
}

func TestAPaymentOnItsWayHasNoReceiptAndSaysNotToPayAgain(t *testing.T) {
	w := open(t, servertest.Sale{Wait: 100 * time.Millisecond})
	w.Mining.Store(false)
	k := w.Payer(100)
	s := w.Sign(k, "/mint", 2)
	session := w.connect("2025-11-25")
	pay := func() *sdk.CallToolResult { return w.call(session, "mint", nil, sdk.Meta{"x402/payment": w.object(s)}) }
	r := pay()
	w.noPrice(r)
	if got := structured[api.Receipt](w, r); r.IsError || got.State.Sold() || got.PaymentID != w.ID(s) || got.Message != text(r, 0) {
		t.Errorf("%+v", got)
	}
	for key := range r.Meta {
		if strings.Contains(key, "payment") {
			t.Errorf("a payment that is not decided has %s", key)
		}
	}
	if !strings.HasPrefix(text(r, 0), "Accepted. Do not pay again: call get_order with paymentId "+w.ID(s).String()) {
		t.Errorf("%s", text(r, 0))
	}
	w.Eventually("carried by a transaction", func() bool { o := w.Order(s); return o.State() == mint.Minting })
	if r := pay(); !strings.Contains(text(r, 0), "Transaction 0x") {
		t.Errorf("%s", text(r, 0))
	}
	w.Mining.Store(true)
	w.Eventually("mined", func() bool { o := w.Order(s); return o.State().Sold() })
	asked := w.call(session, "get_order", map[string]any{"paymentId": w.ID(s).String()}, nil)
	if got := structured[api.Receipt](w, asked); !got.State.Sold() || w.Orders() != 1 {
		t.Errorf("%+v", got)
	}
}

func TestWhatIsSoldOutHasNoPriceInAnyDialect(t *testing.T) {
	w := open(t, servertest.Sale{Cap: 1})
	session := w.connect(latest)
	s, late := w.Sign(w.Payer(100), "/mint", 2), w.Sign(w.Payer(100), "/mint", 2)
	if r := w.call(session, "mint", nil, sdk.Meta{"x402/payment": w.object(s)}); r.IsError {
		t.Fatal(text(r, 0))
	}
	w.fault(w.call(session, "mint", nil, nil), "sold_out")
	r := w.call(session, "mint", nil, sdk.Meta{"x402/payment": w.object(late)})
	w.fault(r, "sold_out")
	if w.Orders() != 1 {
		t.Errorf("%d orders", w.Orders())
	}
	if r := w.call(session, "mint", nil, sdk.Meta{"x402/payment": w.object(s)}); r.IsError {
		t.Errorf("the payment that was minted gets %s", text(r, 0))
	}
}

func TestARefusalHasAPriceOnlyIfANewSignatureHelps(t *testing.T) {
	w := open(t, servertest.Sale{})
	session := w.connect("2025-11-25")
	poor := w.Sign(w.Payer(5), "/mint", 2)
	r := w.call(session, "mint", nil, sdk.Meta{"x402/payment": w.object(poor)})
	w.fault(r, string(x402.ReasonBalance))
	if got, _ := r.Meta["x402/payment-response"].(map[string]any); got["success"] != false || got["errorReason"] != string(x402.ReasonBalance) {
		t.Errorf("%v", r.Meta)
	}
	k := w.Payer(100)
	altered := w.object(w.Sign(k, "/mint", 2))
	authorization := altered["payload"].(map[string]any)["authorization"].(map[string]any)
	authorization["nonce"] = "0x" + strings.Repeat("01", 32) // the signature is for another one
	r = w.call(session, "mint", nil, sdk.Meta{"x402/payment": altered})
	if v2 := structured[x402.PaymentRequired](w, r); !r.IsError || v2.Error != string(x402.ReasonSignature) || len(v2.Accepts) != 1 {
		t.Errorf("%+v", v2)
	}
	if !strings.Contains(text(r, 2), "nothing was charged") {
		t.Errorf("%+v", text(r, 2))
	}
	s := w.Sign(k, "/mint?quantity=2", 2)
	w.fault(w.call(session, "mint", map[string]any{"quantity": 3}, sdk.Meta{"x402/payment": w.object(s)}), "conflict")
	if w.Orders() != 0 {
		t.Errorf("%d orders", w.Orders())
	}
}

func TestCallsThatWaitShareTheLimitOfTheirClient(t *testing.T) {
	w := open(t, servertest.Sale{Wait: time.Minute, Configure: held(4)}) // one of them for each client
	w.Mining.Store(false)
	var paid []x402.Signed
	for range 3 {
		paid = append(paid, w.Sign(w.Payer(100), "/mint", 2))
	}
	call := func(s x402.Signed) string { return mintCall("1", `{"x402/payment":"`+s.Value+`"}`) }
	first := w.Meanwhile(func() servertest.Answer { return w.post(call(paid[0]), nil) })
	w.Eventually("the first is taken", func() bool { return w.Orders() == 1 })
	elsewhere := w.Meanwhile(func() servertest.Answer { return w.Visiting("127.0.0.2", http.MethodPost, "/mcp", call(paid[1]), nil) })
	w.Eventually("that of another client is taken", func() bool { return w.Orders() == 2 })
	time.Sleep(50 * time.Millisecond)
	began := time.Now()
	if a := w.post(call(paid[2]), nil).Wants(200); !strings.Contains(string(a.Body), "Accepted. Do not pay again") {
		t.Errorf("%s", a.Body)
	}
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("the second call of one client waited %v", took)
	}
	w.Mining.Store(true)
	for _, end := range []func() servertest.Answer{first, elsewhere} {
		if a := end().Wants(200); !strings.Contains(string(a.Body), "Minted 5000 PING") {
			t.Errorf("a call that had a place: %s", a.Body)
		}
	}
	w.Eventually("all mined", func() bool { o := w.Order(paid[2]); return o.State().Sold() })
}

func TestEveryAnswerIsKeptByNoCache(t *testing.T) {
	w := open(t, servertest.Sale{})
	w.post(mintCall("1", ""), nil).Wants(200).Has("Cache-Control", "no-store").Has("Content-Type", "application/json")
	w.Do(http.MethodGet, "/mcp", nil).Wants(405)
	if allow := w.Do(http.MethodDelete, "/mcp", nil).Wants(405).Header.Get("Allow"); !strings.Contains(allow, "POST") {
		t.Errorf("Allow: %s", allow)
	}
	if a := w.Do(http.MethodOptions, "/mcp", nil).Wants(204); !strings.Contains(a.Header.Get("Access-Control-Allow-Methods"), "POST") {
		t.Errorf("%v", a.Header)
	}
}
