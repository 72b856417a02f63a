package chain

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"slices"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/params"
	"github.com/ethereum/go-ethereum/rpc"

	"github.com/mint402/mint402/bindings"
	"github.com/mint402/mint402/chain/creation"
	"github.com/mint402/mint402/factories"
	"github.com/mint402/mint402/mint"
)

// Simulate implements [mint.Chain]: it returns a reason for each order that would not mint,
// and "" for each that would. It calls the input that SignBatch would sign, from the same
// sender, with the same gas and with the fees that were read last. Each payment that the asset refused is then called once more alone, to get the
// asset's own reason; these calls are one JSON-RPC batch.
//
// If the gas did not reach an order because other orders burned theirs, the order is not at
// fault: the batch runs again without the refused orders. An order that is not reached
// even then would mint in another batch, so its reason is "" too.
func (c *Client) Simulate(ctx context.Context, launch mint.Launch, orders []mint.Order, from common.Address, at uint64) ([]string, error) {
	s := &simulation{c.read, launch, from, at, c.fees.Load(), c.deploys}
	reasons := make([]string, len(orders))
	live := make([]int, len(orders))
	for i := range live {
		live[i] = i
	}
	var again []int // refused by the asset; explain calls each of them alone
	for starved := len(orders) > 0; starved; {
		results, reverted, err := s.run(ctx, pick(orders, live))
		if err != nil {
			return nil, fmt.Errorf("simulate batch: %w", err)
		}
		starved = false
		var kept []int
		for j, i := range live {
			switch {
			case reverted != nil:
				// Paused, not open, closed: this applies to every order.
				reasons[i] = reverted.Reason
				continue
			case results[j] == notAttempted:
				starved = true
				kept = append(kept, i)
				continue
			case results[j] == [4]byte{}:
				kept = append(kept, i)
				continue
			case results[j] == refused:
				again = append(again, i)
			}
			reasons[i] = brief[results[j]]
			if reasons[i] == "" {
				reasons[i] = "refused with " + hexutil.Encode(results[j][:])
			}
		}
		starved = starved && len(kept) < len(live)
		live = kept
	}
	if err := s.explain(ctx, orders, again, reasons); err != nil {
		return nil, fmt.Errorf("simulate payments: %w", err)
	}
	return reasons, nil
}

// simulation runs payments to a launch as if sent by from, in the state after a block
// (0: newest).
type simulation struct {
	read   reader
	launch mint.Launch
	from   common.Address
	at     uint64
	fees   *mint.Fees // nil: the calls have no gas price
	gas    deployGas
}

// call returns a call of a contract, or a creation, with the fees of a transaction: code that reads the gas
// price or the base fee reads what it will read on chain. Without fees, nodes show both as 0.
// No simulation exposes all code that wants to behave differently on chain; see
// [mint.Skips].
func (s *simulation) call(to *common.Address, gas uint64, input []byte) call {
	m := call{From: &s.from, To: to, Gas: hexutil.Uint64(gas), Input: input}
	if s.fees != nil {
		m.FeeCap, m.TipCap = (*hexutil.Big)(s.fees.Cap), (*hexutil.Big)(s.fees.Tip)
	}
	return m
}

// deploying returns a call of the launch after the calls of factories. Its output is for
// creation.Shown, for a launch's own output of that many bytes.
func (s *simulation) deploying(deployments []creation.Deployment, limits []uint64, gas uint64, input []byte, output int) call {
	created := creation.Creation{Launch: s.launch.Token, Deployments: deployments, Gas: limits, Input: input}
	gas += creationGas(deployments, limits, len(input)) + creation.Shows(deployments, output)
	return s.call(nil, min(gas, params.MaxTxGas), created.Code(true))
}

// run calls the batch. It returns an error selector for each order, zero if the order would
// mint, or the revert of the whole batch.
func (s *simulation) run(ctx context.Context, orders []mint.Order) ([][4]byte, *Revert, error) {
	input, gas, err := packBatch(orders)
	if err != nil {
		return nil, nil, err
	}
	deployments, of := deploymentsOf(orders)
	made := func() call {
		if len(deployments) == 0 {
			return s.call(&s.launch.Token, gas, input)
		}
		limits := slices.Repeat([]uint64{factories.Gas}, len(deployments))
		return s.deploying(deployments, limits, gas, input, 64+32*len(orders))
	}
	out, err := s.read.viewThere(ctx, made(), s.at)
	if k := kindOf(err); s.fees != nil && (k == denied || k == lacks) {
		// With fees, some nodes refuse a call if its sender could not pay for the gas, or if
		// the fees do not reach the base fee.
		s.fees = nil
		out, err = s.read.viewThere(ctx, made(), s.at)
	}
	var reverted *Revert
	if errors.As(err, &reverted) {
		return nil, reverted, nil
	}
	if err != nil {
		return nil, nil, err
	}
	out, used, err := creation.Shown(out, len(deployments))
	if err != nil {
		return nil, nil, err
	}
	s.gas.learn(deployments, used)
	results, err := launchABI.UnpackMintBatch(out)
	if err != nil {
		return nil, nil, err
	}
	if len(results) != len(orders) {
		return nil, nil, fmt.Errorf("%d answers for %d orders", len(results), len(orders))
	}
	for i, d := range of {
		if d >= 0 && used[d] == creation.NotDeployed && results[i] == refused {
			results[i] = undeployed
		}
	}
	return results, nil, nil
}

// pick returns the orders with the given indexes.
func pick(orders []mint.Order, which []int) []mint.Order {
	picked := make([]mint.Order, len(which))
	for j, i := range which {
		picked[j] = orders[i]
	}
	return picked
}

// explain replaces the reasons of some orders, given by their indexes. The new reasons come
// from the strict mint: the contract's mint function, which takes one payment and reverts
// with the asset's own error.
func (s *simulation) explain(ctx context.Context, orders []mint.Order, which []int, reasons []string) error {
	if len(which) == 0 {
		return nil
	}
	elems := make([]rpc.BatchElem, len(which))
	outputs := make([]hexutil.Bytes, len(which))
	for j, i := range which {
		input := launchABI.PackMint(payment(orders[i]))
		gas := strictGas + byteGas*uint64(len(input))
		made := s.call(&s.launch.Token, gas, input)
		if deployments, _ := deploymentsOf(orders[i : i+1]); len(deployments) > 0 {
			made = s.deploying(deployments, s.gas.limits(deployments), gas, input, 0)
		}
		elems[j] = made.elem(&outputs[j], tag(s.at))
	}
	if err := s.read.batch(ctx, elems); err != nil {
		return err
	}
	for j, i := range which {
		var reverted *Revert
		switch err := asRevert(elems[j].Error); {
		case err == nil && i == 0: // alone it would mint, with more gas
			reasons[i] = "the payment needs more gas than a batch leaves to one"
		case err == nil:
			// Alone it would mint, so an earlier payment of the batch prevents it.
			reasons[i] = "the asset refuses the payment after those before it in the batch"
		case errors.As(err, &reverted):
			reasons[i] = reverted.Reason
		default:
			reasons[i] = sentence(packRefused())
		}
	}
	return nil
}

// strictGas plus the gas for calldata is the gas limit for simulating a strict mint, which
// passes all of its gas on to the asset. With this limit, the asset gets about 200,000 gas,
// as in a batch. So a wallet that burns more is refused here too.
const strictGas = 240_000

// packRefused ABI-encodes the error PaymentRefused with an empty reason.
func packRefused() []byte {
	return append(refused[:], append(common.LeftPadBytes([]byte{0x20}, 32), make([]byte, 32)...)...)
}

// SimulateSettled implements [mint.Chain]: it returns why the call would revert, or "" if it
// would succeed. A revert because of the branch is no refusal of the order.
func (c *Client) SimulateSettled(ctx context.Context, launch mint.Launch, settled mint.SettledCall, from common.Address) (string, error) {
	input := PackSettled(settled)
	_, err := c.read.view(ctx, call{From: &from, To: &launch.Token, Gas: hexutil.Uint64(settledGas(settled.Proof)), Input: input})
	var reverted *Revert
	switch {
	case err == nil:
		return "", nil
	case errors.As(err, &reverted) && reverted.Name == "OtherBranch":
		err = fmt.Errorf("%w: %w", mint.ErrUnknownBlock, err)
	case errors.As(err, &reverted):
		return reverted.Reason, nil
	}
	return "", fmt.Errorf("simulate %s of %s: %w", settled.Kind, settled.Order.ID, err)
}

// Guards implements [mint.Chain]. One node shows its newest block, and runs the launch in
// the state after it: the launch must find the block's parent.
func (c *Client) Guards(ctx context.Context, launch mint.Launch) (bool, error) {
	guards, err := ask(ctx, &c.pool, func(ctx context.Context, n *node) (bool, error) {
		var newest *header
		if err := n.ask(ctx, &newest, "eth_getBlockByNumber", latestTag, false); err != nil {
			return false, err
		}
		if newest == nil || newest.Number == nil {
			return false, malformed("the node's newest block has no number")
		}
		if *newest.Number < 2 {
			return false, nil // number 0 asks for no block
		}
		parent := mint.Block{Number: uint64(*newest.Number) - 1, Hash: newest.Parent}
		var out hexutil.Bytes
		m := callTo(launch.Token, launchABI.PackOnBranch(seen(parent)))
		if err := n.ask(ctx, &out, "eth_call", m, hexutil.EncodeUint64(uint64(*newest.Number))); err != nil {
			return false, err
		}
		if len(out) == 0 {
			return false, errNothing
		}
		return launchABI.UnpackOnBranch(out)
	}, "eth_getBlockByNumber", "eth_call")
	if err != nil {
		return false, fmt.Errorf("find out whether %s knows blocks: %w", launch.Token, asRevert(err))
	}
	return guards, nil
}

// payment converts an order to the contract's type.
func payment(o mint.Order) bindings.Payment {
	a := o.Authorization
	return bindings.Payment{
		Payer: o.Payer, Quantity: big.NewInt(o.Quantity),
		ValidAfter: orZero(a.ValidAfter), ValidBefore: orZero(a.ValidBefore),
		Nonce: a.Nonce, Signature: inner(o),
	}
}

// orZero returns n, or 0 if n is nil.
func orZero(n *big.Int) *big.Int {
	if n == nil {
		return new(big.Int)
	}
	return n
}

// seen converts a block to the contract's type.
func seen(b mint.Block) bindings.Block {
	return bindings.Block{Number: new(big.Int).SetUint64(b.Number), Hash: b.Hash}
}

// PackSettled encodes a call for a settled order: a mint, a refund or a fold.
func PackSettled(c mint.SettledCall) []byte {
	o := c.Order
	switch c.Kind {
	case mint.Fold:
		return packFold(o.ID, c.Proof)
	case mint.Return:
		return PackRefund(mint.Refund{Payer: o.Payer, Nonce: o.Authorization.Nonce, Amount: o.Value, Seen: c.Seen}, c.Proof)
	}
	return launchABI.PackMintSettled(o.Payer, o.Authorization.Nonce, big.NewInt(o.Quantity), c.Proof.Prefix, ids(c.Proof.IDs), seen(c.Seen))
}

func ids(history []mint.PaymentID) [][32]byte {
	words := make([][32]byte, len(history))
	for i, id := range history {
		words[i] = id
	}
	return words
}
