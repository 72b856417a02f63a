package cmd

import (
	"strings"
	"testing"
)

func TestVersionPrintsOneVersion(t *testing.T) {
	s := newShell(t)
	if out := s.ok("", "version").out; !strings.HasPrefix(out, "mint402 ") || strings.Count(out, "\n") != 1 || out != s.ok("", "--version").out {
		t.Errorf("from source: %q, and %q", out, s.ok("", "--version").out)
	}
	before := Version
	t.Cleanup(func() { Version = before })
	Version = "v1.2.3"
	if out := s.ok("", "version").out; out != "mint402 v1.2.3\n" {
		t.Errorf("of a release: %q", out)
	}
	if v := decode[versionJSON](t, s.ok("", "version", "--json").out); v.Version != "v1.2.3" || v.Go == "" || v.Platform == "" {
		t.Errorf("as JSON: %+v", v)
	}
	for line, v := range map[string]versionJSON{
		"(devel)": {Version: "(devel)"}, "(devel) 0123456789ab, modified": {Version: "(devel)", Commit: "0123456789abcdef", Modified: true},
		"v0.0.0-2026-0123456789ab": {Version: "v0.0.0-2026-0123456789ab", Commit: "0123456789abcdef"},
	} {
		if Version = ""; v.line() != line {
			t.Errorf("%+v: %q", v, v.line())
		}
	}
}
