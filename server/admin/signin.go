package admin

import (
	"fmt"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/x402"
)

// giveMessage answers with a new message for an allowed wallet to sign.
func (d *Dashboard) giveMessage(c *fiber.Ctx) error {
	var asked struct {
		Address string `json:"address"`
	}
	if err := api.ReadBody(c, &asked); err != nil {
		return err
	}
	account, ok := api.ParseAddress(asked.Address)
	if !ok {
		return &api.ParamError{Field: "address", Expected: "0x and 40 hex digits"}
	}
	if _, err := d.roleOf(c, account); err != nil {
		return err
	}
	m := d.signIn.issue(account, d.Presenter.Now())
	return c.JSON(struct {
		Message   string    `json:"message"`
		Nonce     string    `json:"nonce"`
		ExpiresAt time.Time `json:"expiresAt"`
	}{d.text(m), m.nonce, m.expires()})
}

// signInWallet begins a session for a wallet that signed one of our messages. Only a valid
// signature consumes the message, so that another client cannot make it unusable.
func (d *Dashboard) signInWallet(c *fiber.Ctx) error {
	var signed struct {
		Message   string `json:"message"`
		Signature string `json:"signature"`
	}
	if err := api.ReadBody(c, &signed); err != nil {
		return err
	}
	signature, err := hexutil.Decode(signed.Signature)
	if err != nil || len(signature) > maxSignature {
		return &api.ParamError{Field: "signature", Expected: "0x and hex digits"}
	}
	now := d.Presenter.Now()
	m, ours := d.parse(signed.Message)
	if !ours || !d.signIn.issued(m) || m.issued.After(now) || !now.Before(m.expires()) {
		return errNoMessage
	}
	operator, err := d.roleOf(c, m.address)
	if err != nil {
		return err
	}
	if err := d.checkSigned(c, m.address, signed.Message, signature); err != nil {
		return err
	}
	who := session{address: m.address, client: d.host.Client(c), guest: !operator, operator: operator}
	if err := d.signIn.consume(m, who, now); err != nil {
		return err
	}
	token, who := d.sessions.begin(who, now)
	d.setSession(c, token, int(sessionLifetime/time.Second))
	return d.showSession(c, who)
}

// checkSigned checks a signature made by a wallet's personal_sign. It is valid if it recovers
// to the account, or if the account's code accepts it; for the latter it asks a node of the first
// chain, which the message names: on another, the code at the address may be somebody else's.
func (d *Dashboard) checkSigned(c *fiber.Ctx, account common.Address, text string, signature []byte) error {
	digest := crypto.Keccak256Hash([]byte("\x19Ethereum Signed Message:\n"), fmt.Append(nil, len(text)), []byte(text))
	if by, err := x402.RecoverEOA(digest, signature); err == nil && by == account {
		return nil
	}
	done, err := d.signIn.checks.acquire(d.host.Life(), account, d.host.Client(c), crypto.Keccak256Hash(signature))
	if err != nil {
		return err
	}
	signed := false
	defer func() { done(signed) }()
	if signed, err = d.desk(0).Backend.Signed(c.UserContext(), account, digest, signature); err != nil {
		return fmt.Errorf("ask a wallet about its signature: %w", err)
	}
	if !signed {
		return errNotSigned
	}
	return nil
}
