package cmd

import (
	"fmt"
	"io"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

func TestEveryFailureUnderJSONIsAnObjectOnStandardOutput(t *testing.T) {
	s := newShell(t, "MINT402_KEY="+demoKeys[1])
	p := s.program(nil, nil, nil)
	for _, c := range verbs(p) {
		if c.Flags().Lookup("json") == nil {
			continue
		}
		for _, args := range [][]string{{c.Name(), "--json", "--nope"}, {c.Name(), "--nope", "--json"}, {c.Name(), "--json", "one", "two", "three"}} {
			r := s.run("", args...)
			if got := decode[failure](t, r.out); r.code != 2 || got.Error.Code != "usage" || got.Error.Message == "" || got.Error.Hint == "" {
				t.Errorf("mint402 %v: exit status %d, %q", args, r.code, r.out)
			}
		}
	}
	r := s.run("", "mint", "http://127.0.0.1:1/mint", "--json")
	if got := decode[failure](t, r.out); r.code != 6 || got.Error.Code != "unreachable" {
		t.Errorf("an unreachable server: exit status %d, %q", r.code, r.out)
	}
}

func TestASlipIsAnsweredWithTheWordThatWasMeant(t *testing.T) {
	s := newShell(t)
	for hint, args := range map[string][]string{
		"did you mean mint402 launch?":   {"lauch"},
		"did you mean mint402 mint?":     {"mnit"},
		"did you mean mint402 withdraw?": {"withdrw", "--yes"},
		"did you mean --quantity?":       {"mint", "http://x/mint", "--quantiy", "2"},
		"did you mean --public-url?":     {"serve", "--publicurl", "https://x"},
	} {
		s.refused(2, hint, "", args...)
	}
	if r := s.refused(2, `there is no verb "xyzzy"`, "", "xyzzy"); strings.Contains(r.err, "did you mean") {
		t.Errorf("a word like none was answered with %q", r.err)
	}
	if r := s.ok("", "--version"); !strings.HasPrefix(r.out, "mint402 ") {
		t.Errorf("--version printed %q", r.out)
	}
}

func TestNoErrorQuotesTheInsidesOfGo(t *testing.T) {
	s := newShell(t, "MINT402_KEY="+demoKeys[1], "MINT402_SENDER_KEY="+demoKeys[2])
	for _, args := range [][]string{
		{"mint", "http://127.0.0.1:1/mint", "--quantity", "abc"}, {"mint", "http://127.0.0.1:1/mint", "--quantity", "99999999999999999999"},
		{"mint", "http://127.0.0.1:1/mint", "--patience", "5"}, {"mint", "http://127.0.0.1:1/mint", "--yes=perhaps"}, {"mint", "http://[::1/mint"},
		{"mint", "http://127.0.0.1:99999/mint"}, {"mint", "http://no.such.host.invalid/mint"}, {"mint", "http://127.0.0.1:1/mint", "--key-file", "/none"},
		{"mint", "http://127.0.0.1:1/mint", "--key-file", "/"}, {"mint", "http://127.0.0.1:1/mint", "--keystore", "/none", "--passphrase-file", "/none"},
		{"sign"}, {"sign", "--max", "1e3"}, {"sign", "--max", "-1"}, {"submit", "--payment", "/none"}, {"cancel", "--nonce", "12"}, {"cancel", "--payment", "/"},
		{"receipt", "xyz"}, {"receipt", "0x" + strings.Repeat("1", 64), "--url", "http://127.0.0.1:1"}, {"receipt", "0x" + strings.Repeat("1", 64), "--url", "::"},
		{"receipt", "0x" + strings.Repeat("1", 64), "--db", "/none"}, {"orders", "--db", "/"}, {"audit", "--db", "/none"}, {"backup", "/none/x", "--db", "/none"},
		{"orders", "--limit", "many"}, {"serve", "--queue", "many"}, {"serve", "--listen", "4021", "--rpc", "http://127.0.0.1:1"}, {"serve", "--rpc", "4021"},
		{"demo", "--listen", "4021"}, {"demo", "--listen", "127.0.0.1:http-no"}, {"serve", "--rpc", "http://127.0.0.1:1"}, {"serve", "--rpc", "http://127.0.0.1:1", "--listen", "1.2.3.4:1"},
		{"launch", "--price", "a", "--name", "a", "--symbol", "A", "--allotment", "1", "--cap", "1"},
		{"launch", "--price", "1", "--name", "a", "--symbol", "A", "--allotment", "1", "--cap", "1", "--opens", "tomorrow"},
		{"withdraw", "--token", "0x12"}, {"rebuild", "--token", "12", "--db", "/none/x.db"}, {"version", "--env-file", "/"}, {"version", "--json=2"},
	} {
		for _, args := range [][]string{args, append([]string{args[0], "--json"}, args[1:]...)} {
			if r := s.run("", args...); r.code == 0 || insides.MatchString(r.out+r.err) {
				t.Errorf("mint402 %v: exit status %d\n%s%s", args, r.code, r.out, r.err)
			}
		}
	}
	for _, variable := range []string{"MINT402_QUANTITY=x", "MINT402_PATIENCE=5 minutes", "MINT402_YES=sure", "MINT402_KEY=0x12", "MINT402_KEY=" + demoKeys[0][1:]} {
		if r := s.with(variable).run("", "mint", "http://127.0.0.1:1/mint"); r.code == 0 || insides.MatchString(r.err) || strings.Contains(r.err, demoKeys[0][1:]) {
			t.Errorf("%s: exit status %d\n%s", variable, r.code, r.err)
		}
	}
}

func TestAFileThatEndsTooEarlyIsNotCalledAConnection(t *testing.T) {
	for _, end := range []error{io.EOF, io.ErrUnexpectedEOF} {
		if said := inWords(fmt.Errorf("read webhooks.json: %w", end)); said != "read webhooks.json: it ends too early" {
			t.Errorf("%v is reported as %q", end, said)
		}
	}
	if said := inWords(&url.Error{Op: "Get", URL: "http://x.example", Err: io.EOF}); !strings.Contains(said, "the connection was closed") {
		t.Errorf("a connection that ends is reported as %q", said)
	}
}

// insides are words that only a reader of Go's sources knows.
var insides = regexp.MustCompile(`strconv|Go struct|unmarshal|unexpected end of JSON|invalid character|mint402 mint402|missing port|dial tcp|lookup |: EOF|parse "|ParseInt|ParseBool|0x0+\b nil|%!|goroutine|no such file or directory|net/http|context (canceled|deadline)|listen tcp|time: |encoding/`)
