package chain

import (
	"context"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/mint402/mint402/mint"
)

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
