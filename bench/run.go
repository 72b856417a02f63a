//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// plan holds the sizes of the measurements.
type plan struct {
	runs      int
	lasting   time.Duration // of a row without the chain
	paid      int           // payments to mint402 in a run
	rate      float64       // payments a second, sustained, in the comparison
	sustained time.Duration // for mint402
	peers     time.Duration // for the peers
	patience  time.Duration // how long to wait for the last answers
	program   string
	modules   string // where anvil is
	scripts   string // where the peers are
	root      string // of the sources, for the ledger's benchmark
	alone     bool   // without the peers
	guests    guests // more peers
	groups    []string

	burst      int             // payments presented at once, in the comparison
	delays     []time.Duration // of the node
	blockTimes []time.Duration
	rates      []float64     // that are tried, in rising order
	lasts      time.Duration // of each
	senders    int           // keys from which mint402 sends
	whole      int           // payments of the burst
	offered    float64       // payments a second, more than can be delivered
	crowd      int           // payments of the burst after which memory is measured
	rest       time.Duration // after it
	single     int           // mints one after another
}

// bench is one measurement, with the running processes and the results.
type bench struct {
	plan
	ctx    context.Context
	dir    string
	node   *node
	stub   *facilitator
	payers payers
	others []contender // the peers, with the stub as their facilitator
	shops  int         // number of shops opened so far
	best   map[string]int
	faults []error // that did not end the benchmark
	figures
}

// group is a set of rows that is selected by its name.
type group struct {
	name  string
	about string
	run   func(b *bench, number int) error
}

// groups are all of them, in the order in which they are measured.
var groups = []group{
	{"answers", "402s and refusals a second, next to other servers and a bare Fiber app", (*bench).answering},
	{"paid", "paid requests a second, answered when the claim is on disk, next to other servers", (*bench).paying},
	{"chain", "a burst and a sustained load to the chain and back, next to the npm servers", (*bench).chaining},
	{"delay", "highest rate that is served whole, with a node that takes -delay for each call", (*bench).distant},
	{"free", "the same, with a node that costs nothing", (*bench).free},
	{"burst", "a burst of -whole payments: blocks until the last answer", func(b *bench, number int) error { return loads{b}.bursting(number) }},
	{"single", "one mint after another, on a chain that mines at once", func(b *bench, number int) error { return loads{b}.singly(number) }},
	{"overload", "more offered than can be delivered: mints a second", func(b *bench, number int) error { return loads{b}.overloaded(number) }},
	{"memory", "memory at most and some time after a burst of -crowd", func(b *bench, number int) error { return loads{b}.crowded(number) }},
	{"ledger", "claims of a ledger with 1,000,000 orders, to one with 10,000", (*bench).ledger},
}

// has reports whether one of the groups is selected.
func (b *bench) has(names ...string) bool {
	return slices.ContainsFunc(names, func(name string) bool { return slices.Contains(b.groups, name) })
}

// open starts the processes that run all the time.
func (b *bench) open() (err error) {
	if !b.has("answers", "paid", "chain") {
		return nil
	}
	if b.node, err = startNode(b.ctx, b.dir, b.modules, blockTime); err != nil {
		return err
	}
	if b.stub, err = startFacilitator(); err != nil {
		return err
	}
	if !b.alone {
		for _, p := range peers {
			process, port, err := startPeer(b.ctx, b.dir, b.scripts, p.script, b.stub.url)
			if err != nil {
				return err
			}
			b.others = append(b.others, contender{p.name, process, port, 402, 200})
		}
	}
	for _, g := range b.guests {
		c, err := g.start(b.ctx, b.dir, b.stub.url)
		if err != nil {
			return err
		}
		b.others = append(b.others, c)
	}
	// The peers compile their code while they run, so the first results are
	// discarded.
	counted := b.figures
	for _, c := range b.others {
		_, err := b.took(b.node, c)
		if err := errors.Join(err, b.answers(c)); err != nil {
			return err
		}
	}
	b.figures, b.faults = counted, nil
	return nil
}

// close stops the processes that open started.
func (b *bench) close() {
	for _, c := range b.others {
		c.process.stop(0)
	}
	if b.stub != nil {
		b.stub.close()
	}
	if b.node != nil {
		b.node.stop()
	}
}

// run measures each selected group once. A group that fails does not stop the others.
func (b *bench) run(number int) error {
	b.say("run %d of %d", number, b.runs)
	for _, g := range groups {
		if !b.has(g.name) {
			continue
		}
		b.say(" %s: %s", g.name, g.about)
		if err := g.run(b, number); err != nil {
			if b.ctx.Err() != nil {
				return fmt.Errorf("%s: %w", g.name, err)
			}
			b.fault(fmt.Errorf("run %d, %s: %w", number, g.name, err))
		}
	}
	return nil
}

// answering measures the answers without a sale. The order of the servers changes from
// run to run.
func (b *bench) answering(number int) error {
	shop, err := b.openShop(b.node, serving{senders: 1, wait: time.Nanosecond})
	if err != nil {
		return err
	}
	defer shop.process.stop(0)
	bare, err := b.startBare(shop.port)
	if err != nil {
		return err
	}
	defer func() {
		for _, c := range bare {
			c.process.stop(0)
		}
	}()
	all := append(append([]contender{shop.contender}, b.others...), bare...)
	all = append(all[number%len(all):], all[:number%len(all)]...)
	for _, c := range all {
		measure := b.answers
		if isBare(c.name) {
			measure = b.answersBare
		}
		if err := measure(c); err != nil {
			return err
		}
	}
	return nil
}

// paying measures paid requests with each number of connections. The node of mint402 costs
// nothing: anvil answers nothing while it executes a block, for up to a quarter of a second, and
// the others ask no node.
func (b *bench) paying(number int) error {
	shop, err := b.openFree(b.node, serving{senders: 1, wait: time.Nanosecond}, 0)
	if err != nil {
		return err
	}
	defer shop.close()
	all := append([]contender{shop.contender}, b.others...)
	all = append(all[number%len(all):], all[:number%len(all)]...)
	for _, c := range all {
		var err error
		if c.name == ours {
			err = b.claims(shop)
		} else {
			_, err = b.took(b.node, c)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// chaining measures a burst and a sustained load, up to the chain and back.
func (b *bench) chaining(number int) error {
	shop, err := b.openShop(b.node, serving{senders: 1, wait: 20 * time.Second})
	if err != nil {
		return err
	}
	for _, row := range []string{rowBurst, rowSustained} {
		if err == nil {
			err = b.chain(shop.contender, shop.token, row, b.sustained, time.Minute)
		}
	}
	shop.process.stop(time.Minute)
	if b.alone {
		return err
	}
	rows := []string{rowBurst}
	if number == 1 {
		rows = append(rows, rowSustained)
	}
	for _, p := range peers {
		if err == nil {
			err = b.settle(p, rows...)
		}
	}
	return err
}
