package cmd

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestTheEndpointOfAServerIsAtMCP(t *testing.T) {
	for server, want := range map[string]string{
		"https://mint.example":          "https://mint.example/mcp",
		"https://mint.example/":         "https://mint.example/mcp",
		"https://mint.example/mcp":      "https://mint.example/mcp",
		"https://mint.example/mcp/":     "https://mint.example/mcp",
		"http://127.0.0.1:8402":         "http://127.0.0.1:8402/mcp",
		"https://example.com/shop":      "https://example.com/shop/mcp",
		"":                              "",
		"mint.example":                  "",
		"file:///etc/passwd":            "",
		"https://":                      "",
		"https://user:key@mint.example": "",
		"https://mint.example/?a=1":     "",
		"https://mint.example/#a":       "",
	} {
		got, err := mcpEndpoint(server)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v; want %q", server, got, err, want)
		}
	}
}

func TestMCPPassesMessagesOnAndTalksToPeopleOnStandardErrorOnly(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.URL.Path != "/mcp" || !strings.Contains(string(body), `"ping"`) {
			t.Errorf("%s got %s", r.URL.Path, body)
		}
		_, _ = io.WriteString(w, `{"jsonrpc":"2.0","id":1,"result":{}}`)
	}))
	defer server.Close()
	var out, errs bytes.Buffer
	p := newShell(t).program(strings.NewReader(`{"jsonrpc":"2.0","id":1,"method":"ping"}`+"\n"), &out, &errs)
	if status := p.Run(t.Context(), []string{"mcp", "--server", server.URL}); status != 0 || out.String() != `{"jsonrpc":"2.0","id":1,"result":{}}`+"\n" {
		t.Errorf("status %d, standard output %q", status, &out)
	}
	if !strings.Contains(errs.String(), server.URL+"/mcp") {
		t.Errorf("standard error %q", &errs)
	}
	p = newShell(t).program(strings.NewReader(""), &out, &errs)
	if status := p.Run(t.Context(), []string{"mcp"}); status != 2 {
		t.Errorf("without a server: status %d", status)
	}
}
