package crowd

import (
	"cmp"
	"context"
	"slices"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
)

// look looks at accounts of payers without a look, those of the newest mints first: the sooner
// after a mint, the more a look shows.
func (f *Follower) look(ctx context.Context, launches []mint.Launch, head mint.Block) (more bool, err error) {
	for _, l := range launches {
		known := f.looked[l.Slug]
		if known.sold == l.Sold {
			continue
		}
		var minters []Minter
		newest := known.block
		err := f.Ledger.EachMinter(ctx, l.Slug, func(m Minter) error {
			if m.First > known.block {
				minters = append(minters, m)
			}
			newest = max(newest, m.First)
			return nil
		})
		if err != nil {
			return false, err
		}
		slices.SortFunc(minters, func(a, b Minter) int { return cmp.Compare(b.First, a.First) })
		for part := range slices.Chunk(minters, 500) {
			some, err := f.lookAt(ctx, part, head)
			if err != nil || some {
				return true, err
			}
		}
		f.looked[l.Slug] = looked{newest, l.Sold}
	}
	return false, nil
}

// lookAt looks at the first of some payers without a look. It reports whether there was one.
func (f *Follower) lookAt(ctx context.Context, minters []Minter, head mint.Block) (bool, error) {
	first, accounts := map[common.Address]uint64{}, make([]common.Address, len(minters))
	for i, m := range minters {
		first[m.Payer], accounts[i] = m.First, m.Payer
	}
	left, err := f.Index.NotLooked(ctx, accounts)
	if err != nil || len(left) == 0 {
		return false, err
	}
	left = left[:min(len(left), maxLooks)]
	untouched, err := f.chain.Untouched(ctx, left)
	if err != nil {
		return false, err
	}
	looks := make(map[common.Address]Freshness, len(left))
	for i, a := range left {
		switch {
		case untouched[i]:
			looks[a] = Fresh
		case head.Number > first[a]+lateLook:
			looks[a] = Late
		default:
			looks[a] = Used
		}
	}
	return true, f.Index.KeepLooks(ctx, looks)
}
