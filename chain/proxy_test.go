package chain_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
)

// proxy stands before a real node and spoils its answers.
type proxy struct {
	t      *testing.T
	behind string
	server *httptest.Server

	mu     sync.Mutex
	fault  fault
	counts map[string]int
	memory map[string]json.RawMessage // answers by method and parameters
}

// fault answers in the node's place.
type fault func(rw http.ResponseWriter, a asking)

// asking is a request, or a batch of them.
type asking struct {
	requests []request
	batch    bool
	forward  func() []byte // the node's own answer
}

type request struct {
	ID     json.RawMessage `json:"id"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params,omitempty"`
}

func (q request) key() string { return q.Method + string(q.Params) }

type response struct {
	Version string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id"`
	Result  json.RawMessage `json:"result,omitempty"`
	Error   json.RawMessage `json:"error,omitempty"`
}

func newProxy(t *testing.T, behind string) *proxy {
	t.Helper()
	p := &proxy{t: t, behind: behind, counts: map[string]int{}, memory: map[string]json.RawMessage{}}
	p.server = httptest.NewServer(p)
	t.Cleanup(p.server.Close)
	return p
}

// url has a key in it, as those of providers have.
func (p *proxy) url() string { return p.server.URL + "/v2/s3cr3tkey" }

func (p *proxy) host() string { return p.server.Listener.Addr().String() }

// spoil sets how it answers from now on; nil: as the node does.
func (p *proxy) spoil(f fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fault = f
}

func (p *proxy) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	clear(p.counts)
}

// asked is how often a method was asked for since forget; "" counts all.
func (p *proxy) asked(method string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.counts[method]
}

func (p *proxy) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	asked := parse(body)
	p.mu.Lock()
	for _, q := range asked {
		p.counts[q.Method]++
		p.counts[""]++
	}
	f := p.fault
	p.mu.Unlock()
	forward := func() []byte { return p.forward(body, asked) }
	rw.Header().Set("Content-Type", "application/json")
	if f != nil {
		f(rw, asking{asked, body[0] == '[', forward})
		return
	}
	_, _ = rw.Write(forward())
}

// parse reads a request or a batch of them.
func parse(body []byte) []request {
	var batch []request
	if json.Unmarshal(body, &batch) == nil {
		return batch
	}
	var one request
	_ = json.Unmarshal(body, &one)
	return []request{one}
}

// forward asks the node, and remembers what it said.
func (p *proxy) forward(body []byte, asked []request) []byte {
	res, err := http.Post(p.behind, "application/json", bytes.NewReader(body))
	if err != nil {
		p.t.Error(err)
		return nil
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		p.t.Error(err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, r := range responses(answer) {
		if i < len(asked) && r.Error == nil {
			p.memory[asked[i].key()] = r.Result
		}
	}
	return answer
}

func responses(answer []byte) []response {
	var batch []response
	if json.Unmarshal(answer, &batch) == nil {
		return batch
	}
	var one response
	_ = json.Unmarshal(answer, &one)
	return []response{one}
}

// change edits each answer of the node.
func change(edit func(q request, r *response)) fault {
	return func(rw http.ResponseWriter, a asking) {
		all := responses(a.forward())
		for i := range all {
			if i < len(a.requests) {
				edit(a.requests[i], &all[i])
			}
		}
		write(rw, all, a.batch)
	}
}

// backwards answers the last request of a batch first.
func backwards(rw http.ResponseWriter, a asking) {
	all := responses(a.forward())
	slices.Reverse(all)
	write(rw, all, a.batch)
}

func write(rw io.Writer, all []response, batch bool) {
	var out []byte
	if batch {
		out, _ = json.Marshal(all)
	} else {
		out, _ = json.Marshal(all[0])
	}
	_, _ = rw.Write(out)
}

// frozen answers what was answered before, as a node that is stuck does, and of
// what was not asked before that it is unknown.
func (p *proxy) frozen() fault {
	return func(rw http.ResponseWriter, a asking) {
		p.mu.Lock()
		defer p.mu.Unlock()
		all := make([]response, len(a.requests))
		for i, q := range a.requests {
			all[i] = response{Version: "2.0", ID: q.ID, Result: p.memory[q.key()]}
			if all[i].Result == nil {
				all[i].Result = json.RawMessage("null")
			}
		}
		write(rw, all, a.batch)
	}
}

// The ways in which a node fails that another node makes good.
var broken = map[string]fault{
	"500":       status(http.StatusInternalServerError, "internal error"),
	"429":       status(http.StatusTooManyRequests, `{"error":"slow down"}`),
	"403":       status(http.StatusForbidden, "no such project"),
	"HTML":      status(http.StatusOK, "<!DOCTYPE html><title>Welcome</title>"),
	"nothing":   status(http.StatusOK, ""),
	"null":      status(http.StatusOK, "null"),
	"an object": status(http.StatusOK, "{}"),
	"hung up": func(http.ResponseWriter, asking) {
		panic(http.ErrAbortHandler)
	},
	"truncated": func(rw http.ResponseWriter, a asking) {
		answer := a.forward()
		_, _ = rw.Write(answer[:len(answer)-len(answer)/3])
	},
	"wrong ids": change(func(_ request, r *response) { r.ID = json.RawMessage("777") }),
	"one missing": func(rw http.ResponseWriter, a asking) {
		if all := responses(a.forward()); len(all) > 1 {
			write(rw, all[:len(all)-1], a.batch)
		}
	},
	"no results":  change(func(_ request, r *response) { r.Result, r.Error = nil, nil }),
	"wrong types": change(func(_ request, r *response) { r.Result, r.Error = json.RawMessage(`{"a":[1]}`), nil }),
	"rate limit": change(func(_ request, r *response) {
		r.Result, r.Error = nil, json.RawMessage(`{"code":-32005,"message":"Too Many Requests, try again in 10 s"}`)
	}),
}

func status(code int, body string) fault {
	return func(rw http.ResponseWriter, _ asking) {
		rw.WriteHeader(code)
		_, _ = io.WriteString(rw, body)
	}
}
