package e2e

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// The three addresses of the measurement.
const (
	silentFrom  = "127.0.0.2"
	feedsFrom   = "127.0.0.3"
	visitorFrom = "127.0.0.4"
)

const (
	silentRounds = 3
	silentLasts  = 10 * time.Second
	silentEvery  = 20 * time.Millisecond // between the visitor's requests
	takerPause   = 30 * time.Second      // after which a connection that ended is opened again
	takerFiles   = 256                   // of a taker, for everything but its connections
)

// taken is what a taker has of a server.
type taken struct {
	Open    int64 `json:"open"`    // connections, or feeds that were told something
	Opened  int64 `json:"opened"`  // ever
	Refused int64 `json:"refused"` // or closed
}

// taker opens connections to a server, as many as it is told, and opens each again
// some time after it has ended. It is a process of its own, since a process may not
// have as many files open. TestMain calls it.
func taker(what string) {
	var from, to, path string
	var n int
	if _, err := fmt.Sscan(what, &from, &to, &n, &path); err != nil {
		fmt.Fprintln(os.Stderr, "taker:", err)
		os.Exit(1)
	}
	// What strangers compute is not the server's: it goes first.
	_ = syscall.Setpriority(syscall.PRIO_PROCESS, 0, 19)
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	var open, opened, refused atomic.Int64
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}, Timeout: 30 * time.Second}
	hold := func() {
		c, err := dialer.DialContext(ctx, "tcp", to)
		if err != nil {
			return
		}
		defer c.Close()
		defer context.AfterFunc(ctx, func() { _ = c.Close() })()
		in := bufio.NewReaderSize(c, 512)
		if path != "-" {
			if _, err := io.WriteString(c, "GET "+path+" HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
				return
			}
			if line, err := in.ReadString('\n'); err != nil || !strings.Contains(line, " 200 ") {
				return
			}
		}
		open.Add(1)
		opened.Add(1)
		_, _ = io.Copy(io.Discard, in)
		open.Add(-1)
	}
	for i := range n {
		go func() {
			// They come evenly, and come again at the same pace.
			wait := time.NewTimer(takerPause * time.Duration(i) / time.Duration(n))
			for {
				select {
				case <-ctx.Done():
					return
				case <-wait.C:
				}
				hold()
				refused.Add(1)
				wait.Reset(takerPause)
			}
		}()
	}
	tick := time.NewTicker(time.Second / 2)
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-tick.C:
		}
		_ = json.NewEncoder(os.Stdout).Encode(taken{open.Load(), opened.Load(), refused.Load()})
	}
}

// takers are processes that take connections from one address.
type takers []*process

// take starts as many takers as so many connections need, by the limit of files.
func (s *shop) take(from string, n, files int, path string) (all takers) {
	s.t.Helper()
	self, err := os.Executable()
	if err != nil {
		s.t.Fatal(err)
	}
	for each := files - takerFiles; n > 0; n -= each {
		what := fmt.Sprintf("%s %s %d %s", from, s.listen, min(n, each), path)
		all = append(all, start(s.t, []string{"MINT402_TAKER=" + what}, self))
	}
	return all
}

func (all takers) have() (sum taken) {
	for _, p := range all {
		said := p.said()
		if len(said) == 0 {
			continue
		}
		var one taken
		_ = json.Unmarshal([]byte(said[len(said)-1]), &one) // another line counts as none
		sum.Open, sum.Opened, sum.Refused = sum.Open+one.Open, sum.Opened+one.Opened, sum.Refused+one.Refused
	}
	return sum
}

func (all takers) stop() {
	for _, p := range all {
		p.stop()
	}
}

// prices has a visitor ask for the price for a while, on a connection of its own
// each time, and returns what each took.
func (s *shop) prices() (each []time.Duration) {
	s.t.Helper()
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(visitorFrom)}}
	visitor := http.Client{Timeout: time.Minute, Transport: &http.Transport{DialContext: dialer.DialContext, DisableKeepAlives: true}}
	tick := time.NewTicker(silentEvery)
	defer tick.Stop()
	for began := time.Now(); time.Since(began) < silentLasts; <-tick.C {
		asked := time.Now()
		res, err := visitor.Get(mintURL(s.url, 1))
		if err != nil {
			s.t.Errorf("the visitor got no answer: %v", err)
			continue
		}
		_, err = io.Copy(io.Discard, res.Body)
		res.Body.Close()
		if each = append(each, time.Since(asked)); res.StatusCode != http.StatusPaymentRequired || err != nil {
			s.t.Errorf("the visitor was told %d, %v", res.StatusCode, err)
		}
	}
	return each
}

// files returns how many files a process may have open, after raising the limit as
// far as it goes.
func files(t *testing.T) int {
	t.Helper()
	const wanted = 1 << 16
	limit := syscall.Rlimit{Cur: wanted, Max: wanted}
	_ = syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit) // a process without the right keeps what it has
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	if limit.Max < wanted {
		t.Logf("the hard limit of open files is %d, and cannot be raised (ulimit -Hn): the server takes fewer connections, and those that come are spread over more processes", limit.Max)
	}
	if limit.Cur < 4096 {
		t.Fatalf("%d open files are too few to measure anything: raise the hard limit", limit.Cur)
	}
	return int(min(limit.Cur, wanted))
}

// many is a number from the environment.
func many(t *testing.T, name string, usual int) int {
	s := os.Getenv(name)
	if s == "" {
		return usual
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > 100_000 {
		t.Fatalf("%s=%s: expected 1 to 100000", name, s)
	}
	return n
}

// TestAThirdVisitorDoesNotNoticeTwentyThousandSilentConnectionsAndTenThousandFeeds
// is a measurement: `make silent` runs it.
func TestAThirdVisitorDoesNotNoticeTwentyThousandSilentConnectionsAndTenThousandFeeds(t *testing.T) {
	begin(t)
	if os.Getenv("MINT402_LOAD") == "" {
		t.Skip("make silent runs it")
	}
	connections, feeds, limit := many(t, "SILENT", 20_000), many(t, "FEEDS", 10_000), files(t)
	s := openShop(t, deployCircle(t, startAnvil(t, 2)), 1000)
	var quiet, loud []time.Duration
	var held, told taken
	var workedAlone, workedBeside time.Duration
	asks := func(worked *time.Duration) []time.Duration {
		_, before := s.server.memory(t)
		each := s.prices()
		_, after := s.server.memory(t)
		*worked += after - before
		return each
	}
	s.prices() // warms up
	for range silentRounds {
		quiet = append(quiet, asks(&workedAlone)...)
		silent := s.take(silentFrom, connections, limit, "-")
		listening := s.take(feedsFrom, feeds, limit, "/launches/ping/feed")
		until(t, "everybody has come", func() bool {
			a, b := silent.have(), listening.have()
			return a.Open+a.Refused >= int64(connections) && b.Open+b.Refused >= int64(feeds)
		})
		loud = append(loud, asks(&workedBeside)...)
		held, told = silent.have(), listening.have()
		silent.stop()
		listening.stop()
		until(t, "they are gone", func() bool {
			a, err := ask(s.url+"/metrics", "", "")
			return err == nil && strings.Contains(string(a.body), "\nmint402_feeds 0\n")
		})
	}

	ms := func(d time.Duration) string { return fmt.Sprintf("%.2f", float64(d.Microseconds())/1000) }
	var b strings.Builder
	fmt.Fprintf(&b, "\n%-28s%14s%14s%10s\n", "/mint of a third visitor", "alone", "beside them", "ratio")
	fmt.Fprintf(&b, "%-28s%14d%14d\n", "answers", len(quiet), len(loud))
	share := func(worked time.Duration) string {
		return fmt.Sprintf("%.1f %%", 100*worked.Seconds()/(silentRounds*silentLasts).Seconds())
	}
	fmt.Fprintf(&b, "%-28s%14s%14s\n", "the server's part of a core", share(workedAlone), share(workedBeside))
	worst := 0.0
	for _, percent := range []int{50, 90, 99} {
		without, with := at(quiet, percent), at(loud, percent)
		ratio := float64(with) / float64(without)
		fmt.Fprintf(&b, "%-28s%14s%14s%10.2f\n", fmt.Sprintf("p%d, ms", percent), ms(without), ms(with), ratio)
		if percent < 99 { // the slowest hundredth is the machine's
			worst = max(worst, ratio)
		}
	}
	fmt.Fprintf(&b, "%d silent connections from one address: %d open at the end, %d opened and %d closed in the last round; %d feeds from another: %d open, %d refused or ended\n",
		connections, held.Open, held.Opened, held.Refused, feeds, told.Open, told.Refused)
	t.Log(b.String())
	if worst > 1.2 {
		t.Errorf("the third visitor waits %.0f %% longer; on a machine that does other things as well, measure again", 100*(worst-1))
	}
	if s.server.ended() {
		t.Error("the server ended")
	}
}
