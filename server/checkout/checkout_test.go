package checkout_test

import (
	"encoding/json"
	"errors"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/server/checkout"
	"github.com/mint402/mint402/x402"
)

func TestATextIsFoldedToASCIIAndKeepsItsMeaning(t *testing.T) {
	for text, want := range map[string]string{
		"":                      "",
		"Mint 5,000 PING & <x>": "Mint 5,000 PING & <x>",
		"Pöng — Ångström":       "Pong - Angstrom",
		"“quotes” ‘and’ …":      `"quotes" 'and' ...`,
		"½ ™ ﬁ ①":               "1/2 TM fi 1",
		"e\u0301":               "e",
		"USD₮0":                 "USD?0",
		"日本 🚀":                  "?? ?",
		"👩\u200d🚀\ufe0f":        "??",
		"a\tb\nc\x00":           "a b c?",
		"no\u00a0break":         "no break",
		"\u202eevil":            "?evil",
		"\xff":                  "?",
	} {
		if got := checkout.ASCII(text); got != want {
			t.Errorf("%q is folded to %q, want %q", text, got, want)
		}
	}
}

func TestALongSymbolCutsNoPrice(t *testing.T) {
	l := mint.Launch{Symbol: strings.Repeat("Å", 100), Price: big.NewInt(1_234_567_891_234), Allotment: big.NewInt(1_000_000_000_000_000_001),
		Asset: x402.Asset{Symbol: "USDC", Decimals: 6}}
	if got, want := checkout.Sells(&l, 2), "2.000000000000000002 "+strings.Repeat("A", 32)+" for 2469135.782468 USDC"; got != want {
		t.Errorf("it is described as %q, want %q", got, want)
	}
}

func TestARefusalIsEncodedAsItsWholeObjectIs(t *testing.T) {
	type object struct {
		A     string `json:"a"`
		Error string `json:"error"`
		B     string `json:"b"`
	}
	for n := range 24 { // for each number of bytes that base64 leaves over
		was, is := object{strings.Repeat("a", n/6), "was", strings.Repeat("b", n%4)}, strings.Repeat("x", n)
		header, data, err := checkout.RefusedJSON(was, "was", is)
		was.Error = is
		want, wrong := x402.EncodeHeader(was)
		whole, _ := json.Marshal(was)
		if err != nil || wrong != nil || header != want || string(data) != string(whole) {
			t.Errorf("%s in %s, %v; want %s", data, header, err, want)
		}
	}
}

func TestATextIsQuotedAsJSON(t *testing.T) {
	for _, text := range []string{"", "plain & <text>", `"`, `\`, "\n", "é", "\x7f", "\xff", "\u2028"} {
		got, err := checkout.Quoted(text)
		want, wrong := x402.Marshal(text)
		if err != nil || wrong != nil || got != string(want) {
			t.Errorf("%q is quoted as %s, %v; want %s", text, got, err, want)
		}
	}
}

func FuzzAnyTextIsFoldedToPrintableASCII(f *testing.F) {
	for _, text := range []string{"", "PING", "Pöng — 🚀", "\xff\xfe", "\u202e\u0301"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		folded := checkout.ASCII(text)
		if i := strings.IndexFunc(folded, func(r rune) bool { return r < ' ' || r > '~' }); i >= 0 {
			t.Errorf("%q of %q", folded, text)
		}
		if checkout.ASCII(folded) != folded {
			t.Errorf("%q changes when it is folded again", folded)
		}
	})
}

func FuzzNoInputIsReadAsAnythingButOneQuantity(f *testing.F) {
	for _, text := range []string{`{}`, `{"quantity":3}`, `{"quantity":"3"}`, `{"quantity":3,"quantity":4}`, `null`, `{"a":{}}`, `{"quantity":1e3}`, "\ufeff{}"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		n, given, err := checkout.ReadInput([]byte(text), 10)
		if err != nil {
			if v := api.ToHTTP(err, time.Unix(0, 0), false); v.Status != 400 || v.Fault.Message == "" {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		var lax map[string]any
		if err := json.Unmarshal([]byte(text), &lax); err != nil || len(lax) > 1 || given != (len(lax) == 1) {
			t.Fatalf("%q: read %d, and encoding/json %v, %v", text, n, lax, err)
		}
		if given && n < 1 {
			t.Fatalf("%q: %d", text, n)
		}
	})
}

func TestAReasonIsSpelledAsTheVersionOfThePaymentDoes(t *testing.T) {
	o := &checkout.Outcome{Refused: &x402.RefusedError{Reason: x402.ReasonBalance}}
	for version, want := range map[int]string{1: "insufficient_funds", 2: "invalid_exact_evm_insufficient_balance"} {
		if got := o.ReasonFor(&checkout.Purchase{Payment: x402.Payment{Version: version}}); got != want {
			t.Errorf("version %d: %s", version, got)
		}
	}
	o = &checkout.Outcome{Fault: api.Fault{Code: "sold_out"}, Err: errors.New("x")}
	if got := o.ReasonFor(&checkout.Purchase{}); got != "sold_out" {
		t.Error(got)
	}
}
