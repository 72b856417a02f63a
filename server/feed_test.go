package server_test

import (
	"bufio"
	"crypto/ecdsa"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/mint402/mint402/server"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/server/servertest"
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
	w.Must(err)
	l := &listening{w: w, conn: conn, in: bufio.NewReader(conn)}
	res, err := http.ReadResponse(l.in, nil)
	w.Must(err)
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
		l.w.Must(json.Unmarshal([]byte(event[2][len("data: "):]), &told))
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
	servertest.Long(t)
	w := open(t, servertest.Sale{Cap: 4, AnotherListing: true})
	l := w.listen("ping")
	for name, want := range map[string]string{"Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-store",
		"X-Accel-Buffering": "no", "Access-Control-Allow-Origin": "*", "X-Content-Type-Options": "nosniff"} {
		if got := l.head.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	first, err := l.next()
	w.Must(err)
	if want := (server.Snapshot{Launch: server.Standing{Status: "open", Reasons: []string{}, Left: 4, Minted: "0", Share: "0%"}, Mints: []api.Mint{}}); !reflect.DeepEqual(first, want) {
		t.Errorf("%+v, want %+v", first, want)
	}
	k := w.Payer(100)
	one, three := w.Sign(k, "/mint", 2), w.Sign(k, "/mint?quantity=3", 2)
	r := servertest.Decode[api.Receipt](w.Pay("/mint", one).Wants(200))
	told := l.until("one is sold", sold(1, 1))
	o := w.Order(one)
	block, err := w.Node.Block(w.Ctx, o.Mint.Block)
	w.Must(err)
	if len(told.Mints) != 1 || told.Mints[0] != (api.Mint{PaymentID: r.PaymentID, Payer: r.Payer, Quantity: 1, Tokens: "5000", Symbol: "PING",
		Transaction: r.Transaction, Explorer: r.Explorer, Block: r.Block, At: block.Time.UTC(), Final: told.Mints[0].Final, URL: "/r/" + r.PaymentID.String()}) {
		t.Errorf("%+v", told.Mints)
	}
	if s := told.Launch; s.Minted != "5000" || s.Share != "25%" || s.Payers != 1 || s.Mints != 1 {
		t.Errorf("%+v", s)
	}
	w.Pay("/mint?quantity=3", three).Wants(200)
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
	servertest.Long(t)
	w := open(t, servertest.Sale{Wait: brief})
	l := w.listen("ping")
	w.Mining.Store(false)
	w.Pay("/mint", w.Sign(w.Payer(10), "/mint", 2)).Wants(202)
	l.until("reserved", func(s server.Snapshot) bool { return s.Launch.Reserved == 1 && s.Launch.Left == 999 })
	w.Mining.Store(true)
	l.until("minted", func(s server.Snapshot) bool { return s.Launch.Reserved == 0 && s.Launch.Sold == 1 })
	w.OnChain(func() error { _, err := w.Node.Pause(w.Ctx, w.Launch.Token, w.Owner); return err })
	l.until("paused", func(s server.Snapshot) bool {
		return s.Launch.Paused && s.Launch.Status == "unavailable" && len(s.Launch.Reasons) == 1
	})
	w.OnChain(func() error { _, err := w.Node.Unpause(w.Ctx, w.Launch.Token, w.Owner); return err })
	l.until("open again", func(s server.Snapshot) bool {
		return !s.Launch.Paused && s.Launch.Status == "open" && len(s.Launch.Reasons) == 0
	})
}

func TestAFeedTakesBackWhatAReorgTook(t *testing.T) {
	servertest.Long(t)
	w := open(t, servertest.Sale{})
	l := w.listen("ping")
	s := w.Sign(w.Payer(10), "/mint", 2)
	w.Pay("/mint", s).Wants(200)
	l.until("minted", sold(1))
	w.reorg(w.Order(s).Mint.Block)
	l.until("taken back", func(s server.Snapshot) bool {
		return s.Launch.Sold == 0 && len(s.Mints) == 0 && s.Launch.Mints == 0 && s.Launch.Payers == 0
	})
	w.GoOn()
	l.until("minted again", func(s server.Snapshot) bool { return s.Launch.Sold == 1 && len(s.Mints) == 1 && s.Launch.Payers == 1 })
}

func TestAFeedTellsAtMostTwiceASecond(t *testing.T) {
	servertest.Long(t)
	w := open(t, servertest.Sale{Wait: time.Nanosecond})
	var payers []*ecdsa.PrivateKey // each may have four payments under way
	for range 8 {
		payers = append(payers, w.Payer(1000))
	}
	l := w.listen("ping")
	_, err := l.next()
	w.Must(err)
	began, told := time.Now(), 0
	w.Mining.Store(false)
	for i := range 30 {
		w.Pay("/mint", w.Sign(payers[i%len(payers)], "/mint", 2)).Wants(202)
	}
	l.until("the last", func(s server.Snapshot) bool { told++; return s.Launch.Reserved == 30 })
	// What came first may be told at once, and the last half a second after another.
	if most := 2 + int(time.Since(began)/(500*time.Millisecond)); told > most {
		t.Errorf("told %d times in %s, at most %d are allowed", told, time.Since(began), most)
	}
}

func TestWhoReadsTooSlowlyIsDroppedAndKeepsNobodyWaiting(t *testing.T) {
	servertest.Long(t)
	w := open(t, servertest.Sale{})
	w.Server.Patience(50 * time.Millisecond)
	l := w.listen("ping")
	_, err := l.next()
	w.Must(err)
	theirs, ours := net.Pipe() // takes nothing that is not read
	defer theirs.Close()
	if !w.Server.Listen(ours, "ping") {
		t.Fatal("not listening")
	}
	w.Eventually("dropped", func() bool { return w.Server.Listeners() == 1 })
	if _, err := ours.Write([]byte("x")); err == nil {
		t.Error("the connection is open still")
	}
	w.Pay("/mint", w.Sign(w.Payer(10), "/mint", 2)).Wants(200)
	l.until("minted", sold(1))
}

func TestNothingThatAListenerSaysChangesWhatIsTold(t *testing.T) {
	servertest.Long(t)
	w := open(t, servertest.Sale{})
	s := w.Sign(w.Payer(10), "/mint", 2)
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
		w.Must(l.conn.Close())
	}
	if w.Orders() != 0 {
		t.Errorf("%d orders", w.Orders())
	}
	// What comes after the request is not answered on this connection.
	l := w.listen("ping", "", "GET /healthz HTTP/1.1", "Host: x", "")
	w.Pay("/mint", s).Wants(200)
	l.until("minted", sold(1))
	_, err := io.WriteString(l.conn, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
	w.Must(err)
	if rest, _ := io.ReadAll(l.in); strings.Contains(string(rest), `"version"`) {
		t.Errorf("%s", rest)
	}
	w.Eventually("nobody listens", func() bool { return w.Server.Listeners() == 0 })
	for path, status := range map[string]int{"/launches/none/feed": 404, "/launches/ping/feed/": 404, "/launches/%70ing/feed": 404} {
		w.Get(path, nil).Wants(status)
	}
	w.Do("HEAD", "/launches/ping/feed", nil).Wants(405)
	w.Do("POST", "/launches/ping/feed", nil).Wants(405)
	w.Do("OPTIONS", "/launches/ping/feed", servertest.Header{"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "GET"}).Wants(204).
		Has("Access-Control-Allow-Origin", "*")
}

func TestAnAddressThatListensToItsPartOfAllFeedsIsToldToComeBackAndOthersAreNot(t *testing.T) {
	w := open(t, servertest.Sale{Configure: func(s *server.Server) { s.MaxFeeds = 8 }})
	a, b := w.listen("ping"), w.listen("ping")
	for _, l := range []*listening{a, b} {
		_, err := l.next()
		w.Must(err)
	}
	w.Get("/launches/ping/feed", nil).Wants(503).Has("Retry-After", "10").Problem("feed_full")
	if text := string(w.Get("/metrics", nil).Body); !strings.Contains(text, "\nmint402_feeds 2\n") {
		t.Error("two listen, and the metrics do not say so")
	}
	other := w.listenFrom("127.0.0.2", "ping")
	_, err := other.next()
	w.Must(err)
	w.Must(a.conn.Close())
	w.Eventually("one has left", func() bool { return w.Server.Listeners() == 2 })
	w.listen("ping")
}

func TestWhenAllFeedsAreTakenTheAddressWithMostLosesItsOldest(t *testing.T) {
	w := open(t, servertest.Sale{Configure: func(s *server.Server) { s.MaxFeeds = 8 }})
	var open []*listening
	for n := 1; n <= 4; n++ { // two each
		for range 2 {
			l := w.listenFrom(fmt.Sprintf("127.0.0.%d", n), "ping")
			_, err := l.next()
			w.Must(err)
			open = append(open, l)
		}
	}
	visitor := w.listenFrom("127.0.0.5", "ping")
	_, err := visitor.next()
	w.Must(err)
	if n := w.Server.Listeners(); n != 8 {
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
	w := open(t, servertest.Sale{Wait: time.Minute})
	l := w.listen("ping")
	_, err := l.next()
	w.Must(err)
	// A payment that is held on keeps the server from ending, and not the feed.
	w.Mining.Store(false)
	s := w.Sign(w.Payer(10), "/mint", 2)
	answered := w.Meanwhile(func() servertest.Answer { return w.Pay("/mint", s) })
	w.Eventually("claimed", func() bool { return w.Orders() == 1 })
	stopped := make(chan error, 1)
	go func() { stopped <- w.Server.Shutdown(w.Ctx) }()
	for err = nil; err == nil; {
		_, err = l.next()
	}
	if !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) && !strings.Contains(err.Error(), "reset") {
		t.Error(err)
	}
	w.Eventually("nothing of feeds runs", func() bool {
		all := make([]byte, 1<<20)
		return !strings.Contains(string(all[:runtime.Stack(all, true)]), "feed.(*Hub)")
	})
	if conn, ours := net.Pipe(); w.Server.Listen(ours, "ping") {
		conn.Close()
		t.Error("listens after the end")
	}
	w.Mining.Store(true)
	answered().Wants(200)
	w.Must(<-stopped)
}

func TestNothingRunsForNobody(t *testing.T) {
	w := open(t, servertest.Sale{})
	for range 3 {
		l := w.listen("ping")
		_, err := l.next()
		w.Must(err)
		w.Must(l.conn.Close())
		w.Eventually("nothing of feeds runs", func() bool {
			all := make([]byte, 1<<20)
			return !strings.Contains(string(all[:runtime.Stack(all, true)]), "feed.(*Hub)")
		})
	}
}
