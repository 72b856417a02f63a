package admin

import (
	"context"
	"slices"

	"github.com/ethereum/go-ethereum/common"
	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/profile"
	"github.com/mint402/mint402/server/api"
)

// Creators lets wallets that are not an operator's sign in, and launch with their own gas. A
// creator has a dashboard of its own launches.
type Creators struct {
	// Allowed are the only wallets that may sign in as creators. Without any, every wallet may.
	Allowed []common.Address
	// Rules are shown to creators. They hold for all chains together.
	Rules CreatorRules

	bans CreatorBackend // of the first chain; all have the same bans
}

// CreatorRules are what a creator may launch.
type CreatorRules struct {
	PerWallet int    `json:"perWallet"` // launches of one wallet
	PerDay    int    `json:"perDay"`    // launches of all creators in 24 hours
	MinPrice  string `json:"minPrice"`  // of one allotment, in whole units of the asset
	Listed    bool   `json:"listed"`    // new launches are listed at once
	// Owner is the operator's account that owns the contracts of creators.
	Owner api.Address `json:"owner"`
}

// CreatorBackend does the work for creators that needs the chain or the database.
type CreatorBackend interface {
	// Preview is Backend.Preview for a launch that its creator deploys. It refuses what Register
	// would refuse.
	Preview(ctx context.Context, request LaunchRequest, creator common.Address) (Preview, error)
	// Register puts a launch of a creator on sale. The request's terms give the address of the
	// contract, so only a contract with our code and these terms can be there. The
	// chain alone shows whether it is. If a term is refused, the error is a *LaunchRequestError, and a
	// *RefusedError if a limit is.
	Register(ctx context.Context, request LaunchRequest, creator common.Address) (mint.Launch, error)
	// Ban bans a wallet, or lifts its ban. Banned returns the banned wallets.
	Ban(ctx context.Context, wallet common.Address, banned bool) error
	Banned(ctx context.Context) ([]common.Address, error)
}

// admits returns nil if a wallet may sign in as a creator, or errNotAllowed or errBanned.
func (k *Creators) admits(ctx context.Context, wallet common.Address) error {
	if wallet == (common.Address{}) || len(k.Allowed) > 0 && !slices.Contains(k.Allowed, wallet) {
		return errNotAllowed
	}
	banned, err := k.bans.Banned(ctx)
	if err == nil && slices.Contains(banned, wallet) {
		err = errBanned
	}
	return err
}

// guests are the requests of creators, and the operator's about them.
type guests struct{ d *Dashboard }

// admit answers a creator's request. Few of them are answered at once, so that they leave the
// nodes to the payers.
func (g guests) admit(c *fiber.Ctx, who session, r route) error {
	client := g.d.host.Client(c)
	if !g.d.guests.Take(client) {
		return api.ErrBusy
	}
	defer g.d.guests.Give(client)
	return r.handle(c, who)
}

// mayUpload reports whether a wallet has a launch, and so a page with pictures.
func (g guests) mayUpload(who session) bool {
	ctx := context.Background()
	if g.d.Creators == nil || g.d.Creators.admits(ctx, who.address) != nil {
		return false
	}
	launches, err := g.d.Presenter.Reader.Launches(ctx)
	return err == nil && slices.ContainsFunc(launches, func(l mint.Launch) bool { return who.owns(&l) })
}

// takeOff takes a launch off sale for its creator, who does not own its contract and so cannot
// pause it. Only the operator puts it back: it may have taken it off, too.
func (g guests) takeOff(c *fiber.Ctx, who session) error {
	l, err := launchFor(c, g.d, who, c.Params("slug"))
	if err != nil {
		return err
	}
	change := HomeChange{Delist: []string{l.Slug}}
	if l.Delisted {
		change = HomeChange{}
	}
	if err := g.d.desk(0).Backend.Arrange(c.UserContext(), change.Apply); err != nil {
		return err
	}
	g.d.Presenter.Of(&l).Engine.ReadNow() // reports what is off sale now
	return c.JSON(map[string]bool{"delisted": true})
}

// overview answers a creator with its own launches. Of the server it says only what /readyz says
// to everyone.
func (g guests) overview(c *fiber.Ctx, who session) error {
	p := g.d.Presenter
	o := Overview{Version: p.Version, Demo: p.Demo, Home: HomeOf(nil), Launches: []LaunchOverview{},
		Settlement: []SettlementStatus{}, Errors: []LogRecord{}, Rules: &g.d.Creators.Rules}
	launches, err := p.Reader.Launches(c.UserContext())
	if err != nil {
		return err
	}
	var own []string
	for _, l := range launches {
		if !who.owns(&l) {
			continue
		}
		one, err := g.d.launchOverview(c.UserContext(), l)
		if err != nil {
			return err
		}
		own, o.Launches = append(own, l.Slug), append(o.Launches, one)
		if l.Hidden {
			o.Home.Hidden = append(o.Home.Hidden, l.Slug)
		}
		if l.Delisted {
			o.Home.Delisted = append(o.Home.Delisted, l.Slug)
		}
	}
	var each []ChainOverview
	for _, on := range p.Chains {
		h := on.Engine.Health()
		one := ChainOverview{Network: p.NetworkData(on), Head: api.NewBlock(h.Head), Final: api.NewBlock(h.Final), Assets: g.d.desk(on.Network.ChainID).assets(),
			Faults: []mint.Fault{}, Limits: []mint.Fault{}, Senders: []GasAccountJSON{}, Nodes: []api.Node{}}
		for _, f := range h.Faults {
			if f.Launch == "" || slices.Contains(own, f.Launch) {
				one.Faults = append(one.Faults, f)
			}
		}
		one.Ready = len(one.Faults) == 0
		each = append(each, one)
	}
	o.of(each)
	return c.JSON(o)
}

// register puts a launch on sale that its creator has deployed. It takes all of the terms, as
// previewLaunch does.
func (g guests) register(c *fiber.Ctx, who session) error {
	var f LaunchRequest
	if err := api.ReadBody(c, &f); err != nil {
		return err
	}
	on, err := f.chain(g.d.Presenter)
	if err != nil {
		return err
	}
	l, err := g.d.desk(on.Network.ChainID).Creators.Register(profile.WithAuthor(c.UserContext(), who.address.Hex()), f, who.address)
	if err != nil {
		return err
	}
	return c.JSON(map[string]api.Launch{"launch": g.d.onSale(c, l)})
}

// creatorsJSON is what the operator sees about creators.
type creatorsJSON struct {
	Open     bool          `json:"open"` // creators may sign in
	Rules    *CreatorRules `json:"rules,omitempty"`
	Creators []creatorJSON `json:"creators"` // those who launched, in order of their first launch
	Banned   []api.Address `json:"banned"`   // newest first
}

type creatorJSON struct {
	Address  api.Address `json:"address"`
	Launches []string    `json:"launches"` // slugs
}

// list answers the operator with the creators, their launches, and the banned wallets.
func (g guests) list(c *fiber.Ctx, _ session) error {
	answer := creatorsJSON{Creators: []creatorJSON{}, Banned: []api.Address{}}
	launches, err := g.d.Presenter.Reader.Launches(c.UserContext())
	if err != nil {
		return err
	}
	for _, l := range launches {
		if l.Creator == (common.Address{}) {
			continue
		}
		i := slices.IndexFunc(answer.Creators, func(k creatorJSON) bool { return k.Address.Address == l.Creator })
		if i < 0 {
			i, answer.Creators = len(answer.Creators), append(answer.Creators, creatorJSON{Address: api.Address{Address: l.Creator}})
		}
		answer.Creators[i].Launches = append(answer.Creators[i].Launches, l.Slug)
	}
	if k := g.d.Creators; k != nil {
		answer.Open, answer.Rules = true, &k.Rules
		banned, err := k.bans.Banned(c.UserContext())
		if err != nil {
			return err
		}
		for _, a := range banned {
			answer.Banned = append(answer.Banned, api.Address{Address: a})
		}
	}
	return c.JSON(answer)
}

// ban bans a wallet, or lifts its ban. What it launched stays on sale until it is taken off.
func (g guests) ban(c *fiber.Ctx, who session) error {
	var asked struct {
		Wallet string `json:"wallet"`
		Banned bool   `json:"banned"`
	}
	if err := api.ReadBody(c, &asked); err != nil {
		return err
	}
	wallet, ok := api.ParseAddress(asked.Wallet)
	switch {
	case !ok:
		return &api.ParamError{Field: "wallet", Expected: "0x and 40 hex digits"}
	case g.d.Creators == nil:
		return &RefusedError{"this server takes no launches of creators: start it with --open-launches"}
	case slices.Contains(g.d.Wallets, wallet):
		return &RefusedError{"this wallet is an operator's"}
	}
	if err := g.d.Creators.bans.Ban(c.UserContext(), wallet, asked.Banned); err != nil {
		return err
	}
	g.d.Presenter.Log.Info("creator banned, or its ban lifted", "wallet", wallet, "banned", asked.Banned, "by", who.address)
	return g.list(c, who)
}
