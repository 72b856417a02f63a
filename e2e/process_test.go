package e2e

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// process is a program of ours or anvil, running until the test ends.
type process struct {
	name string
	cmd  *exec.Cmd
	done chan struct{} // closed when it has ended

	mu    sync.Mutex
	lines []string
	watch func(line string)
	quiet bool // its words are not shown when the test fails
}

// start runs a command in a directory of its own, so that no .env of anybody is
// read; otherwise as startIn.
func start(t *testing.T, env []string, path string, args ...string) *process {
	t.Helper()
	return startIn(t, t.TempDir(), env, path, args...)
}

// startIn runs a command with variables added to a bare environment and reads
// what it says. It is ended with the test, and what it said last is shown if the
// test failed.
func startIn(t *testing.T, dir string, env []string, path string, args ...string) *process {
	t.Helper()
	p := &process{name: path[strings.LastIndexByte(path, '/')+1:], cmd: exec.Command(path, args...), done: make(chan struct{})}
	p.cmd.Env = environment(env...)
	p.cmd.Dir = dir
	// A group of its own, so that what it starts ends with it.
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	p.cmd.Stdout, p.cmd.Stderr = w, w
	if err := p.cmd.Start(); err != nil {
		t.Fatalf("start %s: %v", path, err)
	}
	w.Close()
	read := make(chan struct{})
	go func() {
		defer close(read)
		defer r.Close()
		p.read(r)
	}()
	go func() {
		_ = p.cmd.Wait()
		<-read
		close(p.done)
	}()
	t.Cleanup(func() {
		p.stop()
		if t.Failed() && !p.quiet {
			said := p.said()
			t.Logf("%s said:\n%s", p.name, strings.Join(said[max(0, len(said)-60):], "\n"))
		}
	})
	return p
}

// anvilSays matches lines that anvil prints with each block or call. They are dropped,
// so that the reason of a failure stays in sight.
var anvilSays = regexp.MustCompile(`^\s*((Block (Number|Hash|Time): .*)|(eth|net|web3|anvil|evm)_[A-Za-z]+)?$`)

func (p *process) read(r io.Reader) {
	s := bufio.NewScanner(r)
	s.Buffer(nil, 1<<20)
	for s.Scan() {
		if anvilSays.MatchString(s.Text()) {
			continue
		}
		p.mu.Lock()
		p.lines = append(p.lines, s.Text())
		watch := p.watch
		p.mu.Unlock()
		if watch != nil {
			watch(s.Text())
		}
	}
}

// onLine calls watch with each line from now on.
func (p *process) onLine(watch func(line string)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.watch = watch
}

// said is every line so far.
func (p *process) said() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.lines...)
}

// says that some line has had these words.
func (p *process) says(words string) bool {
	return slices.ContainsFunc(p.said(), func(line string) bool { return strings.Contains(line, words) })
}

func (p *process) ended() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// signal reaches the process and what it started.
func (p *process) signal(s syscall.Signal) {
	if !p.ended() {
		_ = syscall.Kill(-p.cmd.Process.Pid, s)
	}
}

// kill is kill -9; it returns when the process is gone.
func (p *process) kill() {
	p.signal(syscall.SIGKILL)
	<-p.done
}

// stop asks the process to end, and ends it if it takes too long.
func (p *process) stop() {
	p.signal(syscall.SIGTERM)
	select {
	case <-p.done:
	case <-time.After(10 * time.Second):
		p.kill()
	}
}

// environment is what a program needs of ours, and nothing that would configure
// it by accident: no variable of the program's own, and no .env file.
func environment(add ...string) []string {
	env := []string{"MINT402_ENV_FILE="}
	for _, name := range []string{"PATH", "HOME", "TMPDIR", "GOCACHE", "GOMODCACHE", "GOPATH", "GOFLAGS", "GOPROXY", "GOSUMDB", "GONOSUMDB", "GOTOOLCHAIN"} {
		if v, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+v)
		}
	}
	return append(env, add...) // the last of a name counts
}
