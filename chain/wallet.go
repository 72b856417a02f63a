package chain

import (
	"bytes"
	"slices"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/params"
	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/mint402/mint402/chain/creation"
	"github.com/mint402/mint402/factories"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/x402"
)

// inner returns the signature of an order that the asset gets: without its ERC-6492 wrapper.
func inner(o mint.Order) []byte {
	if w, err := x402.Unwrap(o.Signature); o.Deploys() && err == nil {
		return w.Signature
	}
	return o.Signature
}

// deploymentsOf returns the calls that deploy payers of the orders, and which of them is an
// order's, or -1. Orders of one wallet share a call.
func deploymentsOf(orders []mint.Order) (all []creation.Deployment, of []int) {
	of = make([]int, len(orders))
	for i, o := range orders {
		of[i] = -1
		if !o.Deploys() {
			continue
		}
		w, err := x402.Unwrap(o.Signature)
		if err != nil {
			continue // the wallet gets the bytes as they are, and the payment is refused
		}
		d := creation.Deployment{Wallet: o.Payer, Factory: w.Factory, Call: w.Call}
		same := func(e creation.Deployment) bool {
			return e.Wallet == d.Wallet && e.Factory == d.Factory && bytes.Equal(e.Call, d.Call)
		}
		if of[i] = slices.IndexFunc(all, same); of[i] < 0 {
			of[i] = len(all)
			all = append(all, d)
		}
	}
	return all, of
}

// deployGas remembers the gas that factories' calls used in simulations, so that a transaction
// has no higher limit than it needs. Without it, the limit is factories.Gas.
type deployGas struct {
	used *lru.Cache[common.Hash, uint64]
}

// maxDeployGas is how many calls deployGas remembers.
const maxDeployGas = 4096

func newDeployGas() deployGas {
	used, err := lru.New[common.Hash, uint64](maxDeployGas)
	if err != nil {
		panic("chain: " + err.Error()) // only a size below 1 is an error
	}
	return deployGas{used}
}

// limits returns a limit of gas for each call: what it used, and a quarter and 20,000 more,
// since calls keep a 64th of their gas back (EIP-150) and the state may change.
func (g deployGas) limits(deployments []creation.Deployment) []uint64 {
	limits := make([]uint64, len(deployments))
	for i, d := range deployments {
		if limits[i] = factories.Gas; g.used.Contains(d.ID()) {
			used, _ := g.used.Get(d.ID())
			limits[i] = min(used+used/4+20_000, factories.Gas)
		}
	}
	return limits
}

// learn stores what the calls of a simulation used.
func (g deployGas) learn(deployments []creation.Deployment, used []uint64) {
	for i, d := range deployments {
		if used[i] != creation.NotDeployed && used[i] > 0 {
			g.used.Add(d.ID(), used[i])
		}
	}
}

// creationGas returns the gas that the transaction of a batch needs for deployments with these
// limits, beyond that of the batch. input is the size of the batch's call.
func creationGas(deployments []creation.Deployment, limits []uint64, input int) uint64 {
	gas := creation.Overhead(deployments, input)
	for _, limit := range limits {
		gas += limit
	}
	return gas
}

// creating returns a batch's call as a contract creation that first deploys payers, or as it is
// if none has to be deployed. The recipient is nil for a creation.
func (g deployGas) creating(launch common.Address, orders []mint.Order, call []byte, callGas uint64) (to *common.Address, input []byte, gas uint64) {
	deployments, _ := deploymentsOf(orders)
	if len(deployments) == 0 {
		return &launch, call, callGas
	}
	limits := g.limits(deployments)
	created := creation.Creation{Launch: launch, Deployments: deployments, Gas: limits, Input: call}
	return nil, created.Code(false), min(callGas+creationGas(deployments, limits, len(call)), params.MaxTxGas)
}

// fits reports whether a batch whose call of the launch has that many bytes is within the limits
// of gas, and of the bytes of a contract creation if it is one.
func (g deployGas) fits(orders []mint.Order, bytes int, gas, limit uint64) bool {
	if deployments, _ := deploymentsOf(orders); len(deployments) > 0 {
		if creation.Size(deployments, bytes) > creation.MaxInput {
			return false
		}
		gas += creationGas(deployments, g.limits(deployments), bytes)
	}
	return gas <= limit
}
