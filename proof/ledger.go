package proof

import (
	"context"
	"errors"
	"fmt"
	"slices"

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
	m := v.mint(r)
	var order []byte
	if v.Orders != nil {
		if m != nil {
			v.report.PaymentID = m.ID.Hex()
		}
		if status, detail, order = v.Orders.Check(ctx, r, m); status != "" {
			v.report.add(CheckOrder, status, detail)
		}
	}
	v.fields(r, m, order)
}

// mint returns the mint for the payer in the transaction. If there are several, only the order
// around the receipt says which one it is for.
func (v *verification) mint(r *Receipt) (found *Mint) {
	if v.tx == nil || v.tx.Reverted {
		return nil
	}
	id, claimed := v.signed.claimed()
	for _, m := range v.tx.Mints {
		if !m.Known || m.Payer != common.HexToAddress(r.Payer) || claimed && m.ID != id {
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
		return tx, Failed, "the transaction reverted: it moved no money and minted no tokens"
	}
	v.report.Final = tx.Final
	when := fmt.Sprintf("in block %d, ", tx.Block)
	if tx.Final {
		when += "which is final"
	} else {
		when += "which is not final yet: a reorg can still remove it"
	}
	status, detail := tx.paidBy(common.HexToAddress(r.Payer))
	return tx, status, detail + ", " + when
}

// paidBy looks for a mint for the payer, or else for a payment of the payer. A mint of a
// contract that the ledger does not know is no evidence for or against the payer.
func (tx *Transaction) paidBy(payer common.Address) (Status, string) {
	for _, m := range tx.Mints {
		if m.Known && m.Payer == payer {
			return Passed, fmt.Sprintf("the transaction minted %d of %s for the payer", m.Quantity, m.Token.Hex())
		}
	}
	unknown := ""
	if slices.ContainsFunc(tx.Mints, func(m Mint) bool { return m.Payer == payer }) {
		unknown = "the transaction has a mint for the payer without a payment, of a contract that is not known here"
	}
	for _, t := range tx.Transfers {
		if t.From != payer || t.To == payer || t.Amount.Sign() <= 0 {
			continue
		}
		moved := fmt.Sprintf("the transaction moved %s base units of %s from the payer to %s", t.Amount, t.Asset.Hex(), t.To.Hex())
		if t.Known {
			return Passed, moved
		}
		unknown = moved + ", and that token is not known as money"
	}
	if unknown != "" {
		return Unchecked, unknown
	}
	return Failed, "the transaction has no payment from " + payer.Hex() + " and no mint for it"
}

// moved reports whether the transaction moved an amount of known money of the payer.
func (tx *Transaction) moved(payer, amount string) bool {
	return slices.ContainsFunc(tx.Transfers, func(t Transfer) bool {
		return t.Known && t.From == common.HexToAddress(payer) && t.Amount.String() == amount
	})
}
