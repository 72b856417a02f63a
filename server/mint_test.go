package server_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server"
	"github.com/mint402/mint402/x402"
)

func TestWithoutAPaymentThePriceIsNamedInBothVersions(t *testing.T) {
	w := open(t, sale{})
	for _, path := range []string{"/mint", "/launches/ping/mint"} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			a := w.do(method, path, nil)
			r := a.required()
			a.has("Cache-Control", "no-store").has("Vary", "PAYMENT-SIGNATURE, X-PAYMENT, Accept").
				has("Content-Type", "application/json").lacks("PAYMENT-RESPONSE", "X-PAYMENT-RESPONSE", "Set-Cookie")
			if r.Error != "Payment required" || r.Resource != (x402.Resource{URL: w.url + path, Description: "Mint 5,000 PING for 0.10 USDC", MimeType: "application/json"}) {
				t.Errorf("%+v", r)
			}
			if got := r.Accepts[0]; got.Extra.PaymentFlow != "upfront" || got.PayTo != w.launch.Token || got.Amount.Int64() != price ||
				got.MaxTimeoutSeconds <= 0 || got.Extra.Name != "USDC" || got.Extra.Version != "2" {
				t.Errorf("%+v", got)
			}
			if !strings.Contains(string(a.body), `"error":"X-PAYMENT header is required"`) {
				t.Errorf("%s", a.body)
			}
		}
	}
}

func TestAPaymentOfEitherVersionMintsOnChain(t *testing.T) {
	w := open(t, sale{})
	for version := 1; version <= 2; version++ {
		for _, path := range []string{"/mint", "/launches/ping/mint", "/mint?quantity=3&utm_source=x"} {
			quantity := int64(1)
			if strings.Contains(path, "quantity") {
				quantity = 3
			}
			k := w.payer(100)
			s := w.sign(k, path, version)
			a := w.do(http.MethodPost, path, paid(s)).wants(200).has("Cache-Control", "private, no-store").lacks("PAYMENT-REQUIRED", "Location")
			r := decode[server.Receipt](a)
			if r.State != mint.Mined && r.State != mint.Minted || r.Payer.Address != account(k) || r.Quantity != quantity || r.PaymentID != w.id(s) ||
				r.Launch != "ping" || r.Symbol != "PING" || r.Token.Address != w.launch.Token || r.Block == 0 || r.URL != w.url+"/orders/"+r.PaymentID.String() {
				t.Errorf("%+v", r)
			}
			if quantity == 3 && (r.Tokens != "15000" || r.TokensBase != "15000000000000000000000" || r.Paid.Amount != "300000" || r.Paid.Formatted != "0.30") {
				t.Errorf("%+v", r)
			}
			if got := a.settle(); !got.Success || got.Transaction != r.Transaction || len(got.Transaction) != 66 || got.Payer != account(k).Hex() || got.ErrorReason != "" {
				t.Errorf("%+v", got)
			}
			if got := w.tokens(account(k)); got != quantity {
				t.Errorf("holds %d allotments, want %d", got, quantity)
			}
			if got := w.usdc(account(k)); got != 1_000_000-quantity*price {
				t.Errorf("holds %d of USDC", got)
			}
		}
	}
}

func TestTheSamePaymentAgainIsTheSameMint(t *testing.T) {
	w := open(t, sale{})
	k := w.payer(100)
	s := w.sign(k, "/mint", 2)
	first := decode[server.Receipt](w.pay("/mint", s).wants(200))
	for range 3 {
		again := decode[server.Receipt](w.pay("/launches/ping/mint", s).wants(200))
		if again.PaymentID != first.PaymentID || again.Transaction != first.Transaction {
			t.Errorf("%+v, first %+v", again, first)
		}
	}
	// In the other version's clothes it is the same payment, too.
	other := w.redress(s, 1)
	if again := decode[server.Receipt](w.pay("/mint", other).wants(200)); again.Transaction != first.Transaction {
		t.Errorf("%+v, first %+v", again, first)
	}
	if w.tokens(account(k)) != 1 || w.orders() != 1 {
		t.Errorf("%d allotments, %d orders", w.tokens(account(k)), w.orders())
	}
	w.seen()
	w.seen()
	w.seen()
	w.eventually("final", func() bool {
		return decode[server.Receipt](w.get("/orders/"+first.PaymentID.String(), nil).wants(200)).Final
	})
	if last := decode[server.Receipt](w.pay("/mint", s).wants(200)); last.State != mint.Minted || !last.Final {
		t.Errorf("%+v", last)
	}
}

func TestOurOwnClientPaysOnceThroughA202(t *testing.T) {
	w := open(t, sale{wait: brief})
	w.mining.Store(false)
	k := w.payer(100)
	waits, kept := 0, 0
	c := x402.Client{Key: k, Keep: func(x402.Signed) error { kept++; return nil }, Wait: func(ctx context.Context, d time.Duration) error {
		if waits++; waits == 3 {
			w.mining.Store(true)
		}
		if waits >= 3 {
			w.eventually("mined", func() bool { l, err := w.store.Launch(w.ctx, "ping"); return err == nil && l.Sold == 1 })
		}
		return nil
	}}
	req, err := http.NewRequestWithContext(w.ctx, http.MethodGet, w.url+"/mint", nil)
	w.must(err)
	result, err := c.Pay(req)
	w.must(err)
	if result.Status != 200 || !result.Settle.Success || kept != 1 || waits < 3 {
		t.Errorf("%d %+v, %d signed, %d waits", result.Status, result.Settle, kept, waits)
	}
	if w.tokens(account(k)) != 1 || w.usdc(account(k)) != 1_000_000-price || w.orders() != 1 {
		t.Errorf("%d allotments, %d orders", w.tokens(account(k)), w.orders())
	}
	if n := strings.Count(grep(w.log.String(), "msg=request"), "route=/orders/:id"); n < 2 {
		t.Errorf("polled the order %d times", n)
	}
}
