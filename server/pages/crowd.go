package pages

import (
	"context"
	"errors"

	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/amount"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/server/people"
	"github.com/mint402/mint402/web"
	"github.com/mint402/mint402/web/languages"
)

// People are the pages of lists of addresses.
type People struct{ *Pages }

// crowdOf reads the launch of a request for a list of addresses, and the page of the list. If it
// returns false, it has answered.
func (s People) crowdOf(c *fiber.Ctx) (l mint.Launch, q people.Query, ok bool, err error) {
	if l, err = s.Presenter.LaunchOf(c); err != nil {
		return l, q, false, s.problem(c, err, languages.Key("There is no such launch"), languages.Key("Nothing is on sale under this name. The link may be mistyped, or the launch on another server."))
	}
	if q, err = people.ReadQuery(c); err != nil {
		text := languages.Key("The link may be mistyped.")
		if wrong := (*api.ParamError)(nil); errors.As(err, &wrong) && wrong.Field == "q" {
			text = languages.Key("An address is 0x and 40 digits or letters from a to f. Its beginning is enough.")
		}
		return l, q, false, s.problem(c, err, languages.Key("This is not a page of the list"), text)
	}
	q.Limit = people.PageSize
	return l, q, true, nil
}

// Minters shows the addresses that minted, a page at a time.
func (s People) Minters(c *fiber.Ctx) error {
	l, q, ok, err := s.crowdOf(c)
	if !ok {
		return err
	}
	list, err := s.Lists.Minters(c.UserContext(), &l, q)
	if err != nil {
		return err
	}
	p := s.frame(c, s.Presenter.Of(&l))
	in := p.Language
	p.Crowd = s.crowdText(&l, q, "minters", in.T("Minters of {name}", l.Name))
	p.Crowd.Block, p.Crowd.Limits, p.Crowd.Figures = number(in, int64(list.Block)), limitsIn(in, list.Limits), minterFigures(in, &l, &list)
	for i := range list.Minters {
		m := &list.Minters[i]
		p.Crowd.Rows = append(p.Crowd.Rows, web.CrowdRow{Rank: number(in, m.Rank), Address: s.link(l.ChainID, m.Address.Address), Tokens: figure(in, m.Tokens),
			Mints: number(in, m.Mints), Paid: figure(in, m.Paid.Formatted), First: crowdMint(in, m.First), Last: crowdMint(in, m.Last)})
	}
	paged(in, p.Crowd, q, list.Found, list.Page, list.Pages)
	return s.renderCrowd(c, &l, p, in.Plural(list.Total, "{n} address minted {symbol}.", "{n} addresses minted {symbol}.", l.Symbol))
}

func minterFigures(in languages.Language, l *mint.Launch, list *people.Minters) []web.Figure {
	all := []web.Figure{{Name: in.T("Addresses that minted"), Value: number(in, list.Total)}, {Name: in.T("Payments minted"), Value: number(in, list.Mints)},
		{Name: in.T("Minted"), Value: figure(in, list.Tokens), Unit: l.Symbol}, {Name: in.T("Share of the ten largest"), Value: in.Share(list.TopTen), Unit: in.T("of all minted")}}
	if f := list.Fresh; f != nil {
		all = append(all, web.Figure{Name: in.T("Fresh addresses"), Value: number(in, f.Fresh), Unit: in.T("of {n} looked at", number(in, f.Fresh+f.Used))})
	}
	if g := list.Groups; g != nil {
		all = append(all, web.Figure{Name: in.T("Groups with one funder"), Value: number(in, g.Groups), Unit: in.T("of {n} addresses", number(in, g.Addresses))},
			web.Figure{Name: in.T("Largest group"), Value: number(in, g.Largest), Unit: in.T("addresses")})
	}
	return all
}

// Holders shows the addresses that hold the tokens, a page at a time.
func (s People) Holders(c *fiber.Ctx) error {
	l, q, ok, err := s.crowdOf(c)
	if !ok {
		return err
	}
	list, err := s.Lists.Holders(c.UserContext(), &l, q)
	if err != nil {
		return err
	}
	p := s.frame(c, s.Presenter.Of(&l))
	in := p.Language
	p.Crowd = s.crowdText(&l, q, "holders", in.T("Holders of {name}", l.Name))
	reason := oneOf(holdersReasons, in, list.Reason)
	if list.State == people.HoldersOff || list.State == people.HoldersUnknown {
		p.Crowd.Unknown = in.T("Who holds the tokens is not known here: {reason}.", reason)
		return s.renderCrowd(c, &l, p, in.T("Who holds {symbol}.", l.Symbol))
	}
	p.Crowd.Block, p.Crowd.Limits = number(in, int64(list.Block)), limitsIn(in, list.Limits)
	p.Crowd.Checked = list.State == people.HoldersKnown
	switch list.State {
	case people.HoldersIncomplete:
		p.Crowd.Incomplete = in.T("This list is incomplete: the balances add up to {held} and not to the supply, {supply}, so a node left out transfers; they will be read again.", figure(in, list.Held), figure(in, list.Supply))
	case people.HoldersReading:
		p.Crowd.Incomplete = in.T("As of block {block}: {reason}.", p.Crowd.Block, reason)
	}
	p.Crowd.Figures = []web.Figure{{Name: in.T("Addresses with tokens"), Value: number(in, list.Total)}, {Name: in.T("Supply"), Value: figure(in, list.Supply), Unit: l.Symbol},
		{Name: in.T("Share of the ten largest"), Value: in.Share(list.TopTen), Unit: in.T("of the supply")}}
	for _, h := range list.Holders {
		row := web.CrowdRow{Rank: number(in, h.Rank), Address: s.link(l.ChainID, h.Address.Address), Tokens: figure(in, h.Tokens), Share: in.Share(h.Share)}
		if h.Address.Address == l.Treasury {
			row.Note = in.T("the treasury")
		}
		p.Crowd.Rows = append(p.Crowd.Rows, row)
	}
	paged(in, p.Crowd, q, list.Found, list.Page, list.Pages)
	return s.renderCrowd(c, &l, p, in.Plural(list.Total, "{n} address holds {symbol}.", "{n} addresses hold {symbol}.", l.Symbol))
}

// crowdText returns the parts that both lists of addresses have in common.
func (s People) crowdText(l *mint.Launch, q people.Query, kind, title string) *web.Crowd {
	page := "/l/" + l.Slug
	return &web.Crowd{Kind: kind, Title: title, Launch: l.Name, Symbol: l.Symbol, Money: l.Asset.Symbol, LaunchURL: page, Hidden: l.Hidden, Text: q.Text,
		Path: page + "/" + kind, File: "/launches/" + l.Slug + "/" + kind + ".csv", JSON: "/launches/" + l.Slug + "/" + kind, Minters: page + "/minters", Holders: page + "/holders"}
}

// paged fills in the links to the pages around one.
func paged(in languages.Language, words *web.Crowd, q people.Query, found, page, pages int) {
	words.Page, words.Pages, words.Place = page, pages, in.T("Page {page} of {pages}", number(in, page), number(in, pages))
	if page > 1 {
		words.Before = words.Path + q.At(page-1)
	}
	if page < pages {
		words.After = words.Path + q.At(page+1)
	}
	switch {
	case q.Text == "":
	case found == 0:
		words.Found = in.T("No address of the list begins with {text}.", q.Text)
	default:
		words.Found = in.Plural(found, "{n} address matches.", "{n} addresses match.")
	}
}

func (s People) renderCrowd(c *fiber.Ctx, l *mint.Launch, p web.Page, description string) error {
	p.Preview = preview(s.Presenter.PublicURL, p.Crowd.Title, description, p.Crowd.Path, "")
	launch := s.Presenter.PublicURL + "/l/" + l.Slug // has the picture, and the oEmbed document
	p.Preview.Image, p.Preview.FrameImage, p.Preview.OEmbed = launch+"/share.png", "", s.Presenter.PublicURL+"/oembed?url="+escaped(launch)
	return s.render(c, fiber.StatusOK, p)
}

func crowdMint(in languages.Language, m people.MintRef) web.CrowdMint {
	words := web.CrowdMint{URL: m.URL, Block: number(in, int64(m.Block))}
	if m.At != nil {
		words.At = *m.At
	}
	return words
}

// figure returns a decimal figure with the separators of a language.
func figure(in languages.Language, text string) string { return in.Number(amount.Grouped(text)) }

// topTenOf reads the share of a launch's ten largest holders, and returns it in a sentence.
func topTenOf(ctx context.Context, in languages.Language, lists *people.Lists, l *mint.Launch) (string, error) {
	top, err := lists.TopTen(ctx, l)
	return topTen(in, top), err
}

// topTen returns the share of the ten largest holders in a sentence, with its limit, or an
// empty text if it is not known.
func topTen(in languages.Language, top people.TopTen) string {
	share, block := in.Share(top.Share), number(in, int64(top.Block))
	switch {
	case top.Share == "":
		return ""
	case top.State == people.HoldersIncomplete:
		return in.T("The list of holders is incomplete, because a node left out transfers. The ten largest that it has hold {percent} of the supply, as of block {block}.", share, block)
	case top.State == people.HoldersReading:
		return in.T("The ten largest holders had {percent} of the supply at block {block}. Newer transfers are still being read.", share, block)
	}
	return in.T("The ten largest holders have {percent} of the supply, as of block {block}. One person can have many addresses, and an exchange can hold tokens of many people.", share, block)
}
