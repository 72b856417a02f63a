package picture

import (
	"bytes"
	"image"
	"image/png"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/image/draw"

	"github.com/mint402/mint402/seal"
)

// logoKey is a token's logo in one size.
type logoKey struct {
	token common.Address
	size  int
}

// logos are the newest logos. One takes some milliseconds to draw.
var logos, _ = lru.New[logoKey, []byte](1024) // fails only for a size below 1

// Logo returns the seal of a token as a square PNG, for a token that has no picture. Wallets
// cut it to a circle themselves.
func Logo(token common.Address, size int) ([]byte, error) {
	key := logoKey{token, size}
	if body, ok := logos.Get(key); ok {
		return body, nil
	}
	const drawn = 512 // thin lines look better scaled down than drawn small
	s := seal.Of(token)
	c := newCanvas(drawn, drawn, s.Background.RGBA())
	c.bands(s, drawn/2, drawn/2, drawn/2)
	scaled := image.NewRGBA(image.Rect(0, 0, size, size))
	draw.CatmullRom.Scale(scaled, scaled.Bounds(), c, c.Bounds(), draw.Src, nil)
	var b bytes.Buffer
	if err := png.Encode(&b, scaled); err != nil {
		return nil, err
	}
	logos.Add(key, b.Bytes())
	return b.Bytes(), nil
}

// portrait draws a square PNG within a circle. What is not square in it, such as a photo or a word
// between transparent edges, is drawn whole, as a rectangle. It reports false, and draws no part of
// it, if the PNG cannot be read or is transparent.
func (c canvas) portrait(body string, x, y, radius float64) bool {
	img, err := png.Decode(strings.NewReader(body))
	if err != nil {
		return false
	}
	switch seen := visible(img); {
	case seen.Empty():
		return false
	case 6*seen.Dx() > 7*seen.Dy(), 6*seen.Dy() > 7*seen.Dx():
		c.rectangle(img, seen, x, y, radius)
		return true
	}
	c.disc(x, y, radius+6, lineColor)
	c.disc(x, y, radius+4.5, cardColor)
	box := image.Rect(int(x-radius), int(y-radius), int(x+radius), int(y+radius))
	mask := canvas{image.NewRGBA(image.Rectangle{Max: box.Size()})}
	mask.disc(radius, radius, radius-1, inkColor)
	draw.DrawMask(c.RGBA, box, scaled(img, img.Bounds(), box.Size()), image.Point{}, mask, image.Point{}, draw.Over)
	return true
}

// rectangle draws the visible part of a picture, with round corners, as large as a square of twice
// the radius allows.
func (c canvas) rectangle(img image.Image, seen image.Rectangle, x, y, radius float64) {
	scale := 2 * radius / float64(max(seen.Dx(), seen.Dy()))
	size := image.Pt(max(1, int(float64(seen.Dx())*scale)), max(1, int(float64(seen.Dy())*scale)))
	mask := canvas{image.NewRGBA(image.Rectangle{Max: size})}
	mask.box(0, 0, size.X, size.Y, 14, inkColor)
	at := image.Pt(int(x)-size.X/2, int(y)-size.Y/2)
	draw.DrawMask(c.RGBA, image.Rectangle{Min: at, Max: at.Add(size)}, scaled(img, seen, size), image.Point{}, mask, image.Point{}, draw.Over)
}

// visible returns the smallest rectangle with all points that are not transparent.
func visible(img image.Image) (seen image.Rectangle) {
	for y := img.Bounds().Min.Y; y < img.Bounds().Max.Y; y++ {
		for x := img.Bounds().Min.X; x < img.Bounds().Max.X; x++ {
			if _, _, _, alpha := img.At(x, y).RGBA(); alpha > 0x0800 {
				seen = seen.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	return seen
}

// scaled returns a part of a picture in another size.
func scaled(img image.Image, part image.Rectangle, size image.Point) *image.RGBA {
	to := image.NewRGBA(image.Rectangle{Max: size})
	draw.CatmullRom.Scale(to, to.Bounds(), img, part, draw.Src, nil)
	return to
}
