package mint

import (
	"context"
	"errors"
	"math/big"
	"time"
)

// MinGas is the maximum gas of a transaction, EIP-7825's cap.
const MinGas = 1 << 24

// budgetPeriod is the period of Settings.Budget.
const budgetPeriod = 24 * time.Hour

// conditions reads, once per block, whether our senders can pay for gas.
func (e *Engine) conditions(ctx context.Context, _ []Launch) error {
	if e.memory.checked.Hash == e.memory.head.Hash {
		return nil
	}
	if e.gasDue() {
		if err := e.readSenders(ctx); err != nil {
			e.rhythm.gasRead = time.Time{}
			return err
		}
	}
	var err error
	if e.memory.spent, err = e.Store.Spent(ctx, e.Clock().Add(-budgetPeriod)); err != nil {
		return err
	}
	e.memory.checked = e.memory.head
	return nil
}

// readSenders reads which senders have enough coin for a transaction of full size. A
// sender keeps its status if its balance cannot be read. It is an error if no balance
// can be read.
func (e *Engine) readSenders(ctx context.Context) error {
	fees, err := e.fees(ctx)
	if errors.Is(err, ErrTooDear) {
		return nil // nothing is signed now, whatever the balances are
	}
	if err != nil {
		return err
	}
	need := new(big.Int).Mul(fees.Cap, big.NewInt(MinGas))
	var troubles []error
	for _, s := range e.Senders {
		answered := e.asking()
		balance, err := e.Chain.Balance(ctx, s)
		answered(err)
		if err != nil {
			troubles = append(troubles, err)
			continue
		}
		enough := balance.Cmp(need) >= 0
		if had, known := e.memory.gas[s]; !enough && (had || !known) {
			e.Log.Warn("sender has too little coin for gas", "sender", s, "wei", balance, "needs", need)
		}
		e.memory.gas[s] = enough
	}
	if len(troubles) == len(e.Senders) {
		return errors.Join(troubles...)
	}
	return nil
}
