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
	"github.com/mint402/mint402/web"
	"github.com/mint402/mint402/x402"
)

// latestMints is how many mints a page shows.
const latestMints = 8

// front shows the default launch, with links to the others.
func (s *Server) front(c *fiber.Ctx) error {
	launches, err := s.Engine.Store.Launches(c.UserContext())
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
	v := s.judge(err, false)
	if !fromBrowser(c) || v.status >= 500 {
		return err
	}
	p := s.frame()
	p.Problem = &web.Problem{Status: v.status, Title: title, Text: text}
	c.Vary(fiber.HeaderAccept, fiber.HeaderUserAgent)
	return s.render(c, v.status, p)
}

// launchData is passed to the script of a launch's page.
type launchData struct {
	Launch  Launch      `json:"launch"`
	Stats   Stats       `json:"stats"`
	Mints   []Mint      `json:"mints"` // newest first
	Network networkData `json:"network"`
	Demo    bool        `json:"demo"`
	// WalletConnect is the project id with which the page connects to wallets on other
	// devices.
	WalletConnect string `json:"walletConnect,omitempty"`
	PublicURL     string `json:"publicUrl"`
}

// networkData is the chain as wallets need it.
type networkData struct {
	ChainID  uint64 `json:"chainId"`
	CAIP2    string `json:"caip2"`
	Title    string `json:"title"`
	Testnet  bool   `json:"testnet"`
	Explorer string `json:"explorer,omitempty"`
	RPC      string `json:"rpc,omitempty"` // only in the demo
	// PublicRPC is for a wallet that adds the chain.
	PublicRPC string `json:"publicRpc,omitempty"`
}

func (s *Server) networkData() networkData {
	n := networkData{ChainID: s.Network.ChainID, CAIP2: s.Network.CAIP2(), Title: s.Network.Title, Testnet: s.Network.Testnet, Explorer: s.Network.Explorer}
	if s.Demo {
		n.RPC, n.Explorer = s.RPC, ""
	} else {
		n.PublicRPC = s.publicNode()
	}
	return n
}

// publicNode returns the URL of a public node: the demo's, or the network's. It never
// returns the operator's own, since that URL may contain a key. It is empty if there is
// none.
func (s *Server) publicNode() string {
	if s.Demo {
		return s.RPC
	}
	known, _ := x402.NetworkByChainID(s.Network.ChainID)
	return known.RPC
}

// page shows one launch. Rendering it is a costly request.
func (s *Server) page(c *fiber.Ctx, status int, l mint.Launch) error {
	return s.costly(func(c *fiber.Ctx) error { return s.pageNow(c, status, l) })(c)
}

func (s *Server) pageNow(c *fiber.Ctx, status int, l mint.Launch) error {
	launches, err := s.Engine.Store.Launches(c.UserContext())
	if err != nil {
		return err
	}
	launches = mint.Listed(launches)
	words := s.launchInWords(l)
	words.Status = s.status(c.UserContext(), l)
	for _, f := range s.Engine.Faults(l.Slug) {
		words.Reasons = append(words.Reasons, f.Detail)
	}
	data := launchData{Launch: s.launchJSON(c.UserContext(), l), Network: s.networkData(), Demo: s.Demo, WalletConnect: s.WalletConnect, PublicURL: s.PublicURL}
	if data.Mints, err = s.latest(c.UserContext(), l); err != nil {
		return err
	}
	if data.Stats, err = s.statsOf(c.UserContext(), l); err != nil {
		return err
	}
	for _, m := range data.Mints {
		words.Mints = append(words.Mints, web.Mint{
			Payer: s.link(m.Payer.Address), Tokens: grouped(m.Tokens) + " " + l.Symbol, At: m.At, Ago: ago(s.now().Sub(m.At)),
			Tx: web.Link{Text: m.Transaction, URL: m.Explorer}, URL: m.URL, Final: m.Final,
		})
	}
	words.Payments, words.Payers = grouped(strconv.FormatInt(data.Stats.Mints, 10)), grouped(strconv.FormatInt(data.Stats.Payers, 10))
	if r := data.Launch.Roles; r != nil {
		words.Roles = &web.Roles{Owner: s.link(r.Owner.Address), Minter: s.link(r.Minter.Address), Treasury: s.link(r.Treasury.Address),
			Renounced: r.Owner.Address == common.Address{}, Unminted: r.Minter.Address == common.Address{}, Paused: r.Paused, Block: r.Block}
	}
	if len(launches) > 0 && launches[0].Slug == l.Slug {
		words.MintURL = s.PublicURL + "/mint"
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
	p := web.Page{Network: s.Network.Title, ChainID: s.Network.ChainID,
		Testnet: s.Network.Testnet, Demo: s.Demo, Node: s.publicNode(), Version: s.Version, Connect: s.connect()}
	if s.Demo {
		p.RPC = s.RPC
	}
	return p
}

// connect returns the other origins that a page's script may connect to: the demo's
// node, where the demo's wallets read balances, and the relay of WalletConnect.
func (s *Server) connect() []string {
	var all []string
	if s.Demo && s.RPC != "" {
		all = append(all, s.RPC)
	}
	if s.WalletConnect != "" {
		all = append(all, "wss://relay.walletconnect.com")
	}
	return all
}

func (s *Server) launchInWords(l mint.Launch) web.Launch {
	whole := func(allotments int64) string { return grouped(tokens(l.Tokens(allotments))) }
	words := web.Launch{
		Slug: l.Slug, Name: l.Name, Symbol: l.Symbol, Description: l.Description,
		Price: l.Asset.Format(l.Price), Money: l.Asset.Symbol, Each: whole(1),
		Cap: whole(l.Cap), Minted: whole(l.Sold), Left: whole(l.Left()),
		Proceeds: grouped(l.Asset.Format(l.Total(l.Sold))), Limit: l.Limit, Sold: l.Sold, Of: l.Cap, Opens: l.OpensAt, Closes: l.ClosesAt,
		Token: s.link(l.Token), Asset: s.link(l.Asset.Address), Treasury: s.link(l.Treasury), Owner: s.link(l.Owner),
		MintURL: s.PublicURL + "/launches/" + l.Slug + "/mint",
		URL:     s.PublicURL + "/l/" + l.Slug, ShareImage: s.PublicURL + "/l/" + l.Slug + "/share.png",
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
	return web.Link{Text: a.Hex(), URL: s.explorer("address", a.Hex())}
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
