package cmd

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"slices"

	"github.com/ethereum/go-ethereum/common"
	"github.com/spf13/cobra"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/x402"
)

const cancelHelp = `
cancel makes a signed payment unusable before it has been used: the asset on
chain marks its payment nonce as cancelled. No money moves. It needs the payer's
key, and gas from the same account.

usage: mint402 cancel URL [flags]
       mint402 cancel --payment FILE [flags]
       mint402 cancel --nonce 0x… [flags]

    $ mint402 cancel https://mint.example/mint    # the payment that mint kept
    $ mint402 cancel --payment payment.txt        # what sign printed

A payment id is not enough: it is a hash, and the asset needs the payment nonce
itself. Letting a payment expire has the same effect and costs nothing.

flags
    --payment FILE      the payment to cancel; - is standard input
    --nonce 0x…         or its payment nonce, 64 hex digits
    --quantity N        the quantity that was given to mint (default 1)
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

func cancelVerb(p *Program) *cobra.Command {
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
				return &usageError{hint(errors.New("give one of a URL, --payment and --nonce"), "mint402 cancel --help shows examples")}
			}
			return f.run(c.Context(), p, args)
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

func (f *cancelFlags) run(ctx context.Context, p *Program, args []string) error {
	key, err := f.keys.key(p)
	if err != nil {
		return err
	}
	c := &cancellation{p: p, payer: addressOf(key), asJSON: f.asJSON}
	release, err := f.choose(c, args)
	if err != nil {
		return err
	}
	defer release()
	if c.n, err = f.node.dial(ctx); err != nil {
		return err
	}
	defer c.n.Close()
	if err := f.gas.bound(c.n); err != nil {
		return err
	}
	if c.asset, err = c.n.ReadAsset(ctx, c.n.network.Asset.Address); err != nil {
		return err
	}
	c.id = mint.NewPaymentID(c.n.network.ChainID, c.asset.Address, c.payer, c.nonce)
	if _, err := c.n.awaitSent(ctx, p, c.payer, poolPatience, "this cancellation"); err != nil {
		return err
	}
	if used, err := c.alreadyUsed(ctx); used || err != nil {
		return err
	}
	p.say("cancels payment %s of %s on %s", c.id, c.payer.Hex(), c.n.network.Title)
	if !f.yes {
		if err := p.ask(ctx, "pay the gas?"); err != nil {
			return err
		}
	}
	return c.send(ctx, key)
}

// choose finds the payment to cancel, and the network and asset that the node flags need
// for it. The caller calls release at the end.
func (f *cancelFlags) choose(c *cancellation, args []string) (release func(), err error) {
	switch {
	case f.payment != "":
		return func() {}, f.fromFile(c)
	case f.nonce != "":
		c.nonce, err = parseNonce(f.nonce)
		return func() {}, err
	}
	return f.fromPending(c, args[0])
}

// fromFile takes the payment of --payment.
func (f *cancelFlags) fromFile(c *cancellation) error {
	payment, err := c.p.readPayment(f.payment)
	if err != nil {
		return err
	}
	if payment.Authorization.From != c.payer {
		return fmt.Errorf("the payment is of %s, but the key is of %s; nothing was sent", payment.Authorization.From, c.payer)
	}
	c.nonce, c.to, f.node.network = payment.Authorization.Nonce, payment.Authorization.To, payment.Network
	if payment.Accepted != nil {
		f.node.asset = payment.Accepted.Asset.Hex()
	}
	return nil
}

// fromPending takes the payment that mint keeps for a URL, and locks it.
func (f *cancelFlags) fromPending(c *cancellation, raw string) (release func(), err error) {
	target, err := mintURL(raw, f.quantity)
	if err != nil {
		return nil, err
	}
	if c.files, err = c.p.openPayments(f.stateDir, c.payer); err != nil {
		return nil, err
	}
	all, err := c.files.load()
	if err != nil {
		return nil, err
	}
	k := conflict(all, target.String(), common.Address{})
	if k == nil {
		k = lastCancelled(all, target.String())
	}
	if k == nil {
		return nil, hint(fmt.Errorf("no undecided payment of %s for %s is kept on this machine; nothing was sent", c.payer, target), "name the payment: --payment FILE, or --nonce 0x…")
	}
	c.pending = k
	c.nonce, c.to, f.node.network, f.node.asset = k.Payment.Authorization.Nonce, k.Payment.Authorization.To, k.Network, k.Asset.Hex()
	return c.files.use(k)
}

// lastCancelled returns the newest kept payment for a URL that was cancelled, or nil.
func lastCancelled(all []*pendingPayment, url string) *pendingPayment {
	for _, k := range slices.Backward(all) {
		if k.URL == url && k.Seen == "cancelled" {
			return k
		}
	}
	return nil
}

// A cancellation is one run of mint402 cancel, for one payment.
type cancellation struct {
	p       *Program
	n       *node
	asset   x402.Asset
	payer   common.Address
	nonce   common.Hash
	to      common.Address // zero if only the payment nonce is known
	id      mint.PaymentID
	files   *paymentFiles // nil if the payment is not kept
	pending *pendingPayment
	asJSON  bool
}

// send signs the cancellation, and sends it from the payer's own account.
func (c *cancellation) send(ctx context.Context, key *ecdsa.PrivateKey) error {
	sig, err := x402.SignCancellation(c.asset.Domain(c.n.network.ChainID), c.nonce, key)
	if err != nil {
		return err
	}
	c.n.Keys.Add(key)
	mined, err := c.n.Cancel(ctx, c.asset.Address, c.payer, c.payer, c.nonce, sig)
	if err != nil {
		if used, outcome := c.alreadyUsed(ctx); used {
			return outcome
		}
		return why(c.n.underWay(ctx, err, c.payer, "this cancellation"))
	}
	var unsaved error // the user hears of the cancellation, even if the file cannot be written
	if k := c.pending; k != nil {
		k.Seen, k.Transaction = "cancelled", &mined.Hash // kept until the cancellation is final
		unsaved = c.files.save(k)
	}
	return errors.Join(c.show("can no longer be used", cancelled{Transaction: mined.Hash, Block: mined.Block}), unsaved)
}

// alreadyUsed reports whether the payment nonce is used or cancelled at the asset. It
// prints a payment that was cancelled. For one that was used it returns an error with
// its transaction.
func (c *cancellation) alreadyUsed(ctx context.Context) (used bool, err error) {
	if used, err := c.n.Used(ctx, c.asset.Address, c.payer, c.nonce, 0); err != nil || !used {
		return false, err
	}
	launch := mint.Launch{ChainID: c.n.network.ChainID, Asset: c.asset, Token: c.to}
	a := x402.Authorization{From: c.payer, To: c.to, Nonce: c.nonce}
	if c.pending != nil {
		a = c.pending.Payment.Authorization
	}
	t, err := c.n.trace(ctx, launch, a, c.pending)
	if err != nil {
		return false, fmt.Errorf("look for payment %s on the chain: %w", c.id, err)
	}
	if t.Cancel != nil {
		var unsaved error
		if c.pending != nil {
			unsaved = c.files.note(c.pending, t)
		}
		return true, errors.Join(c.show("was already cancelled; nothing was sent", cancelled{Transaction: t.Cancel.Tx, Block: t.Cancel.Block, Already: true}), unsaved)
	}
	how := "it was used or cancelled in a block that is too old to search"
	if t.Transfer != nil {
		how = "it was used in transaction " + t.Transfer.Tx.Hex()
	}
	if t.Refund != nil {
		how += ", and refunded in transaction " + t.Refund.Tx.Hex()
	}
	return true, hint(fmt.Errorf("payment %s cannot be cancelled: %s; nothing was sent", c.id, how), "mint402 receipt %s shows its outcome", c.id)
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
