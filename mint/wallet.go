package mint

import (
	"fmt"

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
func (s *Settings) mayDeploy(signature []byte) bool {
	w, err := x402.Unwrap(signature)
	_, allowed := s.Factories[w.Factory]
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

// Deploys reports whether the payer's wallet was not deployed when the payment was taken: the
// signature is wrapped, and names the call that deploys it (see [x402.Wrapped]).
func (o *Order) Deploys() bool { return x402.IsERC6492(o.Signature) }

// refusal returns why no payment of the payer is taken or sent now, or "".
func (s Skips) refusal(hasCode bool) string {
	switch {
	case !s.ByCode.IsZero():
		return s.burned().text
	case hasCode && s.N >= maxSkips:
		return fmt.Sprintf("%d payments of this account were skipped on chain within a day, and it has code, which can burn the gas of each: nothing was charged, and no payment of it is taken for up to a day", s.N)
	}
	return ""
}

// burned returns the reason for a payment while ByCode is set.
func (s Skips) burned() reason { return burnt.of(s.until(), "an earlier payment of the account") }

// until returns when payments of the account are sent again, as text.
func (s Skips) until() string {
	return s.ByCode.Add(skipsCount).UTC().Format("2006-01-02 15:04 MST")
}

// burnt is the reason for a payment that only code at its payer can have spoiled after the
// simulation. Stored orders may have the second text, which earlier versions wrote.
var burnt = declare(byPayer, "on chain, this account's code did something else than in the simulation: nothing was charged, and no payment of the account is sent before %v (%v)")

var _ = declare(byPayer, "this account's code accepted the signature in the simulation, and refused it or used up its gas on chain: nothing was charged, and no payment of the account is sent before %v (%v)")
