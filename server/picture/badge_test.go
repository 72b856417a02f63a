package picture_test

import (
	"encoding/xml"
	"strconv"
	"strings"
	"testing"

	"github.com/mint402/mint402/server/picture"
)

func TestTheTextsOfABadgeHaveTheSamePaddingOnBothSides(t *testing.T) {
	for _, b := range []picture.Badge{
		{Label: "PING", Message: "42% minted", Tone: picture.Good},
		{Label: "iiii", Message: "WWWWWWWW", Tone: picture.Ended, Dark: true},
		{Label: "", Message: "\x00\n\t", Tone: picture.Pending},
		{Label: "ピング", Message: "بيع كامل", Tone: picture.Pending},
		{Label: "\u202eevil\u202c", Message: strings.Repeat("<&\"'>", 100), Tone: picture.Good},
		{Label: "\xff\xfe", Message: "🪙 minted", Tone: picture.Good},
	} {
		var svg struct {
			Width int `xml:"width,attr"`
			G     []struct {
				Rect []struct {
					X     int `xml:"x,attr"`
					Width int `xml:"width,attr"`
				} `xml:"rect"`
				Text []struct {
					X      float64 `xml:"x,attr"`
					Length int     `xml:"textLength,attr"`
					Text   string  `xml:",chardata"`
				} `xml:"text"`
			} `xml:"g"`
		}
		body := b.SVG()
		if err := xml.Unmarshal(body, &svg); err != nil {
			t.Fatalf("%q: %v\n%s", b.Label, err, body)
		}
		total := 0
		for i, r := range svg.G[0].Rect {
			text := svg.G[1].Text[i]
			left, right := text.X-float64(text.Length)/2-float64(r.X), float64(r.X+r.Width)-text.X-float64(text.Length)/2
			if left != right || left != 6 || text.Length < 1 || text.Text == "" || len([]rune(text.Text)) > 32 {
				t.Errorf("%q: %g left, %g right, %d wide, %q", b.Label, left, right, text.Length, text.Text)
			}
			if strings.ContainsAny(text.Text, "\u202e\u202c\x00\n") {
				t.Errorf("%q", text.Text)
			}
			total += r.Width
		}
		if total != svg.Width {
			t.Errorf("%q: parts of %d in a badge of %d", b.Label, total, svg.Width)
		}
	}
	short, long := picture.Badge{Label: "i", Message: "1%"}.SVG(), picture.Badge{Label: "i", Message: "100%"}.SVG()
	if width(t, long) <= width(t, short) {
		t.Error("a longer text has no more room")
	}
}

func width(t *testing.T, svg []byte) int {
	t.Helper()
	_, rest, _ := strings.Cut(string(svg), `width="`)
	n, err := strconv.Atoi(rest[:strings.Index(rest, `"`)])
	if err != nil {
		t.Fatal(err)
	}
	return n
}
