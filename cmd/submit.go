package cmd

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/spf13/cobra"

	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/x402"
)

const submitHelp = `
submit mints on the chain itself: it sends the signed payment to the token
contract's own mint, which settles and mints in one step or does neither. It
needs no server, and gas from the key's account.

usage: mint402 submit URL [flags]
       curl -si URL | mint402 submit --yes [flags]
       mint402 submit --payment FILE [flags]

    $ mint402 submit https://mint.example/mint
    $ mint402 submit --payment payment.txt     # what sign printed

A payment that mint signed for the URL and whose outcome is unknown is the one
that is submitted; no second one is signed. With --payment the key only pays
gas, and may be another's.

flags
    --payment FILE      submit this payment; - is standard input
    --quantity N        allotments to buy (default 1)
    --patience TIME     how long to wait for the price, and then for the block
                        (default 5m)
    --rpc URL           node of the network that the 402 names
    --yes               do not ask
    --json              print the result as JSON
    --state-dir DIR     where payments are kept; a full path` + gasHelp + budgetHelp + keyHelp

type submitFlags struct {
	limits            budget
	gas               gasFlags
	keys              keyFlags
	payment, stateDir string
	rpc               []string
	quantity          int64
	patience          time.Duration
	yes, asJSON       bool
}

func (p *Program) submit() *cobra.Command {
	var f submitFlags
	c := &cobra.Command{Use: "submit", Long: submitHelp, Args: arguments(0, 1, "a URL, --payment FILE, or a 402 on standard input"),
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 1 && f.payment != "" {
				return usage("give either a URL or --payment")
			}
			return p.submitPayment(c.Context(), args, &f)
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

func (p *Program) submitPayment(ctx context.Context, args []string, f *submitFlags) error {
	if f.patience <= 0 {
		return impatient(f.patience)
	}
	key, err := p.key(&f.keys)
	if err != nil {
		return err
	}
	client, err := f.limits.client(key)
	if err != nil {
		return err
	}
	var payment x402.Payment
	var u *purse
	var k *kept
	var fresh bool
	if f.payment != "" {
		payment, err = p.readPayment(f.payment)
	} else {
		if u, err = p.openPurse(f.stateDir, addressOf(key)); err != nil {
			return err
		}
		if k, fresh, err = p.paymentToSubmit(ctx, client, u, args, f); err != nil {
			return err
		}
		var release func()
		if release, err = u.use(k); err != nil {
			return err
		}
		defer release()
		payment, err = x402.DecodePayment(k.Payment.Value)
	}
	if err != nil {
		return err
	}
	n, err := (&nodeFlags{network: payment.Network, rpc: f.rpc}).dial(ctx)
	if err != nil {
		return err
	}
	defer n.Close()
	if err := f.gas.bound(n); err != nil {
		return err
	}
	launch, err := n.ReadLaunchFrom(ctx, payment.Authorization.To, 0)
	if err != nil {
		return fmt.Errorf("the payment is not to a launch: %w", err)
	}
	if payment.Accepted != nil && payment.Accepted.Asset != launch.Asset.Address {
		return fmt.Errorf("the payment is in %s and the launch takes %s", payment.Accepted.Asset, launch.Asset.Address)
	}
	quantity := launch.Quantity(payment.Authorization.Value)
	if quantity == 0 {
		return fmt.Errorf("%s %s buys no whole number of allotments at %s", launch.Asset.Format(payment.Authorization.Value), launch.Asset.Symbol, launch.Asset.Format(launch.Price))
	}
	b := &submission{p: p, f: f, n: n, launch: launch, payment: payment, quantity: quantity, purse: u, kept: k,
		id: mint.NewPaymentID(launch.ChainID, launch.Asset.Address, payment.Authorization.From, payment.Authorization.Nonce)}
	return b.run(ctx, key, fresh)
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
	purse    *purse // nil with --payment, like kept
	kept     *kept
}

// run sends the payment, unless the chain shows that it is settled. fresh means that
// it was signed in this run.
func (b *submission) run(ctx context.Context, key *ecdsa.PrivateKey, fresh bool) error {
	p, n, l, k, a, from := b.p, b.n, b.launch, b.kept, b.payment.Authorization, addressOf(key)
	if !fresh {
		if err := p.awaitSent(ctx, n, from, b.f.patience, "this payment's"); err != nil {
			return err
		}
	}
	if known, err := b.before(ctx); known || err != nil {
		return err
	}
	p.say("submits %s %s of %s for %s %s (%s)", l.Asset.Format(a.Value), l.Asset.Symbol,
		a.From.Hex(), grouped(whole(l.Tokens(b.quantity))), plain(l.Symbol), l.Token.Hex())
	if !b.f.yes {
		if err := p.ask(ctx, "pay the gas of "+from.Hex()+"?"); err != nil {
			return err
		}
	}
	n.Keys.Add(key)
	mined, err := submitWithin(ctx, b.f.patience, n, l.Token, from, b.payment, b.quantity)
	if errors.Is(err, chain.ErrUnmined) {
		if k != nil {
			k.Transaction = &mined.Hash
			err = errors.Join(err, b.purse.save(k))
		}
		return why(err)
	}
	if err != nil {
		// The contract also refuses a payment that was settled in the meantime.
		if known, found := b.before(ctx); known {
			return found
		}
		err = n.underWay(ctx, err, from, "this payment's")
		if k != nil && outcomeOf(err).code != undecided.code {
			err = hint(err, "the payment is kept, and was not used yet; mint402 cancel %q takes it back", k.URL)
		}
		return why(err)
	}
	if k != nil { // kept until the mint is final
		k.Seen, k.Told, k.Transaction = "minted", true, &mined.Hash
		if err := b.purse.save(k); err != nil {
			return err
		}
	}
	return b.show(minted{Tokens: whole(l.Tokens(b.quantity)), Block: mined.Block}, mined.Hash)
}

// before reports whether the chain shows the payment as used. For a minted payment it
// prints the mint. For one that was refunded or cancelled, or that has no tokens yet,
// it returns an error.
func (b *submission) before(ctx context.Context) (known bool, err error) {
	t, err := b.n.trace(ctx, b.launch, b.payment.Authorization, b.kept)
	if err != nil {
		return false, fmt.Errorf("look for payment %s on the chain: %w", b.id, err)
	}
	seen, at := ended(t)
	k := b.kept
	switch {
	case !t.Used:
		if k != nil && k.Block == 0 {
			k.Block = t.Head.Number
			return false, b.purse.save(k)
		}
		return false, nil
	case seen == "" && t.Transfer != nil:
		return true, undecided.because(hint(fmt.Errorf("payment %s was taken on the chain in transaction %s, and no tokens for it are there yet: the launch owes them", b.id, t.Transfer.Tx),
			"run the same command again later"))
	case seen == "":
		return true, refused.because(fmt.Errorf("payment %s was used or cancelled in a block that is not searched: nothing was sent", b.id))
	}
	if k != nil {
		if err := b.purse.note(k, t); err != nil {
			return true, err
		}
	}
	if seen != "minted" {
		err := endedError(b.id, seen, at)
		if k != nil {
			err = hint(err, "run the same command again to pay with another payment")
		}
		return true, refused.because(err)
	}
	b.p.say("payment %s was minted before, in block %d; nothing was sent now", b.id, at.Block)
	return true, b.show(minted{Tokens: whole(t.Mint.Tokens), Block: at.Block, Final: t.IsFinal(*at)}, at.Tx)
}

// show prints a mint and its transaction.
func (b *submission) show(done minted, tx common.Hash) error {
	l, a := b.launch, b.payment.Authorization
	done.SaidBy, done.Symbol, done.PaymentID, done.Payer, done.Network = "chain", plain(l.Symbol), b.id, a.From, b.payment.Network
	done.Price, done.Transaction, done.Explorer = l.Asset.Format(a.Value)+" "+l.Asset.Symbol, tx.Hex(), b.n.explorer(tx)
	return b.p.showMinted(done, b.f.asJSON)
}

// submitWithin sends a payment and waits for its block, for at most patience.
func submitWithin(ctx context.Context, patience time.Duration, n *node, token, from common.Address, payment x402.Payment, quantity int64) (chain.Mined, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return n.Submit(ctx, token, from, payment, quantity)
}

// paymentToSubmit returns the kept payment for the URL, or signs a new one and keeps
// it. Either must be within the limits of the command.
func (p *Program) paymentToSubmit(ctx context.Context, client *x402.Client, u *purse, args []string, f *submitFlags) (k *kept, fresh bool, err error) {
	var res *response
	var address string
	if len(args) == 1 {
		target, err := mintURL(args[0], f.quantity)
		if err != nil {
			return nil, false, err
		}
		address = target.String()
	} else {
		if res, err = p.challenge(); err != nil {
			return nil, false, err
		}
		challenge, err := x402.ParsePaymentRequired(res.header, res.body)
		if err != nil {
			return nil, false, err
		}
		if len(challenge.Quotes) > 0 {
			address = challenge.Quotes[0].Resource.URL
		}
	}
	if err := u.hold(ctx); err != nil {
		return nil, false, err
	}
	defer u.release()
	all, err := u.load()
	if err != nil {
		return nil, false, err
	}
	if k := conflict(all, address, common.Address{}); k != nil {
		p.say("the payment of %s signed at %s is undecided; submitting that one", k.Price, clockTime(k.At))
		if err := client.Allows(x402.Quote{Version: 2, Requirement: k.requirement()}); err != nil {
			return nil, false, refused.because(err)
		}
		return k, false, nil
	}
	if res == nil {
		if res, err = fetch402(ctx, address, f.patience); err != nil {
			return nil, false, err
		}
	}
	a, err := p.answerChallenge(ctx, client, res, func(q x402.Quote) error {
		if k := conflict(all, address, q.Requirement.PayTo); k != nil {
			return undecided.because(hint(fmt.Errorf("a payment of %s to the same launch is undecided, signed for %s", k.Price, k.URL), "mint402 submit %q submits that one", k.URL))
		}
		return nil
	})
	if err != nil {
		return nil, false, err
	}
	r := a.quote.Requirement
	k = &kept{URL: address, ID: a.id, Network: r.Network, Asset: r.Asset, Name: r.Extra.Name, Version: r.Extra.Version, Price: a.quote.Price(), Payment: a.signed, At: p.Now()}
	return k, true, u.add(k)
}

// fetch402 asks a URL for its price, for at most patience.
func fetch402(ctx context.Context, url string, patience time.Duration) (*response, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/json")
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, hint(fmt.Errorf("ask %s: %w", url, err), "without its server, name the 402 on standard input or a signed --payment")
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, 1<<20))
	if err != nil {
		return nil, fmt.Errorf("ask %s: %w", url, err)
	}
	if answer.StatusCode != http.StatusPaymentRequired {
		return nil, outcomeOfStatus(answer.StatusCode).say("ask %s: %s", url, describe(answer.StatusCode, body))
	}
	return &response{answer.StatusCode, answer.Header, bytes.TrimSpace(body)}, nil
}
