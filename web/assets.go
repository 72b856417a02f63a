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

// dist is what Vite makes of src; see vite.config.ts. It is committed, so that
// the program builds without Node.
//
//go:embed dist icon.svg theme.js
var files embed.FS

// Asset is a file that pages refer to. Its name changes with its body, so that
// it may be kept for ever.
type Asset struct {
	Type string
	Body []byte
	gzip func() []byte
}

// Gzip is the body, compressed.
func (a Asset) Gzip() []byte { return a.gzip() }

// Find returns a file by the name under which pages refer to it.
func Find(name string) (Asset, bool) {
	a, ok := assets[name]
	return a, ok
}

// chunk is what Vite's manifest says of a source file.
type chunk struct {
	File    string   `json:"file"`
	CSS     []string `json:"css"`
	Imports []string `json:"imports"` // keys of other chunks, loaded along
}

// entry is what a page needs of its own in its head.
type entry struct {
	Script string
	Along  []string // scripts that this one imports
	Styles []string
	Fonts  []string // to have at the first paint
}

var (
	manifest = read()
	icon     string // the name of icon.svg
	theme    string // of theme.js
	assets   = load()
)

func read() map[string]chunk {
	body, err := files.ReadFile("dist/manifest.json")
	if err != nil {
		panic(err) // embedded above
	}
	var m map[string]chunk
	if err := json.Unmarshal(body, &m); err != nil {
		panic(fmt.Errorf("read dist/manifest.json: %w", err))
	}
	return m
}

func load() map[string]Asset {
	all := map[string]Asset{}
	list, err := files.ReadDir("dist")
	if err != nil {
		panic(err)
	}
	for _, f := range list {
		if f.Name() != "manifest.json" {
			all[f.Name()] = asset("dist/" + f.Name())
		}
	}
	add := func(base, kind string) string {
		a := asset(base + kind)
		sum := sha256.Sum256(a.Body)
		name := base + "-" + hex.EncodeToString(sum[:4]) + kind
		all[name] = a
		return name
	}
	icon, theme = add("icon", ".svg"), add("theme", ".js")
	return all
}

func asset(file string) Asset {
	body, err := files.ReadFile(file)
	if err != nil {
		panic(err)
	}
	kind := mime.TypeByExtension(path.Ext(file))
	switch path.Ext(file) { // whatever the machine's tables say
	case ".js":
		kind = "text/javascript; charset=utf-8"
	case ".css":
		kind = "text/css; charset=utf-8"
	case ".svg":
		kind = "image/svg+xml"
	case ".woff2":
		kind = "font/woff2"
	}
	return Asset{kind, body, sync.OnceValue(func() []byte {
		var b bytes.Buffer
		w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
		_, _ = w.Write(body) // to memory
		_ = w.Close()
		return b.Bytes()
	})}
}

// fonts are those of base.css.
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

// entryOf walks from a page's script to everything that has to be there before
// it runs.
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
