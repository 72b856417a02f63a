package e2e

import (
	"encoding/json"
	"strings"
	"testing"
)

// catalogued is what clients/discovery.mjs writes.
type catalogued struct {
	Bazaar map[string]struct {
		Status, Bytes int
		Valid, Spec   struct {
			Valid  bool
			Errors []string
		}
		Listed *struct {
			ResourceURL string `json:"resourceUrl"`
			Method      string
		}
		V1 *struct {
			Input struct{ Type, Method string }
		}
		ServiceName, Tags bool
		Strict            struct {
			Valid  bool
			Issues []issue
		}
	}
	MPPX      []issue `json:"mppx"`
	Agentcash struct {
		Warnings []issue
		Origin   struct {
			Found     bool
			Guidance  string
			Endpoints []struct {
				Path, Method, AuthMode, Price string
				Protocols                     []string
			}
		}
		Endpoint, Probe struct {
			Found      bool
			Advisories []struct {
				Method       string
				InputSchema  map[string]any
				OutputSchema map[string]any
			}
		}
		Favicon bool
	}
}

type issue struct{ Code, Severity, Message, Path string }

// TestCataloguesFindALaunchAndWhatItCosts runs the check functions of @x402/extensions,
// @agentcash/discovery and mppx against the demo.
func TestCataloguesFindALaunchAndWhatItCosts(t *testing.T) {
	begin(t)
	shown := startDemo(t)
	out := run(t, []string{"URL=" + shown.MintURL}, "node", "clients/discovery.mjs")
	var found catalogued
	if err := json.Unmarshal([]byte(out), &found); err != nil {
		t.Fatalf("%v in %s", err, out)
	}
	for _, method := range []string{"GET", "POST"} {
		f := found.Bazaar[method]
		if f.Status != 402 || !f.Valid.Valid || !f.Spec.Valid || !f.ServiceName || !f.Tags {
			t.Errorf("%s: %+v", method, f)
		}
		if f.Listed == nil || f.Listed.ResourceURL != shown.MintURL || f.Listed.Method != method {
			t.Errorf("%s would be catalogued as %+v", method, f.Listed)
		}
		if f.V1 == nil || f.V1.Input.Method != method {
			t.Errorf("%s, version 1: %+v", method, f.V1)
		}
		if !f.Strict.Valid || len(f.Strict.Issues) > 0 {
			t.Errorf("%s: agentcash: %+v", method, f.Strict.Issues)
		}
		t.Logf("%s: the header has %d bytes", method, f.Bytes)
	}
	for _, i := range append(found.MPPX, found.Agentcash.Warnings...) {
		if i.Severity == "error" {
			t.Errorf("%+v", i)
		} else {
			t.Logf("%+v", i)
		}
	}
	origin := found.Agentcash.Origin
	if !origin.Found || !found.Agentcash.Favicon || !found.Agentcash.Endpoint.Found || !found.Agentcash.Probe.Found {
		t.Errorf("agentcash found %+v", found.Agentcash)
	}
	paid := map[string]bool{}
	for _, e := range origin.Endpoints {
		if e.AuthMode == "paid" {
			paid[e.Method+" "+e.Path] = true
			if !strings.Contains(e.Price, "0.10") {
				t.Errorf("%s %s costs %q", e.Method, e.Path, e.Price)
			}
		}
	}
	for _, want := range []string{"GET /mint", "POST /mint", "GET /launches/{slug}/mint", "POST /launches/{slug}/mint"} {
		if !paid[want] {
			t.Errorf("agentcash does not see that %s is paid: %v", want, paid)
		}
	}
	if len(paid) != 4 {
		t.Errorf("agentcash sees as paid: %v", paid)
	}
	for _, a := range append(found.Agentcash.Endpoint.Advisories, found.Agentcash.Probe.Advisories...) {
		if a.InputSchema == nil || a.OutputSchema == nil {
			t.Errorf("%s: agentcash sees no schema: %+v", a.Method, a)
		}
	}
}
