package server_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/server"
)

// funds asks for test money with a body.
func (w *world) funds(body string) answer {
	w.Helper()
	res, err := client.Post(w.url+"/demo/fund", "application/json", strings.NewReader(body))
	w.must(err)
	return w.answered(res)
}

func TestTheDemoGivesTestMoneyAFewTimes(t *testing.T) {
	var given atomic.Int64
	var failing atomic.Bool
	to := common.HexToAddress("0xabcdefabcdefabcdefabcdefabcdefabcdefabcd")
	w := open(t, sale{configure: func(s *server.Server) {
		s.Demo, s.Fund = true, func(_ context.Context, a common.Address) error {
			if failing.Load() {
				return errors.New("no block came")
			}
			if a != to {
				t.Errorf("given to %s", a)
			}
			given.Add(1)
			return nil
		}
	}})
	ask := `{"address":"` + strings.ToLower(to.Hex()) + `"}`
	failing.Store(true)
	for range 5 {
		w.funds(ask).wants(500).problem("internal")
	}
	failing.Store(false)
	if a := w.funds(ask).wants(200); string(a.body) != `{"address":"`+to.Hex()+`","usdc":"100.00"}` {
		t.Errorf("%s", a.body)
	}
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if a := w.funds(ask); a.status != 200 {
				a.wants(http.StatusTooManyRequests).problem("funded")
			}
		})
	}
	all.Wait()
	if given.Load() != 3 {
		t.Errorf("given %d times", given.Load())
	}
	for _, body := range []string{"", "{}", "[]", "null", `{"address":"0x12"}`, `{"address":"` + common.Address{}.Hex() + `"}`, `{"address":1}`, ask + ask, `{"address":"` + to.Hex() + `","amount":"1e9"}`, "address=" + to.Hex()} {
		w.funds(body).wants(400).problem("bad_request")
	}
	for name, value := range map[string]string{"Content-Encoding": "gzip", "Content-Type": "text/plain"} { // nothing is unpacked
		w.post("POST", "/demo/fund", ask, header{name: value}).wants(http.StatusUnsupportedMediaType)
	}
	w.get("/demo/fund", nil).wants(405)
	w.do("OPTIONS", "/demo/fund", header{"Origin": "https://elsewhere.example"}).wants(204).has("Allow", "POST, OPTIONS")
}

func TestNobodyGivesMoneyOutsideTheDemo(t *testing.T) {
	w := open(t, sale{})
	w.funds(`{"address":"0xabcdefabcdefabcdefabcdefabcdefabcdefabcd"}`).wants(404).problem("not_found")
}
