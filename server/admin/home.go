package admin

import (
	"context"
	"slices"

	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/api"
)

// Home is what the operator chose about the launches, by slug; see mint.Arrangement.
type Home struct {
	Default  string   `json:"default"` // empty: chosen by what sells
	Front    string   `json:"front"`   // empty: the home page, if there are several launches
	Order    []string `json:"order"`
	Hidden   []string `json:"hidden"`
	Delisted []string `json:"delisted"`
}

// HomeOf returns the choices that launches have.
func HomeOf(launches []mint.Launch) Home {
	a := mint.ArrangementOf(launches)
	return Home{a.Default, a.Front, api.OrEmpty(a.Order), api.OrEmpty(a.Hidden), api.OrEmpty(a.Delisted)}
}

// HomeChange is a change of these choices. What is nil or empty stays as it is.
type HomeChange struct {
	Default *string   `json:"default"` // "" leaves the choice to what sells
	Front   *string   `json:"front"`   // "" is the home page
	Order   *[]string `json:"order"`   // the first launches; the others follow in order of registration
	Hide    []string  `json:"hide"`
	Show    []string  `json:"show"`
	Delist  []string  `json:"delist"`
	Relist  []string  `json:"relist"`
}

// None reports whether the change changes nothing.
func (c *HomeChange) None() bool {
	return c.Default == nil && c.Front == nil && c.Order == nil && len(c.Hide)+len(c.Show)+len(c.Delist)+len(c.Relist) == 0
}

// Slugs returns the launches that the change names.
func (c *HomeChange) Slugs() []string {
	all := slices.Concat(c.Hide, c.Show, c.Delist, c.Relist)
	if c.Order != nil {
		all = append(all, *c.Order...)
	}
	for _, one := range []*string{c.Default, c.Front} {
		if one != nil && *one != "" {
			all = append(all, *one)
		}
	}
	return all
}

// Apply changes an arrangement. It returns *api.ParamError for a launch that is in a list
// twice, or in a list and in its opposite, and for a default that is off sale.
func (c *HomeChange) Apply(a *mint.Arrangement) error {
	if c.Default != nil {
		a.Default = *c.Default
	}
	if c.Front != nil {
		a.Front = *c.Front
	}
	if c.Order != nil {
		a.Order = *c.Order
		if slug, twice := repeated(a.Order); twice {
			return &api.ParamError{Field: "order", Expected: "each launch once, and " + slug + " is there twice"}
		}
	}
	var err error
	if a.Hidden, err = changed(a.Hidden, c.Hide, c.Show, "hide"); err != nil {
		return err
	}
	if a.Delisted, err = changed(a.Delisted, c.Delist, c.Relist, "delist"); err != nil {
		return err
	}
	if c.Default != nil && slices.Contains(a.Delisted, a.Default) {
		return &api.ParamError{Field: "default", Expected: "a launch that is on sale; put " + a.Default + " back on sale first"}
	}
	return nil
}

// changed returns a list with some launches more and others less.
func changed(list, more, less []string, field string) ([]string, error) {
	if slug, twice := repeated(append(slices.Clone(more), less...)); twice {
		return nil, &api.ParamError{Field: field, Expected: "each launch once, and " + slug + " is there twice"}
	}
	list = slices.DeleteFunc(slices.Clone(list), func(slug string) bool { return slices.Contains(less, slug) || slices.Contains(more, slug) })
	return append(list, more...), nil
}

func repeated(list []string) (slug string, ok bool) {
	for i, slug := range list {
		if slices.Contains(list[:i], slug) {
			return slug, true
		}
	}
	return "", false
}

// arranging returns the handler that changes the operator's choices. It answers with all of
// them.
func arranging(p *api.Presenter, arrange func(context.Context, func(*mint.Arrangement) error) error) func(*fiber.Ctx, session) error {
	return func(c *fiber.Ctx, _ session) error {
		var change HomeChange
		if err := api.ReadBody(c, &change); err != nil {
			return err
		}
		if err := arrange(c.UserContext(), change.Apply); err != nil {
			return err
		}
		p.Chains.ReadNow() // reports what is off sale now
		launches, err := p.Reader.Launches(c.UserContext())
		if err != nil {
			return err
		}
		return c.JSON(HomeOf(launches))
	}
}
