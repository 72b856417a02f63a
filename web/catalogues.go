package web

import (
	"encoding/json"
	"fmt"

	"github.com/mint402/mint402/web/languages"
)

// catalogues has the assets with the texts that a page's script needs, by the page's name and
// language: none, or one. loadAssets sets it.
var catalogues map[string]map[languages.Language][]string

// addCatalogues adds an asset for each page and language: a script that defines mint402Texts. It
// has the texts that Vite found in the page's scripts; dist/texts.json lists them.
func addCatalogues(assets map[string]Asset) map[string]map[languages.Language][]string {
	body, err := files.ReadFile("dist/texts.json")
	if err != nil {
		panic(err) // it is embedded
	}
	var needed map[string][]string
	if err := json.Unmarshal(body, &needed); err != nil {
		panic(fmt.Errorf("read dist/texts.json: %w", err))
	}
	all := map[string]map[languages.Language][]string{}
	for page, texts := range needed {
		all[page] = map[languages.Language][]string{}
		for _, l := range languages.All() {
			if l == languages.English {
				continue
			}
			catalogue := map[string]string{}
			for _, text := range texts {
				if translated, ok := l.Catalogue()[text]; ok {
					catalogue[text] = translated
				}
			}
			body, _ := json.Marshal(catalogue) // strings always encode
			a := newAsset("text/javascript; charset=utf-8", append([]byte("var mint402Texts="), body...))
			name := hashed(page+"-"+l.Code(), ".js", a.Body)
			assets[name], all[page][l] = a, []string{name}
		}
	}
	return all
}
