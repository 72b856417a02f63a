package chain_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"
)

// The ways in which nodes refuse a batch of more than so many requests.
func batchRefusals(most int) map[string]fault {
	refuse := func(f fault) fault {
		return func(rw http.ResponseWriter, a asking) {
			if a.batch && len(a.requests) > most {
				f(rw, a)
				return
			}
			_, _ = rw.Write(a.forward())
		}
	}
	object := `{"id":null,"jsonrpc":"2.0","error":{"code":-32000,"message":"too many for us"}}`
	return map[string]fault{
		"status 500, named": refuse(status(500, `{"id":null,"jsonrpc":"2.0","error":{"message":"Batch of more than 3 requests are not allowed on free tier","code":31}}`)),
		"status 500":        refuse(status(500, "internal error")),
		"status 400":        refuse(status(400, object)),
		"status 413":        refuse(status(413, "")),
		"status 403":        refuse(status(403, "forbidden")),
		"an object":         refuse(status(200, object)),
		"nothing":           refuse(status(200, "")),
		"hung up":           refuse(broken["hung up"]),
		"errors": refuse(change(func(_ request, r *response) {
			r.Result, r.Error = nil, json.RawMessage(`{"code":-32000,"message":"batch too large"}`)
		})),
		"some missing": refuse(broken["one missing"]),
		"too large": refuse(change(func(_ request, r *response) {
			r.Result, r.Error = nil, json.RawMessage(`{"code":-32003,"message":"response too large"}`)
		})),
	}
}

func TestANodeThatTakesFewRequestsAtATimeServesALaunch(t *testing.T) {
	long(t)
	w, o := worldWithAMint(t)
	for _, most := range []int{1, 3} {
		for name, f := range batchRefusals(most) {
			c, _, p := w.proxies(1)
			p[0].spoil(f)
			for what, read := range w.reads(o) {
				if err := read(w.ctx, c); err != nil {
					t.Errorf("%d at a time, %s, %s: %v", most, name, what, err)
				}
			}
			c.Close()
		}
	}
}

func TestWhatANodeTakesAtATimeIsRemembered(t *testing.T) {
	w, o := worldWithAMint(t)
	c, _, p := w.proxies(1)
	p[0].spoil(batchRefusals(3)["status 500, named"])
	events := w.reads(o)["events"]
	if err := events(w.ctx, c); err != nil {
		t.Fatal(err)
	}
	if n := c.BatchSize(); n != 3 {
		t.Errorf("%d requests are sent at once", n)
	}
}

func TestAMethodThatOneNodeRefusesIsAskedOfAnother(t *testing.T) {
	w, o := worldWithAMint(t)
	for _, no := range []string{
		`{"code":-32005,"message":"limit exceeded"}`, `{"code":-32601,"message":"the method does not exist/is not available"}`,
		`{"code":-32000,"message":"missing trie node 4a1e"}`, `{"code":4444,"message":"pruned history unavailable"}`, `{"code":-32055,"message":"no"}`,
	} {
		for method, what := range map[string]string{
			"eth_getLogs": "events", "eth_call": "conditions", "eth_getTransactionReceipt": "receipts", "eth_getBalance": "balance",
		} {
			c, _, p := w.proxies(2)
			p[0].spoil(change(func(q request, r *response) {
				if q.Method == method {
					r.Result, r.Error = nil, json.RawMessage(no)
				}
			}))
			read := w.reads(o)[what]
			for range 3 {
				if err := read(w.ctx, c); err != nil {
					t.Errorf("%s, %s: %v", no, method, err)
				}
			}
			n := c.Nodes()
			if n[0].Ok || n[0].Err == nil || n[0].Err.Error() != "refuses "+method || !n[1].Ok {
				t.Errorf("%s, %s: nodes are %+v", no, method, n)
			}
			// It is asked for other things, and not for this.
			p[0].forget()
			if err := read(w.ctx, c); err != nil || p[0].asked(method) != 0 {
				t.Errorf("%s, %s: asked again, %d times: %v", no, method, p[0].asked(method), err)
			}
			c.Close()
		}
	}
}

func TestANodeThatAsksForAPauseGetsIt(t *testing.T) {
	w := newWorld(t)
	for _, test := range []struct {
		after string
		body  string
		want  time.Duration
	}{{"30", "", 30 * time.Second}, {"", "", time.Second}, {"", `{"error":{"code":-32005,"message":"too many requests, retry after 45s"}}`, 30 * time.Second}, {"999999", "", 30 * time.Second}} {
		c, now, p := w.proxies(1)
		c.SetChance(func() float64 { return 0 })
		p[0].spoil(func(rw http.ResponseWriter, _ asking) {
			if test.after != "" {
				rw.Header().Set("Retry-After", test.after)
			}
			rw.WriteHeader(http.StatusTooManyRequests)
			fmt.Fprint(rw, test.body)
		})
		p[0].forget()
		began := now.now()
		for range 20 {
			if _, err := c.Balance(w.ctx, w.sender); err == nil {
				t.Fatal("answered")
			}
		}
		if test.want > 5*time.Second && (p[0].asked("") != 1 || now.now() != began) {
			t.Errorf("%q %s: asked %d times, waited %s", test.after, test.body, p[0].asked(""), now.now().Sub(began))
		}
		if test.want <= 5*time.Second && p[0].asked("") > 20 {
			t.Errorf("asked %d times", p[0].asked(""))
		}
		p[0].spoil(nil)
		now.forward(test.want - time.Millisecond - now.now().Sub(began))
		now.forward(time.Minute + time.Millisecond)
		if _, err := c.Balance(w.ctx, w.sender); err != nil {
			t.Errorf("after its pause: %v", err)
		}
		c.Close()
	}
}

func TestALoneNodeIsAskedAgainAfterHalfAMinuteThoughItAsksForALongerPause(t *testing.T) {
	w := newWorld(t)
	pauses := func(p *proxy) {
		p.spoil(func(rw http.ResponseWriter, _ asking) {
			rw.Header().Set("Retry-After", "300")
			rw.WriteHeader(http.StatusTooManyRequests)
		})
	}
	for _, nodes := range []int{1, 2} {
		c, now, p := w.proxies(nodes)
		c.SetChance(func() float64 { return 0 })
		pauses(p[0])
		if _, err := c.Balance(w.ctx, w.sender); (err == nil) != (nodes > 1) {
			t.Fatalf("%d nodes, the first refuses: %v", nodes, err)
		}
		p[0].spoil(nil)
		for _, step := range []struct {
			pass time.Duration
			want int // requests to the first of one node
		}{{20 * time.Second, 0}, {11 * time.Second, 1}} {
			now.forward(step.pass)
			p[0].forget()
			_, err := c.Balance(w.ctx, w.sender)
			switch asked := p[0].asked("eth_getBalance"); {
			case nodes == 1 && (asked != step.want || (err == nil) != (asked == 1)):
				t.Errorf("alone, after %s more: asked %d times, %v", step.pass, asked, err)
			case nodes == 2 && (asked != 0 || err != nil):
				t.Errorf("one of two, after %s more: asked %d times, %v", step.pass, asked, err)
			}
		}
		c.Close()
	}
}

func TestOnePassing429IsAskedASecondTime(t *testing.T) {
	w, o := worldWithAMint(t)
	for what, read := range w.reads(o) {
		c, _, p := w.proxies(1)
		first := true
		p[0].spoil(func(rw http.ResponseWriter, a asking) {
			if first {
				first = false
				rw.Header().Set("Retry-After", "1")
				rw.WriteHeader(http.StatusTooManyRequests)
				return
			}
			_, _ = rw.Write(a.forward())
		})
		if err := read(w.ctx, c); err != nil {
			t.Errorf("%s: %v", what, err)
		}
		c.Close()
	}
}

func TestAfterAFailureHasPassedAsMuchIsReadAtOnceAsBefore(t *testing.T) {
	w, o := worldWithAMint(t)
	c, _, p := w.proxies(1)
	events := w.reads(o)["events"]
	for _, no := range []string{`{"code":-32603,"message":"Internal error"}`, `{"code":-32005,"message":"limit exceeded"}`} {
		p[0].spoil(change(func(q request, r *response) {
			if q.Method == "eth_getLogs" {
				r.Result, r.Error = nil, json.RawMessage(no)
			}
		}))
		for range 5 {
			if events(context.Background(), c) == nil {
				t.Fatal("answered")
			}
		}
		p[0].spoil(nil)
		if err := events(w.ctx, c); err != nil || c.Blocks() != 2000 {
			t.Errorf("%s: then %d blocks at once: %v", no, c.Blocks(), err)
		}
	}
}
