package cmd

import (
	"context"
	"encoding/json"
	"fmt"
	"math/big"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/mint402/mint402/wallet"
)

// agent is a stock MCP client with a mint402 wallet that it started.
type agent struct {
	*testing.T
	*mcp.ClientSession
	process *exec.Cmd
}

// startWallet starts the program as a process, as an MCP client does.
func startWallet(t *testing.T, d demonstration, key, dir, host string) *agent {
	t.Helper()
	config := filepath.Join(dir, "wallet.json")
	text := fmt.Sprintf(`{"perPayment":"1","perDay":"5","total":"20","approveAbove":"1","hosts":[%q],"networks":["base-sepolia"],"rpc":{"base-sepolia":[%q]}}`, host, d.RPC)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c := exec.Command(os.Args[0], "wallet", "--config", config)
	c.Env = []string{"MINT402_TEST_MAIN=yes", "MINT402_ENV_FILE=", "MINT402_KEY=" + key, "XDG_STATE_HOME=" + dir, "HOME=" + dir}
	session, err := mcp.NewClient(&mcp.Implementation{Name: "agent", Version: "1"}, nil).Connect(t.Context(), &mcp.CommandTransport{Command: c}, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { session.Close() })
	return &agent{t, session, c}
}

func (a *agent) call(ctx context.Context, tool string, arguments, into any) error {
	r, err := a.CallTool(ctx, &mcp.CallToolParams{Name: "mint402_wallet_" + tool, Arguments: arguments})
	if err != nil {
		return err
	}
	text := r.Content[0].(*mcp.TextContent).Text
	if r.IsError {
		return fmt.Errorf("%s", text)
	}
	return json.Unmarshal([]byte(text), into)
}

func TestAnAgentMintsWithTheWalletAndTheChainShowsIt(t *testing.T) {
	d := theDemo(t)
	at, err := url.Parse(d.URL)
	if err != nil {
		t.Fatal(err)
	}
	account := d.Wallets[3].Address
	had := d.balance(t, d.Token, account)
	a := startWallet(t, d, d.Wallets[3].Key, t.TempDir(), at.Host)
	var q wallet.Quote
	if err := a.call(t.Context(), "quote", map[string]any{"url": d.URL + "/mint", "quantity": 2}, &q); err != nil {
		t.Fatal(err)
	}
	if q.Launch == nil || q.Launch.Token != d.Token || q.Launch.Quantity != 2 || q.PayTo != d.Token {
		t.Fatalf("%+v", q)
	}
	var p wallet.Payment
	if err := a.call(t.Context(), "pay", map[string]any{"quoteId": q.ID}, &p); err != nil {
		t.Fatal(err)
	}
	if p.Status != wallet.StatusMinted || p.Tokens != q.Launch.Tokens || p.Transaction == "" {
		t.Errorf("%+v", p)
	}
	l, err := d.dial(t).ReadLaunchFrom(t.Context(), d.Token, 0)
	if err != nil {
		t.Fatal(err)
	}
	if got := new(big.Int).Sub(d.balance(t, d.Token, account), had); got.Cmp(l.Tokens(2)) != 0 {
		t.Errorf("the account got %s base units", got)
	}
	// The quantity is in one place.
	if err := a.call(t.Context(), "quote", map[string]any{"url": d.URL + "/mint?quantity=2", "quantity": 2}, &q); err == nil {
		t.Error("took two quantities")
	}
	var o wallet.Overview
	if err := a.call(t.Context(), "status", map[string]any{}, &o); err != nil || len(o.Balances) != 1 || o.Undecided != 0 {
		t.Errorf("%+v, %v", o, err)
	}
}

func TestAWalletThatIsKilledWhileItPaysSendsTheSamePaymentAfterwards(t *testing.T) {
	d := theDemo(t)
	f := faultyServer(t, d)
	at, err := url.Parse(f.URL)
	if err != nil {
		t.Fatal(err)
	}
	dir, account := t.TempDir(), d.Wallets[2].Address
	had := d.balance(t, d.Token, account)
	f.losing("answer")
	a := startWallet(t, d, d.Wallets[2].Key, dir, at.Host)
	ask := func(a *agent) (q wallet.Quote) {
		t.Helper()
		if err := a.call(t.Context(), "quote", map[string]any{"url": f.URL + "/mint"}, &q); err != nil {
			t.Fatal(err)
		}
		return q
	}
	q := ask(a)
	go func() {
		var p wallet.Payment
		_ = a.call(t.Context(), "pay", map[string]any{"quoteId": q.ID}, &p) // it is killed
	}()
	eventually(t, "the payment is sent", func() bool { return len(f.seen()) > 0 })
	if err := a.process.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	f.losing("")
	b := startWallet(t, d, d.Wallets[2].Key, dir, at.Host)
	var p wallet.Payment
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := b.call(ctx, "pay", map[string]any{"quoteId": ask(b).ID}, &p); err != nil || p.Status != wallet.StatusMinted {
		t.Fatalf("%+v, %v", p, err)
	}
	all := f.seen()
	if len(all) < 2 {
		t.Fatalf("sent %d times", len(all))
	}
	for _, payment := range all[1:] {
		if payment != all[0] {
			t.Error("a second payment was signed")
		}
	}
	l, err := d.dial(t).ReadLaunchFrom(t.Context(), d.Token, 0)
	if err != nil {
		t.Fatal(err)
	}
	if got := new(big.Int).Sub(d.balance(t, d.Token, account), had); got.Cmp(l.Tokens(1)) != 0 {
		t.Errorf("the account got %s base units", got)
	}
}

func TestTheWalletRefusesToStartWithoutLimits(t *testing.T) {
	s := newShell(t, "MINT402_KEY="+strings.Repeat("1", 64))
	s.refused(2, "needs its limits", "", "wallet")
	path := filepath.Join(t.TempDir(), "wallet.json")
	if err := os.WriteFile(path, []byte(`{"perPayment":"1","perWeek":"5"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	s.refused(2, "perWeek", "", "wallet", "--config", path)
	s.refused(2, "is not a quoteId", "", "wallet", "approve", "../x")
	s.refused(2, "no quote", "", "wallet", "approve", "q_0123456789abcdef")
}
