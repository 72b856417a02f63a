package chain

import (
	"context"
	"fmt"
	"math/big"
	"slices"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/rpc"

	"github.com/mint402/mint402/crowd"
	"github.com/mint402/mint402/mint"
)

// Usage implements [mint.Chain]. The asset logs AuthorizationCanceled for an
// authorization that its payer cancelled. For an executed one it logs
// AuthorizationUsed, immediately followed by the Transfer of the money.
func (c *Client) Usage(ctx context.Context, launch mint.Launch, keys []mint.PayerKey, after, to mint.Block) ([]mint.Use, error) {
	if len(keys) == 0 {
		return []mint.Use{}, nil
	}
	place := make(map[mint.PayerKey]int, len(keys))
	var payers, nonces []common.Hash
	for i, k := range keys {
		place[k] = i
		payers, nonces = append(payers, hexAddress(k.Payer)), append(nonces, k.Nonce)
	}
	filters := []filter{{Address: []common.Address{launch.Asset.Address},
		Topics: [][]common.Hash{{usedTopic, canceledTopic}, unique(payers), unique(nonces)}}}
	uses, err := stretches(ctx, &c.scan, after, to, filters, func(ctx context.Context, n *node, uses []mint.Use, found [][]types.Log) ([]mint.Use, error) {
		if uses == nil {
			uses = make([]mint.Use, len(keys))
		}
		var used []*types.Log
		for i := range found[0] {
			if l := &found[0][i]; len(l.Topics) == 3 && l.Address == launch.Asset.Address && l.Topics[0] == usedTopic {
				used = append(used, l)
			}
		}
		receipts, err := n.receiptsOf(ctx, used)
		if err != nil {
			return nil, err
		}
		for _, l := range found[0] {
			if len(l.Topics) != 3 || l.Address != launch.Asset.Address {
				continue
			}
			payer, ok := accountIn(l.Topics[1])
			if !ok {
				continue
			}
			i, asked := place[mint.PayerKey{Payer: payer, Nonce: l.Topics[2]}]
			switch {
			case !asked:
			case l.Topics[0] == canceledTopic:
				uses[i] = mint.Use{How: mint.UseCancelled, At: mark(&l)}
			case l.Topics[0] == usedTopic:
				to, value, paid, err := paidBy(receipts, &l)
				if err != nil {
					return nil, err
				}
				if paid {
					uses[i] = mint.Use{How: mint.UsePaid, To: to, Value: value, At: mark(&l)}
				}
			}
		}
		return uses, nil
	})
	if err != nil {
		return nil, fmt.Errorf("find the uses of %d authorizations in blocks %d to %d: %w", len(keys), after.Number+1, to.Number, err)
	}
	if uses == nil { // the range has no blocks
		uses = make([]mint.Use, len(keys))
	}
	return uses, nil
}

// paidBy returns the recipient and the amount of an authorization, given its AuthorizationUsed, by the
// Transfer right behind it in the receipt. For a Transfer of zero, to is zero: it paid
// no account, and is in no launch's ledger.
func paidBy(receipts map[common.Hash]*receipt, used *types.Log) (to common.Address, value *big.Int, paid bool, err error) {
	r := receipts[used.TxHash]
	at := slices.IndexFunc(r.Logs, func(l types.Log) bool { return l.Index == used.Index })
	if r.BlockHash != used.BlockHash || at < 0 || !sameLog(&r.Logs[at], used) {
		return to, nil, false, fmt.Errorf("transaction %s: %w", used.TxHash, errMoved)
	}
	if at+1 == len(r.Logs) {
		return to, nil, false, nil
	}
	next := &r.Logs[at+1]
	if next.Index != used.Index+1 || next.Address != used.Address || len(next.Topics) != 3 ||
		next.Topics[0] != transferTopic || next.Topics[1] != used.Topics[1] {
		return to, nil, false, nil
	}
	value = new(big.Int).SetBytes(next.Data)
	if value.Sign() == 0 {
		return to, value, true, nil
	}
	if to, isAccount := accountIn(next.Topics[2]); isAccount {
		return to, value, true, nil
	}
	return to, nil, false, fmt.Errorf("log %d of transaction %s names no account", next.Index, r.Hash)
}

// unique returns the distinct hashes, sorted.
func unique(hashes []common.Hash) []common.Hash {
	hashes = slices.Clone(hashes)
	slices.SortFunc(hashes, common.Hash.Cmp)
	return slices.Compact(hashes)
}

// Tokens reads who holds the launches' tokens; it implements [crowd.Chain].
type Tokens struct{ *Client }

var _ crowd.Chain = Tokens{}

// Transfers implements [crowd.Chain].
func (t Tokens) Transfers(ctx context.Context, tokens []common.Address, after, to mint.Block) ([]crowd.Transfer, error) {
	return t.transfers(ctx, filter{Address: tokens, Topics: [][]common.Hash{{transferTopic}}}, after, to)
}

// Received implements [crowd.Chain].
func (t Tokens) Received(ctx context.Context, asset common.Address, accounts []common.Address, after, to mint.Block) ([]crowd.Transfer, error) {
	receivers := make([]common.Hash, len(accounts))
	for i, a := range accounts {
		receivers[i] = hexAddress(a)
	}
	return t.transfers(ctx, filter{Address: []common.Address{asset}, Topics: [][]common.Hash{{transferTopic}, nil, receivers}}, after, to)
}

// transfers returns the transfers that a filter finds.
func (t Tokens) transfers(ctx context.Context, wanted filter, after, to mint.Block) ([]crowd.Transfer, error) {
	found, err := stretches(ctx, &t.scan, after, to, []filter{wanted}, func(_ context.Context, _ *node, all []crowd.Transfer, logs [][]types.Log) ([]crowd.Transfer, error) {
		for i := range logs[0] {
			l := &logs[0][i]
			if len(l.Topics) != 3 || len(l.Data) != 32 || !wanted.takes(l) {
				return nil, fmt.Errorf("log %d of block %d is no transfer that was asked for", l.Index, l.BlockNumber)
			}
			from, isFrom := accountIn(l.Topics[1])
			to, isTo := accountIn(l.Topics[2])
			if !isFrom || !isTo {
				return nil, fmt.Errorf("log %d of block %d names no account", l.Index, l.BlockNumber)
			}
			all = append(all, crowd.Transfer{Token: l.Address, From: from, To: to, Value: new(big.Int).SetBytes(l.Data), Block: l.BlockNumber})
		}
		return all, nil
	})
	if err != nil {
		return nil, fmt.Errorf("read transfers of %d tokens in blocks %d to %d: %w", len(wanted.Address), after.Number+1, to.Number, err)
	}
	return found, nil
}

// Untouched implements [crowd.Chain]. An account that delegates to code (EIP-7702) has code.
func (t Tokens) Untouched(ctx context.Context, accounts []common.Address) ([]bool, error) {
	sent, code := make([]hexutil.Uint64, len(accounts)), make([]hexutil.Bytes, len(accounts))
	var elems []rpc.BatchElem
	for i, a := range accounts {
		elems = append(elems, rpc.BatchElem{Method: "eth_getTransactionCount", Args: []any{a, latestTag}, Result: &sent[i]}, codeElem(&code[i], a, latestTag))
	}
	if err := t.read.all(ctx, elems); err != nil {
		return nil, fmt.Errorf("look at %d accounts: %w", len(accounts), err)
	}
	untouched := make([]bool, len(accounts))
	for i := range accounts {
		untouched[i] = sent[i] == 0 && len(code[i]) == 0
	}
	return untouched, nil
}
