package media_test

import (
	"context"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/mint402/mint402/media"
	"github.com/mint402/mint402/webhook"
)

func TestAURLOfAPrivateAddressIsNotRead(t *testing.T) {
	asked := false
	s := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	defer s.Close()
	f := media.Fetcher{Dial: webhook.DialPublic}
	for _, from := range []string{s.URL, "https://localhost/a.png", "https://10.0.0.1/a.png", "https://[::1]/a.png", "https://169.254.169.254/latest/meta-data", "http://example.org/a.png", "file:///etc/passwd", "https://a@example.org", "https:///a", strings.Repeat("a", 3000)} {
		_, err := f.Get(t.Context(), from)
		var why *media.InvalidError
		if !errors.As(err, &why) || asked {
			t.Errorf("%.80s: %v; asked: %t", from, err, asked)
		}
	}
}

func TestARedirectAndALongAnswerAreRefused(t *testing.T) {
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/moved":
			http.Redirect(w, r, "https://127.0.0.1/secret", http.StatusFound)
		case "/long":
			for range media.MaxBytes/1024 + 2 {
				_, _ = w.Write(make([]byte, 1024))
			}
		case "/picture":
			_, _ = w.Write([]byte("picture"))
		default:
			http.NotFound(w, r)
		}
	}))
	defer s.Close()
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	f := media.Fetcher{Roots: roots, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, s.Listener.Addr().String())
	}}
	for path, want := range map[string]string{"/moved": "redirects to", "/long": "larger than 4 MiB", "/nothing": "404 Not Found"} {
		if _, err := f.Get(t.Context(), "https://example.com"+path); !caused(t, err, want) {
			t.Errorf("%s: %v, want %s", path, err, want)
		}
	}
	if body, err := f.Get(t.Context(), "https://example.com/picture"); err != nil || string(body) != "picture" {
		t.Errorf("%q, %v", body, err)
	}
	f.Roots = nil
	if _, err := f.Get(t.Context(), "https://example.com/picture"); !caused(t, err, "certificate") {
		t.Errorf("a certificate of another authority: %v", err)
	}
}

// caused reports whether an error has a cause that contains a text. What it shows to a stranger is
// the same for every cause.
func caused(t *testing.T, err error, text string) bool {
	t.Helper()
	var why *media.InvalidError
	if !errors.As(err, &why) || why.Cause == nil {
		return false
	}
	if _, same := (media.Fetcher{Dial: webhook.DialPublic}).Get(t.Context(), "https://127.0.0.1/a.png"); same.Error() != err.Error() {
		t.Errorf("%q, and %q", err, same)
	}
	return strings.Contains(why.Cause.Error(), text)
}

func TestAStrangerLearnsNothingOfTheNetworkFromAURL(t *testing.T) {
	f := media.Fetcher{Dial: func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.DNSError{Err: "no such host", Name: "db.internal", Server: "10.255.255.53:53", IsNotFound: true}
	}}
	_, err := f.Get(t.Context(), "https://db.internal/a.png")
	if err == nil || strings.Contains(err.Error(), "10.255") || strings.Contains(err.Error(), "host") {
		t.Errorf("%v", err)
	}
	if !caused(t, err, "10.255.255.53") {
		t.Errorf("the operator's log misses the cause: %v", err)
	}
}
