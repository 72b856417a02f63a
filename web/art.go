package web

import (
	"crypto/sha256"
	"fmt"
	"html/template"
	"math"
	"strings"
)

// rosette draws a guilloche, the pattern of fine lines on banknotes, from bands of
// rotated waves. The same seed gives the same drawing; different seeds give different
// ones. Only the seed's hash gets into the markup.
func rosette(seed string) template.HTML {
	h := sha256.Sum256([]byte(seed))
	among := func(i int, from, to float64) float64 { return from + (to-from)*float64(h[i])/255 }
	hue := []int{158, 190, 212, 28, 348, 92, 48, 172}[h[0]%8]

	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="rosette" viewBox="0 0 200 200" aria-hidden="true" focusable="false">`+
		`<rect width="200" height="200" fill="hsl(%d 44%% 13%%)"/><g fill="none" stroke-width=".55" transform="rotate(%d 100 100)">`, hue, h[1])
	for i, band := range []struct {
		inner, outer float64
		waves, turns int
		light        int
	}{
		{among(2, 58, 70), 95, 16 + int(h[3]%13), 5 + int(h[4]%3), 62},
		{among(5, 26, 36), among(6, 66, 78), 8 + int(h[7]%6), 8 + int(h[8]%4), 78},
		{among(9, 4, 9), among(10, 30, 40), 5 + int(h[11]%4), 6 + int(h[12]%3), 68},
	} {
		id := fmt.Sprintf("r%x-%d", h[28:], i)
		fmt.Fprintf(&b, `<g stroke="hsl(%d 52%% %d%%)"><path id="%s" d="%s"/>`, hue+12*i, band.light, id, wave(band.inner, band.outer, band.waves))
		for j := 1; j < band.turns; j++ {
			fmt.Fprintf(&b, `<use href="#%s" transform="rotate(%.2f 100 100)"/>`, id, 360*float64(j)/float64(band.waves*band.turns))
		}
		b.WriteString("</g>")
	}
	b.WriteString("</g></svg>")
	return template.HTML(b.String()) // contains only numbers that we computed
}

// wave returns a closed path around (100, 100) that swings between two radii.
func wave(inner, outer float64, waves int) string {
	half := math.Pi / float64(waves)
	// With handles of this length, a Bézier curve approximates half a wave of a cosine.
	handle := 0.3642 * half
	at := func(angle, radius, along float64) (x, y float64) {
		sin, cos := math.Sincos(angle)
		return 100 + radius*(cos-along*sin), 100 + radius*(sin+along*cos)
	}
	var b strings.Builder
	x, y := at(0, outer, 0)
	fmt.Fprintf(&b, "M%.1f %.1f", x, y)
	for i := range 2 * waves {
		from, to := outer, inner
		if i%2 == 1 {
			from, to = inner, outer
		}
		angle := float64(i) * half
		x1, y1 := at(angle, from, handle)
		x2, y2 := at(angle+half, to, -handle)
		x, y = at(angle+half, to, 0)
		fmt.Fprintf(&b, "C%.1f %.1f %.1f %.1f %.1f %.1f", x1, y1, x2, y2, x, y)
	}
	return b.String() + "Z"
}
