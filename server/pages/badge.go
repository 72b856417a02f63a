package pages

import (
	"crypto/sha256"
	"encoding/base64"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/picture"
	"github.com/mint402/mint402/web"
)

// badge answers with the badge of a launch, an SVG for documents of other sites. Its path ends
// with ".svg". ?theme=dark has colours for dark pages.
func (s Sharing) badge(c *fiber.Ctx) error {
	slug, svg := strings.CutSuffix(c.Params("name"), ".svg")
	if !svg || !mint.ValidSlug(slug) {
		return mint.ErrNotFound
	}
	l, err := s.Presenter.Reader.Launch(c.UserContext(), slug)
	if err != nil {
		return err
	}
	b := picture.Badge{Label: l.Symbol, Dark: c.Query("theme") == "dark"}
	b.Message, b.Tone = s.badgeMessage(&l)
	body := b.SVG()
	sum := sha256.Sum256(body)
	c.Set(fiber.HeaderETag, `"`+base64.RawURLEncoding.EncodeToString(sum[:12])+`"`)
	c.Set(fiber.HeaderCacheControl, "public, max-age=60")
	c.Set("Cross-Origin-Resource-Policy", "cross-origin")
	if c.Fresh() {
		return c.SendStatus(fiber.StatusNotModified)
	}
	c.Set(fiber.HeaderContentType, "image/svg+xml")
	return compressed(c, body)
}

// badgeMessage returns a launch's progress, or why it does not sell.
func (s Sharing) badgeMessage(l *mint.Launch) (string, picture.Tone) {
	switch s.shownStatus(l) {
	case "open":
		return web.Launch{Sold: l.Sold, Of: l.Cap}.Share() + " minted", picture.Good
	case "sold_out":
		return "sold out", picture.Ended
	case "closed":
		return "closed", picture.Ended
	case "delisted":
		return "off sale", picture.Ended
	case "not_open":
		return "opens " + l.OpensAt.UTC().Format("2 Jan, 15:04 UTC"), picture.Pending
	case "reserved":
		return "all reserved", picture.Pending
	case "paused":
		return "paused", picture.Pending
	}
	return "paused for now", picture.Pending
}
