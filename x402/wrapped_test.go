package x402

import (
	"bytes"
	"math/big"
	"reflect"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
)

func TestAnERC6492WrapperIsSeen(t *testing.T) {
	_, sig := signedDigest(t)
	if IsERC6492(sig) || IsERC6492(nil) || IsERC6492(erc6492Suffix[:31]) {
		t.Error("saw a wrapper where there is none")
	}
	if !IsERC6492(append(bytes.Clone(sig), erc6492Suffix...)) || !IsERC6492(erc6492Suffix) {
		t.Error("missed a wrapper")
	}
}

// encoded is abi.encode(address, bytes, bytes) and the mark, by go-ethereum.
func encoded(t testing.TB, w Wrapped) []byte {
	t.Helper()
	of := func(name string) abi.Argument {
		kind, err := abi.NewType(name, "", nil)
		if err != nil {
			t.Fatal(err)
		}
		return abi.Argument{Type: kind}
	}
	data, err := abi.Arguments{of("address"), of("bytes"), of("bytes")}.Pack(w.Factory, w.Call, w.Signature)
	if err != nil {
		t.Fatal(err)
	}
	return append(data, erc6492Suffix...)
}

func TestAWrapperIsReadAsItWasWritten(t *testing.T) {
	factory := common.HexToAddress("0xba5ed110efdba3d005bfc882d75358acbbb85842")
	for _, call := range []int{0, 1, 31, 32, 33, 900} {
		for _, inner := range []int{1, 32, 65, MaxSignature} {
			w := Wrapped{factory, bytes.Repeat([]byte{0xca}, call), bytes.Repeat([]byte{0x51}, inner)}
			text := encoded(t, w)
			if !bytes.Equal(Wrap(w), text) {
				t.Errorf("%d, %d: written as %x", call, inner, Wrap(w))
			}
			got, err := Unwrap(text)
			if err != nil || got.Factory != w.Factory || !bytes.Equal(got.Call, w.Call) || !bytes.Equal(got.Signature, w.Signature) {
				t.Errorf("%d, %d: read as %+v, %v", call, inner, got, err)
			}
		}
	}
}

func TestAWrapperHasOneForm(t *testing.T) {
	w := Wrapped{common.HexToAddress("0xfac"), []byte{1, 2, 3}, []byte{4, 5}}
	good := Wrap(w)
	word := func(at int, n int64) func([]byte) []byte {
		return func(b []byte) []byte { big.NewInt(n).FillBytes(b[32*at:][:32]); return b }
	}
	for name, change := range map[string]func(b []byte) []byte{
		"no mark":                    func(b []byte) []byte { return b[:len(b)-1] },
		"only the mark":              func(b []byte) []byte { return b[len(b)-32:] },
		"two words":                  func(b []byte) []byte { return append(b[:64], erc6492Suffix...) },
		"a factory beyond 20 bytes":  func(b []byte) []byte { b[11] = 1; return b },
		"a call elsewhere":           word(1, 128),
		"a call beyond the end":      word(1, 1<<40),
		"a signature elsewhere":      word(2, 96),
		"a signature beyond the end": word(2, 4096),
		"a longer call":              word(3, 33),
		"a call without end":         func(b []byte) []byte { copy(b[96:], bytes.Repeat([]byte{0xff}, 32)); return b },
		"a negative length":          func(b []byte) []byte { b[96] = 0x80; return b },
		"a longer signature":         word(5, 33),
		"no signature":               word(5, 0),
		"no zeros after the call":    func(b []byte) []byte { b[4*32+3] = 1; return b },
		"no zeros at the end":        func(b []byte) []byte { b[6*32+2] = 1; return b },
		"a word more": func(b []byte) []byte {
			return append(append(b[:len(b)-32:len(b)-32], make([]byte, 32)...), erc6492Suffix...)
		},
		"a byte less": func(b []byte) []byte { return append(b[:len(b)-33:len(b)-33], erc6492Suffix...) },
	} {
		if got, err := Unwrap(change(bytes.Clone(good))); err == nil {
			t.Errorf("%s: read as %+v", name, got)
		}
	}
	for name, bad := range map[string]Wrapped{
		"wrapped twice":          {w.Factory, w.Call, good},
		"a signature too long":   {w.Factory, nil, make([]byte, MaxSignature+1)},
		"all of it too long":     {w.Factory, make([]byte, MaxWrapped), w.Signature},
		"an empty signature too": {w.Factory, w.Call, nil},
	} {
		if got, err := Unwrap(Wrap(bad)); err == nil {
			t.Errorf("%s: read as %+v", name, got)
		}
	}
	if got, err := Unwrap(good); err != nil || !reflect.DeepEqual(got, w) {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestOnlyAWrappedSignatureMayBeLongerThanAWalletsOwn(t *testing.T) {
	wrapped := Wrap(Wrapped{common.Address{1}, make([]byte, 1000), make([]byte, MaxSignature)})
	for _, sig := range [][]byte{{1}, make([]byte, 65), make([]byte, MaxSignature), wrapped} {
		if got, expected := ParseSignature(hexutil.Encode(sig)); expected != "" || !bytes.Equal(got, sig) {
			t.Errorf("%d bytes: expected %s", len(sig), expected)
		}
	}
	long := append(make([]byte, MaxWrapped), erc6492Suffix...)
	for _, text := range []string{"", "0x", "0x1", "1234", "0xzz", "0X12", hexutil.Encode(make([]byte, MaxSignature+1)), hexutil.Encode(long), "0x" + strings.Repeat("z", 1<<20)} {
		if got, expected := ParseSignature(text); expected == "" || got != nil {
			t.Errorf("%.20s: taken", text)
		}
	}
}

func FuzzUnwrap(f *testing.F) {
	f.Add(Wrap(Wrapped{common.Address{1}, []byte{2}, []byte{3}}))
	f.Add(erc6492Suffix)
	f.Fuzz(func(t *testing.T, sig []byte) {
		// Whatever is read has one form, so two readers cannot differ.
		if w, err := Unwrap(sig); err == nil && !bytes.Equal(Wrap(w), sig) {
			t.Fatalf("%x was read as %+v", sig, w)
		}
	})
}
