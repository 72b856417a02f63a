package mint_test

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/store"
)

// unlike is a node whose launches are others than were registered, or that does not say.
type unlike struct {
	*simChain
	reason string
	err    error
}

func (c *unlike) Differs(context.Context, mint.Launch) (string, error) { return c.reason, c.err }

func TestALaunchThatDiffersStaysOneWhileNoNodeAnswers(t *testing.T) {
	w := newWorld(t, rand.New(rand.NewPCG(1, 1)), 10)
	p := w.sign(w.payer(1), 1, time.Hour)
	w.must(p)
	node := &unlike{simChain: w.chain, reason: "its treasury is another"}
	w.node = node
	w.crash()
	w.unsold("launch_differs")
	w.expect(p, mint.Claimed)
	node.reason, node.err = "", errNode
	w.step()
	w.unsold("launch_differs")
	w.expect(p, mint.Claimed)
	node.err = nil
	w.step()
	w.sold()
	w.blocks(2)
	w.minted(p)
}

// TestAnAccountHasOneCallInFlightWhateverCannotBeRead has each read of the database fail in turn, in
// the first step after a start, at which a call for one of two settled payments of an account is in flight.
func TestAnAccountHasOneCallInFlightWhateverCannotBeRead(t *testing.T) {
	w := newWorld(t, rand.New(rand.NewPCG(1, 1)), 10)
	key := w.payer(2)
	first, second := w.sign(key, 1, time.Hour), w.sign(key, 1, time.Hour)
	w.strangers("direct", first)
	w.strangers("direct", second)
	w.chain.mine(nil)
	w.step()
	calls := func() (n int) {
		txs, err := w.store.InFlight(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		for _, tx := range txs {
			if tx.Kind == mint.SettledMint {
				n++
			}
		}
		return n
	}
	if n := calls(); n != 1 {
		t.Fatalf("%d calls are in flight", n)
	}
	for failing, failed := 1, true; failed; failing++ {
		if err := w.store.Close(); err != nil {
			t.Fatal(err)
		}
		s, err := store.OpenDriver(w.path, simDriver)
		if err != nil {
			t.Fatal(err)
		}
		s.Now = w.clock
		w.store = s.On(w.launch.ChainID)
		if err := w.startEngine(); err != nil {
			t.Fatal(err)
		}
		reads := 0
		w.disk.read = func() error {
			if reads++; reads == failing {
				return errDisk
			}
			return nil
		}
		w.step()
		w.disk.read = nil
		failed = reads >= failing
		if n := calls(); n != 1 {
			t.Fatalf("read %d failed: %d calls are in flight", failing, n)
		}
	}
	w.blocks(6)
	w.minted(first)
	w.minted(second)
}

// TestAnAccountHasNoMoreInFlightThanItMayWhateverCannotBeRead has three reads of the database in a row fail,
// anywhere in a step that signs a waiting transaction again.
func TestAnAccountHasNoMoreInFlightThanItMayWhateverCannotBeRead(t *testing.T) {
	for failing, failed := 1, true; failed; failing++ {
		w := newWorld(t, rand.New(rand.NewPCG(1, 1)), 10)
		w.engine.InFlight = 1
		w.chain.sendDrops = func() bool { return true }
		for range 5 {
			w.must(w.sign(w.payer(1), 1, time.Hour))
		}
		w.step()
		for range 4 {
			w.chain.mine(nil)
		}
		reads := 0
		w.disk.read = func() error {
			if reads++; reads >= failing && reads < failing+3 {
				return errDisk
			}
			return nil
		}
		w.step()
		w.disk.read = nil
		failed = reads >= failing
		txs, err := w.store.InFlight(context.Background())
		if err != nil || len(txs) != 1 {
			t.Fatalf("reads from %d on failed: %d transactions are in flight, %v", failing, len(txs), err)
		}
	}
}
