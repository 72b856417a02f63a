package checkout

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strings"
	"sync/atomic"

	"github.com/mint402/mint402/x402"
)

// A form is the JSON of an object without the text of its error. A refusal differs from
// the price in little else, and encoding all of it took a third of the time of a refusal.
type form struct {
	before, after []byte
	// ends has after in base64, without its first 0, 1 or 2 bytes. These fill up the last
	// group of 3 bytes of what stands before it. An end is made for the first refusal that needs it.
	ends [3]atomic.Pointer[string]
}

// newForm returns the JSON of an object and its form. The object's first "error" is the
// given one.
func newForm(v any, message string) ([]byte, *form, error) {
	data, err := x402.Marshal(v)
	if err != nil {
		return nil, nil, err
	}
	before, after, ok := bytes.Cut(data, []byte(`"error":"`+message+`"`))
	if !ok || len(after) < 3 {
		return nil, nil, fmt.Errorf("the JSON of a %T lacks the error %q", v, message)
	}
	return data, &form{before: before, after: after}, nil
}

// with returns the JSON with another error and more members. Each member begins with a
// comma. The error must need no escapes.
func (f *form) with(message, more string) []byte {
	data := make([]byte, 0, len(f.before)+len(f.after)+len(message)+len(more)+len(`"error":""`))
	data = append(f.begin(data, message), f.after[:len(f.after)-1]...)
	return append(append(data, more...), '}')
}

// header returns the JSON with another error as x402.EncodeHeader encodes it.
func (f *form) header(message string) string {
	data := f.begin(make([]byte, 0, 128), message)
	missing := (3 - len(data)%3) % 3
	data = append(data, f.after[:missing]...)
	end := f.ends[missing].Load()
	if end == nil {
		text := base64.StdEncoding.EncodeToString(f.after[missing:])
		end = &text
		f.ends[missing].Store(end)
	}
	var b strings.Builder
	b.Grow(base64.StdEncoding.EncodedLen(len(data)) + len(*end))
	b.WriteString(base64.StdEncoding.EncodeToString(data))
	b.WriteString(*end)
	return b.String()
}

func (f *form) begin(dst []byte, message string) []byte {
	dst = append(append(dst, f.before...), `"error":"`...)
	return append(append(dst, message...), '"')
}

// quoted returns a text as JSON.
func quoted(text string) (string, error) {
	if strings.IndexFunc(text, func(r rune) bool { return r < ' ' || r > '~' || r == '"' || r == '\\' }) < 0 {
		return `"` + text + `"`, nil
	}
	data, err := x402.Marshal(text)
	return string(data), err
}
