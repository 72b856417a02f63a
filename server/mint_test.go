package server_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/pay"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/server/servertest"
	"github.com/mint402/mint402/x402"
)

func TestWithoutAPaymentThePriceIsNamedInBothVersions(t *testing.T) {
	w := open(t, servertest.Sale{})
	for _, path := range []string{"/mint", "/launches/ping/mint"} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			a := w.Do(method, path, nil)
			r := a.Required()
			a.Has("Cache-Control", "no-store").Has("Vary", "PAYMENT-SIGNATURE, X-PAYMENT, Authorization, Accept").
				Has("Content-Type", "application/json").Lacks("PAYMENT-RESPONSE", "X-PAYMENT-RESPONSE", "Set-Cookie")
			if r.Error != "Payment required" || r.Resource != (x402.Resource{URL: w.URL + path, Description: "Mint 5,000 PING for 0.10 USDC", MimeType: "application/json"}) {
				t.Errorf("%+v", r)
			}
			if got := r.Accepts[0]; got.Extra.PaymentFlow != "upfront" || got.PayTo != w.Launch.Token || got.Amount.Int64() != servertest.Price ||
				got.MaxTimeoutSeconds <= 0 || got.Extra.Name != "USDC" || got.Extra.Version != "2" {
				t.Errorf("%+v", got)
			}
			if !strings.Contains(string(a.Body), `"error":"X-PAYMENT header is required"`) {
				t.Errorf("%s", a.Body)
			}
		}
	}
}

func TestAPaymentOfEitherVersionMintsOnChain(t *testing.T) {
	w := open(t, servertest.Sale{})
	for version := 1; version <= 2; version++ {
		for _, path := range []string{"/mint", "/launches/ping/mint", "/mint?quantity=3&utm_source=x"} {
			quantity := int64(1)
			if strings.Contains(path, "quantity") {
				quantity = 3
			}
			k := w.Payer(100)
			s := w.Sign(k, path, version)
			a := w.Do(http.MethodPost, path, servertest.Paid(s)).Wants(200).Has("Cache-Control", "private, no-store").Lacks("PAYMENT-REQUIRED", "Location")
			r := servertest.Decode[api.Receipt](a)
			if r.State != mint.Mined && r.State != mint.Minted || r.Payer.Address != servertest.Account(k) || r.Quantity != quantity || r.PaymentID != w.ID(s) ||
				r.Launch != "ping" || r.Symbol != "PING" || r.Token.Address != w.Launch.Token || r.Block == 0 || r.URL != w.URL+"/orders/"+r.PaymentID.String() {
				t.Errorf("%+v", r)
			}
			if quantity == 3 && (r.Tokens != "15000" || r.TokensBase != "15000000000000000000000" || r.Paid.Amount != "300000" || r.Paid.Formatted != "0.30") {
				t.Errorf("%+v", r)
			}
			if got := a.Settle(); !got.Success || got.Transaction != r.Transaction || len(got.Transaction) != 66 || got.Payer != servertest.Account(k).Hex() || got.ErrorReason != "" {
				t.Errorf("%+v", got)
			}
			if got := w.Tokens(servertest.Account(k)); got != quantity {
				t.Errorf("holds %d allotments, want %d", got, quantity)
			}
			if got := w.USDC(servertest.Account(k)); got != 1_000_000-quantity*servertest.Price {
				t.Errorf("holds %d of USDC", got)
			}
		}
	}
}

func TestTheSamePaymentAgainIsTheSameMint(t *testing.T) {
	w := open(t, servertest.Sale{})
	k := w.Payer(100)
	s := w.Sign(k, "/mint", 2)
	first := servertest.Decode[api.Receipt](w.Pay("/mint", s).Wants(200))
	for range 3 {
		again := servertest.Decode[api.Receipt](w.Pay("/launches/ping/mint", s).Wants(200))
		if again.PaymentID != first.PaymentID || again.Transaction != first.Transaction {
			t.Errorf("%+v, first %+v", again, first)
		}
	}
	// In the other version's clothes it is the same payment, too.
	other := w.redress(s, 1)
	if again := servertest.Decode[api.Receipt](w.Pay("/mint", other).Wants(200)); again.Transaction != first.Transaction {
		t.Errorf("%+v, first %+v", again, first)
	}
	if w.Tokens(servertest.Account(k)) != 1 || w.Orders() != 1 {
		t.Errorf("%d allotments, %d orders", w.Tokens(servertest.Account(k)), w.Orders())
	}
	w.Seen()
	w.Seen()
	w.Seen()
	w.Eventually("final", func() bool {
		return servertest.Decode[api.Receipt](w.Get("/orders/"+first.PaymentID.String(), nil).Wants(200)).Final
	})
	if last := servertest.Decode[api.Receipt](w.Pay("/mint", s).Wants(200)); last.State != mint.Minted || !last.Final {
		t.Errorf("%+v", last)
	}
}

func TestOurOwnClientPaysOnceThroughA202(t *testing.T) {
	w := open(t, servertest.Sale{Wait: brief})
	w.Mining.Store(false)
	k := w.Payer(100)
	waits, kept := 0, 0
	c := pay.Client{Signer: pay.KeySigner(k), Keep: func(x402.Signed) error { kept++; return nil }, Wait: func(ctx context.Context, d time.Duration) error {
		if waits++; waits == 3 {
			w.Mining.Store(true)
		}
		if waits >= 3 {
			w.Eventually("mined", func() bool { l, err := w.Store.Launch(w.Ctx, "ping"); return err == nil && l.Sold == 1 })
		}
		return nil
	}}
	req, err := http.NewRequestWithContext(w.Ctx, http.MethodGet, w.URL+"/mint", nil)
	w.Must(err)
	result, err := c.Pay(req)
	w.Must(err)
	if result.Status != 200 || !result.Settle.Success || kept != 1 || waits < 3 {
		t.Errorf("%d %+v, %d signed, %d waits", result.Status, result.Settle, kept, waits)
	}
	if w.Tokens(servertest.Account(k)) != 1 || w.USDC(servertest.Account(k)) != 1_000_000-servertest.Price || w.Orders() != 1 {
		t.Errorf("%d allotments, %d orders", w.Tokens(servertest.Account(k)), w.Orders())
	}
	if n := strings.Count(grep(w.Log.String(), "msg=request"), "route=/orders/:id"); n < 2 {
		t.Errorf("polled the order %d times", n)
	}
}
