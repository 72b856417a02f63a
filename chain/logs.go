package chain

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/rpc"

	"github.com/mint402/mint402/chain/usual"
	"github.com/mint402/mint402/mint"
)

// scanner reads logs over ranges of blocks, and makes events of them.
type scanner struct {
	pool  *pool
	guard branchGuard
	sent  sentBatches
}

// filter is the argument of eth_getLogs.
type filter struct {
	From    hexutil.Uint64   `json:"fromBlock"`
	To      hexutil.Uint64   `json:"toBlock"`
	Address []common.Address `json:"address"`
	Topics  [][]common.Hash  `json:"topics"`
}

// stretch is the content of a range of blocks.
type stretch struct {
	logs [][]types.Log // per filter, in the order of the chain
	// before is the block before the range, if there is one; last is its last block.
	before, last mint.Block
}

// logs answers several filters over one range of blocks. The blocks at both ends of the
// range are requested in the same batch: a node that lags returns only part of a range
// without an error, and is detected because it lacks the last block. The last block is
// requested twice, before and after the logs, to detect a node that moves to another
// branch. The order also holds if a node takes one request at a time.
func (n *node) logs(ctx context.Context, from, to uint64, filters []filter) (s stretch, err error) {
	var before, last, after *header
	s.logs = make([][]types.Log, len(filters))
	elems := []rpc.BatchElem{blockElem(&last, hexutil.EncodeUint64(to)), blockElem(&before, hexutil.EncodeUint64(max(from, 1)-1))}
	for i, f := range filters {
		f.From, f.To = hexutil.Uint64(from), hexutil.Uint64(to)
		elems = append(elems, rpc.BatchElem{Method: "eth_getLogs", Args: []any{f}, Result: (*logList)(&s.logs[i])})
	}
	elems = append(elems, blockElem(&after, hexutil.EncodeUint64(to)))
	if err := n.batch(ctx, elems); err != nil {
		return s, err
	}
	if elems[0].Error == nil && last == nil {
		return s, last.numbered(to)
	}
	if err := n.inParts(ctx, elems[2:2+len(filters)], from == to); err != nil {
		return s, err
	}
	if err := firstError(elems); err != nil {
		return s, err
	}
	for _, err := range []error{before.numbered(max(from, 1) - 1), last.numbered(to), after.numbered(to)} {
		if err != nil {
			return s, err
		}
	}
	if last.Hash != after.Hash {
		return s, fmt.Errorf("block %d: %w", to, errMoved)
	}
	s.last = last.block()
	if from > 0 {
		s.before = before.block()
	}
	return s, sound(s.logs, from, to, last.Hash)
}

// sound sorts the answers, and returns an error if they cannot all be from one branch. It
// leaves out logs of blocks that were not asked for, and the repetition of a log: some
// nodes send these. Two different logs at one place are an error.
func sound(answers [][]types.Log, from, to uint64, end common.Hash) error {
	hashes := map[uint64]common.Hash{to: end}
	for a, answer := range answers {
		if answer == nil {
			return errors.New("eth_getLogs: no list of logs")
		}
		answer = slices.DeleteFunc(answer, func(l types.Log) bool { return l.BlockNumber < from || l.BlockNumber > to })
		slices.SortFunc(answer, func(a, b types.Log) int {
			return cmp.Or(cmp.Compare(a.BlockNumber, b.BlockNumber), cmp.Compare(a.Index, b.Index))
		})
		answer = slices.CompactFunc(answer, func(a, b types.Log) bool {
			return a.TxHash == b.TxHash && a.Index == b.Index && a.BlockHash == b.BlockHash && a.Removed == b.Removed && sameLog(&a, &b)
		})
		answers[a] = answer
		for i, l := range answer {
			hash, known := hashes[l.BlockNumber]
			switch {
			case l.Removed:
				return fmt.Errorf("log %d of block %d: %w", l.Index, l.BlockNumber, errMoved)
			case known && l.BlockHash != hash:
				return fmt.Errorf("logs of two blocks with the number %d: %w", l.BlockNumber, errMoved)
			case i > 0 && l.BlockNumber == answer[i-1].BlockNumber && l.Index == answer[i-1].Index:
				return fmt.Errorf("log %d of block %d came twice, with different content", l.Index, l.BlockNumber)
			}
			hashes[l.BlockNumber] = l.BlockHash
		}
	}
	return nil
}

// maxNarrow is the maximum number of blocks whose logs are no expensive request.
const maxNarrow = 8

// stretches reads several filters over the blocks above `after` up to `to`, in as many
// steps as the node needs, and returns what read made of them. All of it is read from one
// node and one branch; the node must have both blocks, if their hashes are given. read is
// called for each step, with the result so far; if another node starts over, with an
// empty one.
func stretches[T any](ctx context.Context, s *scanner, after, to mint.Block, filters []filter, read func(context.Context, *node, T, [][]types.Log) (T, error)) (T, error) {
	type scan struct {
		before, last mint.Block
		result       T
	}
	scanned := func(ctx context.Context, n *node) (done scan, err error) {
		err = n.ranges(ctx, after.Number+1, to.Number, func(ctx context.Context, from, to uint64) error {
			part, err := n.logs(ctx, from, to, filters)
			switch {
			case err != nil:
				return err
			case done.last.Hash == common.Hash{}:
				done.before = part.before
			case part.before.Hash != done.last.Hash:
				return fmt.Errorf("block %d: %w", done.last.Number, errMoved)
			}
			result, err := read(ctx, n, done.result, part.logs)
			if err != nil {
				return err
			}
			done.result, done.last = result, part.last
			return nil
		})
		return done, cmp.Or(err, same(done.before, after), same(done.last, to))
	}
	asks := ask[scan]
	if to.Number > after.Number+maxNarrow {
		asks = askPatiently[scan]
	}
	done, err := asks(ctx, s.pool, scanned, "eth_getLogs", "eth_getBlockByNumber")
	if err != nil || after.Number >= to.Number || to.Hash != (common.Hash{}) {
		return done.result, err
	}
	return done.result, s.guard.readThrough(done.before, done.last)
}

// logList is a list of logs in an answer. Those in the usual form are read directly: decoding
// thousands of them by reflection takes a tenth of the server's time.
type logList []types.Log

// UnmarshalJSON implements [json.Unmarshaler].
func (l *logList) UnmarshalJSON(data []byte) error {
	if l.direct(data) {
		return nil
	}
	return json.Unmarshal(data, (*[]types.Log)(l))
}

// direct implements [direct].
func (l *logList) direct(data []byte) bool {
	logs, ok := usual.Logs(data)
	if ok {
		*l = logs
	}
	return ok
}

// sameLog reports whether two logs have the same content, wherever they are.
func sameLog(a, b *types.Log) bool {
	return a.Address == b.Address && slices.Equal(a.Topics, b.Topics) && bytes.Equal(a.Data, b.Data)
}
