package cmd

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mint402/mint402/facilitator"
)

// supports is a facilitator that only lists what it supports.
func supports(t *testing.T, network string) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `{"kinds":[{"x402Version":2,"scheme":"exact","network":%q}]}`, network)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func TestFacilitatorsShowsEachWithItsLastError(t *testing.T) {
	s := newShell(t)
	good, other := supports(t, "eip155:84532"), supports(t, "eip155:8453")
	r := s.ok("", "facilitators", "--facilitator", "good="+good, "--facilitator", "other="+other, "--facilitator", "away=http://127.0.0.1:1")
	for _, line := range []string{"good", "yes", "v2", "it does not serve scheme exact on base-sepolia", "connection refused"} {
		if !strings.Contains(r.out, line) {
			t.Errorf("%q is not in\n%s", line, r.out)
		}
	}
	var shown struct {
		Usable       bool
		Facilitators []facilitator.Status
	}
	r = s.run("", "facilitators", "--facilitator", "other="+other, "--json")
	if err := json.Unmarshal([]byte(r.out), &shown); err != nil || r.code != 0 || shown.Usable || len(shown.Facilitators) != 1 || !shown.Facilitators[0].Reachable {
		t.Errorf("exit %d, %v, printed %s", r.code, err, r.out)
	}
	s.refused(1, "none of these facilitators", "", "facilitators", "--facilitator", "other="+other)
	s.ok("", "facilitators", "--facilitator", other, "--network", "base")
}

func TestFlagsOfFacilitatorsAreCheckedBeforeAnythingIsDone(t *testing.T) {
	key := filepath.Join(t.TempDir(), "cdp.json")
	secret := base64.StdEncoding.EncodeToString(ed25519.NewKeyFromSeed(make([]byte, 32)))
	if err := os.WriteFile(key, []byte(`{"id":"my-key","privateKey":"`+secret+`"}`), 0o644); err != nil {
		t.Fatal(err)
	}
	s := newShell(t, "MINT402_SENDER_KEY="+demoKeys[1])
	for says, args := range map[string]string{
		"others may read it":           "facilitators --facilitator cdp --cdp-key-file " + key,
		"needs an API key of Coinbase": "facilitators --facilitator cdp",
		"begins with https://":         "facilitators --facilitator http://x402.org",
		"is named twice":               "facilitators --facilitator payai --facilitator payai",
		"name a facilitator":           "facilitators",
		"exclude each other":           "facilitators --server http://127.0.0.1:1 --facilitator payai",
		"expected a network":           "facilitators --facilitator payai --network mars",
		"a whole number from 0":        "serve --facilitator-rate -1",
		"needs a --facilitator":        "serve --settle facilitator",
		"is not used without --settle": "serve --facilitator payai",
		"expected atomic, facilitator": "serve --facilitator payai --settle often",
		"is no slug of a launch":       "serve --facilitator payai --settle Ping!=facilitator",
		"neither the name of a known":  "serve --facilitator other --settle fallback",
		"no URL of a facilitator":      "serve --facilitator ftp://other/ --settle fallback",
		"a port from 1 to 65535":       "serve --facilitator http://127.0.0.1:99999 --settle fallback",
		"a name before =":              "serve --facilitator =http://127.0.0.1:1 --settle fallback",
		"printable characters":         "serve --facilitator \u202ea=http://127.0.0.1:1 --settle fallback",
		"up to 64 printable":           "serve --facilitator " + strings.Repeat("a", 65) + "=http://127.0.0.1:1 --settle fallback",
		"expected a URL in ASCII":      "serve --facilitator a=http://127.0.0.1:1/\xff --settle fallback",
	} {
		if r := s.run("", strings.Fields(args)...); r.code != 2 || !strings.Contains(r.err, says) || strings.Contains(r.err, secret[:10]) {
			t.Errorf("%s: exit %d, %s; want %q", args, r.code, r.err, says)
		}
	}
}

func TestAServerWithAFacilitatorThatCannotServeItsNetworkDoesNotStart(t *testing.T) {
	long(t)
	d := theDemo(t)
	s := d.seller(t)
	s.ok("", terms(t)...)
	wrong, good := supports(t, "eip155:8453"), supports(t, "eip155:84532")
	with := s.with("MINT402_MINTER_KEY=" + demoKeys[3])
	with.refused(2, "it serves v2 exact on eip155:8453", "", "serve", "--listen", "127.0.0.1:0", "--settle", "facilitator", "--facilitator", "wrong="+wrong)
	s.with("MINT402_MINTER_KEY=").refused(1, "this server has none", "", "serve", "--listen", "127.0.0.1:0", "--settle", "facilitator", "--facilitator", "good="+good)
	_, url := with.serving("--settle", "fallback", "--facilitator", "good="+good, "--facilitator", "away=http://127.0.0.1:1")
	r := s.ok("", "facilitators", "--server", url)
	if !strings.Contains(r.out, "good") || !strings.Contains(r.out, "away") {
		t.Errorf("printed %s", r.out)
	}
	res, err := http.Get(url + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), `mint402_facilitator_usable{chain="base-sepolia",facilitator="good"} 1`) {
		t.Error("the metrics lack the facilitator")
	}
}
