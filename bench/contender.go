//go:build linux

package main

import (
	"fmt"
	"os"
	"time"
)

// contender is a server that is running, and what it answers where all goes as
// it should.
type contender struct {
	name      string
	process   *process
	port      int
	malformed int // to a header that cannot be read
	paid      int // to a payment that is taken
}

// pipelined is how many requests at once the rows with pipelining send.
const pipelined = 16

// connections is how many a server is loaded over: enough that a commit or a
// call to the facilitator can be shared, or waited for side by side.
const connections = 64

// work is one row of what a server does without the chain.
type work struct {
	row    string
	depth  int
	expect func(contender) int
	next   func() ([]byte, int)
}

// answered is a row by its contender: answers a second, their latency in
// milliseconds, the processor time of each in microseconds, and how many percent
// of its core the server had: less than all, and something else was the limit.
func (f *figures) answered(row string, c contender, s *sample, used time.Duration) {
	f.add(row, c.name, s.rate())
	for _, p := range []float64{50, 90, 99} {
		f.add(fmt.Sprintf("%s: p%.0f", row, p), c.name, 1e3*percentile(s.took, p))
	}
	f.add(row+": cpu", c.name, float64(used.Microseconds())/float64(max(1, s.good)))
	f.add(row+": core", c.name, 100*used.Seconds()/s.elapsed.Seconds())
}

// measure puts one load on a contender and notes what came of it.
func (f *figures) measure(c contender, w work, lasting time.Duration) error {
	l := load{port: c.port, connections: connections, depth: w.depth, expect: w.expect(c), next: w.next}
	before := c.process.cpu()
	s, err := l.hammer(lasting)
	if s == nil {
		return fmt.Errorf("%s: %s: %w", c.name, w.row, err)
	}
	// What went on before and after it counted used the processor, too.
	used := time.Duration(float64(c.process.cpu()-before) * float64(s.good) / float64(max(1, l.answers)))
	f.answered(w.row, c, s, used)
	return c.judge(w.row, l.expect, s, err)
}

// judge is an error if ours did not answer everything as it should. What the
// others make of a load is a figure.
func (c contender) judge(row string, expect int, s *sample, err error) error {
	if err == nil && len(s.others) > 0 {
		err = fmt.Errorf("other answers than %d: %v", expect, s.others)
	}
	if err == nil {
		return nil
	}
	err = fmt.Errorf("%s: %s: %w", c.name, row, err)
	if c.name == ours {
		return err
	}
	fmt.Fprintln(os.Stderr, "   ", err)
	return nil
}
