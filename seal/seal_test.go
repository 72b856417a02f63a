package seal_test

import (
	"fmt"
	"image/color"
	"math"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/mint402/mint402/seal"
)

var token = common.HexToAddress("0x5FbDB2315678afecb367f032d93F642f64180aa3")

func TestATokensSealNeverChanges(t *testing.T) {
	s := seal.Of(token)
	got := fmt.Sprintf("%s %s %d°", s.Name, s.Background.CSS(), s.Turn)
	for _, b := range s.Bands {
		got += fmt.Sprintf("\n%d × %d from %.3f to %.3f %s", b.Turns, b.Waves, b.Inner, b.Outer, b.Ink.CSS())
	}
	want := `87bb63aa hsl(313 58% 30%) 244°
6 × 27 from 63.035 to 92.000 hsl(325 70% 76%)
10 × 11 from 29.804 to 70.729 hsl(29 70% 90%)
7 × 7 from 9.306 to 31.020 hsl(93 70% 82%)`
	if got != want {
		t.Error(got)
	}
}

func TestTokensHaveDifferentSeals(t *testing.T) {
	seen := map[seal.Seal]common.Address{}
	for n := range int64(1000) {
		a := common.BigToAddress(common.Big1)
		a[0], a[1] = byte(n), byte(n>>8)
		if other, there := seen[seal.Of(a)]; there {
			t.Errorf("%s has the seal of %s", a, other)
		}
		seen[seal.Of(a)] = a
	}
}

func TestALineIsClosedAndStaysWithinTheSeal(t *testing.T) {
	for n := range 500 {
		for _, band := range seal.Of(random(n)).Bands {
			start, curves := band.Line()
			if end := curves[len(curves)-1].End; math.Hypot(end.X-start.X, end.Y-start.Y) > 1e-9 {
				t.Errorf("%+v: %d curves from %v to %v", band, len(curves), start, end)
			}
			from := start
			for _, c := range curves {
				for i := range 11 {
					p := c.At(from, float64(i)/10)
					if r := math.Hypot(p.X-seal.Center, p.Y-seal.Center); r > 95 || r < band.Inner*0.3-1 {
						t.Fatalf("%+v: %v is at the radius %g", band, p, r)
					}
				}
				from = c.End
			}
		}
	}
}

// random returns the n-th of some addresses without a pattern.
func random(n int) common.Address {
	return common.BytesToAddress(crypto.Keccak256([]byte{byte(n), byte(n >> 8)}))
}

// look is a seal as one sees it: hues in steps of 15 degrees, how light it is, and the forms
// of its lines.
type look struct {
	hue, next, light int
	forms            [3]seal.Form
}

func lookOf(s seal.Seal) look {
	return look{s.Background.Hue / 15, (s.Bands[1].Ink.Hue - s.Bands[0].Ink.Hue + 360) % 360 / 15, s.Background.Lightness,
		[3]seal.Form{s.Bands[0].Form, s.Bands[1].Form, s.Bands[2].Form}}
}

func TestTwoHundredTokensLookDifferent(t *testing.T) {
	seen := map[look]int{}
	hues, forms := map[int]int{}, map[seal.Form]int{}
	for n := range 200 {
		s := seal.Of(random(n))
		l := lookOf(s)
		if other, there := seen[l]; there {
			t.Errorf("tokens %d and %d look alike: %+v", other, n, l)
		}
		seen[l] = n
		hues[s.Background.Hue/30]++
		forms[s.Bands[0].Form]++
	}
	for sector := range 12 {
		if n := hues[sector]; n < 5 || n > 40 {
			t.Errorf("%d of 200 tokens have a hue from %d to %d", n, 30*sector, 30*sector+29)
		}
	}
	if len(forms) != 6 {
		t.Errorf("the outer band has the forms %v", forms)
	}
}

func TestColoursAreThoseOfCSS(t *testing.T) {
	for c, want := range map[seal.Color]color.RGBA{
		{Hue: 0, Saturation: 100, Lightness: 50}:   {255, 0, 0, 255},
		{Hue: 120, Saturation: 100, Lightness: 25}: {0, 128, 0, 255},
		{Hue: 158, Saturation: 44, Lightness: 13}:  {19, 48, 37, 255},
		{Hue: 372, Saturation: 52, Lightness: 68}:  {216, 148, 131, 255},
		{Hue: 12, Saturation: 52, Lightness: 68}:   {216, 148, 131, 255},
	} {
		if got := c.RGBA(); got != want {
			t.Errorf("%s is %v, want %v", c.CSS(), got, want)
		}
	}
}
