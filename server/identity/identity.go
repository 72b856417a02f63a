// Package identity serves the data that wallets, explorers and lists ask for: metadata of a token
// (ERC-7572 and plain), a token list, its logo, and the files of its pictures. All are on this
// server, and pages of any origin may read them.
package identity

import (
	"regexp"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/profile"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/server/picture"
)

// Identity answers requests about tokens. Its fields are set before the first request.
type Identity struct {
	Presenter *api.Presenter // must be open
	// Name is that of the token list: the operator's brand.
	Name string
	// Began is the time of a token list without any edit.
	Began time.Time
}

// Routes returns the handler of each path.
func (s *Identity) Routes() map[string]fiber.Handler {
	return map[string]fiber.Handler{
		"/tokenlist.json":        s.tokenList,
		"/media/:name":           s.file,
		"/l/:slug/contract.json": s.contract,
		"/l/:slug/token.json":    s.token,
		"/l/:slug/history.json":  s.history,
		"/l/:slug/logo-32.png":   s.logo("32", 32),
		"/l/:slug/logo-256.png":  s.logo("256", 256),
	}
}

// maxAge is for documents that an edit changes, in seconds.
const maxAge = "public, max-age=300"

var fileName = regexp.MustCompile(`^([0-9a-f]{64})\.(png|jpg)$`)

// file answers with a file of a picture. Its name is the hash of its content, so clients may
// cache it forever.
func (s *Identity) file(c *fiber.Ctx) error {
	m := fileName.FindStringSubmatch(c.Params("name"))
	if m == nil {
		return mint.ErrNotFound
	}
	kind, body, err := s.Presenter.Profiles.Media(c.UserContext(), m[1])
	if err != nil {
		return err
	}
	if (kind == "image/png") != (m[2] == "png") {
		return mint.ErrNotFound
	}
	return send(c, kind, "public, max-age=31536000, immutable", body)
}

// send answers with a picture. A browser that opens it as a page runs no script.
func send(c *fiber.Ctx, kind, cache string, body []byte) error {
	c.Set(fiber.HeaderContentType, kind)
	c.Set(fiber.HeaderCacheControl, cache)
	c.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'; frame-ancestors 'none'; sandbox")
	c.Set("Cross-Origin-Resource-Policy", "cross-origin")
	return c.Send(body)
}

// logo answers with a token's logo: its maker's, or its seal.
func (s *Identity) logo(variant string, size int) fiber.Handler {
	return func(c *fiber.Ctx) error {
		l, v, err := s.launchOf(c)
		if err != nil {
			return err
		}
		if f, ok := v.Profile.Image.File(variant); ok {
			kind, body, err := s.Presenter.Profiles.Media(c.UserContext(), f.Hash)
			if err != nil {
				return err
			}
			return send(c, kind, maxAge, body)
		}
		body, err := picture.Logo(l.Token, size)
		if err != nil {
			return err
		}
		return send(c, "image/png", maxAge, body)
	}
}

func (s *Identity) launchOf(c *fiber.Ctx) (mint.Launch, profile.Version, error) {
	l, err := s.Presenter.LaunchOf(c)
	if err != nil {
		return l, profile.Version{}, err
	}
	v, err := s.Presenter.Profiles.Profile(c.UserContext(), l.Slug)
	return l, v, err
}

// Metadata is the metadata of a contract, as ERC-7572 defines it.
type Metadata struct {
	Name         string `json:"name"`
	Symbol       string `json:"symbol,omitempty"`
	Description  string `json:"description,omitempty"`
	Image        string `json:"image"`
	BannerImage  string `json:"banner_image,omitempty"`
	ExternalLink string `json:"external_link"`
}

// TokenMetadata is the metadata of a token, as wallets and explorers read it.
type TokenMetadata struct {
	Metadata
	ChainID  uint64            `json:"chainId"`
	Address  api.Address       `json:"address"`
	Decimals int               `json:"decimals"`
	LogoURI  string            `json:"logoURI"`
	Links    map[string]string `json:"links,omitempty"`
	TradesAt string            `json:"tradesAt,omitempty"`
}

// decimals are those of every launched token.
const decimals = 18

func (s *Identity) metadata(c *fiber.Ctx) (TokenMetadata, error) {
	l, v, err := s.launchOf(c)
	if err != nil {
		return TokenMetadata{}, err
	}
	look := s.Presenter.Look(c.UserContext(), l)
	m := TokenMetadata{ChainID: l.ChainID, Address: api.Address{Address: l.Token}, Decimals: decimals, LogoURI: look.Logo,
		Metadata: Metadata{Name: l.Name, Symbol: l.Symbol, Description: v.Profile.Description, Image: look.Image, ExternalLink: s.Presenter.PublicURL + "/l/" + l.Slug}}
	if m.Image == "" {
		m.Image = look.Logo
	}
	if p := look.Profile; p != nil {
		m.BannerImage, m.TradesAt, m.Links = p.Banner, p.TradesAt, map[string]string{}
		for _, link := range p.Links {
			m.Links[link.Name] = link.URL
		}
	}
	return m, nil
}

// contract answers with the document that the contract's contractURI may refer to.
func (s *Identity) contract(c *fiber.Ctx) error {
	m, err := s.metadata(c)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderCacheControl, maxAge)
	return c.JSON(m.Metadata)
}

func (s *Identity) token(c *fiber.Ctx) error {
	m, err := s.metadata(c)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderCacheControl, maxAge)
	return c.JSON(m)
}

// history answers with all versions of a launch's profile, newest first.
func (s *Identity) history(c *fiber.Ctx) error {
	l, err := s.Presenter.LaunchOf(c)
	if err != nil {
		return err
	}
	versions, err := s.Presenter.Profiles.History(c.UserContext(), l.Slug)
	if err != nil {
		return err
	}
	return c.JSON(map[string]any{"launch": l.Slug, "versions": api.OrEmpty(versions)})
}

// List is a token list (tokenlists.org).
type List struct {
	Name      string      `json:"name"`
	Timestamp time.Time   `json:"timestamp"`
	Version   ListVersion `json:"version"`
	Keywords  []string    `json:"keywords"`
	LogoURI   string      `json:"logoURI"`
	Tokens    []ListToken `json:"tokens"`
}

// ListVersion changes with the list.
type ListVersion struct {
	Major int `json:"major"` // rises when a token is removed
	Minor int `json:"minor"` // rises when a token is added, for the first time or again
	Patch int `json:"patch"` // rises when a token is changed
}

// ListToken is a token of a list.
type ListToken struct {
	ChainID  uint64      `json:"chainId"`
	Address  api.Address `json:"address"`
	Name     string      `json:"name"`
	Symbol   string      `json:"symbol"`
	Decimals int         `json:"decimals"`
	LogoURI  string      `json:"logoURI"`
}

// The characters that the schema of token lists has allowed since its first version, and the
// lengths. Newer versions allow more, but readers use any.
var (
	notInName   = regexp.MustCompile(`[^ \w.'+\-%/À-ÖØ-öø-ÿ:]+`)
	notInSymbol = regexp.MustCompile(`[^a-zA-Z0-9+\-%/$.]+`)
	notInTitle  = regexp.MustCompile(`[^\w ]+`)
)

const maxName, maxTitle, maxTokens = 40, 20, 10_000

func cut(s string, limit int) string {
	if r := []rune(s); len(r) > limit {
		s = string(r[:limit])
	}
	return strings.TrimSpace(s)
}

// versionOf returns the version of the list of the launches that are shown. It never falls: a
// launch that is hidden stays a removal, and one that is shown again is another addition.
func versionOf(all []mint.Launch) ListVersion {
	v := ListVersion{Major: 1, Minor: len(all)}
	for _, l := range all {
		v.Major += l.Removals
		if v.Minor += l.Removals; l.Hidden || l.Delisted {
			v.Minor--
		}
	}
	return v
}

// tokenList answers with the tokens on offer. The schema wants at least one: without any, the
// answer is 404.
func (s *Identity) tokenList(c *fiber.Ctx) error {
	all, err := s.Presenter.Reader.Launches(c.UserContext())
	if err != nil {
		return err
	}
	edits, err := s.Presenter.Profiles.Profiles(c.UserContext())
	if err != nil {
		return err
	}
	listed := mint.Shown(all)
	if len(listed) == 0 {
		return mint.ErrNotFound
	}
	title := cut(notInTitle.ReplaceAllString(s.Name, ""), maxTitle)
	if title == "" {
		title = "mint402"
	}
	list := List{Name: title, Timestamp: s.Began.UTC().Truncate(time.Second), Keywords: []string{"x402", "mint402"}, LogoURI: s.Presenter.PublicURL + "/icon.png",
		Version: versionOf(all)}
	for _, l := range listed[:min(len(listed), maxTokens)] {
		v := edits[l.Slug]
		list.Version.Patch += v.Number
		if v.At.After(list.Timestamp) {
			list.Timestamp = v.At.Truncate(time.Second)
		}
		t := ListToken{ChainID: l.ChainID, Address: api.Address{Address: l.Token}, Name: cut(notInName.ReplaceAllString(l.Name, ""), maxName),
			Symbol: notInSymbol.ReplaceAllString(l.Symbol, ""), Decimals: decimals, LogoURI: s.Presenter.PublicURL + "/l/" + l.Slug + "/logo-256.png"}
		if t.Symbol == "" {
			t.Symbol = strings.ToUpper(l.Slug[:min(len(l.Slug), maxTitle)])
		}
		if t.Name == "" {
			t.Name = t.Symbol
		}
		list.Tokens = append(list.Tokens, t)
	}
	c.Set(fiber.HeaderCacheControl, maxAge)
	return c.JSON(list)
}
