package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/ethclient"
)

// readme is the README, and where its demo is to be found when this test runs.
type readme struct {
	text   string
	listen string // 127.0.0.1:4021 as written, or a free address if that is taken
}

const written = "127.0.0.1:4021"

// block is the first fenced block of a language after a heading, to be pasted.
func (r *readme) block(t *testing.T, heading, language string) string {
	t.Helper()
	_, after, found := strings.Cut(r.text, "\n"+heading+"\n")
	_, body, open := strings.Cut(after, "\n```"+language+"\n")
	body, _, closed := strings.Cut(body, "\n```")
	if !found || !open || !closed {
		t.Fatalf("README has no %s block after %q", language, heading)
	}
	return strings.ReplaceAll(body, written, r.listen) + "\n"
}

func TestTheLinesOfTheREADMEWorkWhenPasted(t *testing.T) {
	begin(t)
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	r := &readme{"\n" + string(text), written}
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	// What the reader's shell is in: a clone, in which the demo is built.
	// Its state directory is where the demo leaves word of its node and its books.
	state := "XDG_STATE_HOME=" + t.TempDir()
	serve := func() *process {
		return startIn(t, root, []string{"MINT402_LISTEN=" + r.listen, state}, "/bin/bash", "-ec", r.block(t, "## Try it", "sh"))
	}
	demo := serve()
	until(t, "the demo answers", func() bool {
		if demo.ended() {
			if !demo.says(addressInUse) {
				t.Fatal("the demo ended")
			}
			r.listen = freeAddress(t) // another program has the README's
			demo = serve()
		}
		// It says its address, so that no other program's answer is taken for its.
		a, err := ask("http://"+r.listen+"/readyz", "", "")
		return err == nil && a.status == 200 && demo.says("http://"+r.listen)
	})
	url := "http://" + r.listen

	curl := r.block(t, "### With curl", "sh")
	key := regexp.MustCompile(`MINT402_KEY=(0x[0-9a-f]{64})\b`).FindStringSubmatch(curl)
	if key == nil {
		t.Fatalf("the lines for curl set no MINT402_KEY:\n%s", curl)
	}
	secret, err := crypto.HexToECDSA(key[1][2:])
	if err != nil {
		t.Fatal(err)
	}
	payer := crypto.PubkeyToAddress(secret.PublicKey)
	l := demoLedger(t, demo, url)
	had := l.usdc(t, payer)

	// payment.txt is not to appear in the clone.
	shell := t.TempDir()
	if err := os.Symlink(filepath.Join(root, "bin"), filepath.Join(shell, "bin")); err != nil {
		t.Fatal(err)
	}
	var got receipt
	out := paste(t, shell, []string{state}, curl, "")
	if err := json.Unmarshal([]byte(out), &got); err != nil || got.Payer != payer || got.TokensBase != allotment.String() {
		t.Fatalf("curl printed %s: %v", out, err)
	}
	if n := l.allotments(t, payer); n != 1 {
		t.Errorf("after the lines for curl the payer holds %d allotments", n)
	}

	// In the reader's shell the key is still exported.
	reader := []string{"MINT402_KEY=" + key[1], state}
	t.Logf("mint: %s", paste(t, shell, reader, r.block(t, "### With the CLI", "sh"), "y\n"))
	if n := l.allotments(t, payer); n != 2 {
		t.Errorf("after the line for the CLI the payer holds %d allotments", n)
	}

	npm := strings.Fields(r.block(t, "### With an SDK", "sh"))
	if len(npm) < 3 || npm[0] != "npm" || npm[1] != "install" {
		t.Fatalf("the SDK's packages are installed by %q", npm)
	}
	for _, name := range npm[2:] {
		if _, err := os.Stat(filepath.Join(root, "e2e", "node_modules", filepath.FromSlash(name))); err != nil {
			t.Errorf("the SDK's lines install %s: %v", name, err)
		}
	}
	if out := run(t, reader, "node", "--input-type=module", "-e", r.block(t, "### With an SDK", "ts")); !strings.HasPrefix(out, "200 ") {
		t.Errorf("the SDK's lines printed %s", out)
	}
	if n, paid := l.allotments(t, payer), had-l.usdc(t, payer); n != 3 || paid != 3*price {
		t.Errorf("in the end the payer holds %d allotments and paid %d", n, paid)
	}
	l.books(t, 0)

	books := paste(t, shell, []string{state}, r.block(t, "### The books", "sh"), "")
	for _, word := range []string{payer.Hex(), "paid", "owed", "copy.db"} {
		if !strings.Contains(books, word) {
			t.Errorf("the lines of the books print no %q:\n%s", word, books)
		}
	}
	if _, err := os.Stat(filepath.Join(shell, "copy.db")); err != nil {
		t.Errorf("the backup: %v", err)
	}
}

// paste runs lines as a shell would, in a home of its own, and returns what they
// print.
func paste(t *testing.T, dir string, env []string, lines, typed string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	c := exec.CommandContext(ctx, "/bin/bash", "-ec", lines)
	var stderr bytes.Buffer
	c.Dir, c.Env, c.Stdin, c.Stderr = dir, environment(append(env, "HOME="+dir)...), strings.NewReader(typed), &stderr
	out, err := c.Output()
	if err != nil {
		t.Fatalf("pasted\n%s%v\n%s%s", lines, err, out, stderr.String())
	}
	return string(out)
}

var localURL = regexp.MustCompile(`http://127\.0\.0\.1:\d+`)

// demoLedger finds the demo's chain among the URLs that it printed.
func demoLedger(t *testing.T, demo *process, url string) *ledger {
	t.Helper()
	a, err := ask(url+"/launches", "", "")
	if err != nil {
		t.Fatal(err)
	}
	var sold struct {
		Launches []struct {
			Slug  string
			Token common.Address
		}
	}
	if err := json.Unmarshal(a.body, &sold); err != nil || len(sold.Launches) != 3 || sold.Launches[0].Slug != "demo" {
		t.Fatalf("the demo sells %s: %v", a.body, err)
	}
	l := &ledger{token: sold.Launches[0].Token}
	// The server answers before the demo has said everything.
	until(t, "the demo names its chain", func() bool {
		for _, at := range localURL.FindAllString(strings.Join(demo.said(), "\n"), -1) {
			client, err := ethclient.Dial(at)
			if err != nil {
				continue
			}
			if id, err := client.ChainID(context.Background()); err == nil && id.Int64() == chainID {
				t.Cleanup(client.Close)
				l.Client = client
				return true
			}
			client.Close()
		}
		return false
	})
	return l
}
