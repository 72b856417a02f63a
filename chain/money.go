package chain

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/big"
	"slices"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/mint402/mint402/mint"
)

// classifyTransfers classifies each transfer by the receipt of its transaction.
func (w *watch) classifyTransfers(ctx context.Context, chainID uint64, n *node, unclear map[common.Hash][]transfer) ([]mint.Event, error) {
	if len(unclear) == 0 {
		return nil, nil
	}
	var logs []*types.Log
	for _, transfers := range unclear {
		logs = append(logs, transfers[0].log)
	}
	found, err := n.receiptsOf(ctx, logs)
	if err != nil {
		return nil, err
	}
	var events []mint.Event
	for h, transfers := range unclear {
		for _, t := range transfers {
			if found[h].BlockHash != t.log.BlockHash {
				return nil, fmt.Errorf("transaction %s: %w", h, errMoved)
			}
			e, ok, err := found[h].classifyTransfer(chainID, t)
			if err != nil {
				return nil, err
			}
			if ok {
				events = append(events, e)
			}
		}
	}
	return events, nil
}

// classifyTransfer classifies one transfer of the receipt. ok is false for the money of an atomic
// mint in the same transaction. A log pays at most once: each Transfer has one
// position, and each AuthorizationUsed has at most one Transfer right behind it.
func (r *receipt) classifyTransfer(chainID uint64, t transfer) (e mint.Event, ok bool, err error) {
	at := slices.IndexFunc(r.Logs, func(l types.Log) bool { return l.Index == t.log.Index })
	if at < 0 || !sameLog(&r.Logs[at], t.log) {
		return e, false, fmt.Errorf("receipt of %s lacks log %d", r.Hash, t.log.Index)
	}
	e = mint.Event{Kind: mint.EventReceived, Token: t.launch.Token, Payer: t.from, Amount: t.value, At: mark(t.log)}
	nonce, authorized := r.authorization(at, t)
	if !authorized {
		e.Nonce = reference(t.log)
		e.ID = mint.NewTransferID(chainID, t.launch.Asset.Address, t.from, e.Nonce)
		return e, true, nil
	}
	e.Nonce = nonce
	e.ID = mint.NewPaymentID(chainID, t.launch.Asset.Address, t.from, nonce)
	if r.mints(t.launch.Token, e.ID) {
		return e, false, nil
	}
	if e.Quantity = t.launch.Quantity(t.value); e.Quantity > 0 {
		e.Kind = mint.EventSettled
	}
	return e, true, nil
}

// authorization returns the payment nonce of the AuthorizationUsed right before the
// Transfer, which is at position `at` of the receipt.
func (r *receipt) authorization(at int, t transfer) (nonce common.Hash, ok bool) {
	if at == 0 {
		return nonce, false
	}
	used := &r.Logs[at-1]
	if used.Index+1 != t.log.Index || used.Address != t.launch.Asset.Address || len(used.Topics) != 3 ||
		used.Topics[0] != usedTopic || used.Topics[1] != hexAddress(t.from) {
		return nonce, false
	}
	return used.Topics[2], true
}

// mints reports whether the launch emitted Minted for the id in this transaction.
func (r *receipt) mints(token common.Address, id mint.PaymentID) bool {
	return slices.ContainsFunc(r.Logs, func(l types.Log) bool {
		return l.Address == token && len(l.Topics) == 3 && l.Topics[0] == mintedTopic && l.Topics[1] == id.Hash()
	})
}

// reference derives an id that replaces the payment nonce, for money without an
// authorization.
func reference(l *types.Log) common.Hash {
	var index [32]byte
	binary.BigEndian.PutUint64(index[24:], uint64(l.Index))
	return crypto.Keccak256Hash(l.TxHash[:], index[:])
}

// Transfer is a movement of the asset to a launch or away from it.
type Transfer struct {
	From, To common.Address
	Value    *big.Int // base units
	At       mint.Mark
}

// Transfers returns every transfer of a launch's asset to and from the launch in blocks
// from..to, by the asset's own logs and for whatever purpose. It is a check of Events
// by other means. Incoming transfers come first, then outgoing ones, each in chain
// order.
func (c *Client) Transfers(ctx context.Context, launch mint.Launch, from, to uint64) ([]Transfer, error) {
	asset, self := []common.Address{launch.Asset.Address}, []common.Hash{hexAddress(launch.Token)}
	filters := []filter{
		{Address: asset, Topics: [][]common.Hash{{transferTopic}, nil, self}},
		{Address: asset, Topics: [][]common.Hash{{transferTopic}, self}},
	}
	after, last := mint.Block{Number: max(from, 1) - 1}, mint.Block{Number: to}
	ways, err := stretches(ctx, &c.scan, after, last, filters, func(_ context.Context, _ *node, ways [2][]Transfer, answers [][]types.Log) ([2][]Transfer, error) {
		for way, answer := range answers {
			for i := range answer {
				l := &answer[i]
				if len(l.Topics) != 3 || len(l.Data) != 32 {
					return ways, fmt.Errorf("log %d of block %d is no Transfer", l.Index, l.BlockNumber)
				}
				sender, isSender := accountIn(l.Topics[1])
				recipient, isRecipient := accountIn(l.Topics[2])
				if !isSender || !isRecipient {
					return ways, fmt.Errorf("log %d of block %d names no accounts", l.Index, l.BlockNumber)
				}
				t := Transfer{sender, recipient, new(big.Int).SetBytes(l.Data), mark(l)}
				if t.From != t.To {
					ways[way] = append(ways[way], t)
				}
			}
		}
		return ways, nil
	})
	if err != nil {
		return nil, fmt.Errorf("read transfers of blocks %d to %d: %w", from, to, err)
	}
	return append(ways[0], ways[1]...), nil
}
