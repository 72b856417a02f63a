package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
)

// provider is an RPC service in front of anvil. It is honest, except while faults
// are on.
type provider struct {
	url, anvil string
	elsewhere  string // another chain's node

	mu     sync.Mutex
	faults []*fault
	sent   map[common.Hash]*types.Transaction // all that it was asked to broadcast
	calls  int
}

// fault is one way in which providers have been seen to misbehave. Each of its
// parts may be missing; they are called by many requests at the same time.
type fault struct {
	name string
	// request sees a whole HTTP request, and returns true if it has dealt with it.
	request func(x *exchange) bool
	// call sees a call before it is passed on, and may change it. What it returns
	// is the answer, unless that is nil.
	call func(x *exchange, m *message) *message
	// answer sees the answer to a call, and may change it.
	answer func(x *exchange, asked, m *message)
	// body sees the bytes of the response, and returns those to send.
	body func(x *exchange, b []byte) []byte

	over chan struct{} // closed when the fault ends
}

// exchange is one HTTP request and its response.
type exchange struct {
	*provider
	w      http.ResponseWriter
	r      *http.Request
	calls  []message
	batch  bool
	node   string // where its calls go
	faults []*fault
}

func startProvider(t *testing.T, a *anvil, elsewhere string) *provider {
	p := &provider{anvil: a.url, elsewhere: elsewhere, sent: map[common.Hash]*types.Transaction{}}
	server := httptest.NewServer(p)
	t.Cleanup(func() {
		p.behave()
		server.CloseClientConnections()
		server.Close()
	})
	p.url = server.URL
	return p
}

// misbehave begins a fault, which lasts until the function that it returns is
// called, or behave.
func (p *provider) misbehave(f *fault) (end func()) {
	f.over = make(chan struct{})
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults = append(p.faults, f)
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.faults = slices.DeleteFunc(p.faults, func(g *fault) bool {
			if g == f {
				close(f.over)
			}
			return g == f
		})
	}
}

// behave ends all faults.
func (p *provider) behave() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, f := range p.faults {
		close(f.over)
	}
	p.faults = nil
}

func (p *provider) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	x := &exchange{provider: p, w: w, r: r, node: p.anvil, batch: true}
	if json.Unmarshal(body, &x.calls) != nil {
		x.batch, x.calls = false, make([]message, 1)
		if err := json.Unmarshal(body, &x.calls[0]); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
	}
	p.note(x)
	for _, f := range x.faults {
		if f.request != nil && f.request(x) {
			return
		}
	}
	answers, err := x.answers()
	if err != nil {
		panic(http.ErrAbortHandler) // the node did not answer
	}
	x.say(answers)
}

// note keeps the transactions of a request, and the faults that it meets.
func (p *provider) note(x *exchange) {
	p.mu.Lock()
	defer p.mu.Unlock()
	x.faults = slices.Clone(p.faults)
	p.calls += len(x.calls)
	for _, m := range x.calls {
		if tx := m.transaction(); tx != nil {
			p.sent[tx.Hash()] = tx
		}
	}
}

// answers has each call answered, by a fault or by the node.
func (x *exchange) answers() ([]message, error) {
	answers := make([]message, len(x.calls))
	var pass []message
	var at []int
	for i, asked := range x.calls {
		asked.Params = slices.Clone(asked.Params)
		var said *message
		for _, f := range x.faults {
			if f.call != nil && said == nil {
				said = f.call(x, &asked)
			}
		}
		if said != nil {
			answers[i] = *said
			continue
		}
		pass, at = append(pass, asked), append(at, i)
	}
	said, err := askNode(x.node, pass)
	if err != nil {
		return nil, err
	}
	for i := range said {
		said[i].ID = x.calls[at[i]].ID
		answers[at[i]] = said[i]
	}
	for i := range answers {
		for _, f := range x.faults {
			if f.answer != nil {
				f.answer(x, &x.calls[i], &answers[i])
			}
		}
	}
	return answers, nil
}

// say sends answers.
func (x *exchange) say(answers []message) {
	for i := range answers {
		if answers[i].Result == nil && answers[i].Error == nil {
			answers[i].Result = json.RawMessage("null")
		}
	}
	var body []byte
	if x.batch {
		body, _ = json.Marshal(answers)
	} else {
		body, _ = json.Marshal(answers[0])
	}
	for _, f := range x.faults {
		if f.body != nil {
			body = f.body(x, body)
		}
	}
	x.w.Header().Set("Content-Type", "application/json")
	_, _ = x.w.Write(body)
}

// http answers the whole request with a status and a body.
func (x *exchange) http(status int, body string, header ...string) bool {
	for i := 0; i < len(header); i += 2 {
		x.w.Header().Set(header[i], header[i+1])
	}
	x.w.WriteHeader(status)
	_, _ = io.WriteString(x.w, body)
	return true
}

// has says whether the request makes a call of one of these methods.
func (x *exchange) has(methods ...string) bool {
	return slices.ContainsFunc(x.calls, func(m message) bool { return slices.Contains(methods, m.Method) })
}

// askNode makes calls of a node as one request, and returns the answers in order.
func askNode(url string, calls []message) ([]message, error) {
	if len(calls) == 0 {
		return nil, nil
	}
	asked := make([]message, len(calls))
	for i, m := range calls {
		asked[i] = message{Version: "2.0", ID: json.RawMessage(strconv.Itoa(i)), Method: m.Method, Params: m.Params}
	}
	body, err := json.Marshal(asked)
	if err != nil {
		return nil, err
	}
	res, err := upstream.Post(url, "application/json", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	var said []message
	if err := json.NewDecoder(res.Body).Decode(&said); err != nil {
		return nil, err
	}
	answers := make([]message, len(calls))
	for _, m := range said {
		i, err := strconv.Atoi(string(m.ID))
		if err != nil || i < 0 || i >= len(calls) {
			return nil, fmt.Errorf("the node answered id %s", m.ID)
		}
		answers[i] = m
	}
	return answers, nil
}

// one makes one call of the honest node, with parameters as they are in JSON.
func (p *provider) one(method string, params ...string) json.RawMessage {
	m := message{Method: method}
	for _, s := range params {
		m.Params = append(m.Params, json.RawMessage(s))
	}
	said, err := askNode(p.anvil, []message{m})
	if err != nil {
		return nil
	}
	return said[0].Result
}

// head is the number of the chain's newest block.
func (p *provider) head() uint64 { return hexNumber(p.one("eth_blockNumber")) }

// hexNumber reads a quantity; anything else is 0.
func hexNumber(raw json.RawMessage) uint64 {
	n, _ := hexutil.DecodeUint64(strings.Trim(string(raw), `"`))
	return n
}

func quantity(n uint64) json.RawMessage { return json.RawMessage(`"` + hexutil.EncodeUint64(n) + `"`) }

// transaction is the one that a call broadcasts, or nil.
func (m *message) transaction() *types.Transaction {
	if !strings.HasPrefix(m.Method, "eth_sendRawTransaction") || len(m.Params) == 0 {
		return nil
	}
	var raw hexutil.Bytes
	tx := new(types.Transaction)
	if json.Unmarshal(m.Params[0], &raw) != nil || tx.UnmarshalBinary(raw) != nil {
		return nil
	}
	return tx
}

// says answers a call.
func (m *message) says(result string) *message {
	return &message{Version: "2.0", ID: m.ID, Result: json.RawMessage(result)}
}

// refuses answers a call with an error.
func (m *message) refuses(code int, text string) *message {
	problem, _ := json.Marshal(map[string]any{"code": code, "message": text})
	return &message{Version: "2.0", ID: m.ID, Error: problem}
}

// dice are random numbers that many requests may draw at the same time.
type dice struct {
	mu  sync.Mutex
	rng *rand.Rand
}

func (d *dice) n(n int) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.rng.IntN(n)
}

// in says yes once in n times.
func (d *dice) in(n int) bool { return d.n(n) == 0 }

func pick[T any](d *dice, of ...T) T { return of[d.n(len(of))] }
