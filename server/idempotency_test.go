package server_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/server/servertest"
	"github.com/mint402/mint402/x402"
)

const purchaseID = "pay_0123456789abcdef0123456789abcdef"

// named is a payment with the payer's own id, as the extension carries it.
func (w *world) named(s x402.Signed, id string) x402.Signed {
	w.Helper()
	return w.bend(s, func(o object) {
		o["extensions"] = object{"payment-identifier": object{"info": object{"required": false, "id": id}, "schema": object{}}}
	})
}

func TestASecondPaymentUnderTheSameIdIsA409WithTheFirstOrder(t *testing.T) {
	w := open(t, servertest.Sale{})
	k := w.Payer(100)
	one, two, three := w.named(w.Sign(k, "/mint", 2), purchaseID), w.named(w.Sign(k, "/mint", 2), purchaseID), w.Sign(k, "/mint", 1)
	first := servertest.Decode[api.Receipt](w.Pay("/mint", one).Wants(200))
	// The same id and payment: the same order, by whichever version or path.
	for _, again := range []x402.Signed{one, w.redress(one, 1)} {
		if r := servertest.Decode[api.Receipt](w.Pay("/mint", again).Wants(200)); r.PaymentID != first.PaymentID {
			t.Errorf("%+v", r)
		}
	}
	h := servertest.Paid(three)
	h["Idempotency-Key"] = `"` + purchaseID + `"`
	for _, a := range []servertest.Answer{w.Pay("/mint", two), w.Pay("/mint?quantity=2", w.named(w.Sign(k, "/mint?quantity=2", 2), purchaseID)), w.Do("POST", "/mint", h)} {
		f := a.Wants(409).Unsettled().Has("Location", "/orders/"+first.PaymentID.String()).Problem("key_used")
		if f.Details["paymentId"] != first.PaymentID.String() || !strings.HasPrefix(f.Message, "Do not pay again") {
			t.Errorf("%+v", f)
		}
		w.Get(a.Header.Get("Location"), nil).Wants(200)
	}
	if w.Orders() != 1 || w.Tokens(servertest.Account(k)) != 1 || w.USDC(servertest.Account(k)) != 1_000_000-servertest.Price {
		t.Errorf("%d orders, %d allotments, %d USDC", w.Orders(), w.Tokens(servertest.Account(k)), w.USDC(servertest.Account(k)))
	}
	// It outlives the process.
	w.Restart()
	w.Pay("/mint", two).Wants(409).Problem("key_used")
	// Another payer may use the same id, and this one another id.
	w.Pay("/mint", w.named(w.Sign(w.Payer(10), "/mint", 2), purchaseID)).Wants(200)
	w.Pay("/mint", w.named(w.Sign(k, "/mint", 2), purchaseID+"2")).Wants(200)
}

func TestOfFiftyPaymentsUnderOneKeyOneIsClaimed(t *testing.T) {
	w := open(t, servertest.Sale{})
	k := w.Payer(1000)
	const tries = 50
	var signed [tries]x402.Signed
	for i := range signed {
		signed[i] = w.Sign(k, "/mint", 1+i%2)
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	statuses := map[int]int{}
	for i, s := range signed {
		wg.Go(func() {
			h := servertest.Paid(s)
			if i%3 == 0 && s.Header == x402.HeaderPaymentSignature {
				h = servertest.Paid(w.named(s, purchaseID))
			} else {
				h["Idempotency-Key"] = purchaseID
			}
			a := w.Do("POST", "/mint", h)
			mu.Lock()
			defer mu.Unlock()
			statuses[a.Status]++
		})
	}
	wg.Wait()
	if statuses[200] != 1 || statuses[409] != tries-1 || w.Orders() != 1 || w.Tokens(servertest.Account(k)) != 1 {
		t.Errorf("%v, %d orders, %d allotments", statuses, w.Orders(), w.Tokens(servertest.Account(k)))
	}
}

// A stranger who executes a payment at the token contract before it arrives here makes its
// order known without its id.
func TestAPaymentThatAStrangerSettledHoldsTheIdThatItsPayerGaveIt(t *testing.T) {
	for name, known := range map[string]bool{"known before it is presented": true, "not read yet": false} {
		w := open(t, servertest.Sale{Wait: brief})
		k := w.Payer(100)
		s := w.Sign(k, "/mint", 2)
		other, free, foreign := w.named(w.Sign(k, "/mint", 2), purchaseID), w.Sign(k, "/mint", 2), w.Sign(w.Stranger, "/mint", 2)
		w.SettleDirectly(s)
		if known {
			w.Eventually("known", func() bool { return w.Orders() == 1 })
		}
		// Another signature, by a stranger, names nothing.
		forged := w.named(w.bend(s, func(o object) {
			o["payload"].(object)["signature"] = w.unwrap(foreign)["payload"].(object)["signature"]
		}), purchaseID+"_strange")
		w.Pay("/mint", forged)
		w.Eventually("taken", func() bool { return w.Pay("/mint", w.named(s, purchaseID)).Status == 202 })
		first := w.Order(s)
		f := w.Pay("/mint", other).Wants(409).Unsettled().Problem("key_used")
		if f.Details["paymentId"] != first.ID.String() || w.Orders() != 1 || w.USDC(servertest.Account(k)) != 1_000_000-servertest.Price {
			t.Errorf("%s: %+v, %d orders, %d USDC", name, f, w.Orders(), w.USDC(servertest.Account(k)))
		}
		// What was bound first stays: who reads the signature on the chain can add no name.
		w.Pay("/mint", w.named(s, purchaseID+"_later")).Wants(202)
		for _, name := range []string{purchaseID + "_later", purchaseID + "_strange"} {
			w.Pay("/mint", w.named(free, name)).Wants(503).Problem("unavailable") // there is no minter; it is no 409
		}
	}
}

func TestARefusedPaymentLeavesItsIdFree(t *testing.T) {
	w := open(t, servertest.Sale{})
	k := w.Payer(10)
	early := w.craft(k, func(a *x402.Authorization, _ *x402.Domain) { a.ValidBefore.SetInt64(1) })
	w.Pay("/mint", w.named(early, purchaseID)).Required()
	w.Pay("/mint", w.named(w.Sign(k, "/mint", 2), purchaseID)).Wants(200)
}

func TestAMalformedIdIsA400AndNothingIsClaimed(t *testing.T) {
	w := open(t, servertest.Sale{})
	k := w.Payer(10)
	for _, id := range []any{"", "short", strings.Repeat("a", 129), "pay 0123456789abcdef", "päy_0123456789abcdef", 5, true, object{}} {
		s := w.bend(w.Sign(k, "/mint", 2), func(o object) {
			o["extensions"] = object{"payment-identifier": object{"info": object{"id": id}}}
		})
		if f := w.Pay("/mint", s).Wants(400).Unsettled().Problem("malformed_payment"); f.Field != "extensions.payment-identifier.info.id" {
			t.Errorf("%v: %+v", id, f)
		}
	}
	s := w.Sign(k, "/mint", 2)
	for _, key := range []string{"", "a b", `"`, `""`, strings.Repeat("a", 256), "a,b", "\x80"} {
		for _, paid := range []string{s.Header + ": " + s.Value + "\r\n", ""} {
			a := w.Raw("GET /mint HTTP/1.1\r\nHost: x\r\n" + paid + "Idempotency-Key: " + key + "\r\n\r\n").Wants(400).Unsettled()
			if f := a.Problem("bad_request"); f.Field != "Idempotency-Key" {
				t.Errorf("%q: %+v", key, f)
			}
		}
	}
	w.Raw("GET /mint HTTP/1.1\r\nHost: x\r\nIdempotency-Key: a\r\nIdempotency-Key: a\r\n\r\n").Wants(400).Problem("bad_request")
	if w.Orders() != 0 {
		t.Errorf("%d orders", w.Orders())
	}
}

func TestAnIdIsFreeAgainOnceItsPaymentCanNeverExecute(t *testing.T) {
	w := open(t, servertest.Sale{Wait: brief})
	k := w.Payer(100)
	s := w.named(w.Sign(k, "/mint", 2), purchaseID)
	other := w.named(w.Sign(k, "/mint", 2), purchaseID)
	w.Stop()
	w.Pay("/mint", s).Wants(202)
	w.cancel(k, s)
	w.GoOn()
	w.Eventually("parked", func() bool { o := w.Order(s); return o.State() == mint.Parked })
	w.Pay("/mint", other).Wants(409).Problem("key_used")
	w.Seen()
	w.Seen()
	w.Seen()
	w.Eventually("voided", func() bool { o := w.Order(s); return o.State() == mint.Voided })
	if a := w.Pay("/mint", other); a.Status != 200 && a.Status != 202 {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	w.Eventually("mined", func() bool { o := w.Order(other); return o.State().Sold() })
	if w.Tokens(servertest.Account(k)) != 1 {
		t.Errorf("%d allotments", w.Tokens(servertest.Account(k)))
	}
}
