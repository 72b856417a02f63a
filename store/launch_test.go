package store_test

import (
	"errors"
	"math/big"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/store"
)

func TestLaunchesAreReturnedAsRegisteredTheFirstFirst(t *testing.T) {
	s := open(t)
	zeta, alpha := launch("zeta", 10), launch("alpha", 20)
	alpha.OpensAt, alpha.ClosesAt = time.Time{}, noon
	alpha.Sold, alpha.Reserved = 3, 4 // the store counts for itself
	must(t, s.SaveLaunch(ctx, zeta))
	must(t, s.SaveLaunch(ctx, alpha))
	alpha.Sold, alpha.Reserved = 0, 0
	for _, l := range []*mint.Launch{&zeta, &alpha} { // nothing since the deployment
		l.Read, l.Twice = mint.Block{Number: 2}, 2
	}
	if got := take[[]mint.Launch](t)(s.Launches(ctx)); !reflect.DeepEqual(got, []mint.Launch{zeta, alpha}) {
		t.Errorf("launches\n%+v\nwant\n%+v", got, []mint.Launch{zeta, alpha})
	}
	if got := take[mint.Launch](t)(s.Launch(ctx, "alpha")); !reflect.DeepEqual(got, alpha) {
		t.Errorf("launch\n%+v\nwant\n%+v", got, alpha)
	}
	if _, err := s.Launch(ctx, "beta"); !errors.Is(err, mint.ErrNotFound) {
		t.Errorf("unknown: %v", err)
	}
}

func TestTheTermsOfALaunchAreFixed(t *testing.T) {
	s := sale(t, 10)
	claim(t, s, order("ping", 1, 1, 2))
	for name, change := range map[string]func(*mint.Launch){
		"slug":          func(l *mint.Launch) { l.Slug = "pong" },
		"asset":         func(l *mint.Launch) { l.Asset.Address = address("x") },
		"asset name":    func(l *mint.Launch) { l.Asset.Name = "USD Coin" },
		"asset version": func(l *mint.Launch) { l.Asset.Version = "1" },
		"decimals":      func(l *mint.Launch) { l.Asset.Decimals = 18 },
		"name":          func(l *mint.Launch) { l.Name = "Pong" },
		"symbol":        func(l *mint.Launch) { l.Symbol = "PONG" },
		"price":         func(l *mint.Launch) { l.Price = big.NewInt(2) },
		"allotment":     func(l *mint.Launch) { l.Allotment = big.NewInt(2) },
		"cap":           func(l *mint.Launch) { l.Cap = 11 },
		"limit":         func(l *mint.Launch) { l.Limit = 1 },
		"opens at":      func(l *mint.Launch) { l.OpensAt = noon },
		"closes at":     func(l *mint.Launch) { l.ClosesAt = noon.Add(time.Hour) },
		"treasury":      func(l *mint.Launch) { l.Treasury = address("x") },
		"chain":         func(l *mint.Launch) { l.ChainID = 1 },
		"token":         func(l *mint.Launch) { l.Token = address("x") },
	} {
		l := launch("ping", 10)
		change(&l)
		want := store.ErrTerms
		if name == "token" {
			want = store.ErrSlug
		}
		if name == "chain" {
			want = store.ErrOtherChain
		}
		if err := s.SaveLaunch(ctx, l); !errors.Is(err, want) {
			t.Errorf("another %s: %v", name, err)
		}
	}
	l := launch("ping", 10)
	l.Description, l.Image, l.ContractURI, l.Owner, l.Minter, l.DeployedAt = "d", "i", "c", address("o"), address("m"), 2
	must(t, s.SaveLaunch(ctx, l))
	l.Reserved, l.Read, l.Twice = 2, mint.Block{Number: 1}, 1
	if got := take[[]mint.Launch](t)(s.Launches(ctx)); !reflect.DeepEqual(got, []mint.Launch{l}) {
		t.Errorf("launches\n%+v\nwant\n%+v", got, l)
	}
}

func TestALaunchThatCannotBeSoldIsRefused(t *testing.T) {
	s := open(t)
	for name, spoil := range map[string]func(*mint.Launch){
		"no slug":              func(l *mint.Launch) { l.Slug = "" },
		"upper case":           func(l *mint.Launch) { l.Slug = "Ping" },
		"a slash":              func(l *mint.Launch) { l.Slug = "a/b" },
		"a leading dash":       func(l *mint.Launch) { l.Slug = "-a" },
		"a line end":           func(l *mint.Launch) { l.Slug = "ping\n" },
		"33 letters":           func(l *mint.Launch) { l.Slug = strings.Repeat("a", 33) },
		"no token":             func(l *mint.Launch) { l.Token = common.Address{} },
		"no asset":             func(l *mint.Launch) { l.Asset.Address = common.Address{} },
		"no price":             func(l *mint.Launch) { l.Price = nil },
		"a price of 0":         func(l *mint.Launch) { l.Price = new(big.Int) },
		"no allotment":         func(l *mint.Launch) { l.Allotment = nil },
		"a cap of 0":           func(l *mint.Launch) { l.Cap = 0 },
		"a limit of 0":         func(l *mint.Launch) { l.Limit = 0 },
		"a limit above cap":    func(l *mint.Launch) { l.Limit = l.Cap + 1 },
		"too dear to count":    func(l *mint.Launch) { l.Price = new(big.Int).Lsh(big.NewInt(1), 63) },
		"too much to count":    func(l *mint.Launch) { l.Price = new(big.Int).Lsh(big.NewInt(1), 60) },
		"an uncountable price": func(l *mint.Launch) { l.Price = new(big.Int).Lsh(big.NewInt(1), 200) },
	} {
		l := launch("ping", 10)
		spoil(&l)
		if err := s.SaveLaunch(ctx, l); err == nil {
			t.Errorf("%s: saved", name)
		}
	}
	for _, slug := range []string{"a", "0", "a-b-", strings.Repeat("a", 32)} {
		if err := s.SaveLaunch(ctx, launch(slug, 1)); err != nil {
			t.Error(err)
		}
	}
}

func TestAnArrangementStaysUntilItIsChanged(t *testing.T) {
	s := open(t)
	for _, slug := range []string{"a", "b", "c", "d"} {
		must(t, s.SaveLaunch(ctx, launch(slug, 10)))
	}
	want := mint.Arrangement{Default: "c", Front: "b", Order: []string{"d", "b"}, Hidden: []string{"d", "c"}, Delisted: []string{"a"}}
	must(t, s.Arrange(ctx, func(a *mint.Arrangement) error {
		if !reflect.DeepEqual(*a, mint.Arrangement{}) {
			t.Errorf("at first %+v", a)
		}
		*a = want
		return nil
	}))
	must(t, s.SaveLaunch(ctx, launch("c", 10))) // as a start registers it
	stays := func(s *store.Store) {
		t.Helper()
		launches := take[[]mint.Launch](t)(s.Launches(ctx))
		var slugs []string
		for _, l := range launches {
			slugs = append(slugs, l.Slug)
		}
		if got := strings.Join(slugs, ""); got != "dbac" {
			t.Errorf("the order is %s", got)
		}
		if got := mint.ArrangementOf(launches); !reflect.DeepEqual(got, want) {
			t.Errorf("%+v, want %+v", got, want)
		}
		if l := take[mint.Launch](t)(s.Launch(ctx, "c")); !l.Default || !l.Hidden || l.Front || l.Delisted {
			t.Errorf("%+v", l)
		}
		shown := mint.Shown(launches)
		if len(shown) != 1 || shown[0].Slug != "b" {
			t.Errorf("shown: %+v", shown)
		}
	}
	stays(s)
	refused := errors.New("no")
	for _, c := range []struct {
		edit func(*mint.Arrangement) error
		want error
	}{
		{func(a *mint.Arrangement) error { a.Hidden = nil; return refused }, refused},
		{func(a *mint.Arrangement) error { a.Default = "x"; return nil }, mint.ErrNotFound},
		{func(a *mint.Arrangement) error { a.Front = "x"; return nil }, mint.ErrNotFound},
		{func(a *mint.Arrangement) error { a.Order = []string{"a", ""}; return nil }, mint.ErrNotFound},
		{func(a *mint.Arrangement) error { a.Hidden = []string{"x"}; return nil }, mint.ErrNotFound},
		{func(a *mint.Arrangement) error { a.Delisted = []string{"x"}; return nil }, mint.ErrNotFound},
		{func(a *mint.Arrangement) error { a.Order = []string{"a", "b", "a"}; return nil }, store.ErrRepeated},
	} {
		if err := s.Arrange(ctx, c.edit); !errors.Is(err, c.want) {
			t.Errorf("%v, want %v", err, c.want)
		}
		stays(s)
	}
	must(t, s.Arrange(ctx, func(a *mint.Arrangement) error { *a = mint.Arrangement{}; return nil }))
	launches := take[[]mint.Launch](t)(s.Launches(ctx))
	if got := mint.ArrangementOf(launches); !reflect.DeepEqual(got, mint.Arrangement{}) || launches[0].Slug != "a" {
		t.Errorf("%+v remains", got)
	}
}
