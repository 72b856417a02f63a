package store_test

import (
	"math"
	"path/filepath"
	"testing"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/store"
)

func TestAViewStaysAsItIsWhileOthersWrite(t *testing.T) {
	path := filepath.Join(t.TempDir(), "orders.db")
	s := openAt(t, path)
	must(t, s.SaveLaunch(ctx, launch("ping", 100)))
	a, b := order("ping", 1, 1, 2), order("ping", 2, 1, 3)
	claim(t, s, a)
	advance(t, s, 0, block(1, "a"), block(0, "a"), event(mint.EventMinted, a, block(1, "a"), 0))
	reader := take[*store.Store](t)(store.OpenReader(path))
	defer reader.Close()
	must(t, reader.On(chainID).View(ctx, func(v *store.View) error {
		claim(t, s, b)
		advance(t, s, 1, block(2, "a"), block(0, "a"), event(mint.EventMinted, b, block(2, "a"), 0))
		orders, events := 0, 0
		must(t, v.EachOrder(ctx, "ping", func(o mint.Order, state mint.State) error {
			if orders++; o.ID != a.ID || state != mint.Mined || o.State() != mint.Mined {
				t.Errorf("order %+v, stored as %s", o, state)
			}
			return nil
		}))
		must(t, v.EachEvent(ctx, "ping", 0, math.MaxUint64, func(mint.Event) error { events++; return nil }))
		l := take[[]mint.Launch](t)(v.Launches(ctx))[0]
		cursor := take[[]mint.Block](t)(v.Cursor(ctx))
		if orders != 1 || events != 1 || l.Sold != 2 || l.Reserved != 0 || cursor[0].Number != 1 {
			t.Errorf("%d orders, %d events, sold %d, reserved %d, read to %d", orders, events, l.Sold, l.Reserved, cursor[0].Number)
		}
		return nil
	}))
	counts(t, s, "ping", 5, 0)
}
