package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
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

func TestTheBillOfMaterialsNamesTheProgramAndGo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bom.json")
	program, err := os.Executable() // this test
	must(t, err)
	must(t, writeBOM(path, program, "v1.2.3", time.Unix(0, 0).UTC()))
	text, err := os.ReadFile(path)
	must(t, err)
	var b bom
	must(t, json.Unmarshal(text, &b))
	if b.Format != "CycloneDX" || b.Metadata.Component.Version != "v1.2.3" || b.Metadata.Timestamp != "1970-01-01T00:00:00Z" {
		t.Errorf("%+v", b.Metadata)
	}
	if len(b.Components) == 0 || !strings.HasPrefix(b.Components[0].PURL, "pkg:golang/std@go1.") {
		t.Errorf("components %+v", b.Components)
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
		{platform{"linux", "amd64"}, "linux", "amd64", has(), "cc"},
		{platform{"linux", "arm64"}, "linux", "amd64", has("aarch64-linux-gnu-gcc", "zig"), "aarch64-linux-gnu-gcc"},
		{platform{"linux", "arm64"}, "linux", "amd64", has("zig"), "zig cc -target aarch64-linux-gnu"},
		{platform{"linux", "arm64"}, "linux", "amd64", has(), ""},
		{platform{"darwin", "arm64"}, "linux", "arm64", has("zig"), ""},
		{platform{"darwin", "amd64"}, "darwin", "arm64", has(), "cc -arch x86_64"},
		{platform{"linux", "amd64"}, "darwin", "arm64", has("zig"), "zig cc -target x86_64-linux-gnu"},
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
