package chain

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"math/big"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
)

// Signer signs transactions with one key. A key outside this process is untrusted: its
// signature is checked before it is used. String names it without secrets.
type Signer interface {
	fmt.Stringer
	Address() common.Address
	// Sign returns the signature of a transaction without one: r, s, and 0 or 1. It returns
	// within a bounded time.
	Sign(ctx context.Context, chainID *big.Int, tx *types.Transaction) ([]byte, error)
}

// Keys holds secp256k1 keys by their account. It prints as accounts only, so that a key
// cannot reach a log.
type Keys struct {
	keys map[common.Address]Signer
}

// Add stores a key and returns its account.
func (k *Keys) Add(key *ecdsa.PrivateKey) common.Address {
	return k.AddSigner(localKey{crypto.PubkeyToAddress(key.PublicKey), key})
}

// AddSigner stores a key that another process may hold, and returns its account.
func (k *Keys) AddSigner(s Signer) common.Address {
	if k.keys == nil {
		k.keys = make(map[common.Address]Signer)
	}
	k.keys[s.Address()] = s
	return s.Address()
}

// localKey is a key in this process.
type localKey struct {
	account common.Address
	key     *ecdsa.PrivateKey
}

func (k localKey) Address() common.Address { return k.account }

func (k localKey) String() string { return k.account.Hex() }

// GoString is String, for %#v.
func (k localKey) GoString() string { return k.String() }

func (k localKey) Sign(_ context.Context, chainID *big.Int, tx *types.Transaction) ([]byte, error) {
	return crypto.Sign(types.LatestSignerForChainID(chainID).Hash(tx).Bytes(), k.key)
}

// Signer returns what signs for an account, or nil.
func (k Keys) Signer(account common.Address) Signer { return k.keys[account] }

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

func (k Keys) of(account common.Address) (Signer, error) {
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
