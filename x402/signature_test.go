package x402

import (
	"bytes"
	"errors"
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
)

func signedDigest(t testing.TB) (common.Hash, []byte) {
	t.Helper()
	digest := crypto.Keccak256Hash([]byte("a digest"))
	sig, err := crypto.Sign(digest[:], payerKey)
	if err != nil {
		t.Fatal(err)
	}
	sig[64] += 27
	return digest, sig
}

func TestOnlyOneFormOfASignatureIsTaken(t *testing.T) {
	digest, sig := signedDigest(t)
	n := crypto.S256().Params().N
	set := func(from int, word *big.Int) func([]byte) []byte {
		return func(s []byte) []byte { word.FillBytes(s[from : from+32]); return s }
	}
	highS := new(big.Int).Sub(n, new(big.Int).SetBytes(sig[32:64]))
	justHigh := new(big.Int).Add(new(big.Int).Rsh(n, 1), big.NewInt(1))
	for _, c := range []struct {
		name   string
		change func([]byte) []byte
		want   error
	}{
		{"empty", func(s []byte) []byte { return nil }, ErrSignatureLength},
		{"compact, 64 bytes", func(s []byte) []byte { return s[:64] }, ErrSignatureLength},
		{"trailing byte", func(s []byte) []byte { return append(s, 0) }, ErrSignatureLength},
		{"v 2", func(s []byte) []byte { s[64] = 2; return s }, ErrSignatureV},
		{"v 26", func(s []byte) []byte { s[64] = 26; return s }, ErrSignatureV},
		{"v 29", func(s []byte) []byte { s[64] = 29; return s }, ErrSignatureV},
		{"v of EIP-155", func(s []byte) []byte { s[64] = 37; return s }, ErrSignatureV},
		{"v 255", func(s []byte) []byte { s[64] = 255; return s }, ErrSignatureV},
		{"high s, the other v", func(s []byte) []byte { s[64] = 55 - s[64]; return set(32, highS)(s) }, ErrSignatureRange},
		{"s just above the half", set(32, justHigh), ErrSignatureRange},
		{"s zero", set(32, new(big.Int)), ErrSignatureRange},
		{"s the order", set(32, n), ErrSignatureRange},
		{"r zero", set(0, new(big.Int)), ErrSignatureRange},
		{"r the order", set(0, n), ErrSignatureRange},
		{"r all ones", func(s []byte) []byte { copy(s, bytes.Repeat([]byte{255}, 32)); return s }, ErrSignatureRange},
		{"r on no point", set(0, big.NewInt(5)), ErrSignaturePoint},
	} {
		if signer, err := RecoverEOA(digest, c.change(bytes.Clone(sig))); !errors.Is(err, c.want) {
			t.Errorf("%s: got %s, %v, want %v", c.name, signer, err, c.want)
		}
	}
}

func TestTheHalfOrderIsHalfTheOrder(t *testing.T) {
	if want := new(big.Int).Rsh(crypto.S256().Params().N, 1); new(big.Int).SetBytes(halfOrder).Cmp(want) != 0 {
		t.Fatalf("got %#x, want %#x", halfOrder, want)
	}
}

func TestVZeroAndOneBecomeWhatTokensTake(t *testing.T) {
	digest, sig := signedDigest(t)
	raw := bytes.Clone(sig)
	raw[64] -= 27
	normal, err := NormalSignature(raw)
	if err != nil || !bytes.Equal(normal, sig) {
		t.Fatalf("got %x, %v, want %x", normal, err, sig)
	}
	if raw[64] > 1 {
		t.Error("the argument was changed")
	}
	want := crypto.PubkeyToAddress(payerKey.PublicKey)
	for _, s := range [][]byte{raw, sig} {
		if got, err := RecoverEOA(digest, s); err != nil || got != want {
			t.Errorf("v %d: got %s, %v", s[64], got, err)
		}
	}
}
