// Package languages has the texts of the pages in eleven languages. The English text is the
// key: a catalogue, <code>.json, has its translation. English needs no catalogue.
//
// A text may have placeholders with names, such as "Mint {tokens} for {price}". Arguments
// fill them in the order of the English text; a translation may change the order, but not the
// names. TestEveryTextIsInEveryLanguage compares them all.
package languages

import (
	"embed"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"github.com/mint402/mint402/amount"
)

//go:embed *.json
var files embed.FS

// Language is a language of the pages, by its code: "de". The zero value is English.
type Language string

// English is the language of the sources, of programs and of the dashboard.
const English Language = ""

// names has the languages' own names, and order their order on a page.
var (
	names = map[Language]string{English: "English", "es": "Español", "pt": "Português", "fr": "Français", "de": "Deutsch", "tr": "Türkçe",
		"vi": "Tiếng Việt", "id": "Bahasa Indonesia", "ko": "한국어", "ja": "日本語", "zh": "中文"}
	order = []Language{English, "es", "pt", "fr", "de", "tr", "vi", "id", "ko", "ja", "zh"}

	catalogues = readCatalogues()
)

// All returns the languages, English first.
func All() []Language { return order }

// Find returns the language with a code, such as "en" or "de". It returns false if there is none.
func Find(code string) (Language, bool) {
	if code == "en" {
		return English, true
	}
	_, ok := catalogues[Language(code)]
	return Language(code), ok
}

// Code returns the code for the attribute lang.
func (l Language) Code() string {
	if l == English {
		return "en"
	}
	return string(l)
}

// Name returns the language's own name.
func (l Language) Name() string { return names[l] }

// Catalogue returns the translations by their English text. It is empty for English.
func (l Language) Catalogue() map[string]string { return catalogues[l] }

func readCatalogues() map[Language]map[string]string {
	all := map[Language]map[string]string{}
	for _, l := range order {
		if l == English {
			continue
		}
		body, err := files.ReadFile(string(l) + ".json")
		if err != nil {
			panic(err) // it is embedded
		}
		var c map[string]string
		if err := json.Unmarshal(body, &c); err != nil {
			panic(fmt.Errorf("read web/languages/%s.json: %w", l, err))
		}
		all[l] = c
	}
	return all
}

// placeholder matches {name} and {/name}.
var placeholder = regexp.MustCompile(`\{/?[a-z]+\}`)

// T returns a text in the language, with the placeholders replaced by the arguments.
func (l Language) T(english string, args ...any) string {
	values := named(english, args)
	return placeholder.ReplaceAllStringFunc(l.text(english), func(name string) string {
		if v, ok := values[name]; ok {
			return fmt.Sprint(v)
		}
		return name
	})
}

// Plural returns the text for a count. The first placeholder of both texts is the count; a
// count that is text is already formatted.
func (l Language) Plural(count any, one, other string, args ...any) string {
	text, ok := count.(string)
	if !ok {
		text = l.Number(amount.Grouped(fmt.Sprint(count)))
	}
	if l.one(text) {
		other = one
	}
	return l.T(other, append([]any{text}, args...)...)
}

// one reports whether a count takes the text for one: CLDR's category "one".
func (l Language) one(count string) bool {
	return count == "1" || count == "0" && (l == "fr" || l == "pt")
}

func (l Language) text(english string) string {
	if t, ok := catalogues[l][english]; ok {
		return t
	}
	return english
}

// builtIn are placeholders that take no argument: see [Language.Rich].
var builtIn = map[string]string{"{b}": "<strong>", "{/b}": "</strong>", "{code}": "<code>", "{/code}": "</code>"}

// named returns the arguments by the placeholder that they fill.
func named(english string, args []any) map[string]any {
	values := map[string]any{}
	for _, name := range placeholder.FindAllString(english, -1) {
		if _, known := values[name]; known || builtIn[name] != "" || strings.HasPrefix(name, "{/") || len(args) == 0 {
			continue
		}
		values[name], args = args[0], args[1:]
	}
	return values
}

// Key marks a text that another place translates. It returns the text.
func Key(english string) string { return english }
