package chain

import (
	"context"
	"fmt"
	"slices"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/rpc"
)

// walk reads a long range of blocks in steps that a node accepts. Limits of the node
// are kept in its gauge; the walk keeps limits of its own blocks.
type walk struct {
	n *node
	// narrow is the maximum step, because a step here found too much for one answer; 0:
	// as large as the node accepts.
	narrow uint64
	// doubt is the size of a step that failed without a reason; 0: none did.
	doubt uint64
	// trial is a smaller size, to see whether it works; 0: it worked, and doubt is
	// tried again.
	trial uint64
}

// ranges calls read for blocks from..to, in steps that the node accepts.
func (n *node) ranges(ctx context.Context, from, to uint64, read func(ctx context.Context, from, to uint64) error) error {
	w := walk{n: n}
	for tries := 0; from <= to; {
		end := min(from+w.step()-1, to)
		err := read(ctx, from, end)
		k := end - from + 1
		if err == nil {
			w.took(k)
			from, tries = end+1, 0
			ctx = steady(ctx) // the rest must come from this node, too
			continue
		}
		if tries++; tries > 64 || !w.shrinks(err, from, k) {
			return err
		}
	}
	return nil
}

// step returns how many blocks to ask for next.
func (w *walk) step() uint64 {
	size := w.n.span.next(defaultRange)
	switch {
	case w.doubt > 0 && w.trial > 0:
		return w.trial
	case w.doubt > 0:
		return w.doubt
	case w.narrow > 0:
		return min(size, w.narrow)
	}
	return size
}

func (w *walk) took(k uint64) {
	switch {
	case w.doubt > 0 && w.trial > 0 && k == w.trial:
		w.trial = 0
	case k >= w.doubt:
		w.doubt, w.trial = 0, 0
	}
	w.n.span.took(k)
	if w.narrow > 0 {
		w.narrow *= 2
	}
}

// shrinks reports whether to retry a step of k blocks with fewer after an error. Only
// an error that mentions the range or its results reduces the limit at once. After
// other errors a smaller step is tried, and if it works, the large one once more. If
// that fails again, the range is the cause.
func (w *walk) shrinks(err error, from, k uint64) bool {
	t := toTrouble(err)
	if k == 1 {
		return false
	}
	switch t.kind {
	case wide:
		limit := named(t.words, k, rangeLimits)
		if offer := offered(t.words, from, k); limit == 0 {
			limit = offer
		}
		w.doubt, w.trial = 0, 0
		w.n.span.refuse(k, limit)
		return true
	case many:
		w.narrow = max(k/2, 1)
		if offer := offered(t.words, from, k); offer > 0 {
			w.narrow = offer
		}
		w.doubt, w.trial = 0, 0
		return true
	case denied, broken:
		if isTimeout(err) || unreachable(err) || len(t.method) == 0 && t.status == 0 {
			return false
		}
	default:
		return false
	}
	if w.doubt > 0 && w.trial == 0 && k >= w.doubt { // second failure, and a smaller step worked
		w.doubt = 0
		w.n.span.refuse(k, 0)
		return true
	}
	w.doubt, w.trial = k, max(k/4, 1)
	return true
}

// inParts retries logs of a single block that were too many for one answer: from the
// block's receipts, or one contract at a time.
func (n *node) inParts(ctx context.Context, elems []rpc.BatchElem, single bool) error {
	if !single {
		return nil
	}
	for i := range elems {
		e := &elems[i]
		if k := kindOf(e.Error); k != many && k != wide {
			continue
		}
		f, logs := e.Args[0].(filter), e.Result.(*logList)
		found, err := n.fromReceipts(ctx, f)
		if err != nil && len(f.Address) > 1 {
			found, err = n.oneByOne(ctx, f)
		}
		if failed(err) {
			return err
		}
		if err == nil {
			*logs, e.Error = found, nil
		}
	}
	return nil
}

// oneByOne requests the logs of each contract separately.
func (n *node) oneByOne(ctx context.Context, f filter) ([]types.Log, error) {
	parts := make([][]types.Log, len(f.Address))
	elems := make([]rpc.BatchElem, len(f.Address))
	for i, a := range f.Address {
		one := f
		one.Address = []common.Address{a}
		elems[i] = rpc.BatchElem{Method: "eth_getLogs", Args: []any{one}, Result: (*logList)(&parts[i])}
	}
	if err := n.all(ctx, elems); err != nil {
		return nil, err
	}
	if slices.ContainsFunc(parts, func(p []types.Log) bool { return p == nil }) {
		return nil, fmt.Errorf("eth_getLogs: no list of logs")
	}
	return append([]types.Log{}, slices.Concat(parts...)...), nil
}

// fromReceipts finds the logs of one block in its receipts.
func (n *node) fromReceipts(ctx context.Context, f filter) ([]types.Log, error) {
	var receipts []*receipt
	if err := n.ask(ctx, &receipts, "eth_getBlockReceipts", hexutil.EncodeUint64(uint64(f.From))); err != nil {
		return nil, err
	}
	if receipts == nil {
		return nil, absent(f.From)
	}
	logs := []types.Log{}
	for _, r := range receipts {
		if r == nil {
			return nil, fmt.Errorf("eth_getBlockReceipts: a receipt is missing")
		}
		if err := r.whole(r.Hash); err != nil {
			return nil, fmt.Errorf("eth_getBlockReceipts: receipt of %s: %w", r.Hash, err)
		}
		for _, l := range r.Logs {
			if f.takes(&l) {
				logs = append(logs, l)
			}
		}
	}
	return logs, nil
}

// takes reports whether the filter matches a log.
func (f *filter) takes(l *types.Log) bool {
	if !slices.Contains(f.Address, l.Address) || len(l.Topics) < len(f.Topics) {
		return false
	}
	for i, any := range f.Topics {
		if len(any) > 0 && !slices.Contains(any, l.Topics[i]) {
			return false
		}
	}
	return true
}
