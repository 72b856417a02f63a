package chain

import (
	"context"
	"fmt"
	"math/big"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/rpc"

	"github.com/mint402/mint402/mint"
)

// header is what we read of a block. The hash is the node's: chains differ in
// the fields that go into it.
type header struct {
	Number  *hexutil.Uint64 `json:"number"`
	Hash    common.Hash     `json:"hash"`
	Time    hexutil.Uint64  `json:"timestamp"`
	BaseFee *hexutil.Big    `json:"baseFeePerGas"`
	Gas     hexutil.Uint64  `json:"gasLimit"`
}

func (h *header) block() mint.Block {
	return mint.Block{Number: uint64(*h.Number), Hash: h.Hash, Time: time.Unix(int64(h.Time), 0)}
}

// known says that the node had the block; an absent one is answered with null.
func (h *header) known() bool { return h != nil && h.Number != nil && h.Hash != common.Hash{} }

// numbered says that it is the block that was asked for.
func (h *header) numbered(number uint64) error {
	switch {
	case h == nil:
		return absent(number)
	case !h.known():
		return malformed(fmt.Sprintf("block %d came without number or hash", number))
	case uint64(*h.Number) != number:
		return malformed(fmt.Sprintf("asked for block %d, got %d", number, uint64(*h.Number)))
	}
	return nil
}

func blockElem(result **header, tag string) rpc.BatchElem {
	return rpc.BatchElem{Method: "eth_getBlockByNumber", Args: []any{tag, false}, Result: result}
}

// Head implements [mint.Chain]. Both blocks come from one request to one node. A
// node whose newest block is far behind another's is passed over, and one with a
// final block above its newest, as a balancer of several may claim. Of several nodes,
// the one that calls the fewest blocks final is believed.
func (c *Client) Head(ctx context.Context) (latest, final mint.Block, err error) {
	err = c.nodes.ask(ctx, func(n *node) (err error) {
		latest, final, err = c.head(ctx, n)
		return err
	}, "eth_getBlockByNumber")
	if err != nil {
		return mint.Block{}, mint.Block{}, fmt.Errorf("read head: %w", err)
	}
	return latest, final, nil
}

func (c *Client) head(ctx context.Context, n *node) (latest, final mint.Block, err error) {
	var newest, finalized *header
	// The final one is asked for first: a chain that moves on between the two answers
	// must not seem to be final above its newest block.
	elems := []rpc.BatchElem{blockElem(&finalized, finalizedTag), blockElem(&newest, latestTag)}
	if err := n.batch(ctx, elems); err != nil {
		return latest, final, err
	}
	if elems[1].Error != nil {
		return latest, final, elems[1].Error
	}
	if !newest.known() {
		return latest, final, malformed("there is no newest block")
	}
	latest = newest.block()
	wavers, err := c.nodes.seen(n, latest.Number)
	if err != nil {
		return latest, final, err
	}
	if wavers && latest.Number > 0 {
		// Several nodes answer at this URL. The newest block is one that the others
		// may not have yet; the one before it, more of them have.
		if latest, err = n.block(ctx, latest.Number-1); err != nil {
			return latest, final, fmt.Errorf("read the block before the newest: %w", err)
		}
	}
	if elems[0].Error == nil && finalized.known() {
		c.countsFrom(n, 0)
		if final, err = c.finalOf(ctx, n, latest, finalized.block()); err != nil {
			return latest, final, fmt.Errorf("read final block: %w", err)
		}
	} else if final, err = c.finalByDepth(ctx, n, latest, elems[0].Error); err != nil {
		return latest, final, fmt.Errorf("read final block: %w", err)
	}
	if final.Number > latest.Number {
		if wavers {
			return latest, final, absent(final.Number) // one that lags answered; another may next time
		}
		return latest, final, fmt.Errorf("final block %d is above the newest, %d", final.Number, latest.Number)
	}
	return latest, final, nil
}

// Block implements [mint.Chain]. A node that lags does not have the newest ones;
// then more of the chain is read again than was needed, and nothing is lost.
func (c *Client) Block(ctx context.Context, number uint64) (b mint.Block, err error) {
	err = c.nodes.ask(ctx, func(n *node) (err error) {
		b, err = n.block(ctx, number)
		return err
	}, "eth_getBlockByNumber")
	if err == nil {
		err = c.joints.tell(b)
	}
	if err != nil {
		return mint.Block{}, fmt.Errorf("read block %d: %w", number, err)
	}
	return b, nil
}

func (n *node) block(ctx context.Context, number uint64) (mint.Block, error) {
	var h *header
	if err := n.ask(ctx, &h, "eth_getBlockByNumber", hexutil.EncodeUint64(number), false); err != nil {
		return mint.Block{}, err
	}
	if err := h.numbered(number); err != nil {
		return mint.Block{}, err
	}
	return h.block(), nil
}

// Balance implements [mint.Chain]. An old one stops the sale a little late: then
// transactions are not taken, and go out again.
func (c *Client) Balance(ctx context.Context, account common.Address) (*big.Int, error) {
	var wei hexutil.Big
	if err := c.ask(ctx, &wei, "eth_getBalance", account, latestTag); err != nil {
		return nil, fmt.Errorf("read balance of %s: %w", account, err)
	}
	return wei.ToInt(), nil
}

// AccountNonce implements [mint.Chain]. The newest one is one node's word. At a block,
// the nodes that stand well are all asked: one of them that gives another answer makes it
// an error. A node that does not have the block, or its state, has no say.
func (c *Client) AccountNonce(ctx context.Context, account common.Address, at uint64) (uint64, error) {
	read := func(ctx context.Context, n *node) (uint64, error) {
		var count hexutil.Uint64
		err := n.ask(ctx, &count, "eth_getTransactionCount", account, tag(at))
		return uint64(count), err
	}
	var first *node
	var count uint64
	err := c.nodes.ask(ctx, func(n *node) (err error) {
		first = n
		count, err = read(ctx, n)
		return err
	}, "eth_getTransactionCount")
	if err != nil {
		return 0, fmt.Errorf("read account nonce of %s: %w", account, err)
	}
	if at == 0 {
		return count, nil
	}
	for _, other := range askBeside(ctx, &c.nodes, first, read) {
		if other != count {
			return 0, fmt.Errorf("read account nonce of %s at block %d: %w: %d and %d", account, at, mint.ErrDisputed, count, other)
		}
	}
	return count, nil
}

// HasCode says whether there is code at an address now.
func (c *Client) HasCode(ctx context.Context, account common.Address) (bool, error) {
	code, err := c.code(ctx, account, latestTag)
	return len(code) > 0, err
}

func (c *Client) code(ctx context.Context, account common.Address, tag string) ([]byte, error) {
	var code hexutil.Bytes
	if err := c.ask(ctx, &code, "eth_getCode", account, tag); err != nil {
		return nil, fmt.Errorf("read code of %s: %w", account, err)
	}
	return code, nil
}
