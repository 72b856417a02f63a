package api

import (
	"context"
	"time"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/profile"
)

// Profiles reads the profiles of launches, and files of pictures. A
// database implements it. All methods may run concurrently.
type Profiles interface {
	// Profile returns the newest version of a launch's profile; the zero Version if it was
	// never edited.
	Profile(ctx context.Context, launch string) (profile.Version, error)
	// Profiles returns the newest version of each launch that has one.
	Profiles(ctx context.Context) (map[string]profile.Version, error)
	// ProfilesOf returns the newest version of those of the launches that have one.
	ProfilesOf(ctx context.Context, launches []string) (map[string]profile.Version, error)
	// History returns the newest versions, newest first.
	History(ctx context.Context, launch string) ([]profile.Version, error)
	// Media returns the file with a hash and its content type, or mint.ErrNotFound.
	Media(ctx context.Context, hash string) (kind string, body []byte, err error)
}

// noProfiles is for a server without profiles.
type noProfiles struct{}

func (noProfiles) Profile(context.Context, string) (profile.Version, error) {
	return profile.Version{}, nil
}
func (noProfiles) Profiles(context.Context) (map[string]profile.Version, error) { return nil, nil }
func (noProfiles) ProfilesOf(context.Context, []string) (map[string]profile.Version, error) {
	return nil, nil
}
func (noProfiles) History(context.Context, string) ([]profile.Version, error) { return nil, nil }
func (noProfiles) Media(context.Context, string) (string, []byte, error) {
	return "", nil, mint.ErrNotFound
}

// Profile is a launch's profile, as clients see it. All pictures are on
// this server.
type Profile struct {
	Version   int       `json:"version"`
	UpdatedAt time.Time `json:"updatedAt"`
	History   string    `json:"history"`          // URL of all versions
	About     string    `json:"about,omitempty"`  // Markdown
	Banner    string    `json:"banner,omitempty"` // URL
	Accent    string    `json:"accent,omitempty"` // #rrggbb
	Links     []Link    `json:"links"`
	TradesAt  string    `json:"tradesAt,omitempty"` // where the token trades after the sale
	// ImageAnimated says that the picture is the first frame of an animation.
	ImageAnimated bool `json:"imageAnimated,omitempty"`
}

// Link is a site of a launch's maker.
type Link struct {
	Name string `json:"name"` // website, x, telegram, discord or farcaster
	URL  string `json:"url"`
}

// Links returns the sites that a profile names.
func Links(p *profile.Profile) []Link {
	links := []Link{}
	for _, name := range []string{"website", "x", "telegram", "discord", "farcaster"} {
		if u := p.Text(name); u != "" {
			links = append(links, Link{name, u})
		}
	}
	return links
}

// Look has the parts of a launch that are no terms.
type Look struct {
	Image   string   `json:"image,omitempty"` // URL of its picture
	Logo    string   `json:"logo"`            // URL of a PNG of 256 × 256, also without a picture
	Profile *Profile `json:"profile,omitempty"`
}

// Look returns the look of a launch. Without a profile, it has only the drawn logo.
func (p *Presenter) Look(ctx context.Context, l mint.Launch) Look {
	v, err := p.Profiles.Profile(ctx, l.Slug)
	if err != nil {
		p.Log.Error("read profile", "launch", l.Slug, "err", err)
	}
	return lookOf(p.PublicURL, &l, v)
}

func lookOf(origin string, l *mint.Launch, v profile.Version) Look {
	look := Look{Logo: origin + "/l/" + l.Slug + "/logo-256.png"}
	if v.Number == 0 {
		return look
	}
	look.Image = fileURL(origin, v.Profile.Image, "1024")
	look.Profile = &Profile{Version: v.Number, UpdatedAt: v.At, History: origin + "/l/" + l.Slug + "/history.json", About: v.Profile.About,
		Banner: fileURL(origin, v.Profile.Banner, "banner"), Accent: v.Profile.Accent, Links: Links(&v.Profile), TradesAt: v.Profile.TradesAt, ImageAnimated: v.Profile.Image.Animated}
	return look
}

// fileURL returns the URL of one size of a picture, or "" if there is no such size.
func fileURL(origin string, of profile.Picture, variant string) string {
	f, ok := of.File(variant)
	if !ok {
		return ""
	}
	return origin + f.Path()
}
