package web

import (
	"fmt"
	"html/template"
	"sync"
	"time"

	"github.com/mint402/mint402/web/languages"
)

// pages has the parsed templates of each kind of page in each language, made at the first use.
var pages = func() map[string]map[languages.Language]func() *template.Template {
	all := map[string]map[languages.Language]func() *template.Template{}
	for _, name := range []string{"launch", "home", "receipt", "crowd", "problem", "admin", "sharepage", "embed"} {
		all[name] = map[languages.Language]func() *template.Template{}
		parsed := sync.OnceValue(func() *template.Template {
			return template.Must(template.New("frame.html").Funcs(functions(name, languages.English)).
				ParseFS(templates, "pages/frame.html", "pages/profile.html", "pages/"+name+".html"))
		})
		for _, l := range languages.All() {
			all[name][l] = sync.OnceValue(func() *template.Template {
				return template.Must(parsed().Clone()).Funcs(functions(name, l))
			})
		}
	}
	_ = all["launch"][languages.English]() // a template that cannot be parsed stops the start
	return all
}()

func templateOf(kind string, l languages.Language) *template.Template { return pages[kind][l]() }

// functions are what the templates call. t, rich and plural take the English text as it is in
// the catalogues; see [languages.Language].
func functions(name string, l languages.Language) template.FuncMap {
	needs := entryOf("src/" + name + ".ts")
	if l != languages.English && l != "id" {
		needs.Fonts = nil // base.css uses them for these two only
	}
	return template.FuncMap{
		"asset": func(name string) string { return "/assets/" + name },
		"icon":  func() string { return "/assets/" + icon },
		"theme": func() string { return "/assets/" + theme },
		"entry": func() entry { return needs },
		"texts": func() []string { return catalogues[name][l] },
		"lang":  l.Code,

		"t": l.T, "rich": l.Rich, "plural": l.Plural, "percent": l.Percent, "clock": l.Clock,
		"iso":     iso,
		"steps":   func() []string { return []string{l.T("Taken"), l.T("Sent"), l.T("Minted"), l.T("Final")} },
		"next":    func(i int) int { return i + 1 },
		"pills":   func() map[string]pill { return pillsIn(l) },
		"known":   func(status string) bool { return pills[status] != pill{} },
		"time":    func(t time.Time, attribute ...string) template.HTML { return moment(t, l.Date(t), attribute...) },
		"account": account, "unshortened": unshortened,
		"address": func(text string) template.HTML { return element("span", `class="address"`, text) },
		"whole":   func(text string) template.HTML { return element("code", `class="whole"`, text) },
		"live": func(name string, figure any) template.HTML {
			return element("span", `data-live="`+name+`"`, fmt.Sprint(figure))
		},
		"to":  func(url string) languages.Tag { return languages.Link(url, "") },
		"out": func(url string) languages.Tag { return languages.Link(url, "noopener noreferrer") },
		"ugc": func(url string) languages.Tag { return languages.Link(url, "noopener noreferrer nofollow ugc") },
	}
}

func iso(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func pillsIn(l languages.Language) map[string]pill {
	all := map[string]pill{}
	for status, p := range pills {
		all[status] = pill{l.T(p.Text), p.Class}
	}
	return all
}

// element returns an element with a text. attributes are HTML of ours.
func element(tag, attributes, text string) template.HTML {
	return template.HTML("<" + tag + " " + attributes + ">" + template.HTMLEscapeString(text) + "</" + tag + ">")
}

// moment returns a time as an element. attributes are HTML of ours.
func moment(t time.Time, text string, attributes ...string) template.HTML {
	at := `datetime="` + iso(t) + `"`
	for _, a := range attributes {
		at += " " + a
	}
	return element("time", at, text)
}

// account returns a shortened address, linked to the explorer if there is one.
func account(l Link) template.HTML {
	title := `class="address" title="` + template.HTMLEscapeString(l.Text) + `"`
	if l.URL == "" {
		return element("span", title, l.Short())
	}
	return element("a", `href="`+languages.SafeURL(l.URL)+`" rel="noopener noreferrer" `+title, l.Short())
}

// unshortened returns a whole address, linked to the explorer if there is one.
func unshortened(l Link) template.HTML {
	if l.URL == "" {
		return element("span", `class="address"`, l.Text)
	}
	return element("a", `class="address" href="`+languages.SafeURL(l.URL)+`" rel="noopener noreferrer"`, l.Text)
}

// LastMint returns the time of the newest mint as an element, for the page's script.
func (l Launch) LastMint() template.HTML {
	if len(l.Mints) == 0 {
		return `<time data-live="last"></time>`
	}
	return moment(l.Mints[0].At, l.Mints[0].Ago, `data-live="last"`)
}
