package server

import (
	"bytes"
	"fmt"
	"image/color"
	"image/png"
	"math"

	"github.com/ethereum/go-ethereum/common"
)

// card is what a shared picture says: a certificate of a launch, or a receipt.
// Two that say the same are the same picture.
type card struct {
	receipt bool
	token   common.Address // whose seal it bears
	name    string         // of the token, or its slug if that cannot be drawn
	symbol  string
	title   string // of a receipt: "5,000 DPING"
	terms   string
	badge   string // how it stands, in a word or two
	tone    tone
	share   int // of the supply, in 1/1000
	minted  string
	percent string
	details [3]string // of a receipt
	network string
	origin  string // host that it can be looked up at
	play    bool   // the money is worthless
}

// tone colours a badge.
type tone int

const (
	calm tone = iota
	good
	ended
)

const cardWidth, cardHeight = 1200, 630

var (
	paperColor = rgb(0xf5f4ee)
	cardColor  = rgb(0xfffefa)
	wellColor  = rgb(0xe2e1d7)
	inkColor   = rgb(0x12201a)
	softColor  = rgb(0x505c55)
	lineColor  = rgb(0xcfcec3)
	mintColor  = rgb(0x0a6b49)
	washColor  = rgb(0xe0f1e6)
	warnColor  = rgb(0x784b00)
	warnWash   = rgb(0xfbeecb)
	sealColor  = color.RGBA{R: 0x04, G: 0x31, B: 0x21, A: 0x76} // premultiplied
)

func rgb(n uint32) color.RGBA {
	return color.RGBA{uint8(n >> 16), uint8(n >> 8), uint8(n), 0xff}
}

// draw is the picture as PNG.
func (k card) draw() ([]byte, error) {
	c := newCanvas(cardWidth, cardHeight, paperColor)
	const left, right = 88, cardWidth - 88
	c.box(32, 32, cardWidth-64, cardHeight-64, 11, inkColor)
	c.box(35, 35, cardWidth-70, cardHeight-70, 8, cardColor)
	c.edge(43, 43, cardWidth-86, cardHeight-86, lineColor)
	k.seal(c, right-134, 290, 138)

	// Who says it, and where.
	c.box(left, 80, 58, 34, 6, inkColor)
	c.write(mono, 21, left+10, 104, cardColor, "402")
	x := c.write(bold, 25, left+72, 105, inkColor, "mint402")
	if k.receipt {
		c.write(regular, 25, x+14, 105, softColor, "Receipt")
	}
	c.writeTo(regular, 23, right, 105, softColor, k.network)
	c.box(left, 138, right-left, 1, 0, lineColor)

	if k.receipt {
		k.receiptBody(c, left, right)
	} else {
		k.launchBody(c, left, right)
	}

	c.box(left, 520, right-left, 1, 0, lineColor)
	c.write(bold, 23, left, 559, inkColor, "One settled payment, exactly one mint.")
	origin, size := regular.fit(k.origin, 420, 23, 16)
	c.writeTo(regular, size, right, 559, softColor, origin)

	var b bytes.Buffer
	if err := png.Encode(&b, c.RGBA); err != nil {
		return nil, fmt.Errorf("encode picture: %w", err)
	}
	return b.Bytes(), nil
}

func (k card) launchBody(c canvas, left, right int) {
	x := float64(left)
	c.writeIn(720, bold, 84, 40, x, 236, inkColor, k.name)
	k.stamp(c, 24+c.writeIn(420, mono, 32, 18, x, 296, mintColor, k.symbol), 296)
	c.writeIn(720, regular, 44, 22, x, 378, inkColor, k.terms)
	c.writeIn(740, regular, 25, 16, x, 444, softColor, k.minted)
	c.box(left, 464, right-left, 20, 10, wellColor)
	if k.share > 0 {
		c.box(left, 464, max(20, (right-left)*k.share/1000), 20, 10, mintColor)
	}
}

func (k card) receiptBody(c canvas, left, right int) {
	x := float64(left)
	c.writeIn(720, bold, 84, 38, x, 236, inkColor, k.title)
	k.stamp(c, 24+c.writeIn(420, regular, 32, 18, x, 296, softColor, k.name), 296)
	c.writeIn(720, regular, 40, 24, x, 372, inkColor, k.terms)
	for i, d := range k.details {
		c.writeIn(float64(right-left), mono, 20, 14, x, 434+float64(i)*31, softColor, d)
	}
}

// seal is the token's, with what it attests in the middle.
func (k card) seal(c canvas, x, y, radius float64) {
	c.rosette(k.token, x, y, radius, sealColor)
	switch {
	case !k.receipt:
		percent, size := sealText(k.percent)
		c.write(bold, size, x-bold.measure(percent, size)/2, y+8, mintColor, percent)
		c.write(regular, 19, x-regular.measure("minted", 19)/2, y+36, softColor, "minted")
	case k.tone == good:
		c.stroke([][2]float64{{x - 32, y + 2}, {x - 9, y + 25}, {x + 34, y - 24}}, 11, mintColor)
	default:
		for i := -1.0; i <= 1; i++ {
			c.box(int(x+26*i)-6, int(y)-6, 12, 12, 6, softColor)
		}
	}
}

// sealText is a share as a seal shows it. Its inner circle holds 120 pixels.
func sealText(percent string) (string, float64) { return bold.fit(percent, 120, 46, 14) }

// stamp says how it stands.
func (k card) stamp(c canvas, x, y float64) {
	ink, wash := mintColor, washColor
	switch k.tone {
	case calm:
		ink, wash = warnColor, warnWash
	case ended:
		ink, wash = softColor, wellColor
	}
	wide := bold.measure(k.badge, 22)
	c.box(int(x), int(y)-28, int(wide)+32, 38, 19, wash)
	c.write(bold, 22, math.Floor(x)+16, y-1, ink, k.badge)
}

// permille is a share of a whole, so that a little is not nothing, nor almost all
// all.
func permille(n, of int64) int {
	if of <= 0 {
		return 0
	}
	share := int(float64(n) / float64(of) * 1000)
	switch {
	case n > 0 && share == 0:
		return 1
	case n < of && share >= 1000:
		return 999
	}
	return min(share, 1000)
}
