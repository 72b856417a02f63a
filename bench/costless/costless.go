// Package costless is a JSON-RPC node for benchmarks. It serves one launch, and answers
// at once what mint402 asks.
package costless

import (
	"context"
	"encoding/json"
	"fmt"
	"math/big"
	"net"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/rpc"
	"github.com/valyala/fasthttp"
)

// Node is a node that answers without much work: it keeps books instead of running an
// EVM. The launch is deployed on another node first. What never changes, such as the
// terms, is asked there once.
type Node struct {
	URL string
	books
	origin *rpc.Client // the node of the deployment
	server fasthttp.Server
	stop   context.CancelFunc

	fixed sync.Map // answers of that node, by request
}

// Launch is what the node has to know about the launch.
type Launch struct {
	ChainID      uint64
	Token, Asset common.Address
	Price        *big.Int
}

// maxRequest is the maximum number of bytes of a request.
const maxRequest = 64 << 20

// Start continues the chain of another node with a launch on it. The node listens on
// 127.0.0.1 and makes a block each time, until Stop or the end of ctx.
func Start(ctx context.Context, origin *rpc.Client, l Launch, every time.Duration) (*Node, error) {
	c := &Node{origin: origin, books: newBooks(l)}
	var head hexutil.Uint64
	if err := origin.CallContext(ctx, &head, "eth_blockNumber"); err != nil {
		return nil, fmt.Errorf("read head: %w", err)
	}
	for i := range uint64(head) + 1 {
		var raw json.RawMessage
		if err := origin.CallContext(ctx, &raw, "eth_getBlockByNumber", hexutil.EncodeUint64(i), false); err != nil {
			return nil, fmt.Errorf("read block %d: %w", i, err)
		}
		var h struct {
			Hash common.Hash
			Time hexutil.Uint64 `json:"timestamp"`
		}
		if err := json.Unmarshal(raw, &h); err != nil {
			return nil, fmt.Errorf("read block %d: %w", i, err)
		}
		c.blocks = append(c.blocks, &entry{number: i, hash: h.Hash, time: uint64(h.Time), raw: raw})
	}
	if err := c.listen(); err != nil {
		return nil, err
	}
	ctx, c.stop = context.WithCancel(ctx)
	context.AfterFunc(ctx, func() { _ = c.server.Shutdown() })
	go c.run(ctx, every)
	return c, nil
}

// Stop ends the node.
func (c *Node) Stop() { c.stop() }

// listen starts to serve.
func (c *Node) listen() error {
	ln, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("start node: %w", err)
	}
	c.URL = "http://" + ln.Addr().String()
	c.server = fasthttp.Server{Handler: c.serve, MaxRequestBodySize: maxRequest, NoDefaultServerHeader: true, NoDefaultDate: true}
	go func() { _ = c.server.Serve(ln) }() // returns when it is closed
	return nil
}

// run makes a block each time.
func (c *Node) run(ctx context.Context, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-tick.C:
			c.mine(now)
		}
	}
}

// question is a JSON-RPC request.
type question struct {
	ID     json.RawMessage   `json:"id"`
	Method string            `json:"method"`
	Params []json.RawMessage `json:"params"`
}

func (c *Node) serve(r *fasthttp.RequestCtx) {
	r.SetContentType("application/json")
	body := r.PostBody()
	if len(body) == 0 || body[0] != '[' {
		var q question
		if err := json.Unmarshal(body, &q); err != nil {
			r.SetStatusCode(fasthttp.StatusBadRequest)
			return
		}
		r.SetBody(c.reply(nil, q))
		return
	}
	var all []question
	if err := json.Unmarshal(body, &all); err != nil {
		r.SetStatusCode(fasthttp.StatusBadRequest)
		return
	}
	out := []byte{'['}
	for i, q := range all {
		if i > 0 {
			out = append(out, ',')
		}
		out = c.reply(out, q)
	}
	r.SetBody(append(out, ']'))
}

// reply appends the response to a request.
func (c *Node) reply(out []byte, q question) []byte {
	out = append(out, `{"jsonrpc":"2.0","id":`...)
	out = append(out, q.ID...)
	before := len(out)
	out, err := c.answer(append(out, `,"result":`...), q)
	if err == nil {
		return append(out, '}')
	}
	message, _ := json.Marshal(err.Error()) // a string has no error
	return append(append(append(out[:before], `,"error":{"code":-32000,"message":`...), message...), "}}"...)
}

// ask asks the node of the deployment, once for each request.
func (c *Node) ask(out []byte, method string, params []json.RawMessage) ([]byte, error) {
	key := method
	args := make([]any, len(params))
	for i, p := range params {
		key += " " + string(p)
		args[i] = p
	}
	if known, ok := c.fixed.Load(key); ok {
		return append(out, known.(json.RawMessage)...), nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	var answer json.RawMessage
	if err := c.origin.CallContext(ctx, &answer, method, args...); err != nil {
		return out, err
	}
	c.fixed.Store(key, answer)
	return append(out, answer...), nil
}
