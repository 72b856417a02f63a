package main

import (
	"debug/buildinfo"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"
)

// locks are the npm lock files of packages that the program contains: the libraries of
// the pages, and the Solidity libraries of the contracts.
var locks = []string{"web/package-lock.json", "contracts/package-lock.json"}

// bom is a bill of materials in the format CycloneDX 1.5. It lists the Go modules and
// npm packages that are in a program.
type bom struct {
	Format     string      `json:"bomFormat"`
	Spec       string      `json:"specVersion"`
	Version    int         `json:"version"`
	Metadata   metadata    `json:"metadata"`
	Components []component `json:"components"`
}

// metadata describes the program itself, and the compilers that built it.
type metadata struct {
	Timestamp  string     `json:"timestamp"`
	Component  component  `json:"component"`
	Properties []property `json:"properties"`
}

// component is the program, or a module or package that is in it.
type component struct {
	Type     string    `json:"type"`
	Ref      string    `json:"bom-ref"`
	Name     string    `json:"name"`
	Version  string    `json:"version"`
	PURL     string    `json:"purl"` // package URL, pkg:npm/NAME@VERSION; also used as Ref
	Hashes   []hash    `json:"hashes,omitempty"`
	Licenses []license `json:"licenses,omitempty"`
}

type property struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type hash struct {
	Algorithm string `json:"alg"`
	Content   string `json:"content"` // hex
}

type license struct {
	Expression string `json:"expression"` // SPDX, such as "MIT"
}

// moduleOf returns the component of a Go module. kind is "application" or "library".
func moduleOf(kind, path, version string) component {
	purl := "pkg:golang/" + path + "@" + version
	return component{Type: kind, Ref: purl, Name: path, Version: version, PURL: purl}
}

// writeBOM writes the bill of materials of a program: the modules that the linker
// recorded in it (`go version -m` prints them), the Go release and the C compiler that
// built it, and the npm packages of the lock files. made is the time of the commit.
func writeBOM(path, program, version, compiler string, locks []string, made time.Time) error {
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		return err
	}
	b := bom{Format: "CycloneDX", Spec: "1.5", Version: 1, Metadata: metadata{
		Timestamp: made.Format(time.RFC3339), Component: moduleOf("application", info.Main.Path, version),
		Properties: []property{{"go", info.GoVersion}, {"cc", compiler}},
	}}
	b.Components = append(b.Components, moduleOf("library", "std", info.GoVersion))
	for _, m := range info.Deps {
		if m.Replace != nil {
			m = m.Replace
		}
		b.Components = append(b.Components, moduleOf("library", m.Path, m.Version))
	}
	packages := map[string]component{}
	for _, lock := range locks {
		if err := readLock(lock, packages); err != nil {
			return fmt.Errorf("%s: %w", lock, err)
		}
	}
	for _, ref := range slices.Sorted(maps.Keys(packages)) {
		b.Components = append(b.Components, packages[ref])
	}
	text, err := json.MarshalIndent(b, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(text, '\n'), 0o644)
}

// readLock adds the packages of an npm lock file to all, by their bom-ref. It skips
// packages that only build or test, and optional ones.
func readLock(path string, all map[string]component) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var lock struct {
		Packages map[string]struct {
			Version, License, Integrity string
			Dev, Optional, DevOptional  bool
		}
	}
	if err := json.Unmarshal(text, &lock); err != nil {
		return err
	}
	for folder, p := range lock.Packages {
		if folder == "" || p.Dev || p.Optional || p.DevOptional {
			continue
		}
		name := folder[strings.LastIndex(folder, "node_modules/")+len("node_modules/"):]
		purl := "pkg:npm/" + strings.Replace(name, "@", "%40", 1) + "@" + p.Version
		c := component{Type: "library", Ref: purl, Name: name, Version: p.Version, PURL: purl}
		if p.License != "" {
			c.Licenses = []license{{p.License}}
		}
		if digest, ok := strings.CutPrefix(p.Integrity, "sha512-"); ok {
			sum, err := base64.StdEncoding.DecodeString(digest)
			if err != nil {
				return fmt.Errorf("integrity of %s: %w", name, err)
			}
			c.Hashes = []hash{{"SHA-512", hex.EncodeToString(sum)}}
		}
		all[purl] = c
	}
	return nil
}
