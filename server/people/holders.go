package people

import (
	"context"
	"math/big"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/amount"
	"github.com/mint402/mint402/crowd"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/api"
)

// Index reads the balances of launched tokens, as of a final block.
type Index interface {
	// Holdings returns the figures of a token. They are zero before it is read.
	Holdings(ctx context.Context, token common.Address) (crowd.Holdings, error)
	// Holders returns a part of the holders with addresses that begin with some hex digits, the
	// largest first.
	Holders(ctx context.Context, token common.Address, digits string, offset, limit int) ([]crowd.Holder, error)
	// CountHolders returns how many holders' addresses begin with some hex digits.
	CountHolders(ctx context.Context, token common.Address, digits string) (int, error)
	// EachHolder returns all holders as of one moment: next returns at most n more of them. The
	// caller calls end.
	EachHolder(ctx context.Context, token common.Address) (next func(n int) ([]crowd.Holder, error), end func(), err error)
	// CountLooks returns how many looks at some payers' accounts showed each freshness.
	CountLooks(ctx context.Context, accounts []common.Address) ([3]int, error)
	// Groups groups some payers by the account that their money came from.
	Groups(ctx context.Context, accounts []common.Address) (crowd.Groups, error)
}

// HoldersState is how much is known about a token's holders.
type HoldersState string

// States of a list of holders. Only with the first three there is a list.
const (
	HoldersKnown      HoldersState = "known"      // the balances add up to the supply
	HoldersIncomplete HoldersState = "incomplete" // they do not
	HoldersReading    HoldersState = "reading"    // they do, as of a block that is long ago
	HoldersUnknown    HoldersState = "unknown"    // not read yet
	HoldersOff        HoldersState = "off"        // this server reads no transfers
)

// Holders is a page of the addresses that hold a token, the largest balance first.
type Holders struct {
	Launch  string       `json:"launch"` // slug
	State   HoldersState `json:"state"`
	Reason  string       `json:"reason,omitempty"` // why the list is not known, not complete, or old
	Block   uint64       `json:"block"`            // the balances are those after this final block
	Total   int64        `json:"total"`            // addresses with a balance; not people
	Found   int          `json:"found"`            // addresses that match the search
	Supply  string       `json:"supply"`           // in whole units, as of the block
	Held    string       `json:"held"`             // sum of all balances, in whole units
	TopTen  string       `json:"topTen"`           // share of the ten largest of the supply, in percent
	Page    int          `json:"page"`             // from 1
	Pages   int          `json:"pages"`            // at least 1
	Holders []Holder     `json:"holders"`          // of this page
	Next    string       `json:"next,omitempty"`   // path of the next page
	File    string       `json:"file"`             // path of all of them as CSV
	Limits  []string     `json:"limits"`           // limits of the figures, in words
}

// Holder is an address with a balance.
type Holder struct {
	Rank    int64       `json:"rank"` // by balance, then by address, from 1
	Address api.Address `json:"address"`
	Tokens  string      `json:"tokens"`  // in whole units
	Balance string      `json:"balance"` // in base units
	Share   string      `json:"share"`   // of the supply, in percent
}

// holderLimits are the limits of the figures, in words.
var holderLimits = []string{
	"An address is not a person: one person can have many addresses, and an exchange or a contract can hold the tokens of many people.",
	"The balances are counted from the token's transfers up to a final block, minutes old, as nodes report them. Their sum is compared with the supply. A transfer between two holders that a node left out does not change the sum.",
}

// oldHolders is by how many blocks a list is behind before it is called old. It is an hour on
// Base.
const oldHolders = 1800

// Holders returns a page of a launch's holders.
func (p *Lists) Holders(ctx context.Context, l *mint.Launch, q Query) (Holders, error) {
	answer := Holders{Launch: l.Slug, State: HoldersOff, Supply: "0", Held: "0", TopTen: "0", Page: 1, Pages: 1, Holders: []Holder{},
		File: "/launches/" + l.Slug + "/holders.csv", Limits: holderLimits}
	index := p.index(l)
	if index == nil {
		answer.Reason = "this server does not read transfers of tokens"
		return answer, nil
	}
	h, err := index.Holdings(ctx, l.Token)
	if err != nil {
		return answer, err
	}
	if answer.State, answer.Reason = p.holdersState(l, &h); answer.State == HoldersUnknown {
		return answer, nil
	}
	answer.Block, answer.Total = h.To.Number, h.Holders
	answer.Supply, answer.Held, answer.TopTen = amount.Tokens(h.Supply), amount.Tokens(h.Held), percentOf(h.TopTen, h.Supply)
	digits := strings.TrimPrefix(q.Text, "0x")
	if answer.Found = int(h.Holders); digits != "" {
		if answer.Found, err = index.CountHolders(ctx, l.Token, digits); err != nil {
			return answer, err
		}
	}
	from, _ := q.part(answer.Found)
	found, err := index.Holders(ctx, l.Token, digits, from, q.Limit)
	if err != nil {
		return answer, err
	}
	for _, one := range found {
		answer.Holders = append(answer.Holders, Holder{one.Rank, api.Address{Address: one.Account}, amount.Tokens(one.Balance), one.Balance.String(), percentOf(one.Balance, h.Supply)})
	}
	answer.Page, answer.Pages = q.Page, max(1, (answer.Found+q.Limit-1)/q.Limit)
	if q.Page < answer.Pages {
		answer.Next = "/launches/" + l.Slug + "/holders" + q.At(q.Page+1)
	}
	return answer, nil
}

// holdersState returns how much is known, and why not more is.
func (p *Lists) holdersState(l *mint.Launch, h *crowd.Holdings) (state HoldersState, reason string) {
	trouble := ""
	if failing := p.Followed[l.ChainID].Trouble; failing != nil && failing() != "" {
		trouble = ": the nodes do not return the transfers now"
	}
	switch final := p.Presenter.Of(l).Engine.Health().Final.Number; {
	case !h.Read():
		return HoldersUnknown, "the token's transfers have not been read yet" + trouble
	case !h.Complete():
		return HoldersIncomplete, "the balances add up to " + amount.Tokens(h.Held) + " and not to the supply, " + amount.Tokens(h.Supply) + ", so a node left out transfers; they will be read again"
	case final > h.To.Number+oldHolders:
		return HoldersReading, "the list is older than usual, because newer transfers are still being read" + trouble
	}
	return HoldersKnown, ""
}

// percentOf returns a share in percent, as Percent does.
func percentOf(part, whole *big.Int) string {
	if part == nil || whole == nil || whole.Sign() <= 0 {
		return "0"
	}
	thousandths := new(big.Int).Mul(part, big.NewInt(1_000_000))
	return Percent(thousandths.Quo(thousandths, whole).Int64(), 1_000_000)
}

// HolderHead is the first line of a file of holders.
var HolderHead = []string{"rank", "address", "tokens", "symbol", "share_percent", "as_of_block", "list"}

// HolderPages returns the function that returns the rows of a file of holders, page by page,
// and the one that ends it. There is no file of a list that is not known.
func (p *Lists) HolderPages(ctx context.Context, l *mint.Launch) (page func() ([][]string, error), end func(), err error) {
	list, err := p.Holders(ctx, l, Query{Page: 1, Limit: 1})
	if err != nil {
		return nil, nil, err
	}
	if list.State == HoldersOff || list.State == HoldersUnknown {
		return nil, nil, &api.HTTPError{Status: fiber.StatusServiceUnavailable, Fault: api.Fault{Code: "holders_unknown", Message: list.Reason, RetryAfter: 60}}
	}
	index := p.index(l)
	h, err := index.Holdings(ctx, l.Token)
	if err != nil {
		return nil, nil, err
	}
	next, end, err := index.EachHolder(ctx, l.Token)
	if err != nil {
		return nil, nil, err
	}
	block := new(big.Int).SetUint64(h.To.Number).String()
	return func() (rows [][]string, err error) {
		some, err := next(api.CSVPage)
		for _, one := range some {
			rows = append(rows, []string{big.NewInt(one.Rank).String(), one.Account.Hex(), amount.Tokens(one.Balance), l.Symbol, percentOf(one.Balance, h.Supply), block, string(list.State)})
		}
		return rows, err
	}, end, nil
}

// ServeHolders answers with a page of a launch's holders.
func (p *Lists) ServeHolders(c *fiber.Ctx) error { return serve(c, p, p.Holders) }
