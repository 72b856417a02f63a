package cmd

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/spf13/cobra"

	"github.com/mint402/mint402/amount"
	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/x402"
)

const submitHelp = `
submit mints on the chain directly: it sends the signed payment to the token
contract, which settles and mints in one transaction or does neither. It needs no
server, but gas from the key's account.

usage: mint402 submit URL [flags]
       curl -si URL | mint402 submit --yes [flags]
       mint402 submit --payment FILE [flags]

    $ mint402 submit https://mint.example/mint
    $ mint402 submit --payment payment.txt     # what sign printed

If mint has already signed a payment for the URL and its outcome is unknown, that
payment is submitted and no second one is signed. With --payment the key only
pays the gas, and may be of another account than the payer's.

flags
    --payment FILE      submit this payment; - is standard input
    --quantity N        allotments to buy (default 1)
    --patience TIME     how long to wait for the price, and then for the block
                        (default 5m)
    --rpc URL           a node of the network in the 402
    --yes               do not ask
    --json              print the result as JSON
    --state-dir DIR     where payments are kept; a full path` + gasHelp + payerLimitsHelp + keyHelp

type submitFlags struct {
	limits            payerLimits
	gas               gasFlags
	keys              keyFlags
	payment, stateDir string
	rpc               []string
	quantity          int64
	patience          time.Duration
	yes, asJSON       bool
}

func submitVerb(p *Program) *cobra.Command {
	var f submitFlags
	c := &cobra.Command{Use: "submit", Long: submitHelp, Args: arguments(0, 1, "a URL, --payment FILE, or a 402 on standard input"),
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 1 && f.payment != "" {
				return usage("give either a URL or --payment")
			}
			return f.run(c.Context(), p, args)
		}}
	f.limits.add(c)
	f.gas.add(c)
	f.keys.add(c, payerKey)
	c.Flags().StringVar(&f.payment, "payment", "", "")
	c.Flags().Int64Var(&f.quantity, "quantity", 1, "")
	c.Flags().DurationVar(&f.patience, "patience", 5*time.Minute, "")
	c.Flags().StringSliceVar(&f.rpc, "rpc", nil, "")
	c.Flags().BoolVar(&f.yes, "yes", false, "")
	c.Flags().BoolVar(&f.asJSON, "json", false, "")
	c.Flags().StringVar(&f.stateDir, "state-dir", "", "")
	return c
}

func (f *submitFlags) run(ctx context.Context, p *Program, args []string) error {
	if f.patience <= 0 {
		return impatient(f.patience)
	}
	key, err := f.keys.key(p)
	if err != nil {
		return err
	}
	client, err := f.limits.client(key)
	if err != nil {
		return err
	}
	b := &submission{p: p, f: f}
	var fresh bool
	if f.payment != "" {
		b.payment, err = p.readPayment(f.payment)
	} else {
		if b.files, err = p.openPayments(f.stateDir, addressOf(key)); err != nil {
			return err
		}
		defer b.close()
		if b.pending, fresh, err = b.choose(ctx, client, args); err != nil {
			return err
		}
		if !fresh {
			release, err := b.files.use(b.pending)
			if err != nil {
				return err
			}
			defer release()
		}
		b.payment, err = x402.DecodePayment(b.pending.Payment.Value)
	}
	if err != nil {
		return err
	}
	if b.n == nil {
		defer b.close()
		if err := b.reach(ctx, b.payment.Network, ""); err != nil {
			return err
		}
	}
	if err := f.gas.bound(b.n); err != nil {
		return err
	}
	if err := b.read(ctx); err != nil {
		return err
	}
	return b.run(ctx, key, fresh)
}

// reach connects to the node of the flags, or of the demo that serves a URL.
func (b *submission) reach(ctx context.Context, network, address string) (err error) {
	rpc := b.f.rpc
	if u, wrong := url.Parse(address); wrong == nil && len(rpc) == 0 {
		if demo := b.p.demoAt(u); demo != nil {
			rpc = []string{demo.RPC}
		}
	}
	b.n, err = (&nodeFlags{network: network, rpc: rpc}).dial(ctx)
	return err
}

func (b *submission) close() {
	if b.n != nil {
		b.n.Close()
	}
}

// read reads the launch that the payment is to, and checks that it buys something there.
func (b *submission) read(ctx context.Context) (err error) {
	a := b.payment.Authorization
	if b.launch, err = b.n.ReadLaunchFrom(ctx, a.To, 0); err != nil {
		return fmt.Errorf("the payment is not to a launch, so nothing was sent: %w", err)
	}
	asset := b.launch.Asset
	if b.payment.Accepted != nil && b.payment.Accepted.Asset != asset.Address {
		return fmt.Errorf("the payment is in %s, but the launch takes %s; nothing was sent", b.payment.Accepted.Asset, asset.Address)
	}
	if b.quantity = b.launch.Quantity(a.Value); b.quantity == 0 {
		return fmt.Errorf("%s %s does not buy a whole number of allotments at %s; nothing was sent", asset.Format(a.Value), asset.Symbol, asset.Format(b.launch.Price))
	}
	b.id = mint.NewPaymentID(b.launch.ChainID, asset.Address, a.From, a.Nonce)
	return nil
}

// A submission is one payment that mint402 submit sends to the contract.
type submission struct {
	p        *Program
	f        *submitFlags
	n        *node
	launch   mint.Launch
	payment  x402.Payment
	quantity int64
	id       mint.PaymentID
	files    *paymentFiles // nil with --payment, like pending
	pending  *pendingPayment
}

// run sends the payment, unless the chain shows that it is settled. fresh means that
// it was signed in this run.
func (b *submission) run(ctx context.Context, key *ecdsa.PrivateKey, fresh bool) error {
	p, n, l, k, a, from := b.p, b.n, b.launch, b.pending, b.payment.Authorization, addressOf(key)
	if !fresh {
		if _, err := n.awaitSent(ctx, p, from, b.f.patience, "this payment's"); err != nil {
			return err
		}
	}
	if used, err := b.alreadyUsed(ctx); used || err != nil {
		return err
	}
	p.say("submits %s %s of %s for %s %s (%s)", l.Asset.Format(a.Value), l.Asset.Symbol,
		a.From.Hex(), amount.Grouped(amount.Tokens(l.Tokens(b.quantity))), plain(l.Symbol), l.Token.Hex())
	if !b.f.yes {
		if err := p.ask(ctx, "pay the gas of "+from.Hex()+"?"); err != nil {
			return err
		}
	}
	if fresh {
		release, err := b.keep(ctx)
		if err != nil {
			return err
		}
		defer release()
	}
	n.Keys.Add(key)
	mined, err := submitWithin(ctx, b.f.patience, n, l.Token, from, b.payment, b.quantity)
	if errors.Is(err, chain.ErrUnmined) {
		if k != nil {
			k.Transaction = &mined.Hash
			err = errors.Join(err, b.files.save(k))
		}
		return why(err)
	}
	if err != nil {
		// The contract also refuses a payment that was settled in the meantime.
		if used, outcome := b.alreadyUsed(ctx); used {
			return outcome
		}
		err = n.underWay(ctx, err, from, "this payment's")
		if k != nil && outcomeOf(err).code != undecided.code {
			err = hint(err, "the payment is kept and was not charged yet; mint402 cancel %q cancels it", k.URL)
		}
		return why(err)
	}
	var unsaved error // the user hears of the mint, even if the file cannot be written
	if k != nil {     // kept until the mint is final
		k.Seen, k.Told, k.Transaction = "minted", true, &mined.Hash
		unsaved = b.files.save(k)
	}
	return errors.Join(b.show(minted{Tokens: amount.Tokens(l.Tokens(b.quantity)), Block: mined.Block}, mined.Hash), unsaved)
}

// alreadyUsed reports whether the chain shows the payment as used. For a minted payment it
// prints the mint. For one that was refunded or cancelled, or that has no tokens yet,
// it returns an error.
func (b *submission) alreadyUsed(ctx context.Context) (used bool, err error) {
	t, err := b.n.trace(ctx, b.launch, b.payment.Authorization, b.pending)
	if err != nil {
		return false, fmt.Errorf("look for payment %s on the chain: %w", b.id, err)
	}
	seen, at := ended(t)
	k := b.pending
	switch {
	case !t.Used:
		if k == nil || k.Block != 0 {
			return false, nil
		}
		if k.Block = t.Head.Number; k.path == "" { // it is kept with the rest
			return false, nil
		}
		return false, b.files.save(k)
	case seen == "" && t.Transfer != nil:
		return true, undecided.because(hint(fmt.Errorf("payment %s was charged on the chain in transaction %s, but its tokens are not minted yet: the launch owes them", b.id, t.Transfer.Tx),
			"run the same command again later"))
	case seen == "":
		return true, refused.because(fmt.Errorf("payment %s was used or cancelled in a block that is too old to search; nothing was sent", b.id))
	}
	var unsaved error // the user hears of the outcome, even if the file cannot be written
	if k != nil && k.path != "" {
		unsaved = b.files.note(k, t)
	}
	if seen != "minted" {
		err := endedError(b.id, seen, at)
		if k != nil {
			err = hint(err, "run the same command again to pay with a new payment")
		}
		return true, errors.Join(refused.because(err), unsaved)
	}
	b.p.say("payment %s was already minted in block %d; nothing was sent now", b.id, at.Block)
	return true, errors.Join(b.show(minted{Tokens: amount.Tokens(t.Mint.Tokens), Block: at.Block, Final: t.IsFinal(*at)}, at.Tx), unsaved)
}

// show prints a mint and its transaction.
func (b *submission) show(done minted, tx common.Hash) error {
	l, a := b.launch, b.payment.Authorization
	done.SaidBy, done.Symbol, done.PaymentID, done.Payer, done.Network = "chain", plain(l.Symbol), b.id, a.From, b.payment.Network
	done.Price, done.Transaction, done.Explorer = l.Asset.Format(a.Value)+" "+l.Asset.Symbol, tx.Hex(), b.n.explorer(tx)
	return done.show(b.p, b.f.asJSON)
}

// submitWithin sends a payment and waits for its block, for at most patience.
func submitWithin(ctx context.Context, patience time.Duration, n *node, token, from common.Address, payment x402.Payment, quantity int64) (chain.Mined, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return n.Submit(ctx, token, from, payment, quantity)
}
