package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/mint402/mint402/x402"
)

// agent is a stock MCP client, the official TypeScript SDK, with a mint402 wallet that it
// started. Its methods may be called concurrently.
type agent struct {
	t   *testing.T
	pid int // of the wallet

	mu      sync.Mutex
	in      *json.Encoder
	waiting []chan called
}

// called is the result of a call of a tool.
type called struct {
	ID      int
	IsError bool
	Value   json.RawMessage
	Lost    string // why there is no result
}

// walletError is the result of a tool that failed.
type walletError struct {
	Code   string `json:"error"`
	Detail struct{ Text string }
}

func (e *walletError) Error() string { return e.Code + ": " + e.Detail.Text }

// budget has the limits of a wallet, and URLs of the servers that it may pay.
type budget struct {
	perDay, total string
	urls          []string
}

// startAgent starts a client and its wallet. The wallet's configuration and payments are in
// a directory, in which the next wallet finds them.
func startAgent(t *testing.T, shown demoShown, p payer, dir string, b budget) *agent {
	t.Helper()
	var hosts []string
	for _, at := range b.urls {
		u, err := url.Parse(at)
		if err != nil {
			t.Fatal(err)
		}
		hosts = append(hosts, u.Host)
	}
	config := filepath.Join(dir, "wallet.json")
	text, err := json.Marshal(map[string]any{"perPayment": "0.10", "perDay": b.perDay, "total": b.total, "approveAbove": "0.10", "hosts": hosts,
		"networks": []string{"base-sepolia"}, "rpc": map[string][]string{"base-sepolia": {shown.RPC}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(config, text, 0o600); err != nil {
		t.Fatal(err)
	}
	c := exec.Command("node", "clients/wallet.mjs")
	var stderr bytes.Buffer
	c.Env = environment("HOME="+dir, "PROGRAM="+program, "CONFIG="+config, "KEY="+hexutil.Encode(crypto.FromECDSA(p.key)))
	c.Stderr, c.SysProcAttr = &stderr, &syscall.SysProcAttr{Setpgid: true} // the wallet ends with it
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = syscall.Kill(-c.Process.Pid, syscall.SIGKILL)
		_ = c.Wait()
		if t.Failed() {
			t.Logf("the client and the wallet said:\n%s", stderr.String())
		}
	})
	lines, a := json.NewDecoder(out), &agent{t: t, in: json.NewEncoder(in)}
	if err := lines.Decode(&a.pid); err != nil {
		t.Fatalf("the client printed no process: %v", err)
	}
	go a.read(lines)
	return a
}

// read gives each result to its call.
func (a *agent) read(lines *json.Decoder) {
	for {
		var r called
		err := lines.Decode(&r)
		a.mu.Lock()
		if err != nil { // the client ended
			for _, c := range a.waiting {
				close(c)
			}
			a.waiting = nil
			a.mu.Unlock()
			return
		}
		a.waiting[r.ID] <- r
		a.mu.Unlock()
	}
}

// call calls a tool of the wallet. An error of the tool is *walletError.
func (a *agent) call(tool string, arguments map[string]any, into any) error {
	result := make(chan called, 1)
	a.mu.Lock()
	id := len(a.waiting)
	a.waiting = append(a.waiting, result)
	err := a.in.Encode(map[string]any{"id": id, "name": "mint402_wallet_" + tool, "arguments": arguments})
	a.mu.Unlock()
	if err != nil {
		return err
	}
	r, ok := <-result
	switch {
	case !ok || r.Lost != "":
		return fmt.Errorf("%s: no result: %s", tool, r.Lost)
	case r.IsError:
		failed := &walletError{}
		if err := json.Unmarshal(r.Value, failed); err != nil {
			return fmt.Errorf("%s: %s", tool, r.Value)
		}
		return failed
	}
	return json.Unmarshal(r.Value, into)
}

// quoted is a quote of the wallet, and paid is a payment.
type (
	quoted struct {
		QuoteID, Protocol, Amount string
		PayTo                     common.Address
		Launch                    *struct{ Token common.Address }
	}
	paid struct {
		PaymentID, Transaction common.Hash
		Status                 string
		Answer                 struct{ Body struct{ Text string } }
	}
)

// quote asks for the price of a URL.
func (a *agent) quote(at string) (q quoted) {
	a.t.Helper()
	if err := a.call("quote", map[string]any{"url": at}, &q); err != nil {
		a.t.Fatal(err)
	}
	return q
}

// pay pays a quote.
func (a *agent) pay(q quoted) (p paid, err error) {
	err = a.call("pay", map[string]any{"quoteId": q.QuoteID}, &p)
	return p, err
}

// kill is kill -9 of the wallet; the client outlives it.
func (a *agent) kill() {
	a.t.Helper()
	if err := syscall.Kill(a.pid, syscall.SIGKILL); err != nil {
		a.t.Fatal(err)
	}
}

// door is a proxy in front of a shop. It records the payments that pass.
type door struct {
	*httptest.Server
	mu       sync.Mutex
	payments []string // headers

	// If holds is set, it holds the first payment until its sender is gone: before the
	// shop gets it, or the shop's answer to it.
	holds string
	held  chan struct{} // closed when it does
}

const (
	beforeTheShop = "before the shop has the payment"
	afterTheShop  = "after the shop has answered"
)

// openDoor puts a door in front of a shop's script, which runs until the test ends. The
// script prints its port.
func openDoor(t *testing.T, holds, script string, env ...string) *door {
	t.Helper()
	to, err := url.Parse(startShop(t, script, env...))
	if err != nil {
		t.Fatal(err)
	}
	d, proxy := &door{holds: holds, held: make(chan struct{})}, httputil.NewSingleHostReverseProxy(to)
	d.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch d.note(r) {
		case beforeTheShop:
			close(d.held)
			<-r.Context().Done()
		case afterTheShop:
			proxy.ServeHTTP(httptest.NewRecorder(), r)
			close(d.held)
			<-r.Context().Done()
		default:
			proxy.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(d.Close)
	return d
}

// note records the payment of a request, and returns how long it is held.
func (d *door) note(r *http.Request) (holds string) {
	header := r.Header.Get(x402.HeaderPaymentSignature) + r.Header.Get(x402.HeaderXPayment) + r.Header.Get("Authorization")
	d.mu.Lock()
	defer d.mu.Unlock()
	if header == "" {
		return ""
	}
	d.payments = append(d.payments, header)
	holds, d.holds = d.holds, ""
	return holds
}

// seen returns how many payments passed, and how many of them were different ones.
func (d *door) seen() (all, different int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	sorted := slices.Sorted(slices.Values(d.payments))
	return len(sorted), len(slices.Compact(sorted))
}

// startShop runs a server in Node until the test ends, and returns where it is.
func startShop(t *testing.T, script string, env ...string) (at string) {
	t.Helper()
	if _, err := os.Stat(filepath.Join(filepath.Dir(script), "node_modules")); strings.HasPrefix(script, "mppx/") && err != nil {
		t.Fatalf("the shop is missing (make test-e2e, or npm ci in e2e/mppx, brings it): %v", err)
	}
	p := startIn(t, ".", env, "node", script)
	until(t, script+" has a port", func() bool {
		if p.ended() {
			t.Fatalf("%s ended", script)
		}
		for _, line := range p.said() {
			if port, ok := strings.CutPrefix(line, "port "); ok {
				at = "http://127.0.0.1:" + port
			}
		}
		return at != ""
	})
	return at
}

// startFacilitator starts the official facilitator on a demo's chain, with gas of the demo.
func startFacilitator(t *testing.T, shown demoShown, gas payer) string {
	t.Helper()
	return startShop(t, "shops/facilitator.mjs", "RPC="+shown.RPC, "KEY="+hexutil.Encode(crypto.FromECDSA(gas.key)))
}

// settles waits until an account has an amount.
func (l *ledger) settles(t *testing.T, account common.Address, amount int64) {
	t.Helper()
	untilWithin(t, time.Minute, "the money is there", func() bool { return l.usdc(t, account) >= amount })
	if got := l.usdc(t, account); got != amount {
		t.Errorf("%s has %d, not %d", account, got, amount)
	}
}
