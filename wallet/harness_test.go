package wallet

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/pay"
	"github.com/mint402/mint402/x402"
)

var (
	token       = common.HexToAddress("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")
	thief       = common.HexToAddress("0x000000000000000000000000000000000000dEaD")
	payerKey, _ = crypto.HexToECDSA("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80")
)

// A shop is a paid server that a test makes lie.
type shop struct {
	*httptest.Server
	mu     sync.Mutex
	ask    func(n int) x402.Requirement // the nth unpaid request's answer, from 0
	asked  int
	paid   []x402.Payment
	answer func(http.ResponseWriter) // to a payment
	words  string                    // description
}

func ours() x402.Requirement {
	n, _ := x402.NetworkByName("base-sepolia")
	return n.Requirement(token, big.NewInt(100_000), 2*time.Minute)
}

func openShop(t *testing.T) *shop {
	t.Helper()
	s := &shop{ask: func(int) x402.Requirement { return ours() }, words: "Mint 5000 PING"}
	s.answer = func(w http.ResponseWriter) {
		value, _ := x402.EncodeHeader(x402.SettleResponse{Success: true, Transaction: common.Hash{7}.Hex(), Network: "eip155:84532"})
		w.Header().Set(x402.HeaderPaymentResponse, value)
		_, _ = io.WriteString(w, `{"state":"mined","final":true}`)
	}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		value := r.Header.Get(x402.HeaderPaymentSignature)
		if value == "" {
			ask, _ := x402.EncodeHeader(x402.NewPaymentRequired("", x402.Resource{URL: "https://elsewhere.example/", Description: s.words}, s.ask(s.asked)))
			s.asked++
			w.Header().Set(x402.HeaderPaymentRequired, ask)
			w.WriteHeader(http.StatusPaymentRequired)
			return
		}
		p, err := x402.DecodePayment(value)
		if err != nil {
			t.Error(err)
		}
		s.paid = append(s.paid, p)
		s.answer(w)
	}))
	t.Cleanup(s.Close)
	return s
}

// A fakeChain says what a test wants.
type fakeChain struct {
	mu      sync.Mutex
	launch  *mint.Launch
	noNode  bool
	balance int64
	facts   func(pay.Record) Facts
}

var errDown = errors.New("no node answers")

func (c *fakeChain) Launch(_ context.Context, _ string, a common.Address) (*mint.Launch, error) {
	switch {
	case c.noNode:
		return nil, errDown
	case c.launch == nil || c.launch.Token != a:
		return nil, ErrNoLaunch
	}
	return c.launch, nil
}

func (c *fakeChain) Balance(context.Context, string, common.Address, common.Address) (*big.Int, error) {
	if c.noNode {
		return nil, errDown
	}
	return big.NewInt(c.balance), nil
}

func (c *fakeChain) Facts(_ context.Context, r pay.Record) (Facts, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.noNode {
		return Facts{}, errDown
	}
	if c.facts == nil {
		return Facts{}, nil
	}
	return c.facts(r), nil
}

func ping() *mint.Launch {
	n, _ := x402.NetworkByName("base-sepolia")
	return &mint.Launch{ChainID: n.ChainID, Token: token, Asset: n.Asset, Name: "Ping", Symbol: "PING", Price: big.NewInt(100_000), Allotment: new(big.Int).Mul(big.NewInt(5000), big.NewInt(1e18)), Cap: 1000, Limit: 100}
}

// A bench is a wallet, driven by a stock MCP client.
type bench struct {
	*testing.T
	shop   *shop
	chain  *fakeChain
	wallet *Wallet
	client *mcp.ClientSession
}

func open(t *testing.T, change func(*Config), options *mcp.ClientOptions) *bench {
	t.Helper()
	s := openShop(t)
	u, _ := url.Parse(s.URL)
	config := &Config{Limits: pay.Limits{PerPayment: 500_000, PerDay: 1_000_000, Total: 2_000_000, Hosts: []string{u.Host}}, ApproveAbove: 500_000}
	if change != nil {
		change(config)
	}
	signer, dir := pay.KeySigner(payerKey), t.TempDir()
	ledger, err := pay.OpenLedger(dir, signer.Address())
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{T: t, shop: s, chain: &fakeChain{launch: ping(), balance: 1_000_000}}
	b.wallet = New(config, signer, ledger, b.chain, filepath.Join(dir, "approvals"))
	b.wallet.patience, b.wallet.poll = 0, 0
	b.wallet.payer.Patience = time.Millisecond
	b.wallet.payer.Wait = func(context.Context, time.Duration) error { return nil }
	here, there := mcp.NewInMemoryTransports()
	if _, err := b.wallet.Server("test").Connect(t.Context(), here, nil); err != nil {
		t.Fatal(err)
	}
	if b.client, err = mcp.NewClient(&mcp.Implementation{Name: "agent", Version: "1"}, options).Connect(t.Context(), there, nil); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.client.Close() })
	return b
}

// call calls a tool and decodes its result. An error of the tool is returned as text.
func (b *bench) call(tool string, arguments, into any) string {
	b.Helper()
	r, err := b.client.CallTool(b.Context(), &mcp.CallToolParams{Name: "mint402_wallet_" + tool, Arguments: arguments})
	if err != nil {
		b.Fatal(err)
	}
	text := r.Content[0].(*mcp.TextContent).Text
	if r.IsError {
		return text
	}
	if err := json.Unmarshal([]byte(text), into); err != nil {
		b.Fatalf("%s: %v", text, err)
	}
	return ""
}

type object = map[string]any

func (b *bench) quote(arguments object) (q Quote, failed string) {
	b.Helper()
	if arguments["url"] == nil {
		arguments["url"] = b.shop.URL + "/mint"
	}
	return q, b.call("quote", arguments, &q)
}

func (b *bench) pay(id string) (p Payment, failed string) {
	b.Helper()
	return p, b.call("pay", object{"quoteId": id}, &p)
}

func (b *bench) signed() int {
	b.Helper()
	all, err := b.wallet.payer.Ledger.Records(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	return len(all)
}

func minted(pay.Record) Facts {
	return Facts{Used: true, Transferred: true, Tokens: "5000", Transaction: common.Hash{7}.Hex()}
}
