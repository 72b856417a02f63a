package cmd

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/x402"
)

const witnessHelp = `
    --rpc URL           the node with which the balance and the mint are checked
                        (default a public one)
    --no-check          check nothing on the chain and trust the server`

// A witness is a node that the payer chose, which is asked for the facts on chain.
// The payer never asks the server for a node, because the server profits from a mint.
type witness struct {
	p    *Program
	rpc  []string // from the flag; empty for the demo's node or the network's public one
	url  *url.URL // the URL to pay, to find the demo; may be nil
	off  bool     // --no-check
	node map[string]*node
	err  map[string]error
}

// errUnchecked means that --no-check was given.
var errUnchecked = errors.New("--no-check was given, so no node is used")

// Time limits for the witness: a node that does not answer cannot delay a payment for
// longer.
const (
	witnessDial = 8 * time.Second
	witnessAsk  = 15 * time.Second
	witnessPoll = time.Second // between two questions about the same mint
)

func newWitness(p *Program, rpc []string, u *url.URL, off bool) *witness {
	return &witness{p: p, rpc: rpc, url: u, off: off, node: map[string]*node{}, err: map[string]error{}}
}

func (w *witness) close() {
	for _, n := range w.node {
		n.Close()
	}
}

// at returns a node of the network. If one cannot be reached, it is not tried again
// in the same run.
func (w *witness) at(ctx context.Context, network string) (*node, error) {
	if w.off {
		return nil, errUnchecked
	}
	if n, err := w.node[network], w.err[network]; n != nil || err != nil {
		return n, err
	}
	ctx, cancel := context.WithTimeout(ctx, witnessDial)
	defer cancel()
	rpc := w.rpc
	if d := w.p.demoAt(w.url); d != nil && len(rpc) == 0 {
		rpc = []string{d.RPC}
		w.p.say("this is the demo on this machine; its chain is read from %s", d.RPC)
	}
	n, err := (&nodeFlags{network: network, rpc: rpc}).dial(ctx)
	if err != nil {
		w.err[network] = err
		return nil, err
	}
	w.node[network] = n
	return n, nil
}

// launch reads the contract that receives the payment.
func (w *witness) launch(ctx context.Context, network string, payTo common.Address) (*node, mint.Launch, error) {
	n, err := w.at(ctx, network)
	if err != nil {
		return nil, mint.Launch{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, witnessAsk)
	defer cancel()
	l, err := n.ReadLaunchFrom(ctx, payTo, 0)
	return n, l, err
}

// look returns the chain's record of a kept payment.
func (w *witness) look(ctx context.Context, k *pendingPayment, hints ...common.Hash) (*chain.Trace, mint.Launch, error) {
	n, l, err := w.launch(ctx, k.Network, k.Payment.Authorization.To)
	if err != nil {
		return nil, l, err
	}
	ctx, cancel := context.WithTimeout(ctx, witnessAsk)
	defer cancel()
	if k.Transaction != nil {
		hints = append(hints, *k.Transaction)
	}
	t, err := n.TracePayment(ctx, l, k.Payment.Authorization, k.Block, hints...)
	if err == nil && k.Asset != l.Asset.Address {
		err = fmt.Errorf("the payment is in %s, but the launch takes %s", k.Asset, l.Asset.Address)
	}
	return t, l, err
}

// examine checks the chain before a payment is signed: that the recipient is a
// launch, that the price is right for the quantity, and that the account has the
// money. It returns the number of the newest block, or 0 if no node answers.
func (w *witness) examine(ctx context.Context, q x402.Quote, payer common.Address, quantity int64) (*mint.Launch, uint64, error) {
	r := q.Requirement
	n, l, err := w.launch(ctx, r.Network, r.PayTo)
	var other *otherChainError
	switch {
	case errors.Is(err, errUnchecked):
		return nil, 0, nil
	case ctx.Err() != nil:
		return nil, 0, ctx.Err()
	case errors.As(err, &other):
		return nil, 0, refused.because(hint(fmt.Errorf("the server asks for payment on %s: %w; nothing was signed", title(r.Network), err), "--no-check pays anyway"))
	case n == nil, err != nil && unreached(err):
		w.p.say("no node answers (%s): the server's report of the mint cannot be checked", inWords(err))
		return nil, 0, nil
	case err != nil:
		return nil, 0, refused.because(hint(fmt.Errorf("%s asks for payment to %s, which is not a launch on %s: %w", q.Resource.URL, r.PayTo, n.network.Title, err),
			"nothing was signed; --no-check pays anyway"))
	case l.Asset.Address != r.Asset:
		return nil, 0, refused.say("the server asks for %s, but the launch takes %s; nothing was signed", r.Asset, l.Asset.Address)
	}
	if l.Total(quantity).Cmp(r.Amount) != 0 {
		return nil, 0, refused.say("the server asks for %s, but the contract sells %d for %s %s; nothing was signed",
			q.Price(), quantity, l.Asset.Format(l.Total(quantity)), l.Asset.Symbol)
	}
	ctx, cancel := context.WithTimeout(ctx, witnessAsk)
	defer cancel()
	has, err := n.AssetBalance(ctx, r.Asset, payer)
	if err != nil {
		return &l, 0, nil // the contract checks the balance too, before it takes money
	}
	if has.Cmp(r.Amount) < 0 {
		return nil, 0, refused.because(hint(fmt.Errorf("%s has %s %s on %s, but the price is %s; nothing was signed",
			payer.Hex(), l.Asset.Format(has), l.Asset.Symbol, n.network.Title, q.Price()), "send the account %s first", l.Asset.Symbol))
	}
	head, _, err := n.Head(ctx)
	if err != nil {
		return &l, 0, nil
	}
	if off := w.p.Now().Sub(head.Time); off > clockOff || off < -clockOff {
		w.p.say("warning: the newest block is from %s, but this clock shows %s: the clock is wrong, or the node is behind",
			head.Time.UTC().Format(time.DateTime), w.p.Now().UTC().Format(time.DateTime))
	}
	return &l, head.Number, nil
}

// affords checks that the account has the money for a quote.
func (w *witness) affords(ctx context.Context, q x402.Quote, payer common.Address) error {
	n, err := w.at(ctx, q.Requirement.Network)
	if errors.Is(err, errUnchecked) {
		return nil
	}
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, witnessAsk)
	defer cancel()
	has, err := n.AssetBalance(ctx, q.Requirement.Asset, payer)
	switch {
	case err != nil:
		w.p.say("the balance could not be checked: %s", inWords(err))
	case has.Cmp(q.Requirement.Amount) < 0:
		return refused.say("%s has less than %s on %s; nothing was signed", payer.Hex(), q.Price(), n.network.Title)
	}
	return nil
}

// clockOff is the largest difference between this clock and the newest block that
// gives no warning.
const clockOff = 5 * time.Minute
