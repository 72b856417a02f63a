// Package seal makes the picture of a token, called its seal: a pattern of fine lines as on
// banknotes (a guilloche). It depends only on the token's address, so the launch's page, the
// receipt and the preview image show the same seal. This package computes the geometry.
// Package web writes it as SVG, and package server/picture draws it as pixels.
package seal

import (
	"crypto/sha256"
	"fmt"
	"image/color"
	"math"

	"github.com/ethereum/go-ethereum/common"
)

// Size is the width and height of a seal. All lengths of this package are in this unit. The
// centre is at ([Center], [Center]), and no line is farther from it than 95.
const Size, Center = 200.0, 100.0

// Line is the width of a seal's lines.
const Line = 0.55

// Seal is a background and three bands of lines. The bands are drawn over the background, in
// their order.
type Seal struct {
	Name       string // identifies the token within a page: 8 hexadecimal digits
	Background Color
	Turn       int // how far all bands are turned around the centre, in degrees clockwise
	Bands      [3]Band
}

// Band is one closed wave around the centre, drawn several times, each time turned a
// little farther.
type Band struct {
	Inner, Outer float64 // the radii between which the wave swings
	Waves        int     // the number of waves in one turn around the centre
	Turns        int     // how many times the wave is drawn
	Ink          Color
}

// Of returns the seal of a token.
func Of(token common.Address) Seal {
	h := sha256.Sum256([]byte(token.Hex()))
	// among returns a number between from and to that byte i of the hash chooses.
	among := func(i int, from, to float64) float64 { return from + (to-from)*float64(h[i])/255 }
	hue := []int{158, 190, 212, 28, 348, 92, 48, 172}[h[0]%8]
	ink := func(band, light int) Color { return Color{hue + 12*band, 52, light} }
	return Seal{
		Name:       fmt.Sprintf("%x", h[28:]),
		Background: Color{hue, 44, 13},
		Turn:       int(h[1]),
		Bands: [3]Band{
			{among(2, 58, 70), 95, 16 + int(h[3]%13), 5 + int(h[4]%3), ink(0, 62)},
			{among(5, 26, 36), among(6, 66, 78), 8 + int(h[7]%6), 8 + int(h[8]%4), ink(1, 78)},
			{among(9, 4, 9), among(10, 30, 40), 5 + int(h[11]%4), 6 + int(h[12]%3), ink(2, 68)},
		},
	}
}

// Angle returns how far the n-th drawing of the wave is turned, in degrees clockwise. n
// counts from 0.
func (b Band) Angle(n int) float64 { return 360 * float64(n) / float64(b.Waves*b.Turns) }

// Point is a place in a seal. X and Y are the distances from the left and from the top.
type Point struct{ X, Y float64 }

// Curve is a cubic Bézier curve. It starts where the curve before it ends.
type Curve struct{ Control1, Control2, End Point }

// Wave returns the band's line before it is turned: its start, and its curves. The last
// curve ends at the start.
func (b Band) Wave() (start Point, curves []Curve) {
	half := math.Pi / float64(b.Waves)
	// With handles of this length, a Bézier curve approximates half a wave of a cosine.
	handle := 0.3642 * half
	at := func(angle, radius, along float64) Point {
		sin, cos := math.Sincos(angle)
		return Point{Center + radius*(cos-along*sin), Center + radius*(sin+along*cos)}
	}
	for i := range 2 * b.Waves {
		from, to := b.Outer, b.Inner
		if i%2 == 1 {
			from, to = b.Inner, b.Outer
		}
		angle := float64(i) * half
		curves = append(curves, Curve{at(angle, from, handle), at(angle+half, to, -handle), at(angle+half, to, 0)})
	}
	return at(0, b.Outer, 0), curves
}

// At returns a point of a curve that starts at from. t is between 0, the start, and 1, the
// end.
func (c Curve) At(from Point, t float64) Point {
	u := 1 - t
	a, b, d, e := u*u*u, 3*u*u*t, 3*u*t*t, t*t*t
	return Point{
		a*from.X + b*c.Control1.X + d*c.Control2.X + e*c.End.X,
		a*from.Y + b*c.Control1.Y + d*c.Control2.Y + e*c.End.Y,
	}
}

// Color is a colour in CSS's HSL form: the hue in degrees, the saturation and the lightness
// in percent.
type Color struct{ Hue, Saturation, Lightness int }

// CSS returns the colour for a style sheet or an attribute.
func (c Color) CSS() string {
	return fmt.Sprintf("hsl(%d %d%% %d%%)", c.Hue, c.Saturation, c.Lightness)
}

// RGBA returns the same colour for an image, opaque. The formula is that of CSS Color Module
// Level 4, HSL to sRGB.
func (c Color) RGBA() color.RGBA {
	saturation, lightness := float64(c.Saturation)/100, float64(c.Lightness)/100
	reach := saturation * min(lightness, 1-lightness)
	channel := func(n float64) uint8 {
		k := math.Mod(n+float64(c.Hue)/30, 12)
		return uint8(math.Round(255 * (lightness - reach*max(-1, min(k-3, 9-k, 1)))))
	}
	return color.RGBA{channel(0), channel(8), channel(4), 0xff}
}
