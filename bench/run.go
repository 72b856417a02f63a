//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

// plan is how much is measured.
type plan struct {
	runs      int
	lasting   time.Duration // of a row without the chain
	paid      int           // payments that ours takes in a run
	burst     int
	rate      float64       // payments a second, sustained
	sustained time.Duration // for ours
	peers     time.Duration // for the others
	patience  time.Duration // with what the others have not answered
	program   string
	modules   string // where anvil is
	scripts   string // where the peers are
	alone     bool   // without the others
	groups    string // of rows: answers, paid, chain
}

// bench is one measurement: what is running, and what was found.
type bench struct {
	plan
	ctx    context.Context
	dir    string
	node   *node
	stub   *facilitator
	payers payers
	others []contender // before the stub
	figures
}

// peer is a shop of others, and what it is called.
type peer struct{ script, name string }

var peers = []peer{{"x402-express.mjs", "x402-express 1.2.0"}, {"x402-express-v2.mjs", "@x402/express 2.27.0"}}

// open starts what runs all the time.
func (b *bench) open() (err error) {
	if b.node, err = startNode(b.ctx, b.dir, b.modules); err != nil {
		return err
	}
	if b.stub, err = startFacilitator(); err != nil {
		return err
	}
	if b.alone {
		return nil
	}
	for _, p := range peers {
		process, port, err := startPeer(b.ctx, b.dir, b.scripts, p.script, b.stub.url)
		if err != nil {
			return err
		}
		b.others = append(b.others, contender{p.name, process, port, 402, 200})
	}
	// They compile themselves as they go, so what comes first is not counted.
	counted := b.figures
	for _, c := range b.others {
		if err := errors.Join(b.answers(c), b.taken(c)); err != nil {
			return err
		}
	}
	b.figures = counted
	return nil
}

// close ends what open started.
func (b *bench) close() {
	for _, c := range b.others {
		c.process.stop(0)
	}
	if b.stub != nil {
		b.stub.close()
	}
	if b.node != nil {
		b.node.process.stop(0)
	}
}

// run measures everything once. Who goes first changes from run to run.
func (b *bench) run(number int) error {
	b.say("run %d of %d", number, b.runs)
	if strings.Contains(b.groups, "answers") || strings.Contains(b.groups, "paid") {
		if err := b.withoutChain(number); err != nil {
			return err
		}
	}
	if !strings.Contains(b.groups, "chain") {
		return nil
	}
	shop, err := openShop(b.ctx, b.node, b.dir, b.program, 2*number+1, 20*time.Second)
	if err != nil {
		return err
	}
	err = b.chain(shop.contender, shop.token, b.sustained)
	shop.process.stop(time.Minute)
	for i := range b.others {
		if err == nil {
			err = b.settle(peers[i])
		}
	}
	return err
}

// withoutChain measures what nobody waits for a block for.
func (b *bench) withoutChain(number int) error {
	shop, err := openShop(b.ctx, b.node, b.dir, b.program, 2*number, time.Nanosecond)
	if err != nil {
		return err
	}
	defer shop.process.stop(0)
	all := append([]contender{shop.contender}, b.others...)
	all = append(all[number%len(all):], all[:number%len(all)]...)
	for _, c := range all {
		if !strings.Contains(b.groups, "answers") {
			break
		}
		if err := b.answers(c); err != nil {
			return err
		}
	}
	if !strings.Contains(b.groups, "paid") {
		return nil
	}
	if err := b.claims(shop); err != nil {
		return err
	}
	for _, c := range b.others {
		if err := b.taken(c); err != nil {
			return err
		}
	}
	return nil
}

// answers are the rows in which nothing is sold.
func (b *bench) answers(c contender) error {
	q, err := quote(c.port)
	if err != nil {
		return err
	}
	forged, err := b.payers.forge(q, 2000)
	if err != nil {
		return err
	}
	challenge := func(contender) int { return 402 }
	malformed := func(c contender) int { return c.malformed }
	garbage := get(forged[0].header.Header, "bm90IGEgcGF5bWVudA==")
	defer b.stub.no.Store(false)
	b.stub.no.Store(true)
	for _, w := range []work{
		{rowChallenge, 1, challenge, always(get("", ""))},
		{rowChallenge + piped, pipelined, challenge, always(get("", ""))},
		{rowMalformed, 1, malformed, always(garbage)},
		{rowMalformed + piped, pipelined, malformed, always(garbage)},
		{rowForged, 1, challenge, again(forged)},
	} {
		b.say("  %s: %s", c.name, w.row)
		if err := b.measure(c, w, b.lasting); err != nil {
			return err
		}
	}
	return nil
}

// claims has ours take payments, each answered once it is claimed durably, and
// is sure that every one of them is minted in the end.
func (b *bench) claims(s *shop) error {
	payments, err := b.pay(s.contender, b.paid)
	if err != nil {
		return err
	}
	b.say("  %s: %s", ours, rowPaid)
	if err := b.took(s.contender, payments); err != nil {
		return err
	}
	b.add(rowMemory, ours, float64(s.process.peak())/1e6)
	s.process.stop(2 * time.Minute) // it mints what it has taken first
	d, err := b.node.became(b.ctx, s.token, payments, s.since)
	if err != nil {
		return err
	}
	if len(d.in) != len(payments) {
		return fmt.Errorf("%s: of %d payments that were claimed %d are minted\n%s", ours, len(payments), len(d.in), s.process.said())
	}
	return nil
}

// taken has a peer take payments, its facilitator saying yes at once.
func (b *bench) taken(c contender) error {
	payments, err := b.pay(c, b.paid/5)
	if err != nil {
		return err
	}
	b.say("  %s: %s", c.name, rowPaid)
	return b.took(c, payments)
}

func (b *bench) took(c contender, payments []payment) error {
	l := load{port: c.port, connections: 4 * connections, depth: 1, expect: c.paid, next: each(payments)}
	before := c.process.cpu()
	s, err := l.exhaust(time.Minute)
	if err == nil && len(s.others) > 0 {
		err = fmt.Errorf("other answers than %d: %v", l.expect, s.others)
	}
	if err != nil {
		return fmt.Errorf("%s: %s: %w", c.name, rowPaid, err)
	}
	b.answered(rowPaid, c, s, c.process.cpu()-before)
	return nil
}

// pay has new payers, each with the money for it, sign payments to a shop.
func (b *bench) pay(c contender, n int) ([]payment, error) {
	q, err := quote(c.port)
	if err != nil {
		return nil, err
	}
	payments, err := b.payers.sign(q, n)
	if err != nil {
		return nil, err
	}
	return payments, b.node.fund(b.ctx, payments)
}

// settle measures a peer before a facilitator of its own on the chain.
func (b *bench) settle(p peer) error {
	settler, url, err := startSettler(b.ctx, b.node, b.dir, b.scripts)
	if err != nil {
		return err
	}
	defer settler.stop(0)
	process, port, err := startPeer(b.ctx, b.dir, b.scripts, p.script, url)
	if err != nil {
		return err
	}
	defer process.stop(0)
	return b.chain(contender{p.name, process, port, 402, 200}, common.Address{}, b.peers)
}

// chain measures a burst and a sustained load, up to the chain and back.
func (b *bench) chain(c contender, token common.Address, lasting time.Duration) error {
	patience := b.patience
	if c.name == ours {
		patience = time.Minute
	}
	for _, row := range []string{rowBurst, rowSustained} {
		n := b.burst
		if row == rowSustained {
			n = int(b.rate * lasting.Seconds())
		}
		payments, err := b.pay(c, n)
		if err != nil {
			return err
		}
		since, err := b.node.BlockNumber(b.ctx)
		if err != nil {
			return fmt.Errorf("read head: %w", err)
		}
		b.say("  %s: %s", c.name, row)
		var o *onChain
		if row == rowBurst {
			o = burst(c, payments, patience)
		} else {
			o = sustain(c, payments, b.rate, lasting+patience)
		}
		if o.sample == nil {
			return fmt.Errorf("%s: %s: %w", c.name, row, o.trouble)
		}
		if o.trouble != nil || len(o.sample.others) > 0 {
			b.say("    %v; other answers than 200: %v", o.trouble, o.sample.others)
		}
		if err := b.chained(b.ctx, row, b.node, c, token, since, o); err != nil {
			return err
		}
	}
	b.add(rowMemory, c.name, float64(c.process.peak())/1e6)
	return nil
}

func (b *bench) say(format string, args ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", args...)
}
