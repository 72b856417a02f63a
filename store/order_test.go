package store_test

import (
	"context"
	"errors"
	"math/big"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/store"
)

func TestOrdersAreThoseThatMatchNewestFirst(t *testing.T) {
	s := sale(t, 100)
	must(t, s.SaveLaunch(ctx, launch("pong", 100)))
	var all []mint.PaymentID // oldest first
	for i, slug := range []string{"ping", "pong", "ping", "ping", "pong", "ping"} {
		all = append(all, claim(t, s, order(slug, i%2, i, 1)).ID)
	}
	must(t, s.Park(ctx, map[mint.PaymentID]string{all[0]: "x", all[4]: "x"}))
	must(t, s.Void(ctx, map[mint.PaymentID]string{all[5]: "x"}))
	even := address("payer", 0)
	pick := func(newest bool, numbers ...int) []mint.PaymentID {
		ids := []mint.PaymentID{}
		for _, n := range numbers {
			ids = append(ids, all[n])
		}
		if newest {
			slices.Reverse(ids)
		}
		return ids
	}
	for name, c := range map[string]struct {
		query mint.Query
		want  []int // oldest first
		some  int   // how many of them, if limited
	}{
		"all":             {mint.Query{}, []int{0, 1, 2, 3, 4, 5}, 0},
		"a launch":        {mint.Query{Launch: "ping"}, []int{0, 2, 3, 5}, 0},
		"a payer":         {mint.Query{Payer: &even}, []int{0, 2, 4}, 0},
		"a state":         {mint.Query{States: []mint.State{mint.Claimed}}, []int{1, 2, 3}, 0},
		"states":          {mint.Query{States: []mint.State{mint.Voided, mint.Parked, mint.Voided}}, []int{0, 4, 5}, 0},
		"everything":      {mint.Query{Launch: "ping", Payer: &even, States: []mint.State{mint.Claimed, mint.Parked}}, []int{0, 2}, 0},
		"payer in launch": {mint.Query{Launch: "pong", Payer: &even}, []int{4}, 0},
		"some":            {mint.Query{Limit: 2}, []int{0, 1, 2, 3, 4, 5}, 2},
		"some states":     {mint.Query{States: []mint.State{mint.Claimed, mint.Parked}, Limit: 3}, []int{0, 1, 2, 3, 4}, 3},
		"none":            {mint.Query{Launch: "pang"}, nil, 0},
	} {
		for _, oldest := range []bool{false, true} {
			c.query.Oldest = oldest
			want := pick(!oldest, c.want...)
			if c.some > 0 {
				want = want[:c.some]
			}
			got := []mint.PaymentID{}
			for _, o := range take[[]mint.Order](t)(s.Orders(ctx, c.query)) {
				if !equal(o, read(t, s, o.ID)) {
					t.Errorf("%s: %+v", name, o)
				}
				got = append(got, o.ID)
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("%s, oldest first %v:\n%v\nwant\n%v", name, oldest, got, want)
			}
			if paged := pages(t, s, c.query, 2); c.some == 0 && !slices.Equal(paged, want) {
				t.Errorf("%s, oldest first %v, in pages:\n%v\nwant\n%v", name, oldest, paged, want)
			}
			if n := take[int](t)(s.Count(ctx, c.query)); n != len(c.want) {
				t.Errorf("%s: counted %d, not %d", name, n, len(c.want))
			}
		}
	}
}

func TestAnOrderThatIsNotThereIsNotFound(t *testing.T) {
	s := sale(t, 100)
	if _, err := s.Order(ctx, mint.PaymentID(common.Hash{1})); !errors.Is(err, mint.ErrNotFound) {
		t.Error(err)
	}
}

// pages reads a query so many at a time.
func pages(t *testing.T, s *store.Store, q mint.Query, limit int) (ids []mint.PaymentID) {
	t.Helper()
	for q.Limit = limit; ; {
		page := take[[]mint.Order](t)(s.Orders(ctx, q))
		for _, o := range page {
			ids = append(ids, o.ID)
		}
		if len(page) < limit {
			return ids
		}
		q.After = page[len(page)-1].ID
	}
}

func TestOrdersWhoseWindowHasEndedAreFoundByTheirEnd(t *testing.T) {
	s := sale(t, 100)
	must(t, s.SaveLaunch(ctx, launch("pong", 100)))
	ending := func(slug string, n int, validBefore *big.Int) mint.PaymentID {
		o := order(slug, n%2, n, 1)
		o.Authorization.ValidBefore = validBefore
		return claim(t, s, o).ID
	}
	in := func(minutes int) *big.Int { return big.NewInt(noon.Add(time.Duration(minutes) * time.Minute).Unix()) }
	never := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 256), big.NewInt(1))
	late, early, twin, parked, other := ending("ping", 0, in(3)), ending("ping", 1, in(1)), ending("ping", 2, in(1)), ending("ping", 3, in(2)), ending("pong", 4, in(1))
	voided, flying, minted := ending("ping", 5, in(1)), ending("ping", 6, in(1)), ending("ping", 7, in(1))
	ending("ping", 8, never)
	must(t, s.Park(ctx, map[mint.PaymentID]string{parked: "no balance"}))
	must(t, s.Void(ctx, map[mint.PaymentID]string{voided: "expired"}))
	carry(t, s, transaction(mint.Batch, 0, read(t, s, flying)))
	b := block(1, "a")
	foreign := order("ping", 9, 9, 1)
	advance(t, s, 0, b, block(0, "a"), event(mint.EventMinted, read(t, s, minted), b, 0), event(mint.EventMinted, foreign, b, 1))
	both := []mint.State{mint.Claimed, mint.Parked}
	payer := read(t, s, twin).Payer
	for name, c := range map[string]struct {
		query mint.Query
		want  []mint.PaymentID
	}{
		"all that ended":      {mint.Query{Launch: "ping", States: both, EndsBy: noon.Add(9 * time.Minute)}, []mint.PaymentID{early, twin, parked, late}},
		"the second itself":   {mint.Query{Launch: "ping", States: both, EndsBy: noon.Add(2 * time.Minute)}, []mint.PaymentID{early, twin, parked}},
		"a second before":     {mint.Query{Launch: "ping", States: both, EndsBy: noon.Add(2*time.Minute - time.Second)}, []mint.PaymentID{early, twin}},
		"claimed only":        {mint.Query{Launch: "ping", States: both[:1], EndsBy: noon.Add(2 * time.Minute)}, []mint.PaymentID{early, twin}},
		"of any launch":       {mint.Query{States: both, EndsBy: noon.Add(time.Minute)}, []mint.PaymentID{early, twin, other}},
		"whatever the state":  {mint.Query{Launch: "ping", EndsBy: noon.Add(time.Minute)}, []mint.PaymentID{early, twin, flying}},
		"of a payer":          {mint.Query{Launch: "ping", Payer: &payer, EndsBy: noon.Add(9 * time.Minute)}, []mint.PaymentID{twin, flying, late}},
		"minting":             {mint.Query{Launch: "ping", States: []mint.State{mint.Minting}, EndsBy: noon.Add(9 * time.Minute)}, []mint.PaymentID{flying}},
		"in another state":    {mint.Query{Launch: "ping", States: []mint.State{mint.Voided, mint.Mined}, EndsBy: noon.Add(9 * time.Minute)}, nil},
		"long before it ends": {mint.Query{Launch: "ping", States: both, EndsBy: noon}, nil},
	} {
		for _, limit := range []int{1, 2, 9} {
			if got := pages(t, s, c.query, limit); !slices.Equal(got, c.want) {
				t.Errorf("%s, %d at a time:\n%v\nwant\n%v", name, limit, got, c.want)
			}
		}
		if n := take[int](t)(s.Count(ctx, c.query)); n != len(c.want) {
			t.Errorf("%s: counted %d", name, n)
		}
	}
	if got := take[[]mint.Order](t)(s.Orders(ctx, mint.Query{After: mint.PaymentID{1}})); len(got) != 0 {
		t.Errorf("after an order that is not there: %d", len(got))
	}
}

func TestAReadThatIsGivenUpIsAnError(t *testing.T) {
	s := openAt(t, filepath.Join(t.TempDir(), "orders.db"))
	gone, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := s.NextAccountNonce(gone, common.Address{1}); !errors.Is(err, context.Canceled) {
		t.Errorf("next account nonce: %v", err)
	}
	if _, err := s.Count(gone, mint.Query{Launch: "ping", Payer: &common.Address{1}}); !errors.Is(err, context.Canceled) {
		t.Errorf("count: %v", err)
	}
}

// Orders in a state are read launch by launch, and all orders of a payer state by state.
func TestAPageOfOrdersIsTheSameFromHoweverManyPartsItIsRead(t *testing.T) {
	s := sale(t, 1000)
	must(t, s.SaveLaunch(ctx, launch("pong", 1000)))
	var all []mint.Order // in order of arrival
	park := map[mint.PaymentID]string{}
	for n := range 60 {
		o := claim(t, s, order([]string{"ping", "pong"}[n/2%2], n%3, n, 1))
		if n%5 == 0 {
			park[o.ID] = "no balance"
		}
		all = append(all, o)
	}
	must(t, s.Park(ctx, park))
	is := func(o mint.Order, state mint.State) bool { return (park[o.ID] != "") == (state == mint.Parked) }
	payer := all[1].Payer
	for _, q := range []mint.Query{
		{States: []mint.State{mint.Claimed}}, {States: []mint.State{mint.Claimed, mint.Parked}}, {States: []mint.State{mint.Minted}},
		{Payer: &payer}, {Payer: &payer, Launch: "pong"}, {Payer: &payer, States: []mint.State{mint.Parked}},
	} {
		var want []mint.PaymentID
		for _, o := range all {
			if (q.Payer == nil || o.Payer == payer) && (q.Launch == "" || o.Launch == q.Launch) &&
				(len(q.States) == 0 || slices.ContainsFunc(q.States, func(state mint.State) bool { return state != mint.Minted && is(o, state) })) {
				want = append(want, o.ID)
			}
		}
		for _, q.Oldest = range []bool{true, false} {
			var got []mint.PaymentID
			for q.Limit, q.After = 7, (mint.PaymentID{}); ; {
				page := take[[]mint.Order](t)(s.Orders(ctx, q))
				for _, o := range page {
					got = append(got, o.ID)
				}
				if len(page) < q.Limit {
					break
				}
				q.After = page[len(page)-1].ID
			}
			if !q.Oldest {
				slices.Reverse(got)
			}
			if !slices.Equal(got, want) {
				t.Errorf("%+v: %d orders, want %d", q, len(got), len(want))
			}
			if n := take[int](t)(s.Count(ctx, q)); n != len(want) {
				t.Errorf("%+v: counted %d, want %d", q, n, len(want))
			}
		}
	}
}
