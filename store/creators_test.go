package store_test

import (
	"errors"
	"fmt"
	"math/big"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/store"
)

// made is a launch that a creator makes.
func made(slug string, creator byte) mint.Launch {
	l := launch(slug, 100)
	l.Creator = common.Address{creator}
	return l
}

func TestACreatorsLaunchIsHiddenUntilItIsShown(t *testing.T) {
	s := open(t)
	table := store.CreatorTable{Store: s}
	must(t, table.Save(ctx, made("aaa", 1), store.CreatorLimits{}, false))
	must(t, table.Save(ctx, made("bbb", 1), store.CreatorLimits{}, true))
	for slug, hidden := range map[string]bool{"aaa": true, "bbb": false} {
		if l := take[mint.Launch](t)(s.Launch(ctx, slug)); l.Hidden != hidden || l.Creator != (common.Address{1}) {
			t.Errorf("%s: hidden %t, creator %s", slug, l.Hidden, l.Creator)
		}
	}
	must(t, s.Arrange(ctx, func(a *mint.Arrangement) error { a.Hidden = nil; return nil }))
	must(t, s.SaveLaunch(ctx, launch("aaa", 100))) // as serve --token does
	if l := take[mint.Launch](t)(s.Launch(ctx, "aaa")); l.Hidden || l.Creator != (common.Address{1}) {
		t.Errorf("hidden %t, creator %s", l.Hidden, l.Creator)
	}
}

func TestACreatorMakesNoMoreLaunchesThanTheLimits(t *testing.T) {
	s := open(t)
	now := noon
	s.Now = func() time.Time { return now }
	table, limits := store.CreatorTable{Store: s}, store.CreatorLimits{PerWallet: 2, PerDay: 3}
	saves := func(slug string, creator byte, want error) {
		t.Helper()
		if err := table.Save(ctx, made(slug, creator), limits, false); !errors.Is(err, want) {
			t.Errorf("%s of %d: %v, want %v", slug, creator, err, want)
		}
	}
	must(t, s.SaveLaunch(ctx, launch("own", 100))) // the operator's do not count
	saves("aa", 1, nil)
	saves("ab", 1, nil)
	saves("ac", 1, store.ErrWalletLimit)
	saves("ab", 1, nil) // again
	saves("ba", 2, nil)
	saves("ca", 3, store.ErrDayLimit)
	saves("ab", 3, store.ErrRegistered)
	saves("own", 3, store.ErrRegistered)
	now = now.Add(24*time.Hour + time.Second)
	saves("ac", 1, store.ErrWalletLimit)
	saves("ca", 3, nil)
	must(t, table.Ban(ctx, common.Address{4}, true))
	must(t, table.Ban(ctx, common.Address{4}, true))
	saves("da", 4, store.ErrBanned)
	if banned := take[[]common.Address](t)(table.Banned(ctx)); len(banned) != 1 || banned[0] != (common.Address{4}) {
		t.Errorf("%v", banned)
	}
	must(t, table.Ban(ctx, common.Address{4}, false))
	saves("da", 4, nil)
	other := made("da", 5)
	other.Token = common.Address{9}
	if err := table.Save(ctx, other, store.CreatorLimits{}, false); !errors.Is(err, store.ErrSlug) {
		t.Errorf("a taken slug: %v", err)
	}
	if err := table.Save(ctx, launch("none", 1), store.CreatorLimits{}, false); err == nil {
		t.Error("a launch without a creator is one of a creator")
	}
}

func TestOfManyRegistrationsAtOnceNoMoreSucceedThanTheLimit(t *testing.T) {
	s := open(t)
	table := store.CreatorTable{Store: s}
	var wg sync.WaitGroup
	errs := make([]error, 20)
	for i := range errs {
		wg.Go(func() {
			errs[i] = table.Save(ctx, made(fmt.Sprintf("l%d", i), 1), store.CreatorLimits{PerWallet: 3}, false)
		})
	}
	wg.Wait()
	n := 0
	for _, err := range errs {
		switch {
		case err == nil:
			n++
		case !errors.Is(err, store.ErrWalletLimit):
			t.Error(err)
		}
	}
	if n != 3 {
		t.Errorf("%d launches", n)
	}
}

func TestTheGasOfCreatorsLaunchesIsCountedByLaunch(t *testing.T) {
	s := open(t)
	must(t, s.SaveLaunch(ctx, launch("ping", 100)))
	must(t, store.CreatorTable{Store: s}.Save(ctx, made("made", 1), store.CreatorLimits{}, false))
	b := block(6, "a")
	advance(t, s, 5, b, block(0, "a"))
	for n, slug := range []string{"ping", "made", "made"} {
		o := order(slug, n, n, 1)
		claim(t, s, o)
		id := carry(t, s, transaction(mint.Batch, uint64(n), o))
		receipt := landed(uint64(n), b)
		receipt.Cost = big.NewInt(int64(10 + n))
		must(t, s.Resolve(ctx, id, receipt))
	}
	spent := take[mint.Spending](t)(s.Spent(ctx, noon.Add(-time.Hour)))
	if spent.All.Int64() != 33 || len(spent.By) != 1 || spent.By["made"].Int64() != 23 {
		t.Errorf("%+v", spent)
	}
	if later := take[mint.Spending](t)(s.Spent(ctx, noon.Add(999*time.Hour))); len(later.By) != 0 {
		t.Errorf("%+v", later)
	}
}
