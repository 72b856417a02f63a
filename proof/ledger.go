package proof

import (
	"context"
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
)

// chain checks the receipt's transaction, and then the server's record of it. It must have
// succeeded, and minted for the payer or moved money of the payer.
func (v *verification) chain(ctx context.Context, r *Receipt) {
	if v.report.Failed() {
		v.report.add(CheckChain, Unchecked, "no node was asked, since another check failed")
		if v.Orders != nil {
			v.report.add(CheckOrder, Unchecked, "the order was not read, since another check failed")
		}
		return
	}
	found, status, detail := v.transaction(ctx, r)
	v.tx = found
	v.report.add(CheckChain, status, detail)
	if v.Orders == nil {
		return
	}
	m := v.mint(r)
	if m != nil {
		v.report.PaymentID = m.ID.Hex()
	}
	status, detail = v.Orders.Check(ctx, r, m)
	v.report.add(CheckOrder, status, detail)
}

// mint returns the mint for the payer in the transaction. If there are several, the
// receipt does not say which one it is for.
func (v *verification) mint(r *Receipt) (found *Mint) {
	if v.tx == nil || v.tx.Reverted {
		return nil
	}
	for _, m := range v.tx.Mints {
		if m.Payer != common.HexToAddress(r.Payer) {
			continue
		}
		if found != nil {
			return nil
		}
		found = &m
	}
	return found
}

func (v *verification) transaction(ctx context.Context, r *Receipt) (*Transaction, Status, string) {
	hash, ok := parseHash(r.Transaction)
	if !ok {
		return nil, Unchecked, "the receipt has no transaction of an EVM chain"
	}
	if v.Ledger == nil {
		return nil, Unchecked, "no node was asked"
	}
	tx, err := v.Ledger.Transaction(ctx, r.Network, hash)
	switch {
	case errors.Is(err, ErrOtherChain):
		return nil, Unchecked, "no node of " + r.Network + " is known"
	case err != nil:
		return nil, Unchecked, "the chain could not be read: " + err.Error()
	case tx == nil:
		return nil, Failed, "no block of " + r.Network + " has the transaction: a reorg removed it, the node is behind, or the receipt is false"
	case tx.Reverted:
		return tx, Failed, "the transaction reverted: nothing was paid and nothing was minted"
	}
	v.report.Final = tx.Final
	when := fmt.Sprintf("in block %d, ", tx.Block)
	if tx.Final {
		when += "which is final"
	} else {
		when += "which is not final yet: a reorg can still remove it"
	}
	payer := common.HexToAddress(r.Payer)
	for _, m := range tx.Mints {
		if m.Payer == payer {
			return tx, Passed, fmt.Sprintf("the transaction minted %d of %s for the payer, %s", m.Quantity, m.Token.Hex(), when)
		}
	}
	for _, t := range tx.Transfers {
		if t.From == payer && t.To != payer && t.Amount.Sign() > 0 {
			return tx, Passed, fmt.Sprintf("the transaction moved %s base units of %s from the payer to %s, %s", t.Amount, t.Asset.Hex(), t.To.Hex(), when)
		}
	}
	return tx, Failed, "the transaction has no payment from " + payer.Hex() + " and no mint for it"
}
