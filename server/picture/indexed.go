package picture

import (
	"cmp"
	"image"
	"image/color"
	"slices"
)

// maxColors is how many colours a picture has at most, so that a pixel is one byte.
const maxColors = 256

// indexed returns the picture with at most maxColors colours. Its file is then a third as
// large. The colours of areas stay exact. At the edges of letters and lines, a pixel gets
// a colour that is near its own.
func (c canvas) indexed() *image.Paletted {
	// Colours are grouped by the upper five bits of their channels.
	const groups = 1 << 15
	group := func(p []uint8) int { return int(p[0]>>3)<<10 | int(p[1]>>3)<<5 | int(p[2]>>3) }
	// A majority vote (Boyer and Moore) finds the common colour of each group: that of more
	// than half of its pixels if there is one, otherwise one of its colours.
	var size, votes [groups]int
	var common [groups]color.RGBA
	for i := 0; i < len(c.Pix); i += 4 {
		g, p := group(c.Pix[i:]), color.RGBA{c.Pix[i], c.Pix[i+1], c.Pix[i+2], c.Pix[i+3]}
		size[g]++
		switch {
		case votes[g] == 0:
			common[g], votes[g] = p, 1
		case common[g] == p:
			votes[g]++
		default:
			votes[g]--
		}
	}
	var used []int // groups, the largest first
	for g, n := range size {
		if n > 0 {
			used = append(used, g)
		}
	}
	slices.SortFunc(used, func(a, b int) int { return cmp.Or(size[b]-size[a], a-b) })

	var palette color.Palette
	var index [groups]uint8
	for i, g := range used {
		if i < maxColors {
			palette = append(palette, common[g])
			index[g] = uint8(i)
		} else {
			index[g] = uint8(palette.Index(common[g]))
		}
	}
	picture := image.NewPaletted(c.Rect, palette)
	for i := range picture.Pix {
		picture.Pix[i] = index[group(c.Pix[4*i:])]
	}
	return picture
}
