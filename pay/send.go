package pay

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/mint402/mint402/x402"
)

// maxBody bounds the part of an answer that is read, in bytes.
const maxBody = 1 << 20

// send makes one round trip, records the answer and returns the URL that gave it. It
// follows redirects only without a payment: anyone who receives a payment can submit
// it, so it goes to the URL that was asked and to no other.
func (c *Client) send(req *http.Request, signed *x402.Signed, result *Result) (*url.URL, error) {
	out := req.Clone(req.Context())
	if req.GetBody != nil {
		body, err := req.GetBody()
		if err != nil {
			return nil, err
		}
		out.Body = body
	}
	client := http.Client{Timeout: time.Minute}
	if c.HTTP != nil {
		client = *c.HTTP
	}
	// The transport automatically repeats a GET when a connection breaks, and the
	// server may have received the first one.
	var written atomic.Int32
	out = out.WithContext(httptrace.WithClientTrace(out.Context(), &httptrace.ClientTrace{WroteHeaders: func() { written.Add(1) }}))
	if signed != nil {
		out.Header.Set(signed.Header, signed.Value)
		client.CheckRedirect = lastAnswer
	}
	res, err := client.Do(out)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	limit := cmp.Or(c.maxBody, maxBody)
	body, err := io.ReadAll(io.LimitReader(res.Body, limit+1))
	if err != nil {
		return nil, fmt.Errorf("read answer: %w", err)
	}
	if result.Cut = int64(len(body)) > limit; result.Cut {
		// The outcome of the payment is in the status and the headers. An error here,
		// because of a huge body, would make the outcome unknown.
		body = body[:limit]
	}
	result.Status, result.Header, result.Body = res.StatusCode, res.Header, body
	result.Settle = x402.ParseSettleResponse(res.Header)
	result.repeated = written.Load() > 1
	return res.Request.URL, nil
}

// lastAnswer makes an http.Client return a redirect instead of following it.
func lastAnswer(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// rewindable makes sure that the request's body can be sent more than once.
func rewindable(req *http.Request) error {
	if req.Body == nil || req.Body == http.NoBody || req.GetBody != nil {
		return nil
	}
	data, err := io.ReadAll(io.LimitReader(req.Body, maxBody+1))
	if err != nil {
		return fmt.Errorf("read request body: %w", err)
	}
	if len(data) > maxBody {
		return errors.New("request body is larger than 1 MiB")
	}
	req.Body.Close()
	req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }
	req.ContentLength = int64(len(data))
	return nil
}

// retryAfter returns the pause that a server asks for, or the fallback if the
// header is missing or unreadable. The result is between 200 ms and 1 min.
func retryAfter(header http.Header, now time.Time, fallback time.Duration) time.Duration {
	value := header.Get("Retry-After")
	pause := fallback
	if seconds, err := strconv.ParseUint(value, 10, 16); err == nil {
		pause = time.Duration(seconds) * time.Second
	} else if at, err := http.ParseTime(value); err == nil {
		pause = at.Sub(now)
	}
	return min(max(pause, 200*time.Millisecond), time.Minute)
}

// origin returns scheme, host and port, in one spelling.
func origin(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return u.Scheme + "://" + strings.ToLower(u.Hostname()) + ":" + port
}

// samePlace reports whether two URLs have the same origin, path and query.
func samePlace(a, b *url.URL) bool {
	return origin(a) == origin(b) && a.EscapedPath() == b.EscapedPath() && a.RawQuery == b.RawQuery
}

// sameOrigin resolves a Location. It returns nil if it is empty, invalid or of another
// origin.
func sameOrigin(base *url.URL, location string) *url.URL {
	if location == "" {
		return nil
	}
	u, err := base.Parse(location)
	if err != nil || origin(u) != origin(base) {
		return nil
	}
	return u
}
