//go:build linux

package main

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
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/rpc"
	"github.com/valyala/fasthttp"
)

// costless is a node whose answers take no work: it keeps books instead of running an
// EVM. The launch is deployed on another node first. What never changes, such as the
// terms, is asked there once.
type costless struct {
	books
	url    string
	from   *rpc.Client // the node of the deployment
	server fasthttp.Server
	stop   context.CancelFunc

	fixed sync.Map // answers of that node, by request
}

// startCostless continues the chain of a node with a launch on it.
func startCostless(ctx context.Context, n *node, token common.Address, price *big.Int, every time.Duration) (*costless, error) {
	c := &costless{from: n.Client.Client(), books: books{chainID: n.network.ChainID, token: token, asset: n.network.Asset.Address, price: price,
		signer: types.LatestSignerForChainID(new(big.Int).SetUint64(n.network.ChainID)),
		waits:  map[common.Address]map[uint64]*sent{}, nonces: map[common.Address][]reached{}, sent: map[common.Hash]*sent{}, used: map[use]*mintedOne{}}}
	head, err := n.BlockNumber(ctx)
	if err != nil {
		return nil, fmt.Errorf("read head: %w", err)
	}
	for i := range head + 1 {
		var raw json.RawMessage
		if err := c.from.CallContext(ctx, &raw, "eth_getBlockByNumber", hexutil.EncodeUint64(i), false); err != nil {
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
	c.old = len(c.blocks)
	ln, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("start node: %w", err)
	}
	c.url = "http://" + ln.Addr().String()
	c.server = fasthttp.Server{Handler: c.serve, MaxRequestBodySize: maxBody, NoDefaultServerHeader: true, NoDefaultDate: true}
	go func() { _ = c.server.Serve(ln) }() // returns when it is closed
	ctx, c.stop = context.WithCancel(ctx)
	context.AfterFunc(ctx, func() { _ = c.server.Shutdown() })
	go c.run(ctx, every)
	return c, nil
}

// run makes a block each time.
func (c *costless) run(ctx context.Context, every time.Duration) {
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

func (c *costless) serve(r *fasthttp.RequestCtx) {
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
func (c *costless) reply(out []byte, q question) []byte {
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
func (c *costless) ask(out []byte, method string, params []json.RawMessage) ([]byte, error) {
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
	if err := c.from.CallContext(ctx, &answer, method, args...); err != nil {
		return out, err
	}
	c.fixed.Store(key, answer)
	return append(out, answer...), nil
}
