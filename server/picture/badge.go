package picture

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"math"
	"strings"
	"unicode"
)

// Badge is a small picture for documents, in the style of shields.io: a label, and a message on
// the colour of its tone.
type Badge struct {
	Label, Message string
	Tone           Tone
	Dark           bool // for dark pages
}

const (
	badgeHeight  = 20 // pixels
	badgeSize    = 11 // of the text
	badgePadding = 6  // left and right of each text
	maxBadgeText = 32 // characters of a text
	// wider is how much wider Verdana, which browsers use, is than the font that we measure.
	wider = 1.12
)

// SVG returns the badge. It has no style sheet and no script, so any policy shows it. Each text has
// the width that its place was measured for, whatever font a viewer has: glyphs are narrowed
// rather than cut.
func (b Badge) SVG() []byte {
	label, message := badgeText(b.Label), badgeText(b.Message)
	left, right := badgeWidth(label), badgeWidth(message)
	l, r := left+2*badgePadding, right+2*badgePadding
	ground, ink := "#4a544e", "#ffffff"
	colour, on := map[Tone]string{Good: "#0a6b49", Pending: "#784b00", Ended: "#6b756f"}[b.Tone], "#ffffff"
	if b.Dark {
		ground, ink = "#28332e", "#ebf1ed"
		colour, on = map[Tone]string{Good: "#62dba9", Pending: "#f1c76a", Ended: "#a3b1a9"}[b.Tone], "#0d1311"
	}
	var out bytes.Buffer
	name := escapedXML(label + ": " + message)
	fmt.Fprintf(&out, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" role="img" aria-label="%s"><title>%[3]s</title>`, l+r, badgeHeight, name)
	fmt.Fprintf(&out, `<clipPath id="r"><rect width="%d" height="%d" rx="3"/></clipPath>`, l+r, badgeHeight)
	fmt.Fprintf(&out, `<g clip-path="url(#r)"><rect width="%d" height="%d" fill="%s"/>`, l, badgeHeight, ground)
	fmt.Fprintf(&out, `<rect x="%d" width="%d" height="%d" fill="%s"/></g>`, l, r, badgeHeight, colour)
	fmt.Fprintf(&out, `<g text-anchor="middle" font-family="Verdana,Geneva,DejaVu Sans,sans-serif" font-size="%d">`, badgeSize)
	for _, t := range []struct {
		text, fill string
		x          float64
		width      int
	}{{label, ink, float64(l) / 2, left}, {message, on, float64(l) + float64(r)/2, right}} {
		fmt.Fprintf(&out, `<text x="%g" y="14" fill="%s" textLength="%d" lengthAdjust="spacingAndGlyphs">%s</text>`, t.x, t.fill, t.width, escapedXML(t.text))
	}
	out.WriteString("</g></svg>")
	return out.Bytes()
}

// badgeText is a text in one line, without characters that are invisible or turn the direction of
// others, and not longer than a badge can be.
func badgeText(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case unicode.IsSpace(r):
			b.WriteByte(' ')
		case unicode.IsGraphic(r) && !unicode.Is(unicode.Cf, r) && r != unicode.ReplacementChar:
			b.WriteRune(r)
		}
	}
	runes := []rune(strings.Join(strings.Fields(b.String()), " "))
	if len(runes) > maxBadgeText {
		runes = append(runes[:maxBadgeText-1], '…')
	}
	if len(runes) == 0 {
		return "-"
	}
	return string(runes)
}

// badgeWidth measures a text, in pixels.
func badgeWidth(text string) int {
	width := 0.0
	for _, r := range text {
		switch {
		case regular.has(r):
			width += regular.measure(string(r), badgeSize) * wider
		case unicode.Is(unicode.M, r): // drawn on the character before
		default:
			width += badgeSize // most characters that the font lacks are as wide as high
		}
	}
	return max(int(math.Ceil(width)), 1)
}

func escapedXML(text string) string {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(text)) // writes to memory
	return b.String()
}
