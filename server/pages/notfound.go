package pages

import (
	"regexp"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/web"
)

// problem shows a person a page that there is no such page. Programs get the error, as
// do all clients if the fault is ours.
func (s *Pages) problem(c *fiber.Ctx, err error, title, text string) error {
	v := api.ToHTTP(err, s.Presenter.Now(), false)
	if !api.FromBrowser(c) || v.Status >= 500 {
		return err
	}
	p := s.frame()
	p.Problem = &web.Problem{Status: v.Status, Title: title, Text: text}
	c.Vary(fiber.HeaderAccept, fiber.HeaderUserAgent)
	return s.render(c, v.Status, p)
}

// typedPaths are the paths that people may type, with or without mistakes.
var typedPaths = regexp.MustCompile(`^/(mint|admin|l/[a-z0-9-]+|launches/[a-z0-9-]+/mint|r/0x[0-9a-f]{64})$`)

// NothingHere redirects a person to a page if the path differs from the page's only in
// case or in slashes at the end. If there is none, it shows a page that says so.
// Programs get an error: for them a path has one spelling.
func (s *Pages) NothingHere(c *fiber.Ctx, err error) error {
	if path := strings.ToLower(strings.TrimRight(c.Path(), "/")); path != c.Path() && typedPaths.MatchString(path) {
		if query := c.Request().URI().QueryString(); len(query) > 0 {
			path += "?" + string(query)
		}
		return c.Redirect(path, fiber.StatusFound)
	}
	return s.problem(c, err, "There is nothing here", "The link may be mistyped.")
}
