package facilitator

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/mint402/mint402/weburl"
	"github.com/mint402/mint402/x402"
)

// Client asks one facilitator. Each of its requests has a bounded time and a bounded answer,
// and follows no redirect.
type Client struct {
	URL url.URL // without a slash at the end
	Key *Key    // signs each request; nil: requests are not signed
	// Now returns the time for signed requests.
	Now func() time.Time

	// VerifyTime and SettleTime are how long an answer may take.
	VerifyTime, SettleTime time.Duration

	http *http.Client
}

const (
	// maxAnswer is the maximum size of an answer, in bytes.
	maxAnswer = 64 << 10
	// maxSupported is that of the answer of /supported, which lists many networks.
	maxSupported = 1 << 20
	// verifyTime and settleTime are the defaults. A facilitator waits for a block in settle.
	verifyTime, settleTime = 15 * time.Second, 90 * time.Second
)

var errNoV1 = errors.New("version 1 of the protocol cannot express this payment")

// NewClient returns a client for a facilitator's base URL. The URL begins with https://, or
// http:// for a program on this machine.
func NewClient(base string, key *Key) (*Client, error) {
	u, err := weburl.Parse(strings.TrimRight(base, "/"), "https", "http")
	switch {
	case err != nil:
		return nil, fmt.Errorf("no URL of a facilitator, such as https://x402.org/facilitator: %w", err) // it may have a key
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return nil, fmt.Errorf("the URL of %s has a user, a query or a fragment, and may have none", u.Host)
	case u.Scheme != "https" && (u.Scheme != "http" || !isLocal(u.Hostname())):
		return nil, fmt.Errorf("%s: expected a URL that begins with https://", u.Redacted())
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.DisableCompression = true // a small answer may not become a large one
	transport.MaxResponseHeaderBytes = maxAnswer
	transport.MaxIdleConnsPerHost, transport.MaxConnsPerHost = 32, 128
	// A request on a connection that the other side is about to close has no known outcome.
	transport.IdleConnTimeout = 15 * time.Second
	return &Client{URL: *u, Key: key, Now: time.Now, VerifyTime: verifyTime, SettleTime: settleTime, http: &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

func isLocal(host string) bool { return host == "localhost" || host == "127.0.0.1" || host == "::1" }

// Close closes the connections that no request uses.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// SupportedKind is a way to pay that a facilitator serves.
type SupportedKind struct {
	X402Version int    `json:"x402Version"`
	Scheme      string `json:"scheme"`
	Network     string `json:"network"`
}

// maxKinds is the maximum number of kinds that are kept.
const maxKinds = 1000

// Supported asks for the kinds that the facilitator serves.
func (c *Client) Supported(ctx context.Context) ([]SupportedKind, error) {
	r := c.send(ctx, http.MethodGet, "supported", nil, c.VerifyTime, maxSupported)
	switch {
	case r.err != nil:
		return nil, r.err
	case r.status != http.StatusOK:
		return nil, fmt.Errorf("/supported answered %d", r.status)
	}
	if err := x402.CheckJSON(r.body); err != nil {
		return nil, fmt.Errorf("/supported: %w", err)
	}
	var list struct {
		Kinds []SupportedKind `json:"kinds"`
	}
	if err := json.Unmarshal(r.body, &list); err != nil || list.Kinds == nil {
		return nil, errors.New("/supported has no list of kinds")
	}
	return list.Kinds[:min(len(list.Kinds), maxKinds)], nil
}

// version returns the newest version that kinds have for a network, or 0.
func version(kinds []SupportedKind, n x402.Network) (v int) {
	for _, k := range kinds {
		if k.Scheme != x402.SchemeExact {
			continue
		}
		switch {
		case k.X402Version == 2 && k.Network == n.CAIP2():
			return 2
		case k.X402Version == 1 && n.V1 && k.Network == n.Name:
			v = 1
		}
	}
	return v
}

// Verify asks whether the facilitator would settle a payment, in a version of the protocol.
// The outcome is Valid, Unsent or Barred.
func (c *Client) Verify(ctx context.Context, p *Payment, version int) Outcome {
	body, err := p.body(version)
	if err != nil {
		return outcome(Unsent, false, "%v", err)
	}
	r := c.send(ctx, http.MethodPost, "verify", body, c.VerifyTime, maxAnswer)
	if r.err != nil {
		return outcome(Unsent, true, "%v", r.err)
	}
	return verified(p, r.status, r.body)
}

// Settle asks the facilitator to settle a payment, once: the request is repeated only by the
// transport, on another connection, if no byte of it was written to the first. The outcome is Settled, Unsent, Unknown or Barred.
func (c *Client) Settle(ctx context.Context, p *Payment, version int) Outcome {
	body, err := p.body(version)
	if err != nil {
		return outcome(Unsent, false, "%v", err)
	}
	r := c.send(ctx, http.MethodPost, "settle", body, c.SettleTime, maxAnswer)
	switch {
	case r.err != nil && !r.written:
		return outcome(Unsent, true, "%v", r.err)
	case r.err != nil:
		return outcome(Unknown, true, "%v", r.err)
	}
	return settled(p, r.status, r.body)
}

// response is the result of a request.
type response struct {
	status int
	body   []byte
	// written reports that the headers of the request were written: the facilitator may have it.
	written bool
	err     error
}

// send sends one request and reads the answer whole.
func (c *Client) send(ctx context.Context, method, path string, body []byte, patience time.Duration, most int64) (r response) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var written atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaders: func() { written.Store(true) }})
	defer func() { r.written = written.Load() }()
	target := c.URL
	target.Path += "/" + path
	req, err := http.NewRequestWithContext(ctx, method, target.String(), bytes.NewReader(body))
	if err != nil {
		r.err = err
		return r
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "mint402")
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.Key != nil {
		token, err := c.Key.Token(method, target.Host+target.Path, c.Now())
		if err != nil {
			r.err = err
			return r
		}
		req.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := c.http.Do(req)
	if err != nil {
		r.err = cause(err, patience)
		return r
	}
	defer res.Body.Close()
	r.status = res.StatusCode
	if r.body, err = io.ReadAll(io.LimitReader(res.Body, most+1)); err != nil {
		r.err = cause(err, patience)
	} else if int64(len(r.body)) > most {
		r.err = fmt.Errorf("/%s answered with more than %d bytes", path, most)
	}
	return r
}

// cause returns an error without the URL and the headers of the request.
func cause(err error, patience time.Duration) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("no answer within %s", patience)
	}
	if wrapped := (*url.Error)(nil); errors.As(err, &wrapped) {
		return wrapped.Err
	}
	return err
}
