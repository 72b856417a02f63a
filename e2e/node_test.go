package e2e

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
)

// fate is what a node does with a signed transaction.
type fate int

const (
	accepted   fate = iota
	swallowed       // answered with its hash, and nobody else hears of it
	unanswered      // accepted, and the connection ends without an answer
	known           // accepted, and answered as if it had been before
	refused         // not accepted, and the connection ends without an answer
	fates           // how many there are
)

func (f fate) String() string {
	return [...]string{"accepted", "swallowed", "accepted and not answered", "accepted and said to be known", "not accepted and not answered"}[f]
}

// node is anvil behind somebody who is not reliable: a test says what becomes of
// each transaction sent, and when the newest block is answered as it was before.
type node struct {
	url     string
	anvil   string
	timeout time.Duration // after which an unanswered connection ends

	mu    sync.Mutex
	send  func(*types.Transaction) fate
	stale func() bool
	heads []json.RawMessage // what was last said of the newest and the final block
}

func startNode(t *testing.T, a *anvil) *node {
	n := &node{anvil: a.url, send: func(*types.Transaction) fate { return accepted }, stale: func() bool { return false }}
	server := httptest.NewServer(n)
	t.Cleanup(server.Close)
	n.url = server.URL
	return n
}

// onHead says when the newest block is answered as it was before, from now on.
func (n *node) onHead(stale func() bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.stale = stale
}

// onSend says what becomes of transactions from now on.
func (n *node) onSend(what func(*types.Transaction) fate) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.send = what
}

// message is a JSON-RPC request, or its answer.
type message struct {
	Version string            `json:"jsonrpc"`
	ID      json.RawMessage   `json:"id"`
	Method  string            `json:"method,omitempty"`
	Params  []json.RawMessage `json:"params,omitempty"`
	Result  json.RawMessage   `json:"result,omitempty"`
	Error   json.RawMessage   `json:"error,omitempty"`
}

// upstream is for connections to anvil, which are kept.
var upstream = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}

func (n *node) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	var one message
	var many []message
	switch {
	case json.Unmarshal(body, &one) == nil && one.Method == "eth_sendRawTransaction":
		n.sent(w, body, one)
	case json.Unmarshal(body, &many) == nil && len(many) == 2 && len(many[0].Params) > 0 && string(many[0].Params[0]) == `"latest"`:
		n.head(w, body, many)
	default:
		n.say(w, n.ask(body))
	}
}

// ask hands a request on; nil if anvil did not answer.
func (n *node) ask(body []byte) []byte {
	res, err := upstream.Post(n.anvil, "application/json", bytes.NewReader(body))
	if err != nil {
		return nil
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		return nil
	}
	return answer
}

// say answers, or hangs up if there is no answer.
func (n *node) say(w http.ResponseWriter, answer []byte) {
	if answer == nil {
		panic(http.ErrAbortHandler)
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(answer)
}

func (n *node) sent(w http.ResponseWriter, body []byte, m message) {
	var raw hexutil.Bytes
	tx := new(types.Transaction)
	if json.Unmarshal(m.Params[0], &raw) != nil || tx.UnmarshalBinary(raw) != nil {
		n.say(w, n.ask(body))
		return
	}
	n.mu.Lock()
	what := n.send(tx)
	n.mu.Unlock()
	var answer []byte
	switch what {
	case accepted:
		answer = n.ask(body)
	case swallowed:
		answer, _ = json.Marshal(message{Version: "2.0", ID: m.ID, Result: json.RawMessage(`"` + tx.Hash().Hex() + `"`)})
	case unanswered:
		n.ask(body)
		time.Sleep(n.timeout)
	case known:
		n.ask(body)
		answer, _ = json.Marshal(message{Version: "2.0", ID: m.ID, Error: json.RawMessage(`{"code":-32000,"message":"already known"}`)})
	case refused:
	}
	n.say(w, answer)
}

// head answers for the newest and the final block, now and then with those that
// it named last.
func (n *node) head(w http.ResponseWriter, body []byte, ask []message) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.heads != nil && n.stale() {
		again := make([]message, len(ask))
		for i := range ask {
			again[i] = message{Version: "2.0", ID: ask[i].ID, Result: n.heads[i]}
		}
		answer, _ := json.Marshal(again)
		n.say(w, answer)
		return
	}
	answer := n.ask(body)
	var said []message
	if json.Unmarshal(answer, &said) == nil && len(said) == len(ask) && said[0].Result != nil && said[1].Result != nil {
		n.heads = []json.RawMessage{said[0].Result, said[1].Result}
	}
	n.say(w, answer)
}
