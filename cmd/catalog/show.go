package catalog

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"github.com/mint402/mint402/x402"
)

// Registration is what a catalogue gets, and its answer.
type Registration struct {
	Target string          `json:"target"`
	Body   json.RawMessage `json:"body"`
	Status int             `json:"status,omitempty"` // 0: not sent
	Answer string          `json:"answer,omitempty"` // its beginning
}

// Forms are the bodies that catalogues take.
var Forms = []string{"resource", "url", "origin"}

// NewRegistration returns the registration of a resource in one of the Forms, not sent
// yet.
func NewRegistration(target, form string, u *url.URL) (*Registration, error) {
	to, err := url.Parse(target)
	if err != nil || to.Host == "" || to.Scheme != "https" && !local(to) {
		return nil, fmt.Errorf("%q is not an https URL", target)
	}
	var body any
	switch form {
	case "resource":
		body = map[string]string{"resource": bare(u), "method": http.MethodGet}
	case "url":
		body = map[string]string{"url": bare(u)}
	case "origin":
		body = map[string]string{"origin": u.Scheme + "://" + u.Host}
	default:
		return nil, fmt.Errorf("form %q: expected one of %s", form, strings.Join(Forms, ", "))
	}
	data, err := json.Marshal(body)
	return &Registration{Target: target, Body: data}, err
}

// local reports whether a URL is of this machine.
func local(u *url.URL) bool {
	addr, err := netip.ParseAddr(u.Hostname())
	return u.Scheme == "http" && (u.Hostname() == "localhost" || err == nil && addr.IsLoopback())
}

// maxShown is how many bytes of an answer are shown.
const maxShown = 2 << 10

// Send posts the registration. The error is about the connection; whether the catalogue
// took it is in Status.
func (r *Registration) Send(ctx context.Context, client *http.Client) error {
	res, err := post(ctx, client, r.Target, r.Body)
	if err != nil {
		return err
	}
	r.Status, r.Answer = res.status, string(res.body[:min(len(res.body), maxShown)])
	return nil
}

// Accepted reports whether the catalogue answered with a success.
func (r *Registration) Accepted() bool { return r.Status >= 200 && r.Status < 300 }

// post sends JSON and follows no redirect: the body may be a signed payment.
func post(ctx context.Context, client *http.Client, to string, body []byte) (*answer, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	once := *client
	once.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return send(&once, req)
}

// Verdict is a facilitator's answer to /verify.
type Verdict struct {
	Facilitator string `json:"facilitator"`
	Status      int    `json:"status"`
	Valid       bool   `json:"valid"`
	Reason      string `json:"reason,omitempty"` // why not
	Payer       string `json:"payer,omitempty"`
	// Extensions is the header EXTENSION-RESPONSES: the status of the listing, such as
	// {"bazaar":{"status":"success"}}. It is empty without that header.
	Extensions json.RawMessage `json:"extensions,omitempty"`
}

// VerifyURL returns the URL of a facilitator's /verify.
func VerifyURL(facilitator string) (string, error) {
	u, err := url.Parse(strings.TrimRight(facilitator, "/"))
	if err != nil || u.Host == "" || u.RawQuery != "" || u.User != nil || u.Scheme != "https" && !local(u) {
		return "", fmt.Errorf("%q is not the https URL of a facilitator", facilitator)
	}
	return u.String() + "/verify", nil
}

// VerifyRequest is the body of /verify for a version 2 payment: the payment with the
// echo of the server's resource and extensions, and the requirement that it pays.
func VerifyRequest(signed x402.Signed) ([]byte, error) {
	if signed.Header != x402.HeaderPaymentSignature {
		return nil, errors.New("only payments of version 2 carry the extension that catalogues read")
	}
	payload, err := base64.StdEncoding.DecodeString(signed.Value)
	if err != nil {
		return nil, fmt.Errorf("read payment: %w", err)
	}
	var has struct {
		Accepted   json.RawMessage            `json:"accepted"`
		Extensions map[string]json.RawMessage `json:"extensions"`
	}
	if err := json.Unmarshal(payload, &has); err != nil {
		return nil, fmt.Errorf("read payment: %w", err)
	}
	if has.Extensions["bazaar"] == nil {
		return nil, errors.New("the payment does not echo the extension bazaar, so a facilitator would not list it")
	}
	return json.Marshal(map[string]any{"x402Version": 2, "paymentPayload": json.RawMessage(payload), "paymentRequirements": has.Accepted})
}

// Verify shows a facilitator a signed payment. Anyone with it can submit it to the token
// until it expires. The answer is untrusted: it does not decide about the money. The
// error is about the connection, or an answer without isValid.
func Verify(ctx context.Context, client *http.Client, facilitator string, signed x402.Signed) (*Verdict, error) {
	to, err := VerifyURL(facilitator)
	if err != nil {
		return nil, err
	}
	body, err := VerifyRequest(signed)
	if err != nil {
		return nil, err
	}
	res, err := post(ctx, client, to, body)
	if err != nil {
		return nil, err
	}
	v := &Verdict{Facilitator: facilitator, Status: res.status}
	var said struct {
		Valid   *bool  `json:"isValid"`
		Reason  string `json:"invalidReason"` // null is ""
		Message string `json:"invalidMessage"`
		Payer   string `json:"payer"`
	}
	// The body counts before the status: some facilitators answer a refusal with an error.
	if err := json.Unmarshal(res.body, &said); err != nil || said.Valid == nil {
		return v, fmt.Errorf("%s answered %d without isValid: %.200q", to, res.status, res.body)
	}
	v.Valid = *said.Valid
	v.Reason, v.Payer = cmp.Or(said.Reason, said.Message), said.Payer
	if header := res.header.Get("EXTENSION-RESPONSES"); header != "" {
		v.Extensions = extensionResponses(header)
	}
	return v, nil
}

// extensionResponses reads base64 of a JSON object; anything else is shown as a string.
func extensionResponses(header string) json.RawMessage {
	data, err := base64.StdEncoding.DecodeString(header)
	var object map[string]any
	if err == nil && json.Unmarshal(data, &object) == nil {
		return data
	}
	text, _ := json.Marshal(header[:min(len(header), maxShown)]) // a string; it cannot fail
	return text
}
