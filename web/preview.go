package web

import (
	"encoding/json"

	"github.com/mint402/mint402/farcaster"
)

// Preview is what other sites show with a link to a page: Open Graph, Twitter's cards, oEmbed
// and the mini-app embed of Farcaster.
type Preview struct {
	Site               string // its name; Render sets it
	Title, Description string
	URL                string // the page's canonical one
	Image              string // URL of a picture of 1200 × 630
	FrameImage         string // URL of a picture of 1200 × 800, for Farcaster; empty: no embed
	OEmbed             string // URL of the page's oEmbed document
	Splash             string // URL of a picture of 200 × 200 that Farcaster shows while the app loads
	App                string // URL of the page in a frame, for Farcaster
	Button             string // of the embed: "Mint PING"
}

// Embed returns the JSON of Farcaster's mini-app embed. kind is "launch_miniapp", or
// "launch_frame" for clients of before.
func (p Preview) Embed(kind string) string {
	data, err := json.Marshal(map[string]any{
		"version": "1", "imageUrl": p.FrameImage,
		"button": map[string]any{"title": farcaster.Cut(p.Button),
			"action": map[string]any{"type": kind, "url": p.App, "name": farcaster.Cut(p.Site), "splashImageUrl": p.Splash, "splashBackgroundColor": farcaster.Background}},
	})
	if err != nil {
		return "" // strings always encode
	}
	return string(data)
}
