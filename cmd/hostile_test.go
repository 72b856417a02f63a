package cmd

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/x402"
)

// cheat is a server that asks for payments, never mints, and answers as it likes.
type cheat struct {
	*httptest.Server
	demo  demonstration
	other string // a real transaction, which minted something else
	mu    sync.Mutex
	got   map[string]bool // payment nonces that were shown to it
}

func newCheat(t *testing.T, d demonstration, other string, ask func(c *cheat) x402.PaymentRequired, answer func(c *cheat, w http.ResponseWriter, r *http.Request, p x402.Payment)) *cheat {
	t.Helper()
	c := &cheat{demo: d, other: other, got: map[string]bool{}}
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		value := r.Header.Get(x402.HeaderPaymentSignature) + r.Header.Get(x402.HeaderXPayment)
		if value == "" && strings.HasPrefix(r.URL.Path, "/orders") {
			w.WriteHeader(http.StatusAccepted)
			return
		}
		if value == "" {
			c.require(w, ask(c))
			return
		}
		p, err := x402.DecodePayment(value)
		if err != nil {
			t.Errorf("sent %q: %v", value, err)
			return
		}
		c.mu.Lock()
		c.got[p.Authorization.Nonce.Hex()] = true
		c.mu.Unlock()
		answer(c, w, r, p)
	}))
	t.Cleanup(c.Close)
	return c
}

func (c *cheat) require(w http.ResponseWriter, r x402.PaymentRequired) {
	header, _ := x402.EncodeHeader(r)
	w.Header().Set(x402.HeaderPaymentRequired, header)
	w.WriteHeader(http.StatusPaymentRequired)
}

func (c *cheat) nonces() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.got)
}

// honest is the 402 of the demo's launch, with whatever is changed in it.
func honest(change ...func(*x402.Requirement)) func(c *cheat) x402.PaymentRequired {
	return func(c *cheat) x402.PaymentRequired {
		n, _ := x402.NetworkByChainID(c.demo.ChainID)
		r := n.Requirement(c.demo.Token, bigInt(100_000), 5*time.Minute)
		for _, f := range change {
			f(&r)
		}
		return x402.NewPaymentRequired("", x402.Resource{URL: c.URL + "/mint", Description: "Mint 5,000 DPING for 0.10 USDC"}, r)
	}
}

// lie is a made-up receipt and its header.
func (c *cheat) lie(w http.ResponseWriter, status int, p x402.Payment, change func(*api.Receipt)) {
	id := mint.NewPaymentID(c.demo.ChainID, c.demo.Asset, p.Authorization.From, p.Authorization.Nonce)
	r := api.Receipt{PaymentID: id, State: mint.Minted, Final: true, Payer: api.Address{Address: p.Authorization.From}, Quantity: 1, Tokens: "5000000", Symbol: "DPING",
		Token: api.Address{Address: c.demo.Token}, Network: x402.CAIP2(c.demo.ChainID), Transaction: "0x" + strings.Repeat("ab", 32)}
	change(&r)
	header, _ := x402.EncodeHeader(x402.SettleResponse{Success: true, Transaction: r.Transaction, Network: r.Network, Payer: p.Authorization.From.Hex()})
	w.Header().Set(x402.HeaderPaymentResponse, header)
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(r)
}

func TestAHostileServerCannotMakeMintReportTokensThatTheChainDoesNotShowNorHoldTwoPayments(t *testing.T) {
	long(t)
	d := theDemo(t)
	real := decode[minted](t, d.payerShell(t, 2).ok("", "mint", d.MintURL, "--yes", "--json").out)
	elsewhere := 0
	thief := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.Header.Get(x402.HeaderPaymentSignature) != "" {
			elsewhere++
		}
	}))
	defer thief.Close()
	type answer = func(c *cheat, w http.ResponseWriter, r *http.Request, p x402.Payment)
	say := func(status int, body string, headers ...string) answer {
		return func(_ *cheat, w http.ResponseWriter, _ *http.Request, _ x402.Payment) {
			for _, h := range headers {
				name, value, _ := strings.Cut(h, ": ")
				w.Header().Set(name, value)
			}
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		}
	}
	lie := func(change func(c *cheat, r *api.Receipt)) answer {
		return func(c *cheat, w http.ResponseWriter, _ *http.Request, p x402.Payment) {
			c.lie(w, http.StatusOK, p, func(r *api.Receipt) { change(c, r) })
		}
	}
	again := func(change ...func(*x402.Requirement)) answer {
		return func(c *cheat, w http.ResponseWriter, _ *http.Request, _ x402.Payment) {
			c.require(w, honest(change...)(c))
		}
	}
	to := func(a int) func(*x402.Requirement) {
		return func(r *x402.Requirement) { r.PayTo = d.Wallets[a].Address }
	}
	for name, trick := range map[string]struct {
		ask    func(c *cheat) x402.PaymentRequired
		answer answer
		signs  int // payments that it may get hold of
	}{
		"a made-up receipt":                      {honest(), lie(func(*cheat, *api.Receipt) {}), 1},
		"the transaction of another mint":        {honest(), lie(func(c *cheat, r *api.Receipt) { r.Transaction = c.other }), 1},
		"a receipt of another payment":           {honest(), lie(func(_ *cheat, r *api.Receipt) { r.PaymentID = real.PaymentID; r.Transaction = real.Transaction }), 1},
		"a receipt to another payer":             {honest(), lie(func(_ *cheat, r *api.Receipt) { r.Payer.Address = d.Wallets[2].Address }), 1},
		"settled, without a mint":                {honest(), lie(func(_ *cheat, r *api.Receipt) { r.State = mint.Settled }), 1},
		"claimed with status 200":                {honest(), say(200, `{"state":"claimed","tokens":"5000"}`), 1},
		"an empty object":                        {honest(), say(200, `{}`), 1},
		"no body at all":                         {honest(), say(204, ``), 1},
		"accepted for ever":                      {honest(), say(202, `{}`, "Location: /orders/1", "Retry-After: 0"), 1},
		"the price again":                        {honest(), again(), 1},
		"a price to another recipient":           {honest(), again(to(3)), 1},
		"a price on another chain":               {honest(), again(func(r *x402.Requirement) { *r = x402.Networks()[0].Requirement(r.PayTo, r.Amount, time.Minute) }), 1},
		"the refusal of a used nonce":            {honest(), say(402, `{"x402Version":1,"error":"invalid_transaction_state","accepts":[]}`), 1},
		"sold out after it was paid":             {honest(), say(410, `{"error":{"code":"sold_out","message":"sold out"}}`), 1},
		"a redirect to another server":           {honest(), say(307, ``, "Location: "+thief.URL), 1},
		"an endless redirect":                    {honest(), say(302, ``, "Location: /mint"), 1},
		"two megabytes of nothing":               {honest(), say(200, strings.Repeat(" ", 2<<20)), 1},
		"errors without end":                     {honest(), say(503, `{}`, "Retry-After: 0"), 1},
		"a node of its own":                      {honest(), say(200, fmt.Sprintf(`{"rpc":%q,"network":{"rpc":%q}}`, thief.URL, thief.URL), "Link: <"+thief.URL+`>; rel="rpc"`), 1},
		"an answer that drips":                   {honest(), drip, 1},
		"a connection that breaks":               {honest(), func(*cheat, http.ResponseWriter, *http.Request, x402.Payment) { panic(http.ErrAbortHandler) }, 1},
		"a recipient that is no launch":          {honest(to(3)), lie(func(*cheat, *api.Receipt) {}), 0},
		"more than the contract asks":            {honest(func(r *x402.Requirement) { r.Amount = bigInt(900_000) }), say(200, `{}`), 0},
		"an asset that calls itself USDC":        {honest(func(r *x402.Requirement) { r.Asset = d.Token }), say(200, `{}`), 0},
		"a price above --max":                    {honest(func(r *x402.Requirement) { r.Amount = bigInt(1_100_000) }), say(200, `{}`), 0},
		"a chain that the node is not a node of": {honest(func(r *x402.Requirement) { *r = x402.Networks()[0].Requirement(r.PayTo, r.Amount, time.Minute) }), say(200, `{}`), 0},
	} {
		t.Run(name, func(t *testing.T) {
			s, payer := d.payerShell(t, 1), d.Wallets[1].Address
			before := d.balance(t, d.Token, payer)
			c := newCheat(t, d, real.Transaction, trick.ask, trick.answer)
			keyFile := writeFile(t, 0o600, d.Wallets[1].Key+"\n")
			for _, args := range [][]string{
				{"mint", c.URL + "/mint"}, {"mint", c.URL + "/mint"}, {"mint", c.URL + "/mint", "--json"}, {"mint", c.URL + "/other"},
				{"mint", strings.Replace(c.URL, "127.0.0.1", "localhost", 1) + "/mint"}, {"mint", c.URL + "/mint", "--key-file", keyFile},
			} {
				if name == "an answer that drips" && args[1] == c.URL+"/mint" && c.nonces() > 0 && len(args) == 2 {
					continue // five seconds each
				}
				r := s.run("", append(args, "--yes", "--patience", "1ms")...)
				if r.code == 0 || strings.HasPrefix(r.out, "minted") {
					t.Errorf("mint402 %v: exit status %d, %q", args, r.code, r.out)
				}
			}
			if n := c.nonces(); n != trick.signs {
				t.Errorf("it holds %d payments, %d expected", n, trick.signs)
			}
			if kept := len(s.undecided()); kept != trick.signs {
				t.Errorf("%d payments are kept", kept)
			}
			if now := d.balance(t, d.Token, payer); now.Cmp(before) != 0 {
				t.Errorf("the payer had %s tokens and has %s", before, now)
			}
		})
	}
	if elsewhere > 0 {
		t.Errorf("another server was shown %d payments", elsewhere)
	}
}

// drip sends a byte now and then until the client hangs up.
func drip(_ *cheat, w http.ResponseWriter, r *http.Request, _ x402.Payment) {
	w.WriteHeader(http.StatusOK)
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-r.Context().Done():
			return
		case <-tick.C:
			_, _ = io.WriteString(w, " ")
			w.(http.Flusher).Flush()
		}
	}
}

func TestAServerThatDripsItsPriceHoldsNobodyBeyondThePatience(t *testing.T) {
	long(t)
	d := theDemo(t)
	dripping := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { drip(nil, w, r, x402.Payment{}) }))
	t.Cleanup(dripping.Close)
	s := d.payerShell(t, 1)
	for _, verb := range []string{"mint", "submit"} {
		s.refused(6, "no answer in time", "", verb, dripping.URL+"/mint", "--yes", "--patience", "1ms")
		s.refused(2, "expected a time above 0", "", verb, dripping.URL+"/mint", "--yes", "--patience", "0s")
	}
	if kept := s.undecided(); len(kept) > 0 {
		t.Errorf("%d payments are kept", len(kept))
	}
}

func silent(_ *cheat, w http.ResponseWriter, _ *http.Request, _ x402.Payment) {
	_, _ = io.WriteString(w, "{}")
}

func TestRunsThatMeetSignOnePayment(t *testing.T) {
	d := theDemo(t)
	c := newCheat(t, d, "", honest(), silent)
	s := d.payerShell(t, 1)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() { s.run("", "mint", fmt.Sprintf("%s/mint%d", c.URL, i%4), "--yes", "--patience", "1ms") })
	}
	wg.Wait()
	if n := c.nonces(); n != 1 {
		t.Errorf("%d payments were signed", n)
	}
}

func TestAFileThatCannotBeReadIsNoLeaveToSignAnother(t *testing.T) {
	d := theDemo(t)
	c := newCheat(t, d, "", honest(), silent)
	s := d.payerShell(t, 1)
	s.run("", "mint", c.URL+"/mint", "--yes", "--patience", "1ms")
	path := s.keptFiles()[0]
	whole := readFile(t, path)
	for _, broken := range []string{"", "{", whole[:len(whole)/2], strings.Replace(whole, `"value": "100000"`, `"value": "1"`, 1)} {
		if err := os.WriteFile(path, []byte(broken), 0o600); err != nil {
			t.Fatal(err)
		}
		s.refused(3, "the file may hold one that was sent", "", "mint", c.URL+"/mint", "--yes", "--patience", "1ms")
	}
	if n := c.nonces(); n != 1 {
		t.Errorf("%d payments were signed", n)
	}
	s.refused(2, "expected a full path", "", "mint", c.URL+"/mint", "--yes", "--state-dir", "payments")
}

func TestAKeptPaymentThatIsBeyondTheLimitsOfACommandIsNotSentByIt(t *testing.T) {
	d := theDemo(t)
	c := newCheat(t, d, "", honest(), silent)
	s := d.payerShell(t, 1)
	s.run("", "mint", c.URL+"/mint", "--yes", "--patience", "1ms")
	c.mu.Lock()
	c.got = map[string]bool{}
	c.mu.Unlock()
	s.refused(4, "is above the maximum", "", "mint", c.URL+"/mint", "--yes", "--max", "0.05")
	s.refused(4, "is not among those allowed", "", "mint", c.URL+"/mint", "--yes", "--network", "base")
	s.refused(4, "the contract sells 2 for 0.20 USDC", "", "mint", c.URL+"/mint", "--yes", "--quantity", "2")
	s.refused(3, "is undecided", "", "mint", c.URL+"/other", "--yes")
	if n := c.nonces(); n != 0 {
		t.Errorf("sent %d", n)
	}
}

func TestWithoutANodeAMintIsTheServersWordAndThePaymentIsKept(t *testing.T) {
	long(t)
	d := theDemo(t)
	s := d.payerShell(t, 1).with("MINT402_RPC=http://127.0.0.1:1")
	r := s.refused(3, "the server reports a mint; it was not verified", "", "mint", d.MintURL, "--yes")
	if r.out != "" || len(s.undecided()) != 1 {
		t.Errorf("printed %q, kept %v", r.out, s.undecided())
	}
	// With a node, the same command reports the same payment.
	if r := s.with("MINT402_RPC="+d.RPC).ok("", "mint", d.MintURL, "--yes"); !strings.HasPrefix(r.out, "minted 5,000 DPING") || len(s.undecided()) != 0 {
		t.Errorf("printed %q, kept %v", r.out, s.undecided())
	}

	s = d.payerShell(t, 1)
	r = s.ok("", "mint", d.MintURL, "--yes", "--no-check")
	if !strings.HasPrefix(r.out, "the server reports that it took 0.10 USDC") || len(s.undecided()) != 1 {
		t.Errorf("printed %q, kept %v", r.out, s.undecided())
	}
	if again := s.ok("", "mint", d.MintURL, "--yes", "--no-check", "--json"); decode[minted](t, again.out).PaymentID != s.undecided()[0].ID {
		t.Errorf("another payment: %s", again.out)
	}
}

func TestTheDemoIsFoundByItsUserWithoutAskingItsServer(t *testing.T) {
	long(t)
	s := newShell(t, "MINT402_KEY="+demoKeys[1])
	demo := s.start("demo", "--json", "--listen", "127.0.0.1:0", "--rpc-listen", "127.0.0.1:0", "--log-level", "error")
	defer func() { demo.stop(); demo.ended() }()
	d := decode[demonstration](t, demo.out.until(t, "\n}\n"))
	r := s.ok("", "mint", d.MintURL, "--yes")
	if !strings.HasPrefix(r.out, "minted 5,000 DPING") || !strings.Contains(r.err, "its chain is read from "+d.RPC) || len(s.keptFiles()) != 0 {
		t.Errorf("printed %q and %q, kept %v", r.out, r.err, s.keptFiles())
	}
	elsewhere := t.TempDir()
	db := s.with("MINT402_DB=" + filepath.Join(elsewhere, "mint402.db"))
	delete(db.env, "MINT402_DB") // as a user has it: the default, in a directory without one
	t.Chdir(elsewhere)
	if r := db.ok("", "audit"); !strings.Contains(r.err, "reading the database of the running demo, "+d.Database) {
		t.Errorf("audit said %q", r.err)
	}
	db.ok("", "orders")
	db.ok("", "backup", filepath.Join(elsewhere, "copy.db"))
	// Another user's shell does not take the server's word for a node.
	stranger := newShell(t, "MINT402_KEY="+demoKeys[2])
	stranger.refused(3, "not verified", "", "mint", d.MintURL, "--yes", "--patience", "1s")
}

func TestCtrlCIsOneLineAndItsOwnExitStatus(t *testing.T) {
	d := theDemo(t)
	ctx, stop := context.WithCancel(t.Context())
	c := newCheat(t, d, "", honest(), func(_ *cheat, w http.ResponseWriter, r *http.Request, _ x402.Payment) { stop(); <-r.Context().Done() })
	s := d.payerShell(t, 1)
	var out, err strings.Builder
	code := s.program(strings.NewReader(""), &out, &err).Run(ctx, []string{"mint", c.URL + "/mint", "--yes"})
	lines := strings.Split(strings.TrimSpace(err.String()), "\n")
	if last := lines[len(lines)-1]; code != 130 || !strings.HasPrefix(last, "mint402: interrupted; payment 0x") || strings.Count(err.String(), "mint402:") != 1 {
		t.Errorf("exit status %d:\n%s", code, err.String())
	}
	if len(s.undecided()) != 1 {
		t.Errorf("kept %v", s.undecided())
	}
}
