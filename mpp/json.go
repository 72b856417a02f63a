package mpp

import (
	"encoding/json"
	"errors"

	"github.com/mint402/mint402/x402"
)

// canonical returns JSON in the form of RFC 8785, for values with sorted keys, ASCII
// strings and integers only.
func canonical(v any) ([]byte, error) { return x402.Marshal(v) }

// members are the members of a JSON object. Keys are case-sensitive.
type members map[string]json.RawMessage

// readObject reads one JSON object strictly. known lists the keys that have a meaning;
// they are accepted in no other case. The errors are *x402.MalformedError, and field is
// the object's name in them.
func readObject(data []byte, field string, known ...string) (members, error) {
	if err := x402.CheckJSON(data); err != nil {
		return nil, under(field, err)
	}
	return readMembers(data, field, known...)
}

// readMembers is readObject for a part of a document that is already checked.
func readMembers(data []byte, field string, known ...string) (members, error) {
	var m members
	if err := json.Unmarshal(data, &m); err != nil || m == nil {
		return nil, malformed(field, "a JSON object")
	}
	for key := range m {
		for _, k := range known {
			if key != k && x402.SameKey(key, k) {
				return nil, malformed(field, "keys in the case the protocol gives them")
			}
		}
	}
	return m, nil
}

// text returns a member that is a string. An absent one is "".
func (m members) text(key string) (string, error) {
	raw, ok := m[key]
	if !ok {
		return "", nil
	}
	var s *string
	if err := json.Unmarshal(raw, &s); err != nil || s == nil {
		return "", malformed(key, "a string")
	}
	return *s, nil
}

func malformed(field, expected string) error {
	return &x402.MalformedError{Field: field, Expected: expected}
}

// under returns an error about JSON as one about a field.
func under(field string, err error) error {
	var m *x402.MalformedError
	if errors.As(err, &m) {
		return malformed(field, m.Expected)
	}
	return err
}
