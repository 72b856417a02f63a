package profile

import (
	"errors"
	"fmt"
	"image/color"
	"math"
	"regexp"
	"strconv"
	"strings"
)

var hexColour = regexp.MustCompile(`^#?([0-9a-f]{6}|[0-9a-f]{3})$`)

// colour checks an accent colour, and returns it as #rrggbb.
func colour(s string) (string, error) {
	s = strings.ToLower(strings.TrimSpace(s))
	if s == "" {
		return "", nil
	}
	m := hexColour.FindStringSubmatch(s)
	if m == nil {
		return "", errors.New("is not a colour such as #0a6b49")
	}
	if d := m[1]; len(d) == 3 {
		return "#" + string([]byte{d[0], d[0], d[1], d[1], d[2], d[2]}), nil
	}
	return "#" + m[1], nil
}

// minContrast is the contrast of text that WCAG 2 demands for level AA.
const minContrast = 4.5

// paper are the backgrounds of the pages on which the accent is text, in light and in dark.
// They are --paper, --card and --well of web/src/base.css.
var paper = [2][]string{{"#f5f4ee", "#fffefa", "#ecebe3"}, {"#0d1311", "#141c19", "#0a0f0d"}}

// Theme returns a style sheet that colours a page in an accent, "#rrggbb". The accent is made
// darker for light pages and lighter for dark ones until its contrast is enough.
func Theme(accent string) string {
	var vars [2]struct{ ink, strong, on, wash color.RGBA }
	for dark := range 2 {
		v := &vars[dark]
		target := color.RGBA{0, 0, 0, 255}
		if dark == 1 {
			target = color.RGBA{255, 255, 255, 255}
		}
		v.ink, v.wash = shades(accent, dark, target)
		v.strong = mix(v.ink, target, 0.22)
		v.on = color.RGBA{255, 255, 255, 255}
		if black := (color.RGBA{5, 10, 8, 255}); min(contrast(black, v.ink), contrast(black, v.strong)) > min(contrast(v.on, v.ink), contrast(v.on, v.strong)) {
			v.on = black
		}
	}
	var b strings.Builder
	b.WriteString(":root {\n")
	for _, line := range []struct {
		name        string
		light, dark color.RGBA
	}{{"mint", vars[0].ink, vars[1].ink}, {"mint-strong", vars[0].strong, vars[1].strong}, {"on-mint", vars[0].on, vars[1].on}, {"mint-wash", vars[0].wash, vars[1].wash}} {
		fmt.Fprintf(&b, "  --%s: light-dark(%s, %s);\n", line.name, hex(line.light), hex(line.dark))
	}
	b.WriteString("}\n")
	return b.String()
}

// Shades returns the colour of text in an accent, "#rrggbb", and of an area behind it, for light
// pages and pictures.
func Shades(accent string) (ink, wash color.RGBA) {
	return shades(accent, 0, color.RGBA{0, 0, 0, 255})
}

func shades(accent string, dark int, target color.RGBA) (ink, wash color.RGBA) {
	base := parse(accent)
	wash = mix(parse(paper[dark][0]), base, 0.14)
	backs := []color.RGBA{wash}
	for _, p := range paper[dark] {
		backs = append(backs, parse(p))
	}
	return readable(base, target, backs), wash
}

// readable mixes a colour with target until it can be read on all backgrounds.
func readable(c, target color.RGBA, backs []color.RGBA) color.RGBA {
	for step := 0.0; step < 1; step += 0.02 {
		mixed, enough := mix(c, target, step), true
		for _, back := range backs {
			enough = enough && contrast(mixed, back) >= minContrast
		}
		if enough {
			return mixed
		}
	}
	return target
}

func parse(s string) color.RGBA {
	n, err := strconv.ParseUint(strings.TrimPrefix(s, "#"), 16, 32)
	if err != nil {
		return color.RGBA{A: 255}
	}
	return color.RGBA{uint8(n >> 16), uint8(n >> 8), uint8(n), 255}
}

func hex(c color.RGBA) string { return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B) }

// mix returns a colour between two: share of the second.
func mix(a, b color.RGBA, share float64) color.RGBA {
	at := func(x, y uint8) uint8 { return uint8(math.Round(float64(x) + (float64(y)-float64(x))*share)) }
	return color.RGBA{at(a.R, b.R), at(a.G, b.G), at(a.B, b.B), 255}
}

// contrast returns the contrast ratio of two colours, as WCAG 2 defines it.
func contrast(a, b color.RGBA) float64 {
	light, dark := luminance(a), luminance(b)
	if light < dark {
		light, dark = dark, light
	}
	return (light + 0.05) / (dark + 0.05)
}

func luminance(c color.RGBA) float64 {
	linear := func(v uint8) float64 {
		f := float64(v) / 255
		if f <= 0.04045 {
			return f / 12.92
		}
		return math.Pow((f+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(c.R) + 0.7152*linear(c.G) + 0.0722*linear(c.B)
}
