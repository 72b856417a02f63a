package x402

import (
	"bytes"
	"math/big"
	"slices"

	"github.com/ethereum/go-ethereum/common"
)

// This file exports the strict readers of payments to other packages that read payments
// in another wrapping, such as package mpp.

// CheckJSON returns a *MalformedError if data is not one JSON document, or if two
// readers could see different content in it: a key twice, also in another case, text
// that is not UTF-8, more than 64 keys in an object, or a depth above 32.
func CheckJSON(data []byte) error {
	r := reader{data: data}
	if err := r.skip("json"); err != nil {
		return err
	}
	if !r.end() {
		return malformed("json", "one JSON value and nothing after it")
	}
	return nil
}

// SameKey reports whether readers that ignore case take two JSON keys for the same.
func SameKey(a, b string) bool {
	return string(appendFolded(nil, []byte(a))) == string(appendFolded(nil, []byte(b)))
}

// DecodeBase64 decodes any of the four alphabets that clients use, standard or URL,
// padded or not, in one spelling each. It refuses line breaks and nonzero trailing bits.
func DecodeBase64(s string) ([]byte, bool) { return decodeBase64(s) }

// ParseUint256 parses an integer in the only form that payments may have: a decimal
// string without sign or leading zero, at most 2^256-1.
func ParseUint256(s string) (*big.Int, bool) { return parseUint256(s) }

// ParseAddress parses 0x and 40 hex digits of either case.
func ParseAddress(s string) (common.Address, bool) { return parseAddress(s) }

// ParseHash parses 0x and 64 hex digits of either case.
func ParseHash(s string) (common.Hash, bool) { return parseHash(s) }

// ParseHex parses 0x and an even number of hex digits, at least two.
func ParseHex(s string) ([]byte, bool) {
	if len(s) < 4 || s[:2] != "0x" || len(s)%2 != 0 {
		return nil, false
	}
	b := make([]byte, len(s)/2-1)
	return b, decodeHex(b, s[2:])
}

// Equal reports whether two authorizations are the same message.
func (a Authorization) Equal(b Authorization) bool {
	same := func(x, y *big.Int) bool { return x != nil && y != nil && x.Cmp(y) == 0 }
	return a.From == b.From && a.To == b.To && a.Nonce == b.Nonce &&
		same(a.Value, b.Value) && same(a.ValidAfter, b.ValidAfter) && same(a.ValidBefore, b.ValidBefore)
}

// Join reports whether another copy of the payment, from a second place of one request, is
// the same: the authorization, the signature, and the purchase's name if both have one. Then
// p gets the name that only the copy has. Otherwise two readers of the request could take two
// different payments from it.
func (p *Payment) Join(other Payment) bool {
	if !p.Authorization.Equal(other.Authorization) || !bytes.Equal(p.Signature, other.Signature) ||
		len(p.Keys) > 0 && len(other.Keys) > 0 && !slices.Equal(p.Keys, other.Keys) {
		return false
	}
	if len(p.Keys) == 0 {
		p.Keys = other.Keys
	}
	return true
}
