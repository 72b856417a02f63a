package x402

import (
	"slices"
	"strconv"
)

// ExtensionIdentifier is the name of the extension with which a payer names a purchase.
const ExtensionIdentifier = "payment-identifier"

// Limits of the payer's names for a purchase.
const (
	// MaxKeys is how many names one payment may have: one in the extension, one of the
	// transport.
	MaxKeys = 2
	// MaxKeyLength bounds a name of the transport, in bytes.
	MaxKeyLength = 255

	minIdentifier, maxIdentifier = 16, 128 // bytes; the extension's own limits
)

// IdentifierExtension returns the declaration of the extension payment-identifier, for
// PaymentRequired.Extensions. A payer may add an id to its info, and need not.
func IdentifierExtension() any {
	type object = map[string]any
	return object{
		"info": object{"required": false},
		"schema": object{
			"$schema": "https://json-schema.org/draft/2020-12/schema",
			"type":    "object",
			"properties": object{
				"required": object{"type": "boolean"},
				"id": object{"type": "string", "minLength": minIdentifier, "maxLength": maxIdentifier,
					"pattern": "^[a-zA-Z0-9_-]+$"},
			},
			"required": []string{"required"},
		},
	}
}

// ValidKey reports whether a transport may take s as a payer's name for a purchase: 1 to
// MaxKeyLength printable ASCII characters without space, quote, comma and backslash.
func ValidKey(s string) bool {
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c > '~' || c == '"' || c == ',' || c == '\\' {
			return false
		}
	}
	return s != "" && len(s) <= MaxKeyLength
}

// AddKey adds a name that the transport has for the purchase, unless it is empty or there
// already.
func (p *Payment) AddKey(key string) {
	if key != "" && !slices.Contains(p.Keys, key) {
		p.Keys = append(slices.Clip(p.Keys), key)
	}
}

// identifier reads the extensions of a payment, and returns the id that the payer added to
// payment-identifier. Everything else in them is an echo or is for others, so it is
// ignored, except what could be read in two ways.
func (r *reader) identifier() ([]string, error) {
	const at = "extensions." + ExtensionIdentifier + ".info.id"
	extension, err := r.extension()
	if err != nil {
		return nil, err
	}
	info, err := member(extension, "info")
	if err != nil {
		return nil, err
	}
	id, err := member(info, "id")
	if err != nil || id == nil {
		return nil, err
	}
	text, ok := (&reader{data: id}).string()
	if !ok || len(text) < minIdentifier || len(text) > maxIdentifier {
		return nil, malformed(at, identifierForm)
	}
	for _, c := range text {
		if !(('a' <= c && c <= 'z') || ('A' <= c && c <= 'Z') || ('0' <= c && c <= '9') || c == '_' || c == '-') {
			return nil, malformed(at, identifierForm)
		}
	}
	return []string{string(text)}, nil
}

// extension reads the extensions and returns the value of payment-identifier, or nil. It goes
// through them once: they are the largest part of a payment.
func (r *reader) extension() (value []byte, err error) {
	if r.space(); r.at == len(r.data) || r.data[r.at] != '{' {
		return nil, r.skip("payment")
	}
	misspelled := false
	err = r.object("payment", nil, func(key []byte) (err error) {
		if string(key) == ExtensionIdentifier {
			value, err = r.raw("payment")
			return err
		}
		misspelled = misspelled || len(key) == len(ExtensionIdentifier) && SameKey(string(key), ExtensionIdentifier)
		return r.skip("payment")
	})
	if err == nil && misspelled {
		err = twofold("extensions", "keys in the case the protocol gives them")
	}
	return value, err
}

var identifierForm = strconv.Itoa(minIdentifier) + " to " + strconv.Itoa(maxIdentifier) + " of a-z, A-Z, 0-9, _ and -"

// member returns the value of a key of an object, as bytes. It returns nil if the value is
// missing or null, or if data is no object. data was read before, so it is valid.
func member(data []byte, key string) (value []byte, err error) {
	if len(data) == 0 || data[0] != '{' {
		return nil, nil
	}
	r := readers.Get().(*reader)
	defer r.done()
	r.data = data
	err = r.object("extensions", []string{key}, func(k []byte) (err error) {
		if string(k) != key {
			return r.skip("extensions")
		}
		value, err = r.raw("extensions")
		return err
	})
	return value, err
}
