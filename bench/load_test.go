//go:build linux

package main

import (
	"fmt"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// counted is a server that counts requests, and its port.
func counted(t *testing.T, answer http.HandlerFunc) (*atomic.Int64, int) {
	t.Helper()
	var n atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n.Add(1)
		answer(w, r)
	}))
	t.Cleanup(s.Close)
	return &n, s.Listener.Addr().(*net.TCPAddr).Port
}

// numbered is n requests.
func numbered(n int) func() ([]byte, int) {
	i := -1
	return func() ([]byte, int) {
		if i++; i >= n {
			return nil, 0
		}
		return get("X-PAYMENT", fmt.Sprint(i)), i
	}
}

func TestEveryAnswerIsCountedOnceAndByItsStatus(t *testing.T) {
	long := strings.Repeat("x", 100_000) // more than one read
	for _, depth := range []int{1, pipelined} {
		n, port := counted(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", fmt.Sprint(len(long)))
			if strings.HasSuffix(r.Header.Get("X-PAYMENT"), "7") {
				w.WriteHeader(http.StatusPaymentRequired)
			}
			_, _ = w.Write([]byte(long))
		})
		l := load{port: port, connections: 3, depth: depth, expect: 200, next: numbered(200)}
		s, err := l.exhaust(time.Minute)
		if err != nil || n.Load() != 200 || s.good != 180 || s.others[402] != 20 || len(s.took) != 180 || l.answers != 200 {
			t.Errorf("depth %d: %d requests, %d good, others %v, %d answers, %v", depth, n.Load(), s.good, s.others, l.answers, err)
		}
	}
}

func TestALoadWhoseRequestsRunOutInTheWarmUpCountsThemAll(t *testing.T) {
	_, port := counted(t, func(w http.ResponseWriter, r *http.Request) { w.Header().Set("Content-Length", "0") })
	l := load{port: port, connections: 2, depth: 1, expect: 200, next: numbered(20)}
	s, err := l.hammer(10 * time.Minute)
	if err != nil || s.good != 20 || s.elapsed <= 0 || s.elapsed > time.Minute {
		t.Errorf("%d good in %s, %v", s.good, s.elapsed, err)
	}
}

func TestAPacedLoadWaitsForNobody(t *testing.T) {
	gate := make(chan struct{})
	var waiting atomic.Int64
	_, port := counted(t, func(w http.ResponseWriter, r *http.Request) {
		// No request is answered before all are there.
		if waiting.Add(1) == 50 {
			close(gate)
		}
		<-gate
		fmt.Fprint(w, "done")
	})
	var last time.Duration
	l := load{port: port, connections: 1, expect: 200, next: numbered(50),
		each: func(_, _ int, sent, took time.Duration) { last = max(last, sent) }}
	s, err := l.pace(500, time.Minute)
	if err != nil || s.good != 50 {
		t.Fatalf("%d of 50 were answered: %v", s.good, err)
	}
	if due := 49 * time.Second / 500; last != due {
		t.Errorf("the last was due after %s, not %s", last, due)
	}
}

func TestA202IsFollowedUntilTheAnswerIsAnother(t *testing.T) {
	var asked atomic.Int64
	_, port := counted(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/mint" || asked.Add(1) < 3 {
			w.WriteHeader(http.StatusAccepted)
		}
		fmt.Fprint(w, "done")
	})
	l := load{port: port, connections: 1, expect: 200, next: numbered(2), follow: func(tag int) []byte { return getPath("/orders/1", "", "") },
		each: func(_, _ int, sent, _ time.Duration) {
			if sent != 0 {
				t.Errorf("its time runs from %s on, not from the first request", sent)
			}
		}}
	s, err := l.pace(0, time.Minute)
	if err != nil || s.good != 2 || len(s.others) != 0 || asked.Load() != 4 {
		t.Errorf("%d good, others %v, asked %d times, %v", s.good, s.others, asked.Load(), err)
	}
}

func TestWhatAServerHangsUpOnHasNoAnswer(t *testing.T) {
	_, port := counted(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-PAYMENT") == "3" {
			panic(http.ErrAbortHandler)
		}
		fmt.Fprint(w, "done")
	})
	l := load{port: port, connections: 2, depth: 1, expect: 200, next: numbered(10)}
	s, err := l.exhaust(time.Minute)
	if err != nil || s.good != 9 || s.others[0] != 1 {
		t.Errorf("%d good, others %v, %v", s.good, s.others, err)
	}
}

func TestAPercentileIsAValueThatWasMeasured(t *testing.T) {
	for p, want := range map[float64]float64{0: 1, 50: 3, 90: 5, 100: 5} {
		if got := percentile([]float64{5, 1, 4, 2, 3}, p); got != want {
			t.Errorf("p%v is %v, not %v", p, got, want)
		}
	}
	if !math.IsNaN(percentile(nil, 50)) {
		t.Error("the median of nothing is a number")
	}
}

func TestNumbersArePrintedForPeople(t *testing.T) {
	for want, v := range map[string]float64{"1,234,567": 1234567, "999": 999, "–": math.NaN()} {
		if got := number("%.0f", v); got != want {
			t.Errorf("%v is printed as %s, not %s", v, got, want)
		}
	}
	if got := number("%.1f ×", 12345.67); got != "12,345.7 ×" {
		t.Error(got)
	}
}
