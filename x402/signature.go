package x402

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
)

// Reasons why a token would refuse a signature of an account without code.
var (
	ErrSignatureLength = errors.New("signature is not 65 bytes")
	ErrSignatureV      = errors.New("signature's v is none of 0, 1, 27, 28")
	ErrSignatureRange  = errors.New("signature's r or s is zero or out of range, or s is in the upper half")
	ErrSignaturePoint  = errors.New("signature recovers to no key")
)

// NormalSignature returns the only form of an ECDSA signature that tokens accept: r ‖ s
// ‖ v, 65 bytes, v 27 or 28, s in the lower half of the order. It turns v 0 and 1 into
// 27 and 28, and refuses everything else: a signature's other forms (high s, 64-byte
// compact, trailing bytes) would only revert on chain. The argument is not changed.
func NormalSignature(sig []byte) ([]byte, error) {
	if len(sig) != crypto.SignatureLength {
		return nil, fmt.Errorf("%w but %d", ErrSignatureLength, len(sig))
	}
	v := sig[64]
	switch v {
	case 0, 1:
		v += 27
	case 27, 28:
	default:
		return nil, ErrSignatureV
	}
	if !inLowerHalf(sig[32:64]) || !inOrder(sig[:32]) {
		return nil, ErrSignatureRange
	}
	normal := bytes.Clone(sig)
	normal[64] = v
	return normal, nil
}

// RecoverEOA returns the account that signed the digest with its key. The signature
// must be in a form that NormalSignature accepts. The result does not apply to an
// account with code (a contract wallet, or EIP-7702): the token asks that code instead
// (ERC-1271), and so must every verifier.
func RecoverEOA(digest common.Hash, sig []byte) (common.Address, error) {
	normal, err := NormalSignature(sig)
	if err != nil {
		return common.Address{}, err
	}
	normal[64] -= 27
	key, err := crypto.Ecrecover(digest[:], normal)
	if err != nil {
		return common.Address{}, ErrSignaturePoint
	}
	return common.BytesToAddress(crypto.Keccak256(key[1:])[12:]), nil
}

// IsERC6492 reports whether the signature is wrapped for a wallet that is not deployed
// yet (ERC-6492). The wrapper asks the verifier to make a call that the payer chose,
// from the verifier's own key; refuse it.
func IsERC6492(sig []byte) bool { return bytes.HasSuffix(sig, erc6492Suffix) }

var (
	erc6492Suffix = bytes.Repeat([]byte{0x64, 0x92}, 16)

	order     = crypto.S256().Params().N.FillBytes(make([]byte, 32))
	halfOrder = common.FromHex("0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0")
	zeroWord  = make([]byte, 32)
)

func inOrder(word []byte) bool {
	return !bytes.Equal(word, zeroWord) && bytes.Compare(word, order) < 0
}

func inLowerHalf(word []byte) bool {
	return !bytes.Equal(word, zeroWord) && bytes.Compare(word, halfOrder) <= 0
}
