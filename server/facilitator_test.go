package server_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mint402/mint402/bindings"
	"github.com/mint402/mint402/chain/devnet"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/server/servertest"
	"github.com/mint402/mint402/server/settle"
	"github.com/mint402/mint402/x402"
)

type fields = map[string]any

// body is what another server posts to the facilitator for a payment.
func (w *world) body(s x402.Signed, l mint.Launch, quantity int64, change ...func(payload, requirement fields)) string {
	w.Helper()
	data, err := base64.StdEncoding.DecodeString(s.Value)
	w.Must(err)
	var payload, requirement fields
	w.Must(json.Unmarshal(data, &payload))
	r := l.Requirement(quantity)
	text, err := json.Marshal(r)
	w.Must(err)
	version := payload["x402Version"].(float64)
	if version == 1 {
		text, err = json.Marshal(x402.NewPaymentRequired("", x402.Resource{URL: "https://shop.example/x", Description: "x", MimeType: "text/plain"}, r).V1().Accepts[0])
		w.Must(err)
	}
	w.Must(json.Unmarshal(text, &requirement))
	for _, c := range change {
		c(payload, requirement)
	}
	text, err = json.Marshal(fields{"x402Version": version, "paymentPayload": payload, "paymentRequirements": requirement})
	w.Must(err)
	return string(text)
}

func (w *world) checks(body string) settle.Verified {
	w.Helper()
	return servertest.Decode[settle.Verified](w.Post("POST", "/facilitator/verify", body, nil).Wants(200))
}

func (w *world) settles(body string) x402.SettleResponse {
	w.Helper()
	return servertest.Decode[x402.SettleResponse](w.Post("POST", "/facilitator/settle", body, nil).Wants(200))
}

func TestAnotherServersPaymentIsVerifiedAndSettledInBothVersions(t *testing.T) {
	w := open(t, servertest.Sale{})
	got := servertest.Decode[settle.Supported](w.Get("/facilitator/supported", nil).Wants(200))
	if want := []settle.Kind{{X402Version: 2, Scheme: "exact", Network: "eip155:84532"}, {X402Version: 1, Scheme: "exact", Network: "base-sepolia"}}; len(got.Kinds) != 2 || got.Kinds[0] != want[0] || got.Kinds[1] != want[1] ||
		got.Extensions == nil || len(got.Signers["eip155:*"]) != 1 || got.Signers["eip155:*"][0] != w.Engine.Senders[0].Hex() {
		t.Errorf("%+v", got)
	}
	for version, network := range map[int]string{1: "base-sepolia", 2: "eip155:84532"} {
		k := w.Payer(100)
		s := w.Sign(k, "/mint?quantity=3", version)
		body := w.body(s, w.Launch, 3)
		if v := w.checks(body); !v.IsValid || v.Payer != servertest.Account(k).Hex() || v.InvalidReason != "" {
			t.Errorf("%+v", v)
		}
		before := w.Orders()
		if w.checks(body); w.Orders() != before {
			t.Error("verify stored an order")
		}
		r := w.settles(body)
		if !r.Success || len(r.Transaction) != 66 || r.Network != network || r.Payer != servertest.Account(k).Hex() || r.ErrorReason != "" || r.Amount != "300000" {
			t.Errorf("%+v", r)
		}
		if n := w.Tokens(servertest.Account(k)); n != 3 {
			t.Errorf("%d allotments", n)
		}
		if again := w.settles(body); again.Transaction != r.Transaction || !again.Success {
			t.Errorf("again %+v, first %+v", again, r)
		}
		if at := servertest.Decode[api.Receipt](w.Pay("/mint?quantity=3", s).Wants(200)); at.Transaction != r.Transaction || w.Orders() != before+1 {
			t.Errorf("at /mint %+v, %d orders", at, w.Orders()-before)
		}
		if v := w.checks(body); v.IsValid || v.InvalidReason != map[int]string{1: "invalid_transaction_state", 2: "invalid_exact_evm_nonce_already_used"}[version] {
			t.Errorf("after the settlement: %+v", v)
		}
		if n := w.Tokens(servertest.Account(k)); n != 3 || w.USDC(servertest.Account(k)) != 1_000_000-3*servertest.Price {
			t.Errorf("%d allotments, %d left", n, w.USDC(servertest.Account(k)))
		}
	}
}

func TestAPaymentAtMintAndAtTheFacilitatorAtOnceIsOneOrder(t *testing.T) {
	w := open(t, servertest.Sale{})
	k := w.Payer(100)
	s := w.Sign(k, "/mint", 2)
	body := w.body(s, w.Launch, 1)
	seen := make(chan string, 40)
	var all sync.WaitGroup
	for i := range cap(seen) {
		all.Go(func() {
			if i%2 == 0 {
				seen <- servertest.Decode[api.Receipt](w.Pay("/mint", s).Wants(200)).Transaction
			} else {
				seen <- w.settles(body).Transaction
			}
		})
	}
	all.Wait()
	close(seen)
	first := <-seen
	for tx := range seen {
		if tx != first || len(tx) != 66 {
			t.Errorf("%q, and %q", tx, first)
		}
	}
	if w.Orders() != 1 || w.Tokens(servertest.Account(k)) != 1 {
		t.Errorf("%d orders, %d allotments", w.Orders(), w.Tokens(servertest.Account(k)))
	}
}

// TestWhatIsForeignIsForbiddenAndNothingIsSent is what makes it no open relay.
func TestWhatIsForeignIsForbiddenAndNothingIsSent(t *testing.T) {
	w := open(t, servertest.Sale{})
	k := w.Payer(100)
	stranger := servertest.Account(w.Stranger).Hex()
	other := w.craft(k, func(a *x402.Authorization, _ *x402.Domain) { a.To = servertest.Account(w.Stranger) })
	set := func(in fields, key string, v any) { in[key] = v }
	accepted := func(p fields) fields { return p["accepted"].(fields) }
	for name, c := range map[string]struct {
		s      x402.Signed
		change func(p, r fields)
		reason string
	}{
		"payTo": {other, func(p, r fields) { set(r, "payTo", stranger); set(accepted(p), "payTo", stranger) }, "invalid_payment_requirements"},
		"asset": {w.Sign(k, "/mint", 2), func(p, r fields) {
			set(r, "asset", stranger)
			set(accepted(p), "asset", stranger)
		}, "invalid_payment_requirements"},
		"payTo of version 1":           {w.Sign(k, "/mint", 1), func(_, r fields) { set(r, "payTo", stranger) }, "invalid_payment_requirements"},
		"chain":                        {w.Sign(k, "/mint", 2), func(p, r fields) { set(r, "network", "eip155:8453"); set(accepted(p), "network", "eip155:8453") }, "invalid_network"},
		"chain of version 1":           {w.Sign(k, "/mint", 1), func(p, r fields) { set(r, "network", "base"); set(p, "network", "base") }, "invalid_network"},
		"network unknown to version 1": {w.Sign(k, "/mint", 1), func(_, r fields) { set(r, "network", "eip155:84532") }, "invalid_network"},
		"another kind of chain": {w.Sign(k, "/mint", 2), func(p, r fields) {
			set(r, "network", "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp")
			set(r, "payTo", "2wKupLR9q6wXYppw8Gr2NvWxKBUqm4PPJKkQfoxHDBg4")
			set(p, "payload", fields{"transaction": "AAAA"})
		}, "invalid_network"},
	} {
		body := w.body(c.s, w.Launch, 1, c.change)
		a := w.Post("POST", "/facilitator/settle", body, nil)
		if r := servertest.Decode[x402.SettleResponse](a.Wants(403)); r.Success || string(r.ErrorReason) != c.reason || r.Transaction != "" || r.Network == "" || r.ErrorMessage == "" {
			t.Errorf("%s: %+v", name, r)
		}
		if v := servertest.Decode[settle.Verified](w.Post("POST", "/facilitator/verify", body, nil).Wants(403)); v.IsValid || v.InvalidReason != c.reason {
			t.Errorf("%s: %+v", name, v)
		}
	}
	if w.Orders() != 0 || w.USDC(servertest.Account(k)) != 1_000_000 {
		t.Errorf("%d orders, %d left", w.Orders(), w.USDC(servertest.Account(k)))
	}
}

// TestTheFirstFaultInTheOrderOfTheReferenceIsTheReason adds faults from the last check to the
// first, so that each stands before those that were there.
func TestTheFirstFaultInTheOrderOfTheReferenceIsTheReason(t *testing.T) {
	w := open(t, servertest.Sale{})
	auth := func(p fields) fields { return p["payload"].(fields)["authorization"].(fields) }
	now := time.Now().Unix()
	faults := []struct {
		change func(p, r fields)
		v2, v1 string
	}{
		{func(fields, fields) {}, "invalid_exact_evm_insufficient_balance", "insufficient_funds"},
		{func(p, _ fields) { p["payload"].(fields)["signature"] = "0x" + strings.Repeat("11", 64) + "1b" }, "invalid_exact_evm_signature", "invalid_exact_evm_payload_signature"},
		{func(_, r fields) { r["extra"].(fields)["version"] = "3" }, "invalid_exact_evm_token_version_mismatch", "invalid_payment_requirements"},
		{func(_, r fields) { r["extra"].(fields)["name"] = "Other" }, "invalid_exact_evm_token_name_mismatch", "invalid_payment_requirements"},
		{func(p, _ fields) { auth(p)["value"] = "99999" }, "invalid_exact_evm_payload_authorization_value_mismatch", "invalid_exact_evm_payload_authorization_value"},
		{func(p, _ fields) { auth(p)["validAfter"] = fmt.Sprint(now + 999) }, "invalid_exact_evm_payload_authorization_valid_after", "invalid_exact_evm_payload_authorization_valid_after"},
		{func(p, _ fields) { auth(p)["validBefore"] = fmt.Sprint(now + 5) }, "invalid_exact_evm_payload_authorization_valid_before", "invalid_exact_evm_payload_authorization_valid_before"},
		{func(p, _ fields) { auth(p)["to"] = servertest.Account(w.Stranger).Hex() }, "invalid_exact_evm_recipient_mismatch", "invalid_exact_evm_payload_recipient_mismatch"},
		{func(p, _ fields) {
			p["network"] = "base"
			if a, ok := p["accepted"].(fields); ok {
				a["network"] = "eip155:1"
			}
		}, "invalid_exact_evm_network_mismatch", "invalid_network"},
		{func(_, r fields) { r["extra"] = fields{} }, "invalid_exact_evm_missing_eip712_domain", "invalid_payment_requirements"},
		{func(p, r fields) {
			r["scheme"] = "upto"
			if _, ok := p["accepted"]; !ok {
				return
			}
		}, "invalid_exact_evm_scheme", "unsupported_scheme"},
		{func(_, r fields) {
			for _, key := range []string{"amount", "maxAmountRequired"} {
				if _, there := r[key]; there {
					r[key] = "100001"
				}
			}
		}, "invalid_payment_requirements", "invalid_payment_requirements"},
	}
	for version := 1; version <= 2; version++ {
		s := w.Sign(w.Payer(0), "/mint", version)
		var changes []func(p, r fields)
		for i, f := range faults {
			changes = append(changes, f.change)
			want := f.v2
			if version == 1 {
				want = f.v1
			}
			body := w.body(s, w.Launch, 1, changes...)
			if v := w.checks(body); v.IsValid || v.InvalidReason != want || v.InvalidMessage == "" || v.Payer == "" {
				t.Errorf("version %d, fault %d: %+v, want %s", version, i, v, want)
			}
			if r := w.settles(body); r.Success || string(r.ErrorReason) != want || r.Transaction != "" {
				t.Errorf("version %d, fault %d: %+v, want %s", version, i, r, want)
			}
		}
	}
	if w.Orders() != 0 {
		t.Error("an order was made")
	}
}

func TestWhatCannotBeReadIsA400InTheShapeOfTheProtocol(t *testing.T) {
	w := open(t, servertest.Sale{})
	good := w.body(w.Sign(w.Payer(100), "/mint", 2), w.Launch, 1)
	for name, body := range map[string]string{
		"nothing": "", "null": "null", "a list": "[]", "no payload": `{"x402Version":2}`, "more": good + "{}",
		"a key twice":      strings.Replace(good, `"x402Version":2}`, `"x402Version":2,"x402Version":2}`, 1),
		"another case":     strings.Replace(good, `"paymentPayload"`, `"PaymentPayload"`, 1),
		"version 3":        strings.Replace(good, `"x402Version":2}`, `"x402Version":3}`, 1),
		"another version":  strings.Replace(good, `"x402Version":2}`, `"x402Version":1}`, 1),
		"a payload's key":  strings.Replace(good, `"nonce":`, `"nonce":"0x00","Nonce":`, 1),
		"a short nonce":    strings.Replace(good, `"nonce":"0x`, `"nonce":"0x00`, 1),
		"a number's sign":  strings.Replace(good, `"value":"`, `"value":"+`, 1),
		"a number's float": strings.Replace(good, `"amount":"100000"`, `"amount":100000`, 1),
	} {
		if body == good {
			t.Fatalf("%s changes nothing: %s", name, good)
		}
		var v fields
		w.Must(json.Unmarshal(w.Post("POST", "/facilitator/verify", body, nil).Wants(400).Body, &v))
		if v["isValid"] != false || v["invalidReason"] == "" || v["invalidMessage"] == "" {
			t.Errorf("%s: %v", name, v)
		}
		r := servertest.Decode[x402.SettleResponse](w.Post("POST", "/facilitator/settle", body, nil).Wants(400))
		if r.Success || r.ErrorReason == "" || r.Network == "" {
			t.Errorf("%s: %+v", name, r)
		}
	}
	w.Post("POST", "/facilitator/settle", good, servertest.Header{"Content-Type": "text/plain"}).Wants(415)
	w.Post("POST", "/facilitator/settle", good, servertest.Header{"Content-Encoding": "gzip"}).Wants(415)
	w.Post("POST", "/facilitator/settle", strings.Repeat(" ", x402.MaxSettleRequest+1), nil).Wants(413)
	w.Get("/facilitator/settle", nil).Wants(405)
}

func TestASettlementThatIsNotMinedIsPendingWithItsHash(t *testing.T) {
	w := open(t, servertest.Sale{Wait: brief})
	w.Mining.Store(false)
	w.Stop()
	s := w.Sign(w.Payer(100), "/mint", 2)
	body := w.body(s, w.Launch, 1)
	w.Post("POST", "/facilitator/settle", body, nil).Wants(503).Has("Retry-After", "1").Problem("accepted")
	w.GoOn()
	w.Eventually("carried", func() bool { o := w.Order(s); return o.State() == mint.Minting })
	pending := w.settles(body)
	if pending.Success || pending.ErrorReason != x402.ReasonPending || len(pending.Transaction) != 66 {
		t.Errorf("%+v", pending)
	}
	if v := w.checks(body); !v.IsValid {
		t.Errorf("the same payment, before its block: %+v", v)
	}
	w.Mining.Store(true)
	w.Eventually("mined", func() bool { o := w.Order(s); return o.State().Sold() })
	if r := w.settles(body); !r.Success || r.Transaction != pending.Transaction {
		t.Errorf("%+v, pending was %+v", r, pending)
	}
}

func TestARestartKeepsTheAnswerOfASettlement(t *testing.T) {
	w := open(t, servertest.Sale{})
	body := w.body(w.Sign(w.Payer(100), "/mint", 1), w.Launch, 1)
	before := w.settles(body)
	w.Restart()
	if after := w.settles(body); !before.Success || !same(after, before) {
		t.Errorf("%+v, before the restart %+v", after, before)
	}
}

func same(a, b x402.SettleResponse) bool {
	one, _ := json.Marshal(a)
	two, _ := json.Marshal(b)
	return string(one) == string(two)
}

// TestASuccessIsForThePayersOwnSignatureOnly: the answer is proof for the server that asks. A
// forger knows the payer and the nonce from the chain.
func TestASuccessIsForThePayersOwnSignatureOnly(t *testing.T) {
	w := open(t, servertest.Sale{})
	s := w.Sign(w.Payer(100), "/mint", 2)
	if r := w.settles(w.body(s, w.Launch, 1)); !r.Success {
		t.Fatalf("%+v", r)
	}
	forged := w.body(s, w.Launch, 1, func(p, _ fields) { p["payload"].(fields)["signature"] = "0x" + strings.Repeat("11", 64) + "1b" })
	if r := w.settles(forged); r.Success || r.ErrorReason != x402.ReasonSignature {
		t.Errorf("forged: %+v", r)
	}
	more := w.body(s, w.Launch, 2)
	if r := w.settles(more); r.Success || r.ErrorReason != x402.ReasonNonceUsed {
		t.Errorf("for twice the amount: %+v", r)
	}
}

func TestWhatIsNotSoldIsNotSettledForTheSameReason(t *testing.T) {
	for code, sale := range map[string]servertest.Sale{
		"not_open": {Opens: time.Hour},
		"closed":   {Closes: time.Minute},
		"delisted": {},
	} {
		w := open(t, sale)
		s := w.craft(w.Payer(100), func(*x402.Authorization, *x402.Domain) {})
		switch code {
		case "closed":
			w.SetAhead(2 * time.Minute)
		case "delisted":
			w.Must(w.Store.Arrange(w.Ctx, func(a *mint.Arrangement) error { a.Delisted = []string{"ping"}; return nil }))
		}
		body := w.body(s, w.Launch, 1)
		if v := w.checks(body); v.IsValid || v.InvalidReason != code {
			t.Errorf("%s: %+v", code, v)
		}
		if r := w.settles(body); r.Success || string(r.ErrorReason) != code || r.Transaction != "" {
			t.Errorf("%s: %+v", code, r)
		}
		if w.Orders() != 0 {
			t.Errorf("%s: an order was made", code)
		}
	}
	w := open(t, servertest.Sale{Cap: 1})
	spare := w.Payer(100)
	late, lateV1 := w.Sign(spare, "/mint", 2), w.Sign(spare, "/mint", 1)
	w.settles(w.body(w.Sign(w.Payer(100), "/mint", 2), w.Launch, 1))
	w.Eventually("sold out", func() bool { return w.Get("/mint", nil).Status == 410 })
	if r := w.settles(w.body(late, w.Launch, 1)); r.ErrorReason != "sold_out" {
		t.Errorf("%+v", r)
	}
	if r := w.settles(w.body(lateV1, w.Launch, 1)); r.ErrorReason != "invalid_payment_requirements" || !strings.HasPrefix(r.ErrorMessage, "sold_out: ") {
		t.Errorf("%+v", r)
	}
	if w.USDC(servertest.Account(spare)) != 1_000_000 {
		t.Error("charged")
	}
}

func TestAPausedLaunchIsAnErrorAfterWhichTheSamePaymentSettles(t *testing.T) {
	w := open(t, servertest.Sale{})
	body := w.body(w.Sign(w.Payer(100), "/mint", 2), w.Launch, 1)
	pause, unpause := bindings.NewTestUSDC().PackPause(), bindings.NewTestUSDC().PackUnpause()
	w.Send(devnet.USDC, pause)
	w.Eventually("paused", func() bool { return w.Get("/mint", nil).Status == 503 })
	for _, call := range []string{"verify", "settle"} {
		w.Post("POST", "/facilitator/"+call, body, nil).Wants(503).Problem("unavailable")
	}
	w.Send(devnet.USDC, unpause)
	w.Eventually("on sale", func() bool { return w.Get("/mint", nil).Status == 402 })
	if r := w.settles(body); !r.Success {
		t.Errorf("%+v", r)
	}
}

func TestAClientBeyondTheRateWaits(t *testing.T) {
	w := open(t, servertest.Sale{Configure: func(s *server.Server) { s.FacilitatorRate = 3 }})
	for range 3 {
		w.Get("/facilitator/supported", nil).Wants(200)
	}
	body := w.body(w.Sign(w.Payer(100), "/mint", 2), w.Launch, 1)
	a := w.Post("POST", "/facilitator/settle", body, nil).Wants(429)
	if f := a.Problem("rate_limited"); f.RetryAfter < 1 || f.RetryAfter > 60 {
		t.Errorf("%+v", f)
	}
	w.Visiting("127.0.0.2", "GET", "/facilitator/supported", "", nil).Wants(200)
	w.SetAhead(61 * time.Second)
	w.Get("/facilitator/supported", nil).Wants(200)
}

func TestWithoutAFacilitatorThereIsNothingAtItsPaths(t *testing.T) {
	w := open(t, servertest.Sale{Configure: func(s *server.Server) { s.FacilitatorRate = -1 }})
	w.Get("/facilitator/supported", nil).Wants(404)
	w.Post("POST", "/facilitator/settle", "{}", nil).Wants(404)
	var doc struct{ Paths fields }
	w.Must(json.Unmarshal(w.Get("/openapi.json", nil).Wants(200).Body, &doc))
	for path := range maps.Keys(doc.Paths) {
		if strings.HasPrefix(path, "/facilitator") {
			t.Error(path)
		}
	}
}

func TestAPaymentThatAStrangerSettledHasItsAnswerOnceItIsMinted(t *testing.T) {
	w := open(t, servertest.Sale{Minter: true})
	k := w.Payer(100)
	s := w.Sign(k, "/mint", 2)
	body := w.body(s, w.Launch, 1)
	w.SettleDirectly(s)
	w.Eventually("minted", func() bool { return w.Tokens(servertest.Account(k)) == 1 })
	w.Eventually("answered", func() bool {
		return strings.Contains(string(w.Post("POST", "/facilitator/settle", body, nil).Body), `"success":true`)
	})
	if w.USDC(servertest.Account(k)) != 1_000_000-servertest.Price {
		t.Error("charged twice")
	}
}
