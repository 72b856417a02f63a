package mint

import (
	"context"
	"errors"
	"math/big"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

// MinGas is the maximum gas of a transaction, EIP-7825's cap.
const MinGas = 1 << 24

// budgetPeriod is the period of Settings.Budget.
const budgetPeriod = 24 * time.Hour

// check reads, once per block, whether our senders can pay for gas.
func (g *gas) check(ctx context.Context, _ []Launch) error {
	if g.checked.Hash == g.view.head.Hash {
		return nil
	}
	if g.due() {
		if err := g.readSenders(ctx); err != nil {
			g.readAt = time.Time{}
			return err
		}
	}
	var err error
	if g.spent, err = g.store.Spent(ctx, g.clock().Add(-budgetPeriod)); err != nil {
		return err
	}
	g.checked = g.view.head
	return nil
}

// readSenders reads which senders have enough coin for a transaction of full size. A
// sender keeps its status if its balance cannot be read. It is an error if no balance
// can be read.
func (g *gas) readSenders(ctx context.Context) error {
	fees, err := g.fees(ctx)
	if errors.Is(err, ErrTooDear) {
		return nil // nothing is signed now, whatever the balances are
	}
	if err != nil {
		return err
	}
	need := new(big.Int).Mul(fees.Cap, big.NewInt(MinGas))
	var troubles []error
	for _, s := range g.senders {
		answered := g.silence.asking()
		balance, err := g.chain.Balance(ctx, s)
		answered(err)
		if err != nil {
			troubles = append(troubles, err)
			continue
		}
		enough := balance.Cmp(need) >= 0
		if had, known := g.canPay[s]; !enough && (had || !known) {
			g.log.Warn("sender has too little coin for gas", "sender", s, "wei", balance, "needs", need)
		}
		g.canPay[s] = enough
	}
	if len(troubles) == len(g.senders) {
		return errors.Join(troubles...)
	}
	return nil
}

// faults returns faults if no transaction of ours can be paid for.
func (g *gas) faults() []Fault {
	var faults []Fault
	if len(g.canPay) == len(g.senders) && !slices.ContainsFunc(g.senders, func(s common.Address) bool { return g.canPay[s] }) {
		faults = append(faults, fault("no_gas", "no sender has enough coin for gas"))
	}
	if g.overspent() {
		faults = append(faults, fault("gas_budget", "gas cost %s wei in the last 24 hours, and the limit is %s", g.spent, g.Budget))
	}
	return faults
}

// due reports whether balances and fees are to be read with this head.
func (g *gas) due() bool {
	now := g.clock()
	if g.rhythm.idle && !g.readAt.IsZero() && now.Sub(g.readAt) < gasAge && g.enough() {
		return false
	}
	g.readAt = now
	return true
}

// enough reports whether any sender was seen to have enough.
func (g *gas) enough() bool {
	for _, enough := range g.canPay {
		if enough {
			return true
		}
	}
	return false
}
