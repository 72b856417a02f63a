package picture

import (
	"image/color"
	"math"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/seal"
)

// seal draws a token's seal within a circle, as the receipt's page shows it.
func (c canvas) seal(token common.Address, x, y, radius float64) {
	s := seal.Of(token)
	c.disc(x, y, radius+6, lineColor)
	c.disc(x, y, radius+4.5, cardColor)
	c.disc(x, y, radius, s.Background.RGBA())
	c.bands(s, x, y, radius)
}

// bands draws the lines of a seal.
func (c canvas) bands(s seal.Seal, x, y, radius float64) {
	scale := radius / (seal.Size / 2)
	for _, band := range s.Bands {
		start, curves := band.Line()
		line, steps := []seal.Point{}, 8 // straight lines a curve
		if len(curves) < 12 {
			steps = 32
		}
		for from, i := start, 0; i < len(curves); from, i = curves[i].End, i+1 {
			for n := range steps {
				line = append(line, curves[i].At(from, float64(n)/float64(steps)))
			}
		}
		for n := range band.Turns {
			sin, cos := math.Sincos((float64(s.Turn) + band.Angle(n)) * math.Pi / 180)
			points := make([][2]float64, len(line))
			for i, p := range line {
				dx, dy := scale*(p.X-seal.Center), scale*(p.Y-seal.Center)
				points[i] = [2]float64{x + dx*cos - dy*sin, y + dx*sin + dy*cos}
			}
			c.loop(points, scale*seal.Width, band.Ink.RGBA())
		}
	}
}

// disc fills a circle.
func (c canvas) disc(x, y, radius float64, fill color.Color) {
	const steps = 240
	points := make([][2]float64, steps)
	for i := range points {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / steps)
		points[i] = [2]float64{x + radius*cos, y + radius*sin}
	}
	c.shape(fill, points)
}

// loop draws a closed line through points.
func (c canvas) loop(points [][2]float64, line float64, ink color.Color) {
	n := len(points)
	var sides [2][][2]float64 // the outer, and the inner in the opposite direction
	for side, half := range []float64{line / 2, -line / 2} {
		for i := range points {
			at := i
			if side == 1 {
				at = n - 1 - i
			}
			before, here, after := points[(at+n-1)%n], points[at], points[(at+1)%n]
			dx, dy := after[0]-before[0], after[1]-before[1]
			length := max(math.Hypot(dx, dy), 1e-9)
			sides[side] = append(sides[side], [2]float64{here[0] - dy/length*half, here[1] + dx/length*half})
		}
	}
	c.shape(ink, sides[:]...)
}
