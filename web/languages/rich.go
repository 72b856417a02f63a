package languages

import (
	"fmt"
	"html"
	"html/template"
	"strings"
)

// Tag is a pair of HTML tags around a part of a text: "{link}here{/link}".
type Tag struct{ open, close string }

// SafeURL returns a URL for an attribute. One with another scheme than http becomes
// html/template's mark for that.
func SafeURL(url string) string {
	if !strings.HasPrefix(url, "/") && !strings.HasPrefix(url, "#") && !strings.HasPrefix(url, "https://") && !strings.HasPrefix(url, "http://") {
		return "#ZgotmplZ"
	}
	return html.EscapeString(url)
}

// Link returns the tag of a link to a page or to a part of this one. rel may be empty.
func Link(url, rel string) Tag {
	if rel != "" {
		rel = ` rel="` + html.EscapeString(rel) + `"`
	}
	return Tag{`<a href="` + SafeURL(url) + `"` + rel + `>`, "</a>"}
}

// Rich returns a text as HTML. The text itself and arguments that are no HTML are escaped. {b}
// and {code} are built in; other pairs such as {link} … {/link} take a [Tag].
func (l Language) Rich(english string, args ...any) template.HTML {
	values := named(english, args)
	return template.HTML(placeholder.ReplaceAllStringFunc(html.EscapeString(l.text(english)), func(name string) string {
		if tag, ok := builtIn[name]; ok {
			return tag
		}
		switch v := values[strings.Replace(name, "{/", "{", 1)].(type) {
		case nil:
			return name
		case template.HTML:
			return string(v)
		case Tag:
			if strings.HasPrefix(name, "{/") {
				return v.close
			}
			return v.open
		default:
			return html.EscapeString(fmt.Sprint(v))
		}
	}))
}
