package source_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/mint402/mint402/source"
)

func TestASourceThatIsNotOursDoesNotCountAsVerified(t *testing.T) {
	input, compiler := string(code.Input), "v"+code.Compiler
	ours := map[string]any{"SourceCode": "{" + input + "}", "ContractName": "Launch", "CompilerVersion": compiler, "SimilarMatch": ""}
	with := func(name string, value string) map[string]any {
		all := map[string]any{}
		for k, v := range ours {
			all[k] = v
		}
		all[name] = value
		return all
	}
	for i, one := range []struct {
		shown    map[string]any
		verified bool
	}{
		{ours, true},
		{map[string]any{"SourceCode": input}, true},
		{with("SourceCode", "contract Launch {}"), true},
		{with("SourceCode", strings.ReplaceAll("{"+input+"}", `\n`, `\r\n`)), true},
		{with("ContractName", "src/Launch.sol:Launch"), true},
		{with("CompilerVersion", "v0.8.37"), true},
		{with("ContractName", "Ping"), false},
		{with("CompilerVersion", "v0.8.36+commit.00000000"), false},
		{with("SourceCode", "contract Launch { /* safe */ }"), false},
		{with("SourceCode", "{"+strings.Replace(input, "contract Owned {}", "contract Owned { /* trust me */ }", 1)+"}"), false},
		{with("SourceCode", `{{"sources":{"src/Launch.sol":{"content":"contract Launch {}"}}}}`), false},
		{with("SourceCode", "{{"), false},
		{with("SourceCode", "{}"), false},
	} {
		s := newStub(t)
		s.instead = func(w http.ResponseWriter, r *http.Request) bool {
			lookup := r.URL.Query().Get("action") == "getsourcecode"
			if lookup {
				answer(w, 200, map[string]any{"status": "1", "message": "OK", "result": []any{one.shown}})
			}
			return lookup
		}
		svc := services(s)["etherscan"]
		p, _ := publisher(t, &memory{}, svc)
		if got := p.Attempt(t.Context(), svc, contract()); (got.Status == source.Verified) != one.verified {
			t.Errorf("%d: %+v of %v", i, got, one.shown)
		}
	}
}
