package api

import (
	"cmp"
	"context"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/mint"
)

// Section is a part of a list of launches.
type Section string

// Sections of a list, in the order of the home page. A launch that is paused is live: its
// owner may resume it.
const (
	Live     Section = "live"
	Soon     Section = "soon"
	Finished Section = "finished"
)

// Sections are all of them, in order.
var Sections = []Section{Live, Soon, Finished}

// Sort is the order of a list.
type Sort string

// Sorts of a list. Without one, the operator's order holds; within it, what opens next and
// what ended last come first.
const (
	Newest     Sort = "newest"
	EndingSoon Sort = "ending"
	MostMinted Sort = "minted"
	NearlyGone Sort = "gone"
)

// Sorts are all of them, in the order of the home page's menu.
var Sorts = []Sort{Newest, EndingSoon, MostMinted, NearlyGone}

const (
	maxSearch   = 100 // bytes of a search
	maxListPage = 200 // launches in a page of a list
)

// ListQuery selects launches for a list. Its zero value selects all that are shown.
type ListQuery struct {
	Text  string  // in the name, the symbol or the slug, or the beginning of the address
	Sort  Sort    // empty: the operator's order
	Show  Section // empty: all
	Page  int     // from 1
	Limit int     // launches in a page
}

// ReadListQuery reads ?q=, ?sort=, ?show=, ?page= and ?limit=. limit is the default one.
func ReadListQuery(c *fiber.Ctx, limit int) (ListQuery, error) {
	q := ListQuery{Text: strings.TrimSpace(c.Query("q")), Sort: Sort(c.Query("sort")), Show: Section(c.Query("show")), Page: 1, Limit: limit}
	switch {
	case len(q.Text) > maxSearch:
		return q, &ParamError{"q", "at most 100 bytes"}
	case q.Sort != "" && !slices.Contains(Sorts, q.Sort):
		return q, &ParamError{"sort", "newest, ending, minted or gone"}
	case q.Show != "" && q.Show != "all" && !slices.Contains(Sections, q.Show):
		return q, &ParamError{"show", "live, soon, finished or all"}
	}
	if q.Show == "all" {
		q.Show = ""
	}
	for _, number := range []struct {
		name string
		most int64
		into *int
	}{{"page", 100_000, &q.Page}, {"limit", maxListPage, &q.Limit}} {
		text := c.Query(number.name)
		if text == "" {
			continue
		}
		n, ok := ParsePositive(text)
		if !ok || n > number.most {
			return q, &ParamError{number.name, "a whole number from 1, and for limit at most 200"}
		}
		*number.into = int(n)
	}
	return q, nil
}

// At returns the query of another page, for a URL. limit is the default one.
func (q ListQuery) At(page, limit int) string {
	values := url.Values{}
	for name, text := range map[string]string{"q": q.Text, "sort": string(q.Sort), "show": string(q.Show)} {
		if text != "" {
			values.Set(name, text)
		}
	}
	if page > 1 {
		values.Set("page", strconv.Itoa(page))
	}
	if q.Limit != limit {
		values.Set("limit", strconv.Itoa(q.Limit))
	}
	return values.Encode()
}

// ListedLaunch is a launch in a list.
type ListedLaunch struct {
	mint.Launch
	Standing mint.Standing
}

// Section returns the section that the launch is in.
func (l *ListedLaunch) Section() Section {
	switch l.Standing {
	case mint.StandingNotOpen:
		return Soon
	case mint.StandingSoldOut, mint.StandingClosed, mint.StandingDelisted:
		return Finished
	}
	return Live
}

// List is the launches of a server that are shown, as of one committed state.
type List struct {
	Default  mint.Launch     // of /mint; its slug is empty if there is none
	Front    string          // slug of the launch whose page the operator put at /; empty: none
	Counts   map[Section]int // launches that match the text, by section
	Total    int             // launches that match
	Launches []ListedLaunch  // all that match, in order

	shown map[string]*mint.Launch // all that are shown, by slug
}

// Shown returns how many launches lists have, whether or not they match.
func (l *List) Shown() int { return len(l.shown) }

// Others returns how many launches lists have besides one.
func (l *List) Others(one mint.Launch) int {
	if _, there := l.shown[one.Slug]; there {
		return len(l.shown) - 1
	}
	return len(l.shown)
}

// List returns the launches that match a query, of all pages. It reads the launches once,
// and has no read for each of them.
func (p *Shop) List(ctx context.Context, q ListQuery) (*List, error) {
	launches, err := p.Reader.Launches(ctx)
	if err != nil {
		return nil, err
	}
	list := &List{Counts: map[Section]int{}, shown: make(map[string]*mint.Launch, len(launches))}
	for _, section := range Sections {
		list.Counts[section] = 0
	}
	if l, err := p.DefaultOf(launches); err == nil {
		list.Default = *l
	}
	text := strings.ToLower(q.Text)
	for i := range launches {
		l := ListedLaunch{Launch: launches[i]}
		if l.Front && !l.Delisted {
			list.Front = l.Slug
		}
		if l.Hidden || l.Delisted {
			continue
		}
		list.shown[l.Slug] = &launches[i]
		if !matches(&l.Launch, text) {
			continue
		}
		l.Standing = p.StandingOf(&l.Launch)
		section := l.Section()
		list.Counts[section]++
		if q.Show == "" || q.Show == section {
			list.Launches = append(list.Launches, l)
		}
	}
	slices.SortStableFunc(list.Launches, func(a, b ListedLaunch) int { return q.Sort.compare(&a, &b) })
	list.Total = len(list.Launches)
	return list, nil
}

// matches reports whether a launch is found by a text in lower case.
func matches(l *mint.Launch, text string) bool {
	return text == "" || strings.Contains(l.Slug, text) || strings.Contains(strings.ToLower(l.Name), text) || strings.Contains(strings.ToLower(l.Symbol), text) ||
		strings.HasPrefix(text, "0x") && strings.HasPrefix(strings.ToLower(l.Token.Hex()), text)
}

// compare sorts two launches by section, then as s says. 0 leaves them in the operator's order.
func (s Sort) compare(a, b *ListedLaunch) int {
	section := a.Section()
	if c := slices.Index(Sections, section) - slices.Index(Sections, b.Section()); c != 0 {
		return c
	}
	switch s {
	case Newest:
		return cmp.Compare(b.DeployedAt, a.DeployedAt)
	case MostMinted:
		return cmp.Compare(b.Sold, a.Sold)
	case NearlyGone:
		return cmp.Compare(sold(b), sold(a))
	case "":
		if placed := cmp.Compare(place(a), place(b)); placed != 0 || section == Live {
			return placed
		}
	}
	switch section {
	case Soon:
		return a.OpensAt.Compare(b.OpensAt)
	case Finished:
		return endOf(&b.Launch).Compare(endOf(&a.Launch))
	}
	if a.ClosesAt.IsZero() != b.ClosesAt.IsZero() { // what does not close comes last
		if a.ClosesAt.IsZero() {
			return 1
		}
		return -1
	}
	return a.ClosesAt.Compare(b.ClosesAt)
}

// place returns the launch's place in the operator's order. Those without one are behind it.
func place(l *ListedLaunch) int { return cmp.Or(l.Place, math.MaxInt) }

// sold returns the share of a launch that is sold or reserved.
func sold(l *ListedLaunch) float64 { return 1 - float64(l.Left())/float64(l.Cap) }

// DefaultFirst moves the default launch to the front, if it is in the list.
func (l *List) DefaultFirst() {
	i := slices.IndexFunc(l.Launches, func(o ListedLaunch) bool { return o.Slug == l.Default.Slug })
	if i > 0 {
		first := l.Launches[i]
		copy(l.Launches[1:i+1], l.Launches[:i])
		l.Launches[0] = first
	}
}

// Page returns the launches of a page, and whether there are more.
func (l *List) Page(q ListQuery) (launches []ListedLaunch, more bool) {
	from := min((q.Page-1)*q.Limit, len(l.Launches))
	to := min(from+q.Limit, len(l.Launches))
	return l.Launches[from:to], to < len(l.Launches)
}

// Launches returns launches as clients see them in a list: as of the moment when they were read.
// It reads all profiles at once, and has no read for each launch unless a mint was added.
func (p *Shop) Launches(ctx context.Context, launches []ListedLaunch) []Launch {
	slugs, shown := make([]string, len(launches)), make([]Launch, len(launches))
	for i := range launches {
		slugs[i] = launches[i].Slug
	}
	edits, err := p.Profiles.ProfilesOf(ctx, slugs)
	if err != nil {
		p.Log.Error("read profiles", "err", err)
	}
	for i := range launches {
		l := launches[i].Launch
		shown[i] = p.present(l, p.StatusOf(&l), lookOf(p.PublicURL, &l, edits[l.Slug]), func() (*cachedTally, error) { return p.knownTally(ctx, &l) })
	}
	return shown
}

// knownTally returns the last totals of a launch's mints if no mint was counted since. After a
// reorg that replaced a mint by another payer's, the number of payers may be that of before.
func (p *Shop) knownTally(ctx context.Context, l *mint.Launch) (*cachedTally, error) {
	if v, ok := p.tallies.bySlug.Load(l.Slug); ok {
		if last := v.(*tally).last.Load(); last != nil && last.sold == l.Sold {
			return last, nil
		}
	}
	return p.tally(ctx, l.Slug)
}
