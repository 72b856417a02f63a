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
	"github.com/mint402/mint402/server/servertest"
)

// funds asks for test money with a body.
func (w *world) funds(body string) servertest.Answer {
	w.Helper()
	res, err := servertest.Client.Post(w.URL+"/demo/fund", "application/json", strings.NewReader(body))
	w.Must(err)
	return w.Answered(res)
}

func TestTheDemoGivesTestMoneyAFewTimes(t *testing.T) {
	var given atomic.Int64
	var failing atomic.Bool
	to := common.HexToAddress("0xabcdefabcdefabcdefabcdefabcdefabcdefabcd")
	w := open(t, servertest.Sale{Configure: func(s *server.Server) {
		s.Presenter.Demo, s.Fund = true, func(_ context.Context, a common.Address) error {
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
		w.funds(ask).Wants(500).Problem("internal")
	}
	failing.Store(false)
	if a := w.funds(ask).Wants(200); string(a.Body) != `{"address":"`+to.Hex()+`","usdc":"100.00"}` {
		t.Errorf("%s", a.Body)
	}
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if a := w.funds(ask); a.Status != 200 {
				a.Wants(http.StatusTooManyRequests).Problem("funded")
			}
		})
	}
	all.Wait()
	if given.Load() != 3 {
		t.Errorf("given %d times", given.Load())
	}
	for _, body := range []string{"", "{}", "[]", "null", `{"address":"0x12"}`, `{"address":"` + common.Address{}.Hex() + `"}`, `{"address":1}`, ask + ask, `{"address":"` + to.Hex() + `","amount":"1e9"}`, "address=" + to.Hex()} {
		w.funds(body).Wants(400).Problem("bad_request")
	}
	for name, value := range map[string]string{"Content-Encoding": "gzip", "Content-Type": "text/plain"} { // nothing is unpacked
		w.Post("POST", "/demo/fund", ask, servertest.Header{name: value}).Wants(http.StatusUnsupportedMediaType)
	}
	w.Get("/demo/fund", nil).Wants(405)
	w.Do("OPTIONS", "/demo/fund", servertest.Header{"Origin": "https://elsewhere.example"}).Wants(204).Has("Allow", "POST, OPTIONS")
}

func TestNobodyGivesMoneyOutsideTheDemo(t *testing.T) {
	w := open(t, servertest.Sale{})
	w.funds(`{"address":"0xabcdefabcdefabcdefabcdefabcdefabcdefabcd"}`).Wants(404).Problem("not_found")
}
