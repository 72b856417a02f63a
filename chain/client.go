// Package chain is the only room that talks to a node.
//
// It believes a node about nothing that it can check: a payment is a pair of
// logs next to each other in a receipt, a mint is the contract's own event, a
// simulation is the very transaction that would be sent. It asks in bulk, so
// that a hundred payments cost a few round trips, and it never waits for a block
// except in the owner's calls, which say so.
//
//   - [Client] is what the engine sees of a chain; it implements [mint.Chain].
//   - [Client.Deploy] and [Client.ReadLaunch] make a launch and read one back.
//   - [Client.Check] refuses to start rather than run wrongly.
//   - [OpenDevnet] is a whole chain in this process, for trying and for tests.
package chain

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/rpc"

	"github.com/mint402/mint402/mint"
)

const (
	// defaultBatch is how many requests go into one JSON-RPC batch. Public nodes
	// take 100 to 1,000.
	defaultBatch = 100
	// defaultRange is how many blocks one eth_getLogs asks for. It is halved for
	// good when a node refuses.
	defaultRange = 2000
	// callTimeout bounds one request to a node.
	callTimeout = 30 * time.Second
)

// Client is one node's view of one chain. Its fields are set before the first
// use; it is then safe for concurrent use.
type Client struct {
	// Keys are those that SignBatch, SignSettled, Resign and the owner's calls
	// may sign with.
	Keys Keys
	// Confirmations is how far behind the newest block a block is final where the
	// node knows no `finalized`; 0: nothing is final but what the node says is.
	Confirmations uint64
	// Batch is how many requests one JSON-RPC batch holds, 100 if zero.
	Batch int
	// Poll is how often the owner's calls ask for their receipt, half a second if
	// zero.
	Poll time.Duration

	rpc     *rpc.Client
	chainID uint64
	blocks  atomic.Uint64 // a range that the node takes
}

var _ mint.Chain = (*Client)(nil)

// Dial connects to a node by its http, https, ws or wss URL and asks for its
// chain id.
func Dial(ctx context.Context, node string) (*Client, error) {
	c, err := rpc.DialOptions(ctx, node, rpc.WithHTTPClient(&http.Client{Timeout: callTimeout}))
	if err != nil {
		return nil, fmt.Errorf("dial node: %w", unnamed(err))
	}
	client, err := New(ctx, c)
	if err != nil {
		c.Close()
		return nil, err
	}
	return client, nil
}

// New makes a Client of a connection, which Close closes.
func New(ctx context.Context, conn *rpc.Client) (*Client, error) {
	c := &Client{rpc: conn}
	c.blocks.Store(defaultRange)
	var id hexutil.Uint64
	if err := c.ask(ctx, &id, "eth_chainId"); err != nil {
		return nil, fmt.Errorf("read chain id: %w", err)
	}
	c.chainID = uint64(id)
	return c, nil
}

// ChainID is the chain that the node said it serves when it was dialed.
func (c *Client) ChainID() uint64 { return c.chainID }

// Close closes the connection.
func (c *Client) Close() { c.rpc.Close() }

// Genesis is the hash of block 0, which tells a devnet or a fork from the chain
// whose id it bears.
func (c *Client) Genesis(ctx context.Context) (common.Hash, error) {
	b, err := c.Block(ctx, 0)
	if err != nil {
		return common.Hash{}, fmt.Errorf("read genesis block: %w", err)
	}
	return b.Hash, nil
}

// ask is one request.
func (c *Client) ask(ctx context.Context, result any, method string, args ...any) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	return unnamed(c.rpc.CallContext(ctx, result, method, args...))
}

// batch sends the requests in as few round trips as the node takes. The error is
// of the transport; that of each request is in its element.
func (c *Client) batch(ctx context.Context, elems []rpc.BatchElem) error {
	size := c.Batch
	if size <= 0 {
		size = defaultBatch
	}
	for len(elems) > 0 {
		n := min(size, len(elems))
		if err := c.oneBatch(ctx, elems[:n]); err != nil {
			return err
		}
		elems = elems[n:]
	}
	return nil
}

// oneBatch sends the requests in one round trip, so that one node answers all.
func (c *Client) oneBatch(ctx context.Context, elems []rpc.BatchElem) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	return unnamed(c.rpc.BatchCallContext(ctx, elems))
}

// unnamed takes the URL out of a transport's error: providers put their key in it.
func unnamed(err error) error {
	var named *url.Error
	if errors.As(err, &named) {
		return named.Err
	}
	return err
}

// all is a batch of which every request must succeed.
func (c *Client) all(ctx context.Context, elems []rpc.BatchElem) error {
	if err := c.batch(ctx, elems); err != nil {
		return err
	}
	return firstError(elems)
}

func firstError(elems []rpc.BatchElem) error {
	for _, e := range elems {
		if e.Error != nil {
			return fmt.Errorf("%s: %w", e.Method, e.Error)
		}
	}
	return nil
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
