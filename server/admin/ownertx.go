package admin

import (
	"context"
	"fmt"
	"math/big"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/amount"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/api"
)

// transactionJSON is a transaction for a wallet to sign.
type transactionJSON struct {
	To      api.Address   `json:"to"`
	Data    hexutil.Bytes `json:"data"`
	Value   string        `json:"value"`
	ChainID uint64        `json:"chainId"`
}

// PreparedTx is a call of a launch contract for a wallet to sign.
type PreparedTx struct {
	transactionJSON
	From    string       `json:"from"`             // the role that may: "owner", "refunder" (the last owner, who renounced), "minter" or "anyone"
	Signer  *api.Address `json:"signer,omitempty"` // the account with that role
	Words   string       `json:"words"`            // the effect, as text
	Gas     uint64       `json:"gas"`              // 0 if it would be refused
	Ether   string       `json:"ether,omitempty"`  // the most that the gas costs now; missing if it is not known
	Refused *Refusal     `json:"refused,omitempty"`
}

// Refusal is the reason why a call would fail.
type Refusal struct {
	Name    string `json:"name"` // the contract's error
	Message string `json:"message"`
}

// ownerTxRequest is a request for a call that the owner may make.
type ownerTxRequest struct {
	Launch    string `json:"launch"`
	Verb      string `json:"verb"`
	Minter    string `json:"minter"`
	PaymentID string `json:"paymentId"`
}

// prepareOwnerTx encodes a call that the owner may make, and simulates it on the chain's
// current state. A wallet has to sign and send the call.
func (d *Dashboard) prepareOwnerTx(c *fiber.Ctx, who session) error {
	var asked ownerTxRequest
	if err := api.ReadBody(c, &asked); err != nil {
		return err
	}
	ctx := c.UserContext()
	if !mint.ValidSlug(asked.Launch) {
		return &api.ParamError{Field: "launch", Expected: "a launch's slug"}
	}
	l, err := launchFor(c, d, who, asked.Launch)
	if err != nil {
		return err
	}
	now, _, known := d.Presenter.Of(&l).Engine.Conditions(l.Slug)
	if !known {
		return mint.ErrUnread
	}
	if !who.operator && asked.Verb != "withdraw" {
		return errOperatorOnly
	}
	p := PreparedTx{transactionJSON: transactionJSON{To: api.Address{Address: l.Token}, Value: "0x0", ChainID: l.ChainID}, From: "owner"}
	signer, call, err := d.ownerTx(ctx, l, now, asked, who, &p)
	if err != nil {
		return err
	}
	if p.From != "anyone" {
		p.Signer = &api.Address{Address: signer}
	}
	prepared, err := d.desk(l.ChainID).Backend.Prepare(ctx, l.Token, signer, call)
	if err != nil {
		return fmt.Errorf("prepare %s of %s: %w", asked.Verb, l.Slug, err)
	}
	p.Data, p.Gas = prepared.Input, prepared.Gas
	if prepared.Wei != nil {
		p.Ether = coin(prepared.Wei).Formatted
	}
	if signer == (common.Address{}) { // the zero address has no key, but a simulated call from it could pass as that role's
		prepared.Refused, prepared.Reason = "Unauthorized", l.Symbol+" has no "+p.From
	}
	if prepared.Refused != "" || prepared.Reason != "" {
		p.Gas, p.Refused = 0, &Refusal{prepared.Refused, prepared.Reason}
	}
	return c.JSON(p)
}

// ownerTx returns the call that a request describes, and the account that may send it. p
// gets the role and the effect in words.
func (d *Dashboard) ownerTx(ctx context.Context, l mint.Launch, now mint.Conditions, asked ownerTxRequest, who session, p *PreparedTx) (signer common.Address, call OwnerTx, err error) {
	signer, call = now.Owner, OwnerTx{Verb: asked.Verb}
	switch asked.Verb {
	case "withdraw":
		due := new(big.Int).Sub(l.Total(now.Sold), now.Withdrawn)
		p.From, signer = "anyone", who.address
		p.Words = fmt.Sprintf("Withdraws %s %s of proceeds to the treasury %s.", l.Asset.Format(due), l.Asset.Symbol, now.Treasury.Hex())
		if now.TreasuryBlacklisted {
			return signer, call, &RefusedError{fmt.Sprintf("%s blacklists the treasury %s, so nothing can be paid to it. The treasury's own key can set another treasury: call setTreasury of %s.",
				l.Asset.Symbol, now.Treasury.Hex(), l.Token.Hex())}
		}
	case "pause":
		p.Words = fmt.Sprintf("Pauses %s: no payment is charged and nothing is minted until it is unpaused. Withdrawals and refunds still work.", l.Symbol)
	case "unpause":
		p.Words = fmt.Sprintf("Unpauses %s: it mints again.", l.Symbol)
	case "setMinter":
		if p.Words, call.Minter, err = newMinter(asked.Minter, l, now); err != nil {
			return signer, call, err
		}
	case "refund", "mintSettled":
		if err := d.fillOwnerTx(ctx, l, asked.PaymentID, &call, p); err != nil {
			return signer, call, err
		}
		p.From, signer = "refunder", now.Refunder
		if now.Refunder == now.Owner {
			p.From = "owner"
		}
		if asked.Verb == "mintSettled" {
			p.From, signer = "minter", now.Minter
		}
	default:
		return signer, call, &api.ParamError{Field: "verb", Expected: "one of withdraw, pause, unpause, setMinter, refund, mintSettled"}
	}
	return signer, call, nil
}

func newMinter(given string, l mint.Launch, now mint.Conditions) (words string, minter common.Address, err error) {
	if given != "none" {
		var ok bool
		if minter, ok = api.ParseAddress(given); !ok {
			return "", minter, &api.ParamError{Field: "minter", Expected: `0x and 40 hex digits, or "none"`}
		}
		// Capitals carry the checksum, which must be right: with a typo, the minter would be
		// an address without a known key.
		if given != minter.Hex() && given != strings.ToLower(given) {
			return "", minter, &api.ParamError{Field: "minter", Expected: minter.Hex() + ": the checksum is wrong"}
		}
	}
	if minter == now.Minter {
		return "", minter, &RefusedError{orNobody(minter) + " is the minter of " + l.Symbol + " already"}
	}
	return fmt.Sprintf("Makes %s the minter of %s instead of %s. A minter mints for money that arrived without a mint, or refunds it if nothing can be minted. It can do nothing else.",
		orNobody(minter), l.Symbol, orNobody(now.Minter)), minter, nil
}

// fillOwnerTx fills in a call about money that the launch has received and that bought
// nothing. p gets the description.
func (d *Dashboard) fillOwnerTx(ctx context.Context, l mint.Launch, given string, call *OwnerTx, p *PreparedTx) error {
	id, err := mint.ParsePaymentID(given)
	if err != nil {
		return &api.ParamError{Field: "paymentId", Expected: "0x and 64 hex digits"}
	}
	e, owed, err := d.owed(ctx, l, id)
	if err != nil {
		return err
	}
	if !owed {
		return &RefusedError{"nothing is owed for this payment: it was minted or refunded, or never arrived"}
	}
	call.Payer, call.Nonce, call.Amount, call.Quantity = e.Payer, e.Nonce, e.Amount, e.Quantity
	call.Plain = !e.Authorized()
	if call.History, err = d.Presenter.Reader.History(ctx, l.Slug, e.Payer); err != nil {
		return err
	}
	// The contract refuses the call once a reorg has removed the money: it would spend other
	// payers'.
	if e.At.Block > d.Presenter.Of(&l).Engine.Health().Final.Number {
		call.Seen = mint.Block{Number: e.At.Block, Hash: e.At.BlockHash}
	}
	if n := len(call.History); n > mint.FoldSize {
		return &RefusedError{longHistory(l, call.Verb, id, n)}
	}
	money := l.Asset.Format(e.Amount) + " " + l.Asset.Symbol
	if call.Verb == "refund" {
		p.Words = fmt.Sprintf("Returns %s from %s to %s, who paid it. It can then never be minted for.", money, l.Symbol, e.Payer.Hex())
		return nil
	}
	if e.Kind != mint.EventSettled {
		return &RefusedError{money + " is no price of " + l.Symbol + ": it can only be refunded"}
	}
	p.Words = fmt.Sprintf("Mints %s %s to %s for the %s that arrived.", amount.Grouped(amount.Tokens(l.Tokens(e.Quantity))), l.Symbol, e.Payer.Hex(), money)
	return nil
}

// longHistory says what to do if a payer's history is too long for the one transaction
// that a wallet signs here.
func longHistory(l mint.Launch, verb string, id mint.PaymentID, n int) string {
	if verb == "mintSettled" {
		return fmt.Sprintf("the payer has %d mints, more than one transaction can present: a server with the minter's key reads them in parts and mints automatically", n)
	}
	return fmt.Sprintf("the payer has %d mints, more than one transaction can present: run mint402 refund %s --token %s with the same key, which reads them in parts", n, id, l.Token.Hex())
}

// txStatus answers with the status of a transaction that a wallet sent on the chain of ?chain=; on
// the first without it.
func (d *Dashboard) txStatus(c *fiber.Ctx, _ session) error {
	id, err := mint.ParsePaymentID(c.Params("hash"))
	if err != nil {
		return &api.ParamError{Field: "hash", Expected: "0x and 64 hex digits"}
	}
	on, ok := chainNamed(d.Presenter, c.Query("chain"))
	if !ok {
		return &api.ParamError{Field: "chain", Expected: d.Presenter.Chains.Words()}
	}
	status, err := d.desk(on.Network.ChainID).Backend.TxStatus(c.UserContext(), id.Hash())
	if err != nil {
		return fmt.Errorf("look for transaction %s: %w", id, err)
	}
	answer := struct {
		Status   string `json:"status"`
		Block    uint64 `json:"block,omitempty"`
		Reason   string `json:"reason,omitempty"`
		Explorer string `json:"explorer,omitempty"`
	}{"pending", status.Block, status.Reason, d.Presenter.Explorer(on.Network.ChainID, "tx", id.String())}
	switch {
	case status.Reverted:
		answer.Status = "reverted"
	case status.Mined:
		answer.Status = "mined"
	}
	return c.JSON(answer)
}

// orNobody returns an address for people, or "nobody" for the zero address.
func orNobody(a common.Address) string {
	if a == (common.Address{}) {
		return "nobody"
	}
	return a.Hex()
}
