package x402

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// ParseSettleResponse reads the receipt header of either version, or returns nil
// if there is none that can be read. A version 1 receipt comes back in version
// 2's form; its reason stays the word it was.
func ParseSettleResponse(header http.Header) *SettleResponse {
	if s := (SettleResponse{}); decodeReceipt(header.Get(HeaderPaymentResponse), &s) {
		return &s
	}
	if s := (SettleResponseV1{}); decodeReceipt(header.Get(HeaderXPaymentResponse), &s) {
		v2 := s.v2()
		return &v2
	}
	return nil
}

func decodeReceipt(value string, into any) bool {
	data, ok := decodeBase64(value)
	return ok && value != "" && json.Unmarshal(data, into) == nil
}

// errorIn is the "error" of a JSON object, or "".
func errorIn(body []byte) string {
	var e struct {
		Error string `json:"error"`
	}
	_ = json.Unmarshal(body, &e) // an answer that is not JSON has no such word
	return e.Error
}

// retryAfter is the pause a server asks for, within a fifth of a second and a
// minute, or the fallback if it does not ask.
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

// origin is scheme, host and port, in one spelling.
func origin(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return u.Scheme + "://" + strings.ToLower(u.Hostname()) + ":" + port
}

// sameOrigin resolves a Location, or returns nil if it is none or leads elsewhere.
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
