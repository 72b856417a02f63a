package mint_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/store"
)

// fails is a chain whose node does not answer after so many calls for events.
type fails struct {
	mint.Chain
	after int
}

func (f *fails) Since(ctx context.Context, launches []mint.Launch, after, to mint.Block) ([]mint.Event, error) {
	if f.after--; f.after < 0 {
		return nil, errors.New("read events: timeout")
	}
	return f.Chain.Since(ctx, launches, after, to)
}

func TestALaunchThatIsAddedLateIsReadWholeOrNotAtAll(t *testing.T) {
	w, ctx := quietWorld(t, 100), context.Background()
	early := w.sign(w.payer(5), 1, time.Hour)
	w.strangers("direct", early)
	for range 2100 { // more than is read at once
		w.chain.mine(nil)
	}
	late := w.sign(w.payer(5), 2, time.Hour)
	w.strangers("direct", late)
	w.chain.mine(nil)

	s, err := store.Open(filepath.Join(t.TempDir(), "other.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	open := func(c mint.Chain) error {
		e := &mint.Engine{Store: s, Chain: c, ChainID: w.launch.ChainID, Clock: func() time.Time { return w.chain.now }, Senders: []common.Address{simSender}}
		return e.Open(ctx)
	}
	if err := open(w.chain); err != nil { // without the launch, up to the head
		t.Fatal(err)
	}
	if err := s.SaveLaunch(ctx, w.launch); err != nil {
		t.Fatal(err)
	}
	if err := open(&fails{w.chain, 1}); err == nil {
		t.Fatal("opened, and a part of the chain could not be read")
	}
	if err := open(w.chain); err != nil {
		t.Fatal(err)
	}
	for _, p := range []simPayment{early, late} {
		if o, err := s.Order(ctx, p.id); err != nil || o.State() != mint.Settled {
			t.Errorf("payment of %d: %s, %v", p.quantity, o.State(), err)
		}
	}
}
