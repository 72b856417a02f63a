//go:build linux

package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"syscall"
	"time"
)

// mostBlocks is the p99 of blocks that a sustained rate may need, until the mint and until
// the answer.
const mostBlocks = 3

// step is the result of a rate that was offered for some time.
type step struct {
	offered float64
	whole   bool    // all were minted and answered 200, both within mostBlocks
	rate    float64 // mints a second, to the last answer
	blocks  float64 // p99, until the mint
	answer  float64 // p99, blocks until the answer
	seconds float64 // p99
	perMint float64 // the server's processor time in microseconds
	core    float64 // percent of its core that the server used
	sends   float64 // transactions for 100 mints
	other   string  // who used the other core
}

func (s step) String() string {
	verdict := "too much"
	if s.whole {
		verdict = "served whole"
	}
	return fmt.Sprintf("%.0f a second offered: %s; %.0f mints/s, p99 %.0f blocks (answered after %.0f, %.1f s); %.0f µs of the server's core a mint (%.0f %%), %.1f transactions for 100; other core: %s",
		s.offered, verdict, s.rate, s.blocks, s.answer, s.seconds, s.perMint, s.core, s.sends, s.other)
}

// offer presents payments at a rate, and reads the result from the chain.
func (b *bench) offer(s *stand, rate float64, lasting time.Duration) (step, error) {
	n := s.node
	payments, err := b.pay(n, s.contender, int(rate*lasting.Seconds()))
	if err != nil {
		return step{}, err
	}
	since, err := n.BlockNumber(b.ctx)
	if err != nil {
		return step{}, fmt.Errorf("read head: %w", err)
	}
	server, node, self, calls := s.process.cpu(), n.process.cpu(), ownCPU(), s.calls()
	o := present(s.contender, payments, rate, lasting+b.patience)
	if o.sample == nil {
		return step{}, fmt.Errorf("%s: %w\n%s", ours, o.trouble, s.process.said())
	}
	server, node, self = s.process.cpu()-server, n.process.cpu()-node, ownCPU()-self
	calls = s.calls() - calls
	d, err := n.became(b.ctx, s.token, payments, since)
	if err != nil {
		return step{}, err
	}
	took := o.sample.elapsed.Seconds()
	r := step{offered: rate, rate: float64(len(d.in)) / took, blocks: percentile(o.blocks(n, d), 99), answer: percentile(o.answered(n), 99), seconds: percentile(o.sample.took, 99),
		perMint: float64(server.Microseconds()) / float64(max(1, len(d.in))), core: 100 * server.Seconds() / took,
		sends: 100 * float64(d.transactions) / float64(max(1, len(d.in))),
		other: fmt.Sprintf("node %.0f %%, generator %.0f %%", 100*node.Seconds()/took, 100*self.Seconds()/took)}
	r.whole = len(d.in) == len(payments) && o.sample.good == len(payments) && max(r.blocks, r.answer) <= mostBlocks
	if calls > 0 {
		r.other += fmt.Sprintf("; %.1f calls to the node a second", float64(calls)/took)
	}
	if o.trouble != nil || len(o.sample.others) > 0 || len(d.in) < len(payments) {
		r.other += fmt.Sprintf("; %d of %d minted, %d answered 200, others %v, %v", len(d.in), len(payments), o.sample.good, o.sample.others, o.trouble)
	}
	return r, nil
}

// ownCPU returns the processor time that this program has used.
func ownCPU() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// climb finds the highest of rates that try serves whole. It begins at the rate with
// the index from, and goes up until one fails, or down until one passes. It returns -1
// if none passes.
func climb(rates []float64, from int, try func(float64) (bool, error)) (int, error) {
	passed, failed := -1, len(rates)
	for at := min(max(from, 0), len(rates)-1); failed-passed > 1; {
		whole, err := try(rates[at])
		if err != nil {
			return passed, err
		}
		if whole {
			passed = at
			at++
		} else {
			failed = at
			at--
		}
	}
	return passed, nil
}

// distant measures the highest rate that mint402 serves whole, for each distance of
// the node and each time between blocks.
func (b *bench) distant(int) error {
	for _, every := range b.blockTimes {
		for _, delay := range b.delays {
			row := distantRow(delay, every)
			if err := b.highest(row, every, delay, b.openDistant); err != nil {
				return fmt.Errorf("%s: %w", row, err)
			}
		}
	}
	return nil
}

func distantRow(delay, every time.Duration) string {
	return fmt.Sprintf("node takes %s, a block every %s", delay, every)
}

// stand is a shop with the node on which its payments are measured.
type stand struct {
	*shop
	node    *node
	proxy   *distance // may be nil
	closers []func()
}

// calls returns the number of HTTP requests to the node so far; 0 without a proxy.
func (s *stand) calls() int64 {
	if s.proxy == nil {
		return 0
	}
	return s.proxy.calls.Load()
}

func (s *stand) close() {
	for i := len(s.closers) - 1; i >= 0; i-- {
		s.closers[i]()
	}
}

// distance puts a proxy before a node, and returns its URL.
func (s *stand) distance(ctx context.Context, to string, delay time.Duration) (string, error) {
	proxy, err := startDistance(ctx, to, delay)
	if err != nil {
		return "", err
	}
	s.proxy = proxy
	s.closers = append(s.closers, proxy.close)
	return proxy.url, nil
}

// openDistant opens a shop with a node at a distance.
func (b *bench) openDistant(n *node, how serving, delay time.Duration) (*stand, error) {
	st := &stand{node: n}
	if delay > 0 {
		how.via = func(*shop) (string, error) { return st.distance(b.ctx, n.url, delay) }
	}
	return openAt(b, st, n, how)
}

// openAt opens a stand's shop. Without it, it closes the stand.
func openAt(b *bench, st *stand, n *node, how serving) (*stand, error) {
	s, err := b.openShop(n, how)
	if err != nil {
		st.close()
		return nil, err
	}
	st.shop = s
	st.closers = append(st.closers, func() { s.process.stop(0) })
	return st, nil
}

// highest records the highest rate that is served whole. After a step that was too much,
// a new shop is opened: what is left of it must not disturb the next step.
func (b *bench) highest(row string, every, delay time.Duration, open func(*node, serving, time.Duration) (*stand, error)) error {
	b.say("  %s: %s", ours, row)
	n, err := startNode(b.ctx, b.dir, b.modules, every)
	if err != nil {
		return err
	}
	defer n.stop()
	var s *stand
	stop := func() {
		if s != nil {
			s.close()
		}
		s = nil
	}
	defer stop()
	var best step
	at, err := climb(b.rates, b.lastBest(row), func(rate float64) (bool, error) {
		if s == nil {
			if s, err = open(n, serving{senders: b.senders, wait: 25 * time.Second}, delay); err != nil {
				return false, err
			}
		}
		r, err := b.offer(s, rate, b.lasts)
		if err != nil {
			return false, err
		}
		b.say("    %s", r)
		if r.whole {
			best = r
		} else {
			stop()
		}
		return r.whole, nil
	})
	if err != nil {
		return err
	}
	b.best[row] = at
	b.add(row, ours, best.offered)
	if at >= 0 {
		b.add(row+": p99 blocks", ours, best.blocks)
		b.add(row+": cpu", ours, best.perMint)
		b.add(row+": transactions", ours, best.sends)
	}
	return nil
}

// firstTried is where the first run begins, unless only higher rates are tried.
const firstTried = 800

// lastBest returns the index of the first rate to try: the highest of the run
// before, or that of firstTried.
func (b *bench) lastBest(row string) int {
	if b.best == nil {
		b.best = map[string]int{}
	}
	at, ok := b.best[row]
	if !ok {
		at, _ = slices.BinarySearch(b.rates, firstTried)
	}
	return at
}

func (b *bench) say(format string, args ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", args...)
}
