package store_test

import (
	"errors"
	"reflect"
	"slices"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
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
