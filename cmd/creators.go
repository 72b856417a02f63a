package cmd

import (
	"errors"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/spf13/cobra"

	"github.com/mint402/mint402/amount"
	"github.com/mint402/mint402/cmd/deploy"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/admin"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/store"
	"github.com/mint402/mint402/x402"
)

const creatorsHelp = `
launches of others
    --open-launches     let any wallet sign in at /admin and launch with its own
                        gas; its dashboard has its own launches only. Needs the
                        minter's key
    --creator ADDRESS   only this wallet may, besides --admin; may be repeated
    --creator-owner ADDRESS  your account that owns what they launch, and can pause
                        it and return money (default the first --admin). They get
                        the proceeds, and never the power over money of payers
    --list-launches     list such launches at once; by default they are found by
                        their link only, until "mint402 home --list SLUG"
    --creator-launches N          launches of one wallet (default 3)
    --creator-launches-per-day N  launches of all of them in 24 hours (default 20)
    --creator-min-price AMOUNT    lowest price of a mint, since you pay its gas and
                                  the proceeds are not yours (default 0.10)
    --creator-gas COIN  part of --gas-budget for their mints; one wallet gets a
                        quarter of it (default a quarter of --gas-budget). It is the
                        most that strangers can cost you in 24 hours
    --allow-name TEXT   a name or symbol that may look like another; may be repeated
`

// creatorFlags let wallets launch by themselves.
type creatorFlags struct {
	open, listed      bool
	only, names       []string
	perWallet, perDay int
	minPrice, gas     string
	owner             string
}

func (f *creatorFlags) add(c *cobra.Command) {
	c.Flags().BoolVar(&f.open, "open-launches", false, "")
	c.Flags().BoolVar(&f.listed, "list-launches", false, "")
	c.Flags().StringSliceVar(&f.only, "creator", nil, "")
	c.Flags().StringVar(&f.owner, "creator-owner", "", "")
	c.Flags().StringArrayVar(&f.names, "allow-name", nil, "")
	c.Flags().IntVar(&f.perWallet, "creator-launches", 3, "")
	c.Flags().IntVar(&f.perDay, "creator-launches-per-day", 20, "")
	c.Flags().StringVar(&f.minPrice, "creator-min-price", "0.10", "")
	c.Flags().StringVar(&f.gas, "creator-gas", "", "")
}

// openLaunches are the rules for wallets that launch by themselves, and the list of those wallets.
type openLaunches struct {
	rules deploy.CreatorRules
	shown admin.CreatorRules
	only  []common.Address
}

// read returns the rules, or nil if launches are not open.
func (f *creatorFlags) read(operators []common.Address) (*openLaunches, error) {
	if !f.open {
		if f.listed || len(f.only)+len(f.names) > 0 || f.gas+f.owner != "" {
			return nil, usage("--creator, --creator-owner, --list-launches, --creator-gas and --allow-name: expected together with --open-launches")
		}
		return nil, nil
	}
	for flag, value := range map[string]int{"--creator-launches": f.perWallet, "--creator-launches-per-day": f.perDay} {
		if value < 1 || value > 10_000 {
			return nil, usage("%s %d: expected a whole number from 1 to 10000", flag, value)
		}
	}
	o := &openLaunches{}
	least, err := amount.Units.Parse(f.minPrice)
	if err != nil {
		return nil, usage("--creator-min-price: %w", err)
	}
	o.rules.MinPrice, _ = new(big.Rat).SetString(f.minPrice)
	if o.only, err = walletsOf("--creator", f.only); err != nil {
		return nil, err
	}
	owners := operators
	if f.owner != "" {
		if owners, err = walletsOf("--creator-owner", []string{f.owner}); err != nil {
			return nil, err
		}
	}
	if len(owners) == 0 {
		return nil, &usageError{hint(errors.New("--open-launches needs an account of yours that owns what creators launch"), "--admin or --creator-owner")}
	}
	o.rules.Limits, o.rules.Listed, o.rules.AllowedNames = store.CreatorLimits{PerWallet: f.perWallet, PerDay: f.perDay}, f.listed, f.names
	o.rules.Owner = owners[0]
	o.shown = admin.CreatorRules{PerWallet: f.perWallet, PerDay: f.perDay, MinPrice: amount.Units.Format(least), Listed: f.listed, Owner: api.Address{Address: owners[0]}}
	return o, nil
}

// budget sets the part of a chain's budget that mints of creators' launches may cost.
func (f *creatorFlags) budget(n x402.Network, s *mint.Settings) (err error) {
	if !f.open {
		return nil
	}
	whole := s.Budget
	if whole == nil {
		whole = gasBudget(n)
	}
	if s.CreatorBudget = new(big.Int).Div(whole, big.NewInt(4)); f.gas != "" {
		if s.CreatorBudget, err = amount.Units.Parse(f.gas); err != nil {
			return usage("--creator-gas: %w", err)
		}
	}
	if s.CreatorBudget.Sign() <= 0 || s.Budget != nil && s.CreatorBudget.Cmp(s.Budget) > 0 {
		return usage("--creator-gas %s: expected more than 0 and at most --gas-budget", f.gas)
	}
	return nil
}

// needs returns an error if launches are open without a minter's key: payments that others settle
// at a stranger's launch would be owed until that stranger refunds them.
func (o *openLaunches) needs(minter *account) error {
	if o == nil || minter != nil {
		return nil
	}
	return &usageError{hint(errors.New("--open-launches needs the minter's key"), "MINT402_MINTER_KEY or --minter-key-file")}
}

// toAll reports whether every wallet may launch.
func (o *openLaunches) toAll() bool { return o != nil && len(o.only) == 0 }

// creators returns the part of a dashboard for creators; nil if launches are not open.
func (o *openLaunches) creators() *admin.Creators {
	if o == nil {
		return nil
	}
	return &admin.Creators{Allowed: o.only, Rules: o.shown}
}

// backend returns what does the work for creators on a chain; nil if launches are not open.
func (o *openLaunches) backend(b *deploy.Backend) admin.CreatorBackend {
	if o == nil {
		return nil
	}
	return deploy.NewCreators(b, o.rules)
}

// creatorsOf returns the creators of the launches that have one, by slug.
func creatorsOf(launches []mint.Launch) map[string]common.Address {
	all := map[string]common.Address{}
	for _, l := range launches {
		if l.Creator != (common.Address{}) {
			all[l.Slug] = l.Creator
		}
	}
	return all
}
