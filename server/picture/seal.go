package picture

import (
	"image/color"
	"math"

	"github.com/ethereum/go-ethereum/common"
)

// seal draws a pattern of fine lines, as on banknotes, that depends only on a token's
// address.
func (c canvas) seal(token common.Address, x, y, radius float64, ink color.Color) {
	const steps, lines = 720, 8
	petals := float64(7 + int(token[19]%8)) // 7 … 14
	deep := 0.055 + float64(token[18])/255*0.055
	twist := 1 + float64(token[17]%3)
	for ring := range 3 {
		outer := radius * (1 - 0.165*float64(ring))
		turn := float64(ring) * math.Pi / petals * float64(1+token[16]%4) / 2
		for line := range lines {
			shift := turn + 2*math.Pi*float64(line)/lines/petals
			points := make([][2]float64, steps)
			for i := range points {
				a := 2 * math.Pi * float64(i) / steps
				wave := math.Cos(petals*(a+shift)) * (0.7 + 0.3*math.Cos(twist*petals*(a-shift)))
				r := outer * (1 - deep + deep*wave)
				points[i] = [2]float64{x + r*math.Cos(a), y + r*math.Sin(a)}
			}
			c.loop(points, 1.15, ink)
		}
	}
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
