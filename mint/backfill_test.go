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

// countedSince notes from which blocks events are read.
type countedSince struct {
	mint.Chain
	from []uint64
}

func (c *countedSince) Since(ctx context.Context, launches []mint.Launch, after, to mint.Block) ([]mint.Event, error) {
	c.from = append(c.from, after.Number)
	return c.Chain.Since(ctx, launches, after, to)
}

func TestWhatWasReadOfALaunchsPastIsNeverReadAgain(t *testing.T) {
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
		e := &mint.Engine{Store: s.On(w.launch.ChainID), Chain: c, ChainID: w.launch.ChainID, Clock: func() time.Time { return w.chain.now }, Senders: []common.Address{simSender}}
		if err := e.Open(ctx); err != nil {
			return err
		}
		return catchUp(e)
	}
	if err := open(w.chain); err != nil { // without the launch, up to the head
		t.Fatal(err)
	}
	if err := s.SaveLaunch(ctx, w.launch); err != nil {
		t.Fatal(err)
	}
	if err := open(&fails{w.chain, 1}); err == nil { // as far as it could be read
		t.Fatal("on sale, and a part of the chain could not be read")
	}
	if l, err := s.Launch(ctx, w.launch.Slug); err != nil || l.Read.Number != 2000 {
		t.Fatalf("read up to block %d, %v", l.Read.Number, err)
	}
	counted := &countedSince{Chain: w.chain}
	if err := open(counted); err != nil {
		t.Fatal(err)
	}
	if counted.from[0] < 2000 || len(counted.from) != 1 {
		t.Errorf("read again from block %d", counted.from)
	}
	for _, p := range []simPayment{early, late} {
		if o, err := s.Order(ctx, p.id); err != nil || o.State() != mint.Settled {
			t.Errorf("payment of %d: %s, %v", p.quantity, o.State(), err)
		}
	}
}

func TestALaunchRegisteredWhileRunningIsSoldOnceAllThatHappenedToItIsKnown(t *testing.T) {
	w, ctx := quietWorld(t, 100), context.Background()
	late := w.another()
	past := func(quantity int64) simPayment {
		p := w.signFor(late, w.payer(5), quantity, w.chain.now.Add(time.Hour), w.nonce())
		w.chain.submit(simTx{Kind: "direct", Token: late.Token, Auths: bare(p).Auths, Quantities: bare(p).Quantities})
		return p
	}
	early := past(1)
	for range 2100 { // more than is read at once
		w.chain.mine(nil)
	}
	for range 3 {
		w.step()
	}
	later := past(2)
	w.blocks(1) // read by the engine, which does not know the launch
	if err := w.store.SaveLaunch(ctx, late); err != nil {
		t.Fatal(err)
	}
	mine := w.signFor(late, w.payer(5), 1, w.chain.now.Add(time.Hour), w.nonce())
	refused := func(when string) {
		t.Helper()
		var unavailable *mint.UnavailableError
		if _, err := w.present(mine); !errors.As(err, &unavailable) || unavailable.Faults[0].Code != "catching_up" {
			t.Fatalf("%s: got %v, want to be told that it is being read", when, err)
		}
	}
	refused("before a step")
	w.link.Chain = &fails{w.chain, 1}
	w.step()
	refused("with a part of it read")
	w.link.Chain = w.chain
	if faults := w.engine.Faults(w.launch.Slug); len(faults) > 0 {
		t.Fatalf("the other launch is held up: %v", faults)
	}
	w.chain.reorg(1, false) // takes the newest payment away, and brings it back
	w.blocks(2)
	for _, p := range []simPayment{early, later} {
		if o, err := w.store.Order(ctx, p.id); err != nil || !o.Settlement.Seen() {
			t.Errorf("payment of %d before it was registered: %v", p.quantity, err)
		}
	}
	w.must(mine)
	w.blocks(2)
	w.expect(mine, mint.Mined)
	if l, err := w.store.Launch(ctx, late.Slug); err != nil || l.Sold != 4 {
		t.Errorf("%d sold, want 4; %v", l.Sold, err)
	}
}

func TestACrashWhileALaunchsPastIsReadLosesNoneOfIt(t *testing.T) {
	w, ctx := quietWorld(t, 100), context.Background()
	late := w.another()
	paid := func() simPayment {
		p := w.signFor(late, w.payer(5), 1, w.chain.now.Add(time.Hour), w.nonce())
		w.chain.submit(simTx{Kind: "direct", Token: late.Token, Auths: bare(p).Auths, Quantities: bare(p).Quantities})
		return p
	}
	early := paid()
	for range 8400 { // more than one step reads
		w.chain.mine(nil)
	}
	middle := paid()
	w.chain.mine(nil)
	for range 6 {
		w.step()
	}
	w.node = &unrepaired{w.chain} // what is lost now stays lost
	w.link.Chain = w.node
	if err := w.store.SaveLaunch(ctx, late); err != nil {
		t.Fatal(err)
	}
	w.step()
	newest := paid()
	w.blocks(1)
	w.crash()
	for what, p := range map[string]simPayment{"the first": early, "a later": middle, "the newest": newest} {
		if o, err := w.store.Order(ctx, p.id); err != nil || !o.Settlement.Seen() {
			t.Errorf("%s payment is not seen: %v", what, err)
		}
	}
}

// unrepaired is a node that shows events once, and never again.
type unrepaired struct{ *simChain }

func (*unrepaired) Reread(context.Context, []mint.Launch, mint.Block, mint.Block, int) ([]mint.Event, error) {
	return nil, errors.New("read receipts: pruned")
}

func TestANewLaunchThatCannotBeReadHoldsUpNoOther(t *testing.T) {
	w := quietWorld(t, 10)
	late := w.another()
	third := late
	third.Slug, third.Token = "pung", common.Address{0x99}
	w.chain.launches = append(w.chain.launches, third)
	for _, b := range w.chain.blocks {
		b.state.sales[third.Token] = simSale{minter: simMinter}
	}
	w.blocks(3)
	w.link.Chain = &unread{w.chain, late.Slug}
	for _, l := range []mint.Launch{late, third} {
		if err := w.store.SaveLaunch(context.Background(), l); err != nil {
			t.Fatal(err)
		}
	}
	p := w.sign(w.payer(1), 1, time.Hour)
	w.must(p)
	w.blocks(2)
	w.expect(p, mint.Mined)
	if faults := w.engine.Faults(late.Slug); len(faults) != 1 || faults[0].Code != "catching_up" {
		t.Fatalf("faults of the one that cannot be read: %v", faults)
	}
	if faults := w.engine.Faults(third.Slug); len(faults) > 0 {
		t.Fatalf("faults of the one that is read after it: %v", faults)
	}
	w.link.Chain = w.chain
	w.blocks(1)
	if faults := w.engine.Faults(late.Slug); len(faults) > 0 {
		t.Fatal(faults)
	}
}

// unread is a chain that does not say what happened to one launch, nor how it stands.
type unread struct {
	mint.Chain
	slug string
}

func (u *unread) Since(ctx context.Context, launches []mint.Launch, after, to mint.Block) ([]mint.Event, error) {
	for _, l := range launches {
		if l.Slug == u.slug {
			return nil, errors.New("read events: timeout")
		}
	}
	return u.Chain.Since(ctx, launches, after, to)
}

func (u *unread) Conditions(ctx context.Context, l mint.Launch, block uint64) (mint.Conditions, error) {
	if l.Slug == u.slug {
		return mint.Conditions{}, errors.New("read conditions: no code")
	}
	return u.Chain.Conditions(ctx, l, block)
}

// stateReads counts how often the state at a block is read.
type stateReads struct {
	*simChain
	asked int
}

func (a *stateReads) Conditions(ctx context.Context, l mint.Launch, block uint64) (mint.Conditions, error) {
	if block > 0 {
		a.asked++
	}
	return a.simChain.Conditions(ctx, l, block)
}

func TestTheBooksAreCheckedOnceAHead(t *testing.T) {
	w := quietWorld(t, 10)
	c := &stateReads{simChain: w.chain}
	w.link.Chain = c
	w.blocks(2)
	before := c.asked
	for range 5 {
		w.step()
	}
	if c.asked != before || before == 0 {
		t.Errorf("asked %d times, and %d times more for the same head", before, c.asked-before)
	}
}
