package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestTheSameFilesGiveTheSameArchive(t *testing.T) {
	made := time.Unix(1_700_000_000, 0).UTC()
	archive := func(umask os.FileMode) []byte {
		dir := t.TempDir()
		program, readme := filepath.Join(dir, "mint402"), filepath.Join(dir, "README.md")
		must(t, os.WriteFile(program, []byte("a program"), umask))
		must(t, os.WriteFile(readme, []byte("read me"), umask))
		must(t, os.Chtimes(readme, time.Now(), time.Now().Add(-time.Hour)))
		path := filepath.Join(dir, "a.tar.gz")
		must(t, writeArchive(path, "mint402-v1", []string{program, readme}, made))
		text, err := os.ReadFile(path)
		must(t, err)
		return text
	}
	one, other := archive(0o600), archive(0o644)
	if !bytes.Equal(one, other) {
		t.Error("two archives of the same files differ")
	}
	z, err := gzip.NewReader(bytes.NewReader(one))
	must(t, err)
	r := tar.NewReader(z)
	for _, want := range []struct {
		name, text string
		mode       int64
	}{{"mint402-v1/mint402", "a program", 0o755}, {"mint402-v1/README.md", "read me", 0o644}} {
		h, err := r.Next()
		must(t, err)
		text, err := io.ReadAll(r)
		must(t, err)
		if h.Name != want.name || string(text) != want.text || h.Mode != want.mode || !h.ModTime.Equal(made) {
			t.Errorf("%+v with %q, want %+v", h, text, want)
		}
	}
	if _, err := r.Next(); err != io.EOF {
		t.Errorf("the archive goes on: %v", err)
	}
}

func TestSumsAreWhatSha256sumReads(t *testing.T) {
	dir := t.TempDir()
	file, sums := filepath.Join(dir, "a"), filepath.Join(dir, "SHA256SUMS")
	must(t, os.WriteFile(file, []byte("abc"), 0o600))
	must(t, writeSums(sums, []string{file}))
	text, err := os.ReadFile(sums)
	must(t, err)
	if want := "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  a\n"; string(text) != want {
		t.Errorf("%q, want %q", text, want)
	}
}

func TestTheBillOfMaterialsNamesTheProgramItsCompilersAndItsParts(t *testing.T) {
	dir := t.TempDir()
	path, lock := filepath.Join(dir, "bom.json"), filepath.Join(dir, "package-lock.json")
	must(t, os.WriteFile(lock, []byte(`{"packages": {
		"": {"version": "1.0.0"},
		"node_modules/b": {"version": "2.0.0", "license": "MIT", "integrity": "sha512-AP8="},
		"node_modules/b/node_modules/@a/a": {"version": "1.0.0"},
		"node_modules/tool": {"version": "1.0.0", "dev": true},
		"node_modules/other": {"version": "1.0.0", "optional": true},
		"node_modules/peer": {"version": "1.0.0", "devOptional": true}
	}}`), 0o600))
	program, err := os.Executable() // this test
	must(t, err)
	must(t, writeBOM(path, program, "v1.2.3", "cc 12.2.0", []string{lock}, time.Unix(0, 0).UTC()))
	text, err := os.ReadFile(path)
	must(t, err)
	var b bom
	must(t, json.Unmarshal(text, &b))
	if b.Format != "CycloneDX" || b.Metadata.Component.Version != "v1.2.3" || b.Metadata.Timestamp != "1970-01-01T00:00:00Z" ||
		b.Metadata.Properties[1] != (property{"cc", "cc 12.2.0"}) {
		t.Errorf("%+v", b.Metadata)
	}
	if len(b.Components) < 2 || !strings.HasPrefix(b.Components[0].PURL, "pkg:golang/std@go1.") {
		t.Fatalf("components %+v", b.Components)
	}
	npm := slices.DeleteFunc(b.Components, func(c component) bool { return !strings.HasPrefix(c.PURL, "pkg:npm/") })
	want := []component{
		{Type: "library", Ref: "pkg:npm/%40a/a@1.0.0", Name: "@a/a", Version: "1.0.0", PURL: "pkg:npm/%40a/a@1.0.0"},
		{Type: "library", Ref: "pkg:npm/b@2.0.0", Name: "b", Version: "2.0.0", PURL: "pkg:npm/b@2.0.0",
			Hashes: []hash{{"SHA-512", "00ff"}}, Licenses: []license{{"MIT"}}},
	}
	if !reflect.DeepEqual(npm, want) {
		t.Errorf("npm packages %+v, want %+v", npm, want)
	}
}

// TestThePagesAndContractsHavePackages reads the real lock files: a library that is
// listed as a tool there would be missing in every release.
func TestThePagesAndContractsHavePackages(t *testing.T) {
	all := map[string]component{}
	for _, lock := range locks {
		must(t, readLock(filepath.Join("..", lock), all))
	}
	has := func(prefix string) bool {
		for ref := range all {
			if strings.HasPrefix(ref, prefix) {
				return true
			}
		}
		return false
	}
	for prefix, want := range map[string]bool{"pkg:npm/preact@": true, "pkg:npm/viem@": true, "pkg:npm/solady@": true, "pkg:npm/%40openzeppelin/contracts@": true,
		"pkg:npm/typescript@": false, "pkg:npm/vite@": false, "pkg:npm/solc@": false} {
		if has(prefix) != want {
			t.Errorf("%s: listed %t", prefix, !want)
		}
	}
}

func TestAProgramForLinuxIsStatic(t *testing.T) {
	for os, want := range map[string]bool{"linux": true, "darwin": false} {
		flags := strings.Join(platform{os, "amd64"}.flags("v1.2.3"), " ")
		if strings.Contains(flags, "-static") != want || !strings.Contains(flags, "cmd.Version=v1.2.3") || !strings.Contains(flags, "-trimpath") {
			t.Errorf("%s: %s", os, flags)
		}
	}
}

func TestEachPlatformHasItsCompilerOrSaysWhatItNeeds(t *testing.T) {
	has := func(commands ...string) func(string) bool {
		return func(c string) bool { return strings.Contains(" "+strings.Join(commands, " ")+" ", " "+c+" ") }
	}
	for _, c := range []struct {
		platform         platform
		hostOS, hostArch string
		has              func(string) bool
		want             string
	}{
		{platform{"linux", "amd64"}, "linux", "amd64", has("cc"), "cc"},
		{platform{"linux", "amd64"}, "linux", "amd64", has(), ""},
		{platform{"linux", "arm64"}, "linux", "amd64", has("aarch64-linux-gnu-gcc", "zig"), "aarch64-linux-gnu-gcc"},
		{platform{"linux", "arm64"}, "linux", "amd64", has("zig"), "zig cc -target aarch64-linux-musl"},
		{platform{"linux", "arm64"}, "linux", "amd64", has(), ""},
		{platform{"darwin", "arm64"}, "linux", "arm64", has("zig"), ""},
		{platform{"darwin", "amd64"}, "darwin", "arm64", has("cc"), "cc -arch x86_64"},
		{platform{"linux", "amd64"}, "darwin", "arm64", has("zig"), "zig cc -target x86_64-linux-musl"},
	} {
		got, needs := c.platform.compiler(c.hostOS, c.hostArch, c.has)
		if got != c.want || (got == "") != (needs != "") {
			t.Errorf("%s on %s/%s: %q, needs %q; want %q", c.platform, c.hostOS, c.hostArch, got, needs, c.want)
		}
	}
}

func TestAVersionIsASemanticOne(t *testing.T) {
	for version, want := range map[string]bool{"v0.1.0": true, "v1.20.3-rc.1": true, "1.0.0": false, "v1.0": false, "v01.0.0": false, "v1.0.0 -X a=b": false} {
		if got := versions.MatchString(version); got != want {
			t.Errorf("%s: %t", version, got)
		}
	}
}
