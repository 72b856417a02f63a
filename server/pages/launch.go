package pages

import (
	"errors"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/amount"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/profile"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/source"
	"github.com/mint402/mint402/web"
	"github.com/mint402/mint402/web/languages"
)

// Launch shows the launch of the path.
func (s *Pages) Launch(c *fiber.Ctx) error {
	l, err := s.Presenter.LaunchOf(c)
	if err != nil {
		return s.unknownLaunch(c, err)
	}
	return s.Show(c, fiber.StatusOK, l)
}

// unknownLaunch answers for a path that names no launch.
func (s *Pages) unknownLaunch(c *fiber.Ctx, err error) error {
	if slug := c.Params("slug"); errors.Is(err, mint.ErrNotFound) && strings.ToLower(slug) != slug {
		return err // fail redirects to the page in lower case
	}
	return s.problem(c, err, languages.Key("There is no such launch"), languages.Key("Nothing is on sale under this name. The link may be mistyped, or the launch on another server."))
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
	BuyURL        string `json:"buyUrl,omitempty"` // where to get the asset
}

// Show shows one launch. Rendering it is a costly request.
func (s *Pages) Show(c *fiber.Ctx, status int, l mint.Launch) error {
	return s.Costly(func(c *fiber.Ctx) error { return s.show(c, status, l) })(c)
}

func (s *Pages) show(c *fiber.Ctx, status int, l mint.Launch) error {
	list, err := s.Presenter.Shop.List(c.UserContext(), api.ListQuery{})
	if err != nil {
		return err
	}
	shown := []string{l.Slug}
	var others []mint.Launch
	for i := range list.Launches {
		if other := &list.Launches[i].Launch; other.Slug != l.Slug && len(others) < maxOthers {
			shown, others = append(shown, other.Slug), append(others, *other)
		}
	}
	edits, err := s.Presenter.Profiles.ProfilesOf(c.UserContext(), shown)
	if err != nil {
		return err
	}
	on := s.Presenter.Of(&l)
	p := s.frame(c, on)
	words := s.launchText(p.Language, l, edits[l.Slug])
	if words.Edits, err = editsOf(c.UserContext(), p.Language, s.Presenter.Profiles, l); err != nil {
		return err
	}
	words.Status, words.AsOf = s.shownStatus(&l), on.Engine.Clock()
	for _, f := range on.Engine.Faults(l.Slug) {
		words.Reasons = append(words.Reasons, f.Detail)
	}
	data := launchData{Launch: s.Presenter.Launch(c.UserContext(), l), Network: s.networkIn(p.Language, on), Demo: s.Presenter.Demo, WalletConnect: s.WalletConnect, PublicURL: s.Presenter.PublicURL, BuyURL: s.Brand.BuyURL}
	if data.Mints, err = s.Presenter.LatestMints(c.UserContext(), l); err != nil {
		return err
	}
	if data.Stats, err = s.Presenter.Stats(c.UserContext(), l); err != nil {
		return err
	}
	for i := range data.Mints {
		words.Mints = append(words.Mints, s.mintLine(p.Language, l.ChainID, &data.Mints[i]))
	}
	if since := data.Launch.Since; since != nil && data.Launch.Standing == mint.StandingPaused {
		words.Since = *since
	}
	if n := len(data.Stats.Points); n > 0 && l.SoldOut() {
		words.EndedAt = data.Stats.Points[n-1].At
	}
	words.Payments, words.Payers = number(p.Language, data.Stats.Mints), number(p.Language, data.Stats.Payers)
	words.Roles, words.Verified = rolesOf(s, l.ChainID, data.Launch.Roles), verified(data.Launch.Source)
	if words.TopTen, err = topTenOf(c.UserContext(), p.Language, s.Lists, &l); err != nil {
		return err
	}
	if list.Default.Slug == l.Slug {
		words.MintURL = s.Presenter.PublicURL + "/mint"
	}
	if look := data.Launch.Profile; look != nil {
		look.About = "" // the page has it already
	}
	p.Launch, p.Preview = &words, launchPreview(s.Presenter.PublicURL, &words)
	for _, other := range others {
		p.Launches = append(p.Launches, s.launchText(p.Language, other, edits[other.Slug]))
	}
	p.Data = data
	return s.render(c, status, p)
}

// rolesOf returns the accounts with rights as a page shows them, or nil if they have not been read.
func rolesOf(s *Pages, chainID uint64, r *api.Roles) *web.Roles {
	if r == nil {
		return nil
	}
	return &web.Roles{Owner: s.link(chainID, r.Owner.Address), Minter: s.link(chainID, r.Minter.Address), Treasury: s.link(chainID, r.Treasury.Address),
		Renounced: r.Owner.Address == common.Address{}, Unminted: r.Minter.Address == common.Address{}, Paused: r.Paused, Block: r.Block}
}

// shownStatus returns a launch's status for a page: as in the JSON, or "paused" if its owner
// paused it.
func (s *Pages) shownStatus(l *mint.Launch) string {
	status := s.Presenter.StatusOf(l)
	if c, _, _ := s.Presenter.Of(l).Engine.Conditions(l.Slug); status == "unavailable" && c.Paused {
		return "paused"
	}
	return status
}

// mintLine returns a mint as a page lists it.
func (s *Pages) mintLine(in languages.Language, chainID uint64, m *api.Mint) web.Mint {
	return web.Mint{Payer: s.link(chainID, m.Payer.Address), Tokens: in.Number(amount.Grouped(m.Tokens)) + " " + m.Symbol, At: m.At, Ago: ago(in, s.Presenter.Now().Sub(m.At)),
		Tx: web.Link{Text: m.Transaction, URL: m.Explorer}, URL: m.URL, Final: m.Final}
}

// few is the share of the cap, as one in so many, below which a launch is nearly gone.
const few = 10

// launchText returns a launch as a page shows it, with its maker's profile.
func (s *Pages) launchText(in languages.Language, l mint.Launch, v profile.Version) web.Launch {
	whole := func(allotments int64) string { return in.Number(amount.Grouped(amount.Tokens(l.Tokens(allotments)))) }
	words := web.Launch{
		Language: in, Slug: l.Slug, Hidden: l.Hidden, Name: l.Name, Symbol: l.Symbol, Description: l.Description,
		Price: in.Number(l.Asset.Format(l.Price)), Money: l.Asset.Symbol, Each: whole(1),
		Cap: whole(l.Cap), Minted: whole(l.Sold), Left: whole(l.Left()),
		Proceeds: in.Number(amount.Grouped(l.Asset.Format(l.Total(l.Sold)))), Limit: l.Limit, Sold: l.Sold, Of: l.Cap, Opens: l.OpensAt, Closes: l.ClosesAt,
		Token: s.link(l.ChainID, l.Token), Asset: s.link(l.ChainID, l.Asset.Address), Treasury: s.link(l.ChainID, l.Treasury), Owner: s.link(l.ChainID, l.Owner),
		MintURL: s.Presenter.PublicURL + "/launches/" + l.Slug + "/mint",
		URL:     s.Presenter.PublicURL + "/l/" + l.Slug, ShareImage: s.Presenter.PublicURL + "/l/" + l.Slug + "/share.png",
	}
	if l.Creator != (common.Address{}) {
		creator := s.link(l.ChainID, l.Creator)
		words.Creator = &creator
	}
	words.Look = lookOf(in, &v.Profile)
	if len(s.Presenter.Chains) > 1 {
		words.Network = s.networkIn(in, s.Presenter.Of(&l)).Title
	}
	words.Few = l.Left() > 0 && l.Left() <= l.Cap/few
	if l.Reserved > 0 {
		words.Pending = whole(l.Reserved) + " " + l.Symbol
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

func (s *Pages) link(chainID uint64, a common.Address) web.Link {
	return web.Link{Text: a.Hex(), URL: s.Presenter.Explorer(chainID, "address", a.Hex())}
}

// ago returns a time span in two or three words.
func ago(in languages.Language, d time.Duration) string {
	switch {
	case d < time.Minute:
		return in.T("just now")
	case d < time.Hour:
		return in.T("{n} min ago", int(d.Minutes()))
	case d < 48*time.Hour:
		return in.T("{n} h ago", int(d.Hours()))
	}
	return in.T("{n} days ago", int(d.Hours()/24))
}
