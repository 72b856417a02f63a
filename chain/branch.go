package chain

import (
	"cmp"
	"context"
	"fmt"
	"slices"

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

// Mined implements [mint.Chain]. The node that answers is asked for the head before the
// receipts, and afterwards for the head again, together with the receipts' blocks:
// behind one URL, a node of another chain may answer now and then.
func (c *Client) Mined(ctx context.Context, hashes []common.Hash, head mint.Block) ([]*mint.TxResult, error) {
	var found []*receipt
	err := c.pool.ask(ctx, func(n *node) (err error) {
		if err := n.on(ctx, head); err != nil {
			return err
		}
		if found, err = n.receipts(ctx, hashes); err != nil {
			return err
		}
		return n.have(ctx, head, found)
	}, "eth_getTransactionReceipt")
	if err != nil {
		return nil, fmt.Errorf("read receipts up to block %d: %w", head.Number, err)
	}
	for i, r := range found {
		if r != nil && uint64(*r.Block) > head.Number {
			found[i] = nil
		}
	}
	return ours(found)
}

// on returns an error if the node does not have block b, or has another with its
// number.
func (n *node) on(ctx context.Context, b mint.Block) error {
	now, err := n.block(ctx, b.Number)
	if err != nil {
		return err
	}
	return same(now, b)
}

// have returns an error if the node does not have the head, or the block of one of the
// receipts up to the head.
func (n *node) have(ctx context.Context, head mint.Block, found []*receipt) error {
	meant := []mint.Block{head}
	for _, r := range found {
		if r != nil && uint64(*r.Block) <= head.Number {
			meant = append(meant, mint.Block{Number: uint64(*r.Block), Hash: r.BlockHash})
		}
	}
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
		if err := headers[i].numbered(b.Number); err != nil {
			return err
		}
		if err := same(headers[i].block(), b); err != nil {
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
