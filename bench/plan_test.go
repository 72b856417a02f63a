//go:build linux

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestAClimbFindsTheHighestRateThatPassesFromWhereverItBegins(t *testing.T) {
	rates := []float64{100, 200, 300, 400, 500}
	for limit := 0.0; limit <= 600; limit += 100 {
		want := slices.IndexFunc(rates, func(r float64) bool { return r > limit }) - 1
		if limit >= 500 {
			want = 4
		}
		for from := -1; from <= len(rates); from++ {
			tried := map[float64]int{}
			got, err := climb(rates, from, func(rate float64) (bool, error) {
				tried[rate]++
				return rate <= limit, nil
			})
			if err != nil || got != want {
				t.Errorf("limit %v, from %d: found %d, not %d: %v", limit, from, got, want, err)
			}
			for rate, n := range tried {
				if n > 1 {
					t.Errorf("limit %v, from %d: %v was tried %d times", limit, from, rate, n)
				}
			}
		}
	}
}

func TestANodeAtADistanceAnswersLateAndDoesNotHoldUpOthers(t *testing.T) {
	node := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.WriteHeader(http.StatusAccepted)
		_, _ = w.Write(append([]byte("got "), body...))
	}))
	defer node.Close()
	const delay = 200 * time.Millisecond
	d, err := startDistance(context.Background(), node.URL, delay)
	if err != nil {
		t.Fatal(err)
	}
	defer d.close()
	began := time.Now()
	done := make(chan string, 20)
	for range cap(done) {
		go func() {
			answer, err := http.Post(d.url, "application/json", strings.NewReader("call"))
			if err != nil {
				done <- err.Error()
				return
			}
			defer answer.Body.Close()
			body, _ := io.ReadAll(answer.Body)
			if took := time.Since(began); took < delay {
				body = []byte("too early: " + took.String())
			}
			done <- answer.Status + " " + string(body)
		}()
	}
	for range cap(done) {
		if got := <-done; got != "202 Accepted got call" {
			t.Error(got)
		}
	}
	if took := time.Since(began); took > 10*delay {
		t.Errorf("%d calls at a time took %s", cap(done), took)
	}
	if d.calls.Load() != int64(cap(done)) {
		t.Errorf("%d calls were counted", d.calls.Load())
	}
}

// planned parses a command line, with files in place of the programs.
func planned(t *testing.T, args ...string) (plan, error) {
	t.Helper()
	program := filepath.Join(t.TempDir(), "mint402")
	if err := os.WriteFile(program, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	p, _, err := parse(append([]string{"-program", program, "-anvil", t.TempDir()}, args...))
	return p, err
}

func TestTheCommandLineSelectsRowsAndSizes(t *testing.T) {
	p, err := planned(t, "-groups", "delay, burst", "-delay", "50ms", "-rates", "300,700", "-peer", "Other one=/bin/other -fast", "-runs", "2")
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{plan: p}
	if !b.has("burst") || b.has("answers", "paid") || !slices.Equal(p.delays, []time.Duration{50 * time.Millisecond}) || !slices.Equal(p.rates, []float64{300, 700}) || p.runs != 2 {
		t.Errorf("%+v", p)
	}
	if len(p.guests) != 1 || p.guests[0].name != "Other one" || !slices.Equal(p.guests[0].command, []string{"/bin/other", "-fast"}) {
		t.Errorf("guests are %v", p.guests)
	}
	if p, err = planned(t, "-short", "-runs", "3"); err != nil || p.runs != 3 || p.lasts != 6*time.Second {
		t.Errorf("a chosen size does not win over -short: %d runs, %s, %v", p.runs, p.lasts, err)
	}
}

func TestACommandLineThatCannotBeCarriedOutIsRefused(t *testing.T) {
	for _, args := range [][]string{{"-groups", "delays"}, {"-rates", "400,200"}, {"-rates", "0"}, {"-delay", "1m"}, {"-blocks", "1ms"}, {"-runs", "0"},
		{"-peer", "x"}, {"-peer", "a=b", "-peer", "a=c"}, {"more"}, {"-program", "/nonexistent"}} {
		if _, err := planned(t, args...); err == nil {
			t.Errorf("%v was accepted", args)
		}
	}
}

func TestAGoalIsReachedOnItsOwnSideOfTheTarget(t *testing.T) {
	b := &bench{plan: plan{delays: []time.Duration{0}, blockTimes: []time.Duration{blockTime}, whole: 1000, offered: 2200, guests: guests{{name: "guest"}}}}
	b.add(rowChallenge, ours, 90)
	b.add(rowChallenge, bareSame, 100)
	b.add(rowForged, ours, 120)
	b.add(rowForged, "guest", 100)
	b.add(rowForged+": cpu", ours, 10)
	b.add(rowForged+": cpu", "guest", 14)
	b.add(distantRow(0, blockTime), ours, 1000)
	b.add(rowOverload, ours, 890)
	b.add(rowWhole+": answer", ours, 2)
	b.add(rowSingle+": p50", ours, 61)
	want := map[string]bool{"402s": true, "refusals": false, "mints a second": true, "delivered": false, "burst": true, "one mint": false}
	found := report{b}.goals()
	if len(found) != len(want) {
		t.Errorf("%d goals: %+v", len(found), found)
	}
	for _, g := range found {
		for begin, reached := range want {
			if strings.HasPrefix(g.title, begin) && g.reached() != reached {
				t.Errorf("%s: %v, reached %v", g.title, g.value, g.reached())
			}
		}
		if strings.HasPrefix(g.title, "refusals") && g.byCPU != 1.4 {
			t.Errorf("by processor time it is %v", g.byCPU)
		}
	}
	var out bytes.Buffer
	if err := (report{b}).asJSON(&out, "a machine"); err != nil || !json.Valid(out.Bytes()) {
		t.Errorf("%v: %s", err, out.String())
	}
}

func TestTheStoresBenchmarkIsReadByUnits(t *testing.T) {
	f := measurements("goos: linux\nBenchmarkLedger/claim 	 30	 0 ns/op	 120.5 large-p50-µs	 900 large-p99-µs	 1.1 ratio	 110 small-p50-µs	 800 small-p99-µs\nPASS\n")
	if f["small-p50-µs"] != 110 || f["large-p50-µs"] != 120.5 || f["large-p99-µs"] != 900 || f["ratio"] != 1.1 {
		t.Error(f)
	}
}
