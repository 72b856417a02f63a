package server

import (
	"context"
	"errors"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/mint"
)

// Overview is the state of the server and its launches, for the owner.
type Overview struct {
	Network    networkData        `json:"network"`
	Version    string             `json:"version"`
	Demo       bool               `json:"demo"`
	Head       Block              `json:"head"`
	Final      Block              `json:"final"`
	Ready      bool               `json:"ready"`
	Faults     []mint.Fault       `json:"faults"`
	Launches   []LaunchOverview   `json:"launches"`
	Senders    []PurseJSON        `json:"senders"`
	Minter     *PurseJSON         `json:"minter"`   // null if this server has no minter key
	Deployer   *PurseJSON         `json:"deployer"` // null if it has no deployer key
	Spent24h   *Coin              `json:"spent24h"` // null until it has been read
	Budget     *Coin              `json:"budget"`   // null if there is no limit
	Nodes      []Node             `json:"nodes"`
	Settlement []SettlementStatus `json:"settlement"`
	Queued     int64              `json:"queued"`
	Errors     []Complaint        `json:"errors"`
}

// LaunchOverview is a launch with its money.
type LaunchOverview struct {
	Launch    Launch             `json:"launch"`
	Solvency  *Solvency          `json:"solvency"` // null until it has been read
	Proceeds  Proceeds           `json:"proceeds"`
	Counts    map[mint.State]int `json:"counts"`
	Attention int                `json:"attention"` // number of rows that need a person
}

// Proceeds are the revenue of minted tokens.
type Proceeds struct {
	Withdrawable *Price `json:"withdrawable"` // null until the contract's counters have been read
	Withdrawn    *Price `json:"withdrawn"`
}

// Coin is an amount of the chain's coin.
type Coin struct {
	Wei       string `json:"wei"`
	Formatted string `json:"formatted"`
}

// PurseJSON is an account that pays gas.
type PurseJSON struct {
	Address Address `json:"address"`
	Coin
	Enough bool  `json:"enough"`
	Mints  int64 `json:"mints"` // in transactions of their own; batches fit more
}

// SettlementStatus is a way to settle payments, and whether it works.
type SettlementStatus struct {
	Name   string `json:"name"`
	Kind   string `json:"kind"` // "self": this server's own transactions
	Ok     bool   `json:"ok"`
	Detail string `json:"detail"`
}

func coin(wei *big.Int) Coin { return Coin{wei.String(), tokens(wei)} }

func (s *Server) overview(c *fiber.Ctx, _ session) error {
	ctx := c.UserContext()
	h := s.Engine.Health()
	o := Overview{Network: s.networkData(), Version: s.Version, Demo: s.Demo, Head: blockOf(h.Head), Final: blockOf(h.Final),
		Ready: len(h.Faults) == 0, Faults: orEmpty(h.Faults), Nodes: orEmpty(s.Nodes()), Queued: h.Queued,
		Errors: orEmpty(s.Admin.Errors()), Launches: []LaunchOverview{}}
	launches, err := s.Engine.Store.Launches(ctx)
	if err != nil {
		return err
	}
	for _, l := range launches {
		one, err := s.launchOverview(ctx, l)
		if err != nil {
			return fmt.Errorf("look over launch %s: %w", l.Slug, err)
		}
		o.Launches = append(o.Launches, one)
	}
	if err := s.purses(ctx, &o); err != nil {
		return err
	}
	if h.Spent != nil {
		spent := coin(h.Spent)
		o.Spent24h = &spent
	}
	if s.Engine.Budget != nil {
		budget := coin(s.Engine.Budget)
		o.Budget = &budget
	}
	o.Settlement = []SettlementStatus{s.settlesItself(h, o.Nodes)}
	return c.JSON(o)
}

// settlesItself returns the status of settling with our own senders.
func (s *Server) settlesItself(h mint.Health, nodes []Node) SettlementStatus {
	status := SettlementStatus{Name: "this server", Kind: "self", Ok: len(h.Faults) == 0,
		Detail: "payment and mint are one transaction, sent by this server's own keys"}
	up := 0
	for _, n := range nodes {
		if n.Ok {
			up++
		}
	}
	switch {
	case !status.Ok:
		status.Detail = "cannot settle now: " + h.Faults[0].Detail
	case len(nodes) > 1:
		status.Detail += fmt.Sprintf(", through %d of %d nodes", up, len(nodes))
	}
	return status
}

func (s *Server) launchOverview(ctx context.Context, l mint.Launch) (LaunchOverview, error) {
	o := LaunchOverview{Launch: s.launchJSON(ctx, l), Counts: map[mint.State]int{}}
	if now, _, known := s.Engine.Conditions(l.Slug); known {
		due := new(big.Int).Sub(l.Total(now.Sold), now.Withdrawn)
		o.Proceeds = Proceeds{&Price{due.String(), l.Asset.Format(due)}, &Price{now.Withdrawn.String(), l.Asset.Format(now.Withdrawn)}}
	}
	switch books, err := s.Engine.Solvency(ctx, l.Slug); {
	case err == nil:
		shown := NewSolvency(books)
		o.Solvency = &shown
	case !errors.Is(err, mint.ErrUnread):
		return o, err
	}
	for _, state := range mint.States {
		n, err := s.Engine.Store.Count(ctx, mint.Query{Launch: l.Slug, States: []mint.State{state}})
		if err != nil {
			return o, err
		}
		o.Counts[state] = n
	}
	rows, err := s.needing(ctx, l)
	o.Attention = len(rows)
	return o, err
}

// purses reads the balances of our accounts. If that fails, it logs the error and
// leaves them empty; a fault in the overview gives the reason.
func (s *Server) purses(ctx context.Context, o *Overview) error {
	accounts := append([]common.Address(nil), s.Engine.Senders...)
	for _, other := range []common.Address{s.Engine.Minter, s.Admin.Deployer} {
		if other != (common.Address{}) {
			accounts = append(accounts, other)
		}
	}
	o.Senders = []PurseJSON{}
	found, err := s.Admin.Desk.Purses(ctx, accounts...)
	if err != nil {
		s.Log.Warn("read what our accounts hold", "err", err)
		return nil
	}
	for i, p := range found {
		shown := PurseJSON{Address{p.Address}, coin(p.Wei), p.Enough, p.Mints}
		switch {
		case i < len(s.Engine.Senders):
			o.Senders = append(o.Senders, shown)
		case p.Address == s.Engine.Minter && o.Minter == nil:
			o.Minter = &shown
		default:
			o.Deployer = &shown
		}
	}
	return nil
}

func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
