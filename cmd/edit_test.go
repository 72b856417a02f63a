package cmd

import (
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/profile"
	"github.com/mint402/mint402/store"
	"github.com/mint402/mint402/x402"
)

// listedLaunch registers a launch in the shell's database.
func listedLaunch(t *testing.T, s *shell) {
	t.Helper()
	db, err := store.Open(s.env["MINT402_DB"])
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.SaveLaunch(t.Context(), mint.Launch{Slug: "ping", Token: common.HexToAddress("0x1"), Asset: x402.Asset{Address: common.HexToAddress("0x2")}, Name: "Ping", Symbol: "PING",
		Price: big.NewInt(1), Allotment: big.NewInt(1), Cap: 10, Limit: 10}); err != nil {
		t.Fatal(err)
	}
}

func TestEditChangesAPageAndKeepsItsHistory(t *testing.T) {
	s := newShell(t)
	s.refused(2, "--db FILE", "", "edit", "ping")
	listedLaunch(t, s)
	s.refused(2, "one of [ping]", "", "edit", "pong")
	s.refused(2, "one of [ping]", "", "edit", "pong", "--x", "@ping")
	if r := s.ok("", "edit", "ping"); !strings.Contains(r.err, "never edited") {
		t.Error(r.err)
	}
	dir := t.TempDir()
	logo, about := filepath.Join(dir, "logo.svg"), filepath.Join(dir, "about.md")
	for file, body := range map[string]string{logo: `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle cx="4" cy="4" r="4" fill="#a0f"/></svg>`, about: "# Hello"} {
		if err := os.WriteFile(file, []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	done := decode[edited](t, s.ok("", "edit", "ping", "--image", logo, "--about", about, "--x", "@ping", "--accent", "A0F", "--json").out)
	if done.Version.Number != 1 || len(done.Changed) != 4 || done.Version.Author != profile.Operator || done.Version.Profile.Accent != "#aa00ff" || len(done.Version.Profile.Image.Files) != 4 {
		t.Errorf("%+v", done)
	}
	if again := decode[edited](t, s.ok("", "edit", "ping", "--x", "@ping", "--json").out); again.Version.Number != 1 || len(again.Changed) != 0 {
		t.Errorf("%+v", again)
	}
	if r := s.ok("# Bye", "edit", "ping", "--about", "-", "--x", ""); !strings.Contains(r.err, "version 2") || !strings.Contains(r.err, "about, x") || strings.Contains(r.out, "x.com") {
		t.Errorf("%s%s", r.err, r.out)
	}
	if r := s.ok("", "edit", "ping", "--history"); !strings.HasPrefix(r.out, "2  ") || strings.Count(r.out, "operator (CLI)") != 2 {
		t.Error(r.out)
	}
	for _, one := range [][]string{
		{"--image is an SVG with the element <script>", "--image", script(t)}, {"--website is not a URL", "--website", "http://example.org"}, {"there is no file", "--banner", filepath.Join(dir, "nothing.png")},
		{"host with a name", "--image", "https://127.0.0.1/a.png"}, {"--accent is not a colour", "--accent", "red"}, {"--telegram is not a page of Telegram", "--telegram", "https://evil.example/t.me"},
	} {
		s.refused(2, one[0], "", append([]string{"edit", "ping"}, one[1:]...)...)
	}
	db, err := store.Open(s.env["MINT402_DB"])
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if r := s.ok("", "edit", "ping", "--x", "@other", "--description", "Now"); !strings.Contains(r.err, "version 3") || !strings.Contains(r.err, "within 10 seconds") {
		t.Errorf("while a server runs: %s", r.err)
	}
	if r := s.ok("", "edit", "ping"); !strings.Contains(r.out, "#aa00ff") || !strings.Contains(r.out, "https://x.com/other") {
		t.Errorf("while a server runs: %s", r.out)
	}
	s.refused(2, "one of [ping]", "", "edit", "pong", "--x", "@other")
}

// script is a file with a drawing that has a script.
func script(t *testing.T) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "a.svg")
	if err := os.WriteFile(name, []byte(`<svg viewBox="0 0 1 1"><script>alert(1)</script></svg>`), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestABrandHasANameAndAnHTTPSSite(t *testing.T) {
	s := newShell(t)
	for _, one := range [][]string{
		{"--brand-url", "--brand-url", "https://ours.example"}, {"--brand-url", "--brand-name", "Ours", "--brand-url", "http://ours.example"},
		{"--brand-name", "--brand-name", strings.Repeat("a", 41)}, {"--brand-name", "--brand-name", "a\x00b"},
		{"--buy-url", "--buy-url", "http://bridge.example"}, {"--buy-url", "--buy-url", "javascript:alert(1)"},
	} {
		s.refused(2, one[0], "", append([]string{"serve"}, one[1:]...)...)
	}
}

func TestAMiniAppNeedsASignedManifestAndADomain(t *testing.T) {
	s := newShell(t)
	file := filepath.Join(t.TempDir(), "farcaster.json")
	if err := os.WriteFile(file, []byte(`{"accountAssociation":{"header":"e30","payload":"e30","signature":"e30"}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, one := range [][]string{
		{"accountAssociation.header: expected", file, "--public-url", "https://mint.example/"},
		{"public URL", file, "--public-url", "http://mint.example"}, {"public URL", file},
		{"--farcaster-manifest", file + ".none", "--public-url", "https://mint.example"},
	} {
		s.refused(2, one[0], "", append([]string{"serve", "--farcaster-manifest"}, one[1:]...)...)
	}
}
