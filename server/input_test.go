package server_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/server/servertest"
)

const (
	asJSON = "application/json"
	asForm = "application/x-www-form-urlencoded"
)

func TestEachInputIsTakenOrRefusedBeforeAPrice(t *testing.T) {
	w := open(t, servertest.Sale{})
	big := `{"quantity":3` + strings.Repeat(" ", 4<<10) + `}`
	for _, test := range []struct {
		query, kind, body string
		quantity          int64  // 0: refused
		field             string // of the refusal
	}{
		{"", "", "", 1, ""},
		{"", asJSON, "", 1, ""},
		{"", "text/plain", "", 1, ""},
		{"?quantity=3", "", "", 3, ""},
		{"?quantity=3&utm_source=x&ref=y", asJSON, "", 3, ""},
		{"?quantity=3&lang=de", "", "", 3, ""},
		{"?lang=xx", asJSON, "", 1, ""},
		{"", asJSON, `{"lang":"de"}`, 0, "lang"},
		{"", asJSON, "{}", 1, ""},
		{"", asJSON, " {\n} ", 1, ""},
		{"", asJSON, `{"quantity":3}`, 3, ""},
		{"", asJSON, `{"quantity":"3"}`, 3, ""},
		{"", asJSON + "; charset=UTF-8", `{"quantity":10}`, 10, ""},
		{"", asJSON, `{"\u0071uantity":3}`, 3, ""},
		{"?quantity=3", asJSON, `{"quantity":3}`, 3, ""},
		{"?quantity=3", asJSON, `{}`, 3, ""},
		{"", asForm, "quantity=3", 3, ""},
		{"?quantity=3", asForm, "quantity=3", 3, ""},

		{"?quantity=3", asJSON, `{"quantity":2}`, 0, "quantity"},
		{"?quantity=1", asJSON, `{"quantity":2}`, 0, "quantity"},
		{"?quantity=3", asForm, `quantity=2`, 0, "quantity"},
		{"?recipient=0x1111111111111111111111111111111111111111", "", "", 0, "recipient"},
		{"?wallet_address=x", "", "", 0, "wallet_address"},
		{"?slippage=1", "", "", 0, "slippage"},
		{"?quantity=", "", "", 0, "quantity"},
		{"?quantity=2&quantity=2", "", "", 0, "quantity"},
		{"", asJSON, `{"quantity":0}`, 0, "quantity"},
		{"", asJSON, `{"quantity":11}`, 0, "quantity"},
		{"", asJSON, `{"quantity":-1}`, 0, "quantity"},
		{"", asJSON, `{"quantity":1.0}`, 0, "quantity"},
		{"", asJSON, `{"quantity":1e0}`, 0, "quantity"},
		{"", asJSON, `{"quantity":99999999999999999999}`, 0, "quantity"},
		{"", asJSON, `{"quantity":"03"}`, 0, "quantity"},
		{"", asJSON, `{"quantity":" 3"}`, 0, "quantity"},
		{"", asJSON, `{"quantity":null}`, 0, "quantity"},
		{"", asJSON, `{"quantity":true}`, 0, "quantity"},
		{"", asJSON, `{"quantity":[3]}`, 0, "quantity"},
		{"", asJSON, `{"quantity":{"quantity":3}}`, 0, "quantity"},
		{"", asJSON, `{"quantity":3,"quantity":3}`, 0, "quantity"},
		{"", asJSON, `{"quantity":3,"\u0071uantity":4}`, 0, "quantity"},
		{"", asJSON, `{"Quantity":3}`, 0, "Quantity"},
		{"", asJSON, `{"qty":3}`, 0, "qty"},
		{"", asJSON, `{"quantity":3,"recipient":"0x1111111111111111111111111111111111111111"}`, 0, "recipient"},
		{"", asJSON, `{"ref":"x"}`, 0, "ref"},
		{"", asJSON, `{"":3}`, 0, ""},
		{"", asJSON, `null`, 0, "body"},
		{"", asJSON, `[]`, 0, "body"},
		{"", asJSON, `3`, 0, "body"},
		{"", asJSON, `"quantity"`, 0, "body"},
		{"", asJSON, `{"quantity":3}{}`, 0, "body"},
		{"", asJSON, `{"quantity":3} x`, 0, "body"},
		{"", asJSON, `{"quantity":3`, 0, "body"},
		{"", asJSON, `{"quantity":3,}`, 0, "body"},
		{"", asJSON, `{'quantity':3}`, 0, "body"},
		{"", asJSON, "\ufeff{}", 0, "body"},
		{"", asJSON, big, 0, "body"},
		{"", asForm, "quantity=3&quantity=3", 0, "quantity"},
		{"", asForm, "quantity=", 0, "quantity"},
		{"", asForm, "quantity=3&to=0x11", 0, "to"},
		{"", asForm, "Quantity=3", 0, "Quantity"},
		{"", "", `{"quantity":3}`, 0, "Content-Type"},
		{"", "text/plain", `{"quantity":3}`, 0, "Content-Type"},
		{"", "application/xml", `<quantity>3</quantity>`, 0, "Content-Type"},
		{"", "multipart/form-data; boundary=x", "--x\r\n", 0, "Content-Type"},
		{"", asJSON + "; charset=utf-16", `{}`, 0, "Content-Type"},
	} {
		for _, path := range []string{"/mint", "/launches/ping/mint", "/mint/"} {
			h := servertest.Header{"Content-Type": test.kind}
			a := w.Post(http.MethodPost, path+test.query, test.body, h)
			if test.quantity > 0 {
				want := w.URL + strings.TrimSuffix(path, "/")
				if test.quantity > 1 {
					want += "?quantity=" + map[int64]string{3: "3", 10: "10"}[test.quantity]
				}
				if r := a.Required(); r.Resource.URL != want || r.Accepts[0].Amount.Int64() != test.quantity*servertest.Price {
					t.Errorf("%s%s %q: %+v", path, test.query, test.body, r)
				}
				continue
			}
			if a.Unsettled(); a.Status != 400 && a.Status != 415 || (a.Status == 415) != (test.field == "Content-Type") {
				t.Errorf("%s%s %s %q: %d %s", path, test.query, test.kind, test.body, a.Status, a.Body)
				continue
			}
			f := servertest.Decode[api.Problem](a).Error
			if f.Field != test.field || f.Message == "" {
				t.Errorf("%s %q: %+v, want field %q", test.query, test.body, f, test.field)
			}
			if strings.EqualFold(test.field, "recipient") && !strings.Contains(f.Message, "account that signs") {
				t.Errorf("%q: %s", test.body, f.Message)
			}
		}
	}
	w.Post(http.MethodGet, "/mint", `{"quantity":3}`, nil).Wants(400).Unsettled().Problem("bad_request")
	if w.Orders() != 0 {
		t.Errorf("%d orders", w.Orders())
	}
}

func TestAQuantityInTheBodyIsWhatIsPaidFor(t *testing.T) {
	w := open(t, servertest.Sale{})
	for body, kind := range map[string]string{`{"quantity":3}`: asJSON, "quantity=3": asForm} {
		k := w.Payer(100)
		s := w.Sign(k, "/mint?quantity=3", 2)
		h := servertest.Paid(s)
		h["Content-Type"] = kind
		// Without the body, the same payment is one for another quantity, and nothing is claimed.
		w.Do(http.MethodPost, "/mint", servertest.Paid(s)).Wants(409).Problem("conflict")
		r := servertest.Decode[api.Receipt](w.Post(http.MethodPost, "/mint/", body, h).Wants(200))
		if r.Quantity != 3 || w.Tokens(servertest.Account(k)) != 3 {
			t.Errorf("%s: %+v", body, r)
		}
	}
}

func TestAPathWithASlashAtItsEndIsTheSameSale(t *testing.T) {
	w := open(t, servertest.Sale{})
	for _, path := range []string{"/mint", "/launches/ping/mint"} {
		plain, slash := w.Get(path, nil), w.Get(path+"/", nil)
		if slash.Required(); string(unnumbered(plain.Body)) != string(unnumbered(slash.Body)) || plain.Header.Get("PAYMENT-REQUIRED") != slash.Header.Get("PAYMENT-REQUIRED") {
			t.Errorf("%s/: %s", path, slash.Body)
		}
		w.Pay(path+"/", w.Sign(w.Payer(10), path, 2)).Wants(200)
	}
}

func TestWhatAClientEchoesIsPlainASCII(t *testing.T) {
	w := open(t, servertest.Sale{Name: "Pöng — 🚀 <&>", Symbol: "PÖ—NG🚀"})
	for _, path := range []string{"/mint", "/mint?quantity=3"} {
		a := w.Get(path, nil)
		r := a.Required()
		header := string(mustDecode(a.Header.Get("PAYMENT-REQUIRED")))
		for _, text := range []string{header, string(a.Body)} {
			for _, c := range text {
				if c > '~' {
					t.Errorf("%q in %s", c, text)
				}
			}
			if strings.Contains(text, `\u`) {
				t.Errorf("an escape in %s", text)
			}
		}
		if !strings.Contains(r.Resource.Description, "PO-NG") || r.Accepts[0].Extra.PrimaryType != "TransferWithAuthorization" || r.Extensions["payment-identifier"] == nil {
			t.Errorf("%+v", r)
		}
		w.Pay(path, w.Sign(w.Payer(100), path, 2)).Wants(200)
	}
}

func TestAPageOfAnyOriginMaySendAndReadWhatProtocolsNeed(t *testing.T) {
	w := open(t, servertest.Sale{})
	a := w.Do("OPTIONS", "/mint", servertest.Header{"Origin": "https://app.example", "Access-Control-Request-Method": "POST",
		"Access-Control-Request-Headers": "accept-payment,authorization,x-anything"}).Wants(204).Has("Access-Control-Max-Age", "600")
	if allow := a.Header.Get("Access-Control-Allow-Headers"); !strings.HasPrefix(allow, "*, Authorization") {
		t.Errorf("allowed: %s", allow)
	}
	exposed := ", " + w.Get("/mint", nil).Header.Get("Access-Control-Expose-Headers") + ","
	for _, h := range []string{"*", "PAYMENT-REQUIRED", "PAYMENT-RESPONSE", "X-PAYMENT-RESPONSE", "WWW-Authenticate", "Payment-Receipt", "Location", "Retry-After", "Mcp-Session-Id"} {
		if !strings.Contains(strings.ToLower(exposed), strings.ToLower(", "+h+",")) {
			t.Errorf("%s is not exposed: %s", h, exposed)
		}
	}
}
