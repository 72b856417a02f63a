package devnet_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/chain/devnet"
)

func open(t *testing.T, config devnet.Config) *devnet.Devnet {
	t.Helper()
	d, err := devnet.Open(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

func connect(t *testing.T, d *devnet.Devnet) *chain.Client {
	t.Helper()
	c, err := d.Dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func TestADevnetIsBaseSepoliaToItsClients(t *testing.T) {
	d := open(t, devnet.Config{Manual: true})
	c := connect(t, d)
	usdc, err := c.ReadAsset(t.Context(), devnet.USDC)
	if err != nil {
		t.Fatal(err)
	}
	const real = "0x71f17a3b2ff373b803d70a5a07c046c1a2bc8e89c09ef722fcb047abe94c9818"
	if got := usdc.Domain(c.ChainID()).Separator(); got.Hex() != real || c.ChainID() != 84532 {
		t.Errorf("chain %d, separator %s", c.ChainID(), got)
	}
	if there, err := c.HasCode(t.Context(), devnet.Multicall3); err != nil || !there {
		t.Errorf("multicall: %v %v", there, err)
	}
}

func TestTwoDevnetsAreTwoChains(t *testing.T) {
	clock := func() time.Time { return time.Unix(1_700_000_000, 0) }
	a := open(t, devnet.Config{Manual: true, Clock: clock})
	b := open(t, devnet.Config{Manual: true, Clock: clock})
	if a.Genesis == b.Genesis {
		t.Error("their genesis blocks are the same")
	}
}

func TestADevnetsClockNeverRunsAheadOfItsOwners(t *testing.T) {
	now := time.Unix(1_700_000_000, 300_000_000)
	d := open(t, devnet.Config{Manual: true, Clock: func() time.Time { return now }})
	c := connect(t, d)
	number := func() uint64 {
		t.Helper()
		latest, _, err := c.Head(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if latest.Time.After(now) {
			t.Errorf("block %d is of %s, it is %s", latest.Number, latest.Time, now)
		}
		return latest.Number
	}
	give := func() {
		t.Helper()
		if _, err := d.GiveUSDC(common.Address{1}, big.NewInt(1)); err != nil {
			t.Fatal(err)
		}
	}
	step := func(forward time.Duration, want uint64) time.Duration {
		t.Helper()
		now = now.Add(forward)
		wait := d.MineIfDue()
		if got := number(); got != want {
			t.Fatalf("at %s block %d, want %d", now, got, want)
		}
		return wait
	}
	give()
	step(0, 1) // something is pending, and the genesis block is a second old
	give()
	if wait := step(0, 1); wait < 700*time.Millisecond || wait > 800*time.Millisecond {
		t.Errorf("it waits %s for the next second", wait)
	}
	give()
	step(699*time.Millisecond, 1)
	step(time.Millisecond, 2) // both, as the second turns
	if d.Pending() {
		t.Error("something is left")
	}
	if wait := step(time.Second, 2); wait < 900*time.Millisecond || wait > 1100*time.Millisecond {
		t.Errorf("it waits %s for the heartbeat", wait)
	}
	step(time.Second, 3) // the heartbeat
	step(10*time.Second, 4)
}

func TestADevnetMinesByItselfUntilItIsClosed(t *testing.T) {
	d := open(t, devnet.Config{})
	c := connect(t, d)
	c.Poll = time.Millisecond
	hash, err := d.GiveUSDC(common.Address{1}, big.NewInt(1))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if _, err := c.Wait(ctx, hash); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := d.Mine(); err == nil {
		t.Error("it mines on")
	}
	if _, err := chain.Dial(t.Context(), d.URL); err == nil {
		t.Error("it serves on")
	}
}

func TestADevnetOnATakenPortIsAnError(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	if d, err := devnet.Open(t.Context(), devnet.Config{Port: taken.Addr().(*net.TCPAddr).Port}); err == nil {
		d.Close()
		t.Error("it opened")
	}
}

func TestADevnetServesBrowsersAndSubscribers(t *testing.T) {
	d := open(t, devnet.Config{Manual: true})
	for method, want := range map[string]string{"eth_chainId": "0x14a34", "debug_setHead": "does not exist", "admin_nodeInfo": "does not exist"} {
		r, err := http.NewRequest("POST", d.URL, strings.NewReader(`{"jsonrpc":"2.0","id":1,"method":"`+method+`"}`))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Origin", "https://example.org")
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil || !strings.Contains(string(body), want) || res.Header.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%s: %s %v %v", method, body, res.Header, err)
		}
	}
	c, err := chain.Dial(t.Context(), strings.Replace(d.URL, "http:", "ws:", 1))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if c.ChainID() != devnet.ChainID {
		t.Errorf("chain %d", c.ChainID())
	}
}

func TestADevnetThatCannotMineSaysSoOnce(t *testing.T) {
	var log bytes.Buffer
	now := time.Unix(1_700_000_000, 0)
	d := open(t, devnet.Config{Manual: true, Clock: func() time.Time { return now }, Log: slog.New(slog.NewTextHandler(&log, nil))})
	d.MineIfDue()
	if log.Len() > 0 {
		t.Errorf("a block was mined, and the log has %s", &log)
	}
	d.StopInsert()
	for range 3 {
		now = now.Add(10 * time.Second)
		if wait := d.MineIfDue(); wait != time.Second {
			t.Errorf("it tries again after %s", wait)
		}
	}
	if strings.Count(log.String(), "no block was mined") != 1 || !strings.Contains(log.String(), "err=") {
		t.Errorf("the log has %q", &log)
	}
}
