//go:build linux

package main

import (
	"context"
	"errors"
	"strings"
	"time"
)

// plan holds the sizes of the measurements.
type plan struct {
	runs      int
	lasting   time.Duration // of a row without the chain
	paid      int           // payments to mint402 in a run
	burst     int
	rate      float64       // payments a second, sustained
	sustained time.Duration // for mint402
	peers     time.Duration // for the peers
	patience  time.Duration // how long to wait for the peers' last answers
	program   string
	modules   string // where anvil is
	scripts   string // where the peers are
	alone     bool   // without the peers
	groups    string // of rows: answers, paid, chain

	delays     []time.Duration // of the node
	blockTimes []time.Duration
	rates      []float64     // that are tried, in rising order
	lasts      time.Duration // of each
	senders    int           // keys from which mint402 sends
}

// bench is one measurement, with the running processes and the results.
type bench struct {
	plan
	ctx    context.Context
	dir    string
	node   *node
	stub   *facilitator
	payers payers
	others []contender    // the peers, with the stub as their facilitator
	shops  int            // number of shops opened so far
	best   map[string]int // by row, index of the highest rate in the last run
	figures
}

// peer is the shop of another project, with its name in the tables.
type peer struct{ script, name string }

var peers = []peer{{"x402-express.mjs", "x402-express 1.2.0"}, {"x402-express-v2.mjs", "@x402/express 2.27.0"}}

// open starts the processes that run all the time.
func (b *bench) open() (err error) {
	if b.node, err = startNode(b.ctx, b.dir, b.modules, 2*time.Second); err != nil {
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
	// The peers compile their code while they run, so the first results are
	// discarded.
	counted := b.figures
	for _, c := range b.others {
		if err := errors.Join(b.answers(c), b.taken(c)); err != nil {
			return err
		}
	}
	b.figures = counted
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

// run measures everything once. The order of the servers changes from run to run.
func (b *bench) run(number int) error {
	b.say("run %d of %d", number, b.runs)
	if strings.Contains(b.groups, "answers") || strings.Contains(b.groups, "paid") {
		if err := b.withoutChain(number); err != nil {
			return err
		}
	}
	if strings.Contains(b.groups, "delay") {
		if err := b.distant(number); err != nil {
			return err
		}
	}
	if !strings.Contains(b.groups, "chain") {
		return nil
	}
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
	rows := []string{rowBurst}
	if number == 1 {
		rows = append(rows, rowSustained)
	}
	for i := range b.others {
		if err == nil {
			err = b.settle(peers[i], rows...)
		}
	}
	return err
}

// withoutChain measures the rows that do not wait for a block.
func (b *bench) withoutChain(number int) error {
	shop, err := b.openShop(b.node, serving{senders: 1, wait: time.Nanosecond})
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
