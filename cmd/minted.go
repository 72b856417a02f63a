package cmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/amount"
	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/pay"
	"github.com/mint402/mint402/server/api"
)

// minted is the output of mint --json and submit --json.
type minted struct {
	PaymentID   mint.PaymentID  `json:"paymentId"`
	Payer       common.Address  `json:"payer"`
	Network     string          `json:"network"` // CAIP-2
	Price       string          `json:"price"`
	SaidBy      string          `json:"saidBy"` // "chain", or "server" under --no-check
	Tokens      string          `json:"tokens,omitempty"`
	Symbol      string          `json:"symbol,omitempty"`
	Final       bool            `json:"final"`
	Transaction string          `json:"transaction,omitempty"`
	Block       uint64          `json:"block,omitempty"`
	Explorer    string          `json:"explorer,omitempty"`
	Receipt     json.RawMessage `json:"receipt,omitempty"` // the server's answer, if it is JSON
}

// How long the chain is asked for a mint that the server reports.
const (
	witnessPatience = 30 * time.Second
	demoFinal       = 10 * time.Second // the demo's blocks are final within seconds
)

// conclude reports the outcome of a payment as the chain shows it. The payment stays
// kept until the outcome is final.
func (b *purchase) conclude(ctx context.Context, k *pendingPayment, result *pay.Result, failure error) error {
	if errors.Is(failure, context.Canceled) || ctx.Err() != nil {
		return b.interrupted(k, ctx.Err())
	}
	if b.f.noCheck {
		return b.serversWord(k, result, failure)
	}
	trace, launch, err := b.ask(ctx, k, result, failure)
	switch {
	case ctx.Err() != nil:
		return b.interrupted(k, ctx.Err())
	case err != nil:
		return b.unverified(k, result, failure, err)
	case trace.Mint != nil:
		return b.report(ctx, k, trace, launch, result)
	}
	return b.unshown(k, trace, result, failure)
}

func (b *purchase) interrupted(k *pendingPayment, cause error) error {
	return errors.Join(context.Canceled, cause, undecided.say("payment %s is kept: run the same command again to continue with it; mint402 cancel %q cancels it", k.ID, k.URL))
}

// ask asks the chain for the payment. It repeats this while the server reports a
// mint, because the node may not have seen it yet.
func (b *purchase) ask(ctx context.Context, k *pendingPayment, result *pay.Result, failure error) (t *chain.Trace, l mint.Launch, err error) {
	end := time.Now().Add(min(witnessPatience, b.f.patience))
	for {
		t, l, err = b.witness.look(ctx, k, hintsIn(k, result)...)
		if err != nil && b.witness.node[k.Network] == nil || t != nil && t.Mint != nil || failure != nil || !time.Now().Before(end) {
			return t, l, err
		}
		pause := time.NewTimer(min(witnessPoll, time.Until(end)))
		select {
		case <-ctx.Done():
			pause.Stop()
			return t, l, ctx.Err()
		case <-pause.C:
		}
	}
}

// hintsIn returns the transactions that the server's answer contains. They only tell
// where to look on the chain.
func hintsIn(k *pendingPayment, result *pay.Result) (hashes []common.Hash) {
	var names []string
	if result.Settle != nil {
		names = append(names, result.Settle.Transaction)
	}
	var r api.Receipt
	if json.Unmarshal(result.Body, &r) == nil && r.PaymentID == k.ID {
		names = append(names, r.Transaction)
	}
	for _, name := range names {
		var h common.Hash
		if h.UnmarshalText([]byte(name)) == nil {
			hashes = append(hashes, h)
		}
	}
	return hashes
}

// report prints a mint that the chain shows.
func (b *purchase) report(ctx context.Context, k *pendingPayment, t *chain.Trace, l mint.Launch, result *pay.Result) error {
	n := b.witness.node[k.Network]
	k.Seen, k.Transaction = "minted", &t.Mint.At.Tx
	done := minted{PaymentID: k.ID, Payer: k.Payment.Authorization.From, Network: k.Network, Price: k.Price, SaidBy: "chain",
		Tokens: amount.Tokens(t.Mint.Tokens), Symbol: plain(l.Symbol), Final: t.IsFinal(t.Mint.At), Transaction: t.Mint.At.Tx.Hex(), Block: t.Mint.At.Block, Explorer: n.explorer(t.Mint.At.Tx)}
	if json.Valid(result.Body) {
		done.Receipt = result.Body
	}
	if err := done.show(b.p, b.f.asJSON); err != nil {
		return err
	}
	k.Told = true
	if err := b.files.save(k); err != nil {
		return err
	}
	if !done.Final && b.p.demoAt(b.url) != nil {
		done.Final = b.awaitFinal(ctx, k)
	}
	if done.Final {
		return b.files.forget(k)
	}
	b.p.say("not final yet; the payment is kept until it is")
	return nil
}

// awaitFinal waits for a final block on the demo's chain, because a kept payment of
// the demo is useless after the demo ends.
func (b *purchase) awaitFinal(ctx context.Context, k *pendingPayment) bool {
	tick := time.NewTicker(witnessPoll / 4)
	defer tick.Stop()
	for end := time.After(demoFinal); ; {
		if t, _, err := b.witness.look(ctx, k); err == nil && t.Mint != nil && t.IsFinal(t.Mint.At) {
			return true
		}
		select {
		case <-ctx.Done():
			return false
		case <-end:
			return false
		case <-tick.C:
		}
	}
}

// show prints a mint.
func (done minted) show(p *Program, asJSON bool) error {
	if asJSON {
		return p.json(done)
	}
	fmt.Fprintf(p.Out, "minted %s %s to %s\n", amount.Grouped(done.Tokens), done.Symbol, done.Payer.Hex())
	fmt.Fprintf(p.Out, "transaction %s\n", done.Transaction)
	if done.Explorer != "" {
		fmt.Fprintln(p.Out, done.Explorer)
	}
	return nil
}

// serversWord reports the server's answer under --no-check, marked as unchecked. The
// payment stays kept until it has expired.
func (b *purchase) serversWord(k *pendingPayment, result *pay.Result, failure error) error {
	if failure != nil {
		return b.failed(k, result, failure)
	}
	b.p.say("not checked on the chain (--no-check); this payment is kept until it expires, and the same command sends it again")
	done := minted{PaymentID: k.ID, Payer: k.Payment.Authorization.From, Network: k.Network, Price: k.Price, SaidBy: "server"}
	if json.Valid(result.Body) {
		done.Receipt = result.Body
	}
	if b.f.asJSON {
		return b.p.json(done)
	}
	_, err := fmt.Fprintf(b.p.Out, "the server reports that it took %s for payment %s: %s\n", k.Price, k.ID, describe(result.Status, result.Body))
	return err
}

// unverified reports that no node answered.
func (b *purchase) unverified(k *pendingPayment, result *pay.Result, failure, cause error) error {
	if failure != nil {
		return b.failed(k, result, failure)
	}
	return undecided.because(hint(fmt.Errorf("the server reports a mint; it was not verified, because no node of %s answers: %s. Payment %s is kept", title(k.Network), inWords(cause), k.ID),
		"run the same command again with --rpc URL of a node; --no-check trusts the server"))
}

// unshown reports that the chain does not show a mint.
func (b *purchase) unshown(k *pendingPayment, t *chain.Trace, result *pay.Result, failure error) error {
	if seen, at := ended(t); seen != "" {
		return b.spent(k, t, endedError(k.ID, seen, at), result)
	}
	if t.Used {
		return undecided.because(hint(fmt.Errorf("payment %s was charged on the chain, but its tokens are not minted yet: the launch owes them. It is kept", k.ID),
			"run the same command again later; it signs no other payment"))
	}
	if failure == nil {
		return undecided.because(hint(fmt.Errorf("the server reports a mint (%s), but block %d of the chain does not show it: payment %s is kept", describe(result.Status, result.Body), t.Head.Number, k.ID),
			"run the same command again; the payment can still be charged until %s, and no other is signed before that; mint402 cancel %q cancels it", until(k), k.URL))
	}
	return b.failed(k, result, failure)
}

// spent reports that the payment was refunded or cancelled, whatever the server
// answered. The payment is removed once that is final. Until then it does not prevent
// another payment.
func (b *purchase) spent(k *pendingPayment, t *chain.Trace, err error, result *pay.Result) error {
	o := refused
	if outcomeOfStatus(result.Status).code == over.code {
		o = over
	}
	return o.because(hint(errors.Join(err, b.files.note(k, t)), "run the same command again to pay with a new payment"))
}

// failed reports the server's answer if it is not a mint. The payment stays kept.
func (b *purchase) failed(k *pendingPayment, result *pay.Result, err error) error {
	if errors.Is(err, pay.ErrUnresolved) {
		return undecided.because(hint(fmt.Errorf("payment %s: %w", k.ID, err), "run the same command again to continue with it; mint402 cancel %q cancels it", k.URL))
	}
	o := refused
	if result.Status != 0 {
		err = fmt.Errorf("payment %s was refused: %s", k.ID, describe(result.Status, result.Body))
		o = outcomeOfStatus(result.Status)
	}
	return o.because(hint(err, "it can still be charged until %s and is kept: run the same command again, or mint402 cancel %q", until(k), k.URL))
}

// outcomeOfStatus returns the outcome for a payer that belongs to the status of a
// server's answer.
func outcomeOfStatus(status int) outcome {
	switch {
	case status == http.StatusGone, status == http.StatusForbidden:
		return over
	case status >= 500:
		return unreachable
	case status >= 400:
		return refused
	}
	return failed
}

// unasked explains why a server asked for no payment, or only for unacceptable ones.
func unasked(u *url.URL, result *pay.Result, err error) error {
	var answer *pay.StatusError
	var dear *pay.PriceError
	switch {
	case err == nil:
		return hint(fmt.Errorf("%s did not ask for a payment: %s", u, describe(result.Status, result.Body)), "try %s", mintURLNear(u))
	case errors.As(err, &answer) && answer.Status == http.StatusNotFound:
		return hint(fmt.Errorf("ask %s: %s", u, describe(result.Status, result.Body)), "try %s", mintURLNear(u))
	case errors.As(err, &answer):
		return outcomeOfStatus(answer.Status).say("ask %s: %s", u, describe(result.Status, result.Body))
	case errors.Is(err, context.DeadlineExceeded):
		return unreachable.because(hint(err, "nothing was signed; wait longer with --patience TIME"))
	case errors.As(err, &dear):
		return refused.because(hint(err, "nothing was signed; --max AMOUNT raises the limit"))
	case result != nil && result.Status == http.StatusPaymentRequired:
		return refused.because(err)
	}
	return err
}

// mintURLNear returns the URL to pay for a page of the server.
func mintURLNear(u *url.URL) string { return u.Scheme + "://" + u.Host + mintPath(u) }

func mintPath(u *url.URL) string {
	if parts := strings.Split(strings.Trim(u.EscapedPath(), "/"), "/"); len(parts) >= 2 && (parts[0] == "l" || parts[0] == "launches") {
		return "/launches/" + parts[1] + "/mint"
	}
	return "/mint"
}
