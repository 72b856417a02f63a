// Package seal makes the picture of a token that has none, called its seal: three bands of
// fine lines as on banknotes (a guilloche), in one of six forms each, and colours from the
// whole circle. It depends only on the token's address, so the launch's page, the receipt,
// the preview image and the logo show the same seal. This package computes the geometry.
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

// Width is the width of a seal's lines.
const Width = 0.55

// Seal is a background and three bands of lines. The bands are drawn over the background, in
// their order.
type Seal struct {
	Name       string // identifies the token within a page: 8 hexadecimal digits
	Background Color
	Turn       int // how far all bands are turned around the centre, in degrees clockwise
	Bands      [3]Band
}

// Form is the shape of a band's line.
type Form int

// The forms of a line.
const (
	Wave    Form = iota // swings evenly
	Star                // straight, with corners outside and inside
	Petal               // round outside, with corners inside
	Scallop             // corners outside, round inside
	Orbit               // an ellipse
	Knot                // straight from each point of a circle to one nearly opposite
	forms
)

// Band is one closed line around the centre, drawn several times, each time turned a
// little farther.
type Band struct {
	Form         Form
	Inner, Outer float64 // the radii between which the line swings
	Waves        int     // how many times it swings in one turn around the centre
	Turns        int     // how many times the line is drawn
	Ink          Color
}

// tone is how light a seal is: the saturation and lightness of its background, and of the
// bands from the outer to the inner.
type tone struct{ saturation, background, ink, outer, middle, inner int }

var tones = [3]tone{{44, 13, 52, 62, 78, 68}, {58, 30, 70, 76, 90, 82}, {62, 91, 64, 34, 24, 40}}

// steps are how far the hue goes on from a band to the next.
var steps = [8]int{0, 14, 32, 64, 120, 180, 214, 300}

// Of returns the seal of a token.
func Of(token common.Address) Seal {
	h := sha256.Sum256([]byte(token.Hex()))
	// among returns a number between from and to that byte i of the hash chooses.
	among := func(i int, from, to float64) float64 { return from + (to-from)*float64(h[i])/255 }
	hue, step, t := (int(h[0])<<8|int(h[1]))%360, steps[h[13]%8], tones[h[14]%3]
	ink := func(band, light int) Color { return Color{(hue + 12 + step*band) % 360, t.ink, light} }
	band := func(i int, inner, outer float64, fewest, waves, turns int, c Color) Band {
		b := Band{Form(h[i] % byte(forms)), inner, outer, fewest + int(h[i+1])%waves, turns + int(h[i+2])%3, c}
		switch b.Form {
		case Orbit: // half a turn shows it again, so it takes more of them
			b.Waves, b.Turns = 2, 7+2*turns
		case Knot: // its inner radius follows from the number of points
			b.Waves, b.Inner = 5+2*(b.Waves%4), outer*0.3
		}
		return b
	}
	return Seal{
		Name:       fmt.Sprintf("%x", h[28:]),
		Background: Color{hue, t.saturation, t.background},
		Turn:       int(h[15]),
		Bands: [3]Band{
			band(16, among(2, 58, 70), 92, 16, 13, 5, ink(0, t.outer)),
			band(19, among(5, 26, 36), among(6, 62, 76), 8, 6, 8, ink(1, t.middle)),
			band(22, among(9, 4, 9), among(10, 30, 40), 5, 4, 6, ink(2, t.inner)),
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

// Line returns the band's line before it is turned: its start, and its curves. The last
// curve ends at the start.
func (b Band) Line() (start Point, curves []Curve) {
	at := func(angle, radius, along float64) Point {
		sin, cos := math.Sincos(angle)
		return Point{Center + radius*(cos-along*sin), Center + radius*(sin+along*cos)}
	}
	if b.Form == Knot {
		step := 2 * math.Pi * float64(b.Waves/2) / float64(b.Waves)
		for i := range b.Waves {
			from, to := at(float64(i)*step, b.Outer, 0), at(float64(i+1)*step, b.Outer, 0)
			curves = append(curves, Curve{from, to, to})
		}
		return at(0, b.Outer, 0), curves
	}
	half := math.Pi / float64(b.Waves)
	outer, inner := b.handles(half)
	for i := range 2 * b.Waves {
		from, to, leaves, arrives := b.Outer, b.Inner, outer, inner
		if i%2 == 1 {
			from, to, leaves, arrives = b.Inner, b.Outer, inner, outer
		}
		angle := float64(i) * half
		curves = append(curves, Curve{at(angle, from, leaves), at(angle+half, to, -arrives), at(angle+half, to, 0)})
	}
	return at(0, b.Outer, 0), curves
}

// handles returns how far the control points are from the ends of half a swing, in radii:
// at the outer end and at the inner one.
func (b Band) handles(half float64) (outer, inner float64) {
	even := 0.3642 * half // approximates half a wave of a cosine
	switch b.Form {
	case Star:
		return 0, 0
	case Petal:
		return 1.5 * even, 0
	case Scallop:
		return 0, 1.5 * even * math.Min(2, b.Outer/b.Inner)
	case Orbit:
		const circle = 0.5522847498
		return circle * b.Inner / b.Outer, circle * b.Outer / b.Inner
	}
	return even, even
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
