package server_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/server/servertest"
)

// sellsNow returns the launch that /mint sells, as the 402, the lists and the documents say it.
// They must agree.
func (w *world) sellsNow() string {
	w.Helper()
	byDefault := servertest.Decode[api.Launches](w.Get("/launches", nil).Wants(200)).Default
	l := servertest.Decode[api.Launch](w.Get("/launches/"+byDefault, nil).Wants(200))
	a := w.Get("/mint", nil)
	if priced := a.Status == 402; priced != strings.Contains(string(a.Body), l.Token.Hex()) || priced != (l.Status == "open") {
		w.Errorf("/mint answers %d, and %s is %s: %s", a.Status, l.Slug, l.Status, a.Body)
	}
	text := string(w.Get("/llms.txt", nil).Wants(200).Body)
	if said := "default launch (now " + l.Slug + ")"; !strings.Contains(text, said) {
		w.Eventually("the documents name "+l.Slug, func() bool { return strings.Contains(string(w.Get("/llms.txt", nil).Body), said) })
	}
	return l.Slug
}

func (w *world) sells(want string) {
	w.Helper()
	if got := w.sellsNow(); got != want {
		w.Errorf("/mint sells %s, not %s", got, want)
	}
}

func TestMintIsNeverADeadLaunchWhileOthersSell(t *testing.T) {
	w := open(t, servertest.Sale{Cap: 1})
	w.sells("ping")
	w.Deploy("later", servertest.Sale{Name: "Later", Symbol: "LATER", Opens: 3 * time.Hour}, servertest.Account(w.Stranger))
	w.Deploy("soon", servertest.Sale{Name: "Soon", Symbol: "SOON", Opens: time.Hour, Closes: 2 * time.Hour}, servertest.Account(w.Stranger))
	w.sells("ping")
	w.Pay("/mint", w.Sign(w.Payer(100), "/mint", 2)).Wants(200)
	w.sells("soon") // it opens next
	w.Get("/mint", nil).Wants(403)
	w.Deploy("pong", servertest.Sale{Name: "Pong", Symbol: "PONG", Cap: 1}, servertest.Account(w.Stranger))
	w.Eventually("pong sells", func() bool { return w.Get("/launches/pong/mint", nil).Status == 402 })
	w.sells("pong")
	w.arrange(func(a *mint.Arrangement) { a.Hidden = []string{"pong"} })
	w.sells("soon")
	w.arrange(func(a *mint.Arrangement) { a.Default = "pong" })
	w.sells("pong") // the operator chose it, though it is hidden
	w.arrange(func(a *mint.Arrangement) { *a = mint.Arrangement{Default: "ping"} })
	w.sells("ping") // the operator chose it, though it is sold out
	w.Get("/mint", nil).Wants(410)
	w.arrange(func(a *mint.Arrangement) { a.Delisted = []string{"ping"} })
	w.sells("pong")
	w.arrange(func(a *mint.Arrangement) { a.Default, a.Delisted = "", nil })
	w.OnChain(func() error {
		l, err := w.Store.Launch(w.Ctx, "pong")
		if err == nil {
			_, err = w.Node.Pause(w.Ctx, l.Token, w.Owner)
		}
		return err
	})
	w.Eventually("paused", func() bool {
		return servertest.Decode[api.Launches](w.Get("/launches", nil).Wants(200)).Default == "soon"
	})
	w.sells("soon")
	w.arrange(func(a *mint.Arrangement) { a.Hidden = []string{"soon", "later"} })
	w.sells("pong") // it is paused, and the other is sold out
	w.arrange(func(a *mint.Arrangement) { a.Hidden = []string{"later", "pong"} })
	w.sells("soon")
	w.SetAhead(2*time.Hour + time.Minute) // soon has closed, after ping was sold out
	w.sells("soon")
	w.arrange(func(a *mint.Arrangement) { a.Hidden, a.Delisted = nil, []string{"soon", "later", "pong", "ping"} })
	w.Get("/mint", nil).Wants(410).Problem("delisted")
	w.arrange(func(a *mint.Arrangement) { a.Delisted, a.Hidden = nil, []string{"soon", "later", "pong", "ping"} })
	w.Get("/mint", nil).Wants(404).Lacks("PAYMENT-REQUIRED")
}

func TestAStoppedLaunchIsNotTheDefaultWhileAnotherSells(t *testing.T) {
	w := open(t, servertest.Sale{AnotherListing: true})
	w.sells("ping")
	k := w.Payer(10)
	payment := w.Sign(k, "/mint", 2) // for ping
	w.Stop()                         // the engine would report that it is open
	report := func(slug string, standing mint.Standing, byDefault string) {
		t.Helper()
		w.Must(w.Store.Report(w.Ctx, slug, standing))
		if got := servertest.Decode[api.Launches](w.Get("/launches", nil).Wants(200)).Default; got != byDefault {
			t.Errorf("%s is %s, and /mint sells %s", slug, standing, got)
		}
	}
	report("ping", mint.StandingStopped, "pong")
	soon := w.invented(1)
	soon.OpensAt = time.Now().Add(time.Hour)
	w.Must(w.Store.SaveLaunch(w.Ctx, soon))
	bought := make(chan servertest.Answer)
	go func() { bought <- w.Pay("/mint", payment) }()
	w.Eventually("the payment is claimed, while /mint sells another", func() bool { return w.Orders() == 1 })
	report("pong", mint.StandingStopped, "ping") // not the one that opens next: a fault ends sooner
	report("pong", mint.StandingOpen, "pong")
	w.GoOn()
	if r := servertest.Decode[api.Receipt]((<-bought).Wants(200)); r.Launch != "ping" || w.Tokens(servertest.Account(k)) != 1 {
		t.Errorf("a payment for the default of before: %+v", r)
	}
}

// TestAPaymentBuysTheLaunchThatItsSignatureNames signs for the default launch, and then makes
// another one the default: the payer must get what was offered, or be refused without a
// price for anything else.
func TestAPaymentBuysTheLaunchThatItsSignatureNames(t *testing.T) {
	w := open(t, servertest.Sale{AnotherListing: true})
	toPong := func(a *mint.Arrangement) { a.Default = "pong" }
	toPing := func(a *mint.Arrangement) { a.Default = "ping" }
	for name, flips := range map[string][2]func(*mint.Arrangement){
		"chosen": {toPing, toPong},
		"hidden": {toPing, func(a *mint.Arrangement) { a.Default, a.Hidden = "pong", []string{"ping"} }},
	} {
		for _, version := range []int{1, 2, 0} { // 0: MPP
			w.arrange(func(a *mint.Arrangement) { *a = mint.Arrangement{} })
			w.arrange(flips[0])
			k := w.Payer(10)
			s := w.Signed
			payment := w.signMPP(k, "/mint")
			if version > 0 {
				payment = s(k, w.Get("/mint", nil).Wants(402), version)
			}
			w.arrange(flips[1])
			w.sells("pong")
			before := w.Tokens(servertest.Account(k))
			r := servertest.Decode[api.Receipt](w.Pay("/mint", payment).Wants(200))
			if r.Launch != "ping" || w.Tokens(servertest.Account(k)) != before+1 || w.USDC(servertest.Account(k)) != 0 {
				t.Errorf("%s, version %d: %+v", name, version, r)
			}
			again := servertest.Decode[api.Receipt](w.Pay("/mint", payment).Wants(200))
			if again.PaymentID != r.PaymentID || w.Tokens(servertest.Account(k)) != before+1 {
				t.Errorf("%s, version %d: the same payment again: %+v", name, version, again)
			}
		}
	}
}

func TestAPaymentForADefaultThatSoldOutIsRefusedWithoutThePriceOfAnother(t *testing.T) {
	w := open(t, servertest.Sale{AnotherListing: true, Cap: 1})
	var late []servertest.Header
	for _, version := range []int{1, 2} {
		late = append(late, servertest.Paid(w.Sign(w.Payer(100), "/mint", version)))
	}
	late = append(late, servertest.Paid(w.signMPP(w.Payer(100), "/mint")))
	w.Pay("/mint", w.Sign(w.Payer(100), "/mint", 2)).Wants(200)
	w.sells("pong")
	orders := w.Orders()
	for _, h := range late {
		w.Get("/mint", h).Wants(410).Lacks("PAYMENT-REQUIRED", "WWW-Authenticate").Problem("sold_out")
	}
	if w.Orders() != orders {
		t.Error("a payment was claimed")
	}
}

func TestAToolCallBuysTheLaunchThatItsSignatureNames(t *testing.T) {
	w := open(t, servertest.Sale{AnotherListing: true, Configure: withMCP})
	call := func(meta string) servertest.Answer {
		return w.Post("POST", "/mcp", `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"mint","arguments":{}`+meta+`}}`,
			servertest.Header{"Accept": "application/json, text/event-stream"}).Wants(200)
	}
	for _, version := range []int{1, 2} {
		w.arrange(func(a *mint.Arrangement) { a.Default = "ping" })
		k := w.Payer(10)
		s := w.Sign(k, "/mint", version)
		w.arrange(func(a *mint.Arrangement) { a.Default = "pong" })
		data, err := base64.StdEncoding.DecodeString(s.Value)
		w.Must(err)
		a := call(fmt.Sprintf(`,"_meta":{"x402/payment":%s}`, data))
		var answer struct {
			Result struct {
				IsError           bool
				StructuredContent api.Receipt
			}
		}
		w.Must(json.Unmarshal(a.Body, &answer))
		if r := answer.Result; r.IsError || r.StructuredContent.Launch != "ping" || w.Tokens(servertest.Account(k)) != 1 {
			t.Errorf("version %d: %s", version, a.Body)
		}
	}
}
