package chain

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/rpc"

	"github.com/mint402/mint402/mint"
)

// filter is the argument of eth_getLogs.
type filter struct {
	From    hexutil.Uint64   `json:"fromBlock"`
	To      hexutil.Uint64   `json:"toBlock"`
	Address []common.Address `json:"address"`
	Topics  [][]common.Hash  `json:"topics"`
}

// logs answers several filters over one range of blocks. The block `to` is asked
// for in the same batch: a node that lags behind it answers a range silently in
// part, and is told apart by not having the block.
func (c *Client) logs(ctx context.Context, from, to uint64, filters []filter) ([][]types.Log, error) {
	var end *header
	answers := make([][]types.Log, len(filters))
	elems := []rpc.BatchElem{blockElem(&end, hexutil.EncodeUint64(to))}
	for i, f := range filters {
		f.From, f.To = hexutil.Uint64(from), hexutil.Uint64(to)
		elems = append(elems, rpc.BatchElem{Method: "eth_getLogs", Args: []any{f}, Result: &answers[i]})
	}
	if err := c.oneBatch(ctx, elems); err != nil {
		return nil, err
	}
	if elems[0].Error != nil {
		return nil, elems[0].Error
	}
	if !end.known() {
		return nil, fmt.Errorf("block %d: %w", to, mint.ErrUnknownBlock)
	}
	if err := firstError(elems[1:]); err != nil {
		return nil, err
	}
	for _, answer := range answers {
		for _, l := range answer {
			if l.Removed {
				return nil, fmt.Errorf("log %d of block %d was removed while it was read", l.Index, l.BlockNumber)
			}
			if l.BlockNumber < from || l.BlockNumber > to {
				return nil, fmt.Errorf("log of block %d in an answer about blocks %d to %d", l.BlockNumber, from, to)
			}
		}
	}
	return answers, nil
}

// ranges walks blocks from..to in steps that the node takes. A step it refuses
// is halved, and stays halved.
func (c *Client) ranges(from, to uint64, read func(from, to uint64) error) error {
	for from <= to {
		size := c.blocks.Load()
		end := min(from+size-1, to)
		err := read(from, end)
		switch {
		case err == nil:
			from = end + 1
		case end > from && tooLarge(err):
			c.blocks.CompareAndSwap(size, (end-from+1)/2)
		default:
			return err
		}
	}
	return nil
}

// tooLarge says whether a smaller range may be answered. Nodes have a dozen
// spellings of it, so any refusal counts that is not about the rate of requests;
// a wrong guess costs a few requests before the error comes up after all.
func tooLarge(err error) bool {
	var status rpc.HTTPError
	if errors.As(err, &status) {
		return status.StatusCode == 400 || status.StatusCode == 413
	}
	var answered rpc.Error
	if !errors.As(err, &answered) {
		return false
	}
	text := strings.ToLower(answered.Error())
	return !strings.Contains(text, "rate") && !strings.Contains(text, "too many requests")
}
