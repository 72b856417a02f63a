package chain

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"sync/atomic"

	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/rpc"

	"github.com/mint402/mint402/mint"
)

// What a suggested tip may be.
const (
	// feeBlocks is of how many blocks the tips are looked at, and feePercentile
	// which part of each block's gas paid no more.
	feeBlocks, feePercentile = 20, 50
)

var (
	// leastTip is offered where a node suggests no tip, and no bound on a tip is
	// below it: a thousandth of a gwei.
	leastTip = big.NewInt(1_000_000)
	// quietTip bounds a tip where recent blocks paid none: a gwei, or the base fee.
	quietTip = big.NewInt(1_000_000_000)
)

// Fees implements [mint.Chain]. Old ones make a transaction that waits, and is
// replaced. A node that suggests too much costs its operator nothing, so its word
// is bounded by the tips of recent blocks, and of several nodes the lowest tip
// and base fee count. The cap follows the highest base fee: what it leaves over is
// not paid.
func (c *Client) Fees(ctx context.Context) (mint.Fees, error) {
	var f mint.Fees
	var first *node
	err := c.nodes.ask(ctx, func(n *node) (err error) {
		first = n
		f, err = n.fees(ctx, &c.blockGas)
		return err
	})
	if err != nil {
		return mint.Fees{}, fmt.Errorf("read fees: %w", err)
	}
	others := askBeside(ctx, &c.nodes, first, func(ctx context.Context, n *node) (mint.Fees, error) {
		return n.fees(ctx, new(atomic.Uint64))
	})
	for _, other := range others {
		high := f.Cap
		if other.Cap.Cmp(high) > 0 {
			high = other.Cap
		}
		f = mint.Fees{Base: lower(f.Base, other.Base), Tip: lower(f.Tip, other.Tip), Cap: high}
	}
	return f, nil
}

// Bounded are the fees to sign with, within MaxFee. The error is
// [mint.ErrTooDear] if the base fee leaves nothing of it.
func (c *Client) Bounded(ctx context.Context) (mint.Fees, error) {
	f, err := c.Fees(ctx)
	if err != nil {
		return f, err
	}
	within, ok := f.Within(c.MaxFee)
	if !ok {
		return f, fmt.Errorf("%w: the base fee is %s wei a gas, and at most %s may be paid", mint.ErrTooDear, f.Base, c.MaxFee)
	}
	return within, nil
}

// history is eth_feeHistory's answer, oldest block first.
type history struct {
	BaseFee []*hexutil.Big   `json:"baseFeePerGas"`
	Reward  [][]*hexutil.Big `json:"reward"`
}

// fees asks one node, and notes the gas limit of its newest block.
func (n *node) fees(ctx context.Context, blockGas *atomic.Uint64) (mint.Fees, error) {
	var (
		newest         *header
		tip, gasPrice  *hexutil.Big
		recent         *history
		advice, blocks json.RawMessage // what cannot be read is no advice, and no failure
	)
	elems := []rpc.BatchElem{
		blockElem(&newest, latestTag),
		{Method: "eth_maxPriorityFeePerGas", Result: &advice},
		{Method: "eth_feeHistory", Args: []any{hexutil.Uint64(feeBlocks), latestTag, []int{feePercentile}}, Result: &blocks},
	}
	if err := n.batch(ctx, elems); err != nil {
		return mint.Fees{}, err
	}
	if elems[0].Error != nil {
		return mint.Fees{}, elems[0].Error
	}
	if !newest.known() || newest.BaseFee == nil || newest.BaseFee.ToInt().Sign() < 0 {
		return mint.Fees{}, errors.New("the newest block has no base fee")
	}
	base := newest.BaseFee.ToInt()
	blockGas.Store(uint64(newest.Gas))
	if elems[2].Error != nil || json.Unmarshal(blocks, &recent) != nil {
		recent = nil
	}
	if elems[1].Error != nil || json.Unmarshal(advice, &tip) != nil {
		tip = nil
	}
	suggested := tip.ToInt()
	if tip == nil || suggested.Sign() < 0 {
		// What nodes call the gas price is a tip that they would take and the base fee.
		if err := n.ask(ctx, &gasPrice, "eth_gasPrice"); failed(err) {
			return mint.Fees{}, err
		} else if err != nil || gasPrice == nil {
			gasPrice = (*hexutil.Big)(new(big.Int))
		}
		suggested = new(big.Int).Sub(gasPrice.ToInt(), base)
		if suggested.Cmp(leastTip) < 0 {
			suggested = leastTip
		}
	}
	f := mint.Fees{Base: base, Tip: lower(suggested, recent.bound(base))}
	f.Cap = new(big.Int).Lsh(base, 1)
	f.Cap.Add(f.Cap, f.Tip)
	return f, nil
}

// bound is the tip that recent blocks paid: of those that paid any, the median.
func (h *history) bound(base *big.Int) *big.Int {
	var paid []*big.Int
	if h != nil {
		for _, r := range h.Reward {
			if len(r) == 1 && r[0] != nil && r[0].ToInt().Sign() > 0 {
				paid = append(paid, r[0].ToInt())
			}
		}
	}
	if len(paid) == 0 {
		return higher(quietTip, base)
	}
	slices.SortFunc(paid, (*big.Int).Cmp)
	return higher(paid[len(paid)/2], leastTip)
}

func lower(a, b *big.Int) *big.Int {
	if a.Cmp(b) <= 0 {
		return a
	}
	return b
}

func higher(a, b *big.Int) *big.Int {
	if a.Cmp(b) >= 0 {
		return a
	}
	return b
}
