package mint

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/ethereum/go-ethereum/core/types"

	"github.com/mint402/mint402/factories"
	"github.com/mint402/mint402/x402"
)

// neverAccepted reports whether no payer's code accepts a signature: one of 65 bytes that is
// malformed, or one with a malformed ERC-6492 wrapper.
func neverAccepted(signature []byte) bool {
	if x402.IsERC6492(signature) {
		_, malformed := x402.Unwrap(signature)
		return malformed != nil
	}
	_, malformed := x402.NormalSignature(signature)
	return malformed != nil && len(signature) == 65
}

// mayDeploy reports whether a signature is wrapped for a wallet that we may deploy: its factory
// is on the list.
func (a *admission) mayDeploy(signature []byte) bool {
	w, err := x402.Unwrap(signature)
	_, allowed := a.Factories[w.Factory]
	return err == nil && allowed
}

// unwrapped returns a signature without its ERC-6492 wrapper, if it has one: the form for a
// wallet that is deployed.
func unwrapped(signature []byte) []byte {
	if w, err := x402.Unwrap(signature); err == nil {
		return w.Signature
	}
	return signature
}

// accepted returns the form of a payment's signature that a batch carries: normal for a payer
// without code, bare for a wallet, and wrapped for a wallet that the batch deploys.
func accepted(p *x402.Payment, payer Payer, normal []byte) []byte {
	switch {
	case payer.HasCode:
		return unwrapped(p.Signature)
	case x402.IsERC6492(p.Signature):
		return p.Signature
	}
	return normal
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

// coded are orders of accounts with code that may be under way. A restart forgets them.
type coded struct {
	mu     sync.Mutex
	orders map[PaymentID]int // with their units
	pruned Block             // head at which orders that ended were removed
}

// admitCode counts an order of an account with code as under way. It fails if all of them
// together could burn more gas than may be burned.
func (a *admission) admitCode(ctx context.Context, id PaymentID, o *Order) error {
	h, c := a.monitor.latest.Load(), &a.coded
	if h.walletRoom < 0 {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	full := func() bool { return c.units(id) > 0 && c.units(id)+o.units() > h.walletRoom || h.walletRoom == 0 }
	if full() && c.pruned != h.head {
		c.pruned = h.head
		for id := range c.orders {
			o, err := a.store.Order(ctx, id)
			if s := o.State(); errors.Is(err, ErrNotFound) || err == nil && s != Claimed && s != Minting {
				delete(c.orders, id)
			}
		}
	}
	if _, known := c.orders[id]; full() && !known {
		return ErrBusy
	}
	if c.orders == nil {
		c.orders = map[PaymentID]int{}
	}
	c.orders[id] = o.units()
	return nil
}

// units returns the units of all orders but one.
func (c *coded) units(but PaymentID) (n int) {
	for id, units := range c.orders {
		if id != but {
			n += units
		}
	}
	return n
}

func (c *coded) drop(id PaymentID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.orders, id)
}

// units returns how many times BurntGas an order may cost: its item, and the call that deploys
// its payer.
func (o *Order) units() int {
	if !o.Deploys() {
		return 1
	}
	return 1 + (factories.Gas+factories.Gas/8+BurntGas-1)/BurntGas
}

// units returns how many times BurntGas a transaction with the orders may cost.
func units(orders []Order) (n int) {
	for i := range orders {
		n += orders[i].units()
	}
	return n
}

// within returns the first orders that have at most so many units together.
func within(orders []Order, room int) []Order {
	for i := range orders {
		if room -= orders[i].units(); room < 0 {
			return orders[:i]
		}
	}
	return orders
}

// units returns how many times BurntGas a stored transaction may cost. One that deploys payers
// has no recipient, and may cost its limit of gas.
func (t Transaction) units() int {
	var tx types.Transaction
	if tx.UnmarshalBinary(t.Latest().Raw) == nil && tx.To() == nil {
		return max(len(t.Orders), int((tx.Gas()+BurntGas-1)/BurntGas))
	}
	return len(t.Orders)
}

// Deploys reports whether the payer's wallet was not deployed when the payment was taken: the
// signature is wrapped, and names the call that deploys it (see [x402.Wrapped]).
func (o *Order) Deploys() bool { return x402.IsERC6492(o.Signature) }
