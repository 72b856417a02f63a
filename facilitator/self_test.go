package facilitator_test

import (
	"context"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mint402/mint402/facilitator"
	"github.com/mint402/mint402/mint"
	. "github.com/mint402/mint402/server/servertest"
	"github.com/mint402/mint402/store"
	"github.com/mint402/mint402/x402"
)

// TestAServerThatNamesItselfAsItsFacilitatorEndsAtTheFirstRequest: the payment is refused within a
// moment, and is not held until its window ends.
func TestAServerThatNamesItselfAsItsFacilitatorEndsAtTheFirstRequest(t *testing.T) {
	var target atomic.Pointer[url.URL] // known once the server listens
	itself := httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target.Load()) }})
	t.Cleanup(itself.Close)
	nowhere, _ := url.Parse("http://127.0.0.1:1")
	target.Store(nowhere)
	m := &market{}
	m.World = Open(t, Sale{Minter: true, Wait: 20 * time.Millisecond, Engine: func(e *mint.Engine, db *store.Store) {
		var err error
		network, _ := x402.NetworkByName("base-sepolia")
		if m.list, err = facilitator.NewList(network, []facilitator.Config{{Name: "itself", URL: itself.URL + "/facilitator"}}, e.Clock); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(m.list.Close)
		m.relay = m.newRelay(e, db, facilitator.ByThem)
		if err := m.relay.Load(context.Background()); err != nil {
			t.Fatal(err)
		}
		e.Facilitators = m.relay
	}})
	at, err := url.Parse(m.URL)
	m.Must(err)
	target.Store(at)
	m.Must(m.list.Check(m.Ctx))
	m.run(m.relay)
	k := m.Payer(100)
	m.Eventually("it quotes a price", func() bool { m.MineOne(); return m.Get("/mint", nil).Status == 402 })
	s := m.Sign(k, "/mint", 2)
	m.Pay("/mint", s).Wants(202)
	m.Eventually("parked", func() bool { o := m.Order(s); return o.State() == mint.Parked })
	if asked := m.list.Status()[0].Outcomes; asked["unknown"] != 0 || asked["settled"] != 0 {
		t.Errorf("outcomes %v", asked)
	}
	if m.USDC(Account(k)) != 1_000_000 {
		t.Error("charged")
	}
}
