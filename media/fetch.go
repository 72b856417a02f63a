package media

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"
)

// fetchTimeout is how long a picture may take to arrive.
const fetchTimeout = 15 * time.Second

// Fetcher reads pictures from URLs, once for each edit, so that a page's visitors ask no
// other site for them.
type Fetcher struct {
	// Dial connects. It has to refuse addresses that are not public: an editor could
	// otherwise have the server read from its own network.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Roots are the trusted certificate authorities; nil: the system's.
	Roots *x509.CertPool
}

// Get returns the body of a picture's https URL. It follows no redirects. The error is an
// *InvalidError if the URL or its answer cannot be used.
func (f Fetcher) Get(ctx context.Context, from string) ([]byte, error) {
	u, err := url.Parse(from)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || len(from) > 2048 {
		return nil, invalid("is not a URL that begins with https://")
	}
	ctx, cancel := context.WithTimeout(ctx, fetchTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, invalid("is not a URL that begins with https://")
	}
	req.Header.Set("Accept", "image/png, image/jpeg, image/webp, image/gif, image/svg+xml")
	req.Header.Set("User-Agent", "mint402")
	client := &http.Client{
		// Proxy is nil: a proxy of the environment would connect without the check.
		Transport:     &http.Transport{DialContext: f.Dial, TLSClientConfig: &tls.Config{RootCAs: f.Roots, MinVersion: tls.VersionTLS12}, DisableKeepAlives: true, MaxResponseHeaderBytes: 64 << 10, TLSHandshakeTimeout: 10 * time.Second},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	answer, err := client.Do(req)
	if err != nil {
		var inner *url.Error
		if errors.As(err, &inner) {
			err = inner.Err
		}
		return nil, unread(err)
	}
	defer answer.Body.Close()
	switch {
	case answer.StatusCode >= 300 && answer.StatusCode < 400:
		return nil, unread(fmt.Errorf("it redirects to %.200q", answer.Header.Get("Location")))
	case answer.StatusCode != http.StatusOK:
		return nil, unread(fmt.Errorf("the answer was %d %s", answer.StatusCode, http.StatusText(answer.StatusCode)))
	}
	body, err := io.ReadAll(io.LimitReader(answer.Body, MaxBytes+1))
	if err != nil {
		return nil, unread(err)
	}
	if len(body) > MaxBytes {
		return nil, unread(fmt.Errorf("it is larger than %d MiB", MaxBytes>>20))
	}
	return body, nil
}

// unread is the one answer to every failure. A stranger could otherwise learn from it which names
// the server's network resolves, and who resolves them.
func unread(cause error) error {
	return &InvalidError{Reason: fmt.Sprintf("was not read: it has to be on a public server that answers within %s with status 200, no redirect, and at most %d MiB",
		fetchTimeout, MaxBytes>>20), Cause: cause}
}
