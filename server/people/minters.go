package people

import (
	"context"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/amount"
	"github.com/mint402/mint402/crowd"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/api"
)

// Minted reads the mints of payers. A database implements it.
type Minted interface {
	// EachMinter calls do with each payer of a launch, in no particular order, until do fails.
	EachMinter(ctx context.Context, launch string, do func(crowd.Minter) error) error
	// Ends returns the first and the last mint of those of the payers that have a mint.
	Ends(ctx context.Context, launch string, payers []common.Address) (map[common.Address]crowd.Ends, error)
}

// noMints is a Minted without minters.
type noMints struct{}

func (noMints) EachMinter(context.Context, string, func(crowd.Minter) error) error { return nil }

func (noMints) Ends(context.Context, string, []common.Address) (map[common.Address]crowd.Ends, error) {
	return nil, nil
}

// Minters is a page of the addresses that minted, most tokens first.
type Minters struct {
	Launch   string   `json:"launch"` // slug
	Total    int      `json:"total"`  // addresses that minted; not people
	Found    int      `json:"found"`  // addresses that match the search
	Mints    int64    `json:"mints"`  // payments
	Quantity int64    `json:"quantity"`
	Tokens   string   `json:"tokens"`           // minted, in whole units
	TopTen   string   `json:"topTen"`           // share of the ten largest of all tokens minted, in percent: "12.3"
	Fresh    *Fresh   `json:"fresh,omitempty"`  // absent if this server does not look at accounts
	Groups   *Groups  `json:"groups,omitempty"` // absent without serve --funders
	Block    uint64   `json:"block"`            // newest block that was read
	Page     int      `json:"page"`             // from 1
	Pages    int      `json:"pages"`            // at least 1
	Minters  []Minter `json:"minters"`          // of this page
	Next     string   `json:"next,omitempty"`   // path of the next page
	File     string   `json:"file"`             // path of all of them as CSV
	Limits   []string `json:"limits"`           // limits of the figures, in words
}

// Fresh counts addresses by the result of a look at their accounts, soon after their first mint.
type Fresh struct {
	Fresh    int `json:"fresh"`    // had sent no transaction and had no code
	Used     int `json:"used"`     // had sent one, or had code
	NotKnown int `json:"notKnown"` // not looked at yet, or too late to tell
}

// Groups are addresses with one funder: the same account sent them money before their first mint.
type Groups struct {
	Groups    int `json:"groups"`    // of two addresses or more
	Addresses int `json:"addresses"` // in these groups
	Largest   int `json:"largest"`   // addresses in the largest group
	Alone     int `json:"alone"`     // addresses that share their funder with no other
	NotKnown  int `json:"notKnown"`  // addresses without a transfer in the day before, or not looked up yet
}

// Minter is an address that minted.
type Minter struct {
	Rank     int         `json:"rank"` // by tokens, then by the first mint, from 1
	Address  api.Address `json:"address"`
	Mints    int64       `json:"mints"`    // payments
	Quantity int64       `json:"quantity"` // allotments
	Tokens   string      `json:"tokens"`   // minted, in whole units
	Paid     api.Price   `json:"paid"`
	First    MintRef     `json:"first"`
	Last     MintRef     `json:"last"`
}

// MintRef names a mint.
type MintRef struct {
	PaymentID mint.PaymentID `json:"paymentId"`
	Block     uint64         `json:"block"`
	At        *time.Time     `json:"at,omitempty"` // the block's own time; absent if it is not known
	URL       string         `json:"url"`          // path of the receipt
}

// minterLimits are the limits of the figures, in words.
var minterLimits = []string{
	"An address is not a person: one person can have many addresses.",
	"The list shows who paid, not who holds the tokens now.",
	"A fresh address had never sent a transaction when its account was looked at, soon after its first mint. Minting sends none. A newcomer has one, and so has one person who makes many.",
}

// groupLimit is the limit of groups, in words.
const groupLimit = "A group is addresses whose last payment of the asset, in the day before their first mint, came from the same account. An exchange, a bridge or a contract funds many people from one account, and cannot be told apart from one person with many addresses."

// Minters returns a page of a launch's minters.
func (p *Lists) Minters(ctx context.Context, l *mint.Launch, q Query) (Minters, error) {
	list, err := p.MinterList(ctx, l)
	if err != nil {
		return Minters{}, err
	}
	var found []int // indexes of rows; nil: all
	count := len(list.Rows)
	if q.Text != "" {
		for i := range list.Rows {
			if q.matches(list.Rows[i].Payer[:]) {
				found = append(found, i)
			}
		}
		count = len(found)
	}
	from, to := q.part(count)
	ranks := make([]int, 0, to-from)
	for i := from; i < to; i++ {
		if q.Text != "" {
			ranks = append(ranks, found[i])
		} else {
			ranks = append(ranks, i)
		}
	}
	answer := Minters{Launch: l.Slug, Total: len(list.Rows), Found: count, Mints: list.Mints, Quantity: list.Sold, Tokens: amount.Tokens(l.Tokens(list.Sold)),
		TopTen: Percent(list.TopTen, list.Sold), Fresh: list.Fresh, Groups: list.Groups, Block: list.Head.Number, Page: q.Page, Pages: max(1, (count+q.Limit-1)/q.Limit),
		File: "/launches/" + l.Slug + "/minters.csv", Limits: minterLimits}
	if answer.Groups != nil {
		answer.Limits = append(slices.Clone(minterLimits), groupLimit)
	}
	if answer.Minters, err = p.minterRows(ctx, l, list, ranks); err != nil {
		return answer, err
	}
	if q.Page < answer.Pages {
		answer.Next = "/launches/" + l.Slug + "/minters" + q.At(q.Page+1)
	}
	return answer, nil
}

// minterRows returns the rows with these indexes. It waits up to 1 s for the times of their
// blocks.
func (p *Lists) minterRows(ctx context.Context, l *mint.Launch, list *MinterList, ranks []int) ([]Minter, error) {
	some := make([]crowd.Minter, len(ranks))
	for i, rank := range ranks {
		some[i] = list.Rows[rank]
	}
	ends, err := p.Minted.Ends(ctx, l.Slug, addresses(some))
	if err != nil {
		return nil, err
	}
	waiting, cancel := context.WithTimeout(ctx, timesTimeout)
	defer cancel()
	var blocks []mint.Block
	for _, end := range ends {
		blocks = append(blocks, mint.Block{Number: end.First.Block, Hash: end.First.BlockHash}, mint.Block{Number: end.Last.Block, Hash: end.Last.BlockHash})
	}
	p.Presenter.FetchTimes(waiting, map[uint64][]mint.Block{l.ChainID: blocks})
	rows := make([]Minter, 0, len(ranks))
	for _, rank := range ranks {
		m := list.Rows[rank]
		end, there := ends[m.Payer]
		if !there { // a reorg removed its mints since
			continue
		}
		paid := l.Total(m.Quantity)
		rows = append(rows, Minter{Rank: rank + 1, Address: api.Address{Address: m.Payer}, Mints: m.Mints, Quantity: m.Quantity, Tokens: amount.Tokens(l.Tokens(m.Quantity)),
			Paid: api.Price{Amount: paid.String(), Formatted: l.Asset.Format(paid)}, First: p.mintRef(end.First), Last: p.mintRef(end.Last)})
	}
	return rows, nil
}

func addresses(rows []crowd.Minter) []common.Address {
	all := make([]common.Address, len(rows))
	for i := range rows {
		all[i] = rows[i].Payer
	}
	return all
}

func (p *Lists) mintRef(m crowd.MintAt) MintRef {
	ref := MintRef{PaymentID: m.ID, Block: m.Block, URL: "/r/" + m.ID.String()}
	if at, ok := p.Presenter.BlockTime(m.BlockHash); ok {
		at = at.UTC()
		ref.At = &at
	}
	return ref
}

// ServeMinters answers with a page of a launch's minters.
func (p *Lists) ServeMinters(c *fiber.Ctx) error { return serve(c, p, p.Minters) }
