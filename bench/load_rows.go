//go:build linux

package main

import (
	"fmt"
	"strings"
	"time"
)

// blockTime is the time between blocks, unless a row says something else.
const blockTime = 2 * time.Second

// The rows of loads on the chain.
const (
	rowWhole     = "whole burst"
	rowSingle    = "single"
	rowAnnounced = "single, announced by WebSocket"
	rowOverload  = "overload"
	rowCrowd     = "crowd"
)

// loads are the groups of rows that put a load on a shop of their own.
type loads struct{ *bench }

// onShop runs f with a new node and a shop on it, and stops both.
func (b loads) onShop(every time.Duration, how serving, f func(*node, *shop) error) error {
	n, err := startNode(b.ctx, b.dir, b.modules, every)
	if err != nil {
		return err
	}
	defer n.stop()
	s, err := b.openShop(n, how)
	if err != nil {
		return err
	}
	defer s.process.stop(0)
	return f(n, s)
}

// bursting presents a burst. Each run begins at another time between two blocks.
func (b loads) bursting(number int) error {
	return b.onShop(blockTime, serving{senders: b.senders, wait: 25 * time.Second}, func(n *node, s *shop) error {
		payments, err := b.pay(n, s.contender, b.whole)
		if err != nil {
			return err
		}
		since, err := n.BlockNumber(b.ctx)
		if err != nil {
			return fmt.Errorf("read head: %w", err)
		}
		if err := n.nextHead(b.ctx); err != nil {
			return err
		}
		wait(b.ctx, blockTime*time.Duration((number-1)%5)/5)
		o := present(s.contender, payments, 0, 2*b.patience)
		if o.sample == nil {
			return fmt.Errorf("%s: %w", ours, o.trouble)
		}
		d, err := n.became(b.ctx, s.token, payments, since)
		if err != nil {
			return err
		}
		b.add(rowWhole+": share", ours, 100*float64(len(d.in))/float64(len(payments)))
		b.add(rowWhole+": answered", ours, 100*float64(o.sample.good)/float64(len(payments)))
		b.add(rowWhole+": mint", ours, percentile(o.blocks(n, d), 100))
		b.add(rowWhole+": answer", ours, percentile(o.answered(n), 100))
		b.add(rowWhole+": seconds", ours, o.sample.elapsed.Seconds())
		b.say("    %d of %d minted, %d answered 200, the last after %.1f s and %.0f blocks; last mint %.0f blocks after",
			len(d.in), len(payments), o.sample.good, o.sample.elapsed.Seconds(), percentile(o.answered(n), 100), percentile(o.blocks(n, d), 100))
		return nil
	})
}

// singly mints one after another on a chain that mines at once. mint402 looks for
// blocks, or learns of them by WebSocket.
func (b loads) singly(int) error {
	for _, row := range []string{rowSingle, rowAnnounced} {
		if err := b.oneByOne(row); err != nil {
			return err
		}
	}
	return nil
}

func (b loads) oneByOne(row string) error {
	n, err := startNode(b.ctx, b.dir, b.modules, 0)
	if err != nil {
		return err
	}
	defer n.stop()
	how := serving{senders: 1, wait: 25 * time.Second}
	if row == rowAnnounced {
		how.via = func(*shop) (string, error) { return n.url + "," + strings.Replace(n.url, "http:", "ws:", 1), nil }
	}
	s, err := b.openShop(n, how)
	if err != nil {
		return err
	}
	defer s.process.stop(0)
	payments, err := b.pay(n, s.contender, b.single)
	if err != nil {
		return err
	}
	l := load{port: s.port, connections: 1, depth: 1, expect: 200, next: each(payments)}
	sample, err := l.exhaust(b.patience + time.Duration(len(payments))*time.Second)
	if sample == nil {
		return fmt.Errorf("%s: %w", ours, err)
	}
	for _, p := range []float64{50, 90, 99} {
		b.add(fmt.Sprintf("%s: p%.0f", row, p), ours, 1e3*percentile(sample.took, p))
	}
	b.say("    %s: %d of %d answered 200, p50 %.0f ms, p99 %.0f ms", row, sample.good, len(payments), 1e3*percentile(sample.took, 50), 1e3*percentile(sample.took, 99))
	b.check(s.contender, row, 200, sample, err)
	return nil
}

// overloaded offers more than can be delivered. Each payment is answered 202 once it is
// claimed, and counts when it is in a block. The first blocks do not count, since
// no payment was claimed before them.
func (b loads) overloaded(int) error {
	return b.onShop(blockTime, serving{senders: b.senders, wait: time.Nanosecond}, func(n *node, s *shop) error {
		payments, err := b.pay(n, s.contender, int(b.offered*b.lasts.Seconds()))
		if err != nil {
			return err
		}
		since, err := n.BlockNumber(b.ctx)
		if err != nil {
			return fmt.Errorf("read head: %w", err)
		}
		l := load{port: s.port, connections: connections, expect: 202, next: each(payments)}
		server := s.process.cpu()
		sample, err := l.pace(b.offered, b.lasts+b.patience)
		if sample == nil {
			return fmt.Errorf("%s: %w", ours, err)
		}
		const first = 2 * blockTime
		wait(b.ctx, time.Until(l.began.Add(first+b.lasts)))
		server = s.process.cpu() - server
		d, err := n.became(b.ctx, s.token, payments, since)
		if err != nil {
			return err
		}
		from, to := n.headAt(l.began.Add(first)), n.headAt(l.began.Add(first+b.lasts))
		delivered := 0
		for _, in := range d.in {
			if in > from && in <= to {
				delivered++
			}
		}
		took := n.appeared(to).Sub(n.appeared(from)).Seconds()
		b.add(rowOverload, ours, float64(delivered)/took)
		b.add(rowOverload+": taken", ours, float64(sample.good)/sample.elapsed.Seconds())
		b.say("    %.0f a second offered for %s: %.0f a second claimed, other answers %v; %.0f mints/s in %d blocks, %.0f %% of the server's core",
			b.offered, b.lasts, sample.rate(), sample.others, float64(delivered)/took, to-from, 100*server.Seconds()/(first+b.lasts).Seconds())
		return nil
	})
}

// crowded measures the memory at most during a large burst, and some time after it.
func (b loads) crowded(int) error {
	return b.onShop(blockTime, serving{senders: b.senders, wait: 25 * time.Second}, func(n *node, s *shop) error {
		payments, err := b.pay(n, s.contender, b.crowd)
		if err != nil {
			return err
		}
		before, _ := s.process.resident()
		o := present(s.contender, payments, 0, time.Minute+b.patience)
		if o.sample == nil {
			return fmt.Errorf("%s: %w", ours, o.trouble)
		}
		_, most := s.process.resident()
		wait(b.ctx, b.rest)
		after, _ := s.process.resident()
		b.add(rowCrowd+": before", ours, before)
		b.add(rowCrowd+": most", ours, most)
		b.add(rowCrowd+": after", ours, after)
		b.say("    %d of %d answered 200 after %.1f s, %v; %.0f MB before, %.0f MB at most, %.0f MB %s later",
			o.sample.good, len(payments), o.sample.elapsed.Seconds(), o.trouble, before, most, after, b.rest)
		return nil
	})
}
