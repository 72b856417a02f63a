package picture_test

import (
	"bytes"
	"image"
	"image/png"
	"strings"
	"testing"

	"github.com/mint402/mint402/server/picture"
)

// draw draws a preview with that name and symbol.
func draw(name, symbol string, receipt bool) ([]byte, error) {
	name, _ = picture.Drawable(name)
	symbol, _ = picture.Drawable(symbol)
	return picture.Preview{Receipt: receipt, Name: name, Symbol: symbol, Title: "5,000 " + symbol, Terms: "5,000 " + symbol + " for 0.10 USDC",
		Badge: "Open", Tone: picture.Good, Permille: 243, Minted: "1,215,000 of 5,000,000 " + symbol + " minted", Percent: "24%",
		Details: [3]string{"payer    0x70997970C51812dc3A010C7d01b50e0d17dc79C8"}, Network: "Base", Origin: "mint.example"}.PNG()
}

func TestNoNameIsTooMuchForAPicture(t *testing.T) {
	for i, name := range []string{"", " ", "\u202eevil\u202c", "שלום עולם", "你好世界", "🚀🚀🚀", "\x00\x01\x1b[31m", "a\u0301\u0302\u0303", "\xff\xfe",
		strings.Repeat("W", 3000), strings.Repeat("long words ", 200), "Ωμέγα Привет",
		"<script>alert(1)</script>", "{{.Launch}}", "\u2028alert(1)", "`${alert(1)}`", "&lt;script&gt;"} {
		body, err := draw(name, name, i%2 == 1)
		if err != nil {
			t.Fatalf("%q: %v", name, err)
		}
		if img, err := png.Decode(bytes.NewReader(body)); err != nil || img.Bounds() != image.Rect(0, 0, 1200, 630) {
			t.Errorf("%q: %v", name, err)
		}
	}
	for name, want := range map[string]string{"Ping": "Ping", " a\tb\u202e\u0301\x00 c ": "a b c", "你好 x": "□ x", "x \U0001F680\U0001F680 go": "x □ go", "Ωμέγα": "Ωμέγα"} {
		if got, _ := picture.Drawable(name); got != want {
			t.Errorf("%q is drawn as %q, want %q", name, got, want)
		}
	}
	for _, name := range []string{"", "你好世界", "שלום", "🚀", "\u202e"} {
		if got, ok := picture.Drawable(name); ok {
			t.Errorf("%q is drawn as %q, which says nothing", name, got)
		}
	}
}

func TestTheShareIsShownWhole(t *testing.T) {
	for _, percent := range []string{"100%", "under 1%", "99%", "0%"} {
		if got := picture.ShareText(percent); got != percent {
			t.Errorf("%q is shown as %q", percent, got)
		}
	}
}
