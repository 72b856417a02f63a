package chain

import (
	"crypto/ecdsa"
	"errors"
	"fmt"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
)

// Keys holds secp256k1 keys by their account. It prints as accounts only, so that a key
// cannot reach a log.
type Keys struct {
	keys map[common.Address]*ecdsa.PrivateKey
}

// Add stores a key and returns its account.
func (k *Keys) Add(key *ecdsa.PrivateKey) common.Address {
	if k.keys == nil {
		k.keys = make(map[common.Address]*ecdsa.PrivateKey)
	}
	account := crypto.PubkeyToAddress(key.PublicKey)
	k.keys[account] = key
	return account
}

// Has reports whether there is a key for the account.
func (k Keys) Has(account common.Address) bool { return k.keys[account] != nil }

// String returns the accounts.
func (k Keys) String() string {
	accounts := make([]string, 0, len(k.keys))
	for a := range k.keys {
		accounts = append(accounts, a.Hex())
	}
	return strings.Join(accounts, " ")
}

// GoString is String, for %#v.
func (k Keys) GoString() string { return k.String() }

func (k Keys) of(account common.Address) (*ecdsa.PrivateKey, error) {
	if key := k.keys[account]; key != nil {
		return key, nil
	}
	return nil, fmt.Errorf("no key for %s", account)
}

// ParseKey reads 64 hex digits, with or without 0x and surrounding white space.
// Its error never quotes the input.
func ParseKey(s string) (*ecdsa.PrivateKey, error) {
	key, err := crypto.HexToECDSA(strings.TrimPrefix(strings.TrimSpace(s), "0x"))
	if err != nil {
		return nil, errors.New("key: expected 64 hex digits of a secp256k1 key")
	}
	return key, nil
}

// ParseAddress parses an address that a person typed. One with capital letters must
// have the right checksum, so that a typing error does not send money to an address
// without an owner. The error quotes at most 200 characters.
func ParseAddress(s string) (common.Address, error) {
	a, err := common.NewMixedcaseAddressFromString(s)
	if err != nil {
		return common.Address{}, fmt.Errorf("%.200q: expected 0x and 40 hex digits", s)
	}
	if !a.ValidChecksum() && s != strings.ToLower(s) {
		return common.Address{}, fmt.Errorf("%s: the checksum is wrong; it would be %s", s, a.Address().Hex())
	}
	return a.Address(), nil
}
