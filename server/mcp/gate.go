package mcp

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/api"
)

// methods are the methods that we serve. The others of the SDK would keep a connection open
// (subscriptions/listen), or need state between requests.
var methods = []string{"initialize", "ping", "server/discover", "tools/list", "tools/call", "resources/list", "resources/templates/list", "resources/read",
	"prompts/list"}

// sessionless is the first revision without a session. From there on, an unknown method is
// a 404 (SEP-2575).
const sessionless = "2026-07-28"

// ServeHTTP answers one message. The SDK gets only well-formed messages for one of our
// methods, one at a time; this function refuses all others. Every error is a JSON-RPC
// error, also where the SDK writes plain text.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", "POST, OPTIONS")
		refuse(w, http.StatusMethodNotAllowed, nil, codeInvalidRequest, "this method is not allowed here: send each message by POST")
		return
	}
	if err := s.checkHost(r); err != nil {
		refuse(w, http.StatusForbidden, nil, codeInvalidRequest, err.Error())
		return
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" || r.Header.Get("Content-Encoding") != "" {
		refuse(w, http.StatusUnsupportedMediaType, nil, codeInvalidRequest, "Content-Type: expected application/json, without Content-Encoding")
		return
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, MaxBody+1))
	switch {
	case err != nil:
		refuse(w, http.StatusBadRequest, nil, codeParse, "the body cannot be read")
		return
	case len(body) > MaxBody:
		refuse(w, http.StatusRequestEntityTooLarge, nil, codeInvalidRequest, fmt.Sprintf("a message may have at most %d bytes", MaxBody))
		return
	}
	m, bad := readMessage(body)
	switch {
	case bad != nil:
		refuse(w, http.StatusBadRequest, m.ID, bad.Code, bad.Message)
	case m.isAnswer(), !m.isCall() && strings.HasPrefix(m.Method, "notifications/"):
		w.WriteHeader(http.StatusAccepted) // we keep no state that a notification could change
	case m.Method == "":
		refuse(w, http.StatusBadRequest, m.ID, codeInvalidRequest, "method: expected the name of a method")
	case !m.isCall():
		refuse(w, http.StatusBadRequest, nil, codeInvalidRequest, "id: expected a string or a whole number; a call without an id gets no answer, so nothing was done")
	case !slices.Contains(methods, m.Method):
		status := http.StatusOK
		if r.Header.Get("Mcp-Protocol-Version") >= sessionless {
			status = http.StatusNotFound
		}
		refuse(w, status, m.ID, codeMethodNotFound, "method: "+quoted(m.Method)+" is not served here; tools/list shows the tools, and tools/call calls one")
	default:
		s.pass(w, r, m, body)
	}
}

// pass gives a message to the SDK, and sends its answer. The SDK gets copies only: a server
// that reuses its buffers would otherwise change the strings of an order later.
func (s *Server) pass(w http.ResponseWriter, r *http.Request, m message, body []byte) {
	if m.Method == "tools/list" {
		s.refresh(r.Context())
	}
	// If the SDK never answers, because it cannot encode a result, say, the connection would
	// be held forever.
	ctx, cancel := context.WithTimeout(r.Context(), s.MaxCall)
	defer cancel()
	inner := (&http.Request{Method: http.MethodPost, URL: &url.URL{Path: Path}, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Host: s.host,
		Header: copyHeader(r.Header), Body: io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body))}).WithContext(ctx)
	// We always answer with one JSON object, so the Accept of a client does not matter.
	inner.Header.Set("Accept", "application/json, text/event-stream")
	answer := &answer{header: http.Header{}, status: http.StatusOK}
	s.transport.ServeHTTP(answer, inner)
	if !answer.begun {
		s.Log.Error("serve message: no answer", "method", m.Method)
		refuse(w, http.StatusServiceUnavailable, m.ID, codeInternal, internal)
		return
	}
	if answer.status >= 300 && !strings.HasPrefix(answer.header.Get("Content-Type"), "application/json") {
		refuse(w, answer.status, m.ID, codeInvalidRequest, ascii(printable(answer.body.String(), maxDescription)))
		return
	}
	if answer.misread() {
		refuse(w, answer.status, m.ID, codeInvalidParams, "params: expected an object with the fields of "+m.Method+", each of its type")
		return
	}
	if kind := answer.header.Get("Content-Type"); kind != "" {
		w.Header().Set("Content-Type", kind)
	}
	w.WriteHeader(answer.status)
	_, _ = w.Write(answer.body.Bytes()) // an error means that the client is gone
}

const internal = "internal error; if the call carried a payment, send the same payment again: it is never charged twice"

// answer is a response of the SDK, kept in memory. It is JSON, and the SDK writes it at once.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
	begun  bool
}

func (a *answer) Header() http.Header { return a.header }

func (a *answer) Write(p []byte) (int, error) {
	a.begun = true
	return a.body.Write(p)
}

func (a *answer) WriteHeader(status int) {
	if !a.begun {
		a.begun, a.status = true, status
	}
}

// misread reports whether the answer is the SDK's error for params that it could not decode.
// Its text names types of Go and repeats the params, which may carry a payment.
func (a *answer) misread() bool {
	var v rpcAnswer
	return bytes.Contains(a.body.Bytes(), []byte("unmarshaling ")) && json.Unmarshal(a.body.Bytes(), &v) == nil &&
		v.Error.Code != 0 && strings.Contains(v.Error.Message, "unmarshaling ")
}

// refuse sends a JSON-RPC error.
func refuse(w http.ResponseWriter, status int, id json.RawMessage, code int, text string) {
	if id == nil {
		id = json.RawMessage("null")
	}
	body, err := encode(rpcAnswer{"2.0", id, rpcError{code, text}})
	if err != nil { // the id was checked; strings always encode
		http.Error(w, text, status)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(body) // an error means that the client is gone
}

// copyHeader returns a copy of a header that shares no memory with it.
func copyHeader(h http.Header) http.Header {
	out := http.Header{}
	for name, values := range h {
		for _, v := range values {
			out.Add(strings.Clone(name), strings.Clone(v))
		}
	}
	return out
}

// checkHost refuses a request of a web page (it has an Origin) that names us by a host that
// is not ours: the page's own domain may point to this machine (DNS rebinding). Pages of
// any origin may call us by our own host, as on /mint: there are no cookies, and only a
// signed payment has an effect. Requests without an Origin come from programs, and a proxy
// may have replaced their Host.
func (s *Server) checkHost(r *http.Request) error {
	host := strings.ToLower(r.Host)
	if r.Header.Get("Origin") == "" || host == s.host || isAddress(host) {
		return nil
	}
	return fmt.Errorf("the Host %s is not this server's, %s: open it there, or have the proxy keep Host", quoted(host), s.host)
}

// isAddress reports whether a host is an IP address, of any machine, or localhost. A page
// cannot point such a host to this machine: only names are resolved.
func isAddress(host string) bool {
	u := url.URL{Host: host}
	name := u.Hostname()
	_, err := netip.ParseAddr(name)
	return err == nil || name == "localhost"
}

func hostOf(origin string) string {
	u, err := url.Parse(origin)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Host)
}

// maxResourceURI is how many characters the URI of a resource may have.
const maxResourceURI = 256

// guard checks the names in a request before the SDK repeats them in an error, and keeps a
// panic from ending the program.
func (s *Server) guard(next sdk.MethodHandler) sdk.MethodHandler {
	return func(ctx context.Context, method string, req sdk.Request) (result sdk.Result, err error) {
		switch p := req.GetParams().(type) {
		case *sdk.CallToolParamsRaw:
			if name := ascii(printable(p.Name, maxName)); name != p.Name {
				return nil, &jsonrpc.Error{Code: codeInvalidParams, Message: "name: there is no tool " + quoted(p.Name)}
			}
		case *sdk.ReadResourceParams:
			if uri := ascii(printable(p.URI, maxResourceURI)); uri != p.URI {
				return nil, &jsonrpc.Error{Code: codeInvalidParams, Message: "uri: there is no resource " + quoted(p.URI)}
			}
		}
		var failed error
		caught := api.Recovered(func() error { result, failed = next(ctx, method, req); return nil })
		if caught != nil {
			s.Log.Error("serve message", "method", method, "err", caught)
			return nil, &jsonrpc.Error{Code: codeInternal, Message: internal}
		}
		return result, failed
	}
}

// resourceError returns the JSON-RPC error for a resource that cannot be read.
func (s *Server) resourceError(uri string, err error) error {
	if errors.Is(err, mint.ErrNotFound) {
		return sdk.ResourceNotFoundError(uri)
	}
	v := api.ToHTTP(err, s.Now(), false)
	if v.Fault.Code == "internal" {
		s.Log.Error("read resource", "err", err)
	}
	return &jsonrpc.Error{Code: codeInternal, Message: v.Fault.Message}
}
