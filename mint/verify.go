package mint

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/x402"
)

// errUsed: the payment nonce is used on chain; events show for what.
var errUsed = errors.New("payment nonce is used")

// verify checks a payment against our own requirement, cheap checks first, and returns
// the data to claim it with. A payment that passes is likely to mint. Nothing depends
// on that, since the contract checks everything again. verify waits at most maxSilence
// for nodes; after that, or if they refuse, the error is *UnavailableError.
func (a *admission) verify(ctx context.Context, l Launch, quantity int64, p x402.Payment) (verified, error) {
	ctx, cancel := context.WithTimeout(ctx, maxSilence)
	defer cancel()
	req := l.Requirement(quantity)
	key := PayerKey{p.Authorization.From, p.Authorization.Nonce}
	if err := req.Check(p, a.clock(), a.Margin, a.Window); err != nil {
		var refused *x402.RefusedError
		if errors.As(err, &refused) && refused.Reason == x402.ReasonValidBefore {
			// It is too late to send the payment, but it may have been paid: someone
			// else may have submitted it, in a block that we have not read yet.
			if _, unsigned := req.CheckSignature(p); unsigned == nil {
				payer, lost := a.inspect(ctx, l, key)
				if lost != nil {
					return verified{}, a.unverified(fmt.Errorf("inspect payer %s: %w", p.Authorization.From, lost))
				}
				if payer.Used {
					return verified{}, errUsed
				}
			}
		}
		return verified{}, err
	}
	// Whether a signature is valid depends on whether the payer has code. But no wallet
	// accepts a malformed one of 65 bytes, and an undeployed wallet's is not accepted
	// either. Both are refused without a request to the node.
	normal, unsigned := req.CheckSignature(p)
	if unsigned != nil {
		_, malformed := x402.NormalSignature(p.Signature)
		if x402.IsERC6492(p.Signature) || (malformed != nil && len(p.Signature) == 65) {
			return verified{}, unsigned
		}
	}
	ask := a.inspect
	if unsigned != nil { // invalid, unless a wallet's code accepts it
		if a.knownEOAs.has(key.Payer, a.clock()) {
			return verified{}, unsigned
		}
		ask = a.inspectDoubtful
	}
	payer, err := ask(ctx, l, key)
	switch {
	case err != nil:
		return verified{}, a.unverified(fmt.Errorf("inspect payer %s: %w", p.Authorization.From, err))
	case !payer.HasCode && unsigned != nil:
		a.knownEOAs.add(key.Payer, a.clock())
		return verified{}, unsigned
	case payer.Used:
		return verified{}, errUsed
	case payer.Blacklisted:
		return verified{}, &x402.RefusedError{Reason: x402.ReasonSimulation, Detail: "the asset has blacklisted the payer"}
	case payer.Balance.Cmp(req.Amount) < 0:
		return verified{}, &x402.RefusedError{Reason: x402.ReasonBalance, Detail: fmt.Sprintf("the payer holds %s %s and the price is %s",
			l.Asset.Format(payer.Balance), l.Asset.Symbol, l.Asset.Format(req.Amount))}
	}
	if payer.HasCode {
		// The token asks the wallet (strict ERC-1271, no ECDSA fallback), under the
		// contract's gas cap. We do the same, with the same call.
		order := Order{Launch: l.Slug, Payer: p.Authorization.From, Quantity: quantity, Value: req.Amount,
			Authorization: p.Authorization, Signature: p.Signature}
		if err := a.runWallet(ctx, l, order); err != nil {
			return verified{}, err
		}
	}
	if !payer.HasCode {
		p.Signature = normal
	}
	return verified{Credit{payer.Balance, a.atOnce(p.Authorization.From, payer.HasCode)}, p.Signature}, nil
}

// runWallet runs simulate within the limit maxWallets; ErrBusy if the limit is reached.
func (a *admission) runWallet(ctx context.Context, l Launch, o Order) error {
	caller := Caller(ctx)
	if !a.wallets.take(caller) {
		return ErrBusy
	}
	defer a.wallets.give(caller)
	err := a.simulate(ctx, l, o)
	var refused *x402.RefusedError
	if err == nil || errors.Is(err, errUsed) || errors.As(err, &refused) {
		return err
	}
	return a.unverified(err)
}

// unverified returns the error for a payment that no node could be asked about. It was
// not claimed or sent.
func (a *admission) unverified(err error) error {
	if errors.Is(err, ErrBusy) {
		return err
	}
	return a.unreachable(err, "nothing was charged here, and the same payment may be sent again")
}

// unreachable returns the error that the chain cannot be read for a payment, and what
// that means for its payer.
func (a *admission) unreachable(err error, then string) error {
	a.log.Warn("verify payment", "err", err)
	detail := "the chain cannot be read"
	if errors.Is(err, context.DeadlineExceeded) {
		detail = "no node answers"
	}
	return &UnavailableError{[]Fault{fault("chain_unreachable", "%s; %s", detail, then)}}
}

// simulate returns nil if a wallet's payment would mint now.
//
// The nodes behind one URL do not all have the same newest block. So a refusal there
// may only mean that a block already executed the payment, and that the node asked
// about its nonce did not have that block. A refusal counts only if the state after one
// numbered block, which we have read, refuses the payment too and has its nonce unused.
// Otherwise the error is errUsed: a block that we have not read yet decides.
func (a *admission) simulate(ctx context.Context, l Launch, o Order) error {
	reasons, err := a.chain.Simulate(ctx, l, []Order{o}, a.from, 0)
	if err != nil {
		return fmt.Errorf("simulate payment of wallet %s: %w", o.Payer, err)
	}
	if reasons[0] == "" {
		return nil
	}
	read := a.monitor.latest.Load().head.Number
	if read == 0 {
		return errUsed
	}
	if reasons, err = a.chain.Simulate(ctx, l, []Order{o}, a.from, read); err != nil {
		return fmt.Errorf("simulate payment of wallet %s at block %d: %w", o.Payer, read, err)
	}
	payers, err := a.chain.Inspect(ctx, l, []PayerKey{{o.Payer, o.Authorization.Nonce}}, read)
	switch {
	case err != nil:
		return fmt.Errorf("inspect payer %s at block %d: %w", o.Payer, read, err)
	case payers[0].Used, reasons[0] == "":
		return errUsed
	}
	return &x402.RefusedError{Reason: x402.ReasonSimulation, Detail: reasons[0]}
}

// maxWallets is the maximum number of concurrent runs of wallet code. Each is a
// separate call and takes as long as its author likes. Further requests get ErrBusy,
// and so do those of a client with a quarter of the runs.
const maxWallets = 32

// verified is the data for claiming a payment that passed: the payer's credit, and the
// signature in the form that the asset accepts.
type verified struct {
	credit    Credit
	signature []byte
}

// A payer may have only a few orders in flight: an item that passes simulation and
// fails on chain costs us its gas. An item of a plain account costs little. A wallet's
// code may burn the contract's gas cap for an item, so a wallet gets only maxWalletOrders
// at once. After an item of an account was skipped on chain, the account gets one at
// once for an hour. Each further skipped item then costs its owner a transaction, too.
const (
	maxWalletOrders = 2
	skippedFor      = time.Hour
)

// atOnce returns how many orders a payer may have claimed or minting.
func (a *admission) atOnce(payer common.Address, hasCode bool) int {
	switch {
	case a.recentlySkipped.has(payer, a.clock()):
		return 1
	case hasCode:
		return min(maxWalletOrders, a.PerPayer)
	}
	return a.PerPayer
}
