package mint_test

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
)

// conditionless is a chain that does not say how one launch stands.
type conditionless struct {
	mint.Chain
	slug string
}

func (m *conditionless) Conditions(ctx context.Context, l mint.Launch, at uint64) (mint.Conditions, error) {
	if l.Slug == m.slug {
		return mint.Conditions{}, errors.New("the call took too long")
	}
	return m.Chain.Conditions(ctx, l, at)
}

// two is a world with a second launch, both on sale.
func two(t *testing.T) (w *world, pong mint.Launch) {
	w = quietWorld(t, 10)
	pong = w.another()
	if err := w.store.SaveLaunch(context.Background(), pong); err != nil {
		t.Fatal(err)
	}
	w.blocks(2)
	if faults := w.engine.Faults(""); len(faults) > 0 {
		t.Fatal(faults)
	}
	return w, pong
}

// codes are those of a launch's faults.
func (w *world) codes(slug string) (codes []string) {
	for _, f := range w.engine.Faults(slug) {
		codes = append(codes, f.Code)
	}
	return codes
}

func TestALaunchWhoseConditionsCannotBeReadIsNotSoldAndTheOthersAre(t *testing.T) {
	w, pong := two(t)
	taken := w.signFor(pong, w.payer(5), 1, w.chain.now.Add(time.Hour), w.nonce())
	w.must(taken) // before the trouble
	w.link.Chain = &conditionless{w.chain, pong.Slug}
	w.blocks(1)
	if codes := w.codes(pong.Slug); len(codes) != 1 || codes[0] != "launch_unreadable" {
		t.Errorf("faults of the one that cannot be read: %v", codes)
	}
	var unavailable *mint.UnavailableError
	if _, err := w.engine.Offer(context.Background(), pong.Slug, 1); !errors.As(err, &unavailable) {
		t.Errorf("it is offered: %v", err)
	}
	if _, _, known := w.engine.Conditions(pong.Slug); !known {
		t.Error("its last conditions are forgotten")
	}
	other := w.sign(w.payer(1), 1, time.Hour)
	w.must(other)
	w.blocks(2)
	w.expect(other, mint.Mined)
	w.expect(taken, mint.Mined)

	w.link.Chain = w.chain
	w.step() // with no new block
	if codes := w.codes(pong.Slug); len(codes) > 0 {
		t.Errorf("readable again: %v", codes)
	}
}

func TestWhileNodesAreOnDifferentForksNothingIsSoldAndWhatWasTakenIsDelivered(t *testing.T) {
	w := quietWorld(t, 10)
	taken, late := w.sign(w.payer(5), 1, time.Hour), w.sign(w.payer(5), 1, time.Hour)
	w.must(taken)
	w.chain.disputed = "a: its block 7 differs from that of b"
	w.blocks(1)
	w.unsold("nodes_disagree")
	w.must(taken) // it has its order
	var unavailable *mint.UnavailableError
	if _, err := w.present(late); !errors.As(err, &unavailable) || !strings.Contains(err.Error(), w.chain.disputed) {
		t.Errorf("a new payment: %v", err)
	}
	w.blocks(2)
	w.expect(taken, mint.Mined)
	w.unsold("nodes_disagree")
	w.chain.disputed = ""
	w.step() // with no new block
	w.sold()
	w.must(late)
	w.blocks(2)
	w.expect(late, mint.Mined)
}

// lines are the messages of a log, each with its launch and reasons.
type lines struct {
	slog.Handler
	all []string
}

func (l *lines) Enabled(context.Context, slog.Level) bool { return true }

func (l *lines) Handle(_ context.Context, r slog.Record) error {
	line := r.Level.String() + " " + r.Message
	r.Attrs(func(a slog.Attr) bool {
		if a.Key == "launch" || a.Key == "reasons" {
			line += " " + a.Value.String()
		}
		return true
	})
	l.all = append(l.all, line)
	return nil
}

// sales are the lines about what is sold.
func (l *lines) sales() (about []string) {
	for _, line := range l.all {
		if strings.Contains(line, "selling") {
			about = append(about, line)
		}
	}
	l.all = nil
	return about
}

func TestTheLogSaysOnSaleOnlyOfALaunchThatCanBeBoughtFrom(t *testing.T) {
	for _, c := range []struct {
		says   string
		launch func(*mint.Launch)
		buy    int64
		off    bool
	}{
		{"on sale", func(*mint.Launch) {}, 1, false},
		{"not on sale: sold out", func(*mint.Launch) {}, 2, false},
		{"not on sale: not open", func(l *mint.Launch) { l.OpensAt = simGenesis.Add(time.Hour) }, 0, false},
		{"not on sale: closed", func(l *mint.Launch) { l.ClosesAt = simGenesis }, 0, false},
		{"not on sale: delisted", func(*mint.Launch) {}, 0, true},
	} {
		w := worldWith(t, rand.New(rand.NewPCG(1, 2)), 2, func(w *world) { c.launch(&w.launch) })
		if c.buy > 0 {
			w.must(w.sign(w.payer(c.buy), c.buy, time.Hour))
			w.blocks(2)
		}
		if _, err := w.store.SetDelisted(t.Context(), "ping", c.off); err != nil {
			t.Fatal(err)
		}
		log := &lines{}
		w.log = slog.New(log)
		w.crash()
		if said := "INFO " + c.says + " ping"; !slices.Contains(log.all, said) || c.says != "on sale" && slices.Contains(log.all, "INFO on sale ping") {
			t.Errorf("expected %q: %q", said, log.all)
		}
	}
}

func TestTheLogSaysOnceEachTimeThatALaunchStopsOrGoesOnSelling(t *testing.T) {
	w, pong := two(t)
	log := &lines{}
	w.engine.Log = slog.New(log)
	w.engine.Reassign()
	node := &conditionless{Chain: w.chain}
	w.link.Chain = node
	w.blocks(3)
	log.sales()
	node.slug = pong.Slug
	w.blocks(1)
	if said := log.sales(); len(said) > 0 {
		t.Errorf("said after one step: %q", said)
	}
	w.blocks(5)
	if said := log.sales(); !slices.Equal(said, []string{"WARN stopped selling pong launch_unreadable"}) {
		t.Errorf("when it stopped: %q", said)
	}
	node.slug = ""
	w.blocks(5)
	if said := log.sales(); !slices.Equal(said, []string{"INFO selling again pong"}) {
		t.Errorf("when it went on: %q", said)
	}
	for range 5 { // a fault that passes within a step
		node.slug = pong.Slug
		w.blocks(1)
		node.slug = ""
		w.blocks(1)
	}
	if said := log.sales(); len(said) > 0 {
		t.Errorf("it flickers: %q", said)
	}
	w.link.Chain = &headless{w.chain}
	w.blocks(5)
	if said := log.sales(); !slices.Equal(said, []string{"WARN stopped selling chain_unreachable"}) {
		t.Errorf("when all stopped: %q", said)
	}
}

func TestTheLogSaysAtOnceWhenALaunchIsPausedAndWhenItGoesOn(t *testing.T) {
	w, pong := two(t)
	log := &lines{}
	w.engine.Log = slog.New(log)
	w.engine.Reassign()
	node := &conditionless{Chain: w.chain}
	w.link.Chain = node
	pause := func(paused bool) {
		w.chain.submit(simTx{Kind: "pause", Token: pong.Token, Flag: paused})
		w.blocks(1)
	}
	expect := func(when string, lines ...string) {
		t.Helper()
		if said := log.sales(); !slices.Equal(said, lines) {
			t.Errorf("%s: %q", when, said)
		}
	}
	w.blocks(3)
	log.sales()
	for range 2 {
		pause(true)
		expect("paused", "WARN stopped selling pong launch_paused")
		w.blocks(3)
		expect("paused still")
		pause(false)
		expect("unpaused", "INFO selling again pong")
	}

	// While another fault comes and goes.
	node.slug = pong.Slug
	w.blocks(3)
	expect("unreadable", "WARN stopped selling pong launch_unreadable")
	node.slug = ""
	pause(true)
	expect("readable again, and paused", "WARN still not selling, for another reason pong launch_paused")
	node.slug = pong.Slug
	w.blocks(1)
	node.slug = ""
	w.blocks(1)
	expect("unreadable for one step")
	pause(false)
	expect("unpaused", "INFO selling again pong")
}

// headless is a chain that cannot be read.
type headless struct{ mint.Chain }

func (*headless) Head(context.Context) (latest, final mint.Block, err error) {
	return latest, final, errors.New("429 Too Many Requests")
}

func TestAStartAsksNoNodeAndNamesNoPriceBeforeTheChainIsRead(t *testing.T) {
	w := quietWorld(t, 10)
	known := w.sign(w.payer(5), 1, time.Hour)
	w.must(known)
	for range 5000 {
		w.chain.mine(nil)
	}
	node := &link{&headless{w.chain}}
	e := &mint.Engine{Store: w.store, Chain: node, ChainID: simChainID, Clock: w.clock, Senders: w.senders, Settings: mint.Settings{Stale: time.Hour}}
	if err := e.Open(context.Background()); err != nil {
		t.Fatal("a node that does not answer keeps the engine from opening: ", err)
	}
	codes := func() (all []string) {
		for _, f := range e.Faults("ping") {
			all = append(all, f.Code)
		}
		return all
	}
	if codes()[0] != "starting" {
		t.Errorf("once opened: %v", codes())
	}
	if err := e.Step(context.Background()); err == nil || !slices.Contains(codes(), "chain_unreachable") {
		t.Errorf("with no answer: %v, %v", err, codes())
	}
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	if o, err := e.Mint(gone, "ping", 1, &known.payment); err != nil || o.ID != known.id {
		t.Errorf("the known payment: %v", err)
	}
	node.Chain = w.chain
	for range 2 {
		w.chain.now = w.chain.now.Add(time.Second)
		if err := e.Step(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	if codes()[0] != "catching_up" || slices.Contains(codes(), "starting") {
		t.Fatalf("on the way: %v", codes())
	}
	if r := e.Health().Reading; !r.Behind() || r.PerSecond == 0 || r.Left == 0 || r.Target < 5000 {
		t.Errorf("how far and how fast: %+v", r)
	}
	var unavailable *mint.UnavailableError
	if _, err := e.Offer(gone, "ping", 1); !errors.As(err, &unavailable) {
		t.Errorf("a price on the way: %v", err)
	}
	if err := catchUp(e); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Offer(context.Background(), "ping", 1); err != nil || e.Health().Reading.Behind() {
		t.Errorf("in the end: %v", err)
	}
}

func TestAFinalBlockThatTheChainLacksIsNotCalledUnreachable(t *testing.T) {
	w := quietWorld(t, 10)
	w.blocks(20)
	w.link.Chain = &foreign{w.chain}
	w.step()
	if codes := w.codes(""); !slices.Contains(codes, "chain_differs") || slices.Contains(codes, "chain_unreachable") {
		t.Error(codes)
	}
}

// foreign is a chain of other blocks.
type foreign struct{ mint.Chain }

func (f *foreign) Head(ctx context.Context) (latest, final mint.Block, err error) {
	latest, final, err = f.Chain.Head(ctx)
	latest.Number, latest.Hash = latest.Number+1, common.Hash{1}
	return latest, final, err
}

func (f *foreign) Block(ctx context.Context, number uint64) (mint.Block, error) {
	b, err := f.Chain.Block(ctx, number)
	b.Hash[0] ^= 1
	return b, err
}
