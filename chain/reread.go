package chain

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/rpc"

	"github.com/mint402/mint402/mint"
)

const (
	// maxReceiptBlocks is the maximum number of blocks that are read again by all their
	// receipts.
	maxReceiptBlocks = 256
	// maxReceiptStep is how many at once: a full block has megabytes of receipts.
	maxReceiptStep = 8
)

// Reread implements [mint.Chain]. A node that cannot return the receipts of a block is
// read with logs, as in Since.
func (c *Client) Reread(ctx context.Context, launches []mint.Launch, after, to mint.Block, attempt int) ([]mint.Event, error) {
	if len(launches) == 0 || after.Number >= to.Number {
		return nil, nil
	}
	w := newWatch(launches)
	var errs []error
	for _, n := range c.pool.from(attempt + 1) {
		events, err := w.reread(ctx, &c.scan, n, after, to, attempt >= mint.AttemptReceipts)
		if err == nil {
			return events, nil
		}
		errs = append(errs, fmt.Errorf("%s: %w", n.host, err))
		if ctx.Err() != nil {
			break
		}
		if kindOf(err) == broken {
			c.pool.markFailed(n, err)
		}
	}
	return nil, fmt.Errorf("read events of blocks %d to %d again: %w", after.Number+1, to.Number, cmp.Or(errors.Join(errs...), errNoNode))
}

var errNoNode = errors.New("no node is healthy")

// from returns the healthy nodes, rotated so that another one is first in each turn. Those
// that leave a request unanswered come last.
func (p *pool) from(turn int) []*node {
	well, _ := p.order([]string{"eth_getLogs", "eth_getBlockReceipts"})
	answering := len(well)
	for answering > 0 && p.isHung(well[answering-1]) {
		answering--
	}
	if answering == 0 {
		return well
	}
	turn %= answering
	return slices.Concat(well[turn:answering], well[:turn], well[answering:])
}

// reread reads the blocks above `after` up to `to` from one node.
func (w *watch) reread(ctx context.Context, s *scanner, n *node, after, to mint.Block, receipts bool) (events []mint.Event, err error) {
	if receipts && to.Number-after.Number <= maxReceiptBlocks {
		var own, came []types.Log
		for at := after; at.Number < to.Number && err == nil; {
			end := mint.Block{Number: min(at.Number+maxReceiptStep, to.Number)}
			if end.Number == to.Number {
				end = to
			}
			own, came, at, err = w.receipts(ctx, n, at, end, own, came)
		}
		if err == nil {
			return w.read(ctx, s, n, own, came)
		}
		if errors.Is(err, mint.ErrUnknownBlock) || ctx.Err() != nil {
			return nil, err
		}
	}
	var last mint.Block
	err = n.ranges(ctx, after.Number+1, to.Number, func(ctx context.Context, from, end uint64) error {
		part, err := n.logs(ctx, from, end, w.filters)
		if err != nil {
			return err
		}
		if err := same(part.before, cmp.Or(last, after)); err != nil {
			return err
		}
		found, err := w.read(ctx, s, n, part.logs[0], part.logs[1])
		events, last = append(events, found...), part.last
		return err
	})
	if err == nil {
		err = same(last, to)
	}
	return events, err
}

// receipts finds the logs that match the filters in the receipts of all transactions of
// some blocks. The blocks must follow each other, and each must have as many receipts
// as transactions. The logs are appended to those given; last is the last block.
func (w *watch) receipts(ctx context.Context, n *node, after, to mint.Block, own, came []types.Log) (_, _ []types.Log, last mint.Block, err error) {
	fail := func(err error) ([]types.Log, []types.Log, mint.Block, error) { return nil, nil, after, err }
	type body struct {
		header
		Transactions []common.Hash `json:"transactions"`
	}
	count := int(to.Number - after.Number)
	bodies, receipts := make([]*body, count), make([][]*receipt, count)
	var elems []rpc.BatchElem
	for i := range count {
		number := hexutil.EncodeUint64(after.Number + 1 + uint64(i))
		elems = append(elems,
			rpc.BatchElem{Method: "eth_getBlockByNumber", Args: []any{number, false}, Result: &bodies[i]},
			rpc.BatchElem{Method: "eth_getBlockReceipts", Args: []any{number}, Result: &receipts[i]})
	}
	if err := n.all(ctx, elems); err != nil {
		return fail(err)
	}
	parent := after.Hash
	for i, b := range bodies {
		number := after.Number + 1 + uint64(i)
		if b == nil {
			return fail(absent(number))
		}
		if err := b.numbered(number); err != nil {
			return fail(err)
		}
		if (parent != common.Hash{} && b.Parent != parent) {
			return fail(fmt.Errorf("block %d does not follow %s: %w", number, parent, mint.ErrUnknownBlock))
		}
		parent = b.Hash
		if len(receipts[i]) != len(b.Transactions) {
			return fail(fmt.Errorf("block %d has %d transactions and %d receipts", number, len(b.Transactions), len(receipts[i])))
		}
		for j, r := range receipts[i] {
			if r == nil || r.BlockHash != b.Hash {
				return fail(fmt.Errorf("receipt %d of block %d is of another block", j, number))
			}
			if err := r.whole(b.Transactions[j]); err != nil {
				return fail(fmt.Errorf("receipt %d of block %d: %w", j, number, err))
			}
			own, came = w.pick(r.Logs, own, came)
		}
	}
	last = mint.Block{Number: to.Number, Hash: parent}
	return own, came, last, same(last, to)
}

// pick appends the logs of a receipt that match the filters.
func (w *watch) pick(logs []types.Log, own, came []types.Log) ([]types.Log, []types.Log) {
	for _, l := range logs {
		if w.filters[0].takes(&l) {
			own = append(own, l)
		}
		if w.filters[1].takes(&l) {
			came = append(came, l)
		}
	}
	return own, came
}
