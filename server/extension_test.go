package server_test

import (
	"encoding/json"
	"net/http"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server"
	"github.com/mint402/mint402/server/checkout"
	"github.com/mint402/mint402/server/servertest"
	"github.com/mint402/mint402/x402"
)

func TestExtensionsAreInBothVersionsOfThePriceAndOfARefusal(t *testing.T) {
	var made atomic.Int64
	add := func(r *checkout.Request, required *x402.PaymentRequired) {
		made.Add(1)
		required.Extensions["bazaar"] = object{"info": object{"method": r.Method}}
		required.OutputSchema = object{"input": object{"method": r.Method, "discoverable": true}}
	}
	w := open(t, servertest.Sale{Settings: mint.Settings{Stale: time.Hour}, Configure: func(s *server.Server) { s.Extensions = append(s.Extensions, add) }})
	check := func(method string, a servertest.Answer) {
		t.Helper()
		r := a.Required()
		info, _ := r.Extensions["bazaar"].(object)
		if info == nil || info["info"].(object)["method"] != method || r.Extensions[x402.ExtensionIdentifier] == nil {
			t.Errorf("%s: %+v", method, r.Extensions)
		}
		if !strings.Contains(string(a.Body), `"outputSchema":{"input":{"discoverable":true,"method":"`+method+`"}}`) {
			t.Errorf("%s: %s", method, a.Body)
		}
	}
	for range 3 {
		check("GET", w.Get("/mint", nil))
		check("POST", w.Do(http.MethodPost, "/mint", nil))
		w.Do(http.MethodHead, "/mint", nil).Wants(405)
	}
	if n := made.Load(); n != 2 {
		t.Errorf("made %d times for two methods", n)
	}
	early := w.craft(w.Payer(10), func(a *x402.Authorization, _ *x402.Domain) { a.ValidBefore.SetInt64(1) })
	check("POST", w.Do(http.MethodPost, "/mint", servertest.Paid(early)))
	w.Seen() // a block that is read later would be too old
	w.SetAhead(2 * time.Minute)
	check("GET", w.Get("/mint", nil))
	check("GET", w.Get("/mint", nil))
	if n := made.Load(); n != 3 {
		t.Errorf("made %d times, and a price lasts a minute", n)
	}
	// A payment that echoes an extension is paid as any other.
	w.SetAhead(0)
	w.Pay("/mint", w.Sign(w.Payer(10), "/mint", 2)).Wants(200)
}

// A refusal is not encoded again as a whole: it must differ from the price in its error, the
// payer and the detail only.
func TestARefusalHasThePriceWithAnotherError(t *testing.T) {
	w := open(t, servertest.Sale{})
	k := w.Payer(10)
	for version := 1; version <= 2; version++ {
		priced := w.Do(http.MethodPost, "/mint?quantity=3", nil)
		wrong := w.bend(w.Sign(k, "/mint?quantity=3", version), func(o object) { authorization(o)["validBefore"] = "1" })
		refused := w.Do(http.MethodPost, "/mint?quantity=3", servertest.Paid(wrong))
		price, refusal := priced.Required(), refused.Required()
		if refusal.Error != string(x402.ReasonValidBefore) {
			t.Errorf("version %d: %q", version, refusal.Error)
		}
		if refusal.Error = price.Error; !reflect.DeepEqual(refusal, price) {
			t.Errorf("version %d: %+v, want %+v", version, refusal, price)
		}
		var plain, body object
		w.Must(json.Unmarshal(priced.Body, &plain))
		w.Must(json.Unmarshal(refused.Body, &body))
		if body["payer"] != servertest.Account(k).Hex() || body["error"] == plain["error"] || body["detail"] == "" {
			t.Errorf("version %d: %s", version, refused.Body)
		}
		for _, name := range []string{"payer", "error", "detail", "type", "title", "status", "challengeId"} {
			delete(body, name)
			delete(plain, name)
		}
		if !reflect.DeepEqual(body, plain) {
			t.Errorf("version %d: %s\nwant %s", version, refused.Body, priced.Body)
		}
	}
}
