package discovery

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/x402"
)

// document is one file as it is served.
type document struct {
	kind string // content type
	body []byte
	etag string
}

func newDocument(kind string, body []byte) document {
	sum := sha256.Sum256(body)
	return document{kind, body, `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`}
}

// Documents returns the files of a site by path. Paths of features that the site does not
// have are left out.
func (s *Site) Documents() (map[string]document, error) {
	writers := map[string]struct {
		kind  string
		write func() ([]byte, error)
	}{
		"/openapi.json":            {fiber.MIMEApplicationJSON, s.openAPI},
		"/.well-known/x402":        {fiber.MIMEApplicationJSON, s.wellKnownX402},
		"/.well-known/api-catalog": {"application/linkset+json", s.apiCatalog},
		"/llms.txt":                {fiber.MIMETextPlainCharsetUTF8, s.llms},
		"/robots.txt":              {fiber.MIMETextPlainCharsetUTF8, s.robots},
		"/sitemap.xml":             {"application/xml; charset=utf-8", s.sitemap},
	}
	type writer = struct {
		kind  string
		write func() ([]byte, error)
	}
	if s.MPP {
		writers["/.well-known/mpp"] = writer{fiber.MIMEApplicationJSON, s.wellKnownMPP}
	}
	if s.MCP {
		writers["/.well-known/mcp/server-card.json"] = writer{fiber.MIMEApplicationJSON, s.serverCard}
	}
	if s.Farcaster != nil {
		writers[farcasterPath] = writer{fiber.MIMEApplicationJSON, s.farcasterManifest}
	}
	all := make(map[string]document, len(writers))
	for path, w := range writers {
		body, err := w.write()
		if err != nil {
			return nil, fmt.Errorf("write %s: %w", path, err)
		}
		all[path] = newDocument(w.kind, body)
	}
	return all, nil
}

// Paths returns all paths that a [Publisher] may have a file at.
func Paths() []string {
	return []string{"/openapi.json", "/.well-known/x402", "/.well-known/mpp", "/.well-known/mcp/server-card.json", "/.well-known/api-catalog",
		"/llms.txt", "/robots.txt", "/sitemap.xml", "/favicon.ico", iconPath, appIconPath, splashPath, farcasterPath}
}

// Publisher serves the documents of a server. Its fields are set before its first request.
type Publisher struct {
	Presenter *api.Presenter // must be open
	Features  Features

	mu    sync.Mutex
	kept  map[string]document
	until time.Time // when kept has to be made again
}

// icons are the files that never change. They are drawn at the first request: that takes
// 0.1 s.
var icons = sync.OnceValue(func() map[string]document {
	return map[string]document{
		"/favicon.ico": newDocument("image/x-icon", ico(drawIcon(faviconSize), faviconSize)),
		iconPath:       newDocument("image/png", drawIcon(iconSize)),
		splashPath:     newDocument("image/png", drawIcon(splashSize)),
	}
})

// appIcon takes longer, and few servers need it.
var appIcon = sync.OnceValue(func() document { return newDocument("image/png", drawAppIcon()) })

const (
	// maxAge is how long the documents are served before they are made again. Making
	// them reads all launches and takes some milliseconds with a thousand, so that
	// requests of any number cost little.
	maxAge = time.Second
	// maxClientAge is how long clients may keep a document; catalogues expect some minutes.
	maxClientAge = 5 * time.Minute
)

// site returns the server with its launches now.
func (p *Publisher) site(ctx context.Context) (*Site, error) {
	launches, err := p.Presenter.Reader.Launches(ctx)
	if err != nil {
		return nil, err
	}
	byDefault, err := p.Presenter.Shop.DefaultOf(launches)
	switch {
	case errors.Is(err, mint.ErrNotFound):
		byDefault = &mint.Launch{}
	case err != nil:
		return nil, err
	}
	paused := map[string]bool{}
	for i := range launches {
		if p.Presenter.StandingOf(&launches[i]) == mint.StandingPaused {
			paused[launches[i].Slug] = true
		}
	}
	features := p.Features
	features.Proofs = p.Presenter.Proofs != nil
	var networks []x402.Network
	for _, on := range p.Presenter.Chains {
		networks = append(networks, on.Network)
	}
	return &Site{URL: p.Presenter.PublicURL, Networks: networks, Version: p.Presenter.Version, Demo: p.Presenter.Demo,
		Features: features, Launches: launches, Default: *byDefault, Paused: paused, Now: p.Presenter.Now()}, nil
}

// find returns the document of a path. The error is a 404 if the path has no document.
func (p *Publisher) find(ctx context.Context, path string) (document, error) {
	switch path {
	case iconPath, splashPath, "/favicon.ico":
		return icons()[path], nil
	case appIconPath:
		return appIcon(), nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if now := time.Now(); now.After(p.until) {
		site, err := p.site(ctx)
		if err != nil {
			return document{}, err
		}
		if p.kept, err = site.Documents(); err != nil {
			return document{}, err
		}
		p.until = now.Add(maxAge)
	}
	d, ok := p.kept[path]
	if !ok {
		return document{}, fiber.ErrNotFound
	}
	return d, nil
}

// Serve answers GET and HEAD of a document's path.
func (p *Publisher) Serve(c *fiber.Ctx) error { return p.serve(c, c.Path()) }

func (p *Publisher) serve(c *fiber.Ctx, path string) error {
	d, err := p.find(c.UserContext(), path)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderCacheControl, fmt.Sprintf("public, max-age=%d", int(maxClientAge.Seconds())))
	c.Set(fiber.HeaderETag, d.etag)
	if matches(c.Get(fiber.HeaderIfNoneMatch), d.etag) {
		c.Status(fiber.StatusNotModified)
		return nil
	}
	c.Set(fiber.HeaderContentType, d.kind)
	return c.Send(d.body)
}

// matches reports whether an If-None-Match header has a tag (RFC 9110, 13.1.2).
func matches(header, tag string) bool {
	for one := range strings.SplitSeq(header, ",") {
		if one = strings.TrimPrefix(strings.TrimSpace(one), "W/"); one == tag || one == "*" {
			return true
		}
	}
	return false
}

// Front answers at / in the form that the client prefers: the page, the list of launches as
// JSON, or /llms.txt as plain text or Markdown. A client that names none of these gets the
// page: there is no 406.
func (p *Publisher) Front(page, launches fiber.Handler) fiber.Handler {
	return func(c *fiber.Ctx) error {
		c.Vary(fiber.HeaderAccept)
		c.Set(fiber.HeaderLink, Link)
		switch form := c.Accepts(fiber.MIMETextHTML, fiber.MIMEApplicationJSON, markdown, fiber.MIMETextPlain); form {
		case fiber.MIMEApplicationJSON:
			return launches(c)
		case markdown, fiber.MIMETextPlain:
			err := p.serve(c, "/llms.txt")
			if err == nil && c.Response().StatusCode() == fiber.StatusOK {
				c.Set(fiber.HeaderContentType, form+"; charset=utf-8")
			}
			return err
		}
		return page(c)
	}
}

const markdown = "text/markdown"

// Linked wraps a page's handler: its answer links to the documents.
func Linked(page fiber.Handler) fiber.Handler {
	name, value := []byte(fiber.HeaderLink), []byte(Link)
	return func(c *fiber.Ctx) error {
		c.Response().Header.SetCanonical(name, value)
		return page(c)
	}
}
