package web

import (
	"html/template"
	"regexp"
	"time"
)

// Look is how a launch's maker shows it. All pictures are on this server.
type Look struct {
	Image, ImageLarge   string // paths of the picture in 512 and 1024 pixels, or empty
	Animated            bool   // the picture is the first frame of an animation
	Banner, BannerSmall string // paths, or empty
	Accent              string // its maker's, or the picture's; #rrggbb, or empty
	About               template.HTML
	Sites               []Link // each with its name as the text
	TradesAt            string // URL, or empty
	Edits               []Edit // newest first
}

// Edit is a line of a profile's history.
type Edit struct {
	At      time.Time
	Author  string // a wallet's address, or words
	Changed string // names of fields: "image, description"
}

// Brand is the operator's own name and site. Empty, the pages have mint402's. BuyURL is where
// the operator sends buyers who have too little of the asset; it may be empty.
type Brand struct{ Name, URL, BuyURL string }

// Site returns the name of the site.
func (b Brand) Site() string {
	if b.Name != "" {
		return b.Name
	}
	return "mint402"
}

var accentName = regexp.MustCompile(`^accent-([0-9a-f]{6})\.css$`)

// AccentOf returns the colour, "#rrggbb", of the style sheet with a name, or false if it is
// the name of another file. Such a style sheet depends on nothing but its name.
func AccentOf(name string) (string, bool) {
	m := accentName.FindStringSubmatch(name)
	if m == nil {
		return "", false
	}
	return "#" + m[1], true
}

// Theme returns the name of the style sheet with the accent of the page's launch, or "". The
// accent is its maker's choice or the picture's main colour. A launch that shows its seal has
// the seal's colour.
func (p Page) Theme() string {
	l := p.Launch
	if p.Embed != nil {
		l = &p.Embed.Launch
	}
	if l == nil {
		return ""
	}
	accent := l.Accent
	if accent == "" && l.Image == "" && l.Token.Text != "" {
		accent = accentOf(l.Token)
	}
	if len(accent) != 7 {
		return ""
	}
	return "accent-" + accent[1:] + ".css"
}
