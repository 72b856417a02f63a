package api

import (
	"context"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/amount"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/x402"
)

// Launch is a token on sale, as clients see it. Its terms are those of the contract.
type Launch struct {
	Slug        string  `json:"slug"`
	Name        string  `json:"name"`
	Symbol      string  `json:"symbol"`
	Description string  `json:"description,omitempty"`
	Token       Address `json:"token"`   // the contract: ERC-20, and payTo
	Network     string  `json:"network"` // CAIP-2
	ChainID     uint64  `json:"chainId"`
	Explorer    string  `json:"explorer,omitempty"` // URL of the token
	Asset       Asset   `json:"asset"`
	Price       Price   `json:"price"`     // of one allotment
	Allotment   string  `json:"allotment"` // whole units
	// AllotmentBase is the allotment in token base units, 18 decimals.
	AllotmentBase string     `json:"allotmentBase"`
	Cap           Cap        `json:"cap"`
	Sold          int64      `json:"sold"`     // in allotments, like all counts
	Reserved      int64      `json:"reserved"` // by payments that are not minted yet
	Left          int64      `json:"left"`
	Limit         int64      `json:"limit"` // of one payment
	OpensAt       *time.Time `json:"opensAt,omitempty"`
	ClosesAt      *time.Time `json:"closesAt,omitempty"`
	Open          bool       `json:"open"` // by the clock, on sale and not sold out
	SoldOut       bool       `json:"soldOut"`
	Status        string     `json:"status"` // "open", or the code of the error that a request for one allotment would get now
	// Standing is the same without what passes within minutes: paused, and not an error, if
	// its owner paused it. Since is when it began, as far as is known.
	Standing mint.Standing `json:"standing"`
	Since    *time.Time    `json:"since,omitempty"`
	Ready    bool          `json:"ready"`   // a payment could be delivered now
	Reasons  []mint.Fault  `json:"reasons"` // why not; empty if ready
	Treasury Address       `json:"treasury"`
	Owner    Address       `json:"owner"`  // at deployment
	Minter   Address       `json:"minter"` // at deployment
	// Creator is the wallet that made the launch on this server without the operator. It is absent if the
	// operator of the server made it.
	Creator     *Address `json:"creator,omitempty"`
	Roles       *Roles   `json:"roles,omitempty"` // now; absent until they have been read
	Mints       int64    `json:"mints"`           // minted payments
	Payers      int64    `json:"payers"`          // distinct payers of them
	ContractURI string   `json:"contractURI,omitempty"`
	Source      *Source  `json:"source,omitempty"` // absent if no service verifies sources
	MintURL     string   `json:"mintUrl"`
	URL         string   `json:"url"`
	Demo        bool     `json:"demo,omitempty"` // the money has no value
	Look
}

// Roles are the accounts with rights on the contract, as of a block.
type Roles struct {
	Owner    Address `json:"owner"`    // zero once the owner has renounced
	Minter   Address `json:"minter"`   // mints for payments that were settled elsewhere
	Treasury Address `json:"treasury"` // receives the proceeds now
	Paused   bool    `json:"paused"`
	Block    uint64  `json:"block"`
}

// Asset is the token that buyers pay with.
type Asset struct {
	Address  Address `json:"address"`
	Symbol   string  `json:"symbol"`
	Decimals uint8   `json:"decimals"`
}

// NewAsset returns the JSON of an asset.
func NewAsset(a x402.Asset) Asset { return Asset{Address{a.Address}, a.Symbol, a.Decimals} }

// Price is an amount of the asset, in base units and formatted.
type Price struct {
	Amount    string `json:"amount"`
	Formatted string `json:"formatted"`
}

// Cap is the maximum supply.
type Cap struct {
	Allotments int64  `json:"allotments"`
	Tokens     string `json:"tokens"` // whole units
}

// Launches is the answer of /launches: live launches before those that open later, and these
// before those that ended. It omits delisted and hidden launches; their own URLs still answer.
type Launches struct {
	Default  string          `json:"default,omitempty"` // slug of the launch of /mint; the first in a list without parameters
	Launches []Launch        `json:"launches"`
	Counts   map[Section]int `json:"counts"`         // launches that match ?q=, by section
	Total    int             `json:"total"`          // launches that match, on all pages
	Next     string          `json:"next,omitempty"` // path of the next page
}

// Launch returns a launch as clients see it.
func (p *Presenter) Launch(ctx context.Context, l mint.Launch) Launch {
	return p.present(l, p.Status(ctx, l), p.Look(ctx, l), func() (*cachedTally, error) { return p.tally(ctx, l.Slug) })
}

func (p *Presenter) present(l mint.Launch, status string, look Look, tally func() (*cachedTally, error)) Launch {
	on := p.Of(&l)
	now := on.Engine.Clock()
	at := func(t time.Time) *time.Time {
		if t.IsZero() {
			return nil
		}
		t = t.UTC()
		return &t
	}
	shown := Launch{
		Slug: l.Slug, Name: l.Name, Symbol: l.Symbol, Description: l.Description, Look: look,
		Token: Address{l.Token}, Network: on.Network.CAIP2(), ChainID: l.ChainID, Explorer: p.Explorer(l.ChainID, "address", l.Token.Hex()),
		Asset:     NewAsset(l.Asset),
		Price:     Price{l.Price.String(), l.Asset.Format(l.Price)},
		Allotment: amount.Tokens(l.Allotment), AllotmentBase: l.Allotment.String(),
		Cap:  Cap{l.Cap, amount.Tokens(l.Tokens(l.Cap))},
		Sold: l.Sold, Reserved: l.Reserved, Left: l.Left(), Limit: l.Limit,
		OpensAt: at(l.OpensAt), ClosesAt: at(l.ClosesAt), Open: l.Open(now) && !l.SoldOut() && !l.Delisted, SoldOut: l.SoldOut(), Status: status,
		Treasury: Address{l.Treasury}, Owner: Address{l.Owner}, Minter: Address{l.Minter}, ContractURI: l.ContractURI,
		MintURL: p.PublicURL + "/launches/" + l.Slug + "/mint", URL: p.PublicURL + "/launches/" + l.Slug,
		Demo: p.Demo, Roles: rolesOf(on.Engine, l), Source: sourceOf(on.Sources, l.Token), Reasons: OrEmpty(on.Engine.Faults(l.Slug)),
	}
	if l.Creator != (common.Address{}) {
		shown.Creator = &Address{l.Creator}
	}
	shown.Ready = len(shown.Reasons) == 0
	shown.Standing = p.StandingOf(&l)
	shown.Since = at(sinceOf(&l, shown.Standing))
	if t, err := tally(); err == nil {
		shown.Mints, shown.Payers = t.Mints, t.Payers
	} else {
		p.Log.Error("tally mints", "launch", l.Slug, "err", err)
	}
	return shown
}

func rolesOf(e *mint.Engine, l mint.Launch) *Roles {
	c, head, ok := e.Conditions(l.Slug)
	if !ok {
		return nil
	}
	return &Roles{Address{c.Owner}, Address{c.Minter}, Address{c.Treasury}, c.Paused, head.Number}
}

// Status returns "open", or the code of the error that a request for one allotment
// would get.
func (p *Presenter) Status(ctx context.Context, l mint.Launch) string {
	if _, err := p.Of(&l).Engine.Offer(ctx, l.Slug, 1); err != nil {
		return ToHTTP(err, p.Now(), false).Fault.Code
	}
	return "open"
}

// StatusOf is Status of a launch as the caller has read it.
func (p *Presenter) StatusOf(l *mint.Launch) string {
	if err := p.Chains.of(l.ChainID).Engine.OfferOf(l, 1); err != nil {
		return ToHTTP(err, p.Now(), false).Fault.Code
	}
	return "open"
}
