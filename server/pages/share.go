package pages

import (
	"image/color"
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/web"
	"github.com/mint402/mint402/web/languages"
)

// preview returns what other sites show with a link to the page of a path of an origin. The
// pictures are next to the page.
func preview(origin, title, description, path, button string) web.Preview {
	url := origin + path
	at := strings.TrimSuffix(url, "/")
	return web.Preview{Title: title, Description: description, URL: url, Image: at + "/share.png",
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
	if l.Description != "" && !l.Ended() {
		description = l.Description
	}
	if l.Creator != nil {
		description = in.T("Launched by {account}, not by the operator of this server, who does not vouch for it. Its proceeds are not the operator’s.", l.Creator.Short())
	}
	p := preview(origin, l.Headline(), description, "/l/"+l.Slug, button)
	// Farcaster's web clients show a mini app in a frame, and only the widget can be framed.
	p.FrameImage, p.App, p.Splash = p.URL+"/card.png", origin+"/embed/"+l.Slug, origin+"/splash.png"
	return p
}

// previewAt returns the preview of one of our public pages, and the launch if it is a launch's. The
// error is mint.ErrNotFound for any other URL.
func (s Sharing) previewAt(c *fiber.Ctx, raw string) (web.Preview, *mint.Launch, error) {
	path, ours := strings.CutPrefix(raw, s.Presenter.PublicURL)
	path, _, _ = strings.Cut(path, "#")
	path, _, _ = strings.Cut(path, "?")
	path = "/" + strings.Trim(path, "/")
	if raw == "" {
		return web.Preview{}, nil, &api.ParamError{Field: "url", Expected: "the URL of a page of this server"}
	}
	ctx := c.UserContext()
	var slug, id string
	switch part := strings.Split(path, "/"); {
	case !ours || len(part) > 4:
		return web.Preview{}, nil, mint.ErrNotFound
	case path == "/":
		list, err := s.Presenter.Shop.List(ctx, api.ListQuery{})
		switch {
		case err != nil:
			return web.Preview{}, nil, err
		case list.Shown() > 1 && list.Front == "":
			return homePreview(s.Presenter.PublicURL, languages.English, list), nil, nil
		case list.Front != "":
			slug = list.Front
		default:
			slug = list.Default.Slug
		}
	case path == "/mint":
		l, err := s.Presenter.Shop.Default(ctx)
		if err != nil {
			return web.Preview{}, nil, err
		}
		slug = l.Slug
	case len(part) == 3 && part[1] == "l", len(part) == 4 && part[1] == "launches" && part[3] == "mint":
		slug = part[2]
	case len(part) == 3 && part[1] == "r":
		id = part[2]
	}
	if id != "" {
		p, err := s.receiptPreviewOf(c, id)
		return p, nil, err
	}
	if !mint.ValidSlug(slug) {
		return web.Preview{}, nil, mint.ErrNotFound
	}
	l, err := s.Presenter.Reader.Launch(ctx, slug)
	if err != nil {
		return web.Preview{}, nil, err
	}
	p, of := s.embeddable(l)
	return p, of, nil
}

func (s Sharing) receiptPreviewOf(c *fiber.Ctx, text string) (web.Preview, error) {
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
	p.Home, p.Name, p.Symbol, p.By = true, "Launches", "", ""
	p.Ink, p.Wash = color.RGBA{}, color.RGBA{}
	p.Terms, p.Minted = headline(languages.English, list), "Pay with one signature, and the tokens are yours."
	return s.sendPicture(c, s.previews.launches, "/", p)
}
