package seal_test

import (
	"fmt"
	"image/color"
	"math"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/seal"
)

var token = common.HexToAddress("0x5FbDB2315678afecb367f032d93F642f64180aa3")

func TestATokensSealNeverChanges(t *testing.T) {
	s := seal.Of(token)
	got := fmt.Sprintf("%s %s %d°", s.Name, s.Background.CSS(), s.Turn)
	for _, b := range s.Bands {
		got += fmt.Sprintf("\n%d × %d from %.3f to %.3f %s", b.Turns, b.Waves, b.Inner, b.Outer, b.Ink.CSS())
	}
	want := `87bb63aa hsl(158 44% 13%) 193°
5 × 25 from 63.035 to 95.000 hsl(158 52% 62%)
8 × 13 from 29.804 to 73.482 hsl(170 52% 78%)
7 × 7 from 4.020 to 31.020 hsl(182 52% 68%)`
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

func TestAWaveIsClosedAndStaysBetweenItsRadii(t *testing.T) {
	for _, band := range seal.Of(token).Bands {
		start, curves := band.Wave()
		if end := curves[len(curves)-1].End; math.Hypot(end.X-start.X, end.Y-start.Y) > 1e-9 || len(curves) != 2*band.Waves {
			t.Errorf("%d curves from %v to %v", len(curves), start, end)
		}
		from := start
		for _, c := range curves {
			for i := range 11 {
				p := c.At(from, float64(i)/10)
				if r := math.Hypot(p.X-seal.Center, p.Y-seal.Center); r < band.Inner-0.1 || r > band.Outer+0.1 {
					t.Errorf("%v is at the radius %g, outside of %g to %g", p, r, band.Inner, band.Outer)
				}
			}
			from = c.End
		}
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
