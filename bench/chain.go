//go:build linux

package main

import (
	"context"
	"fmt"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

// onChain is the result of a load with payments on the chain: when each payment
// was due, and the load's sample. The chain is read afterwards.
type onChain struct {
	payments []payment
	sent     []time.Duration // by payment, since the load's beginning
	took     []time.Duration // by payment, until it was answered 200; 0 if it was not
	began    time.Time
	sample   *sample
	// trouble is the error of a load that did not complete. It is reported as a
	// result and does not stop the benchmark.
	trouble error
}

// present sends payments at a rate, without waiting for earlier ones. Without a rate
// it sends all at once, each on a separate connection.
func present(c contender, payments []payment, rate float64, patience time.Duration) *onChain {
	o := &onChain{payments: payments, sent: make([]time.Duration, len(payments)),
		took: make([]time.Duration, len(payments))}
	l := &load{port: c.port, connections: connections, expect: 200, next: each(payments),
		each: func(tag, status int, sent, took time.Duration) {
			if o.sent[tag] = sent; status == 200 {
				o.took[tag] = took
			}
		},
		follow: func(tag int) []byte { return getPath("/orders/"+payments[tag].id.String(), "", "") },
		pause:  time.Second} // as in its Retry-After
	if rate == 0 {
		l.connections = len(payments)
	}
	o.sample, o.trouble = l.pace(rate, patience)
	o.began = l.began
	return o
}

// blocks returns, for every payment on the chain, how many blocks it took, counted
// from the newest block when it was due.
func (o *onChain) blocks(n *node, d *done) (taken []float64) {
	for i, p := range o.payments {
		if in, ok := d.in[p.id.Hash()]; ok {
			taken = append(taken, float64(in)-float64(n.headAt(o.began.Add(o.sent[i]))))
		}
	}
	return taken
}

// answered returns, for every payment that was answered 200, how many blocks appeared
// until then.
func (o *onChain) answered(n *node) (taken []float64) {
	for i, took := range o.took {
		if took > 0 {
			due := o.began.Add(o.sent[i])
			taken = append(taken, float64(n.headAt(due.Add(took)))-float64(n.headAt(due)))
		}
	}
	return taken
}

// chained records the results of a burst or a sustained load.
func (f *figures) chained(ctx context.Context, row string, n *node, c contender, token common.Address, since uint64, o *onChain) error {
	d, err := n.became(ctx, token, o.payments, since)
	if err != nil {
		return err
	}
	f.add(row+": share", c.name, 100*float64(len(d.in))/float64(len(o.payments)))
	f.add(row+": answered", c.name, 100*float64(o.sample.good)/float64(len(o.payments)))
	f.add(row+": rate", c.name, float64(len(d.in))/o.sample.elapsed.Seconds())
	f.add(row+": seconds", c.name, o.sample.elapsed.Seconds())
	blocks := o.blocks(n, d)
	for _, p := range []float64{50, 90, 99} {
		f.add(fmt.Sprintf("%s: p%.0f s", row, p), c.name, percentile(o.sample.took, p))
		f.add(fmt.Sprintf("%s: p%.0f blocks", row, p), c.name, percentile(blocks, p))
	}
	if len(d.in) > 0 {
		f.add(row+": transactions", c.name, 100*float64(d.transactions)/float64(len(d.in)))
		f.add(row+": gas", c.name, 100*float64(d.gas)/float64(len(d.in)))
	}
	return nil
}
