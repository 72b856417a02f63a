package farcaster

import (
	"fmt"
	"maps"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"
)

var (
	categories = []string{"games", "social", "finance", "utility", "productivity", "health-fitness", "news-media", "music", "shopping", "education", "developer-tools", "entertainment", "art-creativity"}
	colour     = regexp.MustCompile(`^#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$`)
	domainName = regexp.MustCompile(`^([a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?\.)+[a-zA-Z]{2,}$`)
	chainID    = regexp.MustCompile(`^[-a-z0-9]{3,8}:[-_a-zA-Z0-9]{1,32}$`)
	capability = regexp.MustCompile(`^[a-zA-Z]+(\.[a-zA-Z]+)*$`)
	tag        = regexp.MustCompile(`^[a-z0-9-]{1,20}$`)
)

// checks has a function for each field. It returns the rule that a value breaks, or "".
var checks = map[string]func(any) string{
	"version":        text(func(s string) string { return unless(s == "1", `"1"`) }),
	"name":           text(func(s string) string { return unless(s != "" && units(s) <= MaxName, "1 to 32 characters") }),
	"buttonTitle":    text(func(s string) string { return unless(units(s) <= MaxName, "at most 32 characters") }),
	"homeUrl":        text(checkURL),
	"iconUrl":        text(checkURL),
	"imageUrl":       text(checkURL),
	"splashImageUrl": text(checkURL),
	"webhookUrl":     text(checkURL),
	"heroImageUrl":   text(checkURL),
	"ogImageUrl":     text(checkURL),
	"castShareUrl":   text(checkURL),
	"subtitle":       text(simple(30)),
	"tagline":        text(simple(30)),
	"ogTitle":        text(simple(30)),
	"description":    text(simple(170)),
	"ogDescription":  text(simple(100)),
	"primaryCategory": text(func(s string) string {
		return unless(slices.Contains(categories, s), "one of "+strings.Join(categories, ", "))
	}),
	"splashBackgroundColor": text(func(s string) string {
		return unless(colour.MatchString(s), "a colour such as #f5f4ee")
	}),
	"canonicalDomain": text(func(s string) string {
		return unless(domainName.MatchString(s), "a domain such as mint.example, without a scheme or a path")
	}),
	"noindex": func(v any) string {
		_, ok := v.(bool)
		return unless(ok, "true or false")
	},
	"screenshotUrls": list(3, checkURL),
	"tags": list(5, func(s string) string {
		return unless(tag.MatchString(s), "words of up to 20 lower-case letters and digits")
	}),
	"requiredChains":       list(100, func(s string) string { return unless(chainID.MatchString(s), "chains such as eip155:8453") }),
	"requiredCapabilities": list(100, func(s string) string { return unless(capability.MatchString(s), "names such as actions.signIn") }),
}

// checkApp checks the description of an app on a domain.
func checkApp(app map[string]any, domain string) error {
	for _, name := range slices.Sorted(maps.Keys(app)) {
		check, known := checks[name]
		if !known {
			return &FieldError{"miniapp." + name, "no such field: " + strings.Join(slices.Sorted(maps.Keys(checks)), ", ")}
		}
		if expected := check(app[name]); expected != "" {
			return &FieldError{"miniapp." + name, expected}
		}
	}
	for _, name := range []string{"homeUrl", "castShareUrl"} {
		if raw, ok := app[name].(string); ok {
			if u, err := url.Parse(raw); err != nil || u.Hostname() != domain {
				return &FieldError{"miniapp." + name, "a URL of " + domain}
			}
		}
	}
	return nil
}

func unless(ok bool, expected string) string {
	if ok {
		return ""
	}
	return expected
}

func text(check func(string) string) func(any) string {
	return func(v any) string {
		s, ok := v.(string)
		if !ok {
			return "text"
		}
		return check(s)
	}
}

func list(most int, check func(string) string) func(any) string {
	return func(v any) string {
		all, ok := v.([]any)
		if !ok || len(all) > most {
			return fmt.Sprintf("a list of at most %d", most)
		}
		for _, one := range all {
			if expected := text(check)(one); expected != "" {
				return expected
			}
		}
		return ""
	}
}

// units counts UTF-16 units, as clients do: they check lengths in JavaScript.
func units(s string) int { return len(utf16.Encode([]rune(s))) }

// checkURL returns the rule for URLs if a text breaks it, or "".
func checkURL(s string) string {
	u, err := url.Parse(s)
	if err == nil && u.Scheme == "https" && units(s) <= 1024 && !strings.Contains(s, " ") && domainName.MatchString(u.Hostname()) {
		if _, err := netip.ParseAddr(u.Hostname()); err != nil {
			return ""
		}
	}
	return "a URL of up to 1024 characters that begins with https:// and a domain"
}

// simple checks texts that clients show in lists: emojis, signs and repeated punctuation are not
// allowed.
func simple(most int) func(string) string {
	return func(s string) string {
		plain := !strings.ContainsAny(s, `@#$%^&*+=/\|~«»`) && !strings.Contains(s, "!!") && !strings.Contains(s, "??") && !strings.Contains(s, "--") &&
			!strings.ContainsFunc(s, func(r rune) bool {
				return unicode.IsControl(r) || r >= 0x2600 && r <= 0x2bff || r >= 0x1f300 && r <= 0x1f9ff
			})
		return unless(plain && units(s) <= most, fmt.Sprintf("at most %d characters, without emojis, signs such as @ or %%, and repeated punctuation", most))
	}
}
