//go:build failpoints

package failpoint

import (
	"context"
	"math/big"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
)

// mortalChain passes a point before and after each method below. Reread, InspectAll and
// Usage are passed on without points, because a crash test may not call them.
type mortalChain struct{ mint.Chain }

func (c mortalChain) Head(ctx context.Context) (latest, final mint.Block, err error) {
	defer armed.around("head")()
	return c.Chain.Head(ctx)
}

func (c mortalChain) Since(ctx context.Context, launches []mint.Launch, after, to mint.Block) ([]mint.Event, error) {
	defer armed.around("events")()
	return c.Chain.Since(ctx, launches, after, to)
}

func (c mortalChain) Inspect(ctx context.Context, l mint.Launch, keys []mint.PayerKey, at uint64) ([]mint.Payer, error) {
	defer armed.around("inspect")()
	return c.Chain.Inspect(ctx, l, keys, at)
}

func (c mortalChain) Simulate(ctx context.Context, l mint.Launch, orders []mint.Order, from common.Address, at uint64) ([]string, error) {
	defer armed.around("simulate")()
	return c.Chain.Simulate(ctx, l, orders, from, at)
}

func (c mortalChain) SimulateSettled(ctx context.Context, l mint.Launch, call mint.SettledCall, from common.Address) (string, error) {
	defer armed.around("simulate-settled")()
	return c.Chain.SimulateSettled(ctx, l, call, from)
}

func (c mortalChain) Conditions(ctx context.Context, l mint.Launch, at uint64) (mint.Conditions, error) {
	defer armed.around("conditions")()
	return c.Chain.Conditions(ctx, l, at)
}

func (c mortalChain) Fees(ctx context.Context) (mint.Fees, error) {
	defer armed.around("fees")()
	return c.Chain.Fees(ctx)
}

func (c mortalChain) AccountNonce(ctx context.Context, account common.Address, at uint64) (uint64, error) {
	defer armed.around("account-nonce")()
	return c.Chain.AccountNonce(ctx, account, at)
}

func (c mortalChain) SignBatch(ctx context.Context, l mint.Launch, orders []mint.Order, sender common.Address, accountNonce uint64, feeCap, tipCap *big.Int) (mint.Attempt, error) {
	defer armed.around("sign-batch")()
	return c.Chain.SignBatch(ctx, l, orders, sender, accountNonce, feeCap, tipCap)
}

func (c mortalChain) SignSettled(ctx context.Context, l mint.Launch, call mint.SettledCall, minter common.Address, accountNonce uint64, feeCap, tipCap *big.Int) (mint.Attempt, error) {
	defer armed.around("sign-settled")()
	return c.Chain.SignSettled(ctx, l, call, minter, accountNonce, feeCap, tipCap)
}

func (c mortalChain) Resign(ctx context.Context, a mint.Attempt, sender common.Address, feeCap, tipCap *big.Int) (mint.Attempt, error) {
	defer armed.around("resign")()
	return c.Chain.Resign(ctx, a, sender, feeCap, tipCap)
}

func (c mortalChain) Send(ctx context.Context, raw []byte) error {
	defer armed.around("send")()
	return c.Chain.Send(ctx, raw)
}

func (c mortalChain) Mined(ctx context.Context, hashes []common.Hash, head mint.Block) ([]*mint.TxResult, error) {
	defer armed.around("receipts")()
	return c.Chain.Mined(ctx, hashes, head)
}
