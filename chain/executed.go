package chain

import (
	"context"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/mint402/mint402/mint"
)

// Executed is what a transaction in a block did, by its events. Any contract can emit
// them, about any account: the caller decides which contracts it knows.
type Executed struct {
	At        mint.Mark
	Reverted  bool
	Final     bool         // whether the block is final
	Transfers []Movement   // of ERC-20 tokens, in order
	Mints     []mint.Event // Minted events, with Token, ID, Payer and Quantity
}

// Movement is a Transfer event of an ERC-20 token.
type Movement struct {
	Token, From, To common.Address
	Amount          *big.Int
}

// Executed returns what any transaction did, also one of strangers. It returns nil if no
// block has it. A node that lags has no receipt yet, so nil alone proves nothing.
func (c *Client) Executed(ctx context.Context, tx common.Hash) (*Executed, error) {
	found, err := c.read.receipts(ctx, []common.Hash{tx})
	if err != nil || found[0] == nil {
		return nil, err
	}
	_, final, err := c.Head(ctx)
	if err != nil {
		return nil, err
	}
	r := found[0]
	e := &Executed{At: mint.Mark{Block: uint64(*r.Block), BlockHash: r.BlockHash, Tx: r.Hash}, Reverted: *r.Status == 0, Final: uint64(*r.Block) <= final.Number}
	for i := range r.Logs {
		if err := e.add(&r.Logs[i]); err != nil {
			return nil, fmt.Errorf("read transaction %s: log %d: %w", tx, r.Logs[i].Index, err)
		}
	}
	return e, nil
}

// add adds an event. A Minted event that cannot be decoded is of another kind of
// contract, and is left out.
func (e *Executed) add(l *types.Log) error {
	if len(l.Topics) != 3 {
		return nil
	}
	switch l.Topics[0] {
	case transferTopic:
		if len(l.Data) != 32 {
			return nil // another standard's
		}
		e.Transfers = append(e.Transfers, Movement{Token: l.Address, From: common.BytesToAddress(l.Topics[1][12:]), To: common.BytesToAddress(l.Topics[2][12:]), Amount: new(big.Int).SetBytes(l.Data)})
	case mintedTopic:
		if len(l.Data) == 0 {
			return nil
		}
		m, err := launchABI.UnpackMintedEvent(l)
		if err != nil {
			return nil
		}
		n, err := count(m.Quantity)
		if err != nil {
			return nil
		}
		e.Mints = append(e.Mints, mint.Event{Kind: mint.EventMinted, Token: l.Address, ID: mint.PaymentID(m.Id), Payer: m.Payer, Quantity: n, At: mark(l)})
	}
	return nil
}
