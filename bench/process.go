//go:build linux

package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// The two cores: one for the server, the other for everything else.
const (
	serverCore = "0"
	loadCore   = "1"
)

// pinned makes sure that this program runs on its core. If it does not yet, the
// program starts again.
func pinned() error {
	if os.Getenv("MINT402_BENCH_PINNED") != "" {
		return nil
	}
	taskset, err := exec.LookPath("taskset")
	if err != nil {
		return fmt.Errorf("find taskset, of util-linux: %w", err)
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	return syscall.Exec(taskset, append([]string{"taskset", "-c", loadCore, self}, os.Args[1:]...), append(os.Environ(), "MINT402_BENCH_PINNED=1"))
}

// process is a program on a chosen core, with its output in a file.
type process struct {
	name string
	log  string
	cmd  *exec.Cmd
	done chan struct{} // closed when it has ended
}

// start runs a program on a core, with variables added to a minimal environment. The
// program is stopped when ctx ends.
func start(ctx context.Context, dir, core string, env []string, name string, args ...string) (*process, error) {
	log, err := os.CreateTemp(dir, filepath.Base(name)+"-*.log")
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	defer log.Close()
	p := &process{name: filepath.Base(name), log: log.Name(), done: make(chan struct{})}
	p.cmd = exec.Command("taskset", append([]string{"-c", core, name}, args...)...)
	p.cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir}, env...)
	p.cmd.Stdout, p.cmd.Stderr, p.cmd.Dir = log, log, dir
	// The process ends when we end, however that happens. Its own process group keeps
	// it from getting our interrupts.
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	go func() {
		_ = p.cmd.Wait()
		close(p.done)
	}()
	context.AfterFunc(ctx, func() { p.stop(0) })
	return p, nil
}

// stop asks the process to end, kills it after patience, and waits for its end.
func (p *process) stop(patience time.Duration) {
	if patience > 0 {
		_ = p.cmd.Process.Signal(syscall.SIGTERM)
		timer := time.NewTimer(patience)
		defer timer.Stop()
		select {
		case <-p.done:
			return
		case <-timer.C:
		}
	}
	_ = p.cmd.Process.Kill()
	<-p.done
}

// said returns the end of the process's output.
func (p *process) said() string {
	data, _ := os.ReadFile(p.log)
	return string(data[max(0, len(data)-2000):])
}

// resident returns the resident memory of the process, now and at its peak, in
// megabytes.
func (p *process) resident() (now, most float64) {
	data, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	field := func(name string) float64 {
		_, after, _ := strings.Cut(string(data), name)
		fields := strings.Fields(after)
		if len(fields) == 0 {
			return 0
		}
		kib, _ := strconv.ParseFloat(fields[0], 64)
		return kib * 1024 / 1e6
	}
	return field("VmRSS:"), field("VmHWM:")
}

// residentWhile returns the median of the process's resident memory while f runs.
func (p *process) residentWhile(f func()) float64 {
	done, seen := make(chan struct{}), make(chan []float64)
	go func() {
		tick := time.NewTicker(250 * time.Millisecond)
		defer tick.Stop()
		var all []float64
		for {
			now, _ := p.resident()
			all = append(all, now)
			select {
			case <-tick.C:
			case <-done:
				seen <- all
				return
			}
		}
	}()
	f()
	close(done)
	return percentile(<-seen, 50)
}

// cpu returns the processor time that the process has used.
func (p *process) cpu() time.Duration {
	data, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	_, after, _ := strings.Cut(string(data), ") ")
	fields := strings.Fields(after)
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.ParseInt(fields[11], 10, 64)
	system, _ := strconv.ParseInt(fields[12], 10, 64)
	return time.Duration(user+system) * time.Second / 100 // USER_HZ
}

// ready waits until a GET of the URL is answered with one of the statuses.
func (p *process) ready(ctx context.Context, url string, statuses ...int) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		if response, err := http.Get(url); err == nil {
			response.Body.Close()
			for _, status := range statuses {
				if response.StatusCode == status {
					return nil
				}
			}
		}
		select {
		case <-tick.C:
		case <-p.done:
			return fmt.Errorf("start %s: it ended at once:\n%s", p.name, p.said())
		case <-ctx.Done():
			return fmt.Errorf("start %s: %s does not answer as it should: %w\n%s", p.name, url, ctx.Err(), p.said())
		}
	}
}

// freePort returns a port of this machine on which no process listens.
func freePort() (int, error) {
	ln, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("find a free port: %w", err)
	}
	defer ln.Close()
	return ln.Addr().(*net.TCPAddr).Port, nil
}
