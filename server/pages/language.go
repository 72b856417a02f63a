package pages

import (
	"bytes"
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/web"
	"github.com/mint402/mint402/web/languages"
)

// LanguageParam is the parameter, and languageCookie the cookie, that choose the language of
// the pages. They have no other use: a program's request with the parameter means the same.
const LanguageParam, languageCookie = "lang", "lang"

// languageAge is how many seconds a browser keeps the choice: a year.
const languageAge = 365 * 24 * 60 * 60

// languageOf returns the language of a page: the reader's choice, or the one that the browser
// prefers. Requests without either, such as those of crawlers, get English.
func languageOf(c *fiber.Ctx) languages.Language {
	if l, ok := languages.Find(c.Cookies(languageCookie)); ok {
		return l
	}
	return languages.Accepted(c.Get(fiber.HeaderAcceptLanguage))
}

// Choose keeps a language that a browser chose with ?lang=de in a cookie. It returns where the
// page is: the same path with the other parameters. It returns false if the request chooses no
// language that we have, and for a widget, which keeps no choice. secure keeps the cookie to https.
func Choose(c *fiber.Ctx, secure bool) (to string, ok bool) {
	query := c.Request().URI().QueryString()
	if !bytes.Contains(query, []byte(LanguageParam+"=")) || (c.Method() != fiber.MethodGet && c.Method() != fiber.MethodHead) || strings.HasPrefix(c.Path(), "/embed/") || !api.FromBrowser(c) {
		return "", false
	}
	l, ok := languages.Find(c.Query(LanguageParam))
	if !ok {
		return "", false
	}
	c.Cookie(&fiber.Cookie{Name: languageCookie, Value: l.Code(), Path: "/", MaxAge: languageAge, SameSite: fiber.CookieSameSiteLaxMode, HTTPOnly: true, Secure: secure})
	to = samePath(c)
	if rest := without(string(query), LanguageParam); rest != "" {
		to += "?" + rest
	}
	return to, true
}

// samePath returns the path of a request for a redirect. One that starts with two slashes would
// lead to another host.
func samePath(c *fiber.Ctx) string {
	return "/" + strings.TrimLeft((&url.URL{Path: c.Path()}).EscapedPath(), `/\`)
}

// without returns a query without a parameter. The others stay as they were sent.
func without(query, name string) string {
	var rest []string
	for part := range strings.SplitSeq(query, "&") {
		if key, _, _ := strings.Cut(part, "="); part != "" && key != name {
			rest = append(rest, part)
		}
	}
	return strings.Join(rest, "&")
}

// menu returns the links to the same page in each language.
func menu(c *fiber.Ctx, now languages.Language) (all []web.LanguageLink) {
	rest := without(string(c.Request().URI().QueryString()), LanguageParam)
	if rest != "" {
		rest += "&"
	}
	for _, l := range languages.All() {
		all = append(all, web.LanguageLink{Code: l.Code(), Name: l.Name(), URL: "?" + rest + LanguageParam + "=" + l.Code(), Chosen: l == now})
	}
	return all
}
