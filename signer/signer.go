// Package signer signs transactions with keys that other programs hold: Clef, Web3Signer, AWS
// KMS and Google Cloud KMS. A URL names the program and the key.
//
// No signer is trusted. A signature counts only if the key's account is recovered from it for
// the transaction that was to be signed; of a signed transaction that a signer returns,
// every field is compared first. Requests have a time limit, answers a size limit, and
// redirects are not followed.
package signer

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
)

// Limits of one request.
const (
	defaultTimeout = 10 * time.Second
	maxTimeout     = time.Minute
	maxAnswer      = 1 << 20 // bytes; a signed transaction with its fields has up to 520,000
)

// backend is one kind of signer.
type backend interface {
	// account returns the account of the key, or an error if the signer does not have the key.
	account(ctx context.Context) (common.Address, error)
	// sign returns r and s of a signature of the transaction; any recovery id after them is
	// ignored.
	sign(ctx context.Context, chainID *big.Int, tx *types.Transaction) ([]byte, error)
}

// Signer is one key that another program holds.
type Signer struct {
	name    string // the URL without secrets
	pinned  common.Address
	timeout time.Duration
	backend backend
}

// Is reports whether a text names a signer and is not a private key.
func Is(text string) bool { return strings.Contains(text, "://") }

// String returns the URL without secrets.
func (s *Signer) String() string { return s.name }

// Address returns the key's account: the one that the URL names, or that Open found.
func (s *Signer) Address() common.Address { return s.pinned }

// Open asks the signer for the key's account, unless the URL names it.
func (s *Signer) Open(ctx context.Context) error {
	if s.pinned != (common.Address{}) {
		return nil
	}
	account, err := s.ask(ctx)
	if err == nil {
		s.pinned = account
	}
	return err
}

// Check asks the signer for its key. It returns an error if the signer does not answer, or does
// not have the key of the account.
func (s *Signer) Check(ctx context.Context) error {
	account, err := s.ask(ctx)
	if err == nil && s.pinned != (common.Address{}) && account != s.pinned {
		err = fmt.Errorf("%s: the key is that of %s, not of %s", s.name, account, s.pinned)
	}
	return err
}

func (s *Signer) ask(ctx context.Context) (common.Address, error) {
	ctx, cancel := s.within(ctx)
	defer cancel()
	account, err := s.backend.account(ctx)
	if err != nil {
		return common.Address{}, fmt.Errorf("%s: %w", s.name, plain(err))
	}
	return account, nil
}

// within bounds a request by the time limit of the signer.
func (s *Signer) within(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, s.timeout, fmt.Errorf("no answer within %s", s.timeout))
}

// Sign returns the signature of a transaction: r, s in the lower half, and the recovery id with
// which the key's account is recovered. It returns an error if there is no such id.
func (s *Signer) Sign(ctx context.Context, chainID *big.Int, tx *types.Transaction) ([]byte, error) {
	ctx, cancel := s.within(ctx)
	defer cancel()
	signature, err := s.backend.sign(ctx, chainID, tx)
	if err == nil {
		signature, err = recoverable(signature, types.LatestSignerForChainID(chainID).Hash(tx), s.pinned)
	}
	if cause := context.Cause(ctx); err != nil && cause != nil {
		err = cause // in place of how the connection ended
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.name, plain(err))
	}
	return signature, nil
}

var errOther = errors.New("the signature is that of another key or of another transaction")

// recoverable completes r and s to a signature from which an account is recovered.
func recoverable(signature []byte, digest common.Hash, account common.Address) ([]byte, error) {
	if len(signature) != crypto.SignatureLength && len(signature) != crypto.SignatureLength-1 {
		return nil, fmt.Errorf("the signature has %d bytes, not %d", len(signature), crypto.SignatureLength)
	}
	full := make([]byte, crypto.SignatureLength)
	r, low := new(big.Int).SetBytes(signature[:32]), lower(new(big.Int).SetBytes(signature[32:64]))
	r.FillBytes(full[:32])
	low.FillBytes(full[32:64])
	if !crypto.ValidateSignatureValues(0, r, low, true) {
		return nil, errors.New("the signature is not one of secp256k1: r or s is out of range")
	}
	for full[64] = range byte(2) {
		key, err := crypto.SigToPub(digest[:], full)
		if err == nil && crypto.PubkeyToAddress(*key) == account {
			return full, nil
		}
	}
	return nil, errOther
}

// lower returns s or its negative, whichever is in the lower half of the curve's order. Both
// are valid, but Ethereum accepts only the lower one (EIP-2).
func lower(s *big.Int) *big.Int {
	n := crypto.S256().Params().N
	if s.Cmp(new(big.Int).Rsh(n, 1)) <= 0 || s.Cmp(n) >= 0 {
		return s
	}
	return new(big.Int).Sub(n, s)
}

// maxText is the maximum length of an error that a signer caused.
const maxText = 400 // characters

// plain returns an error on one line of bounded length.
func plain(err error) error {
	if errors.Is(err, context.Canceled) {
		return err
	}
	text := strings.Join(strings.FieldsFunc(err.Error(), func(r rune) bool { return r < ' ' || r == 0x7f }), " ")
	if len(text) > maxText {
		text = strings.ToValidUTF8(text[:maxText], "") + "…"
	}
	return errors.New(text)
}
