package admin

import (
	"context"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/profile"
	"github.com/mint402/mint402/server/api"
)

// deployTimeout is how long a request waits at most until a launch is mined.
const deployTimeout = 90 * time.Second

// previewJSON is a launch before it is deployed.
type previewJSON struct {
	Token       api.Address     `json:"token"`
	Slug        string          `json:"slug"`
	Deployed    bool            `json:"deployed"`
	Gas         uint64          `json:"gas"`
	Wei         string          `json:"wei"`
	Ether       string          `json:"ether"`
	MintEther   string          `json:"mintEther"`
	MintShare   string          `json:"mintShare"`
	Terms       []Term          `json:"terms"`
	Transaction transactionJSON `json:"transaction"`
	CanDeploy   deployability   `json:"canDeploy"`
}

type deployability struct {
	Server bool   `json:"server"`
	Why    string `json:"why"` // reason if it cannot; empty if it can
}

// previewLaunch answers with a launch as buyers will see it, and with its cost. It
// sends no transaction.
func (d *Dashboard) previewLaunch(c *fiber.Ctx, who session) error {
	var f LaunchRequest
	if err := api.ReadBody(c, &f); err != nil {
		return err
	}
	on, err := f.chain(d.Presenter)
	if err != nil {
		return err
	}
	desk := d.desk(on.Network.ChainID)
	preview := desk.Backend.Preview
	if !who.operator {
		preview = desk.Creators.Preview
	}
	p, err := preview(c.UserContext(), f, who.address)
	if err != nil {
		return err
	}
	return c.JSON(previewJSON{Token: api.Address{Address: p.Token}, Slug: p.Slug, Deployed: p.Deployed, Gas: p.Gas, Wei: p.Wei.String(), Ether: coin(p.Wei).Formatted,
		MintEther: coin(p.MintWei).Formatted, MintShare: p.MintShare, Terms: p.Terms,
		Transaction: transactionJSON{api.Address{Address: p.To}, p.Input, "0x0", on.Network.ChainID}, CanDeploy: deployability{p.Cannot == "", p.Cannot}})
}

// deployLaunch deploys a launch with the server's key.
func (d *Dashboard) deployLaunch(c *fiber.Ctx, who session) error {
	var f LaunchRequest
	if err := api.ReadBody(c, &f); err != nil {
		return err
	}
	on, err := f.chain(d.Presenter)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(profile.WithAuthor(d.host.Life(), who.address.Hex()), deployTimeout)
	defer cancel()
	done, err := d.desk(on.Network.ChainID).Backend.Deploy(ctx, f, who.address)
	if err != nil {
		return err
	}
	answer := struct {
		Token       api.Address  `json:"token"`
		Transaction *common.Hash `json:"transaction"` // null if the launch was already deployed
		Block       uint64       `json:"block,omitempty"`
		Launch      api.Launch   `json:"launch"`
	}{Token: api.Address{Address: done.Launch.Token}, Block: done.Block, Launch: d.onSale(c, done.Launch)}
	if done.Transaction != (common.Hash{}) {
		answer.Transaction = &done.Transaction
	}
	return c.JSON(answer)
}

// registerLaunch puts a launch on sale that a wallet has deployed.
func (d *Dashboard) registerLaunch(c *fiber.Ctx, who session) error {
	if !who.operator {
		return guests{d}.register(c, who)
	}
	var asked struct {
		Network string `json:"network"` // as in a LaunchRequest
		Token   string `json:"token"`
		Listing
	}
	if err := api.ReadBody(c, &asked); err != nil {
		return err
	}
	token, ok := api.ParseAddress(asked.Token)
	if !ok {
		return &api.ParamError{Field: "token", Expected: "0x and 40 hex digits"}
	}
	on, ok := chainNamed(d.Presenter, asked.Network)
	if !ok {
		return &api.ParamError{Field: "network", Expected: d.Presenter.Chains.Words()}
	}
	l, err := d.desk(on.Network.ChainID).Backend.Register(profile.WithAuthor(c.UserContext(), who.address.Hex()), token, asked.Listing)
	if err != nil {
		return err
	}
	return c.JSON(map[string]api.Launch{"launch": d.onSale(c, l)})
}

// onSale returns a launch that was just registered, and makes the engine examine the
// chain now.
func (d *Dashboard) onSale(c *fiber.Ctx, l mint.Launch) api.Launch {
	d.Presenter.Of(&l).Engine.ReadNow()
	return d.Presenter.Launch(c.UserContext(), l)
}
