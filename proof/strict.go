package proof

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// Limits on JSON that others wrote.
const (
	maxDepth   = 12  // nested objects and arrays
	maxMembers = 64  // keys of one object
	maxItems   = 256 // elements of one array
	maxKey     = 256 // bytes of one key
)

// An InputError is input that cannot be read as a signed statement, a key or a document.
// Field is the part that is wrong.
type InputError struct{ Field, Expected string }

// Error returns the field and the expected value.
func (e *InputError) Error() string { return e.Field + ": expected " + e.Expected }

func wrong(field, expected string) error { return &InputError{field, expected} }

// object is a JSON object that was read strictly. Values are object, []any, string,
// json.Number, bool or nil.
type object map[string]any

// readObject reads one JSON object. Unlike encoding/json alone, it refuses an object with
// two keys that are equal when case is ignored, text that is not UTF-8 or has an unpaired
// surrogate, and JSON that is too deep or has too many parts. So every reader finds the
// same values. The field is the object's name in errors.
func readObject(field string, data []byte, maxBytes int) (object, error) {
	if len(data) > maxBytes {
		return nil, wrong(field, fmt.Sprintf("at most %d bytes", maxBytes))
	}
	if !utf8.Valid(data) {
		return nil, wrong(field, "JSON in UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	v, err := readValue(field, d, 0)
	if err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, wrong(field, "one JSON object and no text after it")
	}
	o, ok := v.(object)
	if !ok {
		return nil, wrong(field, "a JSON object")
	}
	return o, nil
}

func readValue(field string, d *json.Decoder, depth int) (any, error) {
	if depth > maxDepth {
		return nil, wrong(field, fmt.Sprintf("JSON nested no deeper than %d", maxDepth))
	}
	t, err := d.Token()
	if err != nil {
		return nil, wrong(field, "JSON")
	}
	switch v := t.(type) {
	case json.Delim:
		if v == '{' {
			return readMembers(field, d, depth)
		}
		return readItems(field, d, depth)
	case string:
		if strings.ContainsRune(v, utf8.RuneError) {
			return nil, wrong(field, "text without unpaired surrogates")
		}
	}
	return t, nil
}

func readMembers(field string, d *json.Decoder, depth int) (any, error) {
	o, folded := object{}, map[string]bool{}
	for d.More() {
		t, err := d.Token()
		key, ok := t.(string)
		if err != nil || !ok || len(key) > maxKey || strings.ContainsRune(key, utf8.RuneError) {
			return nil, wrong(field, fmt.Sprintf("keys in quotes, of at most %d bytes", maxKey))
		}
		fold := strings.ToLower(strings.ToUpper(key)) // also the long s and the Kelvin sign
		if folded[fold] {
			return nil, wrong(field, "each key once, in one spelling")
		}
		if folded[fold] = true; len(folded) > maxMembers {
			return nil, wrong(field, fmt.Sprintf("at most %d keys in an object", maxMembers))
		}
		if o[key], err = readValue(field, d, depth+1); err != nil {
			return nil, err
		}
	}
	if _, err := d.Token(); err != nil {
		return nil, wrong(field, "JSON")
	}
	return o, nil
}

func readItems(field string, d *json.Decoder, depth int) (any, error) {
	list := []any{}
	for d.More() {
		if len(list) == maxItems {
			return nil, wrong(field, fmt.Sprintf("at most %d elements in an array", maxItems))
		}
		v, err := readValue(field, d, depth+1)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	if _, err := d.Token(); err != nil {
		return nil, wrong(field, "JSON")
	}
	return list, nil
}

// text returns a string member of at most max bytes, and false if it is absent. A member
// of another type is an error.
func (o object) text(key string, maxBytes int) (string, bool, error) {
	v, there := o[key]
	if !there {
		return "", false, nil
	}
	s, ok := v.(string)
	if !ok || len(s) > maxBytes {
		return "", true, wrong(key, fmt.Sprintf("a string of at most %d bytes", maxBytes))
	}
	return s, true, nil
}

// need returns a string member that must be there and not empty.
func (o object) need(key string, maxBytes int) (string, error) {
	s, _, err := o.text(key, maxBytes)
	if err == nil && s == "" {
		err = wrong(key, fmt.Sprintf("a string of at most %d bytes", maxBytes))
	}
	return s, err
}

// maxInteger is the largest integer that every JSON reader keeps exactly.
const maxInteger = 1<<53 - 1

// integer returns a member that is an integer from 0 to maxInteger in its only spelling,
// and false if it is absent.
func (o object) integer(key string) (int64, bool, error) {
	v, there := o[key]
	if !there {
		return 0, false, nil
	}
	n, ok := v.(json.Number)
	i, err := n.Int64()
	if !ok || err != nil || i < 0 || i > maxInteger || fmt.Sprint(i) != string(n) {
		return 0, true, wrong(key, "an integer from 0 to 2^53-1")
	}
	return i, true, nil
}

// canonical returns the JSON of a value as RFC 8785 (JCS) prescribes, for strings,
// integers and what contains them: sorted keys, no space, the shortest escapes.
func canonical(v any) []byte {
	var b bytes.Buffer
	writeCanonical(&b, v)
	return b.Bytes()
}

func writeCanonical(b *bytes.Buffer, v any) {
	switch v := v.(type) {
	case map[string]any:
		writeCanonical(b, object(v))
	case object:
		b.WriteByte('{')
		for i, key := range slices.Sorted(maps.Keys(v)) {
			if i > 0 {
				b.WriteByte(',')
			}
			writeQuoted(b, key)
			b.WriteByte(':')
			writeCanonical(b, v[key])
		}
		b.WriteByte('}')
	case []any:
		b.WriteByte('[')
		for i, item := range v {
			if i > 0 {
				b.WriteByte(',')
			}
			writeCanonical(b, item)
		}
		b.WriteByte(']')
	case string:
		writeQuoted(b, v)
	case nil:
		b.WriteString("null")
	default: // an integer, json.Number or bool
		fmt.Fprint(b, v)
	}
}

// shortEscapes are the escapes of JCS that are not \u00xx.
var shortEscapes = map[rune]string{'"': `\"`, '\\': `\\`, '\b': `\b`, '\f': `\f`, '\n': `\n`, '\r': `\r`, '\t': `\t`}

func writeQuoted(b *bytes.Buffer, s string) {
	b.WriteByte('"')
	for _, r := range s {
		switch escape, ok := shortEscapes[r]; {
		case ok:
			b.WriteString(escape)
		case r < 0x20:
			fmt.Fprintf(b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
}
