package cmd

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/mint402/mint402/x402"
)

// TestMain makes this binary the program itself for tests that need a process.
func TestMain(m *testing.M) {
	if os.Getenv("MINT402_TEST_MAIN") == "yes" {
		os.Exit(Main())
	}
	code := m.Run()
	if world.demo != nil {
		world.demo.stop()
		<-world.demo.done
	}
	os.Exit(code)
}

// long skips a test that takes seconds, in the inner loop: make check. It runs in make test.
func long(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("takes long: without -short it runs")
	}
}

// shell is an environment to run command lines in: nothing of the real one.
type shell struct {
	t    *testing.T
	env  map[string]string
	part int // ids that one fold carries
	now  func() time.Time
}

func newShell(t *testing.T, env ...string) *shell {
	t.Helper()
	dir := t.TempDir()
	s := &shell{t: t, now: time.Now, env: map[string]string{
		"XDG_STATE_HOME": dir, "MINT402_ENV_FILE": "", "MINT402_DB": filepath.Join(dir, "mint402.db"), "MINT402_OUT": dir,
	}}
	for _, e := range env {
		name, value, _ := strings.Cut(e, "=")
		s.env[name] = value
	}
	return s
}

func (s *shell) with(env ...string) *shell {
	other := &shell{t: s.t, now: s.now, env: map[string]string{}}
	for name, value := range s.env {
		other.env[name] = value
	}
	for _, e := range env {
		name, value, _ := strings.Cut(e, "=")
		other.env[name] = value
	}
	return other
}

func (s *shell) program(in io.Reader, out, err io.Writer) *Program {
	return &Program{In: in, Out: out, Err: err, Now: s.now, part: s.part, Lookup: func(name string) (string, bool) {
		v, ok := s.env[name]
		return v, ok
	}}
}

// ran is what a command line left behind.
type ran struct {
	code     int
	out, err string
}

// run executes a command line within a minute.
func (s *shell) run(in string, args ...string) ran {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), time.Minute)
	defer cancel()
	var out, err bytes.Buffer
	code := s.program(strings.NewReader(in), &out, &err).Run(ctx, args)
	return ran{code, out.String(), err.String()}
}

// ok is run where nothing but success will do.
func (s *shell) ok(in string, args ...string) ran {
	s.t.Helper()
	r := s.run(in, args...)
	if r.code != 0 {
		s.t.Fatalf("mint402 %s: exit status %d\n%s%s", strings.Join(args, " "), r.code, r.out, r.err)
	}
	return r
}

// refused is run where an exit status and words on standard error are expected.
func (s *shell) refused(code int, says string, in string, args ...string) ran {
	s.t.Helper()
	r := s.run(in, args...)
	if r.code != code || !strings.Contains(r.err, says) {
		s.t.Fatalf("mint402 %s: exit status %d, want %d and %q in:\n%s%s", strings.Join(args, " "), r.code, code, says, r.out, r.err)
	}
	return r
}

// started is a serving verb that runs beside the test.
type started struct {
	t    *testing.T
	stop context.CancelFunc
	done chan ran
	out  *lines
	err  *lines
}

// start runs a command line until the test ends or stop is called.
func (s *shell) start(args ...string) *started {
	ctx, cancel := context.WithCancel(context.Background())
	st := &started{t: s.t, stop: cancel, done: make(chan ran, 1), out: newLines(), err: newLines()}
	go func() {
		code := s.program(strings.NewReader(""), st.out, st.err).Run(ctx, args)
		st.done <- ran{code, st.out.text(), st.err.text()}
		st.out.end()
		st.err.end()
	}()
	return st
}

// ended waits for the verb after it was told to stop.
func (st *started) ended() ran {
	st.t.Helper()
	select {
	case r := <-st.done:
		st.done <- r
		return r
	case <-time.After(time.Minute):
		st.t.Fatal("the verb does not end")
		return ran{}
	}
}

// lines collects output and wakes who waits for a word in it.
type lines struct {
	mu    sync.Mutex
	buf   bytes.Buffer
	grown chan struct{}
	over  bool
}

func newLines() *lines { return &lines{grown: make(chan struct{})} }

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.wake()
	return l.buf.Write(b)
}

func (l *lines) wake() {
	close(l.grown)
	l.grown = make(chan struct{})
}

func (l *lines) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.over = true
	l.wake()
}

func (l *lines) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// until returns the text once it holds the words.
func (l *lines) until(t *testing.T, words string) string {
	t.Helper()
	deadline := time.After(time.Minute)
	for {
		l.mu.Lock()
		text, grown, over := l.buf.String(), l.grown, l.over
		l.mu.Unlock()
		if strings.Contains(text, words) {
			return text
		}
		if over {
			t.Fatalf("ended without %q:\n%s", words, text)
		}
		select {
		case <-grown:
		case <-deadline:
			t.Fatalf("no %q in:\n%s", words, text)
		}
	}
}

// eventually asks again, a few times a second, until the answer is yes.
func eventually(t *testing.T, what string, yes func() bool) {
	t.Helper()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.After(3 * time.Minute); !yes(); {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("never: %s", what)
		}
	}
}

func decode[T any](t *testing.T, s string) T {
	t.Helper()
	var v T
	if err := json.Unmarshal([]byte(s), &v); err != nil {
		t.Fatalf("decode %q: %v", s, err)
	}
	return v
}

func verbs(p *Program) []*cobra.Command {
	var all []*cobra.Command
	for _, c := range p.root().Commands() {
		if c.Name() != "completion" && c.Name() != "help" {
			all = append(all, c)
		}
	}
	return all
}

func TestEveryFlagIsInItsVerbsHelp(t *testing.T) {
	p := newShell(t).program(nil, io.Discard, io.Discard)
	for _, c := range verbs(p) {
		c.Flags().VisitAll(func(f *pflag.Flag) {
			if !strings.Contains(c.Long, "--"+f.Name) && f.Name != "help" {
				t.Errorf("%s --help does not say --%s", c.Name(), f.Name)
			}
			if f.Usage != "" || f.Shorthand != "" && !strings.Contains(c.Long, "-"+f.Shorthand+", --"+f.Name) {
				t.Errorf("%s --%s: help is set by hand", c.Name(), f.Name)
			}
		})
		if !strings.Contains(c.Long, "usage: ") || !strings.Contains(c.Long, "mint402 "+c.Name()) || !strings.Contains(rootHelp, c.Name()) {
			t.Errorf("%s: its help has no usage line, or mint402 --help does not name it", c.Name())
		}
		if n := strings.Count(c.Long, "$ mint402") + strings.Count(c.Long, "| mint402"); n == 0 && c.Name() != "version" {
			t.Errorf("%s --help has no example", c.Name())
		}
		for _, line := range strings.Split(c.Long, "\n") {
			if len([]rune(line)) > 96 || strings.HasSuffix(line, " ") || strings.Contains(line, "\t") {
				t.Errorf("%s --help: line %q", c.Name(), line)
			}
		}
	}
}

func TestHelpOfAVerbExitsWithZeroAndGoesToStandardOutput(t *testing.T) {
	s := newShell(t)
	for _, args := range [][]string{{}, {"--help"}, {"mint", "--help"}, {"help", "mint"}} {
		r := s.ok("", args...)
		if !strings.Contains(r.out, "usage: mint402") || r.err != "" {
			t.Errorf("mint402 %v printed %q and %q", args, r.out, r.err)
		}
	}
}

func TestMistakesOnTheCommandLineExitWithTwo(t *testing.T) {
	s := newShell(t, "MINT402_KEY="+demoKeys[0])
	for says, args := range map[string][]string{
		`there is no verb "mnit"`:                {"mnit"},
		"a sale ends when it is sold out":        {"close"},
		"mint402 unpause lets":                   {"resume"},
		"try http://127.0.0.1:4021/mint":         {"mint", "127.0.0.1:4021/mint"},
		"try https://mint.example/l/ping":        {"mint", "mint.example/l/ping"},
		"did you mean base-sepolia?":             {"pause", "--network", "base-sepolai"},
		"there is no file nope.yaml":             {"launch", "-f", "nope.yaml"},
		"there is no file nope.txt":              {"cancel", "--payment", "nope.txt"},
		"give either --csv or --json":            {"orders", "--csv", "--json"},
		"name the launch once":                   {"pause", "ping", "--launch", "pong"},
		"unknown flag: --nope":                   {"mint", "--nope"},
		"mint takes the URL to mint at":          {"mint"},
		"is not an http or https URL":            {"mint", "mint.example/mint"},
		"expected 1 or more":                     {"mint", "http://mint.example/mint", "--quantity", "0"},
		"expected a decimal number such as 0.10": {"mint", "http://mint.example/mint", "--max", "lots"},
		`there is no network "bass"`:             {"mint", "http://mint.example/mint", "--network", "bass"},
		"payment id: expected":                   {"receipt", "0x12"},
		"expected one of":                        {"orders", "--state", "done"},
		"the checksum is wrong":                  {"orders", "--payer", "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92267"},
		"--name is missing":                      {"launch"},
		"need exactly one --token":               {"serve", "--slug", "ping"},
		"expected a project id":                  {"serve", "--walletconnect", "mine"},
		"expected debug, info, warn or error":    {"demo", "--log-level", "loud"},
		"expected text or json":                  {"demo", "--log-format", "xml"},
		"expected 127.0.0.1:PORT":                {"demo", "--listen", "127.0.0.1:0", "--rpc-listen", "0.0.0.0:1"},
		"give one of a URL, --payment and":       {"cancel"},
		"expected 0x and 64 hex digits":          {"cancel", "--nonce", "0x1234"},
		"give both --to and --amount":            {"refund", "--to", "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"},
		"name the payment to refund":             {"refund", "--to", "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266", "--amount", "1"},
		"and replace the id":                     {"refund", "--nonce", "0x1234"},
		"give either --nonce":                    {"refund", "--nonce", "0x12", "--reference", "0x12", "--to", "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266", "--amount", "1"},
		"give either a URL or --payment":         {"submit", "http://mint.example/mint", "--payment", "p.txt"},
		"the URL contains a password":            {"mint", "http://a:b@mint.example/mint"},
		`--token "0x1": expected 0x and 40 hex`:  {"pause", "--token", "0x1"},
		`--token "0x2": expected 0x and 40 hex`:  {"withdraw", "--token", "0x2"},
		`--token "0x3": expected 0x and 40 hex`:  {"refund", "--token", "0x3"},
		`payment id: expected 0x and 64`:         {"refund", "0x12", "--token", "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"},
		`--to "0x1": expected`:                   {"refund", "--to", "0x1", "--amount", "1", "--nonce", "0x12"},
		`--amount: amount "-1"`:                  {"refund", "--to", "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266", "--amount", "-1", "--nonce", "0x12"},
		`--metrics "x": expected HOST:PORT`:      {"serve", "--metrics", "x"},
		"--wait -1s: expected a time":            {"serve", "--wait", "-1s"},
		"--wait 1000000h0m0s: expected a time":   {"serve", "--wait", "1000000h"},
		"--drain -1s: expected a time":           {"serve", "--drain", "-1s"},
		"--gas-share 10001: expected":            {"serve", "--gas-share", "10001"},
		"--coin-price 0: expected":               {"serve", "--coin-price", "0"},
		"--passphrase-file nope needs":           {"serve", "--passphrase-file", "nope"},
		"--rpc: expected the URL of a node":      {"pause", "--rpc", ",,"},
		"its public URL is not kn":               {"serve", "--listen", "0.0.0.0:0"},
	} {
		s.with("MINT402_SENDER_KEY="+demoKeys[1]).refused(2, says, "", args...)
	}
}

func TestAPathThatIsNotThereIsNamed(t *testing.T) {
	s := newShell(t, "MINT402_KEY="+demoKeys[0])
	dir := t.TempDir()
	s.refused(1, dir+" is a directory", "", "orders", "--db", dir)
	s.refused(2, "--db: expected a text, and it is empty", "", "orders", "--db=")
	missing := filepath.Join(dir, "missing")
	s.refused(1, "there is no directory "+missing, "", "launch", "--name", "Ping", "--symbol", "PING", "--price", "0.10", "--allotment", "5000", "--cap", "5000000", "--out", missing)
	s.with("MINT402_KEY=0x123").refused(2, "read MINT402_KEY", "", "pause", "ping")
	payment := filepath.Join(dir, "c.txt")
	if err := os.WriteFile(payment, []byte("PAYMENT-SIGNATURE: e30="), 0o600); err != nil {
		t.Fatal(err)
	}
	s.refused(2, "--payment "+payment, "", "cancel", payment)
	s.with("MINT402_KEY=").refused(2, "no key was given", "", "pause", "--token", "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266")
}

func TestEveryAssetHasTheSixDecimalsThatMaxIsReadWith(t *testing.T) {
	for _, n := range x402.Networks() {
		if n.Asset.Decimals != 6 {
			t.Errorf("%s: %d decimals", n.Name, n.Asset.Decimals)
		}
	}
}

func TestVersionAndNetworksAreForPeopleAndForMachines(t *testing.T) {
	s := newShell(t)
	if r := s.ok("", "version"); !strings.HasPrefix(r.out, "mint402 ") || strings.Count(r.out, "\n") != 1 {
		t.Errorf("version: %q", r.out)
	}
	if v := decode[versionJSON](t, s.ok("", "version", "--json").out); v.Version == "" || !strings.HasPrefix(v.Go, "go1.") {
		t.Errorf("version: %+v", v)
	}
	if r := s.ok("", "networks"); !strings.Contains(r.out, "base-sepolia") {
		t.Errorf("networks: %q", r.out)
	}
	list := decode[[]networkJSON](t, s.ok("", "networks", "--json").out)
	if len(list) != len(x402.Networks()) || list[0].CAIP2 != "eip155:8453" || list[0].Testnet {
		t.Errorf("networks: %+v", list)
	}
}

func TestAServersWordsCannotDriveTheTerminal(t *testing.T) {
	if got := plain("a\x1b[2Jb\u202ec\r\nd" + strings.Repeat("x", 300)); strings.ContainsAny(got, "\x1b\r\n\u202e") || len([]rune(got)) > 201 {
		t.Errorf("plain: %q", got)
	}
}

func TestAnExplorerIsNamedOnlyForAChainThatIsOnOne(t *testing.T) {
	n, _ := x402.NetworkByName("base")
	for url, want := range map[string]bool{"https://mainnet.base.org": true, "wss://node.example/key": true, "http://127.0.0.1:8545": false,
		"http://localhost:8545": false, "http://10.0.0.7:8545": false, "ws://[::1]:8545": false} {
		if got := (&node{network: n, urls: []string{url}}).explorer(common.Hash{1}); strings.HasPrefix(got, "https://basescan.org/tx/0x01") != want {
			t.Errorf("%s: %q", url, got)
		}
	}
}
