package server_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/big"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/proof"
	"github.com/mint402/mint402/server"
	"github.com/mint402/mint402/server/checkout"
	"github.com/mint402/mint402/server/servertest"
)

// everybody is a chain on which every account without code has money for
// everything, so that what is measured is ours.
type everybody struct{ mint.Chain }

func (everybody) Inspect(_ context.Context, _ mint.Launch, keys []mint.PayerKey, _ uint64) ([]mint.Payer, error) {
	payers := make([]mint.Payer, len(keys))
	for i := range payers {
		payers[i].Balance = big.NewInt(1e12)
	}
	return payers, nil
}

// bench is a server that only says what is wrong, and an engine that claims and
// sends nothing.
func bench(b *testing.B, configure ...func(*server.Server)) *world {
	w := open(b, servertest.Sale{Cap: 1 << 30, Limit: 10, Settings: mint.Settings{Queue: 1 << 30},
		Chain: func(c mint.Chain) mint.Chain { return everybody{c} },
		Configure: func(s *server.Server) {
			s.Wait = time.Nanosecond
			s.Presenter.Log = slog.New(slog.DiscardHandler)
			for _, more := range configure {
				more(s)
			}
		}})
	w.Stop()
	w.Engine.Log = slog.New(slog.DiscardHandler)
	w.Must(w.Engine.Open(context.Background()))
	w.Must(w.Engine.Step(context.Background()))
	b.Cleanup(w.GoOn)
	return w
}

// pipeline sends what next returns over some connections, so many requests at a
// time, and reads answers that begin with a status until each is answered.
func (w *world) pipeline(status string, conns, depth, total int, next func(i int) []byte) {
	w.Helper()
	var sent atomic.Int64
	var wg sync.WaitGroup
	for range conns {
		wg.Add(1)
		go func() {
			defer wg.Done()
			c, err := net.Dial("tcp", strings.TrimPrefix(w.URL, "http://"))
			if err != nil {
				w.Error(err)
				return
			}
			defer c.Close()
			var out []byte
			in := make([]byte, 64<<10)
			for {
				out = out[:0]
				n := 0
				for ; n < depth; n++ {
					i := int(sent.Add(1)) - 1
					if i >= total {
						break
					}
					out = append(out, next(i)...)
				}
				if n == 0 {
					return
				}
				if _, err := c.Write(out); err != nil {
					w.Error(err)
					return
				}
				for have := ""; n > 0; {
					k, err := c.Read(in)
					if err != nil {
						w.Error(err)
						return
					}
					have += string(in[:k])
					n -= strings.Count(have, "HTTP/1.1 ")
					if found := strings.Count(have, "HTTP/1.1 "); found != strings.Count(have, "HTTP/1.1 "+status) {
						w.Errorf("%.200s", have)
						return
					}
					have = have[max(0, strings.LastIndex(have, "HTTP/1.1 ")+len("HTTP/1.1 ")):]
					have = have[max(0, len(have)-8):]
				}
			}
		}()
	}
	wg.Wait()
}

func BenchmarkPrice(b *testing.B) {
	for _, depth := range []int{1, 16} {
		b.Run(fmt.Sprintf("pipelined=%d", depth), func(b *testing.B) {
			w := bench(b)
			request := []byte("GET /mint HTTP/1.1\r\nHost: x\r\n\r\n")
			b.ReportAllocs()
			b.ResetTimer()
			w.pipeline("402", 16, depth, b.N, func(int) []byte { return request })
		})
	}
}

// BenchmarkChallenge is the part of a 402 that is made for each request.
func BenchmarkChallenge(b *testing.B) {
	w := bench(b)
	r := &checkout.Request{Launch: w.Launch, Quantity: 1, Path: "/mint", Method: "GET"}
	var header []byte
	b.ReportAllocs()
	for b.Loop() {
		var err error
		header, _, err = w.Server.Seller().AppendChallenge(header[:0], r)
		w.Must(err)
	}
}

// BenchmarkPriceWithAnOffer is BenchmarkPrice with a signed offer in the 402.
func BenchmarkPriceWithAnOffer(b *testing.B) {
	w := bench(b, func(s *server.Server) {
		var err error
		if s.Presenter.Proofs, err = proof.NewIssuer(proof.StyleJWS, s.Presenter.PublicURL, servertest.Key(b)); err != nil {
			b.Fatal(err)
		}
	})
	request := []byte("GET /mint HTTP/1.1\r\nHost: x\r\n\r\n")
	b.ReportAllocs()
	b.ResetTimer()
	w.pipeline("402", 16, 16, b.N, func(int) []byte { return request })
}

func BenchmarkPaid(b *testing.B) {
	w := bench(b)
	asked := w.Get("/mint", nil).Wants(402)
	requests := make([][]byte, b.N)
	for i := range requests {
		s := w.Signed(servertest.Key(b), asked, 2)
		requests[i] = []byte("GET /mint HTTP/1.1\r\nHost: x\r\n" + s.Header + ": " + s.Value + "\r\n\r\n")
	}
	b.ReportAllocs()
	b.ResetTimer()
	w.pipeline("202", 64, 1, b.N, func(i int) []byte { return requests[i] })
}

// BenchmarkForged sends payments that somebody else than the payer signed.
func BenchmarkForged(b *testing.B) {
	w := bench(b)
	asked := w.Get("/mint", nil).Wants(402)
	var requests [64][]byte
	for i := range requests {
		s := w.bend(w.Signed(servertest.Key(b), asked, 2), func(o object) {
			authorization(o)["from"] = servertest.Account(servertest.Key(b)).Hex()
		})
		requests[i] = []byte("GET /mint HTTP/1.1\r\nHost: x\r\n" + s.Header + ": " + s.Value + "\r\n\r\n")
	}
	b.ReportAllocs()
	b.ResetTimer()
	w.pipeline("402", 64, 1, b.N, func(i int) []byte { return requests[i%len(requests)] })
}
