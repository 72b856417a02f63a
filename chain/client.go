// Package chain is the only package that talks to a node.
//
// It trusts a node with as little as possible: a payment is a pair of adjacent logs in
// a receipt, a mint is the contract's own event, a simulation runs the exact
// transaction that would be sent. Requests are batched, so that a hundred payments cost
// a few round trips. It never waits for a block except in the owner's calls, and their
// comments say so. With several nodes, requests go to the first healthy one, and to the
// next as well if it does not answer soon; transactions go to all.
//
//   - [Client] is the engine's view of a chain; it implements [mint.Chain].
//   - [Client.Deploy] and [Client.ReadLaunch] create a launch and read one back.
//   - [Client.Check] refuses to start rather than run wrongly.
//
// Behind a Client stands a pool of nodes (retries, circuit breakers, health checks and
// votes). A reader asks it for single values, a scanner for logs and the events in
// them, finality finds the final block, a signer signs, and a transactor makes the
// calls of people.
//
// Package chain/devnet runs a whole chain in this process, for the demo and for tests.
package chain

import (
	"cmp"
	"context"
	"encoding/json"
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
	// defaultBatch is the maximum number of requests in one JSON-RPC batch. Public
	// nodes accept 3 to 1,000; see gauge.
	defaultBatch = 100
	// defaultRange is the maximum number of blocks in one eth_getLogs.
	defaultRange = 2000
)

// Client is a view of one chain, through one node or several. Its fields are set
// before the first use; it is then safe for concurrent use.
type Client struct {
	// Keys are the keys that SignBatch, SignSettled, Resign and the owner's calls sign
	// with.
	Keys Keys
	// Confirmations is how far behind the newest block a block is final, for a node
	// that reports no `finalized` block. 0 means 64 if the node does not understand the
	// tag, and 640 if it may understand it and returns no block.
	Confirmations uint64
	// Notice is called once for each node that does not report a final block itself. It
	// must not block, and may be nil.
	Notice func(host, notice string)
	// Batch is the maximum number of requests in one JSON-RPC batch, 100 if zero. The
	// limit of each node is learned.
	Batch int
	// Poll is how often the owner's calls ask for their receipt, 500 ms if zero.
	Poll time.Duration
	// Clock times how long a node that failed is set aside; time.Now if nil.
	Clock func() time.Time

	// MaxFee is the maximum fee that the owner's calls and deployments offer, in wei
	// per gas; nil: whatever nodes suggest. The engine has its own.
	MaxFee *big.Int

	pool pool
	read reader
	scan scanner
	// blockGas is the gas limit of the last block read for the fees; 0 before the
	// first.
	blockGas atomic.Uint64
	fees     atomic.Pointer[mint.Fees] // as read last; nil before the first
	deploys  deployGas
}

var _ mint.Chain = (*Client)(nil)

// Dial connects to nodes of one chain by their http, https, ws or wss URLs, in order of
// preference, and asks each for its chain. One answer is enough; nodes that do not
// answer are tried again later. It is an error if two nodes serve different chains.
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

// New returns a Client that uses an existing connection. Close closes it.
func New(ctx context.Context, conn *rpc.Client) (*Client, error) {
	n := &node{host: "this process", sending: make(chan struct{}, maxSends)}
	n.conn.Store(conn)
	return newClient(ctx, []*node{n})
}

func newClient(ctx context.Context, all []*node) (*Client, error) {
	c, err := prepared(all)
	if err != nil {
		return nil, err
	}
	ours, err := c.pool.open(ctx, identity{})
	if err != nil {
		c.Close()
		return nil, err
	}
	c.pool.ours.Store(&ours)
	return c, nil
}

// prepared returns a client whose nodes were not asked yet.
func prepared(all []*node) (*Client, error) {
	if len(all) == 0 {
		return nil, errors.New("dial node: no URL")
	}
	c := &Client{deploys: newDeployGas()}
	c.read = reader{&c.pool}
	c.scan.pool, c.scan.sent = &c.pool, newSentBatches()
	c.pool.all = all
	c.pool.ours.Store(new(identity))
	c.pool.clock = func() time.Time {
		if c.Clock != nil {
			return c.Clock()
		}
		return time.Now()
	}
	c.pool.wait, c.pool.chance = sleep, rand.Float64
	c.pool.hedge = (*node).hedgeAfter
	c.pool.elapsed = func(_ *node, began time.Time) time.Duration { return time.Since(began) }
	times := map[string]int{} // how many nodes have a host
	for _, n := range all {
		if times[n.host]++; times[n.host] > 1 {
			n.host = fmt.Sprintf("%s#%d", n.host, times[n.host])
		}
		n.size = func() int { return cmp.Or(max(c.Batch, 0), defaultBatch) }
		n.of, n.patience = &c.pool, callTimeout
		if len(all) > 1 {
			n.patience = shortTimeout
		}
	}
	return c, nil
}

// ChainID returns the chain id that the nodes reported when they were dialed.
func (c *Client) ChainID() uint64 { return c.pool.chainID() }

// Close closes the connections.
func (c *Client) Close() { c.pool.close() }

// methods returns the distinct methods of the requests.
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
	// The fees of the transaction that the call stands for; nil: it has no gas price.
	FeeCap *hexutil.Big `json:"maxFeePerGas,omitempty"`
	TipCap *hexutil.Big `json:"maxPriorityFeePerGas,omitempty"`
}

func callTo(to common.Address, input []byte) call { return call{To: &to, Input: input} }

// MarshalJSON writes the input under both its names: some nodes know only one of them.
func (m call) MarshalJSON() ([]byte, error) {
	type plain call
	return json.Marshal(struct {
		plain
		Data hexutil.Bytes `json:"data"`
	}{plain(m), m.Input})
}

// elem returns an eth_call as an element of a batch.
func (m call) elem(result *hexutil.Bytes, block string) rpc.BatchElem {
	return rpc.BatchElem{Method: "eth_call", Args: []any{m, block}, Result: result}
}

const (
	latestTag    = "latest"
	finalizedTag = "finalized"
	pendingTag   = "pending"
)

// tag returns a block number as an argument; 0 means the newest block.
func tag(block uint64) string {
	if block == 0 {
		return latestTag
	}
	return hexutil.EncodeUint64(block)
}

// errEmpty: a call to an address without code returns empty output.
var errEmpty = errors.New("there is no such contract")
