package pages

import (
	"bytes"
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"github.com/mint402/mint402/profile"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/web"
	"github.com/mint402/mint402/web/languages"
)

// frame returns the parts that all pages have in common. on is the chain that a page is about; nil:
// it is about all.
func (s *Pages) frame(c *fiber.Ctx, on *api.Chain) web.Page {
	l := languageOf(c)
	if on == nil {
		p := s.frame(c, s.Presenter.Chains[0])
		for _, other := range s.Presenter.Chains[1:] {
			p.Network += l.Comma() + s.networkIn(l, other).Title
			p.Testnet = p.Testnet && other.Network.Testnet
		}
		return p
	}
	p := web.Page{Language: l, Languages: menu(c, l), Network: s.networkIn(l, on).Title, ChainID: on.Network.ChainID,
		Testnet: on.Network.Testnet, Demo: s.Presenter.Demo, Open: s.OpenLaunches, Node: on.PublicNode(s.Presenter.Demo), Version: s.Presenter.Version, Brand: s.Brand, Connect: s.connect(on)}
	if s.Presenter.Demo {
		p.RPC = on.RPC
	}
	return p
}

// networkIn returns a chain's network with its title in a language. The demo's chain has no name of its own.
func (s *Pages) networkIn(l languages.Language, on *api.Chain) api.NetworkData {
	n := s.Presenter.NetworkData(on)
	if s.Presenter.Demo {
		n.Title = l.T("the demo’s chain")
	}
	return n
}

// connect returns the other origins that a page's script may connect to: the demo's
// node, where the demo's wallets read balances, and the relay of WalletConnect.
func (s *Pages) connect(on *api.Chain) []string {
	var all []string
	if s.Presenter.Demo && on.RPC != "" {
		all = append(all, on.RPC)
	}
	if s.WalletConnect != "" {
		all = append(all, "wss://relay.walletconnect.com")
	}
	return all
}

// render answers with a page, compressed if the client accepts gzip.
func (s *Pages) render(c *fiber.Ctx, status int, p web.Page) error {
	var b bytes.Buffer
	if err := p.Render(&b); err != nil {
		return err
	}
	c.Vary(fiber.HeaderAcceptLanguage, fiber.HeaderCookie)
	c.Set(fiber.HeaderContentLanguage, p.Language.Code())
	c.Set(fiber.HeaderContentSecurityPolicy, p.Policy())
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	return compressed(c.Status(status), b.Bytes())
}

// compressed sends a body, compressed if the client accepts gzip.
func compressed(c *fiber.Ctx, body []byte) error {
	c.Vary(fiber.HeaderAcceptEncoding)
	if !c.Context().Request.Header.HasAcceptEncoding("gzip") {
		return c.Send(body)
	}
	c.Set(fiber.HeaderContentEncoding, "gzip")
	return c.Send(fasthttp.AppendGzipBytesLevel(nil, body, fasthttp.CompressDefaultCompression))
}

// Asset serves a file of the pages. Its name changes with its content, so clients may
// cache it for a year.
func (s *Pages) Asset(c *fiber.Ctx) error {
	if accent, ok := web.AccentOf(c.Params("name")); ok {
		c.Set(fiber.HeaderCacheControl, "public, max-age=31536000, immutable")
		c.Set(fiber.HeaderContentType, "text/css; charset=utf-8")
		return c.SendString(profile.Theme(accent))
	}
	a, ok := web.Find(c.Params("name"))
	if !ok {
		return fiber.ErrNotFound
	}
	c.Set(fiber.HeaderCacheControl, "public, max-age=31536000, immutable")
	c.Set(fiber.HeaderContentType, a.Type)
	c.Vary(fiber.HeaderAcceptEncoding)
	if c.Context().Request.Header.HasAcceptEncoding("gzip") {
		c.Set(fiber.HeaderContentEncoding, "gzip")
		return c.Send(a.Gzip())
	}
	return c.Send(a.Body)
}

// Avatar serves the picture of an account, which depends only on its address. The name is the
// address in lower case with ".svg", so a picture has one URL.
func Avatar(c *fiber.Ctx) error {
	address, svg := strings.CutSuffix(c.Params("name"), ".svg")
	account, ok := api.ParseAddress(address)
	if !ok || !svg || address != strings.ToLower(address) {
		return fiber.ErrNotFound
	}
	c.Set(fiber.HeaderCacheControl, "public, max-age=31536000, immutable")
	c.Set(fiber.HeaderContentType, "image/svg+xml")
	return compressed(c, []byte(web.Avatar(account)))
}

// Dashboard answers with the page of the dashboard. data is embedded in the page, as JSON
// for its script.
func (s *Pages) Dashboard(c *fiber.Ctx, data any) error {
	p := s.frame(c, nil)
	p.Admin, p.Data = true, data
	p.Language, p.Languages = languages.English, nil
	return s.render(c, fiber.StatusOK, p)
}

// Manifest answers with the web app manifest, for phones that put the site on their screen.
func (s *Pages) Manifest(c *fiber.Ctx) error {
	name := s.Brand.Name
	if u, err := url.Parse(s.Presenter.PublicURL); err == nil && name == "" {
		name = u.Hostname()
	}
	c.Set(fiber.HeaderCacheControl, "public, max-age=300")
	return c.JSON(map[string]any{
		"name": name, "short_name": name, "description": "One settled payment, exactly one mint.", "start_url": "/", "scope": "/", "display": "browser",
		"background_color": "#f5f4ee", "theme_color": "#f5f4ee",
		"icons": []map[string]string{{"src": "/icon.png", "type": "image/png", "sizes": "256x256"}, {"src": "/favicon.ico", "type": "image/x-icon", "sizes": "32x32"}},
	}, "application/manifest+json")
}
