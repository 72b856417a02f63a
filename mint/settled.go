package mint

import (
	"context"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
)

// sendSettled mints for money that is with the contract already. The contract
// asks for the payer's history, so one of a payer's orders goes at a time.
func (e *Engine) sendSettled(ctx context.Context, l Launch, lines lines) error {
	if e.Minter == (common.Address{}) {
		return nil
	}
	orders, err := e.Store.Orders(ctx, Query{Launch: l.Slug, States: []State{Settled}, Oldest: true, Limit: e.BatchSize})
	if err != nil {
		return err
	}
	carried := map[common.Address]bool{}
	for _, o := range orders {
		if lines[e.Minter] >= e.InFlight {
			return nil
		}
		if carried[o.Payer] || e.memory.heldAt[o.ID] == e.memory.head.Number {
			continue
		}
		history, err := e.Store.History(ctx, l.Slug, o.Payer)
		if err != nil {
			return err
		}
		refused, err := e.Chain.SimulateSettled(ctx, l, o, Proof{IDs: history}, e.Minter)
		if err != nil {
			return err
		}
		if refused != "" {
			// Owed and visible; tried again with every block.
			e.memory.heldAt[o.ID] = e.memory.head.Number
			if refused != o.ParkedFor {
				if err := e.Store.Park(ctx, map[PaymentID]string{o.ID: refused}); err != nil {
					return err
				}
				e.tell(ctx, []PaymentID{o.ID})
			}
			continue
		}
		delete(e.memory.heldAt, o.ID)
		carried[o.Payer] = true // one that is refused changes no history, and holds up no other
		sent, err := e.carry(ctx, Transaction{Kind: SettledMint, Launch: l.Slug, Sender: e.Minter}, []Order{o},
			func(accountNonce uint64, feeCap, tipCap *big.Int) (Attempt, error) {
				return e.Chain.SignSettled(l, o, Proof{IDs: history}, e.Minter, accountNonce, feeCap, tipCap)
			})
		if err != nil {
			return err
		}
		if sent {
			lines[e.Minter]++
		}
	}
	return nil
}
