package server_test

import (
	"bytes"
	"encoding/json"
	"image/png"
	"os"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/profile"
	"github.com/mint402/mint402/server/identity"
	"github.com/mint402/mint402/server/servertest"
)

func TestTheTokenListIsOneByItsSchema(t *testing.T) {
	text, err := os.ReadFile("testdata/tokenlist.json")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("tokenlist.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("tokenlist.json")
	if err != nil {
		t.Fatal(err)
	}
	for name, symbol := range map[string]string{"Ping": "PING", "Пинг 🏓 <b>": "P_1", strings.Repeat("é", 60): "$A.B-1"} {
		w := open(t, servertest.Sale{Name: name, Symbol: symbol, AnotherListing: true})
		v, err := w.Store.Profiles.Save(w.Ctx, "ping", profile.Operator, 0, func(p *profile.Profile) { p.Description = "x" }, nil)
		w.Must(err)
		a := w.Get("/tokenlist.json", nil).Wants(200).Has("Access-Control-Allow-Origin", "*")
		list, err := jsonschema.UnmarshalJSON(bytes.NewReader(a.Body))
		w.Must(err)
		if err := schema.Validate(list); err != nil {
			t.Errorf("%s\n%v", a.Body, err)
		}
		var shown struct {
			Version struct{ Major, Minor, Patch int }
			Tokens  []struct{ Name, Symbol, Address, LogoURI string }
		}
		w.Must(json.Unmarshal(a.Body, &shown))
		if len(shown.Tokens) != 2 || shown.Version.Minor != 2 || shown.Version.Patch != v.Number+1 || shown.Tokens[0].Address != w.Launch.Token.Hex() {
			t.Errorf("%+v", shown)
		}
	}
}

func TestATokenWithoutAPictureHasALogoOfItsOwn(t *testing.T) {
	w := open(t, servertest.Sale{AnotherListing: true})
	seen := map[string]bool{}
	for _, slug := range []string{"ping", "pong"} {
		for size, path := range map[int]string{32: "/logo-32.png", 256: "/logo-256.png"} {
			a := w.Get("/l/"+slug+path, nil).Wants(200).Has("Content-Type", "image/png").Has("X-Content-Type-Options", "nosniff")
			img, err := png.Decode(bytes.NewReader(a.Body))
			w.Must(err)
			if img.Bounds().Dx() != size || img.Bounds().Dy() != size || seen[string(a.Body)] {
				t.Errorf("%s %s: %v, seen before: %t", slug, path, img.Bounds(), seen[string(a.Body)])
			}
			seen[string(a.Body)] = true
		}
	}
	meta := servertest.Decode[map[string]any](w.Get("/l/ping/contract.json", nil).Wants(200))
	if meta["name"] != w.Launch.Name || meta["image"] != w.URL+"/l/ping/logo-256.png" || meta["external_link"] != w.URL+"/l/ping" {
		t.Errorf("%v", meta)
	}
	token := servertest.Decode[map[string]any](w.Get("/l/ping/token.json", nil).Wants(200))
	if token["address"] != w.Launch.Token.Hex() || token["decimals"] != 18.0 || token["symbol"] != w.Launch.Symbol {
		t.Errorf("%v", token)
	}
}

func TestTheVersionOfTheTokenListNeverFalls(t *testing.T) {
	w := open(t, servertest.Sale{AnotherListing: true})
	at := func() identity.ListVersion {
		t.Helper()
		return servertest.Decode[identity.List](w.Get("/tokenlist.json", nil).Wants(200)).Version
	}
	steps := []struct {
		change        func(*mint.Arrangement)
		major, higher bool // the major version rises, or another part does
	}{
		{func(a *mint.Arrangement) { a.Hidden = []string{"pong"} }, true, true},
		{func(a *mint.Arrangement) { a.Delisted = []string{"pong"} }, false, false}, // it is removed already
		{func(a *mint.Arrangement) { a.Hidden = nil }, false, false},
		{func(a *mint.Arrangement) { a.Delisted = nil }, false, true},
		{func(a *mint.Arrangement) { a.Order = []string{"pong"} }, false, false},
		{func(a *mint.Arrangement) { a.Delisted = []string{"ping"} }, true, true},
		{func(a *mint.Arrangement) { a.Delisted = nil }, false, true},
	}
	before := at()
	if before.Major != 1 || before.Minor != 2 {
		t.Errorf("the first version is %v", before)
	}
	for i, step := range steps {
		w.arrange(step.change)
		now := at()
		rose := now.Major > before.Major || now.Major == before.Major && now.Minor > before.Minor
		if (now.Major > before.Major) != step.major || rose != step.higher || !rose && now != before {
			t.Errorf("step %d: %v after %v", i, now, before)
		}
		before = now
	}
}
