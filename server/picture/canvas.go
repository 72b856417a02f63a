package picture

import (
	"image"
	"image/color"
	"image/draw"
	"math"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/gomono"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"
)

// canvas is a picture that is being drawn. Coordinates are pixels from the top left
// corner. For text, y is the baseline.
type canvas struct{ *image.RGBA }

func newCanvas(width, height int, paper color.RGBA) canvas {
	c := canvas{image.NewRGBA(image.Rect(0, 0, width, height))}
	draw.Draw(c.RGBA, c.Bounds(), image.NewUniform(paper), image.Point{}, draw.Src)
	return c
}

// typeface is a font of any size. It is parsed when it is first used.
type typeface struct{ parse func() *opentype.Font }

var (
	regular = loadFace(goregular.TTF)
	bold    = loadFace(gobold.TTF)
	mono    = loadFace(gomono.TTF)
)

func loadFace(ttf []byte) typeface {
	return typeface{sync.OnceValue(func() *opentype.Font {
		f, err := opentype.Parse(ttf)
		if err != nil {
			panic(err) // compiled in
		}
		return f
	})}
}

// at returns the font in a size, in pixels.
func (t typeface) at(size float64) font.Face {
	// At 72 dots per inch, a point is a pixel.
	face, err := opentype.NewFace(t.parse(), &opentype.FaceOptions{Size: size, DPI: 72, Hinting: font.HintingNone})
	if err != nil {
		panic(err) // only if the size is not a number
	}
	return face
}

// missing is drawn for characters that the fonts do not have.
const missing = '□'

// Drawable flattens text to one line and drops control, combining and formatting
// characters. One □ replaces each run of characters that the fonts do not have. ok is
// true if the line has more other characters than □, not counting spaces.
func Drawable(text string) (line string, ok bool) {
	var b strings.Builder
	shown, lost := 0, 0
	last := ' '
	for _, r := range text {
		switch {
		case unicode.IsSpace(r):
			r = ' '
		case r == unicode.ReplacementChar, !unicode.IsGraphic(r), unicode.Is(unicode.M, r), unicode.Is(unicode.Cf, r):
			continue
		case !regular.has(r) || !bold.has(r):
			r = missing
		}
		if r == last && (r == ' ' || r == missing) { // one space or one □ for a run of them
			continue
		}
		if last = r; r == missing {
			lost++
		} else if r != ' ' {
			shown++
		}
		b.WriteRune(r)
	}
	line = strings.TrimSpace(b.String())
	return line, shown > lost
}

// has reports whether the font can draw a character.
func (t typeface) has(r rune) bool {
	i, err := t.parse().GlyphIndex(nil, r)
	return err == nil && i != 0
}

// measure returns the width of a text, in pixels.
func (t typeface) measure(text string, size float64) float64 {
	return float64(font.MeasureString(t.at(size), text)) / 64
}

// fit returns a text and a font size, from small to big, with which the text is at most
// maxWidth pixels wide. If it is too wide even in the smallest size, fit cuts it and puts
// "…" at its end.
func (t typeface) fit(text string, maxWidth, big, small float64) (string, float64) {
	size := big
	for w := t.measure(text, size); w > maxWidth && size > small; w = t.measure(text, size) {
		size = max(small, min(size*maxWidth/w, 0.99*size)) // widths are rounded, so the proportion alone may not be enough
	}
	if t.measure(text, size) <= maxWidth {
		return text, size
	}
	runes := []rune(text)
	for keep := min(len(runes)-1, 200); keep > 0; keep-- {
		if cut := strings.TrimRight(string(runes[:keep]), " ") + "…"; t.measure(cut, size) <= maxWidth {
			return cut, size
		}
	}
	return "", size
}

// write draws a text that begins at x, and returns the x where it ends.
func (c canvas) write(t typeface, size, x, y float64, ink color.Color, text string) float64 {
	d := font.Drawer{Dst: c.RGBA, Src: image.NewUniform(ink), Face: t.at(size), Dot: fixed.Point26_6{X: fixed.Int26_6(x * 64), Y: fixed.Int26_6(y * 64)}}
	d.DrawString(text)
	return float64(d.Dot.X) / 64
}

// writeIn draws a text that begins at x and is at most maxWidth pixels wide; see fit. It
// returns the x where the text ends.
func (c canvas) writeIn(maxWidth float64, t typeface, big, small, x, y float64, ink color.Color, text string) float64 {
	text, size := t.fit(text, maxWidth, big, small)
	return c.write(t, size, x, y, ink, text)
}

// writeTo draws a text that ends at x, and returns the x where it begins.
func (c canvas) writeTo(t typeface, size, x, y float64, ink color.Color, text string) float64 {
	from := x - t.measure(text, size)
	c.write(t, size, from, y, ink, text)
	return from
}

// box fills a rectangle with rounded corners.
func (c canvas) box(x, y, width, height, radius int, fill color.Color) {
	radius = min(radius, width/2, height/2)
	src := image.NewUniform(fill)
	for _, r := range []image.Rectangle{
		image.Rect(x+radius, y, x+width-radius, y+height),
		image.Rect(x, y+radius, x+radius, y+height-radius),
		image.Rect(x+width-radius, y+radius, x+width, y+height-radius),
	} {
		draw.Draw(c.RGBA, r, src, image.Point{}, draw.Over)
	}
	if radius == 0 {
		return
	}
	// Only the corners need curves.
	q := float32(radius)
	for _, right := range []bool{false, true} {
		for _, below := range []bool{false, true} {
			at := image.Pt(x, y)
			cx, cy := q, q // the circle's centre, from the corner's top left
			dx, dy := -q, -q
			if right {
				at.X, cx, dx = x+width-radius, 0, q
			}
			if below {
				at.Y, cy, dy = y+height-radius, 0, q
			}
			r := vector.NewRasterizer(radius, radius)
			r.MoveTo(cx, cy)
			r.LineTo(cx+dx, cy)
			r.CubeTo(cx+dx, cy+dy*bend, cx+dx*bend, cy+dy, cx, cy+dy)
			r.ClosePath()
			r.Draw(c.RGBA, image.Rectangle{at, at.Add(image.Pt(radius, radius))}, src, image.Point{})
		}
	}
}

// edge draws the outline of a rectangle, one pixel wide.
func (c canvas) edge(x, y, width, height int, ink color.Color) {
	c.box(x, y, width, 1, 0, ink)
	c.box(x, y+height-1, width, 1, 0, ink)
	c.box(x, y+1, 1, height-2, 0, ink)
	c.box(x+width-1, y+1, 1, height-2, 0, ink)
}

// bend is for drawing a quarter of a circle with radius 1 as a Bézier curve: the distance
// of each control point from its end of the curve.
const bend = 0.5522847498

// shape fills the area inside closed lines, each given as its points. A line inside
// another cuts a hole if it runs in the opposite direction.
func (c canvas) shape(fill color.Color, lines ...[][2]float64) {
	box := [4]float64{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)}
	for _, points := range lines {
		for _, p := range points {
			box = [4]float64{min(box[0], p[0]), min(box[1], p[1]), max(box[2], p[0]), max(box[3], p[1])}
		}
	}
	area := image.Rect(int(box[0]), int(box[1]), int(box[2])+1, int(box[3])+1)
	r := vector.NewRasterizer(area.Dx(), area.Dy())
	for _, points := range lines {
		for i, p := range points {
			x, y := float32(p[0]-float64(area.Min.X)), float32(p[1]-float64(area.Min.Y))
			if i == 0 {
				r.MoveTo(x, y)
			} else {
				r.LineTo(x, y)
			}
		}
		r.ClosePath()
	}
	r.Draw(c.RGBA, area, image.NewUniform(fill), image.Point{})
}
