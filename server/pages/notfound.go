package pages

import (
	"regexp"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/web"
	"github.com/mint402/mint402/web/languages"
)

// problem answers a browser with an error page that has a title and a text: keys of package
// languages. For any other client, and if the fault is ours (5xx), it returns err unchanged.
func (s *Pages) problem(c *fiber.Ctx, err error, title, text string) error {
	v := api.ToHTTP(err, s.Presenter.Now(), false)
	if !api.FromBrowser(c) || v.Status >= 500 {
		return err
	}
	p := s.frame(c, nil)
	p.Problem = &web.Problem{Status: v.Status, Title: p.Language.T(title), Text: p.Language.T(text)}
	c.Vary(fiber.HeaderAccept, fiber.HeaderUserAgent)
	return s.render(c, v.Status, p)
}

// typedPaths are the paths that people may type, with or without mistakes.
var typedPaths = regexp.MustCompile(`^/(mint|admin|embed/[a-z0-9-]+|l/[a-z0-9-]+(/share)?|launches/[a-z0-9-]+/mint|r/0x[0-9a-f]{64}(/share)?)$`)

// slashedPaths are the paths that may end with a slash: all but those that can be paid, which
// take the slash themselves, since clients carry a payment along or drop it.
var slashedPaths = regexp.MustCompile(`^/(l/[a-z0-9-]+(/share)?|r/0x[0-9a-f]{64}(/share)?|embed/[a-z0-9-]+|launches|launches/[a-z0-9-]+|launches/[a-z0-9-]+/(stats|solvency)|orders|orders/0x[0-9a-f]{64}|` +
	`healthz|readyz|events|oembed|[a-z.]+\.(txt|xml|json|webmanifest))/$`)

// WithoutSlash returns where a request leads that ends a path with a slash.
func WithoutSlash(c *fiber.Ctx) (to string, ok bool) {
	if !slashedPaths.MatchString(c.Path()) {
		return "", false
	}
	return withQuery(c, strings.TrimSuffix(c.Path(), "/")), true
}

func withQuery(c *fiber.Ctx, path string) string {
	if query := c.Request().URI().QueryString(); len(query) > 0 {
		path += "?" + string(query)
	}
	return path
}

// NothingHere answers a request without a route. If the path differs from that of a page
// only in case or in slashes at the end, it redirects to the page. Otherwise browsers get
// an error page, and programs get err.
func (s *Pages) NothingHere(c *fiber.Ctx, err error) error {
	if path := strings.ToLower(strings.TrimRight(c.Path(), "/")); path != c.Path() && typedPaths.MatchString(path) {
		return c.Redirect(withQuery(c, path), fiber.StatusFound)
	}
	return s.problem(c, err, languages.Key("There is nothing here"), languages.Key("The link may be mistyped."))
}
