package server

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/web"
)

// latestMints is how many mints a page shows.
const latestMints = 8

// front shows the default launch, with links to the others.
func (s *Server) front(c *fiber.Ctx) error {
	launches, err := s.reader.Launches(c.UserContext())
	if err != nil {
		return err
	}
	if launches = mint.Listed(launches); len(launches) == 0 {
		return s.render(c, fiber.StatusOK, s.frame())
	}
	return s.page(c, fiber.StatusOK, launches[0])
}

// launchPage shows the launch of the path.
func (s *Server) launchPage(c *fiber.Ctx) error {
	l, err := s.launchOf(c)
	if slug := strings.ToLower(c.Params("slug")); errors.Is(err, mint.ErrNotFound) && slug != c.Params("slug") {
		return err // fail redirects to the page in lower case
	}
	if err != nil {
		return s.problem(c, err, "There is no such launch", "Nothing is on sale under this name. The link may be mistyped, or the launch on another server.")
	}
	return s.page(c, fiber.StatusOK, l)
}

// problem shows a person a page that there is no such page. Programs get the error, as
// do all clients if the fault is ours.
func (s *Server) problem(c *fiber.Ctx, err error, title, text string) error {
	v := api.ToHTTP(err, s.now(), false)
	if !fromBrowser(c) || v.Status >= 500 {
		return err
	}
	p := s.frame()
	p.Problem = &web.Problem{Status: v.Status, Title: title, Text: text}
	c.Vary(fiber.HeaderAccept, fiber.HeaderUserAgent)
	return s.render(c, v.Status, p)
}

// launchData is passed to the script of a launch's page.
type launchData struct {
	Launch  api.Launch      `json:"launch"`
	Stats   api.Stats       `json:"stats"`
	Mints   []api.Mint      `json:"mints"` // newest first
	Network api.NetworkData `json:"network"`
	Demo    bool            `json:"demo"`
	// WalletConnect is the project id with which the page connects to wallets on other
	// devices.
	WalletConnect string `json:"walletConnect,omitempty"`
	PublicURL     string `json:"publicUrl"`
}

// page shows one launch. Rendering it is a costly request.
func (s *Server) page(c *fiber.Ctx, status int, l mint.Launch) error {
	return s.costly(func(c *fiber.Ctx) error { return s.pageNow(c, status, l) })(c)
}

func (s *Server) pageNow(c *fiber.Ctx, status int, l mint.Launch) error {
	launches, err := s.reader.Launches(c.UserContext())
	if err != nil {
		return err
	}
	launches = mint.Listed(launches)
	words := s.launchInWords(l)
	words.Status = s.Presenter.Status(c.UserContext(), l)
	for _, f := range s.engine.Faults(l.Slug) {
		words.Reasons = append(words.Reasons, f.Detail)
	}
	data := launchData{Launch: s.Presenter.Launch(c.UserContext(), l), Network: s.Presenter.NetworkData(), Demo: s.Presenter.Demo, WalletConnect: s.WalletConnect, PublicURL: s.Presenter.PublicURL}
	if data.Mints, err = s.latest(c.UserContext(), l); err != nil {
		return err
	}
	if data.Stats, err = s.Presenter.Stats(c.UserContext(), l); err != nil {
		return err
	}
	for _, m := range data.Mints {
		words.Mints = append(words.Mints, web.Mint{
			Payer: s.link(m.Payer.Address), Tokens: api.Grouped(m.Tokens) + " " + l.Symbol, At: m.At, Ago: ago(s.now().Sub(m.At)),
			Tx: web.Link{Text: m.Transaction, URL: m.Explorer}, URL: m.URL, Final: m.Final,
		})
	}
	words.Payments, words.Payers = api.Grouped(strconv.FormatInt(data.Stats.Mints, 10)), api.Grouped(strconv.FormatInt(data.Stats.Payers, 10))
	if r := data.Launch.Roles; r != nil {
		words.Roles = &web.Roles{Owner: s.link(r.Owner.Address), Minter: s.link(r.Minter.Address), Treasury: s.link(r.Treasury.Address),
			Renounced: r.Owner.Address == common.Address{}, Unminted: r.Minter.Address == common.Address{}, Paused: r.Paused, Block: r.Block}
	}
	if len(launches) > 0 && launches[0].Slug == l.Slug {
		words.MintURL = s.Presenter.PublicURL + "/mint"
	}
	p := s.frame()
	p.Launch = &words
	for _, other := range launches {
		if other.Slug != l.Slug {
			p.Launches = append(p.Launches, s.launchInWords(other))
		}
	}
	p.Data = data
	return s.render(c, status, p)
}

func (s *Server) frame() web.Page {
	p := web.Page{Network: s.Presenter.Network.Title, ChainID: s.Presenter.Network.ChainID,
		Testnet: s.Presenter.Network.Testnet, Demo: s.Presenter.Demo, Node: s.Presenter.PublicNode(), Version: s.Presenter.Version, Connect: s.connect()}
	if s.Presenter.Demo {
		p.RPC = s.Presenter.RPC
	}
	return p
}

// connect returns the other origins that a page's script may connect to: the demo's
// node, where the demo's wallets read balances, and the relay of WalletConnect.
func (s *Server) connect() []string {
	var all []string
	if s.Presenter.Demo && s.Presenter.RPC != "" {
		all = append(all, s.Presenter.RPC)
	}
	if s.WalletConnect != "" {
		all = append(all, "wss://relay.walletconnect.com")
	}
	return all
}

func (s *Server) launchInWords(l mint.Launch) web.Launch {
	whole := func(allotments int64) string { return api.Grouped(api.Tokens(l.Tokens(allotments))) }
	words := web.Launch{
		Slug: l.Slug, Name: l.Name, Symbol: l.Symbol, Description: l.Description,
		Price: l.Asset.Format(l.Price), Money: l.Asset.Symbol, Each: whole(1),
		Cap: whole(l.Cap), Minted: whole(l.Sold), Left: whole(l.Left()),
		Proceeds: api.Grouped(l.Asset.Format(l.Total(l.Sold))), Limit: l.Limit, Sold: l.Sold, Of: l.Cap, Opens: l.OpensAt, Closes: l.ClosesAt,
		Token: s.link(l.Token), Asset: s.link(l.Asset.Address), Treasury: s.link(l.Treasury), Owner: s.link(l.Owner),
		MintURL: s.Presenter.PublicURL + "/launches/" + l.Slug + "/mint",
		URL:     s.Presenter.PublicURL + "/l/" + l.Slug, ShareImage: s.Presenter.PublicURL + "/l/" + l.Slug + "/share.png",
	}
	if l.Reserved > 0 {
		words.Pending = whole(l.Reserved) + " " + l.Symbol
	}
	if strings.HasPrefix(l.Image, "https://") {
		words.Image = l.Image
	}
	return words
}

func (s *Server) link(a common.Address) web.Link {
	return web.Link{Text: a.Hex(), URL: s.Presenter.Explorer("address", a.Hex())}
}

func (s *Server) render(c *fiber.Ctx, status int, p web.Page) error {
	var b bytes.Buffer
	if err := p.Render(&b); err != nil {
		return err
	}
	c.Set(fiber.HeaderContentSecurityPolicy, p.Policy())
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	c.Vary(fiber.HeaderAcceptEncoding)
	if !c.Context().Request.Header.HasAcceptEncoding("gzip") {
		return c.Status(status).Send(b.Bytes())
	}
	c.Set(fiber.HeaderContentEncoding, "gzip")
	return c.Status(status).Send(fasthttp.AppendGzipBytesLevel(nil, b.Bytes(), fasthttp.CompressDefaultCompression))
}

// asset serves a file of the pages. Its name changes with its content, so clients may
// cache it for a year.
func (s *Server) asset(c *fiber.Ctx) error {
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

// ago returns a time span in two or three words.
func ago(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "just now"
	case d < time.Hour:
		return fmt.Sprintf("%d min ago", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h ago", int(d.Hours()))
	}
	return fmt.Sprintf("%d days ago", int(d.Hours()/24))
}

// DashboardPage answers with the page of the dashboard. Its script gets the data.
func (s *Server) DashboardPage(c *fiber.Ctx, data any) error {
	p := s.frame()
	p.Admin, p.Data = true, data
	return s.render(c, fiber.StatusOK, p)
}
