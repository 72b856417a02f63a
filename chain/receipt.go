package chain

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/rpc"

	"github.com/mint402/mint402/chain/creation"
	"github.com/mint402/mint402/chain/usual"
	"github.com/mint402/mint402/mint"
)

// receipt has the fields of a receipt that we use. L1Fee is the data fee that a rollup
// of the OP stack charges in addition to the gas.
type receipt struct {
	Hash      common.Hash     `json:"transactionHash"`
	BlockHash common.Hash     `json:"blockHash"`
	Block     *hexutil.Uint64 `json:"blockNumber"`
	Status    *hexutil.Uint64 `json:"status"`
	GasUsed   hexutil.Uint64  `json:"gasUsed"`
	GasPrice  *hexutil.Big    `json:"effectiveGasPrice"`
	L1Fee     *hexutil.Big    `json:"l1Fee"`
	To        *common.Address `json:"to"`
	Created   *common.Address `json:"contractAddress"`
	Logs      logList         `json:"logs"`
}

// direct implements [direct].
func (r *receipt) direct(data []byte) bool {
	rest, apart, ok := usual.Without(data, "logs", "logsBloom")
	if !ok || apart[1] != nil && !json.Valid(apart[1]) || json.Unmarshal(rest, r) != nil {
		return false
	}
	r.Logs, ok = usual.Logs(apart[0])
	return ok
}

// Receipts returns the receipts of the hashes, in the order given, nil for transactions
// that are not mined. One node answers for all, from whichever branch it is on. A node
// that lags has no receipt yet, so nil alone proves nothing.
func (c *Client) Receipts(ctx context.Context, hashes []common.Hash) ([]*mint.TxResult, error) {
	found, err := c.read.receipts(ctx, hashes)
	if err != nil {
		return nil, err
	}
	return ours(found)
}

// ours converts the receipts of our transactions. Missing ones stay nil.
func ours(found []*receipt) (receipts []*mint.TxResult, err error) {
	receipts = make([]*mint.TxResult, len(found))
	for i, r := range found {
		if r != nil {
			receipts[i], err = r.ours()
		}
		if err != nil {
			return nil, fmt.Errorf("read receipt of %s: %w", r.Hash, err)
		}
	}
	return receipts, nil
}

// receipts requests the receipts of the hashes. Missing ones are nil.
func (n *node) receipts(ctx context.Context, hashes []common.Hash) ([]*receipt, error) {
	found, elems := receiptElems(hashes)
	if err := cmp.Or(n.batches(ctx, elems, min(n.size(), maxReceiptBatch)), firstError(elems)); err != nil {
		return nil, fmt.Errorf("read receipts: %w", err)
	}
	return found, wholeReceipts(found, hashes)
}

// receiptsOf returns the receipts of the transactions that have the logs, which are of one
// branch. Many nodes keep receipts by hash for recent transactions only, or lost one, and
// still have the logs. Such a receipt is read with its whole block.
func (n *node) receiptsOf(ctx context.Context, logs []*types.Log) (map[common.Hash]*receipt, error) {
	of := map[common.Hash]*types.Log{}
	for _, l := range logs {
		of[l.TxHash] = l
	}
	hashes := slices.SortedFunc(maps.Keys(of), common.Hash.Cmp)
	answers, elems := receiptElems(hashes)
	err := n.batches(ctx, elems, min(n.size(), maxReceiptBatch))
	if ctx.Err() != nil || kindOf(err) == busy || isTimeout(err) || unreachable(err) {
		return nil, fmt.Errorf("read receipts: %w", err)
	}
	found := make(map[common.Hash]*receipt, len(hashes))
	for i, h := range hashes {
		r := answers[i]
		if elems[i].Error != nil || r == nil {
			continue
		}
		lost := r.provesIn(of[h])
		if errors.Is(lost, errContradicts) {
			return nil, fmt.Errorf("read receipt of %s: %w", h, lost)
		}
		if lost == nil {
			found[h] = r
		}
	}
	for _, h := range hashes {
		l := of[h]
		if found[h] != nil {
			continue
		}
		all, err := n.receiptsOfBlock(ctx, l)
		if err != nil {
			return nil, fmt.Errorf("read the receipt of %s: %w", h, err)
		}
		for _, r := range all {
			if w := of[r.Hash]; w != nil && r.provesIn(w) == nil {
				found[r.Hash] = r
			}
		}
	}
	return found, nil
}

// errContradicts: a log and its transaction's receipt differ, and it cannot be known which is true.
var errContradicts = errors.New("it contradicts a log of its transaction")

// provesIn returns an error unless r is the whole receipt of a log's transaction, in the
// log's block, and has that log.
func (r *receipt) provesIn(l *types.Log) error {
	switch {
	case r == nil:
		return errors.New("there is none")
	case r.Hash != l.TxHash:
		return errors.New("it is of another transaction")
	case r.BlockHash != l.BlockHash || r.Block == nil || uint64(*r.Block) != l.BlockNumber:
		return errors.New("it is of another block")
	case r.Logs != nil && !slices.ContainsFunc(r.Logs, func(o types.Log) bool { return o.Index == l.Index && sameLog(&o, l) }):
		return errContradicts
	}
	return r.whole(l.TxHash)
}

// receiptsOfBlock returns receipts of a log's block, among them that of its transaction:
// those that the node keeps by block or, if it does not, those that all logs of the block
// make. If it has neither, the error says what is missing.
func (n *node) receiptsOfBlock(ctx context.Context, l *types.Log) ([]*receipt, error) {
	proven := func(all []*receipt, err error) error {
		at := slices.IndexFunc(all, func(r *receipt) bool { return r != nil && r.Hash == l.TxHash })
		if err == nil && at < 0 {
			err = errors.New("its transaction is not among them")
		}
		if err != nil {
			return err
		}
		return all[at].provesIn(l)
	}
	var kept []*receipt
	err := n.ask(ctx, &kept, "eth_getBlockReceipts", hexutil.EncodeUint64(l.BlockNumber))
	byBlock := proven(kept, err)
	if byBlock == nil {
		return slices.DeleteFunc(kept, func(r *receipt) bool { return r == nil || r.BlockHash != l.BlockHash || r.whole(r.Hash) != nil }), nil
	}
	if ctx.Err() != nil || isTimeout(err) || unreachable(err) {
		return nil, byBlock
	}
	made, err := n.receiptsByLogs(ctx, l)
	if err == nil {
		err = proven(made, nil)
	}
	if err == nil || ctx.Err() != nil || isTimeout(err) || unreachable(err) {
		return made, err
	}
	if b, lost := n.block(ctx, l.BlockNumber); lost != nil || b.Hash != l.BlockHash {
		return nil, cmp.Or(lost, fmt.Errorf("transaction %s: %w", l.TxHash, errMoved))
	}
	return nil, &trouble{kind: lacks, method: "eth_getTransactionReceipt", err: fmt.Errorf("the node has a log of it in block %d, but not its receipt: not by its hash, "+
		"not with its block (eth_getBlockReceipts: %w), and not by the block's logs (%w); add a node with full history (--rpc)", l.BlockNumber, byBlock, err)}
}

// receiptsByLogs makes the receipts of a log's block from all its logs. Their indexes must
// have no gap: a node may leave one out. Only transactions that succeeded
// have logs.
func (n *node) receiptsByLogs(ctx context.Context, l *types.Log) (made []*receipt, err error) {
	var logs logList
	if err := n.ask(ctx, &logs, "eth_getLogs", map[string]common.Hash{"blockHash": l.BlockHash}); err != nil {
		return nil, err
	}
	slices.SortFunc(logs, func(a, b types.Log) int { return cmp.Compare(a.Index, b.Index) })
	for i, o := range logs {
		if o.Index != uint(i) || o.BlockHash != l.BlockHash || o.BlockNumber != l.BlockNumber || o.Removed {
			return nil, fmt.Errorf("log %d of the block is missing, or of another block", i)
		}
		if len(made) == 0 || made[len(made)-1].Hash != o.TxHash {
			made = append(made, &receipt{Hash: o.TxHash, BlockHash: o.BlockHash, Block: (*hexutil.Uint64)(&o.BlockNumber), Status: new(hexutil.Uint64(1))})
		}
		made[len(made)-1].Logs = append(made[len(made)-1].Logs, o)
	}
	return made, nil
}

// receiptElems returns the requests for receipts, and where the answers go.
func receiptElems(hashes []common.Hash) ([]*receipt, []rpc.BatchElem) {
	found, elems := make([]*receipt, len(hashes)), make([]rpc.BatchElem, len(hashes))
	for i, h := range hashes {
		elems[i] = rpc.BatchElem{Method: "eth_getTransactionReceipt", Args: []any{h}, Result: &found[i]}
	}
	return found, elems
}

// wholeReceipts returns an error if a receipt lacks a field. It removes the receipts that
// some nodes return for pending transactions.
func wholeReceipts(found []*receipt, hashes []common.Hash) error {
	for i, r := range found {
		switch {
		case r == nil:
		case r.Hash == hashes[i] && r.Block == nil:
			found[i] = nil
		default:
			if err := r.whole(hashes[i]); err != nil {
				return fmt.Errorf("read receipt of %s: %w", hashes[i], err)
			}
		}
	}
	return nil
}

// whole returns an error if a receipt lacks a field. Otherwise a missing field would
// read as reverted, or as no mint.
func (r *receipt) whole(hash common.Hash) error {
	switch {
	case r.Hash != hash:
		return fmt.Errorf("it is the receipt of %s", r.Hash)
	case r.Block == nil || r.BlockHash == common.Hash{}:
		return errors.New("it has no block")
	case r.Status == nil:
		return errors.New("it has no status")
	case r.Logs == nil:
		return errors.New("it has no logs")
	}
	for i := range r.Logs {
		if l := &r.Logs[i]; l.TxHash != hash || l.BlockHash != r.BlockHash || (i > 0 && l.Index <= r.Logs[i-1].Index) {
			return errors.New("its logs are out of order, or of several transactions")
		}
	}
	return nil
}

// launch returns the contract that a transaction of ours called, or zero. A contract creation
// logs it itself: no wallet that it deploys can log from its address.
func (r *receipt) launch() common.Address {
	if r.To != nil {
		return *r.To
	}
	for i := range r.Logs {
		if l := &r.Logs[i]; r.Created != nil {
			if launch, is := creation.LaunchOf(*r.Created, l.Address, l.Topics); is {
				return launch
			}
		}
	}
	return common.Address{}
}

// ours converts a receipt of ours. Minted and Skipped count only from the contract that was called.
func (r *receipt) ours() (*mint.TxResult, error) {
	mined := &mint.TxResult{
		At:       mint.Mark{Block: uint64(*r.Block), BlockHash: r.BlockHash, Tx: r.Hash},
		Reverted: *r.Status == 0,
		Skipped:  make(map[mint.PaymentID]string),
		Cost:     r.cost(),
	}
	launch := r.launch()
	for i := range r.Logs {
		l := &r.Logs[i]
		if launch == (common.Address{}) || l.Address != launch || len(l.Topics) != 3 {
			continue
		}
		switch l.Topics[0] {
		case mintedTopic:
			mined.Minted = append(mined.Minted, mint.PaymentID(l.Topics[1]))
		case skippedTopic:
			s, err := launchABI.UnpackSkippedEvent(l)
			if err != nil {
				return nil, fmt.Errorf("decode Skipped: %w", err)
			}
			reason := sentence(s.Reason)
			mined.Skipped[mint.PaymentID(s.Id)] = reason
			if strings.Contains(reason, "signature") || bytes.HasPrefix(s.Reason, hasCode[:]) {
				mined.ByCode = append(mined.ByCode, mint.PaymentID(s.Id))
			}
		}
	}
	mined.Burned = r.burned(mined)
	return mined, nil
}
