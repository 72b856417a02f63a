package mint

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/x402"
)

// errUsed means that the payment nonce is used on chain. Only the events show what it was
// used for: a mint, another payment, or a cancellation.
var errUsed = errors.New("payment nonce is used")

// verify checks a payment against our own requirement, cheap checks first, and returns the
// data to claim it with. A payment that passes will probably mint, but nothing depends on
// that: the contract checks everything again. verify waits for nodes for at most
// maxSilence. After that, or if they refuse, the error is *UnavailableError.
func (a *admission) verify(ctx context.Context, l *Launch, quantity int64, p *x402.Payment) (verified, error) {
	ctx, cancel := context.WithTimeout(ctx, maxSilence)
	defer cancel()
	price, normal, unsigned, err := required(a, l, quantity, p)
	if err != nil {
		var refused *x402.RefusedError
		if errors.As(err, &refused) && (refused.Reason == x402.ReasonValidBefore || refused.Reason == x402.ReasonValue) {
			// It is too late for us to send the payment, or it buys nothing. But another
			// account may have submitted it, in a block that we have not read yet. Then the
			// payer has paid.
			switch used, lost := a.executed(ctx, l, p); {
			case lost != nil:
				return verified{}, lost
			case used:
				return verified{}, errUsed
			}
		}
		return verified{}, err
	}
	// Whether a signature is valid depends on whether the payer has code.
	payer, err := a.payerOf(ctx, l, p, unsigned)
	switch {
	case err != nil:
		return verified{}, err
	case payer.Used:
		return verified{}, errUsed
	case payer.Blacklisted:
		return verified{}, &x402.RefusedError{Reason: x402.ReasonSimulation, Detail: "the asset has blacklisted the payer"}
	case payer.Balance.Cmp(price) < 0:
		return verified{}, &x402.RefusedError{Reason: x402.ReasonBalance, Detail: fmt.Sprintf("the payer holds %s %s and the price is %s",
			l.Asset.Format(payer.Balance), l.Asset.Symbol, l.Asset.Format(price))}
	}
	signature := accepted(p, payer, normal)
	coded := payer.HasCode || x402.IsERC6492(signature)
	most, err := a.atOnce(ctx, p.Authorization.From, coded)
	if err == nil && coded {
		err = admitWallet(ctx, a, l, quantity, price, p, signature)
	}
	if err != nil {
		return verified{}, err
	}
	return verified{Credit{Balance: payer.Balance, Orders: most, Codeless: !coded}, signature}, nil
}

// required checks a payment against the launch's requirement. It returns the price, the signature
// in its normal form, and why the payer's own key did not make it.
//
//go:noinline
func required(a *admission, l *Launch, quantity int64, p *x402.Payment) (price *big.Int, normal []byte, unsigned, err error) {
	req := l.Requirement(quantity)
	if err := req.Check(*p, a.clock(), a.Margin, a.Window); err != nil {
		return nil, nil, nil, err
	}
	normal, unsigned = req.CheckSignature(*p)
	return req.Amount, normal, unsigned, nil
}

// admitWallet checks a payment whose payer has code, or gets some.
//
//go:noinline
func admitWallet(ctx context.Context, a *admission, l *Launch, quantity int64, price *big.Int, p *x402.Payment, signature []byte) error {
	o := Order{Launch: l.Slug, Payer: p.Authorization.From, Quantity: quantity, Value: price, Authorization: p.Authorization, Signature: signature}
	// The asset will call the wallet to check the signature (ERC-1271, no fallback to
	// ECDSA), within the launch contract's gas limit. We simulate that same call, after the
	// call that deploys the wallet if there is none.
	if err := a.runWallet(ctx, l, o); err != nil {
		return err
	}
	return a.admitCode(ctx, NewPaymentID(a.chainID, l.Asset.Address, o.Payer, o.Authorization.Nonce), &o)
}

// executed reports whether the nonce of a payment that fails a check of ours is used on
// chain. It is false for a payment that its payer did not sign. Of a wallet with code, the
// signature is not checked; its length tells it from a forgery, which must cost no request.
func (a *admission) executed(ctx context.Context, l *Launch, p *x402.Payment) (bool, error) {
	_, unsigned := l.Requirement(1).CheckSignature(*p)
	if unsigned != nil && len(p.Signature) == 65 {
		return false, nil
	}
	payer, err := a.payerOf(ctx, l, p, unsigned)
	if unsigned != nil && errors.Is(err, unsigned) {
		return false, nil
	}
	return payer.Used, err
}

// payerOf inspects the payer of a payment. unsigned is why the payer's own key did not sign
// it, or nil. It is the error too, unless the payer is a wallet with code, which may accept
// the signature, or a wallet that we may deploy first. Two kinds are never accepted, and are
// refused without a request to a node.
func (a *admission) payerOf(ctx context.Context, l *Launch, p *x402.Payment, unsigned error) (Payer, error) {
	key, ask := PayerKey{p.Authorization.From, p.Authorization.Nonce}, a.inspect
	deploys := a.mayDeploy(p.Signature)
	if unsigned != nil {
		if neverAccepted(p.Signature) || !deploys && a.knownEOAs.has(key.Payer, a.clock()) {
			return Payer{}, unsigned
		}
		ask = a.inspectDoubtful
	}
	payer, err := ask(ctx, l, key)
	switch {
	case err != nil:
		return Payer{}, a.unverified(fmt.Errorf("inspect payer %s: %w", key.Payer, err))
	case !payer.HasCode && unsigned != nil && !deploys:
		a.knownEOAs.add(key.Payer, a.clock())
		return Payer{}, unsigned
	}
	return payer, nil
}

// runWallet simulates a wallet's payment, which runs the wallet's code. It returns ErrBusy
// if maxWallets are running.
func (a *admission) runWallet(ctx context.Context, l *Launch, o Order) error {
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

// unverified returns the error for a payment that could not be checked, because no node
// answered. The payment was not claimed or sent, and the text says so to its payer.
func (a *admission) unverified(err error) error {
	if errors.Is(err, ErrBusy) {
		return err
	}
	return a.unreachable(err, "nothing was charged here, and the same payment may be sent again")
}

// unreachable logs err, and returns an *UnavailableError: the chain cannot be read for a
// payment. then is the end of its text, and says what this means for the payer's money.
func (a *admission) unreachable(err error, then string) error {
	a.log.Warn("verify payment", "err", err)
	detail := "the chain cannot be read"
	if errors.Is(err, context.DeadlineExceeded) {
		detail = "no node answers"
	}
	return &UnavailableError{[]Fault{fault("chain_unreachable", "%s; %s", detail, then)}}
}

// simulate returns nil if a wallet's payment would mint now, and a *x402.RefusedError if it
// would not.
//
// The nodes behind one URL do not all have the same newest block. So a refusal at the
// newest block may only mean that this block has executed the payment, while the node that
// returned the nonce as unused did not have the block yet. Therefore a refusal counts only
// if the state after one numbered block, which we have read, refuses the payment too and
// has its nonce unused. Otherwise the error is errUsed: the events of a block that we have
// not read yet will decide.
func (a *admission) simulate(ctx context.Context, l *Launch, o Order) error {
	reasons, err := a.chain.Simulate(ctx, *l, []Order{o}, a.from, 0)
	if err != nil {
		return fmt.Errorf("simulate payment of wallet %s: %w", o.Payer, err)
	}
	if reasons[0] == "" {
		return nil
	}
	read := a.monitor.latest.Load().head.Number
	if read == 0 { // no block was read yet
		return errUsed
	}
	if reasons, err = a.chain.Simulate(ctx, *l, []Order{o}, a.from, read); err != nil {
		return fmt.Errorf("simulate payment of wallet %s at block %d: %w", o.Payer, read, err)
	}
	payers, err := a.chain.Inspect(ctx, *l, []PayerKey{{o.Payer, o.Authorization.Nonce}}, read)
	switch {
	case err != nil:
		return fmt.Errorf("inspect payer %s at block %d: %w", o.Payer, read, err)
	case payers[0].Used, reasons[0] == "":
		return errUsed
	}
	return &x402.RefusedError{Reason: x402.ReasonSimulation, Detail: reasons[0]}
}

// maxWallets is the maximum number of concurrent runs of wallet code. One client may have at
// most a quarter of them. Further requests get ErrBusy. The limit is needed because each run
// is a separate call to a node, and the author of the wallet's code decides how long it
// takes.
const maxWallets = 32

// verified is the data for claiming a payment that passed: the payer's credit, and the
// signature in the form that the asset accepts.
type verified struct {
	credit    Credit
	signature []byte
}

// A payer may have only a few orders in flight at once: an item of a batch that passes
// simulation and fails on chain costs us its gas. An item of a plain account costs little.
// A wallet's code may burn the contract's whole gas limit for an item, so a wallet may have
// only maxWalletOrders at once. After an item of a payer was skipped on chain, the payer may
// have only one order at once, for the time skippedFor. Then each further skipped item costs
// the payer a transaction of its own as well. See skipsCount for code that burns gas. An
// account without a mint here may have newPayerOrders at once: a new one is free, so anyone can
// have thousands.
const (
	maxWalletOrders = 2
	newPayerOrders  = 4
	skippedFor      = time.Hour
)

// atOnce returns how many orders a payer may have claimed or minting, or why none.
func (a *admission) atOnce(ctx context.Context, payer common.Address, hasCode bool) (int, error) {
	now := a.clock()
	all, err := a.store.Skips(ctx, []common.Address{payer}, now.Add(-skipsCount))
	if err != nil {
		return 0, err
	}
	skips := all[payer]
	if why := skips.refusal(hasCode); why != "" {
		return 0, &x402.RefusedError{Reason: x402.ReasonSimulation, Detail: why}
	}
	limits := a.monitor.latest.Load().limits
	switch {
	case hasCode && len(limits) > 0:
		return 0, &UnavailableError{limits}
	case now.Before(skips.Last.Add(skippedFor)):
		return 1, nil
	case hasCode:
		return min(maxWalletOrders, a.PerPayer), nil
	}
	return min(newPayerOrders, a.PerPayer), nil
}

// isKnown reports whether a claim that failed may be tried again with the credit of a payer to
// which something was minted here, and sets it. Only a claim beyond the credit of a new payer
// asks for that.
func (a *admission) isKnown(ctx context.Context, payer common.Address, credit *Credit, err error) bool {
	if !errors.Is(err, ErrTooMany) || credit.Orders != newPayerOrders {
		return false
	}
	minted, err := a.store.Orders(ctx, Query{Payer: &payer, States: []State{Mined, Minted}, Limit: 1})
	credit.Orders = a.PerPayer
	return err == nil && len(minted) > 0
}

// decisionKey identifies a decision by everything that the client sent for it. It has 32
// bytes, whatever the client sends.
//
// A copy with another signature has another key, although its id is the same. Otherwise
// a forger who saw a payment could have it refused for his own signature. So the two are
// decided separately, and one may be refused while the other is claimed a moment later.
// A client repeats its bytes, so no client reads both answers to one purchase. With
// another launch or quantity it is another purchase. Its 402 invites the payer to sign a
// payment for that purchase, which nothing else pays for.
func decisionKey(slug string, quantity int64, p *x402.Payment) string {
	k, a := make(keyBytes, 0, 1024), &p.Authorization
	k = k.text(slug).number(quantity).number(int64(p.Version)).text(p.Scheme).text(p.Network).text(string(p.Signature))
	k = append(append(append(k, a.From[:]...), a.To[:]...), a.Nonce[:]...)
	k = k.integer(a.Value).integer(a.ValidAfter).integer(a.ValidBefore).number(int64(len(p.Keys)))
	for _, name := range p.Keys {
		k = k.text(name)
	}
	if r := p.Accepted; r != nil {
		k = append(append(k, r.Asset[:]...), r.PayTo[:]...)
		k = k.text(r.Scheme).text(r.Network).integer(r.Amount).number(int64(r.MaxTimeoutSeconds)).
			text(r.Extra.Name).text(r.Extra.Version).text(r.Extra.PaymentFlow).text(r.Extra.AssetTransferMethod).text(r.Extra.PrimaryType)
	}
	sum := sha256.Sum256(k)
	return string(sum[:])
}

// keyBytes is a list of values. Different lists have different bytes.
type keyBytes []byte

func (k keyBytes) number(n int64) keyBytes     { return binary.BigEndian.AppendUint64(k, uint64(n)) }
func (k keyBytes) text(s string) keyBytes      { return append(k.number(int64(len(s))), s...) }
func (k keyBytes) integer(n *big.Int) keyBytes { return append(n.Append(k, 10), ' ') }
