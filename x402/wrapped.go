package x402

import (
	"bytes"
	"errors"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
)

// MaxWrapped bounds a signature that is wrapped, in bytes: the call that deploys a Safe with a
// module has about 800, and the owner's own signature may have MaxSignature.
const MaxWrapped = 4096

// A Wrapped is the content of an ERC-6492 signature. It names the call that deploys the wallet
// if it is not deployed yet. Some wallets wrap after their deployment as well; then only the
// signature counts.
type Wrapped struct {
	Factory   common.Address // is called, without value
	Call      []byte         // its calldata
	Signature []byte         // for the wallet's isValidSignature (ERC-1271); 1 to MaxSignature bytes
}

// IsERC6492 reports whether the signature is wrapped (ERC-6492): it ends in the mark.
func IsERC6492(sig []byte) bool { return bytes.HasSuffix(sig, erc6492Suffix) }

var erc6492Suffix = bytes.Repeat([]byte{0x64, 0x92}, 16)

// errWrapper is the error of Unwrap.
var errWrapper = errors.New("the ERC-6492 wrapper is not abi.encode(factory, calldata, signature) and the mark, with a signature that is not wrapped itself")

// Unwrap decodes a signature for which IsERC6492 is true: abi.encode(address, bytes, bytes) and
// the mark. Of the encodings that a contract would accept it takes one, the shortest and with
// zeros as padding, which all encoders write. The parts share memory with sig.
func Unwrap(sig []byte) (Wrapped, error) {
	if !IsERC6492(sig) || len(sig) > MaxWrapped {
		return Wrapped{}, errWrapper
	}
	words := sig[:len(sig)-len(erc6492Suffix)]
	if len(words) < 3*32 || !zero(words[:12]) || !isWord(words[32:64], 3*32) {
		return Wrapped{}, errWrapper
	}
	call, rest, ok := takeBytes(words[3*32:])
	if !ok || !isWord(words[64:96], len(words)-len(rest)) {
		return Wrapped{}, errWrapper
	}
	inner, rest, ok := takeBytes(rest)
	if !ok || len(rest) > 0 || len(inner) == 0 || len(inner) > MaxSignature || IsERC6492(inner) {
		return Wrapped{}, errWrapper
	}
	return Wrapped{common.BytesToAddress(words[12:32]), call, inner}, nil
}

// takeBytes takes the ABI encoding of one `bytes` from the front of words.
func takeBytes(words []byte) (data, rest []byte, ok bool) {
	if len(words) < 32 {
		return nil, nil, false
	}
	length := new(big.Int).SetBytes(words[:32])
	if words = words[32:]; !length.IsInt64() || length.Int64() > int64(len(words)) {
		return nil, nil, false
	}
	n := int(length.Int64())
	padded := (n + 31) / 32 * 32
	if padded > len(words) || !zero(words[n:padded]) {
		return nil, nil, false
	}
	return words[:n:n], words[padded:], true
}

// Wrap encodes a Wrapped, as wallets do.
func Wrap(w Wrapped) []byte {
	word := func(n int) []byte { return common.BigToHash(big.NewInt(int64(n))).Bytes() }
	pad := func(b []byte) []byte { return common.RightPadBytes(b, (len(b)+31)/32*32) }
	call, inner := pad(w.Call), pad(w.Signature)
	return bytes.Join([][]byte{common.LeftPadBytes(w.Factory[:], 32), word(3 * 32), word(4*32 + len(call)),
		word(len(w.Call)), call, word(len(w.Signature)), inner, erc6492Suffix}, nil)
}

// zero reports whether all bytes are zero.
func zero(b []byte) bool { return len(bytes.Trim(b, "\x00")) == 0 }

// isWord reports whether a word is the number n.
func isWord(word []byte, n int) bool {
	return new(big.Int).SetBytes(word).Cmp(big.NewInt(int64(n))) == 0
}
