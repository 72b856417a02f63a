package e2e

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
)

// mcpClient is a script, and its environment.
type mcpClient struct {
	name, script string
	env          []string
}

// mcpClients are the scripts that buy with an unmodified MCP client, each with its
// environment.
var mcpClients = []mcpClient{
	{"@modelcontextprotocol/sdk 1.32.2 with @x402/evm, HTTP", "clients/mcp-official.mjs", nil},
	{"@modelcontextprotocol/sdk 1.32.2 with @x402/evm, stdio", "clients/mcp-official.mjs", []string{"PROGRAM="}},
	{"@modelcontextprotocol/client 2.4.0 with @x402/evm", "clients/mcp-official.mjs", []string{"SDK=client"}},
	{"the official Go SDK 1.8.0 with the official Go client of x402", goSDK, nil},
	{"agents 0.32.0 of Cloudflare, sdk 1.32.2", "clients/mcp-cloudflare.mjs", nil},
	{"agents 0.32.0 of Cloudflare, client 2.4.0", "clients/mcp-cloudflare.mjs", []string{"SDK=client"}},
	{"x402-mcp 0.0.5 of Vercel with ai 5.0.52", "clients/mcp-vercel.mjs", nil},
	{"mppx 0.11.0 over @modelcontextprotocol/sdk 1.32.2", "mppx/mcp.mjs", nil},
}

// TestStockMCPClientsBuyFromADemo runs each client against a demo, and reads back from the
// chain what its payer got and paid.
func TestStockMCPClientsBuyFromADemo(t *testing.T) {
	begin(t)
	shown, l := startDemoWithLedger(t)
	payers := shown.funds(t, len(mcpClients))
	t.Run("clients", func(t *testing.T) {
		for i, c := range mcpClients {
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				c.mints(t, l, strings.TrimSuffix(shown.MintURL, "/mint"), payers[i])
			})
		}
	})
	l.books(t, 0)
}

// mints has a client buy, and checks what it was told and what the chain says.
func (c mcpClient) mints(t *testing.T, l *ledger, server string, p payer) {
	t.Helper()
	had, held := l.usdc(t, p.address), l.allotments(t, p.address)
	said, out := c.buys(t, server, p)
	if said.IsError || !said.Receipt.Success || !strings.HasPrefix(said.Text, "Minted ") || !slices.Contains(said.Tools, "list_launches") {
		t.Fatalf("the client got %s", out)
	}
	mined, err := l.TransactionReceipt(context.Background(), said.Receipt.Transaction)
	if err != nil {
		t.Fatalf("read transaction %s: %v", said.Receipt.Transaction, err)
	}
	events := 0
	for _, log := range mined.Logs {
		if log.Address == l.token && log.Topics[0] == mintedTopic && mintedOf(*log).payer == p.address {
			events++
		}
	}
	if paid, got := had-l.usdc(t, p.address), l.allotments(t, p.address)-held; events != 1 || paid != price || got != 1 {
		t.Errorf("%d Minted events; the payer paid %d and got %d allotments", events, paid, got)
	}
}

// mcpSaid is what the script of an MCP client prints.
type mcpSaid struct {
	Tools   []string
	IsError bool
	Text    string
	Body    answer
	Receipt struct {
		Success     bool
		Transaction common.Hash
	}
}

// buys runs a client's script against a server.
func (c mcpClient) buys(t *testing.T, server string, p payer, env ...string) (said mcpSaid, out string) {
	t.Helper()
	for _, e := range c.env {
		env = append(env, strings.Replace(e, "PROGRAM=", "PROGRAM="+program, 1))
	}
	out = p.pays(t, server+"/mcp", c.script, &said, env...)
	return said, out
}
