package cmd

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httputil"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/server/api"
)

// world is one demo for all tests that can share it.
var world struct {
	once sync.Once
	demo *started
	demonstration
}

// theDemo starts the demo, once, and returns what it printed. It ends with the
// test binary.
func theDemo(t *testing.T) demonstration {
	t.Helper()
	world.once.Do(func() {
		s := &shell{t: t, now: time.Now, env: map[string]string{"MINT402_ENV_FILE": ""}}
		world.demo = s.start("demo", "--json", "--listen", "127.0.0.1:0", "--rpc-listen", "127.0.0.1:0", "--log-level", "error")
		world.demonstration = decode[demonstration](t, world.demo.out.until(t, "\n}\n"))
	})
	if world.URL == "" {
		t.Fatal("the demo did not start")
	}
	return world.demonstration
}

func (d demonstration) dial(t *testing.T) *chain.Client {
	t.Helper()
	c, err := chain.Dial(t.Context(), d.RPC)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// tokens is a balance of the launched token, or of the asset, in base amount.Units.
func (d demonstration) balance(t *testing.T, token, account common.Address) *big.Int {
	t.Helper()
	n, err := d.dial(t).AssetBalance(t.Context(), token, account)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func (d demonstration) payerShell(t *testing.T, wallet int) *shell {
	return newShell(t, "MINT402_KEY="+d.Wallets[wallet].Key, "MINT402_RPC="+d.RPC)
}

// curl prints an answer as curl -si does.
func curl(t *testing.T, url, header string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if name, value, ok := strings.Cut(strings.TrimSpace(header), ": "); ok {
		req.Header.Set(name, value)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	dump, err := httputil.DumpResponse(res, true)
	if err != nil {
		t.Fatal(err)
	}
	return string(dump)
}

func body(dump string) string {
	_, b, _ := strings.Cut(dump, "\r\n\r\n")
	return b
}

func TestCurlAndSignMintInTwoCommands(t *testing.T) {
	long(t)
	d := theDemo(t)
	s, payer := d.payerShell(t, 1), d.Wallets[1].Address
	before, money := d.balance(t, d.Token, payer), d.balance(t, d.Asset, payer)
	header := s.ok(curl(t, d.MintURL, ""), "sign")
	if !strings.HasPrefix(header.out, "PAYMENT-SIGNATURE: ") || strings.Count(header.out, "\n") != 1 {
		t.Fatalf("sign printed %q", header.out)
	}
	answer := curl(t, d.MintURL, header.out)
	receipt := decode[api.Receipt](t, body(answer))
	if !strings.HasPrefix(answer, "HTTP/1.1 200 ") || receipt.Payer.Address != payer || receipt.Tokens != "5000" {
		t.Fatalf("the server answered %s", answer)
	}
	if again := decode[api.Receipt](t, body(curl(t, d.MintURL, header.out))); again.PaymentID != receipt.PaymentID || again.Transaction != receipt.Transaction {
		t.Errorf("the same payment again got %+v", again)
	}
	gained := new(big.Int).Sub(d.balance(t, d.Token, payer), before)
	spent := new(big.Int).Sub(money, d.balance(t, d.Asset, payer))
	if gained.Cmp(coins(5000)) != 0 || spent.Int64() != 100_000 {
		t.Errorf("the payer gained %s and spent %s", gained, spent)
	}
	if !strings.Contains(header.err, receipt.PaymentID.String()) {
		t.Errorf("sign told another payment: %s", header.err)
	}
}

func TestTheDemoHasALaunchInEachState(t *testing.T) {
	d := theDemo(t)
	for slug, want := range map[string]string{"demo": "402", "tomorrow": "403", "gone": "410"} {
		if answer := curl(t, d.URL+"/launches/"+slug+"/mint", ""); !strings.HasPrefix(answer, "HTTP/1.1 "+want+" ") {
			t.Errorf("%s: answered %.200s", slug, answer)
		}
	}
}

func TestThePageOfALaunchCanBePaid(t *testing.T) {
	d := theDemo(t)
	s := d.payerShell(t, 1)
	if out := s.ok("", "mint", d.URL+"/l/demo/?ref=friend", "--yes", "--rpc", d.RPC).out; !strings.Contains(out, "minted 5,000 DPING") {
		t.Errorf("mint printed %q", out)
	}
	s.refused(5, "sold out", "", "mint", d.URL+"/l/gone", "--yes", "--rpc", d.RPC)
	s.refused(5, "the sale opens at", "", "mint", d.URL+"/l/tomorrow", "--yes", "--rpc", d.RPC)
}

func TestABodyAloneIsSignedInVersionOneAndMints(t *testing.T) {
	d := theDemo(t)
	header := d.payerShell(t, 1).ok(body(curl(t, d.MintURL, "")), "sign")
	if !strings.HasPrefix(header.out, "X-PAYMENT: ") {
		t.Fatalf("sign printed %q", header.out)
	}
	if answer := curl(t, d.MintURL, header.out); !strings.HasPrefix(answer, "HTTP/1.1 200 ") {
		t.Errorf("the server answered %s", answer)
	}
}

func TestSignRefusesWhatItShouldNotPay(t *testing.T) {
	d := theDemo(t)
	s, res := d.payerShell(t, 1), curl(t, d.MintURL, "")
	s.refused(4, "is above the maximum", res, "sign", "--max", "0.09")
	s.refused(4, "is not among those allowed", res, "sign", "--network", "base")
	s.refused(1, "did not ask for a payment; it answered 200 OK", curl(t, d.URL+"/healthz", ""), "sign")
	s.refused(1, "404 Not Found: there is no such launch", curl(t, d.URL+"/launches/nope/mint", ""), "sign")
	s.refused(1, "no x402 payment requirements", "hello", "sign")
	other := strings.ReplaceAll(body(res), "0x036CbD53842c5426634e7929541eC2318f3dCF7e", "0x1111111111111111111111111111111111111111")
	s.refused(4, "is not the one known", other, "sign")
	s.ok(other, "sign", "--any-asset", "--max", "100000")
	s.ok(other, "sign", "--any-asset", "--max", "100000")
	s.refused(4, "is above the maximum", other, "sign", "--any-asset", "--max", "99999")
}

func TestSignReadsWhatCurlPrintsOfRedirects(t *testing.T) {
	d := theDemo(t)
	moved := "HTTP/1.1 301 Moved Permanently\r\nLocation: " + d.MintURL + "\r\nContent-Length: 0\r\n\r\n"
	if r := d.payerShell(t, 1).ok("HTTP/1.1 100 Continue\r\n\r\n"+moved+curl(t, d.MintURL, ""), "sign"); !strings.HasPrefix(r.out, "PAYMENT-SIGNATURE: ") {
		t.Errorf("sign printed %q", r.out)
	}
	head, _, _ := strings.Cut(curl(t, d.MintURL, ""), "\r\n\r\n") // curl -sD - -o /dev/null
	if r := d.payerShell(t, 1).ok(strings.ReplaceAll(head, "\r", "")+"\n", "sign"); !strings.HasPrefix(r.out, "PAYMENT-SIGNATURE: ") {
		t.Errorf("sign printed %q", r.out)
	}
}

func TestTheDemoEndsWithoutATraceAndPrintsCommandsThatWork(t *testing.T) {
	long(t)
	tmp, bin := t.TempDir(), filepath.Join(t.TempDir(), "mint402")
	if err := os.WriteFile(bin, []byte(readFile(t, os.Args[0])), 0o755); err != nil {
		t.Fatal(err)
	}
	run := exec.CommandContext(t.Context(), bin, "demo", "--listen", "127.0.0.1:0", "--rpc-listen", "127.0.0.1:0")
	run.Env = []string{"MINT402_TEST_MAIN=yes", "TMPDIR=" + tmp, "MINT402_ENV_FILE=", "XDG_STATE_HOME=" + t.TempDir(), "PATH=" + os.Getenv("PATH")}
	out, errs := newLines(), newLines()
	run.Stdout, run.Stderr = out, errs
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	text := out.until(t, "Ctrl-C")
	if left, _ := filepath.Glob(filepath.Join(tmp, "mint402-demo-*")); len(left) != 1 {
		t.Errorf("state is in %v", left)
	}
	// What a person pastes, by a real shell; the program is this test binary.
	var script []string
	for _, line := range strings.Split(text, "\n") {
		if l := strings.TrimSpace(line); strings.HasPrefix(line, "  ") && (strings.HasPrefix(l, "export ") || strings.HasPrefix(l, "curl ") || strings.Contains(l, " withdraw ") || strings.Contains(l, " mint http")) {
			if strings.Contains(l, " mint http") {
				l += " --yes"
			}
			if strings.Contains(l, " withdraw ") {
				l += " --yes"
			}
			script = append(script, l)
		}
	}
	if len(script) != 5 {
		t.Fatalf("the demo says to paste %q", script)
	}
	if _, err := exec.LookPath("curl"); err != nil {
		t.Log("there is no curl; its lines are not tried")
	} else {
		sh := exec.CommandContext(t.Context(), "sh", "-ec", strings.Join(script, "\n"))
		sh.Dir = t.TempDir()
		sh.Env = append(run.Env, "HOME="+sh.Dir)
		pasted, err := sh.CombinedOutput()
		for _, want := range []string{`"state":"mined"`, "minted 5,000 DPING", "withdrew 0.20 USDC"} {
			if err != nil || !bytes.Contains(pasted, []byte(want)) {
				t.Fatalf("pasted %v: no %q in\n%s", err, want, pasted)
			}
		}
	}
	if err := run.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := run.Wait(); err != nil {
		t.Errorf("the demo ended with %v: %s", err, errs.text())
	}
	if left, _ := filepath.Glob(filepath.Join(tmp, "mint402-demo-*")); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestTheDemoTakesAnotherPortForItsChainUnlessOneWasAskedFor(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	s := newShell(t)
	s.refused(1, "--rpc-listen 127.0.0.1:0 takes a free port", "", "demo", "--listen", "127.0.0.1:0", "--rpc-listen", taken.Addr().String())
	s.refused(1, "give another address with --listen HOST:PORT", "", "demo", "--listen", taken.Addr().String())
	p := s.program(nil, io.Discard, io.Discard)
	if port, err := (&demoFlags{rpc: taken.Addr().String()}).port(p); err != nil || port != 0 {
		t.Errorf("port %d, %v", port, err)
	}
}

// getJSON reads one of the demo's pages, whatever its status.
func getJSON[T any](t *testing.T, url string) (T, int) {
	t.Helper()
	var v T
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	err = json.NewDecoder(res.Body).Decode(&v)
	if err != nil && !errors.Is(err, io.EOF) {
		t.Fatal(fmt.Errorf("decode %s: %w", url, err))
	}
	return v, res.StatusCode
}
