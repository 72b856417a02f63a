package source

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/mint402/mint402/weburl"
)

// Bounds of one request.
const (
	maxRequest    = 30 * time.Second // from connecting to the end of the answer
	maxAnswer     = 2 << 20          // bytes; Etherscan answers a lookup with all sources
	maxHeaders    = 16 << 10         // bytes
	maxReason     = 300              // bytes of a service's text that are kept
	maxRetryAfter = 24 * time.Hour
)

// client makes requests. It follows no redirect, which could take a key elsewhere.
var client = &http.Client{
	Timeout:       maxRequest,
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true, MaxResponseHeaderBytes: maxHeaders,
		TLSHandshakeTimeout: 10 * time.Second, IdleConnTimeout: 30 * time.Second},
}

// answer is a service's answer: JSON in any case.
type answer struct {
	status int
	body   []byte
}

// ask makes a request and returns an answer that is JSON. An answer that asks for a pause is
// a *Busy. No error contains the URL, which may have a key.
func ask(ctx context.Context, method, to, contentType string, body io.Reader) (answer, error) {
	r, err := http.NewRequestWithContext(ctx, method, to, body)
	if err != nil {
		return answer{}, errors.New("the service's URL cannot be requested")
	}
	r.Header.Set("User-Agent", "mint402")
	r.Header.Set("Accept", "application/json")
	if body != nil {
		r.Header.Set("Content-Type", contentType)
	}
	res, err := client.Do(r)
	if err != nil {
		return answer{}, unreached(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	after := retryAfter(res.Header.Get("Retry-After"))
	switch {
	case err != nil:
		return answer{}, unreached(err)
	case len(text) > maxAnswer:
		return answer{}, fmt.Errorf("the answer has more than %d bytes", maxAnswer)
	case res.StatusCode >= 300 && res.StatusCode < 400:
		return answer{}, &Refusal{status(res.StatusCode) + ": redirects are not followed; give the service's own URL"}
	case res.StatusCode == http.StatusTooManyRequests && !json.Valid(text), res.StatusCode >= 500, res.StatusCode == http.StatusRequestTimeout:
		return answer{}, &Busy{status(res.StatusCode), after}
	case !json.Valid(text):
		return answer{}, fmt.Errorf("%s: the answer is not JSON", status(res.StatusCode))
	case res.StatusCode == http.StatusTooManyRequests:
		return answer{}, &Busy{status(res.StatusCode) + told(text), after}
	}
	return answer{res.StatusCode, text}, nil
}

func status(code int) string { return strings.TrimSpace(fmt.Sprint(code, " ", http.StatusText(code))) }

// told returns the message of an error in JSON, after a colon, or "".
func told(text []byte) string {
	var m struct{ Message string }
	if json.Unmarshal(text, &m) != nil || m.Message == "" {
		return ""
	}
	return ": " + short(m.Message)
}

// short returns a service's text in one line of at most maxReason bytes.
func short(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if len(s) > maxReason {
		s = strings.ToValidUTF8(s[:maxReason], "") + "…"
	}
	return s
}

// unreached returns an error of a request that got no answer.
func unreached(err error) *Unreached {
	if dns := (*net.DNSError)(nil); errors.As(err, &dns) && dns.IsNotFound {
		return &Unreached{fmt.Sprintf("the host %s is unknown", dns.Name), true}
	}
	return &Unreached{Reason: reasonOf(err)}
}

// reasonOf returns an error without the URL.
func reasonOf(err error) string {
	var u *url.Error
	if errors.As(err, &u) {
		if u.Timeout() {
			return "no answer within " + maxRequest.String()
		}
		err = u.Err
	}
	return err.Error()
}

// retryAfter parses Retry-After in seconds or as a date; 0 if it cannot be parsed.
func retryAfter(v string) (wait time.Duration) {
	if n, err := strconv.ParseUint(v, 10, 32); err == nil {
		wait = time.Duration(n) * time.Second
	} else if t, err := http.ParseTime(v); err == nil {
		wait = time.Until(t)
	}
	return min(max(wait, 0), maxRetryAfter)
}

// CheckURL returns an error unless a URL can be a service's: http or https, without user,
// query and fragment. plaintext is true for http.
func CheckURL(s string) (plaintext bool, err error) {
	u, err := weburl.Parse(s, "https", "http")
	switch {
	case err != nil:
		return false, err
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return false, errors.New("expected http(s)://HOST[/PATH], without a user, a query and a fragment")
	}
	return u.Scheme == "http", nil
}
