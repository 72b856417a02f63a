package e2e

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/x402"
)

// The second chain's id, and how commands name the chain. No table has it.
const (
	otherID    = 31337
	otherChain = "id=31337,testnet,title=Other"
)

// twoChains is one server that sells a launch on each of two chains: ping on Base Sepolia, and
// pong on a chain that is not listed. Both contracts have one address, and so have the assets: in
// everything but the chain a payment for one is a payment for the other.
type twoChains struct {
	*shop           // the server, and ping
	pong  *shop     // on the other chain
	node  *provider // the server's only node of the other chain
	file  string
}

// openChains launches on both chains: first without a server, then next to the server, which
// sells on both from the start.
func openChains(t *testing.T) *twoChains {
	t.Helper()
	first := deployCircle(t, startAnvil(t, 1))
	second := deployFiatToken(t, startAnvilWith(t, 1, 1, "--chain-id", fmt.Sprint(otherID)))
	second.issue(usdcAddress, "USDC", "USD")
	c := &twoChains{shop: newShop(t, first), node: startProvider(t, second.anvil, ""), file: filepath.Join(t.TempDir(), "chains.yaml")}
	c.launch(1000)
	text := fmt.Sprintf("chains:\n  - network: base-sepolia\n    rpc: [%q]\n  - chain: %q\n    rpc: [%q]\n    assets: [%q]\n", first.url, otherChain, c.node.url, usdcAddress.Hex())
	if err := os.WriteFile(c.file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c.start()
	until(t, "the server has reached the other chain", func() bool { return c.server.says(`"msg":"chain reached","chain":"eip155:31337"`) })
	other := *c.shop
	other.chain = second
	other.ledger = &ledger{second.Client, other.deploy(c.db, "pong", addressOf(t, c.minterKey).Hex(), 1000, "--symbol", "PING", "--chain", otherChain, "--asset", usdcAddress.Hex(), "--owner", first.accounts[deployer].Hex())}
	c.pong = &other
	c.serves()
	if c.token != c.pong.token {
		t.Errorf("the contracts have addresses %s and %s, and this test would see more if they had one", c.token, c.pong.token)
	}
	return c
}

// start starts the server, or starts it again.
func (c *twoChains) start() {
	c.t.Helper()
	c.server = c.serve()
	c.serves()
}

func (c *twoChains) serve() *process {
	return start(c.t, []string{"MINT402_SENDER_KEY=" + c.sender, "MINT402_MINTER_KEY=" + c.minterKey}, c.program,
		"serve", "--chains", c.file, "--db", c.db, "--listen", c.listen, "--log-format", "json")
}

// restart kills the server, lets something happen while it is away, and starts it again.
func (c *twoChains) restart(meanwhile func()) {
	c.t.Helper()
	c.server.kill()
	meanwhile()
	c.start()
}

// serves returns when one of the chains sells.
func (c *twoChains) serves() {
	c.t.Helper()
	c.shop.serves()
	if c.pong != nil {
		c.pong.url = c.url + "/launches/pong"
	}
}

// status asks whether a chain sells; without a name, whether the server does.
func (c *twoChains) status(chain string) int {
	c.t.Helper()
	url := c.url + "/readyz"
	if chain != "" {
		url += "?chain=" + chain
	}
	a, err := ask(url, "", "")
	if err != nil {
		return 0
	}
	return a.status
}

// sells waits until both chains sell.
func (c *twoChains) sells() {
	c.t.Helper()
	until(c.t, "both chains sell", func() bool {
		a, err := ask(c.pong.url+"/mint", "", "")
		return err == nil && a.status == 402 && c.status("base-sepolia") == 200 && c.status(fmt.Sprint(otherID)) == 200
	})
}

// present sends a payment for a launch.
func (c *twoChains) present(slug string, p payment) (answer, error) {
	return ask(mintURL(c.url+"/launches/"+slug, p.quantity), x402.HeaderPaymentSignature, p.v2)
}

// broken has the other chain in trouble: it sells nothing, and the first sells on.
func (c *twoChains) broken(how string, sold int) (paid []payment) {
	c.t.Helper()
	until(c.t, how+": the other chain does not sell", func() bool { return c.status(fmt.Sprint(otherID)) == 503 })
	if got := c.status(""); got != 200 {
		c.t.Errorf("%s: /readyz is %d while one chain sells", how, got)
	}
	if got := c.status("eip155:84532"); got != 200 {
		c.t.Errorf("%s: /readyz of the chain that sells is %d", how, got)
	}
	var answer struct {
		Chains []struct {
			Network string `json:"network"`
			Ready   bool   `json:"ready"`
		} `json:"chains"`
	}
	a, err := ask(c.url+"/readyz", "", "")
	if err != nil || json.Unmarshal(a.body, &answer) != nil || len(answer.Chains) != 2 || !answer.Chains[0].Ready || answer.Chains[1].Ready || !strings.Contains(answer.Chains[1].Network, fmt.Sprint(otherID)) {
		c.t.Errorf("%s: /readyz does not say which chain is in trouble: %s %v", how, a.body, err)
	}
	if a, err := ask(c.pong.url+"/mint", "", ""); err != nil || a.status != 503 {
		c.t.Errorf("%s: the price on the broken chain is answered %d %s %v", how, a.status, a.body, err)
	}
	return c.sell(c.shop, how, sold)
}

// sell mints a number of payments of new payers.
func (c *twoChains) sell(s *shop, how string, n int) []payment {
	c.t.Helper()
	payers := newPayers(c.t, n)
	s.chain.give(price, addresses(payers)...)
	began := time.Now()
	payments := s.payments(payers, 1)
	together(n, func(i int) {
		if a := s.insist(payments[i], 2); a.status != 200 {
			c.t.Errorf("%s: payment %s: %d %s", how, payments[i].id, a.status, a.body)
		}
	})
	c.t.Logf("%s: %d sold in %v", how, n, took(began))
	return payments
}

// TestTwoChainsAreSoldByOneServerAndOnesTroubleIsNotTheOthers sells on two chains side by side,
// and has one of them in trouble after another: it stops, it forks, its node stands still, the
// server is killed, and starts while the chain is away. All the while the first chain sells, and
// what was paid on the other is minted once when it is back.
func TestTwoChainsAreSoldByOneServerAndOnesTroubleIsNotTheOthers(t *testing.T) {
	begin(t)
	c := openChains(t)
	c.sells()
	var ping, pong []payment

	// Side by side.
	together(2, func(i int) {
		if i == 0 {
			ping = c.sell(c.shop, "side by side, on the first", 6)
		} else {
			pong = c.sell(c.pong, "side by side, on the other", 6)
		}
	})
	if q := c.pong.quote(1); q.Requirement.Network != "eip155:31337" {
		t.Errorf("the price on the other chain is for %s", q.Requirement.Network)
	}

	// What is signed for one chain pays nothing on the other: not for its launch, and not
	// when the payment says that it is for that chain.
	thief := newPayers(t, 1)
	c.chain.give(price, addresses(thief)...)
	c.pong.chain.give(price, addresses(thief)...)
	own := c.payments(thief, 1)[0]
	if a, err := c.present("pong", own); err != nil || a.status != 409 { // it is for ping
		t.Errorf("a payment on the first chain for the launch on the other: %d %s %v", a.status, a.body, err)
	}
	disguised := c.pong.quote(1)
	if signed, err := disguised.Encode(own.authorization, own.signature); err != nil {
		t.Fatal(err)
	} else if a, err := ask(mintURL(c.pong.url, 1), x402.HeaderPaymentSignature, signed.Value); err != nil || a.status != 402 {
		t.Errorf("the same, saying that it is on the other chain: %d %s %v", a.status, a.body, err)
	}
	if a := c.insist(own, 2); a.status != 200 {
		t.Errorf("the same payment where it belongs: %d %s", a.status, a.body)
	}
	ping = append(ping, own)
	if n := c.pong.allotments(t, thief[0].address); n != 0 {
		t.Errorf("%d allotments on a chain on which nothing was paid", n)
	}

	// It stops. What was signed before is presented while it stands, and minted when it is back.
	before := newPayers(t, 3)
	c.pong.chain.give(price, addresses(before)...)
	held := c.pong.payments(before, 1)
	c.pong.chain.process.signal(syscall.SIGSTOP)
	for _, p := range held {
		go func() { _, _ = askWithin(5*time.Second, mintURL(c.pong.url, 1), x402.HeaderPaymentSignature, p.v2) }()
	}
	ping = append(ping, c.broken("the other chain's node is stopped", 4)...)
	c.pong.chain.process.signal(syscall.SIGCONT)
	c.sells()
	pong = append(pong, c.all(held)...)

	// It forks, and takes back what was minted.
	fresh := newPayers(t, 3)
	c.pong.chain.give(price, addresses(fresh)...)
	forked := c.pong.payments(fresh, 1)
	root := *c.pong
	root.url = c.url
	c.pong.chain.stop()
	for _, p := range forked {
		go func() { _, _ = c.present("pong", p) }()
	}
	taken := root.inFlight(forked)
	c.pong.chain.mine()
	mint := common.HexToHash(root.reaches(taken, "mined").Transaction)
	c.pong.chain.reorg(1)
	if _, err := c.pong.chain.TransactionReceipt(t.Context(), mint); err == nil {
		t.Fatal("the fork left the mint where it was")
	}
	ping = append(ping, c.sell(c.shop, "the other chain forks", 4)...)
	c.pong.chain.resume()
	pong = append(pong, c.all(forked)...)
	until(t, "what the fork took back is minted again", func() bool {
		return !slices.ContainsFunc(fresh, func(p payer) bool { return c.pong.allotments(t, p.address) != 1 })
	})

	// Its node stands still: it answers, with the same block again and again.
	i := slices.IndexFunc(misreadings, func(b behaviour) bool { return b.name == "a node that stands still" })
	late := newPayers(t, 3)
	c.pong.chain.give(price, addresses(late)...)
	stale := c.pong.payments(late, 1)
	end := c.node.misbehave(misreadings[i].make(&dice{rng: rand.New(rand.NewPCG(402, 1))}, c.pong))
	ping = append(ping, c.broken("the other chain's node stands still", 4)...)
	end()
	c.sells()
	pong = append(pong, c.all(stale)...)

	// The server dies in the middle of payments on both.
	payers, others := newPayers(t, 4), newPayers(t, 4)
	c.chain.give(price, addresses(payers)...)
	c.pong.chain.give(price, addresses(others)...)
	here, there := c.payments(payers, 1), c.pong.payments(others, 1)
	for i := range here {
		go func() { _, _ = c.present("ping", here[i]) }()
		go func() { _, _ = c.present("pong", there[i]) }()
	}
	until(t, "payments are on their way on both chains", func() bool {
		return c.order(here[0]).status == 200 && c.order(there[0]).status == 200
	})
	c.restart(func() {})
	together(len(here), func(i int) {
		if a := c.insist(here[i], 2); a.status != 200 {
			t.Errorf("after a crash, on the first chain: %d %s", a.status, a.body)
		}
	})
	ping, pong = append(ping, here...), append(pong, c.all(there)...)

	// It starts while the other chain is away.
	c.server.kill()
	c.pong.chain.process.signal(syscall.SIGSTOP)
	c.start()
	ping = append(ping, c.broken("the server starts while the other chain is away", 4)...)
	c.pong.chain.process.signal(syscall.SIGCONT)
	c.sells()
	pong = append(pong, c.sell(c.pong, "the other chain is back", 3)...)

	// Each payer has the tokens or the money, and all books agree.
	for what, one := range map[*shop][]payment{c.shop: ping, c.pong: pong} {
		if bought, _ := what.audit(t, price, one); len(bought) != len(one) {
			t.Errorf("%d of %d payments were minted", len(bought), len(one))
		}
		what.books(t, 0)
	}
	t.Logf("%d payments were minted on the first chain and %d on the other", len(ping), len(pong))
	run(t, nil, program, "audit", "--rpc", c.chain.url, "--db", c.db)
	run(t, nil, program, "audit", "--chain", otherChain, "--rpc", c.pong.chain.url, "--db", c.db)
	run(t, nil, program, "audit", "--launch", "pong", "--rpc", c.pong.chain.url, "--db", c.db)

	// A lost database is restored from both chains.
	c.server.stop()
	text, err := os.ReadFile(c.file)
	if err != nil {
		t.Fatal(err)
	}
	full := strings.Replace(string(text), "  - network: base-sepolia\n", fmt.Sprintf("  - network: base-sepolia\n    tokens: [\"ping=%s\"]\n", c.token), 1) + fmt.Sprintf("    tokens: [\"pong=%s\"]\n", c.pong.token)
	if err := os.WriteFile(c.file, []byte(full), 0o600); err != nil {
		t.Fatal(err)
	}
	again := filepath.Join(t.TempDir(), "again.db")
	said := run(t, nil, program, "rebuild", "--chains", c.file, "--db", again)
	if n := strings.Count(said, "no difference"); n != 2 {
		t.Errorf("the rebuilt database has %d launches without a difference:\n%s", n, said)
	}
	run(t, nil, program, "audit", "--launch", "pong", "--rpc", c.pong.chain.url, "--db", again)

	// A server that would leave one of the chains alone does not start.
	alone := exec.Command(program, "serve", "--rpc", c.chain.url, "--db", c.db, "--listen", "127.0.0.1:0")
	alone.Env = environment("MINT402_SENDER_KEY="+c.sender, "MINT402_MINTER_KEY="+c.minterKey)
	if said, err := alone.CombinedOutput(); err == nil || !strings.Contains(string(said), "chain 31337") || !strings.Contains(string(said), "--chains") {
		t.Errorf("a server for one of the chains: %v\n%s", err, said)
	}
}

// all insists on payments on the other chain, and returns them.
func (c *twoChains) all(payments []payment) []payment {
	c.t.Helper()
	together(len(payments), func(i int) {
		if a := c.pong.insist(payments[i], 2); a.status != 200 {
			c.t.Errorf("payment %s on the other chain: %d %s", payments[i].id, a.status, a.body)
		}
	})
	return payments
}
