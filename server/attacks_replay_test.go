package server_test

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server"
	"github.com/mint402/mint402/x402"
)

// replays is every way to ask for the launch with the payment: either path, either
// method, either version's clothes.
func (w *world) replays(s x402.Signed) (ways []func() answer) {
	for _, path := range []string{"/mint", "/launches/ping/mint"} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			for _, p := range []x402.Signed{s, w.redress(s, 1)} {
				ways = append(ways, func() answer { return w.do(method, path, paid(p)) })
			}
		}
	}
	return ways
}

func TestAThousandCopiesAtOnceAndAThousandAfterARestartAreOneMint(t *testing.T) {
	w := open(t, sale{})
	k := w.payer(100)
	s := w.sign(k, "/mint", 2)
	ways := w.replays(s)
	const copies = 1000
	gate := make(chan struct{})
	var answers []func() answer
	for i := range copies {
		answers = append(answers, w.meanwhile(func() answer {
			<-gate
			return ways[i%len(ways)]()
		}))
	}
	close(gate)
	var first server.Receipt
	for i, answer := range answers {
		r := decode[server.Receipt](answer().wants(200))
		r.State, r.Final = "", false // becomes final meanwhile
		if i == 0 {
			first = r
		}
		if r != first {
			t.Fatalf("receipts differ:\n%+v\n%+v", r, first)
		}
	}
	w.seen()
	w.seen()
	w.seen()
	w.eventually("final", func() bool { o := w.order(s); return o.Final })

	w.restart()
	var body []byte
	for i := range copies {
		a := ways[i%len(ways)]().wants(200)
		if i == 0 {
			body = a.body
		}
		if !bytes.Equal(a.body, body) {
			t.Fatalf("receipts differ:\n%s\n%s", a.body, body)
		}
	}
	if r := decode[server.Receipt](ways[0]()); r.Transaction != first.Transaction || r.PaymentID != first.PaymentID || !r.Final {
		t.Errorf("%+v after a restart, %+v before", r, first)
	}
	events, err := w.store.Events(w.ctx, "ping", 10)
	w.must(err)
	if len(events) != 1 || events[0].Kind != mint.EventMinted || w.orders() != 1 || w.tokens(account(k)) != 1 || w.usdc(account(k)) != 1_000_000-price {
		t.Errorf("%d events, %d orders, %d allotments, %d USDC left", len(events), w.orders(), w.tokens(account(k)), w.usdc(account(k)))
	}
}

// deaf is a node that takes every transaction, and whose answer to that is lost.
type deaf struct {
	mint.Chain
	sent atomic.Int64
}

func (d *deaf) Send(ctx context.Context, raw []byte) error {
	d.sent.Add(1)
	return errors.Join(errors.New("i/o timeout"), d.Chain.Send(ctx, raw))
}

func TestATimeoutAfterTheNodeTookItIsNeverA402(t *testing.T) {
	d := &deaf{}
	w := open(t, sale{wait: brief, chain: func(c mint.Chain) mint.Chain { d.Chain = c; return d }})
	w.mining.Store(false)
	k := w.payer(100)
	s := w.sign(k, "/mint", 2)
	ways := w.replays(s)
	w.eventually("sent", func() bool {
		for _, way := range ways {
			way().wants(202).lacks("PAYMENT-REQUIRED")
		}
		return d.sent.Load() > 0
	})
	w.restart()
	for _, way := range ways {
		a := way().wants(202).lacks("PAYMENT-REQUIRED")
		if got := a.settle(); got.Success || got.ErrorReason != x402.ReasonPending {
			t.Errorf("%+v", got)
		}
	}
	w.mining.Store(true)
	w.eventually("minted", func() bool { o := w.order(s); return o.State().Sold() })
	for _, way := range ways {
		way().wants(200)
	}
	if w.tokens(account(k)) != 1 || w.usdc(account(k)) != 1_000_000-price || w.orders() != 1 {
		t.Errorf("%d allotments, %d USDC left, %d orders", w.tokens(account(k)), w.usdc(account(k)), w.orders())
	}
}

func TestNothingIsHandedOverBeforeTheMintIsMined(t *testing.T) {
	w := open(t, sale{wait: brief})
	w.mining.Store(false)
	k := w.payer(100)
	s := w.sign(k, "/mint", 2)
	for range 3 {
		a := w.pay("/mint", s).wants(202)
		if r := decode[server.Receipt](a); r.Final || r.Block != 0 || r.State.Sold() || a.settle().Success {
			t.Errorf("before a block has it: %s", a.body)
		}
	}
	// A client that leaves without reading the answer changes nothing.
	conn, err := net.Dial("tcp", strings.TrimPrefix(w.url, "http://"))
	w.must(err)
	_, err = conn.Write([]byte("GET /mint HTTP/1.1\r\nHost: x\r\n" + s.Header + ": " + s.Value + "\r\n\r\n"))
	w.must(err)
	w.must(conn.Close())
	if w.tokens(account(k)) != 0 || w.usdc(account(k)) != 1_000_000 {
		t.Errorf("%d allotments, %d USDC left", w.tokens(account(k)), w.usdc(account(k)))
	}
	w.mining.Store(true)
	w.eventually("minted", func() bool { o := w.order(s); return o.State().Sold() })
	if a := w.pay("/mint", s).wants(200); !a.settle().Success || w.tokens(account(k)) != 1 {
		t.Errorf("%s", a.body)
	}
}

// TestNothingThatAPaymentOrALaunchNamesIsFetched counts who calls at the address
// that every URL in sight has.
func TestNothingThatAPaymentOrALaunchNamesIsFetched(t *testing.T) {
	lure, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var calls atomic.Int64
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := lure.Accept()
			if err != nil {
				return
			}
			calls.Add(1)
			conn.Close()
		}
	}()
	url := "http://" + lure.Addr().String()
	w := open(t, sale{edit: func(l *mint.Launch) {
		l.ContractURI, l.Image, l.Description = url+"/contract", url+"/image", url+"/description"
	}})
	k := w.payer(1000)
	for i, version := range []int{2, 2, 1} {
		s := w.bend(w.sign(k, "/mint", version), func(o object) {
			o["resource"] = object{"url": url + "/resource", "description": url, "mimeType": url}
			o["extensions"] = object{"webhook": url, "facilitator": object{"url": url + "/settle"}, "callback": []string{url}}
			if accepted, ok := o["accepted"].(object); ok {
				accepted["extra"].(object)["facilitator"], accepted["extra"].(object)["callback"] = url, url
			}
		})
		h := paid(s)
		for _, name := range []string{"Referer", "Origin", "X-Callback-URL", "X-Facilitator", "Forwarded", "X-Forwarded-Host"} {
			h[name] = url
		}
		if a := w.do(http.MethodPost, []string{"/mint", "/mint?utm_url=" + url + "&ref=" + url, "/mint?utm_image=" + url}[i], h); a.status != 200 {
			t.Errorf("%d %s", a.status, a.body)
		}
	}
	for _, path := range []string{"/", "/mint", "/launches", "/launches/ping"} {
		w.get(path, browser)
		w.get(path, nil)
	}
	w.must(lure.Close())
	<-done
	if n := calls.Load(); n != 0 {
		t.Errorf("%d calls of an address that only strangers name", n)
	}
}
