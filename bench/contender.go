//go:build linux

package main

import (
	"fmt"
	"time"
)

// contender is a running server, with the statuses that it should answer.
type contender struct {
	name      string
	process   *process
	port      int
	malformed int // to a header that cannot be parsed
	paid      int // to a payment that is accepted
}

// pipelined is the number of requests that a connection sends together in the rows with
// pipelining.
const pipelined = 16

// connections is the number of connections to a server under load. It is large enough
// that claims can share a commit, and that several calls to the facilitator can wait
// at the same time.
const connections = 64

// work is one row of the measurements without the chain. The fields are those of load.
type work struct {
	row    string
	depth  int
	expect func(contender) int // the status that counts as good
	next   func() ([]byte, int)
}

// answered records a row of a contender: good answers per second, their latency in
// milliseconds, the server's processor time for each in microseconds, and how many
// percent of its core the server used. If that is below 100, something else was the
// limit.
func (f *figures) answered(row string, c contender, s *sample, used time.Duration) {
	f.add(row, c.name, s.rate())
	for _, p := range []float64{50, 90, 99} {
		f.add(fmt.Sprintf("%s: p%.0f", row, p), c.name, 1e3*percentile(s.took, p))
	}
	f.add(row+": cpu", c.name, float64(used.Microseconds())/float64(max(1, s.good)))
	f.add(row+": core", c.name, 100*used.Seconds()/s.elapsed.Seconds())
}

// measure puts one load on a contender and records the results.
func (b *bench) measure(c contender, w work, lasting time.Duration) error {
	l := load{port: c.port, connections: connections, depth: w.depth, expect: w.expect(c), next: w.next}
	before := c.process.cpu()
	s, err := l.hammer(lasting)
	if s == nil {
		return fmt.Errorf("%s: %s: %w", c.name, w.row, err)
	}
	// The server also used processor time for answers that did not count (the warm-up, the
	// end, other statuses), so take the share of the good ones.
	used := time.Duration(float64(c.process.cpu()-before) * float64(s.good) / float64(max(1, l.answers)))
	b.answered(w.row, c, s, used)
	b.check(c, w.row, l.expect, s, err)
	return nil
}

// check records a fault if the load failed or mint402 gave an unexpected answer. Those
// of others are only printed. The benchmark goes on.
func (b *bench) check(c contender, row string, expect int, s *sample, err error) {
	if err == nil && len(s.others) > 0 {
		err = fmt.Errorf("other answers than %d: %v", expect, s.others)
	}
	if err == nil {
		return
	}
	err = fmt.Errorf("%s: %s: %w", c.name, row, err)
	if c.name == ours {
		b.fault(err)
	} else {
		b.say("    %v", err)
	}
}

// fault prints and keeps an error that does not end the benchmark.
func (b *bench) fault(err error) {
	b.say("    %v", err)
	b.faults = append(b.faults, err)
}
