package server_test

import (
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mpp"
	"github.com/mint402/mint402/server/servertest"
	"github.com/mint402/mint402/x402"
)

func TestWhatASignatureCuresGetsANewChallenge(t *testing.T) {
	w := open(t, servertest.Sale{})
	k := w.Payer(100)
	s := w.signMPP(k, "/mint")
	for name, bad := range map[string]x402.Signed{
		"nonce":     w.resigned(k, s, func(a *x402.Authorization) { a.Nonce[0] ^= 1 }),
		"recipient": w.resigned(k, s, func(a *x402.Authorization) { a.To = common.Address{1} }),
		"value":     w.resigned(k, s, func(a *x402.Authorization) { a.Value = big.NewInt(servertest.Price + 1) }),
		"start":     w.resigned(k, s, func(a *x402.Authorization) { a.ValidAfter = big.NewInt(time.Now().Unix() + 100) }),
		"signature": w.altered(s, func(c *mpp.Credential) { c.Signature[5] ^= 1 }),
		"payer":     w.altered(s, func(c *mpp.Credential) { c.Source, c.Authorization.From = "", common.Address{2} }),
		"source":    w.altered(s, func(c *mpp.Credential) { c.Source = "did:pkh:eip155:1:" + servertest.Account(k).Hex() }),
	} {
		if c := refusedMPP(w.Pay("/mint", bad), mpp.VerificationFailed); c.ID == w.credential(s).Challenge.ID {
			t.Errorf("%s: the same challenge again", name)
		}
	}
	w.untouched(k)
	w.Pay("/mint", s).Wants(200)
}

func TestWhatWaitingCuresRepeatsTheChallenge(t *testing.T) {
	w := open(t, servertest.Sale{})
	k := w.Payer(0)
	s := w.signMPP(k, "/mint")
	for range 3 {
		if c := refusedMPP(w.Pay("/mint", s), mpp.VerificationFailed); c != w.credential(s).Challenge {
			t.Errorf("another challenge: %+v", c)
		}
	}
	w.untouched(k)
	_, err := w.Net.GiveUSDC(servertest.Account(k), big.NewInt(servertest.Price))
	w.Must(err)
	w.Seen()
	w.Pay("/mint", s).Wants(200)
	if w.Tokens(servertest.Account(k)) != 1 || w.USDC(servertest.Account(k)) != 0 {
		t.Errorf("%d allotments, %d USDC", w.Tokens(servertest.Account(k)), w.USDC(servertest.Account(k)))
	}
}

func TestAChallengeForSomethingElseIsAConflict(t *testing.T) {
	w := open(t, servertest.Sale{AnotherListing: true})
	k := w.Payer(100)
	one, three := w.signMPP(k, "/mint"), w.signMPP(k, "/mint?quantity=3")
	unchallenged(w.Pay("/mint?quantity=3", one), 409, "conflict")
	unchallenged(w.Pay("/mint", three), 409, "conflict")
	unchallenged(w.Pay("/launches/pong/mint", one), 409, "conflict")
	w.untouched(k)
	w.Pay("/launches/ping/mint", one).Wants(200)
	unchallenged(w.Pay("/mint?quantity=3", one), 409, "conflict")
	w.Pay("/mint?quantity=3", three).Wants(200)
}

func TestWhatCannotBeSoldHasNoChallenge(t *testing.T) {
	w := open(t, servertest.Sale{Cap: 1})
	k, late := w.Payer(100), w.Payer(100)
	s, tooLate := w.signMPP(k, "/mint"), w.signMPP(late, "/mint")
	w.Pay("/mint", s).Wants(200)
	unchallenged(w.Get("/mint", nil), 410, "sold_out")
	unchallenged(w.Pay("/mint", tooLate), 410, "sold_out")
	unchallenged(w.Get("/mint", servertest.Header{"Authorization": "Payment !"}), 410, "sold_out")
	w.Pay("/mint", s).Wants(200) // a known payment has its order
	if w.USDC(servertest.Account(late)) != 1_000_000 {
		t.Error("charged for what is sold out")
	}
	early := open(t, servertest.Sale{Opens: time.Hour})
	unchallenged(early.Get("/mint", servertest.Header{"Authorization": "Payment !"}), 403, "not_open")
	unchallenged(early.Get("/mint", nil), 403, "not_open")
}

func TestASoldOutLaunchThatKeepsAnAmountDoesNotSayThatItIsReturned(t *testing.T) {
	w := open(t, servertest.Sale{Cap: 1, Wait: brief})
	k := w.Payer(1000)
	const odd = servertest.Price / 2
	halved := func() x402.Signed {
		return w.craft(k, func(a *x402.Authorization, _ *x402.Domain) { a.Value = big.NewInt(odd) })
	}
	directly, unused := halved(), halved()
	byMPP := w.resigned(k, w.signMPP(k, "/mint"), func(a *x402.Authorization) { a.Value = big.NewInt(odd) })
	byMPP.Authorization = w.credential(byMPP).Authorization
	unusedMPP := w.resigned(k, w.signMPP(k, "/mint"), func(a *x402.Authorization) { a.Value = big.NewInt(odd) })
	w.SettleDirectly(directly)
	w.SettleDirectly(w.asX402(byMPP))
	all := w.Sign(w.Payer(100), "/mint", 2)
	w.Eventually("sold out", func() bool { return w.Pay("/mint", all).Status == 200 })
	for _, s := range []x402.Signed{directly, byMPP} {
		w.Eventually("read", func() bool { w.Seen(); return w.Pay("/mint", s).Status != 503 })
		f := w.Pay("/mint", s).Wants(409).Lacks("WWW-Authenticate", "PAYMENT-REQUIRED").Problem("conflict")
		if !strings.Contains(f.Message, "paid 0.05 USDC") {
			t.Error(f.Message)
		}
	}
	for _, s := range []x402.Signed{unused, unusedMPP} {
		w.Pay("/mint", s).Wants(410).Lacks("WWW-Authenticate", "PAYMENT-REQUIRED").Problem("sold_out")
	}
}

func TestAPendingPaymentByMPPHasNoReceipt(t *testing.T) {
	w := open(t, servertest.Sale{Wait: brief})
	k := w.Payer(100)
	w.Mining.Store(false)
	s := w.signMPP(k, "/mint")
	for range 2 {
		w.Pay("/mint", s).Wants(202).Has("Location", "/orders/"+w.ID(s).String()).
			Lacks("Payment-Receipt", "PAYMENT-RESPONSE", "X-PAYMENT-RESPONSE", "WWW-Authenticate", "PAYMENT-REQUIRED")
	}
	w.Mining.Store(true)
	w.Eventually("minted", func() bool { o := w.Order(s); return o.State().Sold() })
	if _, err := mpp.DecodeReceipt(w.Pay("/mint", s).Wants(200).Header.Get("Payment-Receipt")); err != nil {
		t.Error(err)
	}
	if w.Tokens(servertest.Account(k)) != 1 || w.Orders() != 1 {
		t.Errorf("%d allotments, %d orders", w.Tokens(servertest.Account(k)), w.Orders())
	}
}
