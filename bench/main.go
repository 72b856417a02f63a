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
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
)

func main() {
	if file := os.Getenv(bareVariable); file != "" {
		exit(serveBare(file))
	}
	err := pinned()
	if err == nil {
		err = measureAll()
	}
	exit(err)
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

func measureAll() error {
	p, o, err := parse(os.Args[1:])
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, o.limit)
	defer cancel()
	dir, err := os.MkdirTemp(o.data, "mint402-bench-")
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
	text := report{b}.text(where)
	if o.out != "" {
		if err := os.WriteFile(o.out, []byte(text), 0o644); err != nil {
			return fmt.Errorf("write results: %w", err)
		}
	}
	if o.json {
		err = report{b}.asJSON(os.Stdout, where)
	} else {
		_, err = fmt.Println(text)
	}
	return errors.Join(append(b.faults, err)...)
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
