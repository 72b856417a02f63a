package server

import (
	"context"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/mint"
)

// deployLasts is how long a request waits at most until a launch is mined.
const deployLasts = 90 * time.Second

// previewJSON is a launch before it is deployed.
type previewJSON struct {
	Token       Address         `json:"token"`
	Slug        string          `json:"slug"`
	Deployed    bool            `json:"deployed"`
	Gas         uint64          `json:"gas"`
	Wei         string          `json:"wei"`
	Ether       string          `json:"ether"`
	MintEther   string          `json:"mintEther"`
	MintShare   string          `json:"mintShare"`
	Terms       []Term          `json:"terms"`
	Transaction transactionJSON `json:"transaction"`
	CanDeploy   canDeploy       `json:"canDeploy"`
}

type canDeploy struct {
	Server bool   `json:"server"`
	Why    string `json:"why"` // reason if it cannot; empty if it can
}

// previewLaunch answers with a launch as buyers will see it, and with its cost. It
// sends no transaction.
func (s *Server) previewLaunch(c *fiber.Ctx, who session) error {
	var f Form
	if err := readBody(c, &f); err != nil {
		return err
	}
	p, err := s.Admin.Desk.Preview(c.UserContext(), f, who.address)
	if err != nil {
		return err
	}
	return c.JSON(previewJSON{Token: Address{p.Token}, Slug: p.Slug, Deployed: p.Deployed, Gas: p.Gas, Wei: p.Wei.String(), Ether: coin(p.Wei).Formatted,
		MintEther: coin(p.MintWei).Formatted, MintShare: p.MintShare, Terms: p.Terms,
		Transaction: transactionJSON{Address{p.To}, p.Input, "0x0", s.Network.ChainID}, CanDeploy: canDeploy{p.Cannot == "", p.Cannot}})
}

// deployLaunch deploys a launch with the server's key.
func (s *Server) deployLaunch(c *fiber.Ctx, who session) error {
	var f Form
	if err := readBody(c, &f); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(s.life, deployLasts)
	defer cancel()
	d, err := s.Admin.Desk.Deploy(ctx, f, who.address)
	if err != nil {
		return err
	}
	answer := struct {
		Token       Address      `json:"token"`
		Transaction *common.Hash `json:"transaction"` // null if the launch was already deployed
		Block       uint64       `json:"block,omitempty"`
		Launch      Launch       `json:"launch"`
	}{Token: Address{d.Launch.Token}, Block: d.Block, Launch: s.onSale(c, d.Launch)}
	if d.Transaction != (common.Hash{}) {
		answer.Transaction = &d.Transaction
	}
	return c.JSON(answer)
}

// registerLaunch puts a launch on sale that a wallet has deployed.
func (s *Server) registerLaunch(c *fiber.Ctx, _ session) error {
	var asked struct {
		Token string `json:"token"`
		Listing
	}
	if err := readBody(c, &asked); err != nil {
		return err
	}
	token, ok := address(asked.Token)
	if !ok {
		return &fieldError{"token", "0x and 40 hex digits"}
	}
	l, err := s.Admin.Desk.Register(c.UserContext(), token, asked.Listing)
	if err != nil {
		return err
	}
	return c.JSON(map[string]Launch{"launch": s.onSale(c, l)})
}

// onSale returns a launch that was just registered, and makes the engine examine the
// chain now.
func (s *Server) onSale(c *fiber.Ctx, l mint.Launch) Launch {
	s.Engine.ReadNow()
	return s.launchJSON(c.UserContext(), l)
}
