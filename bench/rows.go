//go:build linux

package main

import (
	"fmt"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

// gibberish is a header that holds no payment.
const gibberish = "bm90IGEgcGF5bWVudA=="

// answers measures the rows without a sale.
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
	garbage := get(forged[0].header.Header, gibberish)
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

// rowPaidAt is the row of paid requests with a number of connections.
func rowPaidAt(connections int) string {
	return fmt.Sprintf("%s, %d connections", rowPaid, connections)
}

// paidConnections are the numbers of connections that send paid requests.
var paidConnections = []int{connections, 4 * connections}

// claims measures how fast mint402 accepts payments. Each is answered once it is
// claimed durably. Then claims checks that all of them were minted. The first payments do not
// count: the others run since the beginning, and this server was started a moment ago.
func (b *bench) claims(s *stand) error {
	first, err := b.accepts(s.node, s.contender, "", b.paid/3, connections)
	if err != nil {
		return err
	}
	payments, err := b.took(s.node, s.contender)
	if err != nil {
		return err
	}
	payments = append(payments, first...)
	_, most := s.process.resident()
	b.add(rowMemory, ours, most)
	s.process.stop(2 * time.Minute) // it first mints the payments that it has accepted
	d, err := s.node.became(b.ctx, s.token, payments, s.since)
	if err != nil {
		return err
	}
	if len(d.in) != len(payments) {
		b.fault(fmt.Errorf("%s: of %d payments that were claimed %d are minted\n%s", ours, len(payments), len(d.in), s.process.said()))
	}
	return nil
}

// took measures how fast a contender accepts payments of payers on a node, with each number of
// connections, and returns those that were accepted. A peer's facilitator says yes at once.
func (b *bench) took(on *node, c contender) (accepted []payment, err error) {
	n := b.paid
	if isNpm(c.name) {
		n /= 5 // the others are as fast as mint402
	}
	for _, connections := range paidConnections {
		row := rowPaidAt(connections)
		b.say("  %s: %s", c.name, row)
		more, err := b.accepts(on, c, row, n, connections)
		accepted = append(accepted, more...)
		if err != nil {
			return accepted, err
		}
	}
	return accepted, nil
}

// accepts presents n payments of payers on a node, records the row unless it has no name,
// and returns the payments that were accepted.
func (b *bench) accepts(on *node, c contender, row string, n, connections int) (accepted []payment, err error) {
	payments, err := b.pay(on, c, n)
	if err != nil {
		return nil, err
	}
	l := load{port: c.port, connections: connections, depth: 1, expect: c.paid, next: each(payments),
		each: func(tag, status int, _, _ time.Duration) {
			if status == c.paid {
				accepted = append(accepted, payments[tag])
			}
		}}
	before := c.process.cpu()
	s, err := l.exhaust(time.Minute)
	if s == nil {
		return accepted, fmt.Errorf("%s: present payments: %w", c.name, err)
	}
	if row == "" {
		row = "the first payments"
	} else {
		b.answered(row, c, s, c.process.cpu()-before)
	}
	b.check(c, row, l.expect, s, err)
	return accepted, nil
}

// pay creates new payers with enough money on a node, and has them sign payments to a
// shop.
func (b *bench) pay(on *node, c contender, n int) ([]payment, error) {
	q, err := quote(c.port)
	if err != nil {
		return nil, err
	}
	payments, err := b.payers.sign(q, n)
	if err != nil {
		return nil, err
	}
	return payments, on.fund(b.ctx, payments)
}

// settle measures a peer with a facilitator of its own on the chain. Both are
// restarted for each row. Otherwise unfinished work of one row would run during the
// next.
func (b *bench) settle(p peer, rows ...string) error {
	for _, row := range rows {
		settler, url, err := startSettler(b.ctx, b.node, b.dir, b.scripts)
		if err != nil {
			return err
		}
		process, port, err := startPeer(b.ctx, b.dir, b.scripts, p.script, url)
		if err == nil {
			err = b.chain(contender{p.name, process, port, 402, 200}, common.Address{}, row, b.peers, b.patience)
			process.stop(0)
		}
		settler.stop(0)
		if err != nil {
			return err
		}
	}
	return nil
}

// chain measures a burst or a sustained load, up to the chain and back.
func (b *bench) chain(c contender, token common.Address, row string, lasting, patience time.Duration) error {
	n, rate := b.burst, 0.0
	if row == rowSustained {
		n, rate = int(b.rate*lasting.Seconds()), b.rate
		patience += lasting
	}
	payments, err := b.pay(b.node, c, n)
	if err != nil {
		return err
	}
	since, err := b.node.BlockNumber(b.ctx)
	if err != nil {
		return fmt.Errorf("read head: %w", err)
	}
	b.say("  %s: %s", c.name, row)
	var o *onChain
	resident := c.process.residentWhile(func() { o = present(c, payments, rate, patience) })
	if o.sample == nil {
		return fmt.Errorf("%s: %s: %w", c.name, row, o.trouble)
	}
	if o.trouble != nil || len(o.sample.others) > 0 {
		b.say("    %v; other answers than 200: %v", o.trouble, o.sample.others)
	}
	_, most := c.process.resident()
	b.add(rowMemory, c.name, most)
	b.add(row+": memory", c.name, resident)
	return b.chained(b.ctx, row, b.node, c, token, since, o)
}
