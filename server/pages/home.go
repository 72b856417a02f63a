package pages

import (
	"context"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/amount"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/web"
	"github.com/mint402/mint402/web/languages"
)

const (
	// maxShelf is how many launches the home page has of the section that sells, and of each
	// other one. maxHomePage is how many a page of a single section, or of a search, has.
	maxShelf, maxShortShelf = 24, 8
	maxHomePage             = 48
	// maxOthers is how many other launches the page of a launch has.
	maxOthers = 6
)

// Front answers at /: with the home page of all launches if there are several, with the page
// of the launch if there is one or the operator chose it, and always with the home page if the
// request searches.
func (s *Pages) Front(c *fiber.Ctx) error {
	return s.Costly(func(c *fiber.Ctx) error {
		q, err := api.ReadListQuery(c, maxHomePage)
		if err != nil {
			return s.problem(c, err, languages.Key("This is not a list of launches"), languages.Key("The link may be mistyped."))
		}
		list, err := s.Presenter.Shop.List(c.UserContext(), q)
		if err != nil {
			return err
		}
		if c.Query("show") != "" || q.Text != "" || q.Sort != "" || q.Page > 1 {
			return s.home(c, list, q)
		}
		if list.Front != "" {
			l, err := s.Presenter.Reader.Launch(c.UserContext(), list.Front)
			if err != nil {
				return err
			}
			return s.show(c, fiber.StatusOK, l)
		}
		switch list.Shown() {
		case 0:
			return s.render(c, fiber.StatusOK, s.frame(c, nil))
		case 1:
			return s.show(c, fiber.StatusOK, list.Launches[0].Launch)
		}
		return s.home(c, list, q)
	})(c)
}

// sections has the title of each section, and how a sentence counts its launches: one, several,
// and after those of another section.
var sections = map[api.Section]struct{ title, one, other, more string }{
	api.Live:     {languages.Key("Live"), languages.Key("{n} launch live"), languages.Key("{n} launches live"), languages.Key("{n} live")},
	api.Soon:     {languages.Key("Opening soon"), languages.Key("{n} launch opening soon"), languages.Key("{n} launches opening soon"), languages.Key("{n} opening soon")},
	api.Finished: {languages.Key("Finished"), languages.Key("{n} launch finished"), languages.Key("{n} launches finished"), languages.Key("{n} finished")},
}

var sorts = map[api.Sort]string{"": languages.Key("Featured"), api.Newest: languages.Key("Newest"), api.EndingSoon: languages.Key("Ending soon"),
	api.MostMinted: languages.Key("Most minted"), api.NearlyGone: languages.Key("Nearly gone")}

// home answers with the home page.
func (s *Pages) home(c *fiber.Ctx, list *api.List, q api.ListQuery) error {
	at := func(q api.ListQuery, page int) string {
		q.Limit = maxHomePage
		query := q.At(page, maxHomePage)
		if q.Show == "" && q.Text+string(q.Sort) == "" {
			query = "show=all"
		}
		return "/?" + query
	}
	p := s.frame(c, nil)
	in := p.Language
	h := &web.Home{Path: at(q, q.Page), Headline: headline(in, list), Text: q.Text, Show: string(q.Show), Sort: string(q.Sort)}
	for _, sort := range append([]api.Sort{""}, api.Sorts...) {
		h.Sorts = append(h.Sorts, web.Tab{Text: in.T(sorts[sort]), Chosen: sort == q.Sort, URL: at(api.ListQuery{Text: q.Text, Sort: sort, Show: q.Show}, 1)})
	}
	all := 0
	for _, section := range api.Sections {
		n := list.Counts[section]
		all += n
		h.Tabs = append(h.Tabs, web.Tab{ID: string(section), Text: in.T(sections[section].title), Count: number(in, n), Chosen: q.Show == section,
			URL: at(api.ListQuery{Text: q.Text, Sort: q.Sort, Show: section}, 1)})
	}
	h.Tabs = append([]web.Tab{{ID: "all", Text: in.T("All"), Count: number(in, all), Chosen: q.Show == "", URL: at(api.ListQuery{Text: q.Text, Sort: q.Sort}, 1)}}, h.Tabs...)
	if q.Text != "" && list.Total > 0 {
		h.Found = in.Plural(list.Total, "{n} launch matches.", "{n} launches match.")
	}
	if err := s.shelves(c.UserContext(), in, h, list, q, at); err != nil {
		return err
	}
	mints, err := s.Presenter.Shop.NewestMints(c.UserContext(), list)
	if err != nil {
		return err
	}
	for _, m := range mints {
		h.Mints = append(h.Mints, web.HomeMint{Mint: s.mintLine(in, m.ChainID, &m.Mint), Launch: m.Name, Slug: m.Launch})
	}
	p.Home, p.Preview = h, homePreview(s.Presenter.PublicURL, in, list)
	p.Data = homeData{Counts: list.Counts, Total: list.Shown(), Searched: q.Text != ""}
	return s.render(c, fiber.StatusOK, p)
}

// homeData is passed to the script of the home page.
type homeData struct {
	Counts   map[api.Section]int `json:"counts"`
	Total    int                 `json:"total"`
	Searched bool                `json:"searched"` // Counts are of a search
}

// shelves fills in the launches: the first of each section, or a page of one section or of a
// search.
func (s *Pages) shelves(ctx context.Context, in languages.Language, h *web.Home, list *api.List, q api.ListQuery, at func(api.ListQuery, int) string) error {
	launches := list.Launches
	whole := q.Show == "" && q.Text == "" && q.Page == 1
	if !whole {
		page, more := list.Page(q)
		launches = page
		if q.Page > 1 {
			h.Before = at(q, q.Page-1)
		}
		if more {
			h.After = at(q, q.Page+1)
		}
	}
	chosen, slugs := map[api.Section][]*mint.Launch{}, []string(nil)
	for i := range launches {
		l, section := &launches[i], launches[i].Section()
		most := maxHomePage
		if whole {
			if most = maxShortShelf; section == api.Live {
				most = maxShelf
			}
		}
		if len(chosen[section]) < most {
			chosen[section], slugs = append(chosen[section], &l.Launch), append(slugs, l.Slug)
		}
	}
	edits, err := s.Presenter.Profiles.ProfilesOf(ctx, slugs)
	if err != nil {
		return err
	}
	for _, section := range api.Sections {
		shelf := web.HomeSection{ID: string(section), Title: in.T(sections[section].title), Count: number(in, list.Counts[section])}
		for _, l := range chosen[section] {
			words := s.launchText(in, *l, edits[l.Slug])
			words.Status = s.shownStatus(l)
			shelf.Launches = append(shelf.Launches, words)
		}
		if whole && len(shelf.Launches) < list.Counts[section] {
			shelf.More = at(api.ListQuery{Text: q.Text, Sort: q.Sort, Show: section}, 1)
		}
		if len(shelf.Launches) > 0 {
			h.Sections = append(h.Sections, shelf)
		}
	}
	return nil
}

// headline sums up the launches: "12 launches live, 3 opening soon".
func headline(in languages.Language, list *api.List) string {
	var parts []string
	for _, section := range api.Sections {
		switch n := list.Counts[section]; {
		case n == 0:
		case len(parts) == 0:
			parts = append(parts, in.Plural(n, sections[section].one, sections[section].other))
		default:
			parts = append(parts, in.T(sections[section].more, number(in, n)))
		}
	}
	if len(parts) == 0 {
		return in.T("Launches")
	}
	return strings.Join(parts, in.Comma())
}

func number[N int | int64](in languages.Language, n N) string {
	return in.Number(amount.Grouped(strconv.FormatInt(int64(n), 10)))
}
