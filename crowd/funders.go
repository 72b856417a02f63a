package crowd

import (
	"cmp"
	"context"
	"slices"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
)

// Groups are payers with one funder: the same account sent them the money. They are not
// people: an exchange, a bridge or a contract funds many people from one account.
type Groups struct {
	Groups    int // of two or more addresses
	Addresses int // in these groups
	Largest   int // addresses in the largest group
	Alone     int // addresses that share their funder with no other
	NotKnown  int // addresses that were not looked up yet, or had no transfer in time
}

// GroupsOf groups addresses by their funder. The zero address is no funder.
func GroupsOf(funders map[common.Address]common.Address, addresses int) (g Groups) {
	sizes := map[common.Address]int{}
	for _, funder := range funders {
		if funder != (common.Address{}) {
			sizes[funder]++
		}
	}
	known := 0
	for _, n := range sizes {
		known += n
		if n == 1 {
			g.Alone++
			continue
		}
		g.Groups, g.Addresses, g.Largest = g.Groups+1, g.Addresses+n, max(g.Largest, n)
	}
	g.NotKnown = addresses - known
	return g
}

const (
	// funderWindow is in how many blocks before its first mint a payer's money is looked for. It
	// is a day on Base.
	funderWindow = 43_200
	// maxFunded is how many payers are looked up at once, and funderSpan how many blocks their
	// first mints may be apart.
	maxFunded, funderSpan = 50, 2000
)

// fund looks up the funders of some payers: the sender of the last transfer of the asset that
// a payer got before its first mint. It reads final blocks only.
func (f *Follower) fund(ctx context.Context, launches []mint.Launch, final mint.Block) (more bool, err error) {
	if !f.Funders {
		return false, nil
	}
	for _, l := range launches {
		known := f.funded[l.Slug]
		var minters []Minter
		newest := known
		err := f.Ledger.EachMinter(ctx, l.Slug, func(m Minter) error {
			if m.First > known && m.First <= final.Number {
				minters, newest = append(minters, m), max(newest, m.First)
			}
			return nil
		})
		if err != nil {
			return false, err
		}
		slices.SortFunc(minters, func(a, b Minter) int { return cmp.Compare(a.First, b.First) })
		for part := range slices.Chunk(minters, 500) {
			some, err := f.fundSome(ctx, l, part)
			if err != nil || some {
				return true, err
			}
		}
		f.funded[l.Slug] = newest
	}
	return false, nil
}

// fundSome looks up the first of some payers, in order of their first mints, that were not
// looked up yet. It reports whether there was one.
func (f *Follower) fundSome(ctx context.Context, l mint.Launch, minters []Minter) (bool, error) {
	accounts := make([]common.Address, len(minters))
	for i, m := range minters {
		accounts[i] = m.Payer
	}
	left, err := f.Index.NotFunded(ctx, accounts)
	if err != nil || len(left) == 0 {
		return false, err
	}
	first := map[common.Address]uint64{}
	for _, m := range minters {
		if slices.Contains(left, m.Payer) && len(first) < maxFunded && (len(first) == 0 || m.First <= first[left[0]]+funderSpan) {
			first[m.Payer] = m.First
		}
	}
	left = left[:len(first)] // both are in the order of first mints
	from := first[left[0]] - min(first[left[0]], funderWindow)
	found, err := f.chain.Received(ctx, l.Asset.Address, left, mint.Block{Number: from}, mint.Block{Number: first[left[len(left)-1]]})
	if err != nil {
		return false, err
	}
	funders := make(map[common.Address]common.Address, len(left))
	for _, a := range left {
		funders[a] = common.Address{}
	}
	for _, t := range found {
		if t.Block < first[t.To] && t.Value.Sign() > 0 && t.From != t.To && t.From != l.Token {
			funders[t.To] = t.From
		}
	}
	return true, f.Index.KeepFunders(ctx, funders)
}
