package pay

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/mint402/mint402/x402"
)

func TestACancelledContextStopsTheWaiting(t *testing.T) {
	s := openShop(t, status(503))
	ctx, cancel := context.WithCancel(t.Context())
	c := &Client{Signer: KeySigner(payerKey), Now: func() time.Time { return clock }, Keep: func(x402.Signed) error { return nil }}
	c.Wait = func(ctx context.Context, d time.Duration) error { cancel(); return ctx.Err() }
	result, err := c.Pay(s.request(t).WithContext(ctx))
	if !errors.Is(err, ErrUnresolved) || !errors.Is(err, context.Canceled) || result.Payment == nil {
		t.Errorf("got %v", err)
	}
	var real Client
	if err := real.wait(ctx, time.Hour); !errors.Is(err, context.Canceled) {
		t.Errorf("the real clock: %v", err)
	}
}

func TestAnAnswerThatDripsHoldsThePayerForNoLongerThanItsPatience(t *testing.T) {
	signed, err := x402.Sign(ourRequirement(t), payerKey, clock)
	if err != nil {
		t.Fatal(err)
	}
	for patience, most := range map[time.Duration]time.Duration{time.Millisecond: leastRequest, 20 * time.Second: 20 * time.Second} {
		asked := 0
		client := &Client{Signer: KeySigner(payerKey), Patience: patience, Wait: func(context.Context, time.Duration) error { return nil },
			HTTP: &http.Client{Transport: roundTrip(func(req *http.Request) (*http.Response, error) {
				asked++
				end, ok := req.Context().Deadline()
				if left := time.Until(end); !ok || left > most {
					t.Errorf("patience %s: a request may take %s", patience, left)
				}
				return nil, errors.New("broken off")
			})}}
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://mint.example/mint", nil)
		if _, err := client.Resume(req, signed); !errors.Is(err, ErrUnresolved) || asked == 0 {
			t.Errorf("patience %s: %v after %d requests", patience, err, asked)
		}
	}
}

func TestAFirstAnswerThatDoesNotEndHoldsThePayerForNoLongerThanItsPatience(t *testing.T) {
	drip := func(out io.Writer, over <-chan struct{}, piece string) {
		tick := time.NewTicker(10 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-over:
				return
			case <-tick.C:
				if _, err := io.WriteString(out, piece); err != nil {
					return
				}
				if f, ok := out.(http.Flusher); ok {
					f.Flush()
				}
			}
		}
	}
	begun := func(w http.ResponseWriter) net.Conn {
		c, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return nil
		}
		_, _ = io.WriteString(c, "HTTP/1.1 402 x402.Payment Required\r\n")
		return c
	}
	for name, answer := range map[string]func(http.ResponseWriter, *http.Request){
		"no answer":                func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		"a body that drips":        func(w http.ResponseWriter, r *http.Request) { status(402)(w, r); drip(w, r.Context().Done(), " ") },
		"a success that drips":     func(w http.ResponseWriter, r *http.Request) { drip(w, r.Context().Done(), " ") },
		"a header that drips":      func(w http.ResponseWriter, r *http.Request) { drip(begun(w), nil, "x") },
		"headers without end":      func(w http.ResponseWriter, r *http.Request) { drip(begun(w), nil, "X-Pad: x\r\n") },
		"redirects that take time": redirectSlowly,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := httptest.NewServer(http.HandlerFunc(answer))
			defer s.Close()
			defer s.CloseClientConnections()
			// It guards the test: the client has to end before it.
			ctx, cancel := context.WithTimeout(t.Context(), 12*leastRequest)
			defer cancel()
			req, _ := http.NewRequestWithContext(ctx, http.MethodGet, s.URL, nil)
			client := &Client{Signer: KeySigner(payerKey), Patience: time.Millisecond, HTTP: &http.Client{}}
			result, err := client.Pay(req)
			if !errors.Is(err, context.DeadlineExceeded) || ctx.Err() != nil || result != nil {
				t.Errorf("%v, %+v", err, result)
			}
		})
	}
}

// redirectSlowly leads on to another URL after a part of leastRequest.
func redirectSlowly(w http.ResponseWriter, r *http.Request) {
	timer := time.NewTimer(leastRequest / 4)
	defer timer.Stop()
	select {
	case <-r.Context().Done():
	case <-timer.C:
		http.Redirect(w, r, "/on", http.StatusFound)
	}
}

func TestARetryIsNeitherAtOnceNorFarAway(t *testing.T) {
	for value, want := range map[string]time.Duration{
		"": 5 * time.Second, "7": 7 * time.Second, "0": 200 * time.Millisecond, "3600": time.Minute, "-1": 5 * time.Second, "soon": 5 * time.Second,
		clock.Add(9 * time.Second).UTC().Format(http.TimeFormat): 9 * time.Second,
		clock.Add(-time.Hour).UTC().Format(http.TimeFormat):      200 * time.Millisecond,
	} {
		h := http.Header{}
		h.Set("Retry-After", value)
		if got := retryAfter(h, clock, 5*time.Second); got != want {
			t.Errorf("%q: %v, want %v", value, got, want)
		}
	}
}
