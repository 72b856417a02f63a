package webhook

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Bounds of one attempt.
const (
	maxAttempt   = 20 * time.Second // from connecting to the end of the answer
	maxAnswer    = 4 << 10          // bytes of an answer that are read
	maxHeaders   = 16 << 10         // bytes of an answer's headers
	maxEventBody = 20 << 10         // bytes of a request's body
	maxIdleConns = maxParallel
	maxIdle      = 30 * time.Second // for an unused connection; then the name is resolved again
)

// poster sends requests to one endpoint. It uses no proxy of the environment, which would
// resolve names without the guard.
type poster struct{ client *http.Client }

func newPoster(g *guard) *poster {
	return &poster{&http.Client{
		Timeout:       maxAttempt,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			DialContext: g.dialContext, TLSHandshakeTimeout: maxConnect, DisableCompression: true, ForceAttemptHTTP2: true,
			MaxIdleConnsPerHost: maxIdleConns, IdleConnTimeout: maxIdle, MaxResponseHeaderBytes: maxHeaders,
		},
	}}
}

// failure is an attempt that did not deliver.
type failure struct {
	reason string
	// endpoint is true if the endpoint as a whole cannot take requests, so that other
	// changes would fail as well.
	endpoint bool
	gone     bool          // 410: the receiver wants no more
	after    time.Duration // Retry-After, or 0
}

func (f *failure) Error() string { return f.reason }

// maxRetryAfter is the longest time for which a receiver can put us off.
const maxRetryAfter = 24 * time.Hour

// post makes one attempt to deliver a signed event. It returns nil if the receiver took
// the event, that is, answered 2xx.
func (p *poster) post(ctx context.Context, to string, secrets []Secret, id string, at time.Time, body []byte) *failure {
	return p.send(ctx, to, Signed, at, body, http.Header{
		"Content-Type":      {"application/json"},
		"Webhook-Id":        {id},
		"Webhook-Timestamp": {strconv.FormatInt(at.Unix(), 10)},
		"Webhook-Signature": {sign(secrets, id, at, body)},
	})
}

// tell makes one attempt to deliver a notice to a chat.
func (p *poster) tell(ctx context.Context, e Endpoint, at time.Time, n Notice) *failure {
	body, header, err := n.render(e)
	if err != nil {
		return &failure{reason: err.Error()}
	}
	return p.send(ctx, e.URL, e.Format, at, body, header)
}

// send makes one request. It returns nil if the receiver took it.
func (p *poster) send(ctx context.Context, to string, format Format, at time.Time, body []byte, header http.Header) *failure {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(body))
	if err != nil {
		return &failure{reason: reasonOf(err)}
	}
	request.Header = header
	request.Header.Set("User-Agent", "mint402-webhook")
	answer, err := p.client.Do(request)
	if err != nil {
		return &failure{reason: reasonOf(err), endpoint: true}
	}
	defer answer.Body.Close()
	// Reading a short answer to its end lets the next attempt use the connection.
	text, _ := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	switch code := answer.StatusCode; {
	case code >= 200 && code < 300:
		return format.accepted(text)
	case code == http.StatusGone:
		return &failure{reason: "410 Gone: the receiver wants no more events", endpoint: true, gone: true}
	case code >= 300 && code < 400:
		return &failure{reason: fmt.Sprintf("%s: redirects are not followed", status(code))}
	default:
		slow := code == http.StatusTooManyRequests || code == http.StatusBadGateway || code == http.StatusServiceUnavailable || code == http.StatusGatewayTimeout
		reason, after := format.refusal(text)
		return &failure{reason: status(code) + reason, endpoint: slow || format.refusesAll(code), after: max(after, retryAfter(answer.Header.Get("Retry-After"), at))}
	}
}

func status(code int) string { return strings.TrimSpace(fmt.Sprint(code, " ", http.StatusText(code))) }

// reasonOf returns an error without the URL, which may contain a password.
func reasonOf(err error) string {
	var u *url.Error
	if errors.As(err, &u) {
		if u.Timeout() {
			return "no answer within " + maxAttempt.String()
		}
		err = u.Err
	}
	return err.Error()
}

// retryAfter parses a Retry-After header: seconds or a date (RFC 9110, section 10.2.3). It
// returns 0 if it cannot be parsed, and at most maxRetryAfter.
func retryAfter(v string, now time.Time) time.Duration {
	var wait time.Duration
	if n, err := strconv.ParseUint(v, 10, 32); err == nil {
		wait = time.Duration(n) * time.Second
	} else if t, err := http.ParseTime(v); err == nil {
		wait = t.Sub(now)
	}
	return min(max(wait, 0), maxRetryAfter)
}
