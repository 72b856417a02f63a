package server_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/server/servertest"
)

func TestALaunchIsShownWithItsTermsAndFigures(t *testing.T) {
	w := open(t, servertest.Sale{Cap: 4, Limit: 2, Closes: time.Hour, AnotherListing: true})
	w.Pay("/mint", w.Sign(w.Payer(10), "/mint", 2)).Wants(200)
	all := servertest.Decode[api.Launches](w.Get("/launches", nil).Wants(200)).Launches
	one := servertest.Decode[api.Launch](w.Get("/launches/ping", nil).Wants(200))
	if len(all) != 2 || all[0].Slug != "ping" || all[1].Slug != "pong" {
		t.Fatalf("%+v", all)
	}
	if one.Name != "Ping" || one.Symbol != "PING" || one.Token.Address != w.Launch.Token || one.Network != "eip155:84532" || one.ChainID != 84532 ||
		one.Asset.Symbol != "USDC" || one.Asset.Decimals != 6 || one.Price != (api.Price{Amount: "100000", Formatted: "0.10"}) ||
		one.Allotment != "5000" || one.AllotmentBase != "5000000000000000000000" || one.Cap != (api.Cap{Allotments: 4, Tokens: "20000"}) ||
		one.Sold != 1 || one.Reserved != 0 || one.Left != 3 || one.Limit != 2 || one.OpensAt != nil || one.ClosesAt == nil ||
		!one.Open || one.SoldOut || one.Status != "open" || one.Treasury.Address != w.Launch.Treasury || one.Owner.Address != w.Owner ||
		one.MintURL != w.URL+"/launches/ping/mint" || one.URL != w.URL+"/launches/ping" || !strings.HasPrefix(one.Explorer, "https://") {
		t.Errorf("%+v", one)
	}
	if body := string(w.Get("/launches/ping", nil).Body); !strings.Contains(body, `"token":"`+w.Launch.Token.Hex()+`"`) {
		t.Errorf("addresses are to be read by people, with their checksums: %s", body)
	}
	w.Get("/launches/none", nil).Wants(404).Problem("not_found")
	w.Get("/launches/%2e%2e", nil).Wants(404).Problem("not_found")
}

func TestAnOrderIsFoundByItsPaymentId(t *testing.T) {
	w := open(t, servertest.Sale{})
	s := w.Sign(w.Payer(10), "/mint", 2)
	minted := servertest.Decode[api.Receipt](w.Pay("/mint", s).Wants(200))
	if got := servertest.Decode[api.Receipt](w.Get("/orders/"+minted.PaymentID.String(), nil).Wants(200)); got.PaymentID != minted.PaymentID || got.Transaction != minted.Transaction {
		t.Errorf("%+v, want %+v", got, minted)
	}
	w.Get("/orders/"+common.HexToHash("0x01").Hex(), nil).Wants(404).Problem("not_found")
	for _, id := range []string{"0x", "x", minted.PaymentID.String()[:65], minted.PaymentID.String() + "0", "0x" + strings.Repeat("g", 64), strings.Repeat("0", 66), "%00"} {
		if f := w.Get("/orders/"+id, nil).Wants(400).Problem("bad_request"); f.Field != "paymentId" {
			t.Errorf("%s: %+v", id, f)
		}
	}
}

func TestOrdersAreListedNewestFirstWithinBounds(t *testing.T) {
	w := open(t, servertest.Sale{AnotherListing: true})
	k := w.Payer(100)
	var ids []mint.PaymentID
	for range 3 {
		s := w.Sign(k, "/mint", 2)
		w.Pay("/mint", s).Wants(200)
		ids = append(ids, w.ID(s))
	}
	w.Pay("/mint", w.Sign(w.Payer(100), "/mint", 2)).Wants(200)
	list := func(query string) []api.Receipt {
		t.Helper()
		return servertest.Decode[api.Receipts](w.Get("/orders"+query, nil).Wants(200)).Orders
	}
	mine := list("?payer=" + servertest.Account(k).Hex())
	if len(mine) != 3 || mine[0].PaymentID != ids[2] || mine[2].PaymentID != ids[0] {
		t.Errorf("%+v", mine)
	}
	if rest := list("?after=" + ids[1].String()); len(rest) != 1 || rest[0].PaymentID != ids[0] {
		t.Errorf("after the second: %+v", rest)
	}
	for query, want := range map[string]int{
		"": 4, "?launch=ping": 4, "?launch=pong": 0, "?limit=2": 2, "?state=parked": 0, "?limit=200": 4, "?utm=x": 4, "?utm_source=a&utm_source=b&fbclid=c&ref=d": 4,
		"?payer=" + strings.ToLower(servertest.Account(k).Hex()) + "&launch=ping&limit=1": 1,
		"?payer=" + w.Launch.Token.Hex(): 0,
	} {
		if got := list(query); len(got) != want {
			t.Errorf("%q: %d orders, want %d", query, len(got), want)
		}
	}
	for query, field := range map[string]string{"?limit=0": "limit", "?limit=201": "limit", "?limit=-1": "limit", "?limit=x": "limit", "?limit=99999999999999999999": "limit",
		"?payer=0x12": "payer", "?payer=vitalik.eth": "payer", "?state=paid": "state", "?after=zz": "after",
		"?after=0x" + strings.Repeat("0", 64): "after", "?State=mined": "State", "?Payer=" + servertest.Account(k).Hex(): "Payer", "?limit=1&LIMIT=2": "LIMIT",
		"?state=mined&state=parked": "state", "?launch=ping&utm_source=x&launch=ping": "launch"} {
		if f := w.Get("/orders"+query, nil).Wants(400).Problem("bad_request"); f.Field != field {
			t.Errorf("%s: %+v", query, f)
		}
	}
	w.Get("/orders?launch=none", nil).Wants(404)
}

func TestReadinessSaysWhyNotAndWhereTheChainIs(t *testing.T) {
	w := open(t, servertest.Sale{})
	r := servertest.Decode[api.Readiness](w.Get("/readyz", nil).Wants(200))
	if !r.Ready || len(r.Reasons) != 0 || r.Nodes == nil || r.Head.Number == 0 || r.Head.Hash == (common.Hash{}) || r.Final.Number > r.Head.Number {
		t.Errorf("%+v", r)
	}
	w.SetAhead(10 * time.Minute)
	if r = servertest.Decode[api.Readiness](w.Get("/readyz", nil).Wants(503)); r.Ready || r.Reasons[0].Code != "chain_stale" {
		t.Errorf("%+v", r)
	}
	w.Get("/mint", nil).Wants(503).Problem("unavailable")
	w.Get("/healthz", nil).Wants(200)
}

func TestANodeThatIsSetAsideIsShownAndMakesNobodyUnready(t *testing.T) {
	w := open(t, servertest.Sale{Configure: func(s *server.Server) {
		s.Presenter.Chains[0].Nodes = func() []api.Node {
			return []api.Node{{Host: "a.example", Head: 5, Reason: "cannot be reached"}, {Host: "b.example:8545", Ok: true, Head: 7}}
		}
	}})
	a := w.Get("/readyz", nil).Wants(200)
	want := `"nodes":[{"host":"a.example","ok":false,"head":5,"reason":"cannot be reached"},{"host":"b.example:8545","ok":true,"head":7}]`
	if r := servertest.Decode[api.Readiness](a); !r.Ready || !strings.Contains(string(a.Body), want) {
		t.Errorf("%s", a.Body)
	}
	metrics := string(w.Get("/metrics", nil).Wants(200).Body)
	for _, line := range []string{`node_up{chain="base-sepolia",node="a.example"} 0`, `node_up{chain="base-sepolia",node="b.example:8545"} 1`,
		`node_head_block{chain="base-sepolia",node="a.example"} 5`, `node_head_block{chain="base-sepolia",node="b.example:8545"} 7`, `ready 1`} {
		if !strings.Contains(metrics, "\nmint402_"+line+"\n") {
			t.Errorf("no %s in\n%s", line, grep(metrics, "mint402_"))
		}
	}
}

func TestMetricsCountWhatHappened(t *testing.T) {
	w := open(t, servertest.Sale{})
	w.Get("/mint", nil).Wants(402)
	w.Get("/nowhere", nil).Wants(404)
	w.Get("/nowhere/else", nil).Wants(404)
	w.Do("HEAD", "/mint", nil).Wants(405)
	w.Do("PUT", "/mint", nil).Wants(405)
	w.Pay("/mint", w.Sign(w.Payer(100), "/mint", 2)).Wants(200)
	a := w.Get("/metrics", nil).Wants(200)
	for _, line := range []string{
		`mint402_orders{launch="ping",state="parked"} 0`,
		`mint402_allotments_sold{launch="ping"} 1`,
		`mint402_allotments_cap{launch="ping"} 1000`,
		`mint402_ready 1`,
		`mint402_queued_orders{chain="base-sepolia"} 0`,
		`mint402_refused_blocks{chain="base-sepolia"} 0`,
		`mint402_waiting_blocks{chain="base-sepolia"} `,
		`mint402_unsimulated_total{chain="base-sepolia"} 0`,
		`mint402_account_nonces_total{chain="base-sepolia",what="lost"} 0`,
		`mint402_head_age_seconds{chain="base-sepolia"} `,
		`mint402_requests_total{method="GET",route="/mint",status="200"} 1`,
		`mint402_requests_total{method="GET",route="/mint",status="402"} 2`,
		`mint402_requests_total{method="GET",route="none",status="404"} 2`,
		`mint402_requests_total{method="HEAD",route="none",status="405"} 1`,
		`mint402_requests_total{method="PUT",route="none",status="405"} 1`,
		`go_goroutines `,
	} {
		if !strings.Contains(string(a.Body), "\n"+line) {
			t.Errorf("no %s in\n%s", line, grep(string(a.Body), "mint402"))
		}
	}
	for i := range 50 { // what a stranger asks for makes no new series
		w.Get(fmt.Sprintf("/launches/x%d", i), nil).Wants(404)
		w.Get(fmt.Sprintf("/x%d", i), nil).Wants(404)
	}
	w.SetAhead(time.Minute)
	a = w.Get("/metrics", nil).Wants(200)
	if n := strings.Count(grep(string(a.Body), "mint402_requests_total{"), "\n"); n > 12 {
		t.Errorf("%d series", n)
	}
}

func grep(text, what string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if strings.Contains(line, what) {
			b.WriteString(line)
		}
	}
	return b.String()
}

func TestAPausedLaunchMakesNoServerUnready(t *testing.T) {
	w := open(t, servertest.Sale{AnotherListing: true})
	w.OnChain(func() error { _, err := w.Node.Pause(w.Ctx, w.Launch.Token, w.Owner); return err })
	w.Eventually("noticed", func() bool { return len(w.Engine.Faults("ping")) > 0 })
	w.Get("/launches/ping/mint", nil).Wants(503)
	w.Get("/launches/pong/mint", nil).Wants(402)
	w.Get("/mint", nil).Wants(402)
	r := servertest.Decode[api.Readiness](w.Get("/readyz", nil).Wants(200))
	if !r.Ready || len(r.Reasons) > 0 || len(r.Launches) != 2 || r.Launches[0].Ready || r.Launches[0].Reasons[0].Code != "launch_paused" || !r.Launches[1].Ready {
		t.Errorf("%+v", r)
	}
	if r := servertest.Decode[api.Readiness](w.Get("/readyz?launch=ping", nil).Wants(503).Has("Retry-After", "2")); r.Ready || r.Reasons[0].Code != "launch_paused" {
		t.Errorf("of the paused one: %+v", r)
	}
	if r := servertest.Decode[api.Readiness](w.Get("/readyz?launch=pong", nil).Wants(200)); !r.Ready {
		t.Errorf("of the other: %+v", r)
	}
	w.Get("/readyz?launch=none", nil).Wants(404)
	w.Get("/readyz?launch=ping&launch=ping", nil).Wants(400)
	w.Get("/readyz?Launch=ping", nil).Wants(400)
	if l := servertest.Decode[api.Launch](w.Get("/launches/ping", nil).Wants(200)); l.Ready || l.Reasons[0].Code != "launch_paused" {
		t.Errorf("%+v", l)
	}
	metrics := string(w.Get("/metrics", nil).Wants(200).Body)
	for _, line := range []string{`ready 1`, `ready{launch="ping"} 0`, `ready{launch="pong"} 1`, `fault{chain="base-sepolia",code="launch_paused",launch="ping"} 1`} {
		if !strings.Contains(metrics, "\nmint402_"+line+"\n") {
			t.Errorf("no %s in\n%s", line, grep(metrics, "mint402_"))
		}
	}
}
