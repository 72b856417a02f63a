package pages

import (
	"cmp"
	"context"
	"strings"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/profile"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/web"
	"github.com/mint402/mint402/web/languages"
)

// titles are the names of links as people know them.
var titles = map[string]string{"website": languages.Key("Website"), "x": "X", "telegram": "Telegram", "discord": "Discord", "farcaster": "Farcaster"}

// look returns a profile as a page shows it.
func lookOf(in languages.Language, p *profile.Profile) web.Look {
	path := func(of profile.Picture, variant string) string {
		if f, ok := of.File(variant); ok {
			return f.Path()
		}
		return ""
	}
	l := web.Look{Image: path(p.Image, "512"), ImageLarge: path(p.Image, "1024"), Animated: p.Image.Animated,
		Banner: path(p.Banner, "banner"), BannerSmall: path(p.Banner, "small"), Accent: cmp.Or(p.Accent, p.Image.Colour), TradesAt: p.TradesAt}
	if p.About != "" {
		l.About = profile.Markdown(p.About)
	}
	for _, link := range api.Links(p) {
		l.Sites = append(l.Sites, web.Link{Text: in.T(titles[link.Name]), URL: link.URL})
	}
	return l
}

// maxEdits is how many edits a page lists. The others are in the history's JSON.
const maxEdits = 20

// words are the names of fields, and of authors, that are words of English.
var words = []string{languages.Key("description"), languages.Key("about"), languages.Key("image"), languages.Key("banner"), languages.Key("accent"), languages.Key("website"),
	languages.Key("operator (CLI)"), languages.Key("this server")}

// editsOf returns the newest edits of a launch's profile, if there was more than one.
func editsOf(ctx context.Context, in languages.Language, from api.Profiles, l mint.Launch) (all []web.Edit, err error) {
	versions, err := from.History(ctx, l.Slug)
	if err != nil {
		return nil, err
	}
	for _, v := range versions[:min(len(versions), maxEdits)] {
		var changed []string
		for _, name := range v.Changed {
			changed = append(changed, oneOf(words, in, name))
		}
		all = append(all, web.Edit{At: v.At, Author: oneOf(words, in, v.Author), Changed: strings.Join(changed, ", ")})
	}
	return all, nil
}
