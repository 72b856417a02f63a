package chain

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"slices"

	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/rpc"

	"github.com/mint402/mint402/factories"
	"github.com/mint402/mint402/mint"
)

// feeBlocks is how many recent blocks are checked for their tips, and feePercentile the
// percentile of each block's tips, by gas.
const feeBlocks, feePercentile = 20, 50

var (
	// leastTip is the tip if a node suggests no tip, and the minimum of any bound on a
	// tip: 0.001 gwei.
	leastTip = big.NewInt(1_000_000)
	// quietTip bounds a tip if recent blocks paid none: 1 gwei, or the base fee if that
	// is higher.
	quietTip = big.NewInt(1_000_000_000)
)

// Fees implements [mint.Chain]. Stale fees only make a transaction wait until it is
// replaced. Too high a suggestion costs a node's operator nothing, so the tip is
// bounded by the tips of recent blocks, and with several nodes the lowest tip and base
// fee are used. The cap is the highest: the part above the base fee and tip is not
// paid.
func (c *Client) Fees(ctx context.Context) (mint.Fees, error) {
	first, others, err := askAll(ctx, &c.pool, feesOf)
	if err != nil {
		return mint.Fees{}, fmt.Errorf("read fees: %w", err)
	}
	c.blockGas.Store(first.blockGas)
	f := first.Fees
	for _, other := range others {
		f = mint.Fees{Base: lower(f.Base, other.Base), Tip: lower(f.Tip, other.Tip), Cap: higher(f.Cap, other.Cap)}
	}
	c.fees.Store(&f)
	return f, nil
}

// Bounded returns the fees to sign with, within MaxFee. The error is [mint.ErrTooDear]
// if the base fee uses up all of MaxFee.
func (c *Client) Bounded(ctx context.Context) (mint.Fees, error) {
	f, err := c.Fees(ctx)
	if err != nil {
		return f, err
	}
	within, ok := f.Within(c.MaxFee)
	if !ok {
		return f, fmt.Errorf("%w: the base fee is %s wei per gas, and at most %s may be paid", mint.ErrTooDear, f.Base, c.MaxFee)
	}
	return within, nil
}

// history is the part of eth_feeHistory's answer that is used: the tips of each block, the
// oldest block first.
type history struct {
	Reward [][]*hexutil.Big `json:"reward"`
}

// feesOfNode are the fees of one node, and the gas limit of its newest block.
type feesOfNode struct {
	mint.Fees
	blockGas uint64
}

// feesOf asks one node for its fees.
func feesOf(ctx context.Context, n *node) (f feesOfNode, err error) {
	var (
		newest         *header
		tip, gasPrice  *hexutil.Big
		recent         *history
		advice, blocks json.RawMessage // a suggestion that cannot be read is ignored, and no error
	)
	elems := []rpc.BatchElem{
		blockElem(&newest, latestTag),
		{Method: "eth_maxPriorityFeePerGas", Result: &advice},
		{Method: "eth_feeHistory", Args: []any{hexutil.Uint64(feeBlocks), latestTag, []int{feePercentile}}, Result: &blocks},
	}
	if err := n.batch(ctx, elems); err != nil {
		return f, err
	}
	if elems[0].Error != nil {
		return f, elems[0].Error
	}
	if !newest.known() || newest.BaseFee == nil || newest.BaseFee.ToInt().Sign() < 0 {
		return f, errors.New("the newest block has no base fee")
	}
	base := newest.BaseFee.ToInt()
	if elems[2].Error != nil || json.Unmarshal(blocks, &recent) != nil {
		recent = nil
	}
	if elems[1].Error != nil || json.Unmarshal(advice, &tip) != nil {
		tip = nil
	}
	suggested := tip.ToInt() // nil without a tip
	if suggested == nil || suggested.Sign() < 0 {
		// The gas price that nodes report is the base fee plus a tip that they would
		// accept.
		if err := n.ask(ctx, &gasPrice, "eth_gasPrice"); failed(err) {
			return f, err
		} else if err != nil || gasPrice == nil {
			gasPrice = (*hexutil.Big)(new(big.Int))
		}
		suggested = new(big.Int).Sub(gasPrice.ToInt(), base)
		if suggested.Cmp(leastTip) < 0 {
			suggested = leastTip
		}
	}
	f = feesOfNode{mint.Fees{Base: base, Tip: lower(suggested, recent.bound(base))}, uint64(newest.Gas)}
	f.Cap = new(big.Int).Lsh(base, 1)
	f.Cap.Add(f.Cap, f.Tip)
	return f, nil
}

// bound returns the median tip of the recent blocks that paid any.
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

// Amounts of gas for the estimate of burned, on USDC.
const (
	// A mint in a batch costs 76,100, and more for a wallet with code.
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
	most := int64(mint.BurntGas)
	if r.To == nil { // it deployed wallets, and how many is not in the receipt
		least, most = 0, mint.BurntGas+factories.Gas
	}
	if mined.Cost == nil || used == 0 || len(mined.ByCode) == 0 && least <= 0 {
		return nil
	}
	gas := min(max(used-minted*leastMintGas, emptyGas), skipped*most, used)
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
