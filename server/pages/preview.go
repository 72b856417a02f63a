package pages

import (
	"cmp"
	"context"
	"errors"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/amount"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/profile"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/server/picture"
	"github.com/mint402/mint402/web"
	"github.com/mint402/mint402/web/languages"
)

// LaunchImage answers with the preview picture of a launch. Other sites show it with links
// to the launch's page.
func (s *Pages) LaunchImage(c *fiber.Ctx) error {
	l, err := s.Presenter.LaunchOf(c)
	if err != nil {
		return err
	}
	p, err := s.previewOf(c.UserContext(), &l)
	if err != nil {
		return err
	}
	words := s.launchText(languages.English, l, profile.Version{})
	p.Terms = words.Each + " " + p.Symbol + " for " + words.Price + " " + words.Money
	p.Minted = words.Minted + " of " + words.Cap + " " + p.Symbol + " minted"
	p.Percent = web.Launch{Sold: l.Sold, Of: l.Cap}.Share()
	p.Permille = permille(l.Sold, l.Cap)
	switch status := s.shownStatus(&l); status {
	case "open":
		if p.Badge, p.Tone = "Open", picture.Good; words.Few {
			p.Badge, p.Tone = "Nearly gone", picture.Pending
		}
	case "sold_out":
		p.Badge, p.Tone = "Sold out", picture.Ended
		if at := api.SoldOutAt(&l); !at.IsZero() {
			p.Badge += " " + at.UTC().Format("2 Jan 2006")
		}
	case "closed":
		p.Badge, p.Tone = "Closed "+l.ClosesAt.UTC().Format("2 Jan 2006"), picture.Ended
	case "delisted":
		p.Badge, p.Tone = "Off sale", picture.Ended
	case "not_open":
		p.Badge = "Opens " + l.OpensAt.UTC().Format("2 Jan, 15:04 UTC")
	case "paused":
		p.Badge = "Paused by its owner"
	case "reserved":
		p.Badge = "All reserved"
	default:
		p.Badge = "Paused for now"
	}
	return s.sendPicture(c, s.previews.launches, l.Slug, p)
}

// ReceiptImage answers with the preview picture of a receipt.
func (s *Pages) ReceiptImage(c *fiber.Ctx) error {
	l, o, err := s.Presenter.OrderOf(c)
	if err != nil {
		return err
	}
	p, err := s.previewOf(c.UserContext(), &l)
	if err != nil {
		return err
	}
	on := s.Presenter.Of(&l)
	r := api.NewReceipt(&l, &o)
	p.Receipt = true
	p.Title = amount.Grouped(r.Tokens) + " " + p.Symbol
	p.Terms = "for " + r.Paid.Formatted + " " + l.Asset.Symbol
	p.Badge, p.Tone = badgeOf(&o, on.InDoubt(l.Slug), on.Engine.Clock())
	p.Details[0] = "payer    " + o.Payer.Hex()
	p.Details[1] = "payment  " + o.ID.String()
	if o.Mint.Seen() {
		p.Details[2] = "block    " + amount.Grouped(strconv.FormatUint(o.Mint.Block, 10))
	}
	return s.sendPicture(c, s.previews.receipts, o.ID.String(), p)
}

// previewOf returns the parts that a launch and its receipts have in common.
func (s *Pages) previewOf(ctx context.Context, l *mint.Launch) (picture.Preview, error) {
	on := &s.Presenter.Of(l).Network
	p := picture.Preview{Token: l.Token, Network: on.Title}
	var ok bool
	if p.Name, ok = picture.Drawable(l.Name); !ok {
		p.Name = l.Slug
	}
	if p.Symbol, ok = picture.Drawable(l.Symbol); !ok {
		p.Symbol = "tokens"
	}
	p.Brand, _ = picture.Drawable(s.Brand.Name)
	if u, err := url.Parse(s.Presenter.PublicURL); err == nil {
		p.Origin = u.Host
	}
	if s.Presenter.Demo || on.Testnet {
		p.Network += " · worth nothing"
	}
	v, err := s.Presenter.Profiles.Profile(ctx, l.Slug)
	if err != nil {
		return p, err
	}
	if accent := cmp.Or(v.Profile.Accent, v.Profile.Image.Colour); accent != "" {
		p.Ink, p.Wash = profile.Shades(accent)
	}
	if l.Creator != (common.Address{}) {
		p.By = "Launched by " + s.link(l.ChainID, l.Creator).Short() + ", not by this server’s operator"
	}
	if f, has := v.Profile.Image.File("256"); has {
		_, body, err := s.Presenter.Profiles.Media(ctx, f.Hash)
		if err != nil {
			return p, err
		}
		p.Art = string(body)
	}
	return p, nil
}

// badgeOf returns a payment's status for a preview. "Never charged" needs proof from the
// chain. So the badge is "Being checked" while the ledger is in doubt, and for a payment
// that may have been charged; and "Not minted" while a payment that was voided because
// the sale closed can still be executed.
func badgeOf(o *mint.Order, doubted bool, now time.Time) (string, picture.Tone) {
	if state := o.State(); o.MayBeCharged() || doubted && (state == mint.Voided || state == mint.Parked) {
		return "Being checked", picture.Pending
	}
	if o.MayArrive(now) {
		return "Not minted", picture.Ended
	}
	switch o.State() {
	case mint.Mined:
		return "Minted", picture.Good
	case mint.Minted:
		return "Minted, final", picture.Good
	case mint.Voided:
		return "Never charged", picture.Ended
	case mint.Refunded:
		return "Refunded", picture.Ended
	case mint.Parked:
		return "Waits for the payer", picture.Pending
	case mint.Settled:
		return "Paid, and owed", picture.Pending
	}
	return "On its way", picture.Pending
}

// permille returns n as thousandths of a whole. It rounds neither a first mint to 0 nor an
// incomplete sale to 1000.
func permille(n, of int64) int {
	if of <= 0 {
		return 0
	}
	share := int(float64(n) / float64(of) * 1000)
	switch {
	case n > 0 && share == 0:
		return 1
	case n < of && share >= 1000:
		return 999
	}
	return min(share, 1000)
}

// previews are the caches of the preview pictures. Launches have a cache of their own, so
// that requests for many receipts cannot push their pictures out.
type previews struct {
	launches, receipts *picture.Cache
	queue              *api.Quota // requests that wait for the first picture of a subject
}

// maxWaitingPreviews is how many requests may wait for a first picture, a quarter of them
// of one client.
const maxWaitingPreviews = 16

func newPreviews() previews {
	r := &picture.Renderer{}
	return previews{picture.NewCache(r), picture.NewCache(r), api.NewQuota(maxWaitingPreviews)}
}

// sendPicture answers with a subject's picture from a cache. It returns 503 if the picture
// has to be drawn first and too many requests wait for one.
func (s *Pages) sendPicture(c *fiber.Ctx, cache *picture.Cache, subject string, p picture.Preview) error {
	who := s.Client(c)
	if p.Tall = strings.HasSuffix(c.Path(), "/card.png"); p.Tall {
		subject += " tall"
	}
	png, err := cache.PNG(s.Life, subject, p, func() (leave func(), ok bool) {
		return func() { s.previews.queue.Give(who) }, s.previews.queue.Take(who)
	})
	if errors.Is(err, picture.ErrBusy) {
		err = &api.HTTPError{Status: fiber.StatusServiceUnavailable, Fault: api.Fault{Code: "busy", Message: err.Error(), RetryAfter: api.RetryBusy}}
	}
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderCacheControl, "public, max-age=60")
	c.Set(fiber.HeaderContentType, "image/png")
	return c.Send(png)
}
