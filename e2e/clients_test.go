package e2e

import (
	"context"
	"encoding/json"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/ethclient"
)

// x402Clients are the scripts that pay with an unmodified client of x402, and how
// each names the network in its receipt.
var x402Clients = []struct{ name, script, network string }{
	{"@x402/fetch 2.27.0, version 2", "clients/x402-fetch-v2.mjs", "eip155:84532"},
	{"x402-fetch 1.2.0, version 1", "clients/x402-fetch-v1.mjs", "base-sepolia"},
	{"x402-axios 0.7.2, version 1", "clients/x402-axios-v1.mjs", "base-sepolia"},
	{"@faremeter/fetch 0.22.0, version 2", "faremeter/pay.mjs", "eip155:84532"},
	{"thirdweb 5.121.6, version 2", "thirdweb/pay.mjs", "eip155:84532"},
	{"the official Go client, version 2", goSDK, "eip155:84532"},
}

// clientSaid is what the script of a client of x402 prints.
type clientSaid struct {
	Status  int
	Receipt struct {
		Success              *bool
		Transaction, Network string
		Payer                common.Address
	}
	Body    answer
	Outcome string // in the client's own words, if it has any
}

// pays runs the script of a client with its payer's key.
func (p payer) pays(t *testing.T, url, script string, said any, env ...string) (out string) {
	t.Helper()
	command := []string{"node", script}
	switch dir, _, _ := strings.Cut(script, "/"); {
	case script == goSDK:
		command = []string{goClient(t)}
	case dir != "clients":
		if _, err := os.Stat(filepath.Join(dir, "node_modules")); err != nil {
			t.Fatalf("the client is missing (make test-e2e, or npm ci in e2e/%s, brings it): %v", dir, err)
		}
	}
	out = run(t, append(env, "URL="+url, "KEY="+hexutil.Encode(crypto.FromECDSA(p.key))), command[0], command[1:]...)
	if err := json.Unmarshal([]byte(out), said); err != nil {
		t.Fatalf("the client printed %q: %v", out, err)
	}
	return out
}

// paysWith has as many clients as there are payers pay for one mint each, as many at a
// time as there are processors, and reads back from the chain what each got and paid.
func paysWith(t *testing.T, l *ledger, url string, payers []payer) {
	t.Run("clients", func(t *testing.T) { payWith(t, l, url, payers) })
}

func payWith(t *testing.T, l *ledger, url string, payers []payer) {
	for i, p := range payers {
		client := x402Clients[i]
		t.Run(client.name, func(t *testing.T) {
			t.Parallel()
			had, held := l.usdc(t, p.address), l.allotments(t, p.address)
			began := time.Now()
			var said clientSaid
			out := p.pays(t, url, client.script, &said)
			if said.Receipt.Success == nil {
				t.Fatalf("the client has no receipt: %s", out)
			}
			if said.Status != 200 || !*said.Receipt.Success || said.Receipt.Payer != p.address || said.Receipt.Network != client.network {
				t.Fatalf("the client was told %s", out)
			}
			if said.Body.Transaction != said.Receipt.Transaction {
				t.Errorf("the body names %s, the receipt header %s", said.Body.Transaction, said.Receipt.Transaction)
			}
			mined, err := l.TransactionReceipt(context.Background(), common.HexToHash(said.Receipt.Transaction))
			if err != nil {
				t.Fatalf("read transaction %s: %v", said.Receipt.Transaction, err)
			}
			events := 0
			for _, log := range mined.Logs {
				if log.Address == l.token && log.Topics[0] == mintedTopic {
					events++
					if m := mintedOf(*log); m.payer != p.address || m.quantity != 1 || log.Topics[1] != said.Body.PaymentID {
						t.Errorf("the transaction minted %d to %s for %s", m.quantity, m.payer, log.Topics[1])
					}
				}
			}
			if events != 1 {
				t.Errorf("transaction %s has %d Minted events", said.Receipt.Transaction, events)
			}
			if paid := had - l.usdc(t, p.address); paid != price {
				t.Errorf("the payer paid %d, the price is %d", paid, price)
			}
			if got := l.allotments(t, p.address) - held; got != 1 {
				t.Errorf("the payer got %d allotments", got)
			}
			t.Logf("paid and minted in %v, node's start included: %s", took(began), said.Receipt.Transaction)
		})
	}
}

// demoShown is what a demo prints about itself.
type demoShown struct {
	MintURL, RPC string
	Token, Asset common.Address
	Wallets      []struct{ Key hexutil.Bytes }
}

// startDemo starts a demo and returns what it prints once it is ready.
func startDemo(t *testing.T) (shown demoShown) {
	t.Helper()
	demo := start(t, nil, program, "demo", "--json", "--listen", "127.0.0.1:0", "--rpc-listen", "127.0.0.1:0")
	until(t, "the demo is ready", func() bool {
		if demo.ended() {
			t.Fatal("the demo ended at once")
		}
		var object []string
		for _, line := range demo.said() {
			if line == "{" || len(object) > 0 {
				object = append(object, line)
			}
			if line == "}" {
				break
			}
		}
		return json.Unmarshal([]byte(strings.Join(object, "\n")), &shown) == nil
	})
	return shown
}

// startDemoWithLedger starts a demo, and reads its launch's ledger from its chain.
func startDemoWithLedger(t *testing.T) (demoShown, *ledger) {
	t.Helper()
	shown := startDemo(t)
	client, err := ethclient.Dial(shown.RPC)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return shown, &ledger{client, shown.Token}
}

// funds makes new payers, and has the demo give each 100 test USDC.
func (d demoShown) funds(t *testing.T, n int) []payer {
	t.Helper()
	payers := newPayers(t, n)
	for some := range slices.Chunk(payers, 4) { // it has a limit for each client
		together(len(some), func(i int) {
			body := strings.NewReader(`{"address":"` + some[i].address.Hex() + `"}`)
			res, err := browserless.Post(strings.TrimSuffix(d.MintURL, "/mint")+"/demo/fund", "application/json", body)
			if err != nil {
				t.Error(err)
				return
			}
			if res.Body.Close(); res.StatusCode != 200 {
				t.Errorf("the demo answers %d to a request for test USDC", res.StatusCode)
			}
		})
	}
	return payers
}

func TestStockClientsPayADemo(t *testing.T) {
	begin(t)
	began := time.Now()
	shown, l := startDemoWithLedger(t)
	t.Logf("the demo was ready after %v", took(began))
	if shown.Asset != usdcAddress {
		t.Fatalf("the demo sells for %s", shown.Asset)
	}
	if id, err := l.ChainID(context.Background()); err != nil || id.Cmp(big.NewInt(chainID)) != 0 {
		t.Fatalf("the demo's chain is %v, %v", id, err)
	}
	paysWith(t, l, shown.MintURL, shown.funds(t, len(x402Clients)))
	l.books(t, 0)
}

func TestStockClientsPayCirclesUSDCOnAnvil(t *testing.T) {
	begin(t)
	u := deployCircle(t, startAnvil(t, 2))
	payers := newPayers(t, 3) // the others pay in it while their mint is pending
	u.give(10*price, addresses(payers)...)
	s := openShop(t, u, 1000)
	paysWith(t, s.ledger, s.url+"/mint", payers)
	s.books(t, 0)
}
