package chain

import (
	"context"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"

	"github.com/mint402/mint402/mint"
)

// Send implements [mint.Chain]. "already known" and "nonce too low" are errors
// like any other: what became of the transaction is read from the chain.
func (c *Client) Send(ctx context.Context, raw []byte) error {
	var hash common.Hash
	if err := c.ask(ctx, &hash, "eth_sendRawTransaction", hexutil.Bytes(raw)); err != nil {
		return fmt.Errorf("send transaction: %w", err)
	}
	return nil
}

// Receipts implements [mint.Chain].
func (c *Client) Receipts(ctx context.Context, hashes []common.Hash) ([]*mint.Receipt, error) {
	found, err := c.receipts(ctx, hashes)
	if err != nil {
		return nil, err
	}
	receipts := make([]*mint.Receipt, len(hashes))
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

// ours reads a receipt of a transaction of ours. Minted and Skipped count from
// the contract that was called only.
func (r *receipt) ours() (*mint.Receipt, error) {
	mined := &mint.Receipt{
		At:       mint.Mark{Block: uint64(*r.Block), BlockHash: r.BlockHash, Tx: r.Hash},
		Reverted: r.Status == 0,
		Skipped:  make(map[mint.PaymentID]string),
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
			mined.Skipped[mint.PaymentID(s.Id)] = sentence(s.Reason)
		}
	}
	return mined, nil
}
