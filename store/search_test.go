package store_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/mint402/mint402/mint"
)

func TestOrdersAreFoundByWhatTheirIdPayerOrTransactionBeginsWith(t *testing.T) {
	s := sale(t, 100)
	var all []mint.Order
	for i := range 6 {
		all = append(all, claim(t, s, order("ping", i, i, 1)))
	}
	carry(t, s, transaction(mint.Batch, 1, all[1], all[2]))
	b := block(1, "a")
	mined := event(mint.EventMinted, all[3], b, 0) // by a stranger's transaction
	advance(t, s, 0, b, block(0, "a"), mined)
	hash := attempt(1, 0).Hash.Hex()[2:]
	for name, c := range map[string]struct {
		match string
		want  []int
	}{
		"a whole id":                 {all[0].ID.String()[2:], []int{0}},
		"the beginning of an id":     {all[4].ID.String()[2:11], []int{4}},
		"an odd number of digits":    {all[4].ID.String()[2:12], []int{4}},
		"a payer":                    {strings.ToLower(all[5].Payer.Hex()[2:]), []int{5}},
		"what a payer begins with":   {strings.ToLower(all[5].Payer.Hex()[2:13]), []int{5}},
		"our transaction":            {hash, []int{1, 2}},
		"what our own begins with":   {hash[:13], []int{1, 2}},
		"a stranger's transaction":   {mined.At.Tx.Hex()[2:], []int{3}},
		"nothing of the kind":        {strings.Repeat("0", 64), nil},
		"what is no number":          {"' OR 1=1 --", nil},
		"more digits than there are": {all[0].ID.String()[2:] + "00", nil},
	} {
		for _, q := range []mint.Query{{Match: c.match}, {Match: c.match, Launch: "ping"}, {Match: c.match, Launch: "ping", Oldest: true, States: mint.States}} {
			got := map[mint.PaymentID]bool{}
			for _, o := range take[[]mint.Order](t)(s.Orders(ctx, q)) {
				got[o.ID] = true
			}
			for _, i := range c.want {
				if !got[all[i].ID] {
					t.Errorf("%s: order %d is not found", name, i)
				}
			}
			if n := take[int](t)(s.Count(ctx, q)); n != len(c.want) || len(got) != n {
				t.Errorf("%s: counted %d, found %d, want %d", name, n, len(got), len(c.want))
			}
		}
	}
	if n := take[int](t)(s.Count(ctx, mint.Query{Match: hash, States: []mint.State{mint.Mined}})); n != 0 {
		t.Errorf("%d mined orders of a transaction that is in flight", n)
	}
	if n := take[int](t)(s.Count(ctx, mint.Query{Match: hash, Payer: &all[1].Payer})); n != 1 {
		t.Errorf("%d orders of one of its payers", n)
	}
}

func TestMoneyIsUnaccountedUntilItIsMintedOrRefunded(t *testing.T) {
	s := sale(t, 100)
	var events []mint.Event
	b := block(1, "a")
	for i, kind := range []mint.EventKind{mint.EventSettled, mint.EventReceived, mint.EventSettled, mint.EventReceived, mint.EventMinted} {
		events = append(events, event(kind, order("ping", i, i, 1), b, uint(i)))
	}
	advance(t, s, 0, b, block(0, "a"), events...)
	compare := func(want ...int) {
		t.Helper()
		got := take[[]mint.Event](t)(s.Unaccounted(ctx, "ping"))
		all := []mint.Event{}
		if err := s.EachEvent(ctx, "ping", 0, 100, func(e mint.Event) error { all = append(all, e); return nil }); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, mint.Unaccounted(all)) || len(got) != len(want) {
			t.Fatalf("got %d, want %v", len(got), want)
		}
		for i, n := range want {
			if got[i].ID != events[n].ID || got[i].Kind != events[n].Kind {
				t.Errorf("%d. is %s, want that of %d", i, got[i].ID, n)
			}
		}
	}
	compare(0, 1, 2, 3)
	next := block(2, "a")
	advance(t, s, 1, next, block(0, "a"), event(mint.EventMinted, order("ping", 0, 0, 1), next, 0), event(mint.EventRefunded, order("ping", 3, 3, 1), next, 1))
	compare(1, 2)
	advance(t, s, 1, block(2, "b"), block(0, "a")) // a reorg
	compare(0, 1, 2, 3)
}
