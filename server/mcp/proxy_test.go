package mcp_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/server/mcp"
	"github.com/mint402/mint402/server/servertest"
)

// piped runs a proxy and returns the transport of a client of it.
func (w *world) piped(url string) *sdk.IOTransport {
	w.Helper()
	fromClient, toProxy := io.Pipe()
	fromProxy, toClient := io.Pipe()
	proxy := &mcp.Proxy{URL: url, In: fromClient, Out: toClient, Log: slog.New(slog.DiscardHandler)}
	done := make(chan error, 1)
	go func() { done <- proxy.Run(w.Ctx); toClient.Close() }()
	w.Cleanup(func() {
		toProxy.Close()
		if err := <-done; err != nil {
			w.Errorf("the proxy ended with %v", err)
		}
	})
	return &sdk.IOTransport{Reader: fromProxy, Writer: toProxy}
}

func TestAHostThatStartsAProgramBuysThroughIt(t *testing.T) {
	w := open(t, servertest.Sale{})
	for _, revision := range revisions {
		t.Run(revision, func(t *testing.T) {
			w := &world{w.World}
			w.TB = t
			session := w.connectBy(w.piped(w.URL+"/mcp"), revision)
			if got := session.InitializeResult().ProtocolVersion; got != revision {
				t.Errorf("agreed on revision %s", got)
			}
			tools, err := session.ListTools(w.Ctx, nil)
			w.Must(err)
			k := w.Payer(100)
			s := w.signs(k, w.call(session, "mint", nil, nil), 2)
			r := structured[api.Receipt](w, w.call(session, "mint", nil, sdk.Meta{"x402/payment": w.object(s)}))
			if len(tools.Tools) != 5 || !r.State.Sold() || r.PaymentID != w.ID(s) || w.Tokens(servertest.Account(k)) != 1 {
				t.Errorf("%d tools, %+v", len(tools.Tools), r)
			}
			if _, err := session.ReadResource(w.Ctx, &sdk.ReadResourceParams{URI: "mint402://launches/ping"}); err != nil {
				t.Error(err)
			}
		})
	}
}

// through sends lines to a proxy of a server and returns what it answers, one for each
// line that gets an answer.
func through(t *testing.T, h http.HandlerFunc, lines ...string) []string {
	t.Helper()
	server := httptest.NewServer(h)
	defer server.Close()
	var out bytes.Buffer
	p := &mcp.Proxy{URL: server.URL + "/mcp", In: strings.NewReader(strings.Join(lines, "\n") + "\n"), Out: &out, Log: slog.New(slog.DiscardHandler),
		HTTP: &http.Client{Timeout: time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	if err := p.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	var all []string
	for s := bufio.NewScanner(&out); s.Scan(); {
		all = append(all, s.Text())
	}
	return all
}

// TestAServerThatDoesNotAnswerIsNoReasonToPayAgain plays servers that fail after they got
// a payment.
func TestAServerThatDoesNotAnswerIsNoReasonToPayAgain(t *testing.T) {
	for name, h := range map[string]http.HandlerFunc{
		"closes":    func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"is silent": func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body); <-r.Context().Done() },
		"HTML": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(502)
			io.WriteString(w, "<h1>Bad gateway</h1>")
		},
		"another": func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, `{"error":"x"}`) },
		"empty":   func(http.ResponseWriter, *http.Request) {},
		"huge":    func(w http.ResponseWriter, _ *http.Request) { w.Write(bytes.Repeat([]byte(" "), 5<<20)) },
	} {
		got := through(t, h, mintCall(`"a"`, `{"x402/payment":"e30="}`), `{"jsonrpc":"2.0","id":2,"method":"tools/list"}`)
		if len(got) != 2 {
			t.Errorf("%s: answers %q", name, got)
			continue
		}
		if strings.Contains(got[0], `"id":2`) {
			got[0], got[1] = got[1], got[0]
		}
		var call struct {
			ID     string
			Result struct {
				IsError bool
				Content []struct{ Text string }
			}
		}
		if err := json.Unmarshal([]byte(got[0]), &call); err != nil || call.ID != "a" || !call.Result.IsError || !strings.Contains(call.Result.Content[0].Text, "do not pay again") {
			t.Errorf("%s: %s", name, got[0])
		}
		if !strings.Contains(got[1], `"code":-32603`) {
			t.Errorf("%s: %s", name, got[1])
		}
	}
}

func TestAPaymentFollowsNoRedirect(t *testing.T) {
	var elsewhere atomic.Int64
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
	defer other.Close()
	server := httptest.NewServer(http.RedirectHandler(other.URL, http.StatusTemporaryRedirect))
	defer server.Close()
	var out bytes.Buffer
	p := &mcp.Proxy{URL: server.URL + "/mcp", In: strings.NewReader(mintCall("1", `{"x402/payment":"e30="}`) + "\n"), Out: &out, Log: slog.New(slog.DiscardHandler)}
	if err := p.Run(context.Background()); err != nil || elsewhere.Load() != 0 || !strings.Contains(out.String(), "307") {
		t.Errorf("%v, %d requests elsewhere, %s", err, elsewhere.Load(), &out)
	}
}

// TestWhatAHostSendsIsCheckedBeforeItIsPassedOn sends lines that are no messages.
func TestWhatAHostSendsIsCheckedBeforeItIsPassedOn(t *testing.T) {
	var passed atomic.Int64
	echo := func(w http.ResponseWriter, r *http.Request) {
		passed.Add(1)
		io.WriteString(w, "{\"jsonrpc\":\"2.0\",\n\"id\":9,\"result\":{}}")
	}
	got := through(t, echo, "", "nonsense", "["+mintCall("1", "")+"]", mintCall("1", "")+mintCall("2", ""), `{"jsonrpc":"2.0","method":"notifications/initialized"}`,
		mintCall("3", `{"a":"`+strings.Repeat("x", 2*mcp.MaxBody)+`"}`), `{"jsonrpc":"2.0","id":9,"method":"ping"}`)
	if len(got) != 5 || passed.Load() != 1 {
		t.Fatalf("%d passed on, answers %q", passed.Load(), got)
	}
	if got[4] != `{"jsonrpc":"2.0","id":9,"result":{}}` {
		t.Errorf("%s", got[4])
	}
	for _, line := range got[:4] {
		if !strings.Contains(line, `"error":{"code":-32`) {
			t.Errorf("%s", line)
		}
	}
}
