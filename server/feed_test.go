package server_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server"
)

// listening is a client of a feed.
type listening struct {
	w    *world
	conn net.Conn
	head http.Header
	in   *bufio.Reader
}

// listen opens a launch's feed, with more lines in the request's head.
func (w *world) listen(slug string, lines ...string) *listening {
	w.Helper()
	return w.listenFrom("127.0.0.1", slug, lines...)
}

func (w *world) listenFrom(from, slug string, lines ...string) *listening {
	w.Helper()
	l, status := w.askFeed(from, slug, lines...)
	if status != 200 {
		w.Fatalf("status %d", status)
	}
	return l
}

func (w *world) listenStatus(from, slug string) int {
	w.Helper()
	_, status := w.askFeed(from, slug)
	return status
}

func (w *world) askFeed(from, slug string, lines ...string) (*listening, int) {
	w.Helper()
	conn := w.dialFrom(from)
	_, err := io.WriteString(conn, "GET /launches/"+slug+"/feed HTTP/1.1\r\nHost: x\r\n"+strings.Join(append(lines, "\r\n"), "\r\n"))
	w.must(err)
	l := &listening{w: w, conn: conn, in: bufio.NewReader(conn)}
	res, err := http.ReadResponse(l.in, nil)
	w.must(err)
	l.head, l.in = res.Header, bufio.NewReader(res.Body)
	return l, res.StatusCode
}

// next is what is told next, but for heartbeats; an error if that is the end.
func (l *listening) next() (told server.Snapshot, err error) {
	l.w.Helper()
	var event []string
	for {
		line, err := l.in.ReadString('\n')
		if err != nil {
			return told, err
		}
		switch line = strings.TrimSuffix(line, "\n"); {
		case line != "":
			event = append(event, line)
			continue
		case len(event) == 1 && event[0] == ":":
			event = nil
			continue
		}
		if len(event) != 3 || event[0] != "event: launch" || event[1] != "retry: 2000" || !strings.HasPrefix(event[2], "data: {") {
			l.w.Fatalf("event %q", event)
		}
		l.w.must(json.Unmarshal([]byte(event[2][len("data: "):]), &told))
		return told, nil
	}
}

// until is the first that holds, of what is told from now on.
func (l *listening) until(what string, holds func(server.Snapshot) bool) server.Snapshot {
	l.w.Helper()
	for {
		told, err := l.next()
		if err != nil {
			l.w.Fatalf("never told: %s: %v", what, err)
		}
		if holds(told) {
			return told
		}
	}
}

// sold so many, to so many payers as far as was added up.
func sold(n int64, payers ...int64) func(server.Snapshot) bool {
	return func(s server.Snapshot) bool {
		return s.Launch.Sold == n && (len(payers) == 0 || s.Launch.Payers == payers[0] && s.Launch.Mints == int64(len(s.Mints)))
	}
}

func TestAFeedTellsHowALaunchStandsAtOnceAndWhenItChanges(t *testing.T) {
	w := open(t, sale{cap: 4, anotherListing: true})
	l := w.listen("ping")
	for name, want := range map[string]string{"Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-store",
		"X-Accel-Buffering": "no", "Access-Control-Allow-Origin": "*", "X-Content-Type-Options": "nosniff"} {
		if got := l.head.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	first, err := l.next()
	w.must(err)
	if want := (server.Snapshot{Launch: server.Standing{Status: "open", Reasons: []string{}, Left: 4, Minted: "0", Share: "0%"}, Mints: []server.Mint{}}); !reflect.DeepEqual(first, want) {
		t.Errorf("%+v, want %+v", first, want)
	}
	k := w.payer(100)
	one, three := w.sign(k, "/mint", 2), w.sign(k, "/mint?quantity=3", 2)
	r := decode[server.Receipt](w.pay("/mint", one).wants(200))
	told := l.until("one is sold", sold(1, 1))
	o := w.order(one)
	block, err := w.node.Block(w.ctx, o.Mint.Block)
	w.must(err)
	if len(told.Mints) != 1 || told.Mints[0] != (server.Mint{PaymentID: r.PaymentID, Payer: r.Payer, Quantity: 1, Tokens: "5000", Symbol: "PING",
		Transaction: r.Transaction, Explorer: r.Explorer, Block: r.Block, At: block.Time.UTC(), Final: told.Mints[0].Final, URL: "/r/" + r.PaymentID.String()}) {
		t.Errorf("%+v", told.Mints)
	}
	if s := told.Launch; s.Minted != "5000" || s.Share != "25%" || s.Payers != 1 || s.Mints != 1 {
		t.Errorf("%+v", s)
	}
	w.pay("/mint?quantity=3", three).wants(200)
	told = l.until("all is sold", sold(4, 1))
	if s := told.Launch; s.Status != "sold_out" || s.Left != 0 || s.Payers != 1 || s.Mints != 2 || len(told.Mints) != 2 || told.Mints[0].Quantity != 3 {
		t.Errorf("%+v", told)
	}
	// Whoever comes now is told the same, and of another launch its own.
	if late := w.listen("ping").until("all is sold", sold(4, 1)); late.Launch.Mints != 2 {
		t.Errorf("%+v", late)
	}
	if other, err := w.listen("pong").next(); err != nil || other.Launch.Sold != 0 {
		t.Errorf("%+v %v", other, err)
	}
}

func TestAFeedTellsOfReservationsPausesAndTheirEnd(t *testing.T) {
	w := open(t, sale{wait: brief})
	l := w.listen("ping")
	w.mining.Store(false)
	w.pay("/mint", w.sign(w.payer(10), "/mint", 2)).wants(202)
	l.until("reserved", func(s server.Snapshot) bool { return s.Launch.Reserved == 1 && s.Launch.Left == 999 })
	w.mining.Store(true)
	l.until("minted", func(s server.Snapshot) bool { return s.Launch.Reserved == 0 && s.Launch.Sold == 1 })
	w.onChain(func() error { _, err := w.node.Pause(w.ctx, w.launch.Token, w.owner); return err })
	l.until("paused", func(s server.Snapshot) bool {
		return s.Launch.Paused && s.Launch.Status == "unavailable" && len(s.Launch.Reasons) == 1
	})
	w.onChain(func() error { _, err := w.node.Unpause(w.ctx, w.launch.Token, w.owner); return err })
	l.until("open again", func(s server.Snapshot) bool {
		return !s.Launch.Paused && s.Launch.Status == "open" && len(s.Launch.Reasons) == 0
	})
}

func TestAFeedTakesBackWhatAReorgTook(t *testing.T) {
	w := open(t, sale{})
	l := w.listen("ping")
	s := w.sign(w.payer(10), "/mint", 2)
	w.pay("/mint", s).wants(200)
	l.until("minted", sold(1))
	w.reorg(w.order(s).Mint.Block)
	l.until("taken back", func(s server.Snapshot) bool {
		return s.Launch.Sold == 0 && len(s.Mints) == 0 && s.Launch.Mints == 0 && s.Launch.Payers == 0
	})
	w.goOn()
	l.until("minted again", func(s server.Snapshot) bool { return s.Launch.Sold == 1 && len(s.Mints) == 1 && s.Launch.Payers == 1 })
}

func TestAFeedTellsAtMostTwiceASecond(t *testing.T) {
	w := open(t, sale{wait: time.Nanosecond, settings: mint.Settings{PerPayer: 1000}})
	l := w.listen("ping")
	_, err := l.next()
	w.must(err)
	began, told := time.Now(), 0
	w.mining.Store(false)
	k := w.payer(1000)
	for range 30 {
		w.pay("/mint", w.sign(k, "/mint", 2)).wants(202)
	}
	l.until("the last", func(s server.Snapshot) bool { told++; return s.Launch.Reserved == 30 })
	// What came first may be told at once, and the last half a second after another.
	if most := 2 + int(time.Since(began)/(500*time.Millisecond)); told > most {
		t.Errorf("told %d times in %s, at most %d are allowed", told, time.Since(began), most)
	}
}

func TestWhoReadsTooSlowlyIsDroppedAndKeepsNobodyWaiting(t *testing.T) {
	w := open(t, sale{})
	w.server.Patience(50 * time.Millisecond)
	l := w.listen("ping")
	_, err := l.next()
	w.must(err)
	theirs, ours := net.Pipe() // takes nothing that is not read
	defer theirs.Close()
	if !w.server.Listen(ours, "ping") {
		t.Fatal("not listening")
	}
	w.eventually("dropped", func() bool { return w.server.Listeners() == 1 })
	if _, err := ours.Write([]byte("x")); err == nil {
		t.Error("the connection is open still")
	}
	w.pay("/mint", w.sign(w.payer(10), "/mint", 2)).wants(200)
	l.until("minted", sold(1))
}

func TestNothingThatAListenerSaysChangesWhatIsTold(t *testing.T) {
	w := open(t, sale{})
	s := w.sign(w.payer(10), "/mint", 2)
	for _, lines := range [][]string{
		{"Last-Event-ID: 18446744073709551616"}, {"Last-Event-ID: " + strings.Repeat("9", 4000)}, {"Last-Event-ID: \xff"},
		{"Accept: application/json"}, {"Accept-Encoding: gzip, br"}, {"Range: bytes=0-1"}, {"If-None-Match: *"}, {"Connection: close"},
		{"Connection: Upgrade", "Upgrade: websocket"}, {s.Header + ": " + s.Value}, {"Cookie: a=b"},
	} {
		l := w.listen("ping", lines...)
		if got := l.head.Get("Content-Type"); got != "text/event-stream; charset=utf-8" {
			t.Errorf("%q: %q", lines, got)
		}
		if told, err := l.next(); err != nil || told.Launch.Status != "open" || told.Launch.Left != 1000 {
			t.Errorf("%q: %+v %v", lines, told, err)
		}
		w.must(l.conn.Close())
	}
	if w.orders() != 0 {
		t.Errorf("%d orders", w.orders())
	}
	// What comes after the request is not answered on this connection.
	l := w.listen("ping", "", "GET /healthz HTTP/1.1", "Host: x", "")
	w.pay("/mint", s).wants(200)
	l.until("minted", sold(1))
	_, err := io.WriteString(l.conn, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
	w.must(err)
	if rest, _ := io.ReadAll(l.in); strings.Contains(string(rest), `"version"`) {
		t.Errorf("%s", rest)
	}
	w.eventually("nobody listens", func() bool { return w.server.Listeners() == 0 })
	for path, status := range map[string]int{"/launches/none/feed": 404, "/launches/ping/feed/": 404, "/launches/%70ing/feed": 404} {
		w.get(path, nil).wants(status)
	}
	w.do("HEAD", "/launches/ping/feed", nil).wants(405)
	w.do("POST", "/launches/ping/feed", nil).wants(405)
	w.do("OPTIONS", "/launches/ping/feed", header{"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "GET"}).wants(204).
		has("Access-Control-Allow-Origin", "*")
}

func TestAnAddressThatListensToItsPartOfAllFeedsIsToldToComeBackAndOthersAreNot(t *testing.T) {
	w := open(t, sale{configure: func(s *server.Server) { s.Feeds = 8 }})
	a, b := w.listen("ping"), w.listen("ping")
	for _, l := range []*listening{a, b} {
		_, err := l.next()
		w.must(err)
	}
	w.get("/launches/ping/feed", nil).wants(503).has("Retry-After", "10").problem("feed_full")
	if text := string(w.get("/metrics", nil).body); !strings.Contains(text, "\nmint402_feeds 2\n") {
		t.Error("two listen, and the metrics do not say so")
	}
	other := w.listenFrom("127.0.0.2", "ping")
	_, err := other.next()
	w.must(err)
	w.must(a.conn.Close())
	w.eventually("one has left", func() bool { return w.server.Listeners() == 2 })
	w.listen("ping")
}

func TestWhenAllFeedsAreTakenTheAddressWithMostLosesItsOldest(t *testing.T) {
	w := open(t, sale{configure: func(s *server.Server) { s.Feeds = 8 }})
	var open []*listening
	for n := 1; n <= 4; n++ { // two each
		for range 2 {
			l := w.listenFrom(fmt.Sprintf("127.0.0.%d", n), "ping")
			_, err := l.next()
			w.must(err)
			open = append(open, l)
		}
	}
	visitor := w.listenFrom("127.0.0.5", "ping")
	_, err := visitor.next()
	w.must(err)
	if n := w.server.Listeners(); n != 8 {
		t.Errorf("%d listen", n)
	}
	ended := make(chan int)
	for i, l := range open {
		go func() {
			for {
				if _, err := l.next(); err != nil {
					ended <- i
					return
				}
			}
		}()
	}
	if i := <-ended; i%2 != 0 {
		t.Errorf("feed %d ended, the newer of its address", i)
	}
	// One that has one does not lose it to another's first.
	for n := 6; n <= 8; n++ {
		w.listenFrom(fmt.Sprintf("127.0.0.%d", n), "ping")
	}
	if status := w.listenStatus("127.0.0.9", "ping"); status != 503 {
		t.Errorf("everybody has one, and one more is %d", status)
	}
}

func TestShutdownEndsFeedsAndLeavesNothingRunning(t *testing.T) {
	w := open(t, sale{wait: time.Minute})
	l := w.listen("ping")
	_, err := l.next()
	w.must(err)
	// A payment that is held on keeps the server from ending, and not the feed.
	w.mining.Store(false)
	s := w.sign(w.payer(10), "/mint", 2)
	answered := w.meanwhile(func() answer { return w.pay("/mint", s) })
	w.eventually("claimed", func() bool { return w.orders() == 1 })
	stopped := make(chan error, 1)
	go func() { stopped <- w.server.Shutdown(w.ctx) }()
	for err = nil; err == nil; {
		_, err = l.next()
	}
	if err != io.EOF && err != io.ErrUnexpectedEOF && !strings.Contains(err.Error(), "reset") {
		t.Error(err)
	}
	w.eventually("nothing of feeds runs", func() bool {
		all := make([]byte, 1<<20)
		return !strings.Contains(string(all[:runtime.Stack(all, true)]), "feed.(*Hub)")
	})
	if conn, ours := net.Pipe(); w.server.Listen(ours, "ping") {
		conn.Close()
		t.Error("listens after the end")
	}
	w.mining.Store(true)
	answered().wants(200)
	w.must(<-stopped)
}

func TestNothingRunsForNobody(t *testing.T) {
	w := open(t, sale{})
	for range 3 {
		l := w.listen("ping")
		_, err := l.next()
		w.must(err)
		w.must(l.conn.Close())
		w.eventually("nothing of feeds runs", func() bool {
			all := make([]byte, 1<<20)
			return !strings.Contains(string(all[:runtime.Stack(all, true)]), "feed.(*Hub)")
		})
	}
}
