package chain

import (
	"context"
	"fmt"
	"math/big"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/rpc"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/x402"
)

// header has the fields of a block that we use. The hash is the node's: chains differ
// in the fields that go into it.
type header struct {
	Number  *hexutil.Uint64 `json:"number"`
	Hash    common.Hash     `json:"hash"`
	Parent  common.Hash     `json:"parentHash"`
	Time    blockTime       `json:"timestamp"`
	BaseFee *hexutil.Big    `json:"baseFeePerGas"`
	Gas     hexutil.Uint64  `json:"gasLimit"`
}

// year10000 is when it begins, in seconds since 1970.
const year10000 = 253402300800

// blockTime is the time of a block, in seconds since 1970.
type blockTime uint64

// UnmarshalJSON refuses times after the year 9999, which no chain reaches and JSON cannot
// express: some nodes count milliseconds.
func (t *blockTime) UnmarshalJSON(data []byte) error {
	var seconds hexutil.Uint64
	if err := seconds.UnmarshalJSON(data); err != nil {
		return err
	}
	if seconds >= year10000 {
		return nodeError("gives the times of blocks in another unit than seconds since 1970")
	}
	*t = blockTime(seconds)
	return nil
}

func (h *header) block() mint.Block {
	return mint.Block{Number: uint64(*h.Number), Hash: h.Hash, Time: time.Unix(int64(h.Time), 0)}
}

// known reports whether the node had the block; it answers null for a missing one.
func (h *header) known() bool { return h != nil && h.Number != nil && h.Hash != common.Hash{} }

// numbered returns an error unless h is the block with that number.
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

// Head implements [mint.Chain]. Both blocks come from one request to one node. Head
// skips a node with a newest block far behind another's, and one with a final block
// above its newest, as a balancer of several nodes may report. With several nodes, the
// lowest final block counts.
func (c *Client) Head(ctx context.Context) (latest, final mint.Block, err error) {
	f := finality{&c.pool, c.Confirmations, c.Notice}
	found, err := ask(ctx, &c.pool, func(ctx context.Context, n *node) (found struct{ latest, final mint.Block }, err error) {
		found.latest, found.final, err = f.head(ctx, n)
		return found, err
	}, "eth_getBlockByNumber")
	if err != nil {
		return mint.Block{}, mint.Block{}, fmt.Errorf("read head: %w", err)
	}
	c.pool.shown.Store(found.latest.Number)
	return found.latest, found.final, nil
}

func (f finality) head(ctx context.Context, n *node) (latest, final mint.Block, err error) {
	var newest, finalized *header
	before := f.pool.newestShown(n)
	// The final block is requested first: if the chain advances between the two
	// answers, the final block must not appear above the newest.
	elems := []rpc.BatchElem{blockElem(&finalized, finalizedTag), blockElem(&newest, latestTag)}
	if err := n.batch(ctx, elems); err != nil {
		return latest, final, err
	}
	if elems[1].Error != nil {
		return latest, final, elems[1].Error
	}
	if !newest.known() {
		return latest, final, malformed("the node returned no newest block")
	}
	latest = newest.block()
	wavers, err := f.pool.seen(n, latest.Number, before)
	if err != nil {
		return latest, final, err
	}
	f.pool.keep(n, latest)
	if wavers && latest.Number > 0 {
		// Several nodes answer at this URL. Some may not have the newest block yet;
		// more of them have the one before it, which they mostly showed already.
		if latest, err = f.before(ctx, n, newest); err != nil {
			return latest, final, fmt.Errorf("read the block before the newest: %w", err)
		}
	}
	if elems[0].Error == nil && finalized.known() {
		f.countsFrom(n, 0)
		if final, err = f.reported(ctx, n, latest, finalized.block()); err != nil {
			return latest, final, fmt.Errorf("read final block: %w", err)
		}
	} else if final, err = f.byDepth(ctx, n, latest, elems[0].Error); err != nil {
		return latest, final, fmt.Errorf("read final block: %w", err)
	}
	if final.Number > latest.Number {
		if wavers {
			return latest, final, absent(final.Number) // a node that lags answered; another may next time
		}
		return latest, final, fmt.Errorf("final block %d is above the newest, %d", final.Number, latest.Number)
	}
	return latest, final, nil
}

// before returns the block before a node's newest one. Its hash shows whether the node
// returned it earlier.
func (f finality) before(ctx context.Context, n *node, newest *header) (mint.Block, error) {
	number := uint64(*newest.Number) - 1
	f.pool.mu.Lock()
	i := slices.IndexFunc(n.shown, func(b mint.Block) bool { return b.Hash == newest.Parent && b.Number == number })
	if i >= 0 {
		defer f.pool.mu.Unlock()
		return n.shown[i], nil
	}
	f.pool.mu.Unlock()
	return n.block(ctx, number)
}

// maxShown is how many newest blocks of a node are kept.
const maxShown = 8

// keep records a block that a node returned as its newest.
func (p *pool) keep(n *node, b mint.Block) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if slices.Contains(n.shown, b) {
		return
	}
	if len(n.shown) == maxShown {
		n.shown = slices.Delete(n.shown, 0, 1)
	}
	n.shown = append(n.shown, b)
}

// furthestShown returns the number of the newest block that Head returned, or that a
// healthy node has shown whose newest block goes back and forth; see seen.
func (p *pool) furthestShown() uint64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	number := p.shown.Load()
	for _, n := range p.all {
		if n.verified && n.err == nil && !n.wavered.IsZero() && p.clock().Sub(n.wavered) < maxBackoff {
			number = max(number, n.furthest)
		}
	}
	return number
}

// Block implements [mint.Chain]. A node that lags does not have the newest blocks. Then
// more of the chain is read again than necessary, but no event is lost.
func (c *Client) Block(ctx context.Context, number uint64) (b mint.Block, err error) {
	b, err = ask(ctx, &c.pool, func(ctx context.Context, n *node) (mint.Block, error) {
		return n.block(ctx, number)
	}, "eth_getBlockByNumber")
	if err == nil {
		err = c.scan.guard.sawBlock(b)
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

// oldest returns block 0, which is final before any other is. Of a node that has dropped it, only
// the hash is known.
func (n *node) oldest(ctx context.Context) (mint.Block, error) {
	b, err := n.block(ctx, 0)
	if ours := n.of.ours.Load(); err != nil && !failed(err) && ours.known() {
		return mint.Block{Hash: ours.genesis}, nil
	}
	return b, err
}

// genesis returns the hash of block 0 of the node's chain. Many nodes have dropped the block.
// Then another proof is needed that the chain is the one that the hash belongs to:
//   - The node has the final block that this database stored last: its chain is the database's.
//   - The asset of a well-known network answers with that network's signing domain. Only its
//     issuer's account could deploy code at that address, on whatever chain.
func (n *node) genesis(ctx context.Context, chainID uint64, first *header, failure error) (common.Hash, error) {
	if failure == nil && first.known() {
		return first.Hash, first.numbered(0)
	}
	if failed(failure) {
		return common.Hash{}, failure
	}
	ours, final := n.of.ours.Load(), n.of.lastFinal.Load()
	if ours.known() && final != nil && final.Number > 0 {
		if held, err := n.block(ctx, final.Number); err == nil && held.Hash == final.Hash {
			return ours.genesis, nil
		} else if failed(err) {
			return common.Hash{}, err
		}
	}
	network, ok := x402.NetworkByChainID(chainID)
	if ok && network.Genesis != (common.Hash{}) && (!ours.known() || ours.genesis == network.Genesis) {
		var domain hexutil.Bytes
		err := n.ask(ctx, &domain, "eth_call", callTo(network.Asset.Address, packAsset("DOMAIN_SEPARATOR")), latestTag)
		if failed(err) {
			return common.Hash{}, err
		}
		if err == nil && common.BytesToHash(domain) == network.Asset.Domain(chainID).Separator() {
			return network.Genesis, nil
		}
	}
	return common.Hash{}, nodeError(fmt.Sprintf("the node %s no longer has block 0, and nothing else proves which chain it serves: start once with a node that keeps all blocks, such as an archive node", n.host))
}

// Balance implements [mint.Chain]. A stale balance stops the sale a little late: nodes
// then refuse transactions, and they are sent again later.
func (c *Client) Balance(ctx context.Context, account common.Address) (*big.Int, error) {
	var wei hexutil.Big
	if err := c.read.ask(ctx, &wei, "eth_getBalance", account, latestTag); err != nil {
		return nil, fmt.Errorf("read balance of %s: %w", account, err)
	}
	return wei.ToInt(), nil
}

// AccountNonce implements [mint.Chain]. For the newest block, one node answers. At a
// given block, all healthy nodes are asked, and a different answer from one of them is
// an error. A node that does not have the block, or its state, is ignored.
func (c *Client) AccountNonce(ctx context.Context, account common.Address, at uint64) (uint64, error) {
	read := func(ctx context.Context, n *node) (uint64, error) {
		var count hexutil.Uint64
		err := n.ask(ctx, &count, "eth_getTransactionCount", account, tag(at))
		return uint64(count), err
	}
	var count uint64
	var others []uint64
	var err error
	if at == 0 {
		count, err = ask(ctx, &c.pool, read, "eth_getTransactionCount")
	} else {
		count, others, err = askAll(ctx, &c.pool, read, "eth_getTransactionCount")
	}
	if err != nil {
		return 0, fmt.Errorf("read account nonce of %s: %w", account, err)
	}
	for _, other := range others {
		if other != count {
			return 0, fmt.Errorf("read account nonce of %s at block %d: %w: %d and %d", account, at, mint.ErrDisputed, count, other)
		}
	}
	return count, nil
}

// HasCode reports whether there is code at an address in the newest block.
func (c *Client) HasCode(ctx context.Context, account common.Address) (bool, error) {
	return c.read.hasCode(ctx, account)
}
