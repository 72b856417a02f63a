package web

import (
	"fmt"
	"html/template"
	"strings"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/seal"
)

// art returns a token's seal as SVG.
func art(token Link) template.HTML {
	s := seal.Of(common.HexToAddress(token.Text))
	return template.HTML(draw(s, seal.Width, `class="art" viewBox="0 0 200 200" aria-hidden="true" focusable="false"`)) // contains only numbers that we computed
}

// Avatar returns the picture of an account as an SVG document: the seal of its address, with
// few and thick lines, so that it can be told from others at the size of an icon.
func Avatar(account common.Address) string {
	s := seal.Of(account)
	for i := range s.Bands {
		s.Bands[i].Turns = 2
	}
	return draw(s, 2.6, `xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 200"`)
}

// accentOf returns the colour of a token's seal, "#rrggbb".
func accentOf(token Link) string {
	c := seal.Color{Hue: seal.Of(common.HexToAddress(token.Text)).Background.Hue, Saturation: 62, Lightness: 42}.RGBA()
	return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B)
}

// draw writes a seal as an SVG element with attributes. Each band's line stands there once;
// the others are uses of it.
func draw(s seal.Seal, width float64, attributes string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg %s>`+
		`<rect width="%g" height="%g" fill="%s"/><g fill="none" stroke-width="%g" transform="rotate(%d %g %g)">`,
		attributes, seal.Size, seal.Size, s.Background.CSS(), width, s.Turn, seal.Center, seal.Center)
	for i, band := range s.Bands {
		id := fmt.Sprintf("r%s-%d", s.Name, i)
		fmt.Fprintf(&b, `<g stroke="%s"><path id="%s" d="%s"/>`, band.Ink.CSS(), id, linePath(band))
		for n := 1; n < band.Turns; n++ {
			fmt.Fprintf(&b, `<use href="#%s" transform="rotate(%.2f %g %g)"/>`, id, band.Angle(n), seal.Center, seal.Center)
		}
		b.WriteString("</g>")
	}
	b.WriteString("</g></svg>")
	return b.String()
}

// linePath returns a band's line as the data of an SVG path.
func linePath(band seal.Band) string {
	start, curves := band.Line()
	var b strings.Builder
	fmt.Fprintf(&b, "M%.1f %.1f", start.X, start.Y)
	for _, c := range curves {
		fmt.Fprintf(&b, "C%.1f %.1f %.1f %.1f %.1f %.1f", c.Control1.X, c.Control1.Y, c.Control2.X, c.Control2.Y, c.End.X, c.End.Y)
	}
	return b.String() + "Z"
}
