//go:build linux

package main

import (
	"context"
	"debug/buildinfo"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

func main() {
	err := pinned()
	if err == nil {
		err = measureAll()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func measureAll() error {
	var p plan
	flag.IntVar(&p.runs, "runs", 5, "interleaved runs")
	flag.DurationVar(&p.lasting, "lasting", time.Second, "how long a row without the chain is measured")
	flag.IntVar(&p.paid, "paid", 6000, "payments that mint402 claims in a run; the others get a fifth")
	flag.IntVar(&p.burst, "burst", 500, "payments presented at once")
	flag.Float64Var(&p.rate, "rate", 275, "payments a second, sustained")
	flag.DurationVar(&p.sustained, "sustained", time.Minute, "how long they go on")
	flag.DurationVar(&p.peers, "sustained-peers", 8*time.Second, "how long they go on before the others")
	flag.DurationVar(&p.patience, "patience", 15*time.Second, "how long the others may take for their last answer")
	flag.StringVar(&p.program, "program", "bin/mint402", "mint402, built")
	flag.StringVar(&p.modules, "anvil", "e2e/node_modules", "the node_modules that anvil is in")
	flag.StringVar(&p.scripts, "peers", "bench/peers", "the programs of the others")
	flag.BoolVar(&p.alone, "alone", false, "without the others")
	flag.StringVar(&p.groups, "groups", "answers,paid,chain", "what to measure")
	delays := flag.String("delay", "0s,20ms,50ms", "how long the node takes for each call, in addition")
	blocks := flag.String("blocks", "2s", "time between blocks")
	rates := flag.String("rates", "200,400,600,800,1000,1200,1400", "payments a second that are tried, in rising order")
	flag.DurationVar(&p.lasts, "step", 20*time.Second, "how long each rate is offered")
	flag.IntVar(&p.senders, "senders", 3, "sender keys of mint402")
	out := flag.String("out", "", "also write the tables to this file")
	data := flag.String("data", "", "a directory on the disk to be measured (default: a temporary one)")
	flag.Parse()
	var err error
	if p.delays, err = parseList(*delays, time.ParseDuration); err != nil {
		return err
	}
	if p.blockTimes, err = parseList(*blocks, time.ParseDuration); err != nil {
		return err
	}
	if p.rates, err = parseList(*rates, func(s string) (float64, error) { return strconv.ParseFloat(s, 64) }); err != nil {
		return err
	}
	for _, path := range []*string{&p.program, &p.modules, &p.scripts} {
		absolute, err := filepath.Abs(*path)
		if err != nil {
			return err
		}
		*path = absolute
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, 25*time.Minute)
	defer cancel()
	dir, err := os.MkdirTemp(*data, "mint402-bench-")
	if err != nil {
		return fmt.Errorf("make directory: %w", err)
	}
	defer os.RemoveAll(dir)
	// The generator must not wait for other parts of this program or for its garbage
	// collector.
	runtime.GOMAXPROCS(4)
	debug.SetGCPercent(400)
	b := &bench{plan: p, ctx: ctx, dir: dir}
	where := machine(p.program, dir)
	defer b.close()
	err = b.open()
	for i := 1; err == nil && i <= p.runs; i++ {
		err = b.run(i)
	}
	if err != nil {
		return errors.Join(err, context.Cause(ctx))
	}
	text := b.report(where)
	fmt.Println(text)
	if *out != "" {
		return os.WriteFile(*out, []byte(text), 0o644)
	}
	return nil
}

// machine describes the machine and the program.
func machine(program, dir string) string {
	field := func(file, name string) string {
		data, _ := os.ReadFile(file)
		_, after, _ := strings.Cut(string(data), name)
		line, _, _ := strings.Cut(after, "\n")
		return strings.TrimLeft(strings.TrimSpace(line), ": \t")
	}
	var disk syscall.Statfs_t
	kind := "a disk"
	if syscall.Statfs(dir, &disk) == nil && disk.Type == 0x01021994 {
		kind = "memory (tmpfs), which is not durable"
	}
	load, _, _ := strings.Cut(field("/proc/loadavg", ""), " ")
	return fmt.Sprintf("%s, 2 cores, %s of memory, Linux %s, %s; databases on %s; load average %s before. mint402%s with GOMAXPROCS=1.",
		field("/proc/cpuinfo", "model name"), field("/proc/meminfo", "MemTotal:"), field("/proc/sys/kernel/osrelease", ""), runtime.Version(), kind, load, built(program))
}

// built returns a note if the program was built without the demo.
func built(program string) string {
	info, err := buildinfo.ReadFile(program)
	if err == nil && slices.ContainsFunc(info.Settings, func(s debug.BuildSetting) bool {
		return s.Key == "-tags" && slices.Contains(strings.Split(s.Value, ","), "nodemo")
	}) {
		return " built without the demo (-tags nodemo),"
	}
	return ""
}
