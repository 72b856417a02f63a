//go:build linux

package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// options are the flags that say where results go and how long all may take.
type options struct {
	out, data string
	json      bool
	limit     time.Duration
}

const help = `bench measures mint402 on this machine and prints a table with the goals.

usage: bench [flags]

    $ make bench                                      # all of it, five runs
    $ make bench BENCH="-alone -short"                # each row once, a few minutes
    $ bench -alone -groups delay -runs 1 -delay 50ms  # one row, for work on it
    $ bench -alone -groups delay -runs 1 -delay 0s -rates 800,1000 -step 10s
    $ bench -groups answers,paid -json > figures.json

mint402 has core 0, everything else core 1. A row that climbs offers each of -rates
for -step and stops at the first that is not served whole: each payment minted,
answered 200, and both within three blocks (99th percentile). Progress goes to stderr,
with the processor time of each step, which depends less on other work on this
machine than the rates do. Wrong answers of mint402 are faults: they are listed, and
the exit status is 1.

groups (-groups a,b; default all)
%s
flags
`

// parse reads the command line. The error of -help is [flag.ErrHelp].
func parse(args []string) (p plan, o options, err error) {
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.Usage = func() {
		var list strings.Builder
		for _, g := range groups {
			fmt.Fprintf(&list, "    %-10s %s\n", g.name, g.about)
		}
		fmt.Fprintf(f.Output(), help, list.String())
		f.PrintDefaults()
	}
	var names []string
	for _, g := range groups {
		names = append(names, g.name)
	}
	selected := f.String("groups", strings.Join(names, ","), "`names` of the groups of rows")
	delays := f.String("delay", "0s,20ms,50ms", "`times` that the node takes for each call, in addition")
	blocks := f.String("blocks", "2s,1s", "`times` between blocks, for the group delay")
	rates := f.String("rates", "200,400,600,800,900,1000,1200,1400,1600,2000,2400,2800", "payments a second that are tried, in rising order")
	short := f.Bool("short", false, "one run with small sizes, to see that everything works; its figures are not for comparing")
	f.IntVar(&p.runs, "runs", 5, "interleaved runs; a figure is their median")
	f.StringVar(&p.program, "program", "bin/mint402-nodemo", "mint402, built")
	f.StringVar(&p.modules, "anvil", "e2e/node_modules", "the node_modules that anvil is in")
	f.StringVar(&p.scripts, "peers", "bench/peers", "the programs of the npm servers")
	f.StringVar(&p.root, "sources", ".", "the sources, for the group ledger")
	f.BoolVar(&p.alone, "alone", false, "without the npm servers")
	f.Var(&p.guests, "peer", "one more server, `NAME=PROGRAM`: it listens on 127.0.0.1:$PORT, asks the facilitator at $FACILITATOR,\n"+
		"and sells GET /mint for 0.10 USDC on eip155:84532 to $PAY_TO; may be repeated")
	sizes(f, &p)
	f.StringVar(&o.out, "out", "", "also write the tables to this `file`")
	f.StringVar(&o.data, "data", "", "a `folder` on the disk to be measured (default: a temporary one)")
	f.BoolVar(&o.json, "json", false, "print all figures as JSON instead of the tables")
	f.DurationVar(&o.limit, "limit", 3*time.Hour, "end after this time")
	if err := f.Parse(args); err != nil {
		return p, o, err
	}
	if f.NArg() > 0 {
		return p, o, fmt.Errorf("%q is no flag; bench -help lists them", f.Arg(0))
	}
	if *short {
		p.shorten(f)
	}
	if p.delays, err = parseList(*delays, time.ParseDuration); err != nil {
		return p, o, err
	}
	if p.blockTimes, err = parseList(*blocks, time.ParseDuration); err != nil {
		return p, o, err
	}
	if p.rates, err = parseList(*rates, func(s string) (float64, error) { return strconv.ParseFloat(s, 64) }); err != nil {
		return p, o, err
	}
	if p.groups, err = parseList(*selected, known(names)); err != nil {
		return p, o, err
	}
	for _, path := range []*string{&p.program, &p.modules, &p.scripts, &p.root} {
		if *path, err = filepath.Abs(*path); err != nil {
			return p, o, err
		}
	}
	return p, o, p.check()
}

// sizes adds the flags for how much is measured.
func sizes(f *flag.FlagSet, p *plan) {
	f.DurationVar(&p.lasting, "lasting", time.Second, "how long a row of answers is measured")
	f.IntVar(&p.paid, "paid", 6000, "payments of a row of paid requests; the npm servers get a fifth")
	f.IntVar(&p.burst, "burst", 500, "payments presented at once, next to the npm servers")
	f.Float64Var(&p.rate, "rate", 275, "payments a second, sustained, next to the npm servers")
	f.DurationVar(&p.sustained, "sustained", time.Minute, "how long they go on")
	f.DurationVar(&p.peers, "sustained-peers", 8*time.Second, "how long they go on for the npm servers")
	f.DurationVar(&p.patience, "patience", 15*time.Second, "how long the last answers may take")
	f.DurationVar(&p.lasts, "step", 20*time.Second, "how long each rate is offered")
	f.IntVar(&p.senders, "senders", 3, "sender keys of mint402, on the chain")
	f.IntVar(&p.whole, "whole", 1000, "payments of the group burst")
	f.Float64Var(&p.offered, "offered", 2200, "payments a second of the group overload")
	f.IntVar(&p.crowd, "crowd", 4000, "payments of the group memory")
	f.DurationVar(&p.rest, "rest", 20*time.Second, "time after which the group memory looks again")
	f.IntVar(&p.single, "single", 40, "mints of the group single")
}

// shorten sets small sizes, except for those that were chosen.
func (p *plan) shorten(f *flag.FlagSet) {
	chosen := map[string]bool{}
	f.Visit(func(f *flag.Flag) { chosen[f.Name] = true })
	for name, value := range map[string]string{"runs": "1", "lasting": "300ms", "paid": "1000", "burst": "100", "sustained": "8s", "step": "6s",
		"rates": "200,800", "delay": "50ms", "blocks": "2s", "whole": "300", "crowd": "1000", "rest": "5s", "single": "10", "offered": "1500"} {
		if !chosen[name] {
			if err := f.Set(name, value); err != nil {
				panic(err)
			}
		}
	}
}

// known returns a function that accepts the names.
func known(names []string) func(string) (string, error) {
	return func(name string) (string, error) {
		if !slices.Contains(names, name) {
			return "", errors.New("there are only " + strings.Join(names, ", "))
		}
		return name, nil
	}
}

// check returns an error if the plan cannot be carried out.
func (p *plan) check() error {
	for _, path := range []string{p.program, p.modules} {
		if _, err := os.Stat(path); err != nil {
			return fmt.Errorf("%w: make bench builds and installs what is needed", err)
		}
	}
	switch {
	case p.runs < 1 || p.senders < 1 || p.paid < 10 || p.lasts < time.Second:
		return errors.New("runs, senders, paid or step is too small")
	case p.lasts > time.Minute:
		return errors.New("a step takes at most 1m: servers close connections that were idle for longer, and requests are lost")
	case !slices.IsSorted(p.rates) || p.rates[0] <= 0:
		return errors.New("the rates do not rise")
	case slices.ContainsFunc(p.delays, func(d time.Duration) bool { return d < 0 || d > 10*time.Second }):
		return errors.New("a delay is between 0 and 10s")
	case slices.ContainsFunc(p.blockTimes, func(d time.Duration) bool { return d < 100*time.Millisecond || d > time.Minute }):
		return errors.New("a time between blocks is between 100ms and 1m")
	}
	return nil
}

// parseList parses a list with commas.
func parseList[T any](text string, parse func(string) (T, error)) (list []T, err error) {
	for _, one := range strings.Split(text, ",") {
		value, err := parse(strings.TrimSpace(one))
		if err != nil {
			return nil, fmt.Errorf("read %q: %w", one, err)
		}
		list = append(list, value)
	}
	return list, nil
}
