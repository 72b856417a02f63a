package picture_test

import (
	"bytes"
	"image/color"
	"image/png"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/seal"
	"github.com/mint402/mint402/server/picture"
	"github.com/mint402/mint402/web"
)

// markup is a seal as read from a page: its background, and its closed lines, as points
// in a square of 200 × 200.
type markup struct {
	background seal.Color
	lines      [][]seal.Point
}

var (
	fill  = regexp.MustCompile(`<rect width="200" height="200" fill="hsl\((\d+) (\d+)% (\d+)%\)"/>`)
	whole = regexp.MustCompile(`<g fill="none" stroke-width="0.55" transform="rotate\((\d+) 100 100\)">`)
	shape = regexp.MustCompile(`<path id="[^"]+" d="M([^"]+)Z"/>|<use href="#[^"]+" transform="rotate\(([0-9.]+) 100 100\)"/>`)
)

// readMarkup reads what web writes.
func readMarkup(t *testing.T, svg string) (m markup) {
	t.Helper()
	number := func(s string) float64 {
		n, err := strconv.ParseFloat(s, 64)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	paper, turn := fill.FindStringSubmatch(svg), whole.FindStringSubmatch(svg)
	if paper == nil || turn == nil {
		t.Fatal(svg)
	}
	m.background = seal.Color{Hue: int(number(paper[1])), Saturation: int(number(paper[2])), Lightness: int(number(paper[3]))}
	var wave []seal.Point
	for _, found := range shape.FindAllStringSubmatch(svg, -1) {
		angle := number(turn[1])
		if data := found[1]; data != "" {
			wave = nil
			start, curves, _ := strings.Cut(data, "C")
			at := func(s string) (points []seal.Point) {
				f := strings.Fields(s)
				for i := 0; i < len(f); i += 2 {
					points = append(points, seal.Point{X: number(f[i]), Y: number(f[i+1])})
				}
				return points
			}
			from := at(start)[0]
			for _, curve := range strings.Split(curves, "C") {
				p := at(curve)
				c := seal.Curve{Control1: p[0], Control2: p[1], End: p[2]}
				for n := range 300 {
					wave = append(wave, c.At(from, float64(n)/300))
				}
				from = c.End
			}
		} else {
			angle += number(found[2])
		}
		sin, cos := math.Sincos(angle * math.Pi / 180)
		line := make([]seal.Point, len(wave))
		for i, p := range wave {
			line[i] = seal.Point{X: 100 + (p.X-100)*cos - (p.Y-100)*sin, Y: 100 + (p.X-100)*sin + (p.Y-100)*cos}
		}
		m.lines = append(m.lines, line)
	}
	return m
}

// TestAPictureHasTheSealOfThePage compares the markup of the page with the pixels of the
// picture: each line of one is in the other, and the rest is background.
func TestAPictureHasTheSealOfThePage(t *testing.T) {
	for _, token := range []string{"0x5FbDB2315678afecb367f032d93F642f64180aa3", "0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512", "0x9fE46736679d2D9a65F0992F2272dE9f3c7fa6e0"} {
		m := readMarkup(t, string(web.Launch{Token: web.Link{Text: token}}.Art()))
		body, err := picture.Preview{Token: common.HexToAddress(token), Name: "Ping"}.PNG()
		if err != nil {
			t.Fatal(err)
		}
		img, err := png.Decode(bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		empty := func(x, y int) bool { return color.RGBAModel.Convert(img.At(x, y)) == color.Color(m.background.RGBA()) }

		var near [1200][630]bool // pixels that a line may touch
		missing, points := 0, 0  // a few are in a pixel of which the line covers too little
		for _, line := range m.lines {
			for _, p := range line {
				x := int(math.Floor(picture.SealX + (p.X-100)*picture.SealRadius/100))
				y := int(math.Floor(picture.SealY + (p.Y-100)*picture.SealRadius/100))
				if points++; empty(x, y) {
					missing++
				}
				for dx := -1; dx <= 1; dx++ {
					for dy := -1; dy <= 1; dy++ {
						near[x+dx][y+dy] = true
					}
				}
			}
		}
		if missing > points/150 || len(m.lines) < 16 {
			t.Errorf("%s: %d of %d points of %d lines are not in the picture", token, missing, points, len(m.lines))
		}
		others, background := 0, 0
		for x := picture.SealX - int(picture.SealRadius); x <= picture.SealX+int(picture.SealRadius); x++ {
			for y := picture.SealY - int(picture.SealRadius); y <= picture.SealY+int(picture.SealRadius); y++ {
				if near[x][y] || math.Hypot(float64(x-picture.SealX), float64(y-picture.SealY)) > picture.SealRadius-2 {
					continue
				}
				if background++; !empty(x, y) {
					others++
				}
			}
		}
		if others > 0 || background < 1000 {
			t.Errorf("%s: the picture has lines at %d of %d pixels where the page has none", token, others, background)
		}
	}
}
