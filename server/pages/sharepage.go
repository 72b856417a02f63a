package pages

import (
	"html"
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/profile"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/web"
	"github.com/mint402/mint402/web/languages"
)

// Sharing answers with everything that other sites show of a launch or a receipt, and with the
// pages that help people to put it there.
type Sharing struct{ *Pages }

// Routes returns the handler of each path.
func (s Sharing) Routes() map[string]fiber.Handler {
	return map[string]fiber.Handler{
		"/oembed":        s.oembed,
		"/l/:slug/share": s.launch, "/l/:slug/qr.svg": s.launchQR, "/l/:slug/qr.png": s.launchQR,
		"/r/:id/share": s.receipt, "/r/:id/qr.svg": s.receiptQR, "/r/:id/qr.png": s.receiptQR,
		"/badge/:name": s.badge,
		"/embed/:slug": s.embed,
	}
}

// launch answers with the page that shares a launch: links to other sites, a QR code, badges
// and the widget. Campaign parameters of its URL are part of the link that it shares.
func (s Sharing) launch(c *fiber.Ctx) error {
	l, err := s.Presenter.LaunchOf(c)
	if err != nil {
		return s.unknownLaunch(c, err)
	}
	p := s.frame(c, s.Presenter.Of(&l))
	words := s.launchText(p.Language, l, profile.Version{})
	words.Status = s.shownStatus(&l)
	path, query := "/l/"+l.Slug, api.Campaign(c)
	badge, at := s.Presenter.PublicURL+"/badge/"+l.Slug+".svg", s.Presenter.PublicURL+path+query
	share := newShare(p.Language, words.Headline(), s.Presenter.PublicURL, path, query)
	share.BackTo, share.File, share.Creator = l.Name, l.Slug+"-qr", words.Creator
	share.Badge, share.Embed = "/badge/"+l.Slug+".svg", "/embed/"+l.Slug+query
	share.Markdown = "[![" + plainMarkdown(l.Symbol) + " minted](" + badge + ")](" + at + ")"
	share.HTML = `<a href="` + html.EscapeString(at) + `"><picture><source media="(prefers-color-scheme: dark)" srcset="` + badge + `?theme=dark"><img src="` + badge + `" alt="` +
		html.EscapeString(l.Symbol) + ` minted" height="20"></picture></a>`
	share.Frame = s.frameCode(&l, query, embedWidth)
	p.Share, p.Preview = share, launchPreview(s.Presenter.PublicURL, &words)
	return s.render(c, fiber.StatusOK, p)
}

// receipt answers with the page that shares a receipt.
func (s Sharing) receipt(c *fiber.Ctx) error {
	l, o, err := s.Presenter.OrderOf(c)
	if err != nil {
		return s.unknownReceipt(c, err)
	}
	p := s.frame(c, s.Presenter.Of(&l))
	preview := receiptPreview(s.Presenter.PublicURL, p.Language, s.receiptText(p.Language, &l, &o, s.Presenter.Receipt(&l, &o), ReceiptEvidence{}))
	share := newShare(p.Language, preview.Title, s.Presenter.PublicURL, "/r/"+o.ID.String(), api.Campaign(c))
	share.BackTo, share.File = p.Language.T("Receipt of {name}", l.Name), "receipt-"+o.ID.String()[2:10]+"-qr"
	p.Share, p.Preview = share, preview
	return s.render(c, fiber.StatusOK, p)
}

func newShare(in languages.Language, what, origin, path, query string) *web.Share {
	return &web.Share{What: what, Back: path, URL: origin + path + query, Intents: intents(in, what, origin+path+query), QR: path + "/qr", Query: query}
}

// intents returns links that open the composer of other sites with a text and a link. None of
// them is requested before a person chooses it.
func intents(in languages.Language, text, link string) []web.Link {
	// Mail programs, and some sites, take a "+" for a plus.
	escape := func(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }
	t, l, both := escape(text), escape(link), escape(text+" "+link)
	return []web.Link{
		{Text: "X", URL: "https://x.com/intent/post?text=" + t + "&url=" + l},
		{Text: "Farcaster", URL: "https://farcaster.xyz/~/compose?text=" + t + "&embeds[]=" + l},
		{Text: "Bluesky", URL: "https://bsky.app/intent/compose?text=" + both},
		{Text: "Telegram", URL: "https://t.me/share/url?url=" + l + "&text=" + t},
		{Text: "WhatsApp", URL: "https://wa.me/?text=" + both},
		{Text: "Reddit", URL: "https://www.reddit.com/submit?url=" + l + "&title=" + t},
		{Text: in.T("Email"), URL: "mailto:?subject=" + t + "&body=" + both},
	}
}

// plainMarkdown returns a text that Markdown shows as it is, within brackets too.
func plainMarkdown(text string) string {
	var b strings.Builder
	for _, r := range text {
		if strings.ContainsRune("\\`*_{}[]()<>#!|~", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}
