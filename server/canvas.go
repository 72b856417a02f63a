package server

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

// canvas is a picture that is being drawn. Coordinates are pixels from the top
// left corner; text stands on its y.
type canvas struct{ *image.RGBA }

func newCanvas(width, height int, paper color.RGBA) canvas {
	c := canvas{image.NewRGBA(image.Rect(0, 0, width, height))}
	draw.Draw(c.RGBA, c.Bounds(), image.NewUniform(paper), image.Point{}, draw.Src)
	return c
}

// typeface is a font with the characters that it has.
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

func (t typeface) at(size float64) font.Face {
	// 72 dots an inch make a point a pixel.
	face, err := opentype.NewFace(t.parse(), &opentype.FaceOptions{Size: size, DPI: 72, Hinting: font.HintingNone})
	if err != nil {
		panic(err) // only for a size that is none
	}
	return face
}

// missing stands for characters that the fonts do not have.
const missing = '□'

// drawable is text as a picture can show it: in one line, without what is only
// there to steer how text is shown. Not ok if hardly any of it can be shown.
func drawable(text string) (line string, ok bool) {
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
		if r == last && (r == ' ' || r == missing) { // one stands for a whole word of another script
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

func (t typeface) has(r rune) bool {
	i, err := t.parse().GlyphIndex(nil, r)
	return err == nil && i != 0
}

// measure is how wide a text is.
func (t typeface) measure(text string, size float64) float64 {
	return float64(font.MeasureString(t.at(size), text)) / 64
}

// fit is the size, at most big and at least small, at which a text is not wider,
// and the text, cut where it is even so.
func (t typeface) fit(text string, wide, big, small float64) (string, float64) {
	size := big
	if w := t.measure(text, big); w > wide {
		size = max(small, big*wide/w)
	}
	if t.measure(text, size) <= wide {
		return text, size
	}
	runes := []rune(text)
	for keep := min(len(runes)-1, 200); keep > 0; keep-- {
		if cut := strings.TrimRight(string(runes[:keep]), " ") + "…"; t.measure(cut, size) <= wide {
			return cut, size
		}
	}
	return "", size
}

// write puts a text, and returns where it ends.
func (c canvas) write(t typeface, size, x, y float64, ink color.Color, text string) float64 {
	d := font.Drawer{Dst: c.RGBA, Src: image.NewUniform(ink), Face: t.at(size), Dot: fixed.Point26_6{X: fixed.Int26_6(x * 64), Y: fixed.Int26_6(y * 64)}}
	d.DrawString(text)
	return float64(d.Dot.X) / 64
}

// writeTo puts a text so that it ends at x, and returns where it begins.
func (c canvas) writeTo(t typeface, size, x, y float64, ink color.Color, text string) float64 {
	from := x - t.measure(text, size)
	c.write(t, size, from, y, ink, text)
	return from
}

// box fills a rectangle with round corners.
func (c canvas) box(x, y, width, height, radius float64, fill color.Color) {
	radius = min(radius, width/2, height/2)
	r := vector.NewRasterizer(c.Bounds().Dx(), c.Bounds().Dy())
	roundPath(r, x, y, width, height, radius)
	r.Draw(c.RGBA, c.Bounds(), image.NewUniform(fill), image.Point{})
}

// frame draws the edge of such a rectangle, inwards.
func (c canvas) frame(x, y, width, height, radius, line float64, ink color.Color) {
	r := vector.NewRasterizer(c.Bounds().Dx(), c.Bounds().Dy())
	roundPath(r, x, y, width, height, radius)
	// The other way round, so that what is inside both is outside.
	x, y, width, height, radius = x+line, y+line, width-2*line, height-2*line, max(0, radius-line)
	mirrored(r, x, y, width, height, radius)
	r.Draw(c.RGBA, c.Bounds(), image.NewUniform(ink), image.Point{})
}

// bend is how far a control point of a quarter of a circle is from its end.
const bend = 0.5522847498

func roundPath(r *vector.Rasterizer, x, y, w, h, q float64) {
	at := func(v float64) float32 { return float32(v) }
	k := q * (1 - bend)
	r.MoveTo(at(x+q), at(y))
	r.LineTo(at(x+w-q), at(y))
	r.CubeTo(at(x+w-k), at(y), at(x+w), at(y+k), at(x+w), at(y+q))
	r.LineTo(at(x+w), at(y+h-q))
	r.CubeTo(at(x+w), at(y+h-k), at(x+w-k), at(y+h), at(x+w-q), at(y+h))
	r.LineTo(at(x+q), at(y+h))
	r.CubeTo(at(x+k), at(y+h), at(x), at(y+h-k), at(x), at(y+h-q))
	r.LineTo(at(x), at(y+q))
	r.CubeTo(at(x), at(y+k), at(x+k), at(y), at(x+q), at(y))
	r.ClosePath()
}

func mirrored(r *vector.Rasterizer, x, y, w, h, q float64) {
	at := func(v float64) float32 { return float32(v) }
	k := q * (1 - bend)
	r.MoveTo(at(x+q), at(y))
	r.CubeTo(at(x+k), at(y), at(x), at(y+k), at(x), at(y+q))
	r.LineTo(at(x), at(y+h-q))
	r.CubeTo(at(x), at(y+h-k), at(x+k), at(y+h), at(x+q), at(y+h))
	r.LineTo(at(x+w-q), at(y+h))
	r.CubeTo(at(x+w-k), at(y+h), at(x+w), at(y+h-k), at(x+w), at(y+h-q))
	r.LineTo(at(x+w), at(y+q))
	r.CubeTo(at(x+w), at(y+k), at(x+w-k), at(y), at(x+w-q), at(y))
	r.ClosePath()
}

// stroke draws a line with round ends along points.
func (c canvas) stroke(points [][2]float64, line float64, ink color.Color) {
	r := vector.NewRasterizer(c.Bounds().Dx(), c.Bounds().Dy())
	for i, p := range points {
		roundPath(r, p[0]-line/2, p[1]-line/2, line, line, line/2)
		if i == 0 {
			continue
		}
		a := points[i-1]
		dx, dy := p[0]-a[0], p[1]-a[1]
		length := max(math.Hypot(dx, dy), 1e-9)
		nx, ny := float32(-dy/length*line/2), float32(dx/length*line/2)
		ax, ay, bx, by := float32(a[0]), float32(a[1]), float32(p[0]), float32(p[1])
		r.MoveTo(ax-nx, ay-ny)
		r.LineTo(bx-nx, by-ny)
		r.LineTo(bx+nx, by+ny)
		r.LineTo(ax+nx, ay+ny)
		r.ClosePath()
	}
	r.Draw(c.RGBA, c.Bounds(), image.NewUniform(ink), image.Point{})
}
