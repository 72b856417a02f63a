package x402

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
)

// A Challenge is a decoded 402 of either version.
type Challenge struct {
	Version int    // 1 or 2
	Error   string // why payment is required; after a payment, why it was refused
	Quotes  []Quote
	Skipped []error // one for each entry that cannot be read as an EVM requirement
}

// ErrNoChallenge means that a response has no payment requirements that x402 supports.
var ErrNoChallenge = errors.New("no x402 payment requirements in the response")

// ErrAmbiguous means that two readers can see two different prices in one 402. Such a
// 402 is not paid: the payer's tools might not agree on the signed payment.
var ErrAmbiguous = errors.New("the 402 can be read in two ways")

// maxChallenge bounds the header of a 402, in bytes.
const maxChallenge = 4 * MaxHeader

// ParsePaymentRequired decodes a 402: version 2 from the header, and without that
// header, version 1 (or, as some servers do, version 2) from the body. An entry that
// cannot be read is skipped, not an error.
//
// It uses the strict decoder of DecodePayment: each key once and in the protocol's
// spelling, integers in one form. If a 402 breaks this, or its header and body ask for
// different payments, the error is ErrAmbiguous.
func ParsePaymentRequired(header http.Header, body []byte) (*Challenge, error) {
	values := header.Values(HeaderPaymentRequired)
	if len(values) == 0 || values[0] == "" && len(values) == 1 {
		return parseChallenge(body)
	}
	if len(values) > 1 {
		return nil, fmt.Errorf("%w: it has %d %s headers", ErrAmbiguous, len(values), HeaderPaymentRequired)
	}
	if len(values[0]) > maxChallenge {
		return nil, fmt.Errorf("read %s: larger than %d bytes", HeaderPaymentRequired, maxChallenge)
	}
	data, ok := decodeBase64(values[0])
	if !ok {
		return nil, fmt.Errorf("read %s: not base64", HeaderPaymentRequired)
	}
	c, err := parseChallenge(data)
	if err != nil {
		return nil, err
	}
	switch also, err := parseChallenge(body); {
	case errors.Is(err, ErrAmbiguous):
		return nil, err
	case err == nil:
		if err := agree(c, also); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// agree compares the header and the body of one 402. A payable entry of one must be in
// the other, but the body may be empty, or omit entries that its version cannot
// express.
func agree(header, body *Challenge) error {
	in := func(q Quote, list []Quote) bool {
		return slices.ContainsFunc(list, func(other Quote) bool { return q.SameTransfer(other) })
	}
	for _, q := range body.Quotes {
		if q.Payable() == nil && !in(q, header.Quotes) {
			return fmt.Errorf("%w: its body asks for %s to %s, and its header does not", ErrAmbiguous, q.Price(), q.Requirement.PayTo)
		}
	}
	for _, q := range header.Quotes {
		n, known := NetworkByName(q.Requirement.Network)
		expressible := body.Version == header.Version || known && n.V1 && len(q.Requirement.Amount.String()) <= maxAmountDigitsV1
		if len(body.Quotes) > 0 && expressible && q.Payable() == nil && !in(q, body.Quotes) {
			return fmt.Errorf("%w: its header asks for %s to %s, and its body does not", ErrAmbiguous, q.Price(), q.Requirement.PayTo)
		}
	}
	return nil
}

// SameTransfer reports whether two quotes make the payer sign the same transfer: the
// same amount of the same asset, to the same account.
func (q Quote) SameTransfer(other Quote) bool {
	a, b := q.Requirement, other.Requirement
	return a.Network == b.Network && a.Asset == b.Asset && a.PayTo == b.PayTo && a.Amount.Cmp(b.Amount) == 0 &&
		a.Extra.Name == b.Extra.Name && a.Extra.Version == b.Extra.Version
}

// ask is the raw JSON of a 402, before its version is known.
type ask struct {
	version              string
	message              string
	resource, extensions []byte
	entries              [][]byte
}

var (
	askKeys      = []string{"x402Version", "error", "resource", "accepts", "extensions"}
	resourceKeys = []string{"url", "description", "mimeType"}
)

// parseChallenge reads one JSON document.
func parseChallenge(data []byte) (*Challenge, error) {
	r := reader{data: data}
	var a ask
	if err := a.read(&r); err != nil {
		return nil, unread(err)
	}
	if !r.end() {
		return nil, fmt.Errorf("%w: something follows the JSON object", ErrNoChallenge)
	}
	c := &Challenge{Error: a.message}
	var err error
	switch a.version {
	case "1":
		c.Version = 1
		err = a.quotes(c, func(entry []byte) (Quote, error) {
			r, resource, err := requirementFromV1(entry)
			return Quote{Version: 1, Requirement: r, Resource: resource}, err
		})
	case "2":
		c.Version = 2
		var resource Resource
		if resource, err = decodeResource(a.resource); err != nil {
			return nil, unread(err)
		}
		err = a.quotes(c, func(entry []byte) (Quote, error) {
			r, err := decodeRequirement(entry)
			return Quote{Version: 2, Requirement: r, Resource: resource, accepted: entry, resource: a.resource, extensions: a.extensions}, err
		})
	case "":
		return nil, fmt.Errorf("%w: it has no x402Version", ErrNoChallenge)
	default:
		return nil, fmt.Errorf("%w: x402Version is %.20s", ErrNoChallenge, a.version)
	}
	if err != nil {
		return nil, err
	}
	return c, nil
}

// quotes decodes the entries. An entry of another kind, or with an error, is skipped;
// an ambiguous one makes the whole 402 an error.
func (a *ask) quotes(c *Challenge, read func(entry []byte) (Quote, error)) error {
	for i, entry := range a.entries {
		switch q, err := read(entry); {
		case ambiguous(err):
			return unread(err)
		case err != nil:
			c.Skipped = append(c.Skipped, fmt.Errorf("entry %d: %w", i, err))
		default:
			c.Quotes = append(c.Quotes, q)
		}
	}
	return nil
}

// unread converts an error about JSON to one about a 402.
func unread(err error) error {
	var m *MalformedError
	if !errors.As(err, &m) {
		return err
	}
	return fmt.Errorf("%w: %s: expected %s", cmp.Or(ambiguity(m), ErrNoChallenge), m.Field, m.Expected)
}

func ambiguity(m *MalformedError) error {
	if m.ambiguous {
		return ErrAmbiguous
	}
	return nil
}

func ambiguous(err error) bool {
	var m *MalformedError
	return errors.As(err, &m) && m.ambiguous
}

func (a *ask) read(r *reader) error {
	return r.object("402", askKeys, func(key []byte) (err error) {
		switch string(key) {
		case "x402Version":
			text, ok := r.number()
			if !ok {
				return malformed("x402Version", "the number 1 or 2")
			}
			a.version = string(text)
		case "error":
			a.message, err = r.message()
		case "resource":
			a.resource, err = r.raw("resource")
		case "accepts":
			a.entries, err = r.list("accepts")
		case "extensions":
			a.extensions, err = r.raw("extensions")
		default:
			err = r.skip("402")
		}
		return err
	})
}

// message reads the server's error message. If the error is not a string, the message
// is empty.
func (r *reader) message() (string, error) {
	data, err := r.raw("error")
	if err != nil || len(data) == 0 || data[0] != '"' {
		return "", err
	}
	text, _ := (&reader{data: data}).string()
	return string(text), nil
}

// raw reads a value and returns its bytes, or nil for null.
func (r *reader) raw(field string) ([]byte, error) {
	r.space()
	start := r.at
	if err := r.skip(field); err != nil {
		return nil, err
	}
	if data := r.data[start:r.at]; string(data) != "null" {
		return data, nil
	}
	return nil, nil
}

// maxEntries bounds the number of accepts entries in a 402.
const maxEntries = 256

// list reads an array and returns the bytes of its values.
func (r *reader) list(field string) (all [][]byte, err error) {
	if !r.take('[') {
		return nil, malformed(field, "an array")
	}
	for first := true; !r.take(']'); first = false {
		if !first && !r.take(',') {
			return nil, malformed(field, "a comma or the end of the array")
		}
		if len(all) == maxEntries {
			return nil, malformed(field, "at most "+strconv.Itoa(maxEntries)+" entries")
		}
		r.space()
		start := r.at
		if err := r.skip(field); err != nil {
			return nil, err
		}
		all = append(all, r.data[start:r.at])
	}
	return all, nil
}

// decodeRequirement decodes one entry of a version 2 402.
func decodeRequirement(entry []byte) (Requirement, error) {
	r := reader{data: entry}
	a, err := r.accepted(true)
	switch {
	case err != nil:
		return Requirement{}, err
	case !r.end():
		return Requirement{}, malformed("accepts", "one JSON object an entry")
	case a.MaxTimeoutSeconds == 0:
		return Requirement{}, malformed("maxTimeoutSeconds", "a whole number")
	}
	return *a, oneAmount("maxAmountRequired", a, entry)
}

// oneAmount refuses an entry with a different amount under the other version's key:
// some clients use one key, some the other.
func oneAmount(other string, q *Requirement, entry []byte) error {
	r := reader{data: entry}
	return r.object("accepts", nil, func(key []byte) error {
		if string(key) != other {
			return r.skip("accepts")
		}
		if n, err := r.uint256(other); err != nil || n.Cmp(q.Amount) != 0 {
			return twofold(other, "the same amount under both versions' keys")
		}
		return nil
	})
}

// decodeResource decodes the resource; it may be absent.
func decodeResource(data []byte) (resource Resource, err error) {
	if len(data) == 0 {
		return resource, nil
	}
	r := reader{data: data}
	err = r.object("resource", resourceKeys, func(key []byte) (err error) {
		switch string(key) {
		case "url":
			resource.URL, err = r.words("resource.url")
		case "description":
			resource.Description, err = r.words("resource.description")
		case "mimeType":
			resource.MimeType, err = r.words("resource.mimeType")
		default:
			err = r.skip("resource")
		}
		return err
	})
	return resource, err
}

// words reads a text for people, which affects no decision; null is "".
func (r *reader) words(field string) (string, error) {
	data, err := r.raw(field)
	if err != nil || data == nil {
		return "", err
	}
	if data[0] != '"' || len(data) > 8<<10 {
		return "", malformed(field, "a string of at most 8 KiB")
	}
	text, _ := (&reader{data: data}).string()
	return string(text), nil
}
