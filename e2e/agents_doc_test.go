package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/crypto"
)

// docBlock is a fenced block of docs/agents.md. The first line of its fence is its
// language and, if the test uses it, its mark: run, run=DIRECTORY (of e2e, where its
// packages are), limits (of the wallet) or host (the configuration of an MCP host).
type docBlock struct{ heading, language, mark, text string }

var (
	docFence   = regexp.MustCompile("^```([a-z]+)(?: (\\S+))?$")
	docHeading = regexp.MustCompile("^##+ (.+)$")
)

// docBlocks returns the blocks of a document, in its order.
func docBlocks(t *testing.T, path string) (all []docBlock) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var heading string
	var open *docBlock
	for line := range strings.Lines(string(text)) {
		fence, title := docFence.FindStringSubmatch(strings.TrimSuffix(line, "\n")), docHeading.FindStringSubmatch(strings.TrimSuffix(line, "\n"))
		switch {
		case open != nil && line == "```\n":
			all, open = append(all, *open), nil
		case open != nil:
			open.text += line
		case fence != nil:
			open = &docBlock{heading: heading, language: fence[1], mark: fence[2]}
		case title != nil:
			heading = title[1]
		}
	}
	if open != nil {
		t.Fatalf("%s: the block under %q does not end", path, heading)
	}
	return all
}

// agentsDoc is where the blocks run.
type agentsDoc struct {
	shown  demoShown
	root   string
	limits string // the wallet's
}

// here returns a block's text with the addresses of this demo in place of the usual ones,
// and the reader's directory in place of /path/to.
func (d *agentsDoc) here(text, home string) string {
	url := strings.TrimSuffix(d.shown.MintURL, "/mint")
	return strings.NewReplacer("http://127.0.0.1:8545", d.shown.RPC, written, strings.TrimPrefix(url, "http://"), "/path/to", home).Replace(text)
}

// TestTheSetUpsOfDocsAgentsBuyAsTheyAreWritten runs the blocks of docs/agents.md, each
// with a wallet of a demo, and reads from the chain what it got and paid.
func TestTheSetUpsOfDocsAgentsBuyAsTheyAreWritten(t *testing.T) {
	begin(t)
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	blocks := docBlocks(t, "../docs/agents.md")
	shown, l := startDemoWithLedger(t)
	d := &agentsDoc{shown: shown, root: root}
	var marked []docBlock
	for _, b := range blocks {
		switch mark, _, _ := strings.Cut(b.mark, "="); mark {
		case "":
		case "limits":
			d.limits = b.text
		case "run", "host":
			marked = append(marked, b)
		default:
			t.Fatalf("the block under %q has an unknown mark, %q", b.heading, b.mark)
		}
	}
	if len(marked) < 15 {
		t.Errorf("only %d blocks of docs/agents.md are marked to run", len(marked))
	}
	payers := d.shown.funds(t, len(marked))
	t.Run("blocks", func(t *testing.T) {
		for i, b := range marked {
			t.Run(strconv.Itoa(i)+" "+b.heading+", "+b.language, func(t *testing.T) {
				t.Parallel()
				d.buys(t, l, payers[i], b)
			})
		}
	})
	l.books(t, 0)
}

// buys runs a block with the wallet of a payer.
func (d *agentsDoc) buys(t *testing.T, l *ledger, p payer, b docBlock) {
	t.Helper()
	home := d.home(t, p)
	mark, where, _ := strings.Cut(b.mark, "=")
	if mark == "host" {
		d.host(t, l, p, b, home)
		return
	}
	mintsOnce(t, l, p, func(key string) {
		said := d.run(t, b, where, home, "MINT402_KEY="+key)
		if !strings.Contains(said, "0x") {
			t.Errorf("it printed no order and no transaction: %s", said)
		}
	})
}

// home makes the reader's home: mint402 on the PATH, the wallet's key and its limits.
func (d *agentsDoc) home(t *testing.T, p payer) string {
	t.Helper()
	home := t.TempDir()
	for _, err := range []error{
		os.Mkdir(home+"/bin", 0o700),
		os.Symlink(program, home+"/bin/mint402"),
		os.WriteFile(home+"/wallet.key", []byte(hexutil.Encode(crypto.FromECDSA(p.key))), 0o600),
		os.WriteFile(home+"/wallet.json", []byte(d.here(d.limits, home)), 0o600),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return home
}

// run runs a block and returns what it prints. where is a directory of e2e.
func (d *agentsDoc) run(t *testing.T, b docBlock, where, home string, env ...string) string {
	t.Helper()
	text, packages := d.here(b.text, home), filepath.Join(d.root, "e2e", where)
	dir := packages
	var command []string
	switch b.language {
	case "js":
		command = []string{"node", "--input-type=module", "-e", text}
	case "sh":
		if where == "" {
			dir = home // it writes files
		}
		command = []string{"/bin/bash", "-euo", "pipefail", "-c", text}
	case "go":
		dir = home
		if err := os.WriteFile(home+"/main.go", []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		build := exec.Command("go", "build", "-o", home+"/bin/buyer", home+"/main.go")
		if build.Dir = d.root; where != "" {
			build.Dir = filepath.Dir(goClient(t)) // its module has the official client
			build.Env = append(os.Environ(), "GOFLAGS=-mod=mod")
		}
		if out, err := build.CombinedOutput(); err != nil {
			t.Fatalf("build the block under %q: %v\n%s", b.heading, err, out)
		}
		command = []string{home + "/bin/buyer"}
	default:
		t.Fatalf("the block under %q is in %s, which the test cannot run", b.heading, b.language)
	}
	return d.execute(t, dir, home, env, command)
}

// execute runs a command as in the reader's shell and returns its standard output.
func (d *agentsDoc) execute(t *testing.T, dir, home string, env, command []string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	c := exec.CommandContext(ctx, command[0], command[1:]...)
	var stderr bytes.Buffer
	c.Dir, c.Stderr = dir, &stderr
	c.Env = environment(append(env, "HOME="+home, "XDG_STATE_HOME="+home+"/state", "NO_UPDATE_NOTIFIER=1", "PATH="+home+"/bin:"+os.Getenv("PATH"))...)
	out, err := c.Output()
	if err != nil {
		t.Fatalf("%v\n%s%s", err, out, stderr.String())
	}
	return string(out)
}

// host gives a configuration to an MCP host, whose wallet buys if it has one.
func (d *agentsDoc) host(t *testing.T, l *ledger, p payer, b docBlock, home string) {
	t.Helper()
	text := d.here(b.text, home)
	use := func() (said struct {
		Tools map[string][]string
		Paid  struct{ Status, Transaction string }
	}) {
		env := []string{"CONFIG=" + text, "URL=" + d.shown.MintURL}
		out := d.execute(t, filepath.Join(d.root, "e2e"), home, env, []string{"node", "clients/host.mjs"})
		if err := json.Unmarshal([]byte(out), &said); err != nil {
			t.Fatalf("the host printed %q: %v", out, err)
		}
		if !slices.Contains(said.Tools["mint"], "list_launches") {
			t.Errorf("the host sees %v", slices.Sorted(maps.Keys(said.Tools)))
		}
		return said
	}
	if !strings.Contains(text, `"wallet"`) {
		use()
		return
	}
	mintsOnce(t, l, p, func(string) {
		if said := use(); said.Paid.Status != "minted" || said.Paid.Transaction == "" {
			t.Errorf("the wallet says %+v", said.Paid)
		}
	})
}
