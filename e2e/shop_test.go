package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"net/url"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/mint402/mint402/x402"
)

// shop is a launch deployed by the program, and the program serving it.
type shop struct {
	*ledger
	t      *testing.T
	chain  *usdc
	db     string
	listen string // kept through restarts
	url    string
	server *process

	// What serves, the node that it asks, and whose keys it has; set before start.
	program, rpc             string
	owner, sender, minterKey string
	flags                    []string // of serve, besides
}

// openShop launches a token of so many mints on anvil, a payment buying at most
// twenty, and serves it.
func openShop(t *testing.T, u *usdc, mints int64) *shop {
	t.Helper()
	s := newShop(t, u)
	s.launch(mints)
	s.start()
	return s
}

// newShop is one that has yet to launch.
func newShop(t *testing.T, u *usdc) *shop {
	return &shop{t: t, chain: u, db: filepath.Join(t.TempDir(), "mint402.db"), listen: freeAddress(t),
		program: program, rpc: u.anvil.url, owner: deployerKey, sender: senderKey, minterKey: minterKey}
}

// launch deploys the token.
func (s *shop) launch(mints int64) {
	s.t.Helper()
	s.ledger = &ledger{s.chain.Client, s.deploy(s.db, "ping", addressOf(s.t, s.minterKey).Hex(), mints)}
}

// deploy launches a token of so many mints, and registers it in a database. The
// minter is an address, or "none".
func (s *shop) deploy(db, slug, minter string, mints int64, flags ...string) common.Address {
	s.t.Helper()
	said := run(s.t, []string{"MINT402_KEY=" + s.owner}, program, append([]string{"launch", "--yes",
		"--rpc", s.chain.url, "--db", db, "--out", s.t.TempDir(), "--slug", slug, "--name", "Ping", "--symbol", strings.ToUpper(slug),
		"--price", "0.10", "--allotment", "5000", "--cap", strconv.FormatInt(5000*mints, 10), "--limit", "20",
		"--treasury", s.chain.accounts[treasury].Hex(), "--minter", minter}, flags...)...)
	token := strings.TrimSpace(said)
	if !common.IsHexAddress(token) {
		s.t.Fatalf("launch printed %q, not an address", said)
	}
	return common.HexToAddress(token)
}

// addressOf is the address of a key in hex.
func addressOf(t *testing.T, key string) common.Address {
	t.Helper()
	k, err := crypto.HexToECDSA(strings.TrimPrefix(key, "0x"))
	if err != nil {
		t.Fatal(err)
	}
	return crypto.PubkeyToAddress(k.PublicKey)
}

// run executes a command to its end and returns what it printed.
func run(t *testing.T, env []string, path string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	c := exec.CommandContext(ctx, path, args...)
	var stderr bytes.Buffer
	c.Env, c.Stderr = environment(env...), &stderr
	out, err := c.Output()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s%s", filepath.Base(path), strings.Join(args, " "), err, out, stderr.String())
	}
	return string(out)
}

// start starts the server, or starts it again, and returns when it is ready.
func (s *shop) start() {
	s.t.Helper()
	s.server = s.serve()
	s.serves()
}

// serve starts a server process on the shop's database.
func (s *shop) serve(env ...string) *process {
	s.t.Helper()
	args := append([]string{"serve", "--rpc", s.rpc, "--db", s.db, "--listen", s.listen, "--log-format", "json"}, s.flags...)
	return start(s.t, append(env, "MINT402_SENDER_KEY="+s.sender, "MINT402_MINTER_KEY="+s.minterKey), s.program, args...)
}

// serves returns when the server is ready. A server that found its address taken,
// by a connection that is about to end, is started again.
func (s *shop) serves() {
	s.t.Helper()
	until(s.t, "the server serves", func() bool {
		if s.server.ended() {
			if !s.server.says(addressInUse) {
				s.t.Fatalf("the server ended at once:\n%s", strings.Join(s.server.said(), "\n"))
			}
			s.server = s.serve()
		}
		at, ok := s.server.serving()
		if ok {
			u, err := url.Parse(at)
			if err != nil {
				s.t.Fatal(err)
			}
			s.url, s.listen = at, u.Host
		}
		return ok
	})
	until(s.t, "the server is ready", func() bool {
		a, err := ask(s.url+"/readyz", "", "")
		return err == nil && a.status == 200
	})
}

// serving is the URL that a server said it serves.
func (p *process) serving() (at string, ok bool) {
	for _, line := range p.said() {
		var said struct{ Msg, URL string }
		if json.Unmarshal([]byte(line), &said) == nil && said.Msg == "serving" {
			return said.URL, true
		}
	}
	return "", false
}

// restart kills the server, lets something happen while it is away, and starts
// it again.
func (s *shop) restart(meanwhile func()) {
	s.t.Helper()
	s.server.kill()
	meanwhile()
	s.start()
}

func mintURL(shop string, quantity int64) string {
	return shop + "/mint?quantity=" + strconv.FormatInt(quantity, 10)
}

// quote asks what a quantity costs.
func (s *shop) quote(quantity int64) x402.Quote {
	s.t.Helper()
	a, err := ask(mintURL(s.url, quantity), "", "")
	if err != nil {
		s.t.Fatal(err)
	}
	c, err := x402.ParsePaymentRequired(a.header, a.body)
	if err != nil || len(c.Quotes) != 1 {
		s.t.Fatalf("ask for %d: %d %s: %v", quantity, a.status, a.body, err)
	}
	return c.Quotes[0]
}

// payments has each payer sign one payment for a quantity.
func (s *shop) payments(payers []payer, quantity int64) []payment {
	s.t.Helper()
	q := s.quote(quantity)
	signed := make([]payment, len(payers))
	for i, p := range payers {
		signed[i] = p.sign(s.t, q, quantity)
	}
	return signed
}

// present sends a payment once; odd ones as version 1, even ones as version 2.
func (s *shop) present(p payment, version int) (answer, error) {
	if version%2 == 1 {
		return ask(mintURL(s.url, p.quantity), x402.HeaderXPayment, p.v1)
	}
	return ask(mintURL(s.url, p.quantity), x402.HeaderPaymentSignature, p.v2)
}

// insist sends the same payment again while there is no final answer, as the
// protocol has it, and through restarts of the server.
func (s *shop) insist(p payment, version int) answer {
	s.t.Helper()
	var last answer
	until(s.t, "payment "+p.id.Hex()+" has a final answer", func() bool {
		a, err := s.present(p, version)
		last = a
		return err == nil && a.status != 202 && a.status != 503
	})
	return last
}

// order reads what the server knows of a payment; status 404 is nothing.
func (s *shop) order(p payment) answer {
	s.t.Helper()
	a, err := ask(s.url+"/orders/"+p.id.Hex(), "", "")
	if err != nil {
		s.t.Fatalf("read order %s: %v", p.id, err)
	}
	return a
}

// reaches waits until a payment's order is in one of the states.
func (s *shop) reaches(p payment, states ...string) answer {
	s.t.Helper()
	var last answer
	until(s.t, "order "+p.id.Hex()+" is "+strings.Join(states, " or "), func() bool {
		last = s.order(p)
		for _, state := range states {
			if last.State == state {
				return true
			}
		}
		return false
	})
	return last
}

// of is the shop with another of its launches as the one that is paid for.
func (s *shop) of(slug string) *shop {
	at := *s
	at.url = s.url + "/launches/" + slug
	return &at
}

// buysOf mints one of a launch for somebody new, and says how long that took.
func (s *shop) buysOf(slug string) time.Duration {
	s.t.Helper()
	p := newPayers(s.t, 1)
	s.chain.give(price, p[0].address)
	at := s.of(slug)
	began := time.Now()
	signed := at.payments(p, 1)[0]
	if a := at.insist(signed, 2); a.status != 200 {
		s.t.Errorf("%s: %d %s", slug, a.status, a.body)
	}
	return took(began)
}

// together does something n times at once.
func together(n int, do func(i int)) {
	gate, all := make(chan struct{}), sync.WaitGroup{}
	for i := range n {
		all.Go(func() {
			<-gate
			do(i)
		})
	}
	close(gate)
	all.Wait()
}

// took says how long something lasted, for people.
func took(since time.Time) time.Duration { return time.Since(since).Round(10 * time.Millisecond) }
