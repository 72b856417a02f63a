package web

import (
	"fmt"
	"html/template"
	"strings"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/seal"
)

// art returns a token's seal as SVG. Each band's line stands there once; the others are
// uses of it.
func art(token Link) template.HTML {
	s := seal.Of(common.HexToAddress(token.Text))
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="art" viewBox="0 0 %g %g" aria-hidden="true" focusable="false">`+
		`<rect width="%g" height="%g" fill="%s"/><g fill="none" stroke-width="%g" transform="rotate(%d %g %g)">`,
		seal.Size, seal.Size, seal.Size, seal.Size, s.Background.CSS(), seal.Width, s.Turn, seal.Center, seal.Center)
	for i, band := range s.Bands {
		id := fmt.Sprintf("r%s-%d", s.Name, i)
		fmt.Fprintf(&b, `<g stroke="%s"><path id="%s" d="%s"/>`, band.Ink.CSS(), id, linePath(band))
		for n := 1; n < band.Turns; n++ {
			fmt.Fprintf(&b, `<use href="#%s" transform="rotate(%.2f %g %g)"/>`, id, band.Angle(n), seal.Center, seal.Center)
		}
		b.WriteString("</g>")
	}
	b.WriteString("</g></svg>")
	return template.HTML(b.String()) // contains only numbers that we computed
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
