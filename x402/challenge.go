package x402

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
)

// A Challenge is a 402 as a payer reads it, of either version.
type Challenge struct {
	Version int    // 1 or 2
	Error   string // why payment is asked for; after a payment, why it was refused
	Quotes  []Quote
	Skipped []error // one for each entry that cannot be read as an EVM requirement
}

// ErrNoChallenge says that a response asks for no payment that x402 knows of.
var ErrNoChallenge = errors.New("no x402 payment requirements in the response")

// ErrAmbiguous says that two readers can see two different prices in one 402. Such
// a 402 is not paid: the payer's tools would not agree on what was signed.
var ErrAmbiguous = errors.New("the 402 can be read in two ways")

// maxChallenge bounds the header of a 402, in bytes.
const maxChallenge = 4 * MaxHeader

// ParsePaymentRequired reads a 402: version 2 from the header, and if there is
// none, version 1 (or, as some servers do, version 2) from the body. An entry
// that cannot be read is skipped, not an error.
//
// It reads as DecodePayment does, with one decoder: each key once and in the
// protocol's spelling, integers in one form. A 402 that breaks this, or whose
// header and body ask for different payments, is ErrAmbiguous.
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

// agree compares a header with the body of the same 402. Each may leave out what
// the other version cannot say.
func agree(header, body *Challenge) error {
	in := func(q Quote, list []Quote) bool {
		return slices.ContainsFunc(list, func(other Quote) bool { return q.asksFor(other) })
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

// asksFor says whether two quotes have the payer sign the same transfer.
func (q Quote) asksFor(other Quote) bool {
	a, b := q.Requirement, other.Requirement
	return a.Network == b.Network && a.Asset == b.Asset && a.PayTo == b.PayTo && a.Amount.Cmp(b.Amount) == 0 &&
		a.Extra.Name == b.Extra.Name && a.Extra.Version == b.Extra.Version
}

// ask is a 402 as it lies in the JSON, before it is known which version's keys
// count.
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

// quotes reads the entries. One that is of another kind, or not as the protocol
// has it, is skipped; one that can be read in two ways spoils the 402.
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

// unread makes an error about a 402 of one about JSON.
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

// message reads what a server says for itself. Errors of other kinds are objects:
// those are no message.
func (r *reader) message() (string, error) {
	data, err := r.raw("error")
	if err != nil || len(data) == 0 || data[0] != '"' {
		return "", err
	}
	text, _ := (&reader{data: data}).string()
	return string(text), nil
}

// raw reads a value and returns its bytes; nil for null.
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

// maxEntries bounds the ways to pay that a 402 may offer.
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

// decodeRequirement reads one entry of a version 2 402.
func decodeRequirement(entry []byte) (Requirement, error) {
	r := reader{data: entry}
	a, err := r.accepted()
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

// oneAmount refuses an entry that names another amount under the other version's
// key: some clients take the one, some the other.
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

// decodeResource reads what is paid for; nothing is fine.
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

// words reads a text of the server's, which decides nothing; null is none.
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
