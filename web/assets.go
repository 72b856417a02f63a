package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"mime"
	"path"
	"slices"
	"sync"
)

// files holds dist, which Vite builds from src; see vite.config.ts. It is committed, so
// that the program builds without Node.
//
//go:embed dist icon.svg theme.js
var files embed.FS

// Asset is a file that pages refer to. Its name changes with its content, so clients
// may cache it forever.
type Asset struct {
	Type string // content type
	Body []byte
	gzip func() []byte
}

// Gzip returns the body compressed with gzip. The first call compresses it, later calls
// return the same bytes.
func (a Asset) Gzip() []byte { return a.gzip() }

// Find returns the asset with a name, such as "launch-B2x9.js". It returns false if the
// name is unknown.
func Find(name string) (Asset, bool) {
	a, ok := assets[name]
	return a, ok
}

// chunk is the part of Vite's manifest about one source file: the names of the files in
// dist that Vite built from it.
type chunk struct {
	File    string   `json:"file"`
	CSS     []string `json:"css"`
	Imports []string `json:"imports"` // keys of other chunks that are loaded with it
}

// entry lists the files that a page's <head> loads.
type entry struct {
	Script string
	Along  []string // scripts that Script imports, directly or not
	Styles []string
	Fonts  []string // preloaded for the first paint
}

var (
	manifest = readManifest()
	icon     string // the asset name of icon.svg, set by loadAssets
	theme    string // the asset name of theme.js, set by loadAssets
	assets   = loadAssets()
)

// readManifest returns Vite's chunks by the path of their source file.
func readManifest() map[string]chunk {
	body, err := files.ReadFile("dist/manifest.json")
	if err != nil {
		panic(err) // it is embedded
	}
	var m map[string]chunk
	if err := json.Unmarshal(body, &m); err != nil {
		panic(fmt.Errorf("read dist/manifest.json: %w", err))
	}
	return m
}

// loadAssets returns the assets by name. Vite has put hashes into the names of the files
// in dist; icon.svg and theme.js get one here.
func loadAssets() map[string]Asset {
	all := map[string]Asset{}
	list, err := files.ReadDir("dist")
	if err != nil {
		panic(err) // it is embedded
	}
	for _, f := range list {
		if path.Ext(f.Name()) != ".json" {
			all[f.Name()] = asset("dist/" + f.Name())
		}
	}
	add := func(base, kind string) string {
		a := asset(base + kind)
		name := hashed(base, kind, a.Body)
		all[name] = a
		return name
	}
	icon, theme = add("icon", ".svg"), add("theme", ".js")
	catalogues = addCatalogues(all)
	return all
}

// hashed returns the name of a file that changes with its content.
func hashed(base, kind string, body []byte) string {
	sum := sha256.Sum256(body)
	return base + "-" + hex.EncodeToString(sum[:4]) + kind
}

// asset reads an embedded file.
func asset(file string) Asset {
	body, err := files.ReadFile(file)
	if err != nil {
		panic(err) // it is embedded
	}
	kind := mime.TypeByExtension(path.Ext(file))
	switch path.Ext(file) { // these must not depend on the machine's MIME tables
	case ".js":
		kind = "text/javascript; charset=utf-8"
	case ".css":
		kind = "text/css; charset=utf-8"
	case ".svg":
		kind = "image/svg+xml"
	case ".woff2":
		kind = "font/woff2"
	}
	return newAsset(kind, body)
}

func newAsset(kind string, body []byte) Asset {
	return Asset{kind, body, sync.OnceValue(func() []byte {
		var b bytes.Buffer
		w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
		_, _ = w.Write(body) // writes to memory
		_ = w.Close()
		return b.Bytes()
	})}
}

// fonts returns the names of the font files. base.css uses them all.
func fonts() []string {
	var all []string
	for key, c := range manifest {
		if path.Ext(key) == ".woff2" {
			all = append(all, c.File)
		}
	}
	slices.Sort(all)
	return all
}

// entryOf returns the files that a page loads: the script that was built from source,
// base.css and the fonts, and the styles and scripts that the script imports.
func entryOf(source string) entry {
	e := entry{Styles: []string{manifest["src/base.css"].File}, Fonts: fonts()}
	seen := map[string]bool{}
	var walk func(key string)
	walk = func(key string) {
		c := manifest[key]
		if seen[key] || c.File == "" {
			return
		}
		seen[key] = true
		for _, style := range c.CSS {
			if !slices.Contains(e.Styles, style) {
				e.Styles = append(e.Styles, style)
			}
		}
		for _, other := range c.Imports {
			if file := manifest[other].File; !slices.Contains(e.Along, file) {
				e.Along = append(e.Along, file)
			}
			walk(other)
		}
	}
	e.Script = manifest[source].File
	walk(source)
	return e
}
