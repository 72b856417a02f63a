// Package people has the lists of the addresses that minted a token, and of those that hold
// it: as JSON, and as rows of CSV files. A list of addresses is not a list of people, and each
// answer says so.
package people

import (
	"context"

	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/api"
)

// Lists makes the lists. Its fields are set before Open.
type Lists struct {
	// Minted reads the mints of payers. If it is nil, lists of minters are empty.
	Minted Minted
	// Followed is what reads who holds the tokens of a chain, by chain id. Without it, the holders
	// of tokens on that chain are not known.
	Followed map[uint64]Followed
	// Funders says that the indexes have the accounts that sent payers their money.
	Funders bool

	// Presenter makes the shapes that these lists have in common with other answers. The
	// server sets it.
	Presenter *api.Presenter
	lists     *minterLists
}

// Followed reads the holders of a chain's tokens.
type Followed struct {
	Index Index
	// Trouble returns the reason why transfers cannot be read now, or "". It may be nil.
	Trouble func() string
}

// index returns the index of a launch's chain, or nil.
func (p *Lists) index(l *mint.Launch) Index { return p.Followed[l.ChainID].Index }

// Open makes the cache.
func (p *Lists) Open() {
	if p.Minted == nil {
		p.Minted = noMints{}
	}
	p.lists = newMinterLists()
}

// serve answers with a page of a launch's list.
func serve[T any](c *fiber.Ctx, p *Lists, list func(context.Context, *mint.Launch, Query) (T, error)) error {
	q, err := ReadQuery(c)
	if err != nil {
		return err
	}
	l, err := p.Presenter.LaunchOf(c)
	if err != nil {
		return err
	}
	answer, err := list(c.UserContext(), &l, q)
	if err != nil {
		return err
	}
	return c.JSON(answer)
}
