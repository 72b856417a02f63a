package mcp_test

import (
	"crypto/ecdsa"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/server/servertest"
	"github.com/mint402/mint402/x402"
)

// world is the fixture, with what tests of this package do.
type world struct{ *servertest.World }

func open(t testing.TB, s servertest.Sale) *world {
	t.Helper()
	return &world{servertest.Open(t, s)}
}

// revisions are those that clients ask for.
var revisions = []string{"2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"}

const latest = "2026-07-28"

// connect starts a session of the official Go client.
func (w *world) connect(revision string) *sdk.ClientSession {
	w.Helper()
	return w.connectBy(&sdk.StreamableClientTransport{Endpoint: w.URL + "/mcp"}, revision)
}

func (w *world) connectBy(t sdk.Transport, revision string) *sdk.ClientSession {
	w.Helper()
	client := sdk.NewClient(&sdk.Implementation{Name: "test", Version: "1"}, nil)
	session, err := client.Connect(w.Ctx, t, &sdk.ClientSessionOptions{ProtocolVersion: revision})
	w.Must(err)
	w.Cleanup(func() { session.Close() })
	return session
}

// call calls a tool.
func (w *world) call(s *sdk.ClientSession, tool string, arguments map[string]any, meta sdk.Meta) *sdk.CallToolResult {
	w.Helper()
	result, err := s.CallTool(w.Ctx, &sdk.CallToolParams{Name: tool, Arguments: arguments, Meta: meta})
	w.Must(err)
	return result
}

// structured decodes the structured content of a result.
func structured[T any](w *world, r *sdk.CallToolResult) (v T) {
	w.Helper()
	data, err := json.Marshal(r.StructuredContent)
	w.Must(err)
	if err := json.Unmarshal(data, &v); err != nil {
		w.Fatalf("%v in %s", err, data)
	}
	return v
}

func text(r *sdk.CallToolResult, i int) string {
	if i >= len(r.Content) {
		return ""
	}
	return r.Content[i].(*sdk.TextContent).Text
}

// signs pays the price of an unpaid call, in a version.
func (w *world) signs(k *ecdsa.PrivateKey, r *sdk.CallToolResult, version int) x402.Signed {
	w.Helper()
	header, body := http.Header{}, []byte(text(r, 1))
	if version == 2 {
		header.Set("PAYMENT-REQUIRED", base64.StdEncoding.EncodeToString([]byte(text(r, 0))))
	}
	challenge, err := x402.ParsePaymentRequired(header, body)
	if err != nil {
		w.Fatalf("%v in %+v", err, text(r, 0))
	}
	signed, err := challenge.Quotes[0].Sign(k, time.Now())
	w.Must(err)
	return signed
}

// object is a payment as the official client sends it.
func (w *world) object(s x402.Signed) map[string]any {
	w.Helper()
	data, err := base64.StdEncoding.DecodeString(s.Value)
	w.Must(err)
	var v map[string]any
	w.Must(json.Unmarshal(data, &v))
	return v
}

// fault is the error object of a result without a price.
func (w *world) fault(r *sdk.CallToolResult, code string) api.Fault {
	w.Helper()
	f := structured[api.Problem](w, r).Error
	if !r.IsError || f.Code != code || f.Message == "" {
		w.Errorf("fault %+v (isError %t), want %q", f, r.IsError, code)
	}
	w.noPrice(r)
	return f
}

// noPrice fails the test if a result has a price in any dialect.
func (w *world) noPrice(r *sdk.CallToolResult) {
	w.Helper()
	data, err := json.Marshal(r)
	w.Must(err)
	for _, word := range []string{"accepts", "x402/error", "payment-required", "challenges"} {
		if strings.Contains(string(data), word) {
			w.Errorf("a result without a price has %q: %s", word, data)
		}
	}
}

// post sends the bytes of a message.
func (w *world) post(body string, h servertest.Header) servertest.Answer {
	w.Helper()
	all := servertest.Header{"Origin": "", "Accept": "application/json, text/event-stream"}
	for k, v := range h {
		all[k] = v
	}
	return w.Post(http.MethodPost, "/mcp", body, all)
}

// rpcFailure is the error of a JSON-RPC answer.
func (w *world) rpcFailure(a servertest.Answer, code int) string {
	w.Helper()
	var v struct {
		JSONRPC string
		ID      json.RawMessage
		Error   struct {
			Code    int
			Message string
		}
	}
	if err := json.Unmarshal(a.Body, &v); err != nil || v.JSONRPC != "2.0" || v.ID == nil || v.Error.Code != code || v.Error.Message == "" {
		w.Errorf("status %d, answer %s; want a JSON-RPC error %d", a.Status, a.Body, code)
	}
	return v.Error.Message
}
