// Package catalog checks whether catalogues of paid resources would list a URL, and
// brings the URL to their attention: by a registration, or by a payment that a
// facilitator verifies.
//
// The checks are those of the catalogues themselves, as far as they are known: the
// validation of CDP's Bazaar, the extractor of @x402/extensions, x402scan and agentcash.
// Whether a catalogue lists a URL in the end is the catalogue's decision.
package catalog

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"github.com/mint402/mint402/x402"
)

// A Check is one condition of a catalogue.
type Check struct {
	Name string `json:"name"`
	// Required means that catalogues drop the URL if the check fails. Others only make the
	// entry poorer.
	Required bool   `json:"required"`
	OK       bool   `json:"ok"`
	Detail   string `json:"detail,omitempty"` // why it failed
}

// A Report is the result of all checks.
type Report struct {
	Resource string  `json:"resource"` // the URL that a catalogue would show
	Checks   []Check `json:"checks"`
}

// Listable reports whether every required check passed.
func (r *Report) Listable() bool {
	for _, c := range r.Checks {
		if c.Required && !c.OK {
			return false
		}
	}
	return true
}

func (r *Report) add(required bool, name string, err error) bool {
	c := Check{Name: name, Required: required, OK: err == nil}
	if err != nil {
		c.Detail = err.Error()
	}
	r.Checks = append(r.Checks, c)
	return c.OK
}

// maxAnswer is how many bytes of an answer are read.
const maxAnswer = 256 << 10

// Inspect asks the URL without a payment, as catalogues do, and reads the server's
// documents. It does not sign or pay. A server that does not answer is a failed check, not
// an error.
func Inspect(ctx context.Context, client *http.Client, u *url.URL) *Report {
	i := &inspection{client: client, url: u, report: &Report{Resource: bare(u)}}
	i.report.add(false, "public", public(u))
	if i.asks(ctx, http.MethodGet, true) {
		i.asks(ctx, http.MethodPost, false)
		i.documents(ctx)
	}
	return i.report
}

// inspection is one run of Inspect.
type inspection struct {
	client *http.Client
	url    *url.URL
	report *Report
	quote  *x402.Quote // of the GET
}

// bare returns a URL as catalogues keep it: without query and fragment.
func bare(u *url.URL) string {
	b := *u
	b.RawQuery, b.Fragment, b.User = "", "", nil
	return b.String()
}

func public(u *url.URL) error {
	host := u.Hostname()
	_, err := netip.ParseAddr(host)
	switch {
	case u.Scheme != "https":
		return errors.New("catalogues probe https URLs only")
	case err == nil || !strings.Contains(host, ".") || strings.HasSuffix(host, ".localhost"):
		return errors.New("catalogues cannot reach an address or a local name: use a host name of the Internet")
	}
	return nil
}

// An answer is an HTTP response that was read.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// send sends a request, and reads the answer up to one byte more than maxAnswer.
func send(client *http.Client, req *http.Request) (*answer, error) {
	res, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	return &answer{res.StatusCode, res.Header, body}, err
}

// get sends a request without a payment.
func (i *inspection) get(ctx context.Context, method, to, accept string) (*answer, error) {
	req, err := http.NewRequestWithContext(ctx, method, to, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", accept)
	res, err := send(i.client, req)
	if err == nil && len(res.body) > maxAnswer {
		err = fmt.Errorf("the answer is larger than %d KiB", maxAnswer>>10)
	}
	return res, err
}

// asks checks the 402 for one method, and keeps its quote if catalogues require that method.
// It returns false if there is no 402: then there is no more to check.
func (i *inspection) asks(ctx context.Context, method string, required bool) bool {
	r := i.report
	on := " (" + method + ")"
	res, err := i.get(ctx, method, i.url.String(), "application/json")
	if !r.add(required, "reachable"+on, err) {
		return false
	}
	if res.status != http.StatusPaymentRequired {
		r.add(required, "returns_402"+on, fmt.Errorf("status %d", res.status))
		return false
	}
	r.add(required, "returns_402"+on, nil)
	challenge, err := x402.ParsePaymentRequired(res.header, res.body)
	if err == nil && (challenge.Version != 2 || len(challenge.Quotes) == 0) {
		err = errors.New("the answer has no requirement of version 2")
	}
	if !r.add(required, "parse"+on, err) {
		return false
	}
	var has paymentRequired
	data, err := base64.StdEncoding.DecodeString(res.header.Get(x402.HeaderPaymentRequired))
	if err == nil {
		err = json.Unmarshal(data, &has)
	}
	r.add(required, "header"+on, err)
	r.add(required, "resource_url"+on, i.sameURL(has.Resource.URL))
	r.add(false, "description"+on, describes(has.Resource.Description))
	r.add(required, "has_bazaar_extension"+on, has.Extensions.Bazaar.Check(method))
	r.add(false, "v1_body"+on, versionOne(res.body))
	if required {
		i.quote = &challenge.Quotes[0]
	}
	return true
}

// paymentRequired is the part of a version 2 402 that only catalogues read.
type paymentRequired struct {
	Resource struct {
		URL         string `json:"url"`
		Description string `json:"description"`
	} `json:"resource"`
	Extensions struct {
		Bazaar *Echo `json:"bazaar"`
	} `json:"extensions"`
}

// sameURL checks that the server names the URL that was asked: catalogues show, and some
// clients pay, the URL that the server names.
func (i *inspection) sameURL(named string) error {
	u, err := url.Parse(named)
	if err != nil || bare(u) != i.report.Resource {
		return fmt.Errorf("the server calls this resource %.200q: set --public-url, or list that URL", named)
	}
	return nil
}

// maxDescription is how many characters of a description catalogues take.
const maxDescription = 500

func describes(text string) error {
	if text == "" || len(text) > maxDescription {
		return fmt.Errorf("expected 1 to %d characters, not %d", maxDescription, len(text))
	}
	for _, c := range text {
		if c < 0x20 || c > 0x7e {
			return fmt.Errorf("%q is not printable ASCII; some clients cannot send it back", c)
		}
	}
	return nil
}

func versionOne(body []byte) error {
	var v1 struct {
		Version int               `json:"x402Version"`
		Accepts []json.RawMessage `json:"accepts"`
	}
	if err := json.Unmarshal(body, &v1); err != nil || v1.Version != 1 || len(v1.Accepts) == 0 {
		return errors.New("the body has no requirement of version 1")
	}
	return nil
}
