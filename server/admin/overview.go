package admin

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/amount"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/api"
)

// Overview is the state of the server and its launches, for the owner.
type Overview struct {
	// ChainOverview is the first chain's. With several, Ready, Faults, Limits and Queued are those of
	// all.
	ChainOverview
	// Chains are all chains of a server that has several.
	Chains     []ChainOverview    `json:"chains,omitempty"`
	Version    string             `json:"version"`
	Demo       bool               `json:"demo"`
	Launches   []LaunchOverview   `json:"launches"`
	Home       Home               `json:"home"`
	Settlement []SettlementStatus `json:"settlement"`
	Errors     []LogRecord        `json:"errors"`
	Rules      *CreatorRules      `json:"rules,omitempty"` // for creators
}

// ChainOverview is the state of a chain, its nodes, and our accounts there.
type ChainOverview struct {
	Network   api.NetworkData  `json:"network"`
	Head      api.Block        `json:"head"`
	Final     api.Block        `json:"final"`
	Assets    []api.Asset      `json:"assets"` // for new launches; the first is the default
	Ready     bool             `json:"ready"`
	Faults    []mint.Fault     `json:"faults"`
	Limits    []mint.Fault     `json:"limits"` // why some payers are refused while the others are sold to
	Senders   []GasAccountJSON `json:"senders"`
	Minter    *GasAccountJSON  `json:"minter"`    // null if this server has no minter key
	Deployer  *GasAccountJSON  `json:"deployer"`  // null if it has no deployer key
	Spent24h  *Coin            `json:"spent24h"`  // null until it has been read
	Burned24h *Coin            `json:"burned24h"` // the part of it that code at payers' accounts took without a mint
	Budget    *Coin            `json:"budget"`    // null if there is no limit
	Nodes     []api.Node       `json:"nodes"`
	Queued    int64            `json:"queued"` // orders claimed and not sent yet
}

// of sets the state of the chains.
func (o *Overview) of(each []ChainOverview) {
	o.ChainOverview = each[0]
	if len(each) == 1 {
		return
	}
	o.Chains = each
	for _, other := range each[1:] {
		o.Ready, o.Queued = o.Ready && other.Ready, o.Queued+other.Queued
		o.Faults, o.Limits = slices.Concat(o.Faults, other.Faults), slices.Concat(o.Limits, other.Limits)
	}
}

// LaunchOverview is a launch with its money.
type LaunchOverview struct {
	Launch    api.Launch         `json:"launch"`
	Solvency  *api.Solvency      `json:"solvency"` // null until it has been read
	Proceeds  Proceeds           `json:"proceeds"`
	Counts    map[mint.State]int `json:"counts"`
	Attention int                `json:"attention"` // number of rows that need a person
	// Sources is the verification of its source at each service; empty if none is asked.
	Sources []api.SourceDetail `json:"sources"`
}

// Proceeds are the revenue of minted tokens.
type Proceeds struct {
	Withdrawable *api.Price `json:"withdrawable"` // null until the contract's counters have been read
	Withdrawn    *api.Price `json:"withdrawn"`
}

// Coin is an amount of the chain's coin.
type Coin struct {
	Wei       string `json:"wei"`
	Formatted string `json:"formatted"`
}

// GasAccountJSON is an account that pays gas.
type GasAccountJSON struct {
	Address api.Address `json:"address"`
	Coin
	Enough bool  `json:"enough"` // for a transaction of full size; of the deployer: for a deployment
	Mints  int64 `json:"mints"`  // number of single mints that it pays for; in batches it pays for more
	// Missing is what it lacks to be used again, at today's price of gas; null if it has enough.
	Missing *Coin `json:"missing,omitempty"`
	// Unfit is why this sender is set aside while another one is fit; empty if it is not.
	Unfit string `json:"unfit,omitempty"`
}

// SettlementStatus is a way to settle payments, and whether it works.
type SettlementStatus struct {
	Name   string `json:"name"`
	Kind   string `json:"kind"` // "self": this server's own transactions; "facilitator": a remote one
	Ok     bool   `json:"ok"`
	Detail string `json:"detail"`
}

// coin formats an amount in wei. The coin has 18 decimals, as launched tokens have.
func coin(wei *big.Int) Coin { return Coin{wei.String(), amount.Tokens(wei)} }

// overview answers with the [Overview].
func (d *Dashboard) overview(c *fiber.Ctx, who session) error {
	if !who.operator {
		return guests{d}.overview(c, who)
	}
	ctx := c.UserContext()
	o := Overview{Version: d.Presenter.Version, Demo: d.Presenter.Demo, Errors: api.OrEmpty(d.Errors()), Launches: []LaunchOverview{}}
	launches, err := d.Presenter.Reader.Launches(ctx)
	if err != nil {
		return err
	}
	o.Home = HomeOf(launches)
	for _, l := range launches {
		one, err := d.launchOverview(ctx, l)
		if err != nil {
			return fmt.Errorf("read the figures of launch %s: %w", l.Slug, err)
		}
		o.Launches = append(o.Launches, one)
	}
	o.of(chainOverviews(ctx, d, &o.Settlement))
	return c.JSON(o)
}

// maxChainRead is how long an overview waits for the balances of our accounts on the chains.
const maxChainRead = 10 * time.Second

// chainOverviews returns the state of each chain. The chains are read at the same time, so one whose
// nodes do not answer delays the others by maxChainRead at most. settlement gets the ways to settle.
func chainOverviews(ctx context.Context, d *Dashboard, settlement *[]SettlementStatus) []ChainOverview {
	if len(d.Presenter.Chains) > 1 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, maxChainRead)
		defer cancel()
	}
	each := make([]ChainOverview, len(d.Presenter.Chains))
	var all sync.WaitGroup
	for i, on := range d.Presenter.Chains {
		h := on.Engine.Health()
		each[i] = ChainOverview{Network: d.Presenter.NetworkData(on), Head: api.NewBlock(h.Head), Final: api.NewBlock(h.Final), Assets: d.desk(on.Network.ChainID).assets(),
			Ready: len(h.Faults) == 0, Faults: api.OrEmpty(h.Faults), Limits: api.OrEmpty(h.Limits), Nodes: api.OrEmpty(on.Nodes()), Queued: h.Queued, Senders: []GasAccountJSON{}}
		o := &each[i]
		if h.Spent.All != nil {
			spent, burned := coin(h.Spent.All), coin(h.Spent.Burned)
			o.Spent24h, o.Burned24h = &spent, &burned
		}
		if on.Engine.Budget != nil {
			budget := coin(on.Engine.Budget)
			o.Budget = &budget
		}
		own := append([]SettlementStatus{ownSettlement(h, o.Nodes)}, facilitators(on)...)
		for i := range own {
			if len(each) > 1 {
				own[i].Name += " on " + on.Network.Title
			}
		}
		*settlement = append(*settlement, own...)
		all.Go(func() {
			err := api.Recovered(func() error { return d.gasAccounts(ctx, on, o, h.Unfit) })
			if err != nil {
				d.Presenter.Log.Warn("read our accounts' balances", "chain", on.Network.Name, "err", err)
			}
		})
	}
	all.Wait()
	return each
}

// assets returns those that new launches may be paid in, as far as they are known.
func (k *Desk) assets() []api.Asset {
	if k.Assets == nil {
		return nil
	}
	return k.Assets()
}

// facilitators returns the status of each remote facilitator.
func facilitators(on *api.Chain) (all []SettlementStatus) {
	if on.Facilitators == nil {
		return nil
	}
	for _, f := range on.Facilitators() {
		status := SettlementStatus{Name: f.Name, Kind: "facilitator", Ok: f.Usable, Detail: fmt.Sprintf("answered within %d ms", f.LatencyMs)}
		if f.LastError != "" {
			status.Detail = f.LastError
		}
		all = append(all, status)
	}
	return all
}

// ownSettlement returns the status of settlement by our own senders. It works if the
// engine has no fault.
func ownSettlement(h mint.Health, nodes []api.Node) SettlementStatus {
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

// launchOverview returns a launch with its money. Figures that were not read yet stay
// null; any other error fails the overview.
func (d *Dashboard) launchOverview(ctx context.Context, l mint.Launch) (LaunchOverview, error) {
	o := LaunchOverview{Launch: d.Presenter.Launch(ctx, l), Counts: map[mint.State]int{}, Sources: api.OrEmpty(api.SourceDetails(d.Presenter.Of(&l).Sources, l.Token))}
	if now, _, known := d.Presenter.Of(&l).Engine.Conditions(l.Slug); known {
		due := new(big.Int).Sub(l.Total(now.Sold), now.Withdrawn)
		o.Proceeds = Proceeds{&api.Price{Amount: due.String(), Formatted: l.Asset.Format(due)}, &api.Price{Amount: now.Withdrawn.String(), Formatted: l.Asset.Format(now.Withdrawn)}}
	}
	switch books, err := d.Presenter.Of(&l).Engine.Solvency(ctx, l.Slug); {
	case err == nil:
		shown := api.NewSolvency(books)
		o.Solvency = &shown
	case !errors.Is(err, mint.ErrUnread):
		return o, err
	}
	for _, state := range mint.States {
		n, err := d.Presenter.Reader.Count(ctx, mint.Query{Launch: l.Slug, States: []mint.State{state}})
		if err != nil {
			return o, err
		}
		o.Counts[state] = n
	}
	rows, err := d.attentionRows(ctx, l)
	o.Attention = len(rows)
	return o, err
}

// gasAccounts fills in the balances of our accounts on a chain. If the chain does not answer, it
// leaves the accounts out: the rest of the overview is still useful, and its faults give the reason.
func (d *Dashboard) gasAccounts(ctx context.Context, on *api.Chain, o *ChainOverview, unfit []mint.SenderFault) error {
	engine, desk := on.Engine, d.desk(on.Network.ChainID)
	accounts := append([]common.Address(nil), engine.Senders...)
	for _, other := range []common.Address{engine.Minter, desk.Deployer} {
		if other != (common.Address{}) {
			accounts = append(accounts, other)
		}
	}
	found, err := desk.Backend.GasAccounts(ctx, accounts...)
	if err != nil {
		return err
	}
	for i, p := range found {
		shown := GasAccountJSON{Address: api.Address{Address: p.Address}, Coin: coin(p.Wei), Enough: p.Enough, Mints: p.Mints}
		if !p.Enough && p.Missing != nil {
			missing := coin(p.Missing)
			shown.Missing = &missing
		}
		switch {
		case i < len(engine.Senders):
			if u := slices.IndexFunc(unfit, func(u mint.SenderFault) bool { return u.Sender == p.Address }); u >= 0 {
				shown.Unfit = unfit[u].Detail
			}
			o.Senders = append(o.Senders, shown)
		case p.Address == engine.Minter && o.Minter == nil:
			o.Minter = &shown
		default:
			o.Deployer = &shown
		}
	}
	return nil
}
