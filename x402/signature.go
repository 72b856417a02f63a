package x402

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
)

// Reasons why a token refuses a signature of an account without code.
var (
	ErrSignatureLength = errors.New("signature is not 65 bytes")
	ErrSignatureV      = errors.New("signature's v is none of 0, 1, 27, 28")
	ErrSignatureRange  = errors.New("signature's r or s is zero or out of range, or s is in the upper half")
	ErrSignaturePoint  = errors.New("signature recovers to no key")
)

// ParseSignature parses the text of a signature, 0x and hex digits. It has at most MaxSignature
// bytes, or MaxWrapped if it is wrapped (ERC-6492). If it is neither, expected says what is.
func ParseSignature(text string) (sig []byte, expected string) { return parseSignature(text) }

func parseSignature[text string | []byte](s text) (sig []byte, expected string) {
	if len(s) <= 2+2*MaxWrapped {
		if len(s) < 4 || string(s[:2]) != "0x" || len(s)%2 != 0 {
			return nil, "0x and an even number of hex digits"
		}
		if sig = make([]byte, len(s)/2-1); !decodeHex(sig, s[2:]) {
			return nil, "0x and an even number of hex digits"
		}
		if len(sig) <= MaxSignature || IsERC6492(sig) {
			return sig, ""
		}
	}
	return nil, fmt.Sprintf("at most %d bytes, or %d in an ERC-6492 wrapper", MaxSignature, MaxWrapped)
}

// NormalSignature returns the only form of an ECDSA signature that tokens accept: r ‖ s
// ‖ v, 65 bytes, v 27 or 28, s in the lower half of the curve's order. It turns v 0 and 1
// into 27 and 28, and returns an error for every other form (high s, 64-byte compact,
// trailing bytes), because the token would revert. It does not change its argument.
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
	if !inLowerHalf(sig[32:64]) || !belowOrder(sig[:32]) {
		return nil, ErrSignatureRange
	}
	normal := bytes.Clone(sig)
	normal[64] = v
	return normal, nil
}

// RecoverEOA returns the account whose key signed the digest. It returns an error if
// NormalSignature refuses the signature, or if it recovers to no key. It does not decide
// for an account with code (a contract wallet, or EIP-7702): the token calls that code
// instead (ERC-1271), and so must every verifier.
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

var (
	curveOrder = crypto.S256().Params().N.FillBytes(make([]byte, 32))
	halfOrder  = common.FromHex("0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0")
	zeroWord   = make([]byte, 32)
)

// belowOrder reports whether the word is neither zero nor at or above the curve's order.
func belowOrder(word []byte) bool {
	return !bytes.Equal(word, zeroWord) && bytes.Compare(word, curveOrder) < 0
}

// inLowerHalf reports whether the word is not zero and at most half the curve's order.
func inLowerHalf(word []byte) bool {
	return !bytes.Equal(word, zeroWord) && bytes.Compare(word, halfOrder) <= 0
}
