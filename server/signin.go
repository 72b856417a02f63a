package server

import (
	"fmt"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/x402"
)

// giveMessage answers with the message that an allowed wallet has to sign.
func (s *Server) giveMessage(c *fiber.Ctx) error {
	var asked struct {
		Address string `json:"address"`
	}
	if err := readBody(c, &asked); err != nil {
		return err
	}
	account, ok := address(asked.Address)
	if !ok {
		return &fieldError{"address", "0x and 40 hex digits"}
	}
	if !s.Admin.allows(account) {
		return errNotAllowed
	}
	m := s.Admin.signIn.give(account, s.now())
	return c.JSON(struct {
		Message   string    `json:"message"`
		Nonce     string    `json:"nonce"`
		ExpiresAt time.Time `json:"expiresAt"`
	}{s.text(m), m.nonce, m.expires()})
}

// signInWallet opens a session for a wallet that signed our message.
func (s *Server) signInWallet(c *fiber.Ctx) error {
	var signed struct {
		Message   string `json:"message"`
		Signature string `json:"signature"`
	}
	if err := readBody(c, &signed); err != nil {
		return err
	}
	signature, err := hexutil.Decode(signed.Signature)
	if err != nil || len(signature) > longest1271 {
		return &fieldError{"signature", "0x and hex digits"}
	}
	now := s.now()
	m, ours := s.parse(signed.Message)
	if !ours || !s.Admin.signIn.gave(m) || m.issued.After(now) || !now.Before(m.expires()) || !s.Admin.allows(m.address) {
		return errNoMessage
	}
	if err := s.checkSigned(c, m.address, signed.Message, signature); err != nil {
		return err
	}
	if !s.Admin.signIn.use(m, now) {
		return errUsedMessage
	}
	token, who := s.Admin.sessions.begin(m.address, now)
	s.setSession(c, token, int(sessionLasts/time.Second))
	return s.showSession(c, who)
}

// checkSigned checks a signature of personal_sign: it is valid if it recovers to the
// account, or if the account's code accepts it.
func (s *Server) checkSigned(c *fiber.Ctx, account common.Address, text string, signature []byte) error {
	digest := crypto.Keccak256Hash([]byte("\x19Ethereum Signed Message:\n"), fmt.Append(nil, len(text)), []byte(text))
	if by, err := x402.RecoverEOA(digest, signature); err == nil && by == account {
		return nil
	}
	done, err := s.Admin.signIn.questions.ask(s.life, account, s.visitor(c), crypto.Keccak256Hash(signature))
	if err != nil {
		return err
	}
	signed := false
	defer func() { done(signed) }()
	if signed, err = s.Admin.Desk.Signed(c.UserContext(), account, digest, signature); err != nil {
		return fmt.Errorf("ask a wallet about its signature: %w", err)
	}
	if !signed {
		return errNotSigned
	}
	return nil
}
