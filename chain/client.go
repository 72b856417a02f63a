// Package chain is the only package that talks to a node.
//
// It believes a node about nothing that it can check: a payment is a pair of
// logs next to each other in a receipt, a mint is the contract's own event, a
// simulation is the very transaction that would be sent. It asks in bulk, so
// that a hundred payments cost a few round trips, and it never waits for a block
// except in the owner's calls, which say so. Of several nodes it asks the first
// that stands well, and hands transactions to all.
//
//   - [Client] is what the engine sees of a chain; it implements [mint.Chain].
//   - [Client.Deploy] and [Client.ReadLaunch] make a launch and read one back.
//   - [Client.Check] refuses to start rather than run wrongly.
//
// Package chain/devnet is a whole chain in this process, for the demo and for tests.
package chain

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/rpc"

	"github.com/mint402/mint402/mint"
)

const (
	// defaultBatch is how many requests go into one JSON-RPC batch at most. Public
	// nodes take 3 to 1,000; see gauge.
	defaultBatch = 100
	// defaultRange is how many blocks one eth_getLogs asks for at most.
	defaultRange = 2000
	// callTimeout bounds one request to a node, shortTimeout where another node may
	// do better.
	callTimeout, shortTimeout = 30 * time.Second, 5 * time.Second
)

// Client is a view of one chain, through one node or several. Its fields are set
// before the first use; it is then safe for concurrent use.
type Client struct {
	// Keys are those that SignBatch, SignSettled, Resign and the owner's calls
	// may sign with.
	Keys Keys
	// Confirmations is how far behind the newest block a block is final where the
	// node knows no `finalized`; 0: 64 where the node does not understand the tag, and
	// 640 where it may and names no block.
	Confirmations uint64
	// Notice is called once for a node by whose word alone no block would be final; it
	// must not block. It may be nil.
	Notice func(host, notice string)
	// Batch is how many requests one JSON-RPC batch holds at most, 100 if zero. What
	// each node takes is learnt.
	Batch int
	// Poll is how often the owner's calls ask for their receipt, half a second if
	// zero.
	Poll time.Duration
	// Clock says for how long a node that failed is left alone; time.Now if nil.
	Clock func() time.Time

	// MaxFee is the wei a gas that the owner's calls and deployments offer at most;
	// nil: whatever nodes suggest. The engine has its own.
	MaxFee *big.Int

	nodes  nodes
	joints joints
	sent   sentBatches
	// blockGas is a block's gas limit, as it was last read; 0 if it was not.
	blockGas atomic.Uint64
}

var _ mint.Chain = (*Client)(nil)

// Dial connects to nodes of one chain by their http, https, ws or wss URLs, in
// order of preference, and asks each which chain it serves. One that answers is
// enough; the others are tried again later. Two of different chains are an error.
func Dial(ctx context.Context, urls ...string) (*Client, error) {
	all, err := nodesOf(urls)
	if err != nil {
		return nil, err
	}
	return newClient(ctx, all)
}

func nodesOf(urls []string) ([]*node, error) {
	all := make([]*node, len(urls))
	for i, u := range urls {
		var err error
		if all[i], err = newNode(u); err != nil {
			return nil, fmt.Errorf("dial node: %w", err)
		}
	}
	return all, nil
}

// New makes a Client of a connection, which Close closes.
func New(ctx context.Context, conn *rpc.Client) (*Client, error) {
	n := &node{host: "this process", sending: make(chan struct{}, mostSends)}
	n.conn.Store(conn)
	return newClient(ctx, []*node{n})
}

func newClient(ctx context.Context, all []*node) (*Client, error) {
	c, err := prepared(all)
	if err != nil {
		return nil, err
	}
	if err := c.nodes.open(ctx, sight{}); err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

// prepared makes a client of nodes that were not asked yet.
func prepared(all []*node) (*Client, error) {
	if len(all) == 0 {
		return nil, errors.New("dial node: no URL")
	}
	c := &Client{}
	c.nodes.all = all
	c.nodes.clock = func() time.Time {
		if c.Clock != nil {
			return c.Clock()
		}
		return time.Now()
	}
	c.nodes.wait, c.nodes.chance = sleep, rand.Float64
	c.nodes.since = func(_ *node, began time.Time) time.Duration { return time.Since(began) }
	times := map[string]int{} // a host was named
	for _, n := range all {
		if times[n.host]++; times[n.host] > 1 {
			n.host = fmt.Sprintf("%s#%d", n.host, times[n.host])
		}
		n.size = func() int { return cmp.Or(max(c.Batch, 0), defaultBatch) }
		n.patience = callTimeout
		if len(all) > 1 {
			n.patience = shortTimeout
		}
	}
	return c, nil
}

// ChainID is the chain that the nodes said they serve when they were dialed.
func (c *Client) ChainID() uint64 { return c.nodes.chainID }

// Close closes the connections.
func (c *Client) Close() { c.nodes.close() }

// Genesis is the hash of block 0, which tells a devnet or a fork from the chain
// whose id it bears.
func (c *Client) Genesis(ctx context.Context) (common.Hash, error) {
	b, err := c.Block(ctx, 0)
	if err != nil {
		return common.Hash{}, fmt.Errorf("read genesis block: %w", err)
	}
	return b.Hash, nil
}

// ask is one request, of whichever node answers.
func (c *Client) ask(ctx context.Context, result any, method string, args ...any) error {
	return c.nodes.ask(ctx, func(n *node) error { return n.ask(ctx, result, method, args...) }, method)
}

// batch sends the requests to one node, in as few round trips as it takes. The
// error is the node's failure; the error of a request is in its element. A request
// that is refused, unless by the contract, is asked of another node, too, with
// those beside it.
func (c *Client) batch(ctx context.Context, elems []rpc.BatchElem) error {
	err := c.nodes.ask(ctx, func(n *node) error {
		if err := n.batch(ctx, elems); err != nil {
			return err
		}
		return refusal(elems)
	}, methods(elems)...)
	if err != nil && refusal(elems) != nil && !failed(err) {
		return nil // every node says so: it is in the element
	}
	return err
}

// refusal is the first error of a request that another node may not have.
func refusal(elems []rpc.BatchElem) error {
	for _, e := range elems {
		if k := kindOf(e.Error); k != fine && k != said {
			return fmt.Errorf("%s: %w", e.Method, e.Error)
		}
	}
	return nil
}

// all is a batch of which every request must succeed.
func (c *Client) all(ctx context.Context, elems []rpc.BatchElem) error {
	return c.nodes.ask(ctx, func(n *node) error { return n.all(ctx, elems) }, methods(elems)...)
}

// methods are those that the requests ask for.
func methods(elems []rpc.BatchElem) (all []string) {
	for _, e := range elems {
		if !slices.Contains(all, e.Method) {
			all = append(all, e.Method)
		}
	}
	return all
}

// call is the argument of eth_call and eth_estimateGas.
type call struct {
	From  *common.Address `json:"from,omitempty"`
	To    *common.Address `json:"to,omitempty"`
	Gas   hexutil.Uint64  `json:"gas,omitempty"`
	Input hexutil.Bytes   `json:"input"`
}

func callTo(to common.Address, input []byte) call { return call{To: &to, Input: input} }

// elem is an eth_call of a batch.
func (m call) elem(result *hexutil.Bytes, block string) rpc.BatchElem {
	return rpc.BatchElem{Method: "eth_call", Args: []any{m, block}, Result: result}
}

// view is one eth_call at the newest block. A revert is a *Revert.
func (c *Client) view(ctx context.Context, m call) ([]byte, error) {
	var out hexutil.Bytes
	if err := c.ask(ctx, &out, "eth_call", m, latestTag); err != nil {
		return nil, asRevert(err)
	}
	return out, nil
}

const (
	latestTag    = "latest"
	finalizedTag = "finalized"
	pendingTag   = "pending"
)

// tag is a block as an argument, 0 being the newest.
func tag(block uint64) string {
	if block == 0 {
		return latestTag
	}
	return hexutil.EncodeUint64(block)
}

// errEmpty: a node answers a call to an address without code with nothing.
var errEmpty = errors.New("no answer, there is no such contract")
