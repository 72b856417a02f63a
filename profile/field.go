package profile

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/mint402/mint402/media"
)

// Limits of texts.
const (
	// MaxDescription is how many characters a description may have.
	MaxDescription = 1000
	// MaxAbout is how many characters the long description may have.
	MaxAbout = 10_000
	maxLink  = 500 // bytes
)

// field is one field of a profile: a text, or a picture.
type field struct {
	name    string
	text    func(*Profile) *string
	clean   func(string) (string, error) // returns the value as it is stored
	picture func(*Profile) *Picture      // nil: a text
	shape   media.Shape
}

// fields are all fields, in the order of lists.
var fields = []field{
	{name: "description", text: func(p *Profile) *string { return &p.Description }, clean: plain},
	{name: "about", text: func(p *Profile) *string { return &p.About }, clean: long},
	{name: "image", picture: func(p *Profile) *Picture { return &p.Image }, shape: media.Logo},
	{name: "banner", picture: func(p *Profile) *Picture { return &p.Banner }, shape: media.Banner},
	{name: "accent", text: func(p *Profile) *string { return &p.Accent }, clean: colour},
	{name: "website", text: func(p *Profile) *string { return &p.Website }, clean: link},
	{name: "x", text: func(p *Profile) *string { return &p.X }, clean: site{"X", "x.com", []string{"twitter.com"}, `^/\w{1,15}$`, "https://x.com/name, or @name"}.clean},
	{name: "telegram", text: func(p *Profile) *string { return &p.Telegram }, clean: site{"Telegram", "t.me", []string{"telegram.me"}, `^/(\+[\w-]{8,40}|joinchat/[\w-]{8,40}|\w{4,32})$`, "https://t.me/name"}.clean},
	{name: "discord", text: func(p *Profile) *string { return &p.Discord }, clean: site{"Discord", "discord.gg", []string{"discord.com"}, `^/(invite/)?[\w-]{2,32}$`, "https://discord.gg/invitation"}.clean},
	{name: "farcaster", text: func(p *Profile) *string { return &p.Farcaster }, clean: site{"Farcaster", "farcaster.xyz", []string{"warpcast.com"}, `^/(~/channel/)?[\w.-]{1,40}$`, "https://farcaster.xyz/name, or @name"}.clean},
	{name: "tradesAt", text: func(p *Profile) *string { return &p.TradesAt }, clean: link},
}

// Fields returns the names of all fields.
func Fields() (names []string) {
	for _, f := range fields {
		names = append(names, f.name)
	}
	return names
}

// Text returns the text of a field; of a picture, the URL that it came from. It is empty if
// there is no such field.
func (p *Profile) Text(name string) string {
	i := slices.IndexFunc(fields, func(f field) bool { return f.name == name })
	switch {
	case i < 0:
		return ""
	case fields[i].picture != nil:
		return fields[i].picture(p).Source
	}
	return *fields[i].text(p)
}

func (f field) same(a, b *Profile) bool {
	if f.picture != nil {
		return f.picture(a).equal(*f.picture(b))
	}
	return *f.text(a) == *f.text(b)
}

// plain checks a text that is shown as it is.
func plain(s string) (string, error) { return printable(s, MaxDescription) }

// long checks the long description. Its Markdown is rendered when it is shown.
func long(s string) (string, error) { return printable(strings.ReplaceAll(s, "\r\n", "\n"), MaxAbout) }

func printable(s string, limit int) (string, error) {
	s = strings.TrimSpace(s)
	switch {
	case !utf8.ValidString(s):
		return "", errors.New("is not text in UTF-8")
	case utf8.RuneCountInString(s) > limit:
		return "", fmt.Errorf("has %d characters, more than %d", utf8.RuneCountInString(s), limit)
	case strings.ContainsFunc(s, Hides):
		return "", errors.New("has characters that are not shown, or that turn text around")
	}
	return s, nil
}

// Hides reports whether a character changes how other text is shown: control characters, and
// the marks that turn the direction of text. Joiners are part of emoji and of some scripts.
func Hides(r rune) bool {
	switch {
	case r == '\n', r == '\t', r == '\u200c', r == '\u200d', r == '\ufe0f', r == '\ufe0e':
		return false
	}
	return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) && !(r >= 0xe0020 && r <= 0xe007f)
}

// host is a name of the public internet, in ASCII: in other scripts, a name can look like
// another one.
var host = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]([a-z0-9-]*[a-z0-9])$`)

// link checks a URL of another site.
func link(s string) (string, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return "", nil
	}
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Scheme != "https" || u.Opaque != "":
		return "", errors.New("is not a URL that begins with https://")
	case len(s) > maxLink:
		return "", fmt.Errorf("has more than %d characters", maxLink)
	case u.User != nil:
		return "", errors.New("has a user name, which can hide where it leads")
	case u.Port() != "" && u.Port() != "443":
		return "", errors.New("has a port")
	}
	u.Host = strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if _, err := netip.ParseAddr(u.Host); err == nil || !host.MatchString(u.Host) {
		return "", errors.New("does not lead to a host with a name such as example.org")
	}
	return u.String(), nil
}

// site is a site that profiles link to by an account's name.
type site struct {
	name, host string
	others     []string // hosts that lead to the same pages
	path       string   // pattern
	example    string
}

// clean checks the link to an account, and returns it with the site's own host. "@name" and
// "name" are accounts, too.
func (t site) clean(s string) (string, error) {
	if s = strings.TrimSpace(s); s == "" {
		return "", nil
	}
	wrong := fmt.Errorf("is not a page of %s: expected %s", t.name, t.example)
	if !strings.ContainsAny(s, "/:") && !strings.Contains(strings.TrimPrefix(s, "@"), ".com") {
		s = "https://" + t.host + "/" + strings.TrimPrefix(s, "@")
	} else if !strings.Contains(s, "://") {
		s = "https://" + s
	}
	s, err := link(s)
	if err != nil {
		return "", wrong
	}
	u, err := url.Parse(s)
	if err != nil {
		return "", wrong
	}
	name := strings.TrimPrefix(u.Host, "www.")
	path := strings.TrimRight(u.Path, "/")
	if name != t.host && !slices.Contains(t.others, name) || !regexp.MustCompile(t.path).MatchString(path) {
		return "", wrong
	}
	if name == "discord.com" { // its invitations have another path than those of discord.gg
		if !strings.HasPrefix(path, "/invite/") {
			return "", wrong
		}
		path = strings.TrimPrefix(path, "/invite")
	}
	return "https://" + t.host + path, nil
}
