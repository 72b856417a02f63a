package server_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/server/servertest"
	"github.com/mint402/mint402/server/settle"
	"github.com/mint402/mint402/x402"
)

// openTwo starts a server with two chains. Both have a launch of the same terms at the same address.
func openTwo(t testing.TB, a, b servertest.Sale) (first, second *world) {
	t.Helper()
	all := servertest.OpenChains(t, a, b)
	first, second = &world{all[0]}, &world{all[1]}
	if first.Launch.Token != second.Launch.Token || first.Launch.ChainID == second.Launch.ChainID {
		t.Fatalf("two launches are at %s on chain %d, and at %s on chain %d", first.Launch.Token, first.Launch.ChainID, second.Launch.Token, second.Launch.ChainID)
	}
	return first, second
}

func stale(faults []mint.Fault) bool {
	return slices.ContainsFunc(faults, func(f mint.Fault) bool { return f.Code == "chain_stale" })
}

func mintPath(w *world) string { return "/launches/" + w.Launch.Slug + "/mint" }

func TestEachOfTwoChainsNamesItsOwnPriceAndMintsWhatIsPaidThere(t *testing.T) {
	a, b := openTwo(t, servertest.Sale{}, servertest.Sale{})
	for _, w := range []*world{a, b} {
		k := w.Payer(100)
		s := w.Sign(k, mintPath(w), 2)
		required, err := x402.ParsePaymentRequired(w.Get(mintPath(w), nil).Wants(402).Header, nil)
		w.Must(err)
		if got := required.Quotes[0].Requirement.Network; got != x402.CAIP2(w.Launch.ChainID) {
			t.Errorf("the price of %s is on %s", w.Launch.Slug, got)
		}
		answer := w.Pay(mintPath(w), s).Wants(200)
		if got := answer.Settle().Network; got != x402.CAIP2(w.Launch.ChainID) {
			t.Errorf("%s is paid on %s", w.Launch.Slug, got)
		}
		if held := w.USDC(w.Launch.Token); held != servertest.Price {
			t.Errorf("%s has %d", w.Launch.Slug, held)
		}
		w.Eventually("one order on the chain", func() bool { return w.Orders() == 1 })
	}
}

func TestAPaymentForALaunchOfOneChainBuysNothingOnAnother(t *testing.T) {
	a, b := openTwo(t, servertest.Sale{}, servertest.Sale{})
	k := a.Payer(100)
	_, err := b.Net.GiveUSDC(servertest.Account(k), a.Launch.Total(5))
	b.Must(err)
	_, err = b.Net.Mine()
	b.Must(err)
	for version := 1; version <= 2; version++ {
		s := a.Sign(k, mintPath(a), version)
		answer := b.Pay(mintPath(b), s).Wants(409)
		answer.Problem("conflict")
		answer.Lacks(x402.HeaderPaymentRequired)
		if a.Orders()+b.Orders() != version-1 {
			t.Fatalf("version %d: %d orders on the one, %d on the other", version, a.Orders(), b.Orders())
		}
		// What is paid goes on where it belongs, and the default launch finds it by its chain.
		a.Pay("/mint", s).Wants(200)
		if o := a.Order(s); o.Launch != a.Launch.Slug {
			t.Errorf("it bought %s", o.Launch)
		}
		b.Pay(mintPath(b), s).Wants(409)
	}
	s := b.Sign(k, mintPath(b), 2)
	b.Pay("/mint", s).Wants(200)
	if o := b.Order(s); o.Launch != b.Launch.Slug || b.Orders() != 1 {
		t.Errorf("it bought %s, of %d", o.Launch, b.Orders())
	}
}

func TestOneChainsTroubleIsThatChainsAlone(t *testing.T) {
	a, b := openTwo(t, servertest.Sale{}, servertest.Sale{})
	k := a.Payer(100)
	s := b.Sign(b.Payer(100), mintPath(b), 2)
	b.SetAhead(time.Hour) // its newest block is an hour old
	b.Get(mintPath(b), nil).Wants(503).Problem("unavailable")
	b.Pay(mintPath(b), s).Wants(503)
	a.Pay(mintPath(a), a.Sign(k, mintPath(a), 2)).Wants(200)

	r := servertest.Decode[api.Readiness](a.Get("/readyz", nil).Wants(200))
	if !r.Ready || len(r.Reasons) > 0 || len(r.Chains) != 2 || r.ChainState != nil {
		t.Fatalf("%+v", r)
	}
	if one, two := r.Chains[0], r.Chains[1]; one.Network != "eip155:84532" || !one.Ready || two.Network != "eip155:43113" || two.Name != "avalanche-fuji" || two.Ready || !stale(two.Reasons) {
		t.Errorf("%+v", r.Chains)
	}
	for _, l := range r.Launches {
		if l.Ready != (l.Slug == a.Launch.Slug) {
			t.Errorf("%+v", l)
		}
	}
	for name, want := range map[string]int{"base-sepolia": 200, "eip155:84532": 200, "84532": 200, "avalanche-fuji": 503, "eip155:43113": 503, "43113": 503} {
		r := servertest.Decode[api.Readiness](a.Get("/readyz?chain="+name, nil).Wants(want))
		if len(r.Launches) != 1 || r.ChainState == nil || r.Head.Number == 0 || r.Chains != nil || r.Ready != (want == 200) {
			t.Errorf("%s: %+v", name, r)
		}
	}
	for _, name := range []string{"base", "eip155:1", "84532.0", "043113", "x"} {
		if f := a.Get("/readyz?chain="+name, nil).Wants(400).Problem("bad_request"); f.Field != "chain" {
			t.Errorf("%+v", f)
		}
	}
	a.Get("/readyz?chain=84532&launch="+b.Launch.Slug, nil).Wants(404)
	a.Get("/readyz?chain=84532&chain=84532", nil).Wants(400)
	if r := servertest.Decode[api.Readiness](a.Get("/readyz?launch="+b.Launch.Slug, nil).Wants(503)); !stale(r.Reasons) {
		t.Errorf("%+v", r)
	}
	text := string(a.Get("/metrics", nil).Wants(200).Body)
	for _, line := range []string{"ready 1", `ready{chain="base-sepolia"} 1`, `ready{chain="avalanche-fuji"} 0`, `ready{launch="ping"} 1`, `ready{launch="ping-43113"} 0`} {
		if !strings.Contains(text, "\nmint402_"+line+"\n") {
			t.Errorf("no %s in\n%s", line, grep(text, "mint402_ready"))
		}
	}
	a.SetAhead(time.Hour)
	if r := servertest.Decode[api.Readiness](a.Get("/readyz", nil).Wants(503)); r.Ready || !stale(r.Chains[0].Reasons) || !stale(r.Chains[1].Reasons) || !stale(r.Reasons) {
		t.Errorf("%+v", r)
	}
	a.SetAhead(0)
	b.SetAhead(0)
	b.Seen()
	b.Pay(mintPath(b), s).Wants(200)
}

func TestAChainWithoutALaunchDoesNotMakeAServerReady(t *testing.T) {
	a, b := openTwo(t, servertest.Sale{}, servertest.Sale{})
	a.Must(a.Store.Arrange(a.Ctx, func(m *mint.Arrangement) error { m.Delisted = []string{b.Launch.Slug}; return nil }))
	a.SetAhead(time.Hour)
	r := servertest.Decode[api.Readiness](a.Get("/readyz", nil).Wants(503))
	if r.Chains[0].Ready || !r.Chains[1].Ready {
		t.Errorf("%+v", r.Chains)
	}
}

func TestAChainWhoseLaunchIsNotOnSaleSaysWhy(t *testing.T) {
	a, b := openTwo(t, servertest.Sale{}, servertest.Sale{})
	why := "launch not put on sale: its minter is another"
	a.Server.Presenter.Chains[1].Unlisted = func() string { return why }
	if r := servertest.Decode[api.Readiness](a.Get("/readyz?chain=43113", nil).Wants(200)); len(r.Reasons) != 0 {
		t.Errorf("while it sells another: %+v", r)
	}
	a.Must(a.Store.Arrange(a.Ctx, func(m *mint.Arrangement) error { m.Delisted = []string{b.Launch.Slug}; return nil }))
	if r := servertest.Decode[api.Readiness](a.Get("/readyz?chain=43113", nil).Wants(503)); len(r.Reasons) != 1 || r.Reasons[0].Code != "launch_not_on_sale" || r.Reasons[0].Detail != why {
		t.Errorf("%+v", r)
	}
	r := servertest.Decode[api.Readiness](a.Get("/readyz", nil).Wants(200))
	if !r.Chains[0].Ready || r.Chains[1].Ready {
		t.Errorf("%+v", r.Chains)
	}
}

func TestTheFiguresOfTwoChainsDoNotCollide(t *testing.T) {
	a, b := openTwo(t, servertest.Sale{}, servertest.Sale{})
	for range 3 {
		b.Seen()
	}
	text := string(a.Get("/metrics", nil).Wants(200).Body)
	for _, name := range []string{"head_block", "final_block", "queued_orders", "unsimulated_total", "refused_blocks"} {
		for _, chain := range []string{"base-sepolia", "avalanche-fuji"} {
			if n := strings.Count(text, "\nmint402_"+name+`{chain="`+chain+`"} `); n != 1 {
				t.Errorf("%s of %s is there %d times", name, chain, n)
			}
		}
	}
}

func TestAReceiptsLinksNetworkAndFinalityAreOfItsOwnChain(t *testing.T) {
	a, b := openTwo(t, servertest.Sale{Wait: 30 * time.Second}, servertest.Sale{})
	s := b.Sign(b.Payer(100), mintPath(b), 2)
	b.Pay(mintPath(b), s).Wants(200)
	path := "/orders/" + b.ID(s).String()
	for range 6 { // only the other chain goes on
		a.Seen()
	}
	r := servertest.Decode[api.Receipt](b.Get(path, nil).Wants(200))
	network, _ := x402.NetworkByChainID(servertest.OtherChainID)
	if r.Network != "eip155:43113" || r.Final || r.State != mint.Mined || r.Explorer != network.Explorer+"/tx/"+r.Transaction {
		t.Errorf("%+v", r)
	}
	for range 4 {
		b.Seen()
	}
	b.Eventually("final", func() bool { return servertest.Decode[api.Receipt](b.Get(path, nil).Wants(200)).Final })
	page := string(b.Get("/r/"+b.ID(s).String(), servertest.Header{"Accept": "text/html", "User-Agent": "Mozilla/5.0"}).Wants(200).Body)
	if !strings.Contains(page, network.Explorer+"/tx/"+r.Transaction) || strings.Contains(page, "sepolia.basescan.org") || !strings.Contains(page, network.Title) {
		t.Error("the receipt's page has the links of another chain")
	}
	l := servertest.Decode[api.Launch](b.Get("/launches/"+b.Launch.Slug, nil).Wants(200))
	if l.Network != "eip155:43113" || l.ChainID != servertest.OtherChainID || l.Explorer != network.Explorer+"/address/"+l.Token.Hex() {
		t.Errorf("%+v", l)
	}
	if books := servertest.Decode[api.Solvency](b.Get("/launches/"+b.Launch.Slug+"/solvency", nil).Wants(200)); books.Mints != 1 || len(books.Differences) > 0 {
		t.Errorf("%+v", books)
	}
	if books := servertest.Decode[api.Solvency](a.Get("/launches/"+a.Launch.Slug+"/solvency", nil).Wants(200)); books.Mints != 0 {
		t.Errorf("%+v", books)
	}
}

func TestFeedsTellOfChangesOnEveryChain(t *testing.T) {
	a, b := openTwo(t, servertest.Sale{}, servertest.Sale{})
	for _, w := range []*world{a, b, a} {
		l := w.listen(w.Launch.Slug)
		told, err := l.next()
		w.Must(err)
		sold := told.Launch.Sold
		next := servertest.Decode[api.Events](w.Get("/events?limit=500", nil).Wants(200)).Next
		waiting := w.Meanwhile(func() servertest.Answer { return w.Get("/events?wait=25&after="+next, nil) })
		w.Pay(mintPath(w), w.Sign(w.Payer(100), mintPath(w), 2)).Wants(200)
		if e := servertest.Decode[api.Events](waiting().Wants(200)); len(e.Events) == 0 || e.Events[0].Data.Launch != w.Launch.Slug {
			t.Errorf("%+v", e)
		}
		for told.Launch.Sold == sold {
			told, err = l.next()
			w.Must(err)
		}
		if told.Launch.Sold != sold+1 {
			t.Errorf("%d are sold", told.Launch.Sold)
		}
		w.Must(l.conn.Close())
	}
	mints := servertest.Decode[api.Launches](a.Get("/launches", nil).Wants(200))
	if len(mints.Launches) != 2 || mints.Launches[0].Sold+mints.Launches[1].Sold != 3 {
		t.Errorf("%+v", mints.Launches)
	}
}

func TestAChangeOnAnyChainIsAnnounced(t *testing.T) {
	a, b := openTwo(t, servertest.Sale{}, servertest.Sale{})
	for _, w := range []*world{b, a, b} {
		s := w.Sign(w.Payer(100), mintPath(w), 2)
		w.Pay(mintPath(w), s).Wants(200)
		for range 5 {
			w.Seen()
		}
		w.Eventually("final", func() bool { return w.Order(s).Final })
		s = w.Sign(w.Payer(100), mintPath(w), 2)
		changed := w.Server.Presenter.Changed() // now nothing of the one before is left to change
		w.Pay(mintPath(w), s).Wants(200)
		select {
		case <-changed:
		case <-time.After(servertest.Bounded):
			t.Fatalf("a mint on chain %d was not announced", w.Launch.ChainID)
		}
	}
}

func TestTheFacilitatorSettlesOnEachChainAndOnNoOther(t *testing.T) {
	a, b := openTwo(t, servertest.Sale{}, servertest.Sale{})
	all := servertest.Decode[settle.Supported](a.Get("/facilitator/supported", nil).Wants(200))
	kinds := map[string]bool{}
	for _, k := range all.Kinds {
		kinds[k.Network] = true
	}
	for _, w := range []*world{a, b} {
		caip2 := x402.CAIP2(w.Launch.ChainID)
		if signers := all.Signers[caip2]; !kinds[caip2] || len(signers) != 1 || signers[0] != w.Engine.Senders[0].Hex() {
			t.Errorf("%s: %+v", caip2, all)
		}
		s := w.Sign(w.Payer(100), mintPath(w), 2)
		body := w.body(s, w.Launch, 1)
		if v := w.checks(body); !v.IsValid {
			t.Errorf("%+v", v)
		}
		if r := w.settles(body); !r.Success || r.Network != caip2 || w.Order(s).Launch != w.Launch.Slug {
			t.Errorf("%+v", r)
		}
	}
	// The address is a launch on both, and the requirement's network decides.
	s := a.Sign(a.Payer(100), mintPath(a), 2)
	before := b.Orders()
	r := servertest.Decode[x402.SettleResponse](b.Post("POST", "/facilitator/settle", b.body(s, b.Launch, 1), nil))
	if r.Success || b.Orders() != before {
		t.Errorf("a payment on one chain is settled on another: %+v", r)
	}
	foreign := b.body(s, b.Launch, 1, func(_, requirement fields) { requirement["network"] = "eip155:8453" })
	answer := b.Post("POST", "/facilitator/verify", foreign, nil).Wants(403)
	if v := servertest.Decode[settle.Verified](answer); v.IsValid || !strings.Contains(v.InvalidMessage, "eip155:84532 and eip155:43113") {
		t.Errorf("%+v", v)
	}
}

func TestPagesAndDocumentsNameTheNetworkOfEachLaunch(t *testing.T) {
	a, b := openTwo(t, servertest.Sale{}, servertest.Sale{})
	browser := servertest.Header{"Accept": "text/html", "User-Agent": "Mozilla/5.0"}
	home := string(a.Get("/", browser).Wants(200).Body)
	for _, title := range []string{"Base Sepolia", "Avalanche Fuji"} {
		if strings.Count(home, `<span class="network">`+title+`</span>`) != 1 {
			t.Errorf("no card of the home page is on %s", title)
		}
	}
	if !strings.Contains(home, `<span class="network">Base Sepolia, Avalanche Fuji</span>`) {
		t.Error("the home page does not name both networks")
	}
	for _, w := range []*world{a, b} {
		network, _ := x402.NetworkByChainID(w.Launch.ChainID)
		page := string(w.Get("/l/"+w.Launch.Slug, browser).Wants(200).Body)
		if !strings.Contains(page, `<span class="network">`+network.Title+`</span>`) || !strings.Contains(page, network.Explorer+"/address/"+w.Launch.Token.Hex()) {
			t.Errorf("the page of %s is not about its network", w.Launch.Slug)
		}
		text := string(w.Get("/llms.txt", nil).Wants(200).Body)
		if !strings.Contains(text, "("+w.Launch.Slug+") on "+network.Title) && !strings.Contains(text, "/l/"+w.Launch.Slug+") on "+network.Title) {
			t.Errorf("no network of %s in\n%s", w.Launch.Slug, text)
		}
		if !strings.Contains(text, network.Title+" ("+network.CAIP2()+")") {
			t.Errorf("no %s in\n%s", network.CAIP2(), text)
		}
	}
	k := b.Payer(100)
	b.Pay(mintPath(b), b.Sign(k, mintPath(b), 2)).Wants(200)
	network, _ := x402.NetworkByChainID(b.Launch.ChainID)
	var events api.Events
	b.Must(json.Unmarshal(b.Get("/events?limit=500", nil).Wants(200).Body, &events))
	for _, e := range events.Events {
		if w := map[string]*world{a.Launch.Slug: a, b.Launch.Slug: b}[e.Data.Launch]; e.Data.Network != x402.CAIP2(w.Launch.ChainID) {
			t.Errorf("an event is on the wrong network: %+v", e)
		}
	}
	b.Eventually("the newest mint is of its launch", func() bool {
		home := string(a.Get("/", browser).Wants(200).Body)
		return strings.Contains(home, `<a href="/l/`+b.Launch.Slug+`">`) && strings.Contains(home, network.Explorer+"/address/"+servertest.Account(k).Hex())
	})
}
