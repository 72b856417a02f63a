package media

import (
	"fmt"
	"image"
	"math"
)

const (
	samples = 64 // points in a row and in a column that are looked at
	hues    = 24 // parts of the circle of hues
	// minColour is how colourful, from 0 to 1, the points would be on average if a picture had
	// just enough colour to have one.
	minColour = 0.02
)

// colourOf returns the colour of a picture that people would name first, "#rrggbb": the mean
// of the hue with the most colourful points. It is empty for a picture in grey.
func colourOf(img image.Image) string {
	var sums [hues]struct{ weight, r, g, b float64 }
	bounds := img.Bounds()
	for y := range samples {
		for x := range samples {
			r16, g16, b16, a16 := img.At(bounds.Min.X+(2*x+1)*bounds.Dx()/(2*samples), bounds.Min.Y+(2*y+1)*bounds.Dy()/(2*samples)).RGBA()
			if a16 < 0x8000 {
				continue
			}
			r, g, b := float64(r16)/float64(a16), float64(g16)/float64(a16), float64(b16)/float64(a16)
			most, least := max(r, g, b), min(r, g, b)
			weight := (most - least) * (most - least)
			s := &sums[int(hueOf(r, g, b, most, least)*hues/6)%hues]
			s.weight, s.r, s.g, s.b = s.weight+weight, s.r+weight*r, s.g+weight*g, s.b+weight*b
		}
	}
	best := sums[0]
	for _, s := range sums {
		if s.weight > best.weight {
			best = s
		}
	}
	if best.weight < minColour*minColour*samples*samples {
		return ""
	}
	part := func(sum float64) int { return int(math.Round(255 * sum / best.weight)) }
	return fmt.Sprintf("#%02x%02x%02x", part(best.r), part(best.g), part(best.b))
}

// hueOf returns a colour's hue from 0 to 6, or 0 for grey. most and least are its largest and
// its smallest part.
func hueOf(r, g, b, most, least float64) float64 {
	switch reach := most - least; {
	case reach == 0:
		return 0
	case most == r:
		return math.Mod((g-b)/reach+6, 6)
	case most == g:
		return (b-r)/reach + 2
	default:
		return (r-g)/reach + 4
	}
}
