package server_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server"
)

func TestALaunchIsShownWithItsTermsAndFigures(t *testing.T) {
	w := open(t, sale{cap: 4, limit: 2, closes: time.Hour, anotherListing: true})
	w.pay("/mint", w.sign(w.payer(10), "/mint", 2)).wants(200)
	all := decode[server.Launches](w.get("/launches", nil).wants(200)).Launches
	one := decode[server.Launch](w.get("/launches/ping", nil).wants(200))
	if len(all) != 2 || all[0].Slug != "ping" || all[1].Slug != "pong" {
		t.Fatalf("%+v", all)
	}
	if one.Name != "Ping" || one.Symbol != "PING" || one.Token.Address != w.launch.Token || one.Network != "eip155:84532" || one.ChainID != 84532 ||
		one.Asset.Symbol != "USDC" || one.Asset.Decimals != 6 || one.Price != (server.Price{Amount: "100000", Formatted: "0.10"}) ||
		one.Allotment != "5000" || one.AllotmentBase != "5000000000000000000000" || one.Cap != (server.Cap{Allotments: 4, Tokens: "20000"}) ||
		one.Sold != 1 || one.Reserved != 0 || one.Left != 3 || one.Limit != 2 || one.OpensAt != nil || one.ClosesAt == nil ||
		!one.Open || one.SoldOut || one.Status != "open" || one.Treasury.Address != w.launch.Treasury || one.Owner.Address != w.owner ||
		one.MintURL != w.url+"/launches/ping/mint" || one.URL != w.url+"/launches/ping" || !strings.HasPrefix(one.Explorer, "https://") {
		t.Errorf("%+v", one)
	}
	if body := string(w.get("/launches/ping", nil).body); !strings.Contains(body, `"token":"`+w.launch.Token.Hex()+`"`) {
		t.Errorf("addresses are to be read by people, with their checksums: %s", body)
	}
	w.get("/launches/none", nil).wants(404).problem("not_found")
	w.get("/launches/%2e%2e", nil).wants(404).problem("not_found")
}

func TestAnOrderIsFoundByItsPaymentId(t *testing.T) {
	w := open(t, sale{})
	s := w.sign(w.payer(10), "/mint", 2)
	minted := decode[server.Receipt](w.pay("/mint", s).wants(200))
	if got := decode[server.Receipt](w.get("/orders/"+minted.PaymentID.String(), nil).wants(200)); got.PaymentID != minted.PaymentID || got.Transaction != minted.Transaction {
		t.Errorf("%+v, want %+v", got, minted)
	}
	w.get("/orders/"+common.HexToHash("0x01").Hex(), nil).wants(404).problem("not_found")
	for _, id := range []string{"0x", "x", minted.PaymentID.String()[:65], minted.PaymentID.String() + "0", "0x" + strings.Repeat("g", 64), strings.Repeat("0", 66), "%00"} {
		if f := w.get("/orders/"+id, nil).wants(400).problem("bad_request"); f.Field != "paymentId" {
			t.Errorf("%s: %+v", id, f)
		}
	}
}

func TestOrdersAreListedNewestFirstWithinBounds(t *testing.T) {
	w := open(t, sale{anotherListing: true})
	k := w.payer(100)
	var ids []mint.PaymentID
	for range 3 {
		s := w.sign(k, "/mint", 2)
		w.pay("/mint", s).wants(200)
		ids = append(ids, w.id(s))
	}
	w.pay("/mint", w.sign(w.payer(100), "/mint", 2)).wants(200)
	list := func(query string) []server.Receipt {
		t.Helper()
		return decode[server.Receipts](w.get("/orders"+query, nil).wants(200)).Orders
	}
	mine := list("?payer=" + account(k).Hex())
	if len(mine) != 3 || mine[0].PaymentID != ids[2] || mine[2].PaymentID != ids[0] {
		t.Errorf("%+v", mine)
	}
	if rest := list("?after=" + ids[1].String()); len(rest) != 1 || rest[0].PaymentID != ids[0] {
		t.Errorf("after the second: %+v", rest)
	}
	for query, want := range map[string]int{
		"": 4, "?launch=ping": 4, "?launch=pong": 0, "?limit=2": 2, "?state=parked": 0, "?limit=200": 4, "?utm=x": 4, "?utm_source=a&utm_source=b&fbclid=c&ref=d": 4,
		"?payer=" + strings.ToLower(account(k).Hex()) + "&launch=ping&limit=1": 1,
		"?payer=" + w.launch.Token.Hex():                                       0,
	} {
		if got := list(query); len(got) != want {
			t.Errorf("%q: %d orders, want %d", query, len(got), want)
		}
	}
	for query, field := range map[string]string{"?limit=0": "limit", "?limit=201": "limit", "?limit=-1": "limit", "?limit=x": "limit", "?limit=99999999999999999999": "limit",
		"?payer=0x12": "payer", "?payer=vitalik.eth": "payer", "?state=paid": "state", "?after=zz": "after",
		"?after=0x" + strings.Repeat("0", 64): "after", "?State=mined": "State", "?Payer=" + account(k).Hex(): "Payer", "?limit=1&LIMIT=2": "LIMIT",
		"?state=mined&state=parked": "state", "?launch=ping&utm_source=x&launch=ping": "launch"} {
		if f := w.get("/orders"+query, nil).wants(400).problem("bad_request"); f.Field != field {
			t.Errorf("%s: %+v", query, f)
		}
	}
	w.get("/orders?launch=none", nil).wants(404)
}

func TestReadinessSaysWhyNotAndWhereTheChainIs(t *testing.T) {
	w := open(t, sale{})
	r := decode[server.Readiness](w.get("/readyz", nil).wants(200))
	if !r.Ready || len(r.Reasons) != 0 || r.Nodes == nil || r.Head.Number == 0 || r.Head.Hash == (common.Hash{}) || r.Final.Number > r.Head.Number {
		t.Errorf("%+v", r)
	}
	w.ahead.Store(int64(10 * time.Minute))
	if r = decode[server.Readiness](w.get("/readyz", nil).wants(503)); r.Ready || r.Reasons[0].Code != "chain_stale" {
		t.Errorf("%+v", r)
	}
	w.get("/mint", nil).wants(503).problem("unavailable")
	w.get("/healthz", nil).wants(200)
}

func TestANodeThatIsSetAsideIsShownAndMakesNobodyUnready(t *testing.T) {
	w := open(t, sale{configure: func(s *server.Server) {
		s.Nodes = func() []server.Node {
			return []server.Node{{Host: "a.example", Head: 5, Reason: "cannot be reached"}, {Host: "b.example:8545", Ok: true, Head: 7}}
		}
	}})
	a := w.get("/readyz", nil).wants(200)
	want := `"nodes":[{"host":"a.example","ok":false,"head":5,"reason":"cannot be reached"},{"host":"b.example:8545","ok":true,"head":7}]`
	if r := decode[server.Readiness](a); !r.Ready || !strings.Contains(string(a.body), want) {
		t.Errorf("%s", a.body)
	}
	metrics := string(w.get("/metrics", nil).wants(200).body)
	for _, line := range []string{`node_up{node="a.example"} 0`, `node_up{node="b.example:8545"} 1`,
		`node_head_block{node="a.example"} 5`, `node_head_block{node="b.example:8545"} 7`, `ready 1`} {
		if !strings.Contains(metrics, "\nmint402_"+line+"\n") {
			t.Errorf("no %s in\n%s", line, grep(metrics, "mint402_"))
		}
	}
}

func TestMetricsCountWhatHappened(t *testing.T) {
	w := open(t, sale{})
	w.get("/mint", nil).wants(402)
	w.get("/nowhere", nil).wants(404)
	w.get("/nowhere/else", nil).wants(404)
	w.do("HEAD", "/mint", nil).wants(402)
	w.do("PUT", "/mint", nil).wants(405)
	w.pay("/mint", w.sign(w.payer(100), "/mint", 2)).wants(200)
	a := w.get("/metrics", nil).wants(200)
	for _, line := range []string{
		`mint402_orders{launch="ping",state="parked"} 0`,
		`mint402_allotments_sold{launch="ping"} 1`,
		`mint402_allotments_cap{launch="ping"} 1000`,
		`mint402_ready 1`,
		`mint402_queued_orders 0`,
		`mint402_refused_blocks 0`,
		`mint402_waiting_blocks `,
		`mint402_unsimulated_total 0`,
		`mint402_account_nonces_total{what="lost"} 0`,
		`mint402_head_age_seconds `,
		`mint402_requests_total{method="GET",route="/mint",status="200"} 1`,
		`mint402_requests_total{method="GET",route="/mint",status="402"} 2`,
		`mint402_requests_total{method="GET",route="none",status="404"} 2`,
		`mint402_requests_total{method="HEAD",route="/mint",status="402"} 1`,
		`mint402_requests_total{method="PUT",route="none",status="405"} 1`,
		`go_goroutines `,
	} {
		if !strings.Contains(string(a.body), "\n"+line) {
			t.Errorf("no %s in\n%s", line, grep(string(a.body), "mint402"))
		}
	}
	for i := range 50 { // what a stranger asks for makes no new series
		w.get(fmt.Sprintf("/launches/x%d", i), nil).wants(404)
		w.get(fmt.Sprintf("/x%d", i), nil).wants(404)
	}
	w.ahead.Store(int64(time.Minute))
	a = w.get("/metrics", nil).wants(200)
	if n := strings.Count(grep(string(a.body), "mint402_requests_total{"), "\n"); n > 12 {
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
	w := open(t, sale{anotherListing: true})
	w.onChain(func() error { _, err := w.node.Pause(w.ctx, w.launch.Token, w.owner); return err })
	w.eventually("noticed", func() bool { return len(w.engine.Faults("ping")) > 0 })
	w.get("/mint", nil).wants(503)
	w.get("/launches/pong/mint", nil).wants(402)
	r := decode[server.Readiness](w.get("/readyz", nil).wants(200))
	if !r.Ready || len(r.Reasons) > 0 || len(r.Launches) != 2 || r.Launches[0].Ready || r.Launches[0].Reasons[0].Code != "launch_paused" || !r.Launches[1].Ready {
		t.Errorf("%+v", r)
	}
	if r := decode[server.Readiness](w.get("/readyz?launch=ping", nil).wants(503).has("Retry-After", "2")); r.Ready || r.Reasons[0].Code != "launch_paused" {
		t.Errorf("of the paused one: %+v", r)
	}
	if r := decode[server.Readiness](w.get("/readyz?launch=pong", nil).wants(200)); !r.Ready {
		t.Errorf("of the other: %+v", r)
	}
	w.get("/readyz?launch=none", nil).wants(404)
	if l := decode[server.Launch](w.get("/launches/ping", nil).wants(200)); l.Ready || l.Reasons[0].Code != "launch_paused" {
		t.Errorf("%+v", l)
	}
	metrics := string(w.get("/metrics", nil).wants(200).body)
	for _, line := range []string{`ready 1`, `ready{launch="ping"} 0`, `ready{launch="pong"} 1`, `fault{code="launch_paused",launch="ping"} 1`} {
		if !strings.Contains(metrics, "\nmint402_"+line+"\n") {
			t.Errorf("no %s in\n%s", line, grep(metrics, "mint402_"))
		}
	}
}
