// Package picture draws the previews of launches and receipts that social networks
// and messengers show next to a link, as PNG of 1200 × 630 pixels. Drawing is slow,
// so a [Cache] keeps the newest ones.
package picture

import (
	"bytes"
	"cmp"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"

	"github.com/ethereum/go-ethereum/common"
)

// Preview is the content of a picture: a launch, or a receipt of one payment. Equal
// previews give equal pictures. Names and symbols must be [Drawable].
type Preview struct {
	Receipt bool
	Home    bool           // of the home page: Name, Terms and Minted are lines of text
	Tall    bool           // 800 pixels high, with empty space above and below
	Brand   string         // name of the site; empty: mint402
	Token   common.Address // the seal is drawn from it
	Art     string         // the token's own picture, a square PNG, in place of the seal; or empty
	By      string         // who made the launch, in a line, if the site's operator did not
	Ink     color.RGBA     // the accent of the launch, for text and areas; zero: mint402's green
	Wash    color.RGBA     // the area behind text in that colour
	Name    string         // of the token
	Symbol  string
	Title   string // of a receipt: "5,000 DPING"
	Terms   string // "5,000 DPING for 0.10 USDC"; of a receipt: "for 0.10 USDC"
	Badge   string // the status, in a word or two
	Tone    Tone
	// Permille is the sold share of a launch in thousandths, for the bar. Minted and
	// Percent are the same as text.
	Permille int
	Minted   string
	Percent  string
	Details  [3]string // the lines of small text on a receipt
	Network  string
	Origin   string // host of the launch's or receipt's page
}

// Tone is the colour of a badge.
type Tone int

const (
	// Pending is for a status that may still change.
	Pending Tone = iota
	// Good is for a sale that is open, and for a payment that is minted.
	Good
	// Ended is for a sale that is over, and for a payment that will not be minted.
	Ended
)

// Sizes and positions, in pixels.
const (
	width, height         = 1200, 630
	tallHeight            = 800
	sealX, sealY          = width - 88 - 128, 288
	sealRadius    float64 = 122
	maxShareWidth         = 200
)

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
)

func rgb(n uint32) color.RGBA {
	return color.RGBA{uint8(n >> 16), uint8(n >> 8), uint8(n), 0xff}
}

// PNG draws the preview and returns it as a file.
func (p Preview) PNG() ([]byte, error) {
	c := newCanvas(width, height, paperColor)
	const left, right = 88, width - 88
	frame := p.Ink
	if frame == (color.RGBA{}) {
		frame, p.Ink, p.Wash = inkColor, mintColor, washColor
	}
	c.box(32, 32, width-64, height-64, 11, frame)
	c.box(35, 35, width-70, height-70, 8, cardColor)
	c.edge(43, 43, width-86, height-86, lineColor)
	photo := p.Art != "" && c.portrait(p.Art, sealX, sealY, sealRadius)
	if !photo {
		c.seal(p.Token, sealX, sealY, sealRadius)
	}

	// The head: this program and the network.
	c.box(left, 80, 58, 34, 6, inkColor)
	c.write(mono, 21, left+10, 104, cardColor, "402")
	x := c.writeIn(420, bold, 25, 16, left+72, 105, inkColor, cmp.Or(p.Brand, "mint402"))
	if p.Receipt {
		c.write(regular, 25, x+14, 105, softColor, "Receipt")
	}
	c.writeTo(regular, 23, right, 105, softColor, p.Network)
	c.box(left, 138, right-left, 1, 0, lineColor)

	switch {
	case p.Receipt:
		p.receiptBody(c, left, right)
	case p.Home:
		c.writeIn(720, bold, 84, 40, float64(left), 270, inkColor, p.Name)
		c.writeIn(720, regular, 44, 22, float64(left), 350, inkColor, p.Terms)
		c.writeIn(740, regular, 25, 16, float64(left), 410, softColor, p.Minted)
	default:
		p.launchBody(c, left, right)
	}

	c.box(left, 520, right-left, 1, 0, lineColor)
	c.writeIn(580, bold, 23, 14, left, 559, inkColor, cmp.Or(p.By, "One settled payment, exactly one mint."))
	origin, size := regular.fit(p.Origin, 420, 23, 16)
	c.writeTo(regular, size, right, 559, softColor, origin)

	var b bytes.Buffer
	if p.Tall {
		c = c.tall()
	}
	var drawn image.Image = c // the colours of a photo need more than a palette
	if !photo {
		drawn = c.indexed()
	}
	if err := png.Encode(&b, drawn); err != nil {
		return nil, fmt.Errorf("encode picture: %w", err)
	}
	return b.Bytes(), nil
}

// tall returns the picture in the middle of a higher one.
func (c canvas) tall() canvas {
	high := newCanvas(width, tallHeight, paperColor)
	draw.Draw(high.RGBA, c.Bounds().Add(image.Pt(0, (tallHeight-height)/2)), c, image.Point{}, draw.Src)
	return high
}

func (p Preview) launchBody(c canvas, left, right int) {
	x := float64(left)
	c.writeIn(720, bold, 84, 40, x, 236, inkColor, p.Name)
	p.drawBadge(c, 24+c.writeIn(420, mono, 32, 18, x, 296, p.Ink, p.Symbol), 296)
	c.writeIn(720, regular, 44, 22, x, 378, inkColor, p.Terms)
	c.writeIn(740, regular, 25, 16, x, 444, softColor, p.Minted)
	percent, size := shareText(p.Percent)
	c.writeTo(bold, size, float64(right), 446, p.Ink, percent)
	c.box(left, 464, right-left, 20, 10, wellColor)
	if p.Permille > 0 {
		c.box(left, 464, max(20, (right-left)*p.Permille/1000), 20, 10, p.Ink)
	}
}

func (p Preview) receiptBody(c canvas, left, right int) {
	x := float64(left)
	c.writeIn(720, bold, 84, 38, x, 236, inkColor, p.Title)
	p.drawBadge(c, 24+c.writeIn(420, regular, 32, 18, x, 296, softColor, p.Name), 296)
	c.writeIn(720, regular, 40, 24, x, 372, inkColor, p.Terms)
	for i, d := range p.Details {
		c.writeIn(float64(right-left), mono, 20, 14, x, 434+float64(i)*31, softColor, d)
	}
}

// shareText returns a share's text and font size so that it fits above the right end of
// the bar. It has maxShareWidth pixels there.
func shareText(percent string) (string, float64) { return bold.fit(percent, maxShareWidth, 28, 14) }

// drawBadge draws the badge with its left end at x, and its text on the baseline y-1.
func (p Preview) drawBadge(c canvas, x, y float64) {
	ink, wash := p.Ink, p.Wash
	switch p.Tone {
	case Pending:
		ink, wash = warnColor, warnWash
	case Ended:
		ink, wash = softColor, wellColor
	}
	wide := bold.measure(p.Badge, 22)
	c.box(int(x), int(y)-28, int(wide)+32, 38, 19, wash)
	c.write(bold, 22, math.Floor(x)+16, y-1, ink, p.Badge)
}
