package pages

import (
	"errors"
	"html"
	"strconv"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/amount"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/profile"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/web"
	"github.com/mint402/mint402/web/languages"
)

// A widget is laid out for this height, whatever its width, and needs at least minEmbedWidth.
const (
	embedWidth, minEmbedWidth = 480, 260 // pixels
	embedHeight               = 224
)

// embedData is passed to the script of a widget.
type embedData struct {
	Slug      string `json:"slug"`
	Allotment string `json:"allotment"` // tokens
	Cap       int64  `json:"cap"`       // allotments
}

// embed shows a launch as a widget for frames on other sites; see web.Embed. It keeps the campaign
// parameters of its URL for the link to the launch's page, and is in the language of ?lang=.
func (s Sharing) embed(c *fiber.Ctx) error {
	l, err := s.Presenter.LaunchOf(c)
	if errors.Is(err, mint.ErrNotFound) && c.Params("slug") == strings.ToLower(c.Params("slug")) {
		// A page of ours could not be shown in the frame.
		c.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'; frame-ancestors *")
		return c.Status(fiber.StatusNotFound).SendString("There is no such launch.")
	}
	if err != nil {
		return err
	}
	v, err := s.Presenter.Profiles.Profile(c.UserContext(), l.Slug)
	if err != nil {
		return err
	}
	p := s.frame(c, s.Presenter.Of(&l))
	if in, ok := languages.Find(c.Query(LanguageParam)); ok {
		p.Language = in // a frame of another site has no cookie of ours
	}
	words := s.launchText(p.Language, l, v)
	words.Status, words.AsOf = s.shownStatus(&l), s.Presenter.Of(&l).Engine.Clock()
	if f, ok := v.Profile.Image.File("256"); ok {
		words.Image = f.Path()
	}
	p.Embed = &web.Embed{Launch: words, Href: words.URL + api.Campaign(c)}
	if shade := c.Query("theme"); shade == "light" || shade == "dark" {
		p.Embed.Shade = shade
	}
	switch {
	case p.Demo:
		p.Embed.Notice = p.Language.T("Demo money")
	case p.Testnet:
		p.Embed.Notice = p.Language.T("Test money")
	}
	p.Data, p.Connect = embedData{l.Slug, amount.Tokens(l.Tokens(1)), l.Cap}, nil
	return s.render(c, fiber.StatusOK, p)
}

// frameCode returns HTML that shows the widget of a launch.
func (s Sharing) frameCode(l *mint.Launch, query string, width int) string {
	return `<iframe src="` + html.EscapeString(s.Presenter.PublicURL+"/embed/"+l.Slug+query) + `" title="` + html.EscapeString(l.Name+" ("+l.Symbol+")") +
		`" width="` + strconv.Itoa(width) + `" height="` + strconv.Itoa(embedHeight) + `" style="border:0;max-width:100%" loading="lazy"></iframe>`
}

// oembed answers with the oEmbed document of a public page of this server (oembed.com): the
// widget of a launch if the consumer has room for it, otherwise a link with a title and a picture.
func (s Sharing) oembed(c *fiber.Ctx) error {
	if format := c.Query("format"); format != "" && format != "json" {
		return &api.HTTPError{Status: fiber.StatusNotImplemented, Fault: api.Fault{Code: "not_implemented", Field: "format", Message: "the only format is json"}}
	}
	p, l, err := s.previewAt(c, c.Query("url"))
	if err != nil {
		return err
	}
	width, err := oembedBound(c, "maxwidth")
	if err != nil {
		return err
	}
	height, err := oembedBound(c, "maxheight")
	if err != nil {
		return err
	}
	answer := map[string]any{"version": "1.0", "type": "link", "title": p.Title, "provider_name": s.Brand.Site(), "provider_url": s.Presenter.PublicURL + "/", "cache_age": 60}
	pictures := []thumbnail{{p.Image, 1200, 630}}
	if l != nil {
		if l.Creator != (common.Address{}) {
			answer["author_name"] = l.Creator.Hex() // and not the provider
		}
		pictures = append(pictures, thumbnail{p.URL + "/logo-256.png", 256, 256}, thumbnail{p.URL + "/logo-32.png", 32, 32})
		if width >= minEmbedWidth && height >= embedHeight {
			width := min(width, embedWidth)
			answer["type"], answer["width"], answer["height"], answer["html"] = "rich", width, embedHeight, s.frameCode(l, "", width)
		}
	}
	for _, t := range pictures {
		if t.width <= width && t.height <= height {
			answer["thumbnail_url"], answer["thumbnail_width"], answer["thumbnail_height"] = t.url, t.width, t.height
			break
		}
	}
	c.Set(fiber.HeaderCacheControl, "public, max-age=60")
	return c.JSON(answer)
}

// thumbnail is a picture of an oEmbed document.
type thumbnail struct {
	url           string
	width, height int
}

// oembedBound reads the most pixels that an oEmbed consumer has in a direction.
func oembedBound(c *fiber.Ctx, name string) (int, error) {
	const unbounded = 1 << 20
	text := c.Query(name)
	if text == "" {
		return unbounded, nil
	}
	n, ok := api.ParsePositive(text)
	if !ok {
		return 0, &api.ParamError{Field: name, Expected: "a whole number of pixels"}
	}
	return int(min(n, unbounded)), nil
}

// embeddable returns a launch's preview, and the launch, whose widget can be shown.
func (s Sharing) embeddable(l mint.Launch) (web.Preview, *mint.Launch) {
	words := s.launchText(languages.English, l, profile.Version{})
	words.Status = s.shownStatus(&l)
	return launchPreview(s.Presenter.PublicURL, &words), &l
}
