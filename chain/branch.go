package chain

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/rpc"

	"github.com/mint402/mint402/mint"
)

// Since implements [mint.Chain]. One node answers, and every answer includes the blocks
// at both ends of the range. A node on another branch therefore cannot answer for
// blocks it does not have.
func (c *Client) Since(ctx context.Context, launches []mint.Launch, after, to mint.Block) ([]mint.Event, error) {
	events, err := c.scan.events(ctx, launches, after, to)
	if err != nil {
		return nil, fmt.Errorf("read events of blocks %d to %d: %w", after.Number+1, to.Number, err)
	}
	return events, nil
}

// Mined implements [mint.Chain]. In one batch, the node that answers is asked for the head
// before the receipts, and for the head again after them: behind one URL, a node of
// another chain may answer now and then. So are the blocks of the receipts, in another
// batch, unless the head shows that they are its own or that before it.
func (c *Client) Mined(ctx context.Context, hashes []common.Hash, head mint.Block) ([]*mint.TxResult, error) {
	asks := ask[[]*receipt]
	if len(hashes) > maxReceiptBatch {
		asks = askPatiently[[]*receipt]
	}
	found, err := asks(ctx, &c.pool, func(ctx context.Context, n *node) ([]*receipt, error) {
		return n.mined(ctx, hashes, head)
	}, "eth_getTransactionReceipt")
	if err != nil && ctx.Err() == nil && !isTimeout(err) && !unreachable(err) && kindOf(err) != busy {
		// One receipt that no node can show must not hide the others.
		found, err = askPatiently(ctx, &c.pool, func(ctx context.Context, n *node) ([]*receipt, error) {
			return n.minedSingly(ctx, hashes, head)
		}, "eth_getTransactionReceipt")
	}
	if err != nil {
		return nil, fmt.Errorf("read receipts up to block %d: %w", head.Number, err)
	}
	return ours(found)
}

// minedSingly is mined with one request for each receipt. It leaves out those that the node
// cannot show on the branch with the head: nil alone proves nothing.
func (n *node) minedSingly(ctx context.Context, hashes []common.Hash, head mint.Block) ([]*receipt, error) {
	if err := n.have(ctx, []mint.Block{head}); err != nil {
		return nil, err
	}
	found := make([]*receipt, len(hashes))
	for i, h := range hashes {
		one, err := n.mined(ctx, []common.Hash{h}, head)
		switch {
		case err == nil:
			found[i] = one[0]
		case ctx.Err() != nil || isTimeout(err) || unreachable(err) || kindOf(err) == busy:
			return nil, err
		}
	}
	return found, n.have(ctx, []mint.Block{head})
}

// mined returns the receipts of the hashes up to the head; those of later blocks have no
// logs.
func (n *node) mined(ctx context.Context, hashes []common.Hash, head mint.Block) ([]*receipt, error) {
	var before, after *header
	found, elems := receiptElems(hashes)
	elems = slices.Concat(
		[]rpc.BatchElem{blockElem(&before, hexutil.EncodeUint64(head.Number))}, elems,
		[]rpc.BatchElem{blockElem(&after, hexutil.EncodeUint64(head.Number))})
	if err := n.batches(ctx, elems, min(n.size(), maxReceiptBatch)); err != nil {
		return nil, fmt.Errorf("read receipts: %w", err)
	}
	if elems[0].Error == nil {
		if err := is(before, head); err != nil {
			return nil, err
		}
	}
	if err := cmp.Or(firstError(elems), is(after, head)); err != nil {
		return nil, err
	}
	if err := wholeReceipts(found, hashes); err != nil {
		return nil, err
	}
	var elsewhere []mint.Block
	for i, r := range found {
		if r == nil {
			continue
		}
		switch number := uint64(*r.Block); {
		case number > head.Number:
			found[i] = &receipt{Hash: r.Hash, BlockHash: r.BlockHash, Block: r.Block, Status: r.Status}
		case number == head.Number && r.BlockHash == after.Hash:
		case number+1 == head.Number && r.BlockHash == after.Parent:
		default:
			elsewhere = append(elsewhere, mint.Block{Number: number, Hash: r.BlockHash})
		}
	}
	if len(elsewhere) == 0 {
		return found, nil
	}
	return found, n.have(ctx, append(elsewhere, head))
}

// is returns an error unless h is the given block; see [same].
func is(h *header, b mint.Block) error {
	if err := h.numbered(b.Number); err != nil {
		return err
	}
	return same(h.block(), b)
}

// have returns an error if the node does not have one of the blocks.
func (n *node) have(ctx context.Context, meant []mint.Block) error {
	slices.SortStableFunc(meant, func(a, b mint.Block) int { return cmp.Compare(a.Number, b.Number) })
	meant = slices.CompactFunc(meant, func(a, b mint.Block) bool { return a.Number == b.Number && a.Hash == b.Hash })
	headers, elems := make([]*header, len(meant)), make([]rpc.BatchElem, len(meant))
	for i, b := range meant {
		elems[i] = blockElem(&headers[i], hexutil.EncodeUint64(b.Number))
	}
	if err := n.batch(ctx, elems); err != nil {
		return err
	}
	for i, b := range meant {
		if elems[i].Error != nil {
			return elems[i].Error
		}
		if err := is(headers[i], b); err != nil {
			return err
		}
	}
	return nil
}

// same returns an error if b is not the block that was meant. If meant has no hash, any
// block is.
func same(b, meant mint.Block) error {
	if (meant.Hash != common.Hash{}) && b.Hash != meant.Hash {
		return fmt.Errorf("block %d is %s, not %s: %w", meant.Number, b.Hash, meant.Hash, mint.ErrUnknownBlock)
	}
	return nil
}

// maxGuarded is how many blocks branchGuard remembers of each kind.
const maxGuarded = 64

// branchGuard detects that two calls of the client were answered from different branches. It
// remembers the blocks at which callers combine several calls: those that Block
// returned, and the last blocks of Events.
//
// A caller continues from a block it thinks is canonical, and accepts the events if
// their last block matches. If different nodes, or different nodes behind one balancer,
// answered these questions, the match proves nothing. So branchGuard returns an error, once,
// if events do not continue from a block that was returned, or if a block is not the
// one that events ended with.
type branchGuard struct {
	mu             sync.Mutex
	returned, read []mint.Block
}

// sawBlock checks and records a block that Block is about to return.
func (g *branchGuard) sawBlock(b mint.Block) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	err := other(g.read, b)
	g.read = without(g.read, b.Number, b.Number)
	g.returned = with(g.returned, b)
	return err
}

// readThrough checks and records the block before the events that are about to be returned,
// and their last block.
func (g *branchGuard) readThrough(before, last mint.Block) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	err := other(g.returned, before)
	if err == nil {
		err = other(g.returned, last)
	}
	// All blocks in between were read again.
	g.returned = without(g.returned, before.Number, last.Number)
	if err == nil {
		g.read = with(g.read, last)
	}
	return err
}

// other returns an error if blocks has another block with the number of b.
func other(blocks []mint.Block, b mint.Block) error {
	for _, o := range blocks {
		if o.Number == b.Number && o.Hash != b.Hash && b.Hash != (common.Hash{}) {
			return fmt.Errorf("block %d is %s, and was %s: %w", b.Number, b.Hash, o.Hash, errMoved)
		}
	}
	return nil
}

func with(blocks []mint.Block, b mint.Block) []mint.Block {
	if slices.ContainsFunc(blocks, func(o mint.Block) bool { return o.Number == b.Number && o.Hash == b.Hash }) {
		return blocks
	}
	if len(blocks) == maxGuarded {
		blocks = slices.Delete(blocks, 0, 1)
	}
	return append(blocks, b)
}

func without(blocks []mint.Block, from, to uint64) []mint.Block {
	return slices.DeleteFunc(blocks, func(b mint.Block) bool { return from <= b.Number && b.Number <= to })
}
