package server_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/server/servertest"
)

// eventsAt asks for events.
func (w *world) eventsAt(query string) (answer api.Events) {
	w.Helper()
	w.Must(json.Unmarshal(w.Get("/events"+query, nil).Wants(200).Body, &answer))
	return answer
}

// streaming is a client of the stream of events.
type streaming struct {
	w      *world
	closes io.Closer
	in     *bufio.Reader
	status int
}

func (w *world) stream(from, query, last string) *streaming {
	w.Helper()
	conn := w.dialFrom(from)
	if last != "" {
		last = "Last-Event-ID: " + last + "\r\n"
	}
	_, err := fmt.Fprintf(conn, "GET /events%s HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n%s\r\n", query, last)
	w.Must(err)
	in := bufio.NewReader(conn)
	res, err := http.ReadResponse(in, nil)
	w.Must(err)
	if res.StatusCode == 200 && !strings.HasPrefix(res.Header.Get("Content-Type"), "text/event-stream") {
		w.Errorf("content type %q", res.Header.Get("Content-Type"))
	}
	return &streaming{w, conn, bufio.NewReader(res.Body), res.StatusCode}
}

// next is the next event, without heartbeats.
func (s *streaming) next() (e api.Event) {
	s.w.Helper()
	lines := map[string]string{}
	for {
		line, err := s.in.ReadString('\n')
		s.w.Must(err)
		switch line = strings.TrimSuffix(line, "\n"); {
		case strings.HasPrefix(line, ":"):
		case line != "":
			key, value, _ := strings.Cut(line, ": ")
			lines[key] = value
		case len(lines) > 0:
			s.w.Must(json.Unmarshal([]byte(lines["data"]), &e))
			if lines["id"] != strconv.FormatInt(e.Data.Sequence, 10) || lines["event"] != string(e.Type) {
				s.w.Errorf("%v", lines)
			}
			return e
		}
	}
}

func TestThePathOfAPaymentIsInTheEvents(t *testing.T) {
	w := open(t, servertest.Sale{Cap: 1, Limit: 1})
	live := w.stream("127.0.0.1", "?launch=ping", "")
	k := w.Payer(100)
	s := w.Sign(k, "/mint", 2)
	w.Pay("/mint", s).Wants(200)
	for range 4 {
		w.MineOne()
	}
	w.Eventually("the mint is final", func() bool { o := w.Order(s); return o.State() == mint.Minted })

	all := w.eventsAt("")
	var types []mint.ChangeType
	for i, e := range all.Events {
		types = append(types, e.Type)
		if e.Data.Sequence != int64(i+1) || e.Data.Launch != "ping" || e.Timestamp.IsZero() {
			t.Errorf("event %d: %+v", i, e)
		}
	}
	want := []mint.ChangeType{mint.LaunchOpened, mint.OrderClaimed, mint.OrderMinting, mint.OrderMined, mint.LaunchSoldOut, mint.OrderMinted}
	if !slices.Equal(types, want) || all.Next != "6" {
		t.Fatalf("events %v, next %s; expected %v", types, all.Next, want)
	}
	mined, minted := all.Events[3].Data, all.Events[5].Data
	id := w.ID(s)
	if *mined.PaymentID != id || mined.Final || !minted.Final || mined.Transaction == "" || mined.Payer.Address != servertest.Account(k) || mined.Quantity != 1 ||
		!strings.HasSuffix(mined.URL, "/orders/"+id.String()) || !strings.HasPrefix(mined.URL, w.URL) {
		t.Errorf("mined %+v\nminted %+v", mined, minted)
	}
	// What was said live is the same.
	for n := 1; n < 6; n++ {
		if e := live.next(); e.ID != all.Events[n].ID {
			t.Fatalf("live: %+v, not %+v", e, all.Events[n])
		}
	}
	// The whole of it again, from any point, by sequence or by id; and in pages.
	for n := range all.Events {
		for _, after := range []string{strconv.Itoa(n), ""} {
			if n > 0 && after == "" {
				after = all.Events[n-1].ID
			}
			again := w.eventsAt("?after=" + after)
			if len(again.Events) != 6-n || again.Events[0].ID != all.Events[n].ID {
				t.Errorf("after %q: %d events", after, len(again.Events))
			}
			if e := w.stream("127.0.0.2", "?after=0", after).next(); after != "" && e.ID != all.Events[n].ID {
				t.Errorf("stream after %q: %+v", after, e)
			}
		}
	}
	var paged []string
	for next := "0"; ; {
		page := w.eventsAt("?limit=2&launch=ping&after=" + next)
		if len(page.Events) == 0 {
			break
		}
		for _, e := range page.Events {
			paged = append(paged, e.ID)
		}
		next = page.Next
	}
	if len(paged) != 6 || paged[5] != all.Events[5].ID {
		t.Errorf("in pages: %v", paged)
	}
	if text := string(w.Get("/metrics", nil).Body); !strings.Contains(text, `mint402_events{kind="newest"} 6`) {
		t.Error("the metrics lack the newest sequence")
	}
}

func TestEventsOfAnotherLaunchAreLeftOutAndPassed(t *testing.T) {
	w := open(t, servertest.Sale{AnotherListing: true})
	w.Pay("/launches/pong/mint", w.Sign(w.Payer(100), "/launches/pong/mint", 2)).Wants(200)
	w.Eventually("pong was minted", func() bool { return len(w.eventsAt("?launch=pong").Events) >= 4 })
	ping := w.eventsAt("?launch=ping")
	for _, e := range ping.Events {
		if e.Data.Launch != "ping" {
			t.Errorf("%+v", e)
		}
	}
	if all := w.eventsAt(""); ping.Next < all.Events[3].ID[4:5] || len(ping.Events) != 1 {
		t.Errorf("ping: %+v", ping)
	}
}

func TestAWaitingRequestIsAnsweredWithTheNextEvent(t *testing.T) {
	w := open(t, servertest.Sale{})
	w.Eventually("the launch is reported", func() bool { return len(w.eventsAt("").Events) == 1 })
	wait := w.Meanwhile(func() servertest.Answer { return w.Get("/events?after=1&wait=25", nil) })
	time.Sleep(50 * time.Millisecond)
	began := time.Now()
	w.Pay("/mint", w.Sign(w.Payer(100), "/mint", 2)).Wants(200)
	var answer api.Events
	w.Must(json.Unmarshal(wait().Wants(200).Body, &answer))
	if len(answer.Events) == 0 || answer.Events[0].Type != mint.OrderClaimed || time.Since(began) > 20*time.Second {
		t.Errorf("%+v after %s", answer, time.Since(began))
	}
	// One without result takes as long as it says, and says where to go on.
	newest := w.eventsAt("").Next
	w.Stop()
	defer w.GoOn()
	began = time.Now()
	if a := w.eventsAt("?wait=1&after=" + newest); len(a.Events) != 0 || a.Next != newest || time.Since(began) < 900*time.Millisecond {
		t.Errorf("%+v after %s", a, time.Since(began))
	}
}

func TestAWrongQueryOfEventsIsRefusedWithItsField(t *testing.T) {
	w := open(t, servertest.Sale{})
	w.Eventually("the launch is reported", func() bool { return len(w.eventsAt("").Events) == 1 })
	for query, field := range map[string]string{
		"?after=-1": "after", "?after=01": "after", "?after=x": "after", "?after=1e3": "after", "?after=99999999999999999999": "after", "?after=evt_1": "after",
		"?limit=0": "limit", "?limit=501": "limit", "?limit=ten": "limit", "?wait=26": "wait", "?wait=-1": "wait", "?wait=1.5": "wait",
		"?launch=..": "launch", "?after=1&after=2": "after", "?After=1": "After",
	} {
		a := w.Get("/events"+query, nil).Wants(400)
		var p api.Problem
		w.Must(json.Unmarshal(a.Body, &p))
		if p.Error.Field != field {
			t.Errorf("%s: %+v", query, p)
		}
	}
	w.Get("/events?launch=none", nil).Wants(404)
	w.Do("HEAD", "/events?wait=20", nil).Wants(200)
	w.Do("POST", "/events", nil).Wants(405)
	// What this database never had.
	for _, after := range []string{"7", "evt_1_0011223344556677", "evt_9_0011223344556677"} {
		w.Get("/events?after="+after, nil).Wants(410).Problem("events_gone")
		if s := w.stream("127.0.0.1", "", after); s.status != 410 {
			t.Errorf("a stream after %s: %d", after, s.status)
		}
	}
	if s := w.stream("127.0.0.1", "", "x"); s.status != 400 {
		t.Errorf("a stream after x: %d", s.status)
	}
}

func TestStreamsOfEventsHaveTheirPartOfAllFeeds(t *testing.T) {
	w := open(t, servertest.Sale{Configure: func(s *server.Server) { s.MaxFeeds = 8 }})
	a := w.stream("127.0.0.1", "?after=0", "")
	a.next()
	w.listen("ping")
	if s := w.stream("127.0.0.1", "", ""); s.status != 503 {
		t.Errorf("a third is answered %d", s.status)
	}
	if s := w.stream("127.0.0.2", "", ""); s.status != 200 {
		t.Errorf("another address is answered %d", s.status)
	}
	w.Must(a.closes.Close())
	w.Eventually("it has left", func() bool { return w.stream("127.0.0.1", "", "").status == 200 })
}
