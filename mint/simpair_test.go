package mint_test

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/store"
)

// pair is two chains in one process: each has its own nodes and its own engine, and both have one
// database. Their senders, tokens, payers and block numbers are equal. The second is in trouble all
// the time, until it is mended.
type pair struct {
	plays    [2]*play
	rng      *rand.Rand // chooses who acts; the plays have numbers of their own
	store    *store.Store
	acting   *play // it has the process; the disk's faults are its faults
	nested   bool  // one acts within a call or after a step of the other
	trouble  trouble
	besides  int // turns within calls and steps of the other
	restarts int
}

// trouble is what the second chain has.
type trouble int

const (
	stops  trouble = iota // no node answers
	reorgs                // blocks are replaced all the time
	lags                  // nodes learn of no block
	dear                  // gas costs more than we pay
	dry                   // our keys have no coin
	mended                // none any more
)

func (t trouble) String() string {
	return [...]string{"stops", "reorgs", "lags", "dear", "dry", "mended"}[t]
}

// newPair prepares two histories in one database. steady: the process and the disk do not fail.
func newPair(seed uint64, steady bool, log *slog.Logger) (*pair, error) {
	a, err := prepare(seed, course{}, log)
	if err != nil {
		return nil, err
	}
	if log != nil {
		log = log.With("chain", "other")
	}
	b, err := prepare(seed+1<<32, course{beside: a}, log)
	if err == nil {
		b.audit, err = openAudit(b.path, simOtherChainID)
	}
	if err != nil {
		a.close()
		return nil, err
	}
	c := &pair{plays: [2]*play{a, b}, rng: rand.New(rand.NewPCG(seed, 8453)), trouble: trouble(seed % uint64(mended))}
	for _, p := range c.plays {
		p.pair, p.steady, p.due, p.registered = c, steady, p.launches, len(p.launches)
		p.net.meanwhile = func(verifying string) {
			p.meanwhile(verifying)
			c.beside(p)
		}
	}
	c.acting = a
	a.disk.write = func(query string) error { return c.acting.writes(query) }
	a.disk.commit = func() verdict { return c.acting.commits() }
	a.disk.read = func() error { return c.acting.reads() }
	return c, nil
}

func (c *pair) close() {
	c.plays[1].audit.close()
	c.plays[0].close()
}

// use gives the process to a play. The store has its time from there.
func (c *pair) use(p *play) {
	c.acting = p
	if c.store != nil {
		c.store.Now = p.clock
	}
}

// other returns the other play.
func (c *pair) other(p *play) *play {
	if p == c.plays[0] {
		return c.plays[1]
	}
	return c.plays[0]
}

// beside sometimes lets the other chain act while one is within a call or between steps. The
// second one acts also while the first comes to rest, but not the other way round. In a steady
// process only the second one does, so that the first one's turns are those that it has alone.
func (c *pair) beside(p *play) {
	if c == nil || c.nested || p.inside || p.disk.isDead() || c.rng.IntN(3) > 0 {
		return
	}
	o := c.other(p)
	if o.healthy || o.broken != nil || c.trouble == mended || o.steady && o == c.plays[0] {
		return
	}
	c.nested = true
	c.use(o)
	c.troubles()
	o.act()
	c.use(p)
	c.nested = false
	c.besides++
}

// troubles makes sure that the second chain is in trouble.
func (c *pair) troubles() {
	b := c.plays[1]
	forever := b.chain.now.Add(1000 * time.Hour)
	switch c.trouble {
	case stops:
		b.net.outage = forever
	case reorgs:
		b.chain.reorg(1+b.rng.IntN(int(b.chain.finality)-1), b.chance(30))
		b.net.block()
	case lags:
		for _, n := range b.net.nodes {
			n.stuck = forever
		}
	case dear:
		b.chain.baseFee = 50_000
	case dry:
		for _, s := range append(slices.Clone(b.senders), simMinter) {
			b.chain.head().state.dry[s] = true
		}
	}
}

// turn is one of a play.
func (c *pair) turn(p *play) {
	c.use(p)
	if p == c.plays[1] {
		c.troubles()
	}
	p.turn()
	for _, p := range c.plays {
		p.check()
	}
}

// restart starts the process again, with the engines that can start. The others start at their
// next step.
func (c *pair) restart() {
	was := c.acting
	defer func() { c.use(was) }()
	for attempt := 0; c.broken() == nil; attempt++ {
		if c.restarts++; c.restarts%4 == 0 {
			was.disk.forget()
		} else {
			was.disk.keep()
		}
		for _, p := range c.plays {
			c.use(p)
			p.turns.end() // of a dead process, each request and each write fails
			p.engine = nil
		}
		if c.store != nil {
			c.store.Close()
		}
		was.disk.mu.Lock()
		was.disk.dead = false
		was.disk.mu.Unlock()
		if attempt > 8 {
			was.heal()
		}
		c.use(was)
		err := c.open()
		if !was.disk.isDead() && err == nil {
			return
		}
		was.deaths++
		was.say("does not start", "err", err)
		if attempt > 20 {
			was.breaks("the process does not start again: %v", err)
		}
		was.net.block()
	}
}

func (c *pair) open() (err error) {
	if c.store, err = store.OpenDriver(c.acting.path, simDriver); err != nil {
		c.store = nil
		return err
	}
	for _, p := range c.plays {
		p.store = c.store.On(p.launch.ChainID)
	}
	for _, p := range c.plays {
		c.use(p)
		p.started()
	}
	return nil
}

// started reports whether there is an engine, and starts it if there is none.
func (p *play) started() bool {
	if p.engine != nil || p.store == nil {
		return p.engine != nil
	}
	if err := p.startEngine(); err != nil {
		p.say("the engine does not start", "err", err)
		p.engine = nil
	}
	return p.engine != nil
}

func (c *pair) broken() error {
	for _, p := range c.plays {
		if p.broken != nil {
			return fmt.Errorf("chain %d, while the second %s: %w", p.launch.ChainID, c.trouble, p.broken)
		}
	}
	return nil
}

// playPair plays a history of two chains. The first one comes to rest, and all that its payers are
// owed is done, while the second is still in trouble. The second one does so once it is mended.
func playPair(seed uint64, steady bool, log *slog.Logger) (c *pair, err error) {
	if c, err = newPair(seed, steady, log); err != nil {
		return nil, err
	}
	defer c.close()
	a, b := c.plays[0], c.plays[1]
	c.restart()
	for range 45 {
		for range c.rng.IntN(3) {
			c.turn(b)
		}
		c.turn(a)
		if err := c.broken(); err != nil {
			return c, err
		}
	}
	c.use(a)
	a.revive()
	a.steady, b.steady = true, true
	a.settle()
	if err := c.broken(); err != nil {
		return c, err
	}
	c.trouble = mended
	for _, s := range append(slices.Clone(b.senders), simMinter) {
		b.chain.head().state.dry[s] = false
	}
	c.use(b)
	b.settle()
	a.before = map[mint.PaymentID]row{}
	a.checkDatabase()
	a.checkEnd()
	if n, err := c.store.On(0).Count(context.Background(), mint.Query{}); err != nil || n != len(a.before)+len(b.before) {
		a.breaks("the database has %d orders, and the chains have %d and %d (%v)", n, len(a.before), len(b.before), err)
	}
	return c, c.broken()
}

// trace is all that happened on a chain and became of its orders.
func (p *play) trace() (all []string) {
	for _, b := range p.chain.blocks {
		all = append(all, fmt.Sprint(b.block.Number, " ", b.block.Hash))
		for _, tx := range b.txs {
			all = append(all, fmt.Sprintf("in block %d: %s %s", b.block.Number, tx.Kind, tx.hash()))
		}
	}
	for _, id := range slices.SortedFunc(maps.Keys(p.before), func(a, b mint.PaymentID) int { return a.Hash().Cmp(b.Hash()) }) {
		all = append(all, fmt.Sprintf("%+v", p.before[id]))
	}
	return all
}

// TestHistoriesOfTwoChains plays histories of two chains in one process and one database, while
// one of them stops, lags, replaces blocks or cannot be paid for: the promise holds on both.
func TestHistoriesOfTwoChains(t *testing.T) {
	var besides, restarts atomic.Int64
	var minted [2]atomic.Int64
	pairs(t, *seeds/3, func(n uint64, log *slog.Logger) error {
		c, err := playPair(n, n%3 == 0, log)
		if c != nil {
			besides.Add(int64(c.besides))
			restarts.Add(int64(c.restarts))
			for i, p := range c.plays {
				minted[i].Add(int64(len(p.chain.head().state.mints)))
			}
		}
		return err
	})
	t.Logf("%d turns within those of the other chain, %d starts, %d and %d mints", besides.Load(), restarts.Load(), minted[0].Load(), minted[1].Load())
	if *seed < 0 && !t.Failed() && (besides.Load() == 0 || minted[0].Load() == 0 || minted[1].Load() == 0) {
		t.Error("the histories are too tame")
	}
}

// TestAChainIsAsItWouldBeAloneWhateverAnotherDoes plays histories twice: with another chain that is
// in trouble, and without. Every transaction, every block and every order of the first is the same.
func TestAChainIsAsItWouldBeAloneWhateverAnotherDoes(t *testing.T) {
	pairs(t, *seeds/6, func(n uint64, log *slog.Logger) error {
		c, err := playPair(n, true, log)
		if err != nil {
			return err
		}
		alone, err := newPair(n, true, log)
		if err != nil {
			return err
		}
		defer alone.close()
		a := alone.plays[0]
		alone.trouble = mended // the second one never acts
		alone.restart()
		for range 45 {
			alone.turn(a)
		}
		a.settle()
		got, want := c.plays[0].trace(), a.trace()
		for i := range min(len(got), len(want)) {
			if got[i] != want[i] {
				return fmt.Errorf("while another chain %s: %s\nand alone: %s", trouble(n%uint64(mended)), got[i], want[i])
			}
		}
		if len(got) != len(want) {
			return fmt.Errorf("while another chain %s, %d lines, and alone %d", trouble(n%uint64(mended)), len(got), len(want))
		}
		return alone.broken()
	})
}

// pairs plays histories of pairs, or the one of -seed.
func pairs(t *testing.T, seeds int, play func(n uint64, log *slog.Logger) error) {
	if testing.Short() {
		seeds /= 5
	}
	if *seed >= 0 {
		var log *slog.Logger
		if testing.Verbose() {
			log = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{ReplaceAttr: untimed}))
		}
		if err := play(uint64(*seed), log); err != nil {
			t.Fatal(err)
		}
		return
	}
	inParallel(seeds, func(i int) bool {
		n := *first + i
		if err := play(uint64(n), nil); err != nil {
			t.Errorf("seed %d: %v\n\tgo test ./mint -run '%s$' -v -seed %d", n, err, t.Name(), n)
		}
		return !t.Failed()
	})
}
