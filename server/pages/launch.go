package pages

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/amount"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/source"
	"github.com/mint402/mint402/web"
)

// Front shows the default launch, with links to the others.
func (s *Pages) Front(c *fiber.Ctx) error {
	launches, err := s.Presenter.Reader.Launches(c.UserContext())
	if err != nil {
		return err
	}
	if launches = mint.Listed(launches); len(launches) == 0 {
		return s.render(c, fiber.StatusOK, s.frame())
	}
	return s.Show(c, fiber.StatusOK, launches[0])
}

// Launch shows the launch of the path.
func (s *Pages) Launch(c *fiber.Ctx) error {
	l, err := s.Presenter.LaunchOf(c)
	if slug := strings.ToLower(c.Params("slug")); errors.Is(err, mint.ErrNotFound) && slug != c.Params("slug") {
		return err // fail redirects to the page in lower case
	}
	if err != nil {
		return s.problem(c, err, "There is no such launch", "Nothing is on sale under this name. The link may be mistyped, or the launch on another server.")
	}
	return s.Show(c, fiber.StatusOK, l)
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

// Show shows one launch. Rendering it is a costly request.
func (s *Pages) Show(c *fiber.Ctx, status int, l mint.Launch) error {
	return s.Costly(func(c *fiber.Ctx) error { return s.show(c, status, l) })(c)
}

func (s *Pages) show(c *fiber.Ctx, status int, l mint.Launch) error {
	launches, err := s.Presenter.Reader.Launches(c.UserContext())
	if err != nil {
		return err
	}
	launches = mint.Listed(launches)
	words := s.launchText(l)
	words.Status = s.Presenter.Status(c.UserContext(), l)
	for _, f := range s.Presenter.Engine.Faults(l.Slug) {
		words.Reasons = append(words.Reasons, f.Detail)
	}
	data := launchData{Launch: s.Presenter.Launch(c.UserContext(), l), Network: s.Presenter.NetworkData(), Demo: s.Presenter.Demo, WalletConnect: s.WalletConnect, PublicURL: s.Presenter.PublicURL}
	if data.Mints, err = s.Presenter.LatestMints(c.UserContext(), l); err != nil {
		return err
	}
	if data.Stats, err = s.Presenter.Stats(c.UserContext(), l); err != nil {
		return err
	}
	for _, m := range data.Mints {
		words.Mints = append(words.Mints, web.Mint{
			Payer: s.link(m.Payer.Address), Tokens: amount.Grouped(m.Tokens) + " " + l.Symbol, At: m.At, Ago: ago(s.Presenter.Now().Sub(m.At)),
			Tx: web.Link{Text: m.Transaction, URL: m.Explorer}, URL: m.URL, Final: m.Final,
		})
	}
	words.Payments, words.Payers = amount.Grouped(strconv.FormatInt(data.Stats.Mints, 10)), amount.Grouped(strconv.FormatInt(data.Stats.Payers, 10))
	if r := data.Launch.Roles; r != nil {
		words.Roles = &web.Roles{Owner: s.link(r.Owner.Address), Minter: s.link(r.Minter.Address), Treasury: s.link(r.Treasury.Address),
			Renounced: r.Owner.Address == common.Address{}, Unminted: r.Minter.Address == common.Address{}, Paused: r.Paused, Block: r.Block}
	}
	words.Verified = verified(data.Launch.Source)
	if len(launches) > 0 && launches[0].Slug == l.Slug {
		words.MintURL = s.Presenter.PublicURL + "/mint"
	}
	p := s.frame()
	p.Launch = &words
	for _, other := range launches {
		if other.Slug != l.Slug {
			p.Launches = append(p.Launches, s.launchText(other))
		}
	}
	p.Data = data
	return s.render(c, status, p)
}

func (s *Pages) launchText(l mint.Launch) web.Launch {
	whole := func(allotments int64) string { return amount.Grouped(amount.Tokens(l.Tokens(allotments))) }
	words := web.Launch{
		Slug: l.Slug, Name: l.Name, Symbol: l.Symbol, Description: l.Description,
		Price: l.Asset.Format(l.Price), Money: l.Asset.Symbol, Each: whole(1),
		Cap: whole(l.Cap), Minted: whole(l.Sold), Left: whole(l.Left()),
		Proceeds: amount.Grouped(l.Asset.Format(l.Total(l.Sold))), Limit: l.Limit, Sold: l.Sold, Of: l.Cap, Opens: l.OpensAt, Closes: l.ClosesAt,
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

// verified returns the first service that has verified a source, or nil.
func verified(s *api.Source) *web.Link {
	if s == nil {
		return nil
	}
	for _, one := range s.Services {
		if one.Status == source.Verified {
			return &web.Link{Text: one.Name, URL: one.URL}
		}
	}
	return nil
}

func (s *Pages) link(a common.Address) web.Link {
	return web.Link{Text: a.Hex(), URL: s.Presenter.Explorer("address", a.Hex())}
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
