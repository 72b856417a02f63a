package chain

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/rpc"

	"github.com/mint402/mint402/mint"
)

// maxReceiptBatch is how many receipts are requested at once. The receipt of a full batch
// has 400 kB, and nodes limit an answer to 25 MB.
const maxReceiptBatch = 40

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
	Logs      logList         `json:"logs"`
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
		if r == nil {
			continue
		}
		if receipts[i], err = r.ours(); err != nil {
			return nil, fmt.Errorf("read receipt of %s: %w", r.Hash, err)
		}
	}
	return receipts, nil
}

// receipts requests the receipts of the hashes. Missing ones are nil.
func (n *node) receipts(ctx context.Context, hashes []common.Hash) ([]*receipt, error) {
	found, elems := receiptElems(hashes)
	if err := n.batches(ctx, elems, min(n.size(), maxReceiptBatch)); err != nil {
		return nil, fmt.Errorf("read receipts: %w", err)
	}
	if err := firstError(elems); err != nil {
		return nil, fmt.Errorf("read receipts: %w", err)
	}
	return found, wholeReceipts(found, hashes)
}

// receiptElems returns the requests for the receipts of the hashes, and where the
// answers go.
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
		if r == nil {
			continue
		}
		if r.Hash == hashes[i] && r.Block == nil {
			found[i] = nil
			continue
		}
		if err := r.whole(hashes[i]); err != nil {
			return fmt.Errorf("read receipt of %s: %w", hashes[i], err)
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

// ours converts the receipt of one of our transactions. Minted and Skipped count only
// from the contract that was called.
func (r *receipt) ours() (*mint.TxResult, error) {
	mined := &mint.TxResult{
		At:       mint.Mark{Block: uint64(*r.Block), BlockHash: r.BlockHash, Tx: r.Hash},
		Reverted: *r.Status == 0,
		Skipped:  make(map[mint.PaymentID]string),
		Cost:     r.cost(),
	}
	for i := range r.Logs {
		l := &r.Logs[i]
		if r.To == nil || l.Address != *r.To || len(l.Topics) != 3 {
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
			if strings.Contains(reason, "signature") {
				mined.ByCode = append(mined.ByCode, mint.PaymentID(s.Id))
			}
		}
	}
	mined.Burned = r.burned(mined)
	return mined, nil
}

// Amounts of gas for the estimate of burned, on USDC.
const (
	// A mint in a batch costs 75,900, and more for a wallet with code.
	leastMintGas, usualMintGas = 70_000, 80_000
	emptyGas                   = 47_000 // the maximum of a skipped item of a plain account
	// batchSlack covers the transaction itself, and a launch's first mint.
	batchSlack = 80_000
)

// burned returns the part of the cost that skipped items took because of code at their
// payers, in wei; nil if there is none, or the cost is not known. A receipt does not show an
// item's gas, so this is the gas that the mints do not explain: all of it if only code can be
// the reason of a skipped item, and otherwise if plain accounts cannot have used so much.
func (r *receipt) burned(mined *mint.TxResult) *big.Int {
	used, minted, skipped := int64(r.GasUsed), int64(len(mined.Minted)), int64(len(mined.Skipped))
	least := used - minted*usualMintGas - skipped*emptyGas - batchSlack
	if mined.Cost == nil || used == 0 || len(mined.ByCode) == 0 && least <= 0 {
		return nil
	}
	gas := min(max(used-minted*leastMintGas, emptyGas), skipped*mint.BurntGas, used)
	wei := new(big.Int).Mul(mined.Cost, big.NewInt(gas))
	return wei.Div(wei, big.NewInt(used))
}

// cost returns the transaction's cost to its sender, in wei, or nil if the node does
// not report it.
func (r *receipt) cost() *big.Int {
	if r.GasPrice == nil {
		return nil
	}
	wei := cost(uint64(r.GasUsed), r.GasPrice.ToInt())
	if r.L1Fee != nil {
		wei.Add(wei, r.L1Fee.ToInt())
	}
	return wei
}
