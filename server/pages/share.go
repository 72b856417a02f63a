package pages

import (
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/profile"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/web"
	"github.com/mint402/mint402/web/languages"
)

// preview returns what other sites show with a link to the page of a path of an origin. The
// pictures are next to the page.
func preview(origin, title, description, path, button string) web.Preview {
	url := origin + path
	at := strings.TrimSuffix(url, "/")
	return web.Preview{Title: title, Description: description, URL: url, Image: at + "/share.png", FrameImage: at + "/card.png",
		OEmbed: origin + "/oembed?url=" + escaped(url), Button: button}
}

func escaped(text string) string { return url.QueryEscape(text) }

func launchPreview(origin string, l *web.Launch) web.Preview {
	in := l.Language
	description, button := in.T("One gasless signature. One settled payment, exactly one mint."), in.T("Mint {symbol}", l.Symbol)
	switch {
	case l.Ended():
		description, button = in.T("{tokens} were minted, each for a payment.", l.Minted+" "+l.Symbol), in.T("See {symbol}", l.Symbol)
	case l.Status != "open":
		button = in.T("See {symbol}", l.Symbol)
	}
	return preview(origin, l.Headline(), description, "/l/"+l.Slug, button)
}

// Oembed answers with the oEmbed document of a public page of this server (oembed.com), for
// sites that show a link with a title and a picture.
func (s *Pages) Oembed(c *fiber.Ctx) error {
	if format := c.Query("format"); format != "" && format != "json" {
		return &api.HTTPError{Status: fiber.StatusNotImplemented, Fault: api.Fault{Code: "not_implemented", Field: "format", Message: "the only format is json"}}
	}
	p, err := s.previewAt(c, c.Query("url"))
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderCacheControl, "public, max-age=60")
	return c.JSON(map[string]any{
		"version": "1.0", "type": "link", "title": p.Title, "provider_name": s.Brand.Site(), "provider_url": s.Presenter.PublicURL + "/",
		"thumbnail_url": p.Image, "thumbnail_width": 1200, "thumbnail_height": 630, "cache_age": 60,
	})
}

// previewAt returns the preview of one of our public pages. The error is mint.ErrNotFound for
// any other URL.
func (s *Pages) previewAt(c *fiber.Ctx, raw string) (web.Preview, error) {
	path, ours := strings.CutPrefix(raw, s.Presenter.PublicURL)
	path, _, _ = strings.Cut(path, "#")
	path, _, _ = strings.Cut(path, "?")
	path = "/" + strings.Trim(path, "/")
	if raw == "" {
		return web.Preview{}, &api.ParamError{Field: "url", Expected: "the URL of a page of this server"}
	}
	ctx := c.UserContext()
	var slug, id string
	switch part := strings.Split(path, "/"); {
	case !ours || len(part) > 4:
		return web.Preview{}, mint.ErrNotFound
	case path == "/":
		list, err := s.Presenter.Shop.List(ctx, api.ListQuery{})
		switch {
		case err != nil:
			return web.Preview{}, err
		case list.Shown() > 1 && list.Front == "":
			return homePreview(s.Presenter.PublicURL, languages.English, list), nil
		case list.Front != "":
			slug = list.Front
		default:
			slug = list.Default.Slug
		}
	case path == "/mint":
		l, err := s.Presenter.Shop.Default(ctx)
		if err != nil {
			return web.Preview{}, err
		}
		slug = l.Slug
	case len(part) == 3 && part[1] == "l", len(part) == 4 && part[1] == "launches" && part[3] == "mint":
		slug = part[2]
	case len(part) == 3 && part[1] == "r":
		id = part[2]
	}
	if id != "" {
		return s.receiptPreviewOf(c, id)
	}
	if !mint.ValidSlug(slug) {
		return web.Preview{}, mint.ErrNotFound
	}
	l, err := s.Presenter.Reader.Launch(ctx, slug)
	if err != nil {
		return web.Preview{}, err
	}
	words := s.launchText(languages.English, l, profile.Version{})
	words.Status = s.shownStatus(&l)
	return launchPreview(s.Presenter.PublicURL, &words), nil
}

func (s *Pages) receiptPreviewOf(c *fiber.Ctx, text string) (web.Preview, error) {
	id, err := mint.ParsePaymentID(text)
	if err != nil {
		return web.Preview{}, mint.ErrNotFound
	}
	o, err := s.Presenter.Reader.Order(c.UserContext(), id)
	if err != nil {
		return web.Preview{}, err
	}
	l, err := s.Presenter.Reader.Launch(c.UserContext(), o.Launch)
	if err != nil {
		return web.Preview{}, err
	}
	return receiptPreview(s.Presenter.PublicURL, languages.English, s.receiptText(languages.English, &l, &o, s.Presenter.Receipt(&l, &o), ReceiptEvidence{})), nil
}

func receiptPreview(origin string, in languages.Language, r *web.Receipt) web.Preview {
	return preview(origin, in.T("{tokens} for {price}", r.Bought(), r.Cost()), in.T("A receipt that anyone can check against the chain."), "/r/"+r.PaymentID, in.T("See the receipt"))
}

func homePreview(origin string, in languages.Language, list *api.List) web.Preview {
	return preview(origin, headline(in, list), in.T("One settled payment, exactly one mint."), "/", in.T("See the launches"))
}

// HomeImage answers with the preview picture of the home page, or of the launch that is there.
func (s *Pages) HomeImage(c *fiber.Ctx) error {
	list, err := s.Presenter.Shop.List(c.UserContext(), api.ListQuery{})
	if err != nil {
		return err
	}
	if list.Default.Slug == "" {
		return mint.ErrNotFound
	}
	p, err := s.previewOf(c.UserContext(), &list.Default)
	if err != nil {
		return err
	}
	p.Home, p.Name, p.Symbol = true, "Launches", ""
	p.Terms, p.Minted = headline(languages.English, list), "Pay with one signature, and the tokens are yours."
	return s.sendPicture(c, s.previews.launches, "/", p)
}
