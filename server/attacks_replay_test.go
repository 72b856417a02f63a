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
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/server/servertest"
	"github.com/mint402/mint402/x402"
)

// replays is every way to ask for the launch with the payment: either path, either
// method, either version's clothes.
func (w *world) replays(s x402.Signed) (ways []func() servertest.Answer) {
	for _, path := range []string{"/mint", "/launches/ping/mint"} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			for _, p := range []x402.Signed{s, w.redress(s, 1)} {
				ways = append(ways, func() servertest.Answer { return w.Do(method, path, servertest.Paid(p)) })
			}
		}
	}
	return ways
}

func TestAThousandCopiesAtOnceAndAThousandAfterARestartAreOneMint(t *testing.T) {
	servertest.Long(t)
	w := open(t, servertest.Sale{})
	k := w.Payer(100)
	s := w.Sign(k, "/mint", 2)
	ways := w.replays(s)
	const copies = 1000
	gate := make(chan struct{})
	var answers []func() servertest.Answer
	for i := range copies {
		answers = append(answers, w.Meanwhile(func() servertest.Answer {
			<-gate
			return ways[i%len(ways)]()
		}))
	}
	close(gate)
	var first api.Receipt
	for i, answer := range answers {
		r := servertest.Decode[api.Receipt](answer().Wants(200))
		r.State, r.Final = "", false // becomes final meanwhile
		if i == 0 {
			first = r
		}
		if r != first {
			t.Fatalf("receipts differ:\n%+v\n%+v", r, first)
		}
	}
	w.Seen()
	w.Seen()
	w.Seen()
	w.Eventually("final", func() bool { o := w.Order(s); return o.Final })

	w.Restart()
	var body []byte
	for i := range copies {
		a := ways[i%len(ways)]().Wants(200)
		if i == 0 {
			body = a.Body
		}
		if !bytes.Equal(a.Body, body) {
			t.Fatalf("receipts differ:\n%s\n%s", a.Body, body)
		}
	}
	if r := servertest.Decode[api.Receipt](ways[0]()); r.Transaction != first.Transaction || r.PaymentID != first.PaymentID || !r.Final {
		t.Errorf("%+v after a restart, %+v before", r, first)
	}
	events, err := w.Store.Events(w.Ctx, "ping", 10)
	w.Must(err)
	if len(events) != 1 || events[0].Kind != mint.EventMinted || w.Orders() != 1 || w.Tokens(servertest.Account(k)) != 1 || w.USDC(servertest.Account(k)) != 1_000_000-servertest.Price {
		t.Errorf("%d events, %d orders, %d allotments, %d USDC left", len(events), w.Orders(), w.Tokens(servertest.Account(k)), w.USDC(servertest.Account(k)))
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
	servertest.Long(t)
	d := &deaf{}
	w := open(t, servertest.Sale{Wait: brief, Chain: func(c mint.Chain) mint.Chain { d.Chain = c; return d }})
	w.Mining.Store(false)
	k := w.Payer(100)
	s := w.Sign(k, "/mint", 2)
	ways := w.replays(s)
	w.Eventually("sent", func() bool {
		for _, way := range ways {
			way().Wants(202).Lacks("PAYMENT-REQUIRED")
		}
		return d.sent.Load() > 0
	})
	w.Restart()
	for _, way := range ways {
		way().Wants(202).Unsettled()
	}
	w.Mining.Store(true)
	w.Eventually("minted", func() bool { o := w.Order(s); return o.State().Sold() })
	for _, way := range ways {
		way().Wants(200)
	}
	if w.Tokens(servertest.Account(k)) != 1 || w.USDC(servertest.Account(k)) != 1_000_000-servertest.Price || w.Orders() != 1 {
		t.Errorf("%d allotments, %d USDC left, %d orders", w.Tokens(servertest.Account(k)), w.USDC(servertest.Account(k)), w.Orders())
	}
}

func TestNothingIsHandedOverBeforeTheMintIsMined(t *testing.T) {
	w := open(t, servertest.Sale{Wait: brief})
	w.Mining.Store(false)
	k := w.Payer(100)
	s := w.Sign(k, "/mint", 2)
	for range 3 {
		a := w.Pay("/mint", s).Wants(202).Unsettled()
		if r := servertest.Decode[api.Receipt](a); r.Final || r.Block != 0 || r.State.Sold() {
			t.Errorf("before a block has it: %s", a.Body)
		}
	}
	// A client that leaves without reading the answer changes nothing.
	conn, err := net.Dial("tcp", strings.TrimPrefix(w.URL, "http://"))
	w.Must(err)
	_, err = conn.Write([]byte("GET /mint HTTP/1.1\r\nHost: x\r\n" + s.Header + ": " + s.Value + "\r\n\r\n"))
	w.Must(err)
	w.Must(conn.Close())
	if w.Tokens(servertest.Account(k)) != 0 || w.USDC(servertest.Account(k)) != 1_000_000 {
		t.Errorf("%d allotments, %d USDC left", w.Tokens(servertest.Account(k)), w.USDC(servertest.Account(k)))
	}
	w.Mining.Store(true)
	w.Eventually("minted", func() bool { o := w.Order(s); return o.State().Sold() })
	if a := w.Pay("/mint", s).Wants(200); !a.Settle().Success || w.Tokens(servertest.Account(k)) != 1 {
		t.Errorf("%s", a.Body)
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
	w := open(t, servertest.Sale{Edit: func(l *mint.Launch) {
		l.ContractURI, l.Image, l.Description = url+"/contract", url+"/image", url+"/description"
	}})
	k := w.Payer(1000)
	for i, version := range []int{2, 2, 1} {
		s := w.bend(w.Sign(k, "/mint", version), func(o object) {
			o["resource"] = object{"url": url + "/resource", "description": url, "mimeType": url}
			o["extensions"] = object{"webhook": url, "facilitator": object{"url": url + "/settle"}, "callback": []string{url}}
			if accepted, ok := o["accepted"].(object); ok {
				accepted["extra"].(object)["facilitator"], accepted["extra"].(object)["callback"] = url, url
			}
		})
		h := servertest.Paid(s)
		for _, name := range []string{"Referer", "Origin", "X-Callback-URL", "X-Facilitator", "Forwarded", "X-Forwarded-Host"} {
			h[name] = url
		}
		if a := w.Do(http.MethodPost, []string{"/mint", "/mint?utm_url=" + url + "&ref=" + url, "/mint?utm_image=" + url}[i], h); a.Status != 200 {
			t.Errorf("%d %s", a.Status, a.Body)
		}
	}
	for _, path := range []string{"/", "/mint", "/launches", "/launches/ping"} {
		w.Get(path, browser)
		w.Get(path, nil)
	}
	w.Must(lure.Close())
	<-done
	if n := calls.Load(); n != 0 {
		t.Errorf("%d calls of an address that only strangers name", n)
	}
}
