package web

import "encoding/json"

// Preview is what other sites show with a link to a page: Open Graph, Twitter's cards, oEmbed
// and the mini-app embed of Farcaster.
type Preview struct {
	Site               string // its name; Render sets it
	Title, Description string
	URL                string // the page's canonical one
	Image              string // URL of a picture of 1200 × 630
	FrameImage         string // URL of a picture of 1200 × 800, for Farcaster; empty: no embed
	OEmbed             string // URL of the page's oEmbed document
	Button             string // of the embed: "Mint PING"
}

// maxButton is how many characters the title of an embed's button may have.
const maxButton = 32

// Embed returns the JSON of Farcaster's mini-app embed. kind is "launch_miniapp", or
// "launch_frame" for clients of before.
func (p Preview) Embed(kind string) string {
	button := []rune(p.Button)
	data, err := json.Marshal(map[string]any{
		"version": "1", "imageUrl": p.FrameImage,
		"button": map[string]any{"title": string(button[:min(len(button), maxButton)]),
			"action": map[string]any{"type": kind, "url": p.URL, "name": p.Site}},
	})
	if err != nil {
		return "" // strings always encode
	}
	return string(data)
}
