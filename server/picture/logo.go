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

// portrait draws a square PNG within a circle. It reports false, and draws no part of it, if
// the PNG cannot be read.
func (c canvas) portrait(body string, x, y, radius float64) bool {
	img, err := png.Decode(strings.NewReader(body))
	if err != nil {
		return false
	}
	c.disc(x, y, radius+6, lineColor)
	c.disc(x, y, radius+4.5, cardColor)
	box := image.Rect(int(x-radius), int(y-radius), int(x+radius), int(y+radius))
	scaled := image.NewRGBA(image.Rect(0, 0, box.Dx(), box.Dy()))
	draw.CatmullRom.Scale(scaled, scaled.Bounds(), img, img.Bounds(), draw.Src, nil)
	mask := canvas{image.NewRGBA(scaled.Bounds())}
	mask.disc(radius, radius, radius-1, inkColor)
	draw.DrawMask(c.RGBA, box, scaled, image.Point{}, mask, image.Point{}, draw.Over)
	return true
}
