package signer

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"time"
)

// bounded limits the size of each answer. An answer that is longer is an error, not a
// shorter one.
type bounded struct{ http.RoundTripper }

func (b bounded) RoundTrip(req *http.Request) (*http.Response, error) {
	res, err := b.RoundTripper.RoundTrip(req)
	if err == nil {
		res.Body = &boundedBody{res.Body, maxAnswer}
	}
	return res, err
}

type boundedBody struct {
	io.ReadCloser
	left int
}

var errLong = fmt.Errorf("the answer is longer than %d bytes", maxAnswer)

func (b *boundedBody) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errLong
	}
	n, err := b.ReadCloser.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err
}

// newHTTP returns a client that follows no redirect: a signer has one address, and what is
// signed goes to no other.
func newHTTP(config *tls.Config) *http.Client {
	transport := &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            (&net.Dialer{Timeout: maxTimeout}).DialContext,
		TLSClientConfig:        config,
		ForceAttemptHTTP2:      true,
		MaxIdleConnsPerHost:    4,
		IdleConnTimeout:        30 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
	}
	return &http.Client{Transport: bounded{transport}, CheckRedirect: noRedirect}
}

func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// certificates reads the files of the options ca, cert and cert-key.
func (l *location) certificates() (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if file := l.options["ca"]; file != "" {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("ca: %w", err)
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(data) {
			return nil, fmt.Errorf("ca: %s has no certificate in PEM", file)
		}
	}
	if file := l.options["cert"]; file != "" || l.options["cert-key"] != "" {
		pair, err := tls.LoadX509KeyPair(file, l.options["cert-key"])
		if err != nil {
			return nil, fmt.Errorf("cert and cert-key: %w", err)
		}
		config.Certificates = []tls.Certificate{pair}
	}
	if len(l.options) > 0 && (config.RootCAs != nil || len(config.Certificates) > 0) && l.url.Scheme != "https" {
		return nil, errors.New("ca, cert and cert-key need https")
	}
	return config, nil
}

// web sends requests to one signer.
type web struct {
	http *http.Client
	base string
	auth *url.Userinfo

	bearer string // token; empty: none
}

// exchange sends a request, and returns the answer to it. body is sent as JSON; nil: no body.
func (w web) exchange(ctx context.Context, method, path string, body any) ([]byte, error) {
	var payload io.Reader
	if body != nil {
		data, err := json.Marshal(body)
		if err != nil {
			return nil, err
		}
		payload = bytes.NewReader(data)
	}
	req, err := http.NewRequestWithContext(ctx, method, w.base+path, payload)
	if err != nil {
		return nil, err
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if w.auth != nil {
		password, _ := w.auth.Password()
		req.SetBasicAuth(w.auth.Username(), password)
	}
	if w.bearer != "" {
		req.Header.Set("Authorization", "Bearer "+w.bearer)
	}
	res, err := w.http.Do(req)
	if err != nil {
		var failed *url.Error
		if errors.As(err, &failed) {
			err = failed.Err // the URL is in the signer's name
		}
		return nil, err
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	switch {
	case err != nil:
		return nil, err
	case res.StatusCode >= 300 && res.StatusCode < 400:
		return nil, fmt.Errorf("it answers %s with a redirect, which is not followed", res.Status)
	case res.StatusCode != http.StatusOK:
		return nil, &statusError{res.StatusCode, res.Status, data}
	}
	return data, nil
}

// statusError is an HTTP status that is no success.
type statusError struct {
	code   int
	status string
	body   []byte
}

func (e *statusError) Error() string {
	return fmt.Sprintf("it answers %.60s: %.200s", e.status, e.body)
}
