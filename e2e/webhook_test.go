package e2e

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	standard "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// event is one of /events, or the body of a webhook.
type event struct {
	ID   string
	Type string
	Data struct {
		Sequence  int64
		PaymentID common.Hash
	}
}

// inbox is a receiver of webhooks whose health a test decides. It verifies each request
// with the stock library, and the timestamp by its own clock.
type inbox struct {
	t        *testing.T
	address  string
	verifier *standard.Webhook

	mu       sync.Mutex
	server   *http.Server
	answer   func() int // the status; it may take its time
	requests int
	taken    []event // those that it answered with 2xx, in that order
}

func newInbox(t *testing.T, address, secret string) *inbox {
	t.Helper()
	verifier, err := standard.NewWebhook(secret)
	if err != nil {
		t.Fatal(err)
	}
	in := &inbox{t: t, address: address, verifier: verifier}
	t.Cleanup(in.down)
	return in
}

// up listens again, and answers each verified request with what answer returns.
func (in *inbox) up(answer func() int) {
	in.t.Helper()
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.answer = answer; in.server != nil {
		return
	}
	l, err := net.Listen("tcp", in.address)
	if err != nil {
		in.t.Fatal(err)
	}
	in.server = &http.Server{Handler: in}
	go in.server.Serve(l)
}

// down refuses connections.
func (in *inbox) down() {
	in.mu.Lock()
	server := in.server
	in.server = nil
	in.mu.Unlock()
	if server != nil {
		server.Close()
	}
}

func (in *inbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var e event
	body, err := io.ReadAll(r.Body)
	if err == nil {
		err = in.verifier.Verify(body, r.Header)
	}
	if err == nil {
		err = json.Unmarshal(body, &e)
	}
	if err != nil || e.ID != r.Header.Get("webhook-id") {
		in.t.Errorf("webhook %s: %v: %s", r.Header.Get("webhook-id"), err, body)
	}
	in.mu.Lock()
	in.requests++
	answer := in.answer
	in.mu.Unlock()
	status := answer()
	if status < 300 {
		in.mu.Lock()
		in.taken = append(in.taken, e)
		in.mu.Unlock()
	}
	w.WriteHeader(status)
}

func (in *inbox) count() (requests, taken int) {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.requests, len(in.taken)
}

// has reports whether each of the events was taken.
func (in *inbox) has(all []event) bool {
	in.mu.Lock()
	defer in.mu.Unlock()
	for _, e := range all {
		if !slices.Contains(in.taken, e) {
			return false
		}
	}
	return true
}

// judge checks that no event was taken before an earlier one of its payment, and returns
// how many were taken again.
func (in *inbox) judge(all []event) (repeats int) {
	in.mu.Lock()
	defer in.mu.Unlock()
	taken := map[event]bool{}
	for _, e := range in.taken {
		if taken[e] {
			repeats++
			continue
		}
		for _, earlier := range all {
			if earlier.Data.PaymentID == e.Data.PaymentID && earlier.Data.Sequence < e.Data.Sequence && !taken[earlier] {
				in.t.Errorf("%s %d of %s came before %s %d", e.Type, e.Data.Sequence, e.Data.PaymentID, earlier.Type, earlier.Data.Sequence)
			}
		}
		taken[e] = true
	}
	return repeats
}

// events reads everything that happened from the server.
func (s *shop) events(t *testing.T) (all []event) {
	t.Helper()
	a, err := ask(s.url+"/events?limit=500", "", "")
	if err != nil {
		t.Fatal(err)
	}
	var page struct{ Events []event }
	if err := json.Unmarshal(a.body, &page); err != nil || len(page.Events) == 500 {
		t.Fatalf("%d events, %v: %d %.200s", len(page.Events), err, a.status, a.body)
	}
	return page.Events
}

// TestAWebhookReceiverThatWasDownOrSlowGetsEveryEventInOrderThroughKillsOfTheServer buys
// while the receiver is down, answers 500, is slow, and is well again. The server is killed
// with kill -9 in each of these times.
func TestAWebhookReceiverThatWasDownOrSlowGetsEveryEventInOrderThroughKillsOfTheServer(t *testing.T) {
	begin(t)
	u := deployCircle(t, startAnvil(t, 1))
	payers := newPayers(t, 10)
	u.give(price, addresses(payers)...)
	s := newShop(t, u)
	file, address := filepath.Join(t.TempDir(), "webhooks.json"), freeAddress(t)
	s.flags = []string{"--webhooks", file}
	s.launch(1000)
	var added struct{ Secret string }
	if err := json.Unmarshal([]byte(run(t, nil, program, "webhook", "add", "http://"+address+"/hook", "--webhooks", file, "--name", "shop", "--allow-private", "--json")), &added); err != nil {
		t.Fatal(err)
	}
	in := newInbox(t, address, added.Secret)
	s.start()
	until(t, "the endpoint is known", func() bool {
		var listed struct{ Webhooks []struct{ Status string } }
		out := run(t, nil, program, "webhook", "list", "--webhooks", file, "--db", s.db, "--json")
		return json.Unmarshal([]byte(out), &listed) == nil && len(listed.Webhooks) == 1 && listed.Webhooks[0].Status != "new"
	})
	first := len(s.events(t))
	buy := func(some []payer) {
		payments := s.payments(some, 1)
		together(len(payments), func(i int) {
			if a := s.insist(payments[i], i); a.status != 200 {
				t.Errorf("payment %s: %d %s", payments[i].id, a.status, a.body)
			}
		})
	}
	// The schedule soon waits for minutes; enable tries at once.
	enable := func() { run(t, nil, program, "webhook", "enable", "shop", "--webhooks", file) }

	buy(payers[:3]) // the receiver is down
	s.restart(func() {})
	if requests, _ := in.count(); requests != 0 {
		t.Fatalf("%d requests reached a receiver that is down", requests)
	}

	in.up(func() int { return 500 })
	buy(payers[3:6])
	enable()
	until(t, "several were answered with 500", func() bool { n, _ := in.count(); return n >= 3 })
	s.restart(func() {})

	arrived, leave := make(chan struct{}, 1000), make(chan struct{})
	in.up(func() int {
		arrived <- struct{}{}
		<-leave
		return 204
	})
	enable()
	<-arrived // the receiver will take it, and the server will not live to know
	s.server.signal(syscall.SIGKILL)
	<-s.server.done
	close(leave)
	s.start()

	in.up(func() int { time.Sleep(100 * time.Millisecond); return 204 })
	enable()
	buy(payers[6:])
	var all []event
	until(t, "the last events are final", func() bool {
		all = s.events(t)[first:]
		final := 0
		for _, e := range all {
			if e.Type == "order.minted" {
				final++
			}
		}
		return final == len(payers)
	})
	until(t, "every event was delivered", func() bool { return in.has(all) })
	requests, taken := in.count()
	repeats := in.judge(all)
	t.Logf("%d events of %d payments: %d requests, %d taken, %d of them again", len(all), len(payers), requests, taken, repeats)
	if repeats == 0 {
		t.Error("what the receiver took while the server was killed was not sent again")
	}
	s.books(t, 0)
}
