package cmd

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/ethereum/go-ethereum/common"
	"github.com/spf13/cobra"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/x402"
)

const cancelHelp = `
cancel takes a signed payment back before anyone has used it, by telling the
asset on chain that its payment nonce is void. It needs the payer's key, and
gas from the same account.

usage: mint402 cancel URL [flags]
       mint402 cancel --payment FILE [flags]
       mint402 cancel --nonce 0x… [flags]

    $ mint402 cancel https://mint.example/mint    # what mint has kept for it
    $ mint402 cancel --payment payment.txt        # what sign printed

A payment id does not do: it is a hash, and the asset wants the payment nonce
that went into it. Letting a payment expire does the same and costs nothing.

flags
    --payment FILE      the payment to take back; - is standard input
    --nonce 0x…         or its payment nonce, 64 hex digits
    --quantity N        of the URL, as given to mint (default 1)
    --yes               do not ask
    --json              print the result as JSON
    --state-dir DIR     where payments are kept; a full path` + gasHelp + nodeHelp + keyHelp

type cancelFlags struct {
	node                     nodeFlags
	gas                      gasFlags
	keys                     keyFlags
	payment, nonce, stateDir string
	quantity                 int64
	yes, asJSON              bool
}

func (p *Program) cancel() *cobra.Command {
	var f cancelFlags
	c := &cobra.Command{Use: "cancel", Long: cancelHelp, Args: arguments(0, 1, "a URL, --payment or --nonce"),
		RunE: func(c *cobra.Command, args []string) error {
			ways := len(args)
			for _, s := range []string{f.payment, f.nonce} {
				if s != "" {
					ways++
				}
			}
			if ways != 1 {
				return &usageError{hint(errors.New("cancel takes one of a URL, --payment and --nonce"), "mint402 cancel --help shows examples")}
			}
			return p.cancelPayment(c.Context(), args, &f)
		}}
	f.node.add(c)
	f.gas.add(c)
	f.keys.add(c, payerKey)
	c.Flags().StringVar(&f.payment, "payment", "", "")
	c.Flags().StringVar(&f.nonce, "nonce", "", "")
	c.Flags().Int64Var(&f.quantity, "quantity", 1, "")
	c.Flags().BoolVar(&f.yes, "yes", false, "")
	c.Flags().BoolVar(&f.asJSON, "json", false, "")
	c.Flags().StringVar(&f.stateDir, "state-dir", "", "")
	return c
}

type cancelled struct {
	PaymentID    mint.PaymentID `json:"paymentId"`
	Payer        common.Address `json:"payer"`
	PaymentNonce common.Hash    `json:"paymentNonce"`
	Transaction  common.Hash    `json:"transaction"`
	Block        uint64         `json:"block"`
	Already      bool           `json:"already,omitempty"` // it was cancelled before: no transaction was sent
}

func (p *Program) cancelPayment(ctx context.Context, args []string, f *cancelFlags) error {
	key, err := p.key(&f.keys)
	if err != nil {
		return err
	}
	payer := addressOf(key)
	var nonce common.Hash
	var to common.Address // the launch, if it is known
	var u *purse
	var k *kept
	switch {
	case f.payment != "":
		payment, err := p.readPayment(f.payment)
		if err != nil {
			return err
		}
		if payment.Authorization.From != payer {
			return fmt.Errorf("the payment is of %s and the key of %s", payment.Authorization.From, payer)
		}
		nonce, to, f.node.network = payment.Authorization.Nonce, payment.Authorization.To, payment.Network
		if payment.Accepted != nil {
			f.node.asset = payment.Accepted.Asset.Hex()
		}
	case f.nonce != "":
		var err error
		if nonce, err = parseNonce(f.nonce); err != nil {
			return err
		}
	default:
		target, err := mintURL(args[0], f.quantity)
		if err != nil {
			return err
		}
		if u, err = p.openPurse(f.stateDir, payer); err != nil {
			return err
		}
		all, err := u.load()
		if err != nil {
			return err
		}
		if k = conflict(all, target.String(), common.Address{}); k == nil {
			k = lastCancelled(all, target.String())
		}
		if k == nil {
			return hint(fmt.Errorf("no undecided payment of %s for %s is kept", payer, target), "--payment FILE, or --nonce")
		}
		release, err := u.use(k)
		if err != nil {
			return err
		}
		defer release()
		nonce, to, f.node.network, f.node.asset = k.Payment.Authorization.Nonce, k.Payment.Authorization.To, k.Network, k.Asset.Hex()
	}
	n, err := f.node.dial(ctx)
	if err != nil {
		return err
	}
	defer n.Close()
	if err := f.gas.bound(n); err != nil {
		return err
	}
	asset, err := n.ReadAsset(ctx, n.network.Asset.Address)
	if err != nil {
		return err
	}
	c := &cancellation{p: p, n: n, asset: asset, payer: payer, nonce: nonce, to: to, purse: u, kept: k, asJSON: f.asJSON,
		id: mint.NewPaymentID(n.network.ChainID, asset.Address, payer, nonce)}
	if err := p.awaitSent(ctx, n, payer, poolPatience, "this cancellation"); err != nil {
		return err
	}
	if known, err := c.before(ctx); known || err != nil {
		return err
	}
	p.say("takes back payment %s of %s on %s", c.id, payer.Hex(), n.network.Title)
	if !f.yes {
		if err := p.ask(ctx, "pay the gas?"); err != nil {
			return err
		}
	}
	sig, err := x402.SignCancellation(asset.Domain(n.network.ChainID), nonce, key)
	if err != nil {
		return err
	}
	n.Keys.Add(key)
	mined, err := n.Cancel(ctx, asset.Address, payer, payer, nonce, sig)
	if err != nil {
		if known, found := c.before(ctx); known {
			return found
		}
		return why(n.underWay(ctx, err, payer, "this cancellation"))
	}
	if k != nil { // kept until the cancellation is final
		k.Seen, k.Transaction = "cancelled", &mined.Hash
		if err := u.save(k); err != nil {
			return err
		}
	}
	return c.show("can no longer be used", cancelled{Transaction: mined.Hash, Block: mined.Block})
}

// lastCancelled returns the newest kept payment for a URL that was cancelled, or nil.
func lastCancelled(all []*kept, url string) *kept {
	for _, k := range slices.Backward(all) {
		if k.URL == url && k.Seen == "cancelled" {
			return k
		}
	}
	return nil
}

// A cancellation is one payment that mint402 cancel takes back.
type cancellation struct {
	p      *Program
	n      *node
	asset  x402.Asset
	payer  common.Address
	nonce  common.Hash
	to     common.Address // zero if only the payment nonce is known
	id     mint.PaymentID
	purse  *purse // nil if the payment is not kept
	kept   *kept
	asJSON bool
}

// before reports whether the payment nonce is used or cancelled at the asset. It
// prints a payment that was cancelled. For one that was used it returns an error with
// its transaction.
func (c *cancellation) before(ctx context.Context) (known bool, err error) {
	used, err := c.n.Used(ctx, c.asset.Address, c.payer, c.nonce)
	if err != nil || !used {
		return false, err
	}
	launch := mint.Launch{ChainID: c.n.network.ChainID, Asset: c.asset, Token: c.to}
	a := x402.Authorization{From: c.payer, To: c.to, Nonce: c.nonce}
	if c.kept != nil {
		a = c.kept.Payment.Authorization
	}
	t, err := c.n.trace(ctx, launch, a, c.kept)
	if err != nil {
		return false, fmt.Errorf("look for payment %s on the chain: %w", c.id, err)
	}
	if t.Cancel != nil {
		if c.kept != nil {
			if err := c.purse.note(c.kept, t); err != nil {
				return true, err
			}
		}
		return true, c.show("was cancelled before; nothing was sent", cancelled{Transaction: t.Cancel.Tx, Block: t.Cancel.Block, Already: true})
	}
	err = fmt.Errorf("payment %s cannot be taken back: it was used or cancelled, in a block that is not searched", c.id)
	if t.Transfer != nil {
		err = fmt.Errorf("payment %s cannot be taken back: it was used in transaction %s", c.id, t.Transfer.Tx)
	}
	if t.Refund != nil {
		err = fmt.Errorf("%w, and refunded in transaction %s", err, t.Refund.Tx)
	}
	return true, hint(err, "mint402 receipt %s tells what became of it", c.id)
}

// show prints that the payment can no longer be used, and the transaction that ended
// it.
func (c *cancellation) show(how string, done cancelled) error {
	done.PaymentID, done.Payer, done.PaymentNonce = c.id, c.payer, c.nonce
	if c.asJSON {
		return c.p.json(done)
	}
	_, err := fmt.Fprintf(c.p.Out, "payment %s %s\ntransaction %s\n", c.id, how, done.Transaction)
	return err
}
