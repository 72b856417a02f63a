package e2e

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

const (
	feedRounds = 6
	feedsMost  = 64 << 20 // bytes that a thousand feeds may cost the server
)

// listenersAsked is how many listen; FEEDS says otherwise.
func listenersAsked(t *testing.T) int {
	if s := os.Getenv("FEEDS"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > 9_000 {
			t.Fatalf("FEEDS=%s: expected 1 to 9000", s)
		}
		return n
	}
	return 1000
}

// audience is a number of connections that listen to a launch.
type audience struct {
	conns  []net.Conn
	events atomic.Int64
	bytes  atomic.Int64
	all    sync.WaitGroup
}

// tune opens so many feeds and returns when each was told something.
func (s *shop) tune(n int) *audience {
	s.t.Helper()
	a := &audience{conns: make([]net.Conn, n)}
	var told atomic.Int64
	for i := range a.conns {
		conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
		if err != nil {
			s.t.Fatal(err)
		}
		a.conns[i] = conn
		if _, err := io.WriteString(conn, "GET /launches/ping/feed HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
			s.t.Fatal(err)
		}
		a.all.Go(func() {
			buffer := make([]byte, 8<<10)
			for first := true; ; {
				n, err := conn.Read(buffer)
				events := bytes.Count(buffer[:n], []byte("event: launch"))
				a.bytes.Add(int64(n))
				a.events.Add(int64(events))
				if events > 0 && first {
					first = false
					told.Add(1)
				}
				if err != nil {
					return
				}
			}
		})
	}
	until(s.t, "everybody was told how the launch stands", func() bool { return told.Load() == int64(n) })
	return a
}

func (a *audience) leave() {
	for _, c := range a.conns {
		c.Close()
	}
	a.all.Wait()
}

// memory is what a process has in memory, in bytes, and the time it has worked.
func (p *process) memory(t *testing.T) (resident int64, worked time.Duration) {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		t.Skip("memory is read from /proc:", err)
	}
	for line := range strings.Lines(string(status)) {
		if fields := strings.Fields(line); len(fields) == 3 && fields[0] == "VmRSS:" {
			kb, err := strconv.ParseInt(fields[1], 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			resident = kb << 10
		}
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	// After the name, which is in parentheses: the 12th and 13th are hundredths.
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	for _, f := range fields[11:13] {
		n, err := strconv.ParseInt(f, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		worked += time.Duration(n) * 10 * time.Millisecond
	}
	return resident, worked
}

// TestAThousandFeedsCostLittle is a measurement: `make feeds` runs it.
func TestAThousandFeedsCostLittle(t *testing.T) {
	measured(t, "feeds")
	listeners := listenersAsked(t)
	u := deployCircle(t, startAnvil(t, 1))
	payers := newPayers(t, (2*feedRounds+1)*floodHonest)
	u.give(price, addresses(payers)...)
	s := openShop(t, u, 100_000)
	payments := s.payments(payers, 1)
	phaseOf := func(p *phase, n int) (resident int64, worked time.Duration) {
		_, before := s.server.memory(t)
		p.add(s.honest(payments[n*floodHonest:][:floodHonest], &counting{}))
		resident, after := s.server.memory(t)
		return resident, after - before
	}
	var warm, quiet, heard phase
	phaseOf(&warm, 0)
	var without, with, opened []int64
	var workedWithout, workedWith time.Duration
	var events, sent int64
	for round := range feedRounds {
		resident, worked := phaseOf(&quiet, 2*round+1)
		without, workedWithout = append(without, resident), workedWithout+worked
		a := s.tune(listeners)
		resident, _ = s.server.memory(t)
		opened = append(opened, resident)
		resident, worked = phaseOf(&heard, 2*round+2)
		with, workedWith = append(with, resident), workedWith+worked
		a.leave()
		events, sent = events+a.events.Load(), sent+a.bytes.Load()
		until(t, "nobody listens", func() bool {
			a, err := ask(s.url+"/metrics", "", "")
			return err == nil && strings.Contains(string(a.body), "\nmint402_feeds 0\n")
		})
	}
	minted, _ := s.audit(t, price, payments)
	if len(minted) != len(payments) {
		t.Errorf("%d of %d payments were minted", len(minted), len(payments))
	}

	mb := func(n int64) string { return fmt.Sprintf("%.1f", float64(n)/(1<<20)) }
	ms := func(d time.Duration) string { return fmt.Sprintf("%.1f", float64(d.Microseconds())/1000) }
	var b strings.Builder
	fmt.Fprintf(&b, "\n%-36s%14s%14s\n", "", "no feeds", strconv.Itoa(listeners)+" feeds")
	row := func(what, without, with string) { fmt.Fprintf(&b, "%-36s%14s%14s\n", what, without, with) }
	row("resident after the first round, MB", mb(without[0]), mb(with[0]))
	row("resident at most, MB", mb(slices.Max(without)), mb(max(slices.Max(with), slices.Max(opened))))
	row("resident when they were opened, MB", mb(without[0]), mb(opened[0]))
	row("the server's processor time, ms", ms(workedWithout), ms(workedWith))
	for _, percent := range []int{50, 99} {
		row(fmt.Sprintf("price, p%d, ms", percent), ms(at(quiet.asked, percent)), ms(at(heard.asked, percent)))
	}
	worst := 0.0
	for _, percent := range []int{50, 90, 99} {
		row(fmt.Sprintf("payment to mint, p%d, ms", percent), ms(at(quiet.minted, percent)), ms(at(heard.minted, percent)))
		worst = max(worst, float64(at(heard.minted, percent))/float64(at(quiet.minted, percent)))
	}
	// What the first listeners cost is what a server that has none does not have.
	cost := max(slices.Max(with), slices.Max(opened)) - without[0]
	fmt.Fprintf(&b, "%d feeds cost %s MB; mints take at most %.2f of what they take without; each feed was told %.0f times, %s MB in all\n",
		listeners, mb(cost), worst, float64(events)/float64(listeners*feedRounds), mb(sent))
	t.Log(b.String())
	if allowed := int64(feedsMost) * int64(listeners) / 1000; cost > allowed {
		t.Errorf("%d feeds cost %s MB, more than %s", listeners, mb(cost), mb(allowed))
	}
	if worst > 1.1 {
		t.Logf("WARNING: with feeds, mints take %.0f %% longer; on a machine that does other things as well, measure again", 100*(worst-1))
	}
}
