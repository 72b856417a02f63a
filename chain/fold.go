package chain

import (
	"context"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/rpc"

	"github.com/mint402/mint402/mint"
)

// Folded implements [mint.Chain]. Each point builds on those before it, so the last
// recorded point gives the number.
func (c *Client) Folded(ctx context.Context, launch mint.Launch, id mint.PaymentID, points []common.Hash) (int, error) {
	if len(points) == 0 {
		return 0, nil
	}
	outputs, elems := make([]hexutil.Bytes, len(points)), make([]rpc.BatchElem, len(points))
	for i, p := range points {
		elems[i] = callTo(launch.Token, launchABI.PackFolded(id, p)).elem(&outputs[i], latestTag)
	}
	if err := c.read.allThere(ctx, elems); err != nil {
		return 0, fmt.Errorf("read the folded history for %s: %w", id, err)
	}
	for i := len(points) - 1; i >= 0; i-- {
		folded, err := launchABI.UnpackFolded(outputs[i])
		if err != nil {
			return 0, fmt.Errorf("read the folded history for %s: %w", id, err)
		}
		if folded {
			return i + 1, nil
		}
	}
	return 0, nil
}

// Fold makes the launch read one part of a payer's history for an id. Anyone may call
// it.
func (c *Client) Fold(ctx context.Context, token, from common.Address, id mint.PaymentID, part mint.Proof) (Mined, error) {
	return c.transactor().call(ctx, "fold a history at", token, from, packFold(id, part))
}

func packFold(id mint.PaymentID, part mint.Proof) []byte {
	return launchABI.PackFold(id, part.Prefix, ids(part.IDs))
}
