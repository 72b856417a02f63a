package server_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/server"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/server/servertest"
	"github.com/mint402/mint402/source"
)

func TestThePageCallsASourceVerifiedOnceAServiceShowsIt(t *testing.T) {
	var mu sync.Mutex
	var states []source.State
	w := open(t, servertest.Sale{Configure: func(s *server.Server) {
		s.Presenter.Chains[0].Sources = func(token common.Address) []source.State { mu.Lock(); defer mu.Unlock(); return states }
	}})
	d := w.described()
	set := func(all ...source.State) { mu.Lock(); defer mu.Unlock(); states = all }
	check := func(what string, verified bool, link string) {
		t.Helper()
		text := page(w.Get("/l/ping", browser).Wants(200))
		if strings.Contains(text, "source verified") != verified || !strings.Contains(text, link) {
			t.Errorf("%s: the page says verified: %t, and has %q: %t", what, !verified, link, strings.Contains(text, link))
		}
		answer := w.Get("/launches/ping", nil).Wants(200)
		d.meets("/launches/{slug}", "get", answer)
		if l := servertest.Decode[api.Launch](answer); (l.Source != nil && l.Source.Verified) != verified {
			t.Errorf("%s: %+v", what, l.Source)
		}
		if strings.Contains(string(answer.Body), "words of the service") {
			t.Errorf("%s: a service's words are public", what)
		}
	}
	check("no service", false, "on Sourcify</a>")
	waiting := source.State{Title: "Sourcify", Service: "https://s.example", Status: source.Waiting, Error: "words of the service", Failures: 3}
	for _, status := range []source.Status{source.Waiting, source.Submitted, source.Failed} {
		waiting.Status = status
		set(waiting)
		check(string(status), false, "on Sourcify</a>")
	}
	verified := source.State{Title: "Etherscan", Service: "https://e.example", Status: source.Verified, Match: source.Same, URL: "https://e.example/address/0x1#code", VerifiedAt: time.Unix(1, 0)}
	set(waiting, verified)
	check("one of two", true, `<a href="https://e.example/address/0x1#code" rel="noopener noreferrer">source verified</a> by Etherscan`)
	verified.URL = "" // no explorer is known
	set(verified)
	check("without a page", true, "<dd>source verified by Etherscan</dd>")
	verified.URL = "javascript:alert(1)"
	set(verified)
	check("a URL that is none", true, `<a href="#ZgotmplZ"`)
}
