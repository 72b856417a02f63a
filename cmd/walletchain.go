package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/big"
	"sync"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/amount"
	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/pay"
	"github.com/mint402/mint402/wallet"
	"github.com/mint402/mint402/x402"
)

// walletChain implements wallet.Chain with the nodes of the wallet's configuration.
type walletChain struct {
	p   *Program
	rpc map[string][]string // by CAIP-2 name

	mu   sync.Mutex
	node map[string]*node
}

func newWalletChain(p *Program, rpc map[string][]string) *walletChain {
	return &walletChain{p: p, rpc: rpc, node: map[string]*node{}}
}

func (w *walletChain) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, n := range w.node {
		n.Close()
	}
}

// at returns a node of the network. A node that could not be reached is tried again at
// the next call.
func (w *walletChain) at(ctx context.Context, network string) (*node, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if n := w.node[network]; n != nil {
		return n, nil
	}
	urls := w.rpc[network]
	if len(urls) == 0 {
		return nil, fmt.Errorf("the wallet's configuration has no node of %s", title(network))
	}
	ctx, cancel := context.WithTimeout(ctx, witnessDial)
	defer cancel()
	n, err := (&nodeFlags{network: network, rpc: urls}).dial(ctx)
	if err != nil {
		return nil, err
	}
	w.node[network] = n
	return n, nil
}

// Launch implements wallet.Chain.
func (w *walletChain) Launch(ctx context.Context, network string, address common.Address) (*mint.Launch, error) {
	n, err := w.at(ctx, network)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, witnessAsk)
	defer cancel()
	l, err := n.ReadLaunchFrom(ctx, address, 0)
	switch {
	case err == nil:
		return &l, nil
	case unreached(err) || ctx.Err() != nil:
		return nil, err
	}
	return nil, fmt.Errorf("%w: %w", wallet.ErrNoLaunch, err)
}

// Balance implements wallet.Chain.
func (w *walletChain) Balance(ctx context.Context, network string, asset, account common.Address) (*big.Int, error) {
	n, err := w.at(ctx, network)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, witnessAsk)
	defer cancel()
	return n.AssetBalance(ctx, asset, account)
}

// Facts implements wallet.Chain. Only a contract that is a launch can mint or refund: the
// events of another recipient are no proof, and only the asset is read.
func (w *walletChain) Facts(ctx context.Context, r pay.Record) (wallet.Facts, error) {
	n, err := w.at(ctx, r.Network)
	if err != nil {
		return wallet.Facts{}, err
	}
	a := r.Payment.Authorization
	l, err := w.Launch(ctx, r.Network, a.To)
	sells := err == nil && l.Asset.Address == r.Asset
	if err != nil && !errors.Is(err, wallet.ErrNoLaunch) {
		return wallet.Facts{}, err
	}
	if !sells {
		l = &mint.Launch{ChainID: n.network.ChainID, Token: a.To, Asset: x402.Asset{Address: r.Asset}, Price: new(big.Int), Allotment: new(big.Int)}
	}
	ctx, cancel := context.WithTimeout(ctx, witnessAsk)
	defer cancel()
	t, err := n.TracePayment(ctx, *l, a, 0, hashesIn(r.Transaction)...)
	if err != nil {
		return wallet.Facts{}, err
	}
	if !sells {
		t.Mint, t.Refund = nil, nil
	}
	return factsOf(t, a, w.p), nil
}

// factsOf returns a trace as the wallet's facts.
func factsOf(t *chain.Trace, a x402.Authorization, p *Program) wallet.Facts {
	f := wallet.Facts{Used: t.Used, Dead: t.Dead(a, p.Now())}
	var last *mint.Mark
	if t.Transfer != nil {
		f.Transferred, last = true, t.Transfer
	}
	if t.Mint != nil {
		f.Tokens, last = amount.Tokens(t.Mint.Tokens), &t.Mint.At
	}
	if t.Refund != nil {
		f.Refunded, last = true, t.Refund
	}
	if t.Cancel != nil {
		f.Cancelled, last = true, t.Cancel
	}
	if last != nil {
		f.Transaction, f.Final = last.Tx.Hex(), t.IsFinal(*last)
	}
	return f
}

// hashesIn returns the hash of a transaction that a server named, if it is one.
func hashesIn(name string) []common.Hash {
	var h common.Hash
	if h.UnmarshalText([]byte(name)) != nil {
		return nil
	}
	return []common.Hash{h}
}

// input and output are the program's streams as MCP's transport needs them. Closing
// them has no effect: they end with the process.
type (
	input  struct{ io.Reader }
	output struct{ io.Writer }
)

func (input) Close() error  { return nil }
func (output) Close() error { return nil }
