package chain_test

import (
	"errors"
	"math/big"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/chain"
)

// revertWith encodes a custom error of the launch.
func revertWith(t *testing.T, name string, args ...any) []byte {
	t.Helper()
	e, ok := tokenABI.GetABI().Errors[name]
	if !ok {
		t.Fatalf("the launch has no error %s", name)
	}
	body, err := e.Inputs.Pack(args...)
	if err != nil {
		t.Fatal(err)
	}
	return append(common.CopyBytes(e.ID[:4]), body...)
}

func revertString(t *testing.T, s string) []byte {
	t.Helper()
	str, err := abi.NewType("string", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	body, err := abi.Arguments{{Type: str}}.Pack(s)
	if err != nil {
		t.Fatal(err)
	}
	return append(common.FromHex("0x08c379a0"), body...)
}

func TestEveryRefusalIsASentence(t *testing.T) {
	long := revertString(t, strings.Repeat("x", 400))
	for _, test := range []struct {
		data []byte
		want string
	}{
		{nil, "reverted without a reason"},
		{[]byte{1, 2, 3}, "reverted without a reason"},
		{[]byte{1, 2, 3, 4, 5}, "reverted with 0x01020304"},
		{revertWith(t, "SoldOut", new(big.Int)), "sold out"},
		{revertWith(t, "SoldOut", big.NewInt(3)), "only 3 left"},
		{revertWith(t, "NotOpen", big.NewInt(0)), "not open before 1970-01-01T00:00:00Z"},
		{revertWith(t, "Closed", new(big.Int).Lsh(big.NewInt(1), 255)), "closed since 57896044618658097711785492504343953926634992332820282019728792003956564819968"},
		{revertWith(t, "EnforcedPause"), "paused"},
		{revertWith(t, "QuantityOutOfRange", big.NewInt(9), big.NewInt(5)), "quantity 9 is not from 1 to 5"},
		{revertWith(t, "PaymentRefused", revertString(t, "no money")), "the asset refused the payment: no money"},
		{revertWith(t, "PaymentRefused", long[:260]), "the asset refused the payment: " + strings.Repeat("x", 192)},
		{revertWith(t, "PaymentRefused", revertWith(t, "ERC20InsufficientBalance", common.Address{}, big.NewInt(1), big.NewInt(2))),
			"the asset refused the payment: ERC20InsufficientBalance"},
		{revertWith(t, "NotAttempted", big.NewInt(1), big.NewInt(2)), "the gas reached 1 of 2 payments"},
		{revertWith(t, "Insolvent", big.NewInt(2), big.NewInt(1)), "2 is owed and only 1 was received"},
		{revertString(t, "<script>\n\x00é"), "<script>???"},
		{long, strings.Repeat("x", 200) + "..."},
		{revertString(t, ""), "reverted without a reason"},
		// A selector of ours with arguments that are not.
		{revertWith(t, "SoldOut", new(big.Int))[:20], "sold out"},
	} {
		if got := chain.Sentence(test.data); got != test.want {
			t.Errorf("%x is\n%q, want\n%q", test.data, got, test.want)
		}
	}
	for name, e := range tokenABI.GetABI().Errors {
		// Every error has a sentence, whatever its arguments hold.
		if got := chain.Sentence(append(common.CopyBytes(e.ID[:4]), make([]byte, 32*8)...)); got == "" || strings.HasPrefix(got, "reverted") {
			t.Errorf("%s is %q", name, got)
		}
	}
}

type answered struct {
	text string
	data any
}

func (a answered) Error() string  { return a.text }
func (a answered) ErrorCode() int { return 3 }
func (a answered) ErrorData() any { return a.data }

func TestARevertIsToldFromANodesFailureHoweverItIsSpelt(t *testing.T) {
	const data = "0xab35696f" // EnforcedPause is something else; unknown ones count, too
	for _, test := range []struct {
		err  error
		want bool
	}{
		{answered{"execution reverted", data}, true},
		{answered{"VM execution error.", "Reverted " + data}, true},
		{answered{"call failed", map[string]any{"data": data}}, true},
		{answered{"execution reverted", nil}, true},
		{answered{"out of gas", nil}, false},
		{answered{"rate limited", "see https://example.org"}, false},
		{errors.New("connection refused"), false},
	} {
		var reverted *chain.Revert
		err := chain.AsRevert(test.err)
		if errors.As(err, &reverted) != test.want || (!test.want && err.Error() != test.err.Error()) {
			t.Errorf("%v became %v", test.err, err)
		}
	}
	if chain.AsRevert(nil) != nil {
		t.Error("no error became one")
	}
}

func FuzzARefusalNeverPanics(f *testing.F) {
	for _, e := range tokenABI.GetABI().Errors {
		f.Add(append(common.CopyBytes(e.ID[:4]), make([]byte, 96)...))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if s := chain.Sentence(data); s == "" || len(s) > 500 {
			t.Errorf("%x is %q", data, s)
		}
	})
}
