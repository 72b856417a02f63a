//go:build linux

package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
)

const rowLedger = "ledger"

// ledger runs the store's benchmark of claims, on the server's core: a ledger with
// 1,000,000 orders and one with 10,000, by turns. The first run makes them, which takes
// a minute.
func (b *bench) ledger(int) error {
	command := exec.CommandContext(b.ctx, "taskset", "-c", serverCore, "go", "test", "./store", "-run", "^$", "-bench", "^BenchmarkLedger$/^claim$", "-benchtime", "30x")
	var stderr bytes.Buffer
	command.Dir, command.Stderr = b.root, &stderr
	command.Env = append(os.Environ(), "MINT402_LEDGERS="+b.dir, "GOMAXPROCS=1")
	out, err := command.Output()
	if err != nil {
		return fmt.Errorf("run the store's benchmark: %w\n%s%s", err, out, stderr.String())
	}
	f := measurements(string(out))
	for _, p := range []string{"p50", "p99"} {
		small, large := f["small-"+p+"-µs"], f["large-"+p+"-µs"]
		if small == 0 || large == 0 {
			return errors.New("the store's benchmark printed no " + p + ":\n" + string(out))
		}
		b.add(rowLedger+": small "+p, ours, small)
		b.add(rowLedger+": large "+p, ours, large)
		b.add(rowLedger+": "+p, ours, large/small)
		b.say("    %s of a claim: %.0f µs with 10,000 orders, %.0f µs with 1,000,000", p, small, large)
	}
	return nil
}

// measurements reads the values of the benchmark of claims by their units.
func measurements(out string) map[string]float64 {
	found := map[string]float64{}
	for line := range strings.Lines(out) {
		if !strings.HasPrefix(line, "BenchmarkLedger/claim") {
			continue
		}
		fields := strings.Fields(line)
		for i := 1; i < len(fields); i++ {
			if v, err := strconv.ParseFloat(fields[i-1], 64); err == nil {
				found[fields[i]] = v
			}
		}
	}
	return found
}
