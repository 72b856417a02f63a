package webhook

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestOnlyA2xxIsADelivery(t *testing.T) {
	now := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	followed := false
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/200":
		case "/204":
			w.WriteHeader(204)
		case "/302":
			w.Header().Set("Location", "/followed")
			w.WriteHeader(302)
		case "/307":
			w.Header().Set("Location", "/followed")
			w.WriteHeader(307)
		case "/followed":
			followed = true
		case "/429":
			w.Header().Set("Retry-After", "120")
			w.WriteHeader(429)
		case "/503":
			w.Header().Set("Retry-After", now.Add(time.Minute).Format(http.TimeFormat))
			w.WriteHeader(503)
		case "/410":
			w.WriteHeader(410)
		case "/huge": // an answer without end
			for range 1 << 10 {
				if _, err := w.Write(make([]byte, 1<<16)); err != nil {
					return
				}
			}
		case "/hang-up":
			panic(http.ErrAbortHandler)
		default:
			w.WriteHeader(500)
		}
	}))
	defer s.Close()
	p := newPoster(newGuard(true))
	defer p.client.CloseIdleConnections()
	for path, want := range map[string]*failure{
		"/200": nil, "/204": nil, "/huge": nil,
		"/302": {reason: "302 Found: redirects"}, "/307": {reason: "307 Temporary Redirect: redirects"},
		"/400": {reason: "500 Internal"}, "/410": {reason: "410", endpoint: true, gone: true},
		"/429": {reason: "429", endpoint: true, after: 2 * time.Minute}, "/503": {reason: "503", endpoint: true, after: time.Minute},
		"/hang-up": {reason: "EOF", endpoint: true},
	} {
		f := p.post(context.Background(), s.URL+path, []Secret{NewSecret()}, "evt_1", now, []byte("{}"))
		switch {
		case (f == nil) != (want == nil):
			t.Errorf("%s: %v", path, f)
		case f != nil && (!strings.Contains(f.reason, want.reason) || f.endpoint != want.endpoint || f.gone != want.gone || f.after != want.after):
			t.Errorf("%s: %+v, not %+v", path, *f, *want)
		case f != nil && strings.Contains(f.reason, s.URL):
			t.Errorf("%s: the reason has the URL: %s", path, f.reason)
		}
	}
	if followed {
		t.Error("a redirect was followed")
	}
}

func TestAReceiverCanPutUsOffForADayAtMost(t *testing.T) {
	now := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	for v, want := range map[string]time.Duration{"": 0, "soon": 0, "-5": 0, "30": 30 * time.Second, "4294967295": maxRetryAfter, "99999999999999": 0,
		"Mon, 01 Dec 2025 00:00:00 GMT": 0, "Tue, 01 Dec 2099 00:00:00 GMT": maxRetryAfter} {
		if got := retryAfter(v, now); got != want {
			t.Errorf("%q: %s, not %s", v, got, want)
		}
	}
}
