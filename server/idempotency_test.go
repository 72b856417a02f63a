package server_test

import (
	"crypto/ecdsa"
	"fmt"
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
		other, free := w.named(w.Sign(k, "/mint", 2), purchaseID), w.Sign(k, "/mint", 2)
		// Another signature, by a stranger, names nothing.
		forged := w.named(w.bend(s, func(o object) {
			o["payload"].(object)["signature"] = w.unwrap(w.Sign(w.Stranger, "/mint", 2))["payload"].(object)["signature"]
		}), purchaseID+"_strange")
		w.SettleDirectly(s)
		if known {
			w.Eventually("known", func() bool { return w.Orders() == 1 })
		}
		w.Pay("/mint", forged)
		w.Eventually("taken", func() bool { return w.Pay("/mint", w.named(s, purchaseID)).Status == 202 })
		first := w.Order(s)
		f := w.Pay("/mint", other).Wants(409).Unsettled().Problem("key_used")
		if f.Details["paymentId"] != first.ID.String() || w.Orders() != 1 || w.USDC(servertest.Account(k)) != 1_000_000-servertest.Price {
			t.Errorf("%s: %+v, %d orders, %d USDC", name, f, w.Orders(), w.USDC(servertest.Account(k)))
		}
		w.Pay("/mint", w.named(s, purchaseID+"_later")).Wants(202)
		w.Pay("/mint", w.named(free, purchaseID+"_later")).Wants(409).Problem("key_used")
		f = w.Pay("/mint", forged).Wants(409).Unsettled().Has("Location", "/orders/"+first.ID.String()).Problem("key_not_stored")
		if f.Details["paymentId"] != first.ID.String() || !strings.HasPrefix(f.Message, "Do not pay again") {
			t.Errorf("%s: %+v", name, f)
		}
		w.Pay("/mint", w.named(free, purchaseID+"_strange")).Wants(503).Problem("unavailable") // there is no minter; it is no 409
	}
}

// A payer pays without a name, loses the answer, and asks again under a name. Whatever is
// signed later under that name buys nothing, by whichever door it comes.
func TestAPaymentPresentedAgainUnderAKeyHoldsIt(t *testing.T) {
	w := open(t, servertest.Sale{})
	key := func(s x402.Signed, name string) servertest.Header {
		h := servertest.Paid(s)
		h["Idempotency-Key"] = name
		return h
	}
	doors := map[string]func(k *ecdsa.PrivateKey) x402.Signed{
		"version 1": func(k *ecdsa.PrivateKey) x402.Signed { return w.Sign(k, "/mint", 1) },
		"version 2": func(k *ecdsa.PrivateKey) x402.Signed { return w.Sign(k, "/mint", 2) },
		"MPP":       func(k *ecdsa.PrivateKey) x402.Signed { return w.signMPP(k, "/mint") },
	}
	for door, sign := range doors {
		k := w.Payer(100)
		a := sign(k)
		w.Pay("/mint", a).Wants(200)
		w.Get("/mint", key(a, "late")).Wants(200)
		w.Get("/mint", key(a, "later")).Wants(200)
		again := func() {
			for other, sign := range doors {
				for _, name := range []string{"late", "later"} {
					f := w.Get("/mint", key(sign(k), name)).Wants(409).Unsettled().Has("Location", "/orders/"+w.ID(a).String()).Problem("key_used")
					if f.Details["paymentId"] != w.ID(a).String() {
						t.Errorf("%s, then %s under %s: %+v", door, other, name, f)
					}
				}
			}
		}
		again()
		w.Restart()
		again()
		// The key of one order is no name of another, and such an answer is no failure.
		b := sign(k)
		w.Get("/mint", key(b, "other")).Wants(200)
		f := w.Get("/mint", key(a, "other")).Wants(409).Unsettled().Has("Location", "/orders/"+w.ID(b).String()).Problem("key_used")
		if f.Details["paymentId"] != w.ID(b).String() || f.Details["presented"] != w.ID(a).String() {
			t.Errorf("%s: %+v", door, f)
		}
		w.Pay("/mint", a).Wants(200)
		if w.Tokens(servertest.Account(k)) != 2 || w.USDC(servertest.Account(k)) != 1_000_000-2*servertest.Price {
			t.Errorf("%s: %d allotments", door, w.Tokens(servertest.Account(k)))
		}
	}
}

func TestAPaymentUnderMoreKeysThanItMayHaveIsA409WithItsOrder(t *testing.T) {
	w := open(t, servertest.Sale{})
	k := w.Payer(100)
	s := w.Sign(k, "/mint", 2)
	present := func(s x402.Signed, n int) servertest.Answer {
		h := servertest.Paid(s)
		h["Idempotency-Key"] = fmt.Sprintf("key-%d", n)
		return w.Get("/mint", h)
	}
	for n := range mint.MaxOrderKeys {
		present(s, n).Wants(200)
	}
	f := present(s, mint.MaxOrderKeys).Wants(409).Unsettled().Has("Location", "/orders/"+w.ID(s).String()).Problem("key_not_stored")
	if f.Details["paymentId"] != w.ID(s).String() {
		t.Errorf("%+v", f)
	}
	for n := range mint.MaxOrderKeys {
		present(s, n).Wants(200)
	}
	present(w.Sign(k, "/mint", 2), 0).Wants(409).Problem("key_used")
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

func TestAKeyHoldsThoughItsPaymentIsForAnotherQuantity(t *testing.T) {
	w := open(t, servertest.Sale{Limit: 5})
	k := w.Payer(100)
	two, one := w.Sign(k, "/mint?quantity=2", 2), w.Sign(k, "/mint", 2)
	w.Pay("/mint?quantity=2", two).Wants(200)
	f := w.Pay("/mint", w.named(two, purchaseID)).Wants(409).Unsettled().Has("Location", "/orders/"+w.ID(two).String()).Problem("conflict")
	if !strings.HasPrefix(f.Message, "Do not pay again") {
		t.Errorf("said %q", f.Message)
	}
	f = w.Pay("/mint", w.named(one, purchaseID)).Wants(409).Unsettled().Problem("key_used")
	if f.Details["paymentId"] != w.ID(two).String() || w.Orders() != 1 {
		t.Errorf("%+v, %d orders", f, w.Orders())
	}
}
