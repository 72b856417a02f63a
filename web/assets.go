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
	Type string
	Body []byte
	gzip func() []byte
}

// Gzip returns the body, compressed.
func (a Asset) Gzip() []byte { return a.gzip() }

// Find returns an asset by the name that pages use for it.
func Find(name string) (Asset, bool) {
	a, ok := assets[name]
	return a, ok
}

// chunk is the entry of a source file in Vite's manifest.
type chunk struct {
	File    string   `json:"file"`
	CSS     []string `json:"css"`
	Imports []string `json:"imports"` // keys of other chunks that are loaded with it
}

// entry lists the files that a page needs in its head.
type entry struct {
	Script string
	Along  []string // scripts that this one imports
	Styles []string
	Fonts  []string // preloaded for the first paint
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
		panic(err) // it is embedded
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
	switch path.Ext(file) { // does not depend on the machine's MIME tables
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
		_, _ = w.Write(body) // writes to memory
		_ = w.Close()
		return b.Bytes()
	})}
}

// fonts returns the font files, which base.css uses.
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

// entryOf collects everything that must be loaded before a page's script runs, from the
// script's imports.
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
