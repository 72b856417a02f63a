package pages

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/amount"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/people"
	"github.com/mint402/mint402/web"
)

// People are the pages of lists of addresses.
type People struct{ *Pages }

// crowdOf reads which page of a list of addresses a request wants, and of which launch. If it
// returns false, it has answered.
func (s People) crowdOf(c *fiber.Ctx) (l mint.Launch, q people.Query, ok bool, err error) {
	if l, err = s.Presenter.LaunchOf(c); err != nil {
		return l, q, false, s.problem(c, err, "There is no such launch", "Nothing is on sale under this name. The link may be mistyped, or the launch on another server.")
	}
	if q, err = people.ReadQuery(c); err != nil {
		return l, q, false, s.problem(c, err, "This is not a page of the list", "The link may be mistyped: "+err.Error()+".")
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
	words := s.crowdText(&l, q, "minters", "Minters")
	words.Block, words.Limits = grouped(int64(list.Block)), list.Limits
	words.Figures = []web.Figure{{Name: "Addresses that minted", Value: grouped(int64(list.Total))}, {Name: "Payments minted", Value: grouped(list.Mints)},
		{Name: "Minted", Value: amount.Grouped(list.Tokens), Unit: l.Symbol}, {Name: "Share of the ten largest", Value: list.TopTen + "%", Unit: "of all minted"}}
	if f := list.Fresh; f != nil {
		of := "of " + grouped(int64(f.Fresh+f.Used)) + " looked at"
		words.Figures = append(words.Figures, web.Figure{Name: "Fresh addresses", Value: grouped(int64(f.Fresh)), Unit: of})
	}
	if g := list.Groups; g != nil {
		words.Figures = append(words.Figures, web.Figure{Name: "Groups with one funder", Value: grouped(int64(g.Groups)), Unit: "of " + grouped(int64(g.Addresses)) + " addresses"},
			web.Figure{Name: "Largest group", Value: grouped(int64(g.Largest)), Unit: "addresses"})
	}
	for i := range list.Minters {
		m := &list.Minters[i]
		words.Rows = append(words.Rows, web.CrowdRow{Rank: grouped(int64(m.Rank)), Address: s.link(m.Address.Address), Tokens: amount.Grouped(m.Tokens),
			Mints: grouped(m.Mints), Paid: amount.Grouped(m.Paid.Formatted), First: crowdMint(m.First), Last: crowdMint(m.Last)})
	}
	s.paged(words, q, list.Found, list.Page, list.Pages)
	return s.renderCrowd(c, &l, words, grouped(int64(list.Total))+" addresses minted "+l.Symbol+".")
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
	words := s.crowdText(&l, q, "holders", "Holders")
	if list.State == people.HoldersOff || list.State == people.HoldersUnknown {
		words.Unknown = "Who holds the tokens is not known here: " + list.Reason + "."
		return s.renderCrowd(c, &l, words, "Who holds "+l.Symbol+".")
	}
	words.Block, words.Limits = grouped(int64(list.Block)), list.Limits
	words.Checked = list.State == people.HoldersKnown
	switch list.State {
	case people.HoldersIncomplete:
		words.Incomplete = "This list is incomplete: " + list.Reason + "."
	case people.HoldersReading:
		words.Incomplete = "As of block " + words.Block + ": " + list.Reason + "."
	}
	words.Figures = []web.Figure{{Name: "Addresses with tokens", Value: grouped(list.Total)}, {Name: "Supply", Value: amount.Grouped(list.Supply), Unit: l.Symbol},
		{Name: "Share of the ten largest", Value: list.TopTen + "%", Unit: "of the supply"}}
	for _, h := range list.Holders {
		row := web.CrowdRow{Rank: grouped(h.Rank), Address: s.link(h.Address.Address), Tokens: amount.Grouped(h.Tokens), Share: h.Share + "%"}
		if h.Address.Address == l.Treasury {
			row.Note = "the treasury"
		}
		words.Rows = append(words.Rows, row)
	}
	s.paged(words, q, list.Found, list.Page, list.Pages)
	return s.renderCrowd(c, &l, words, grouped(list.Total)+" addresses hold "+l.Symbol+".")
}

// crowdText returns the parts that both lists of addresses have in common.
func (s People) crowdText(l *mint.Launch, q people.Query, kind, title string) *web.Crowd {
	page := "/l/" + l.Slug
	return &web.Crowd{Kind: kind, Title: title + " of " + l.Name, Launch: l.Name, Symbol: l.Symbol, Money: l.Asset.Symbol, LaunchURL: page, Hidden: l.Hidden, Text: q.Text,
		Path: page + "/" + kind, File: "/launches/" + l.Slug + "/" + kind + ".csv", JSON: "/launches/" + l.Slug + "/" + kind, Minters: page + "/minters", Holders: page + "/holders"}
}

// paged fills in the links to the pages around one.
func (s People) paged(words *web.Crowd, q people.Query, found, page, pages int) {
	words.Page, words.Pages = page, pages
	if page > 1 {
		words.Before = words.Path + q.At(page-1)
	}
	if page < pages {
		words.After = words.Path + q.At(page+1)
	}
	switch {
	case q.Text == "":
	case found == 0:
		words.Found = "No address of the list begins with " + q.Text + "."
	case found == 1:
		words.Found = "1 address matches."
	default:
		words.Found = grouped(int64(found)) + " addresses match."
	}
}

func (s People) renderCrowd(c *fiber.Ctx, l *mint.Launch, words *web.Crowd, description string) error {
	p := s.frame(c)
	p.Crowd = words
	p.Preview = preview(s.Presenter.PublicURL, words.Title, description, words.Path, "")
	launch := s.Presenter.PublicURL + "/l/" + l.Slug // has the picture, and the oEmbed document
	p.Preview.Image, p.Preview.FrameImage, p.Preview.OEmbed = launch+"/share.png", "", s.Presenter.PublicURL+"/oembed?url="+escaped(launch)
	return s.render(c, fiber.StatusOK, p)
}

func crowdMint(m people.MintRef) web.CrowdMint {
	words := web.CrowdMint{URL: m.URL, Block: strconv.FormatUint(m.Block, 10)}
	if m.At != nil {
		words.At = *m.At
	}
	return words
}

func grouped(n int64) string { return amount.Grouped(strconv.FormatInt(n, 10)) }
