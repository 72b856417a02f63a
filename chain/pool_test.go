package chain_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"

	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/mint"
)

// clock is moved by hand. It begins with the time of the machine, by which a
// client goes until it is given another.
type clock struct{ at atomic.Int64 }

func (c *clock) now() time.Time          { return time.Unix(0, c.at.Load()) }
func (c *clock) forward(d time.Duration) { c.at.Add(int64(d)) }

// proxies dials the world's node by so many proxies. The client has a clock of
// its own.
func (w *world) proxies(n int) (*chain.Client, *clock, []*proxy) {
	w.t.Helper()
	t := w.t.(*testing.T)
	var all []*proxy
	var urls []string
	for range n {
		p := newProxy(t, w.d.URL)
		all, urls = append(all, p), append(urls, p.url())
	}
	c, now := w.dialed(urls...)
	return c, now, all
}

func (w *world) dialed(urls ...string) (*chain.Client, *clock) {
	w.t.Helper()
	c, err := chain.Dial(w.ctx, urls...)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(c.Close)
	now := new(clock)
	now.forward(time.Duration(time.Now().UnixNano()))
	c.Clock = now.now
	c.SetWait(func(_ context.Context, d time.Duration) error {
		now.forward(d)
		return nil
	})
	c.SetTook(func(string) time.Duration { return time.Millisecond })
	c.SetHedge(time.Hour)
	return c, now
}

// reads are one of each kind of read that the engine makes.
func (w *world) reads(o mint.Order) map[string]func(context.Context, *chain.Client) error {
	l := w.launch
	return map[string]func(context.Context, *chain.Client) error{
		"head": func(ctx context.Context, c *chain.Client) error {
			latest, final, err := c.Head(ctx)
			return expectThat(err, latest.Number == w.head().Number && final.Number+2 == latest.Number)
		},
		"block": func(ctx context.Context, c *chain.Client) error {
			b, err := c.Block(ctx, w.head().Number)
			return expectThat(err, b == w.head())
		},
		"events": func(ctx context.Context, c *chain.Client) error {
			events, err := c.Events(ctx, []mint.Launch{l}, 1, w.head().Number)
			return expectThat(err, len(events) == 1 && events[0].ID == o.ID && events[0].Kind == mint.EventMinted)
		},
		"transfers": func(ctx context.Context, c *chain.Client) error {
			found, err := chain.Tokens{Client: c}.Transfers(ctx, []common.Address{l.Token}, mint.Block{}, w.head())
			return expectThat(err, len(found) == 1 && found[0].To == o.Payer && found[0].From == common.Address{} && found[0].Value.Cmp(l.Allotment) == 0)
		},
		"received": func(ctx context.Context, c *chain.Client) error {
			found, err := chain.Tokens{Client: c}.Received(ctx, l.Asset.Address, []common.Address{l.Token}, mint.Block{}, w.head())
			return expectThat(err, len(found) == 1 && found[0].From == o.Payer && found[0].Block > 0)
		},
		"untouched": func(ctx context.Context, c *chain.Client) error {
			found, err := chain.Tokens{Client: c}.Untouched(ctx, []common.Address{o.Payer, w.stranger, l.Token})
			return expectThat(err, len(found) == 3 && found[0] && !found[1] && !found[2])
		},
		"inspect": func(ctx context.Context, c *chain.Client) error {
			payers, err := c.Inspect(ctx, l, []mint.PayerKey{{Payer: o.Payer, Nonce: o.Authorization.Nonce}}, 0)
			return expectThat(err, len(payers) == 1 && payers[0].Used && payers[0].Balance.Cmp(usdc(9)) == 0)
		},
		"simulate": func(ctx context.Context, c *chain.Client) error {
			reasons, err := c.Simulate(ctx, l, []mint.Order{o}, w.sender, 0)
			return expectThat(err, len(reasons) == 1 && strings.Contains(reasons[0], "refused"))
		},
		"conditions": func(ctx context.Context, c *chain.Client) error {
			conditions, err := c.Conditions(ctx, l, 0)
			return expectThat(err, conditions.Sold == 1 && conditions.Minter == w.minter)
		},
		"fees": func(ctx context.Context, c *chain.Client) error {
			fees, err := c.Fees(ctx)
			return expectThat(err, fees.Cap != nil && fees.Cap.Sign() > 0)
		},
		"balance": func(ctx context.Context, c *chain.Client) error {
			wei, err := c.Balance(ctx, w.owner)
			return expectThat(err, wei != nil && wei.Sign() > 0)
		},
		"account nonce": func(ctx context.Context, c *chain.Client) error {
			n, err := c.AccountNonce(ctx, w.stranger, 0)
			return expectThat(err, n == 1)
		},
		"receipts": func(ctx context.Context, c *chain.Client) error {
			receipts, err := c.Receipts(ctx, []common.Hash{w.strangers})
			return expectThat(err, len(receipts) == 1 && receipts[0] != nil && len(receipts[0].Minted) == 1 && receipts[0].Cost.Sign() > 0)
		},
	}
}

// single are the faults that do not spoil what is asked by itself: over HTTP it
// is known which request an answer is to.
var single = map[string]bool{"one missing": true, "wrong ids": true}

var errUntrue = errors.New("what was read is not so")

func expectThat(err error, so bool) error {
	if err == nil && !so {
		return errUntrue
	}
	return err
}

// worldWithAMint is a world with one mint by a stranger in it.
func worldWithAMint(t *testing.T) (*world, mint.Order) {
	w := newWorld(t)
	o := w.order(w.payer(usdc(10)), 1)
	w.mine()
	w.strangers = w.mined(w.stranger, w.launch.Token, strict(o))
	return w, o
}

func TestWhatOneNodeFailsToAnswerAnotherDoes(t *testing.T) {
	long(t)
	w, o := worldWithAMint(t)
	for fault, f := range broken {
		for what, read := range w.reads(o) {
			c, _, p := w.proxies(2)
			p[0].spoil(f)
			if err := read(w.ctx, c); err != nil {
				t.Errorf("%s, %s: %v", fault, what, err)
			}
			n := c.Nodes()
			if spared := single[fault] && n[0].Ok; !spared && (n[0].Ok || n[0].Err == nil || !n[1].Ok) {
				t.Errorf("%s, %s: nodes are %+v", fault, what, n)
			}
			c.Close()
		}
	}
}

func TestAFailingNodeIsAnErrorThatNamesNoKeyAndNothingIsBelieved(t *testing.T) {
	long(t)
	w, o := worldWithAMint(t)
	for fault, f := range broken {
		for what, read := range w.reads(o) {
			c, now, p := w.proxies(1)
			p[0].spoil(f)
			err := read(w.ctx, c)
			if single[fault] && err == nil {
				continue
			}
			now.forward(time.Minute) // one asks for a pause
			if err == nil || errors.Is(err, errUntrue) || strings.Contains(err.Error(), "s3cr3t") || strings.Contains(err.Error(), "DOCTYPE") {
				t.Errorf("%s, %s: %v", fault, what, err)
			}
			p[0].spoil(nil)
			if err := read(w.ctx, c); err != nil {
				t.Errorf("%s, %s, after it recovered: %v", fault, what, err)
			}
			c.Close()
		}
	}
}

func TestAnswersInAnotherOrderAreToldByTheirIds(t *testing.T) {
	w, o := worldWithAMint(t)
	c, _, p := w.proxies(1)
	p[0].spoil(backwards)
	for what, read := range w.reads(o) {
		if err := read(w.ctx, c); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestWhyANodeIsSetAsideIsSaidWithoutItsOwnWords(t *testing.T) {
	w := newWorld(t)
	says := func(text string) fault {
		return change(func(_ request, r *response) {
			r.Result, r.Error = nil, json.RawMessage(`{"code":-32000,"message":"`+text+`"}`)
		})
	}
	for _, node := range []struct {
		want string
		f    fault
	}{
		{"answers with HTTP status 403", func(rw http.ResponseWriter, _ asking) {
			conn, _, err := rw.(http.Hijacker).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			defer conn.Close()
			_, _ = io.WriteString(conn, "HTTP/1.1 403 Not with s3cr3tkey\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
		}},
		{"cannot be reached", nil},
		{"limits our request rate", says("rate limit of s3cr3tkey")},
		{"does not answer like a node", says("s3cr3tkey has expired")},
		{"does not answer like a node", func(rw http.ResponseWriter, _ asking) {
			rw.Header().Set("Location", "http://[::1/s3cr3tkey")
			rw.WriteHeader(http.StatusPermanentRedirect)
		}},
	} {
		p := newProxy(t, w.d.URL)
		p.spoil(node.f)
		if node.f == nil {
			p.server.Close()
		}
		c, _ := w.dialed(p.url(), w.d.URL)
		n := c.Nodes()[0]
		if n.Ok || n.Host != p.host() || n.Err.Error() != node.want {
			t.Errorf("%s: node is %+v", node.want, n)
		}
	}
	slow := fmt.Errorf("read head: %w", context.DeadlineExceeded)
	if err := chain.SafeReason(slow); err.Error() != "does not answer in time" {
		t.Error(err)
	}
}

func TestANodeThatIsSetAsideIsLeftAloneAndComesBack(t *testing.T) {
	w := newWorld(t)
	c, now, p := w.proxies(2)
	balance := func() {
		t.Helper()
		if _, err := c.Balance(w.ctx, w.sender); err != nil {
			t.Fatal(err)
		}
	}
	asked := func(want0, want1 int) {
		t.Helper()
		p[0].forget()
		p[1].forget()
		balance()
		if a, b := p[0].asked("eth_getBalance"), p[1].asked("eth_getBalance"); a != want0 || b != want1 {
			t.Errorf("asked %d and %d times, want %d and %d", a, b, want0, want1)
		}
	}
	asked(1, 0)
	p[0].spoil(broken["500"])
	asked(1, 1)
	asked(0, 1) // not again
	// It is looked at, fails, and is left alone for longer.
	w.until("looked at again", func() bool {
		now.forward(time.Second)
		balance()
		return p[0].asked("eth_chainId") > 0
	})
	asked(0, 1)
	p[0].spoil(nil)
	w.until("back", func() bool {
		now.forward(time.Minute)
		balance()
		return c.Nodes()[0].Ok
	})
	asked(1, 0)
}

// until runs f until it is true, while what f started goes on.
func (w *world) until(what string, f func() bool) {
	w.t.Helper()
	for !f() {
		if w.ctx.Err() != nil {
			w.t.Fatalf("never: %s", what)
		}
		time.Sleep(poll)
	}
}

func TestANodeThatLagsIsNotAskedWhileAnotherDoesNot(t *testing.T) {
	w := newWorld(t)
	c, now, p := w.proxies(2)
	latest := func() uint64 {
		t.Helper()
		b, _, err := c.Head(w.ctx)
		if err != nil {
			t.Fatal(err)
		}
		return b.Number
	}
	stuck := latest()
	p[0].spoil(p[0].frozen())
	for range 3 {
		w.mine()
	}
	if got := latest(); got != stuck {
		t.Errorf("the head is %d, the first node is stuck at %d and not by much", got, stuck)
	}
	w.mine()
	w.until("the other node's head is seen", func() bool {
		now.forward(10 * time.Second)
		return latest() == stuck+4
	})
	if n := c.Nodes(); n[0].Ok || !strings.Contains(n[0].Err.Error(), p[1].host()) {
		t.Errorf("nodes are %+v", n)
	}
	// Alone, it is better than nothing.
	p[1].spoil(broken["500"])
	w.until("the stuck one is asked", func() bool {
		b, _, err := c.Head(w.ctx)
		return err == nil && b.Number == stuck
	})
	p[0].spoil(nil)
	if got := latest(); got != stuck+4 {
		t.Errorf("the head is %d", got)
	}
}

func TestANodeThatFailedAMomentAgoIsAskedWhereAllOthersFailAndNotWhereOneRefuses(t *testing.T) {
	w := newWorld(t)
	a, b := newProxy(t, w.d.URL), newProxy(t, w.d.URL)
	b.spoil(broken["500"])
	c, _ := w.dialed(a.url(), b.url()) // b was never seen to be of the chain
	read := func() error {
		b.forget()
		_, err := c.Balance(w.ctx, w.sender)
		return err
	}
	a.spoil(change(func(q request, r *response) {
		if q.Method == "eth_getBalance" {
			r.Result, r.Error = nil, json.RawMessage(`{"code":-32601,"message":"method not found"}`)
		}
	}))
	if err := read(); err == nil || b.asked("") != 0 {
		t.Errorf("one refuses: the other was asked %d times, %v", b.asked(""), err)
	}
	a.spoil(broken["500"])
	b.spoil(nil)
	if err := read(); err != nil || b.asked("eth_getBalance") != 1 {
		t.Errorf("one fails: the other was asked %d times, %v", b.asked("eth_getBalance"), err)
	}
}

func TestNodesOfDifferentChainsAreRefusedByName(t *testing.T) {
	w, other := newWorld(t), newWorld(t)
	a, b := newProxy(t, w.d.URL), newProxy(t, other.d.URL)
	_, err := chain.Dial(w.ctx, a.url(), b.url())
	if err == nil || !strings.Contains(err.Error(), b.host()) || strings.Contains(err.Error(), "s3cr3t") {
		t.Errorf("another genesis: %v", err)
	}
	b.spoil(change(func(q request, r *response) {
		if q.Method == "eth_chainId" {
			r.Result = json.RawMessage(`"0x1"`)
		}
	}))
	_, err = chain.Dial(w.ctx, a.url(), b.url())
	if err == nil || !strings.Contains(err.Error(), "serves chain 1, not 84532") {
		t.Errorf("another id: %v", err)
	}
	// One that was not there at the start is refused when it is.
	b.spoil(broken["500"])
	c, now := w.dialed(a.url(), b.url())
	b.spoil(nil)
	w.until("refused", func() bool {
		now.forward(time.Minute)
		_, err := c.Balance(w.ctx, w.sender)
		if err != nil {
			t.Fatal(err)
		}
		n := c.Nodes()[1]
		return !n.Ok && strings.Contains(n.Err.Error(), "with genesis block")
	})
	// Not even when there is no other, nor for sending.
	a.spoil(broken["500"])
	b.forget()
	if n, err := c.AccountNonce(w.ctx, other.owner, 0); err == nil {
		t.Errorf("it was asked: %d", n)
	}
	if err := c.Send(w.ctx, w.attempt(w.honest(1)...).Raw); err == nil {
		t.Error("it was sent to")
	}
	if n := b.asked("eth_getTransactionCount") + b.asked("eth_sendRawTransaction"); n != 0 {
		t.Errorf("it was asked %d times", n)
	}
}

// hangsUpOn is a node that ends the connection for each request with a method.
func hangsUpOn(method string) fault {
	return func(rw http.ResponseWriter, a asking) {
		if slices.ContainsFunc(a.requests, func(q request) bool { return q.Method == method }) {
			panic(http.ErrAbortHandler)
		}
		_, _ = rw.Write(a.forward())
	}
}

func TestNodesThatProveTheirChainAndFailTheRestOfAProbeEndNoStart(t *testing.T) {
	w := newWorld(t)
	a, b := newProxy(t, w.d.URL), newProxy(t, w.d.URL)
	genesis, err := w.c.Genesis(w.ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []*proxy{a, b} {
		p.spoil(hangsUpOn("eth_getLogs"))
	}
	for _, known := range []bool{true, false} {
		c, err := chain.Later(84532, a.url(), b.url())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(c.Close)
		of := genesis
		if !known {
			of = common.Hash{}
		}
		if err := c.Connect(w.ctx, of); (err == nil) != known {
			t.Errorf("genesis known %t: %v", known, err)
		}
		if n := c.Nodes(); n[0].Ok || n[1].Ok {
			t.Errorf("nodes that failed their probes: %+v", n)
		}
		if known {
			b.spoil(nil)
			if _, err := c.Balance(w.ctx, w.sender); err != nil {
				t.Errorf("after one has recovered: %v", err)
			}
			b.spoil(hangsUpOn("eth_getLogs"))
		}
	}
	other := common.Hash{9}
	c, err := chain.Later(84532, a.url(), b.url())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	if err := c.Connect(w.ctx, other); err == nil {
		t.Error("nodes of another chain were taken")
	}
}

func TestWhereAllNodesFailOnesThatPassedAProbeAMomentAgoNeedNoOther(t *testing.T) {
	w := newWorld(t)
	a, b := newProxy(t, w.d.URL), newProxy(t, w.d.URL)
	c, now := w.dialed(a.url(), b.url())
	for _, late := range []bool{false, true} {
		a.spoil(broken["500"])
		b.spoil(broken["500"])
		if _, err := c.Balance(w.ctx, w.sender); err == nil {
			t.Fatal("both answer")
		}
		if late {
			now.forward(time.Minute)
		}
		a.spoil(hangsUpOn("eth_getLogs")) // fails a probe, answers the request
		if _, err := c.Balance(w.ctx, w.sender); (err != nil) != late {
			t.Errorf("a minute later %t: %v", late, err)
		}
	}
}

func TestANodeOfAnotherChainEndsNoStartBesideOneOfOurs(t *testing.T) {
	w, other := newWorld(t), newWorld(t)
	a, b := newProxy(t, other.d.URL), newProxy(t, w.d.URL)
	genesis, err := w.c.Genesis(w.ctx)
	if err != nil {
		t.Fatal(err)
	}
	connect := func(genesis common.Hash, urls ...string) (*chain.Client, error) {
		t.Helper()
		c, err := chain.Later(84532, urls...)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(c.Close)
		return c, c.Connect(w.ctx, genesis)
	}
	id := change(func(q request, r *response) {
		if q.Method == "eth_chainId" {
			r.Result = json.RawMessage(`"0x1"`)
		}
	})
	for name, spoil := range map[string]func(){"genesis": func() { a.spoil(nil) }, "id": func() { a.spoil(id) }} {
		spoil()
		c, err := connect(genesis, a.url(), b.url())
		if err != nil {
			t.Errorf("another %s beside ours: %v", name, err)
			continue
		}
		if n := c.Nodes(); n[0].Ok || !n[1].Ok || n[0].Err == nil {
			t.Errorf("another %s beside ours: %+v", name, n)
		}
		a.forget()
		if n, err := c.AccountNonce(w.ctx, w.stranger, 0); err != nil || n != 0 || a.asked("eth_getTransactionCount") != 0 {
			t.Errorf("another %s beside ours: read %d, %v", name, n, err)
		}
		if _, err := connect(common.Hash{}, a.url(), b.url()); !errors.Is(err, chain.ErrOtherChain) {
			t.Errorf("another %s, and which is ours is not known: %v", name, err)
		}
		if _, err := connect(genesis, a.url()); !errors.Is(err, chain.ErrOtherChain) {
			t.Errorf("another %s alone: %v", name, err)
		}
		if _, err := connect(genesis, a.url(), a.url()); !errors.Is(err, chain.ErrOtherChain) || !strings.Contains(err.Error(), a.host()) {
			t.Errorf("another %s at both: %v", name, err)
		}
		b.spoil(broken["500"])
		if _, err := connect(genesis, a.url(), b.url()); errors.Is(err, chain.ErrOtherChain) || !chain.Passing(err) {
			t.Errorf("another %s, and ours is silent: %v", name, err)
		}
		b.spoil(nil)
	}
	a.spoil(id)
	_, err = connect(genesis, a.url())
	if id, ok := chain.Serves(err); !ok || id != 1 {
		t.Errorf("it serves %d, %t: %v", id, ok, err)
	}
}

func TestANodeThatIsMuchSlowerThanAnotherIsAskedAfterIt(t *testing.T) {
	w := newWorld(t)
	c, now, all := w.proxies(2)
	slow, quick := all[0], all[1]
	first := func() *proxy {
		t.Helper()
		slow.forget()
		quick.forget()
		if _, err := c.Balance(w.ctx, w.sender); err != nil {
			t.Fatal(err)
		}
		if slow.asked("eth_getBalance") == 1 && quick.asked("eth_getBalance") == 0 {
			return slow
		}
		return quick
	}
	if first() != slow {
		t.Error("the first of two quick nodes is not asked first")
	}
	var took atomic.Int64
	took.Store(int64(2 * time.Second))
	c.SetTook(func(host string) time.Duration {
		if host == slow.host() {
			return time.Duration(took.Load())
		}
		return 300 * time.Millisecond
	})
	w.until("the quick node is asked first", func() bool {
		now.forward(time.Minute)
		return first() == quick
	})
	if n := c.Nodes(); !n[0].Ok || !strings.Contains(n[0].Notice, "is slow") || n[1].Notice != "" {
		t.Errorf("%+v", n)
	}
	quick.spoil(broken["500"])
	if _, err := c.Balance(w.ctx, w.sender); err != nil {
		t.Errorf("the slow one alone: %v", err)
	}
	quick.spoil(nil)
	took.Store(int64(time.Second))
	w.until("the first is asked first again", func() bool {
		now.forward(time.Minute)
		return first() == slow
	})
}

func TestOneNodeIsEnoughToStartWith(t *testing.T) {
	w := newWorld(t)
	p := newProxy(t, w.d.URL)
	p.spoil(broken["hung up"])
	c, now := w.dialed("http://127.0.0.1:1/s3cr3tkey", p.url(), "ws://127.0.0.1:1/s3cr3tkey", w.d.URL)
	if n := c.Nodes(); n[0].Ok || n[1].Ok || n[2].Ok || !n[3].Ok || n[3].Head != w.head().Number || n[3].Err != nil {
		t.Errorf("nodes are %+v", n)
	}
	if n := c.Nodes(); n[0].Host != "127.0.0.1:1" || n[2].Host != "127.0.0.1:1#2" {
		t.Errorf("two of one host are called %q and %q", n[0].Host, n[2].Host)
	}
	if _, err := c.Balance(w.ctx, w.sender); err != nil {
		t.Error(err)
	}
	p.spoil(nil)
	w.until("the second came", func() bool {
		now.forward(time.Minute)
		_, err := c.Balance(w.ctx, w.sender)
		return err == nil && c.Nodes()[1].Ok
	})
	_, err := chain.Dial(w.ctx, "http://127.0.0.1:1/s3cr3tkey", "ws://127.0.0.1:1/s3cr3tkey")
	if err == nil || strings.Contains(err.Error(), "s3cr3t") || !strings.Contains(err.Error(), "127.0.0.1:1: ") || !strings.Contains(err.Error(), "127.0.0.1:1#2: ") {
		t.Errorf("none: %v", err)
	}
	for _, url := range []string{"", "ftp://x", "http://[::1", "http:///s3cr3tkey", "http://\xff/"} {
		if _, err := chain.Dial(w.ctx, url, w.d.URL); err == nil {
			t.Errorf("%q was dialed", url)
		}
	}
}

// A node is on a branch that lost; another answers in its place for a moment.
func TestEventsOfOneBranchAreNotTakenForAnothers(t *testing.T) {
	w := newWorld(t)
	c, now, p := w.proxies(2)
	launches := []mint.Launch{w.launch}
	o := w.order(w.payer(usdc(1)), 1)
	shared := w.mine()
	w.batch(o)
	// The first node knows this branch, and is stuck on it.
	old := w.head()
	before, _ := w.dialed(p[0].url())
	if _, err := before.Block(w.ctx, old.Number); err != nil {
		t.Fatal(err)
	}
	if _, err := before.Balance(w.ctx, w.sender); err != nil {
		t.Fatal(err)
	}
	p[0].spoil(p[0].frozen())
	if _, err := w.d.Reorg(old.Number, false); err != nil {
		t.Fatal(err)
	}
	balance := func() bool {
		now.forward(time.Minute)
		_, err := c.Balance(w.ctx, w.sender)
		return err == nil && c.Nodes()[0].Ok
	}
	// For the events, the second answers, on its branch.
	p[0].spoil(broken["500"])
	events, err := c.Events(w.ctx, launches, shared.Number+1, old.Number)
	if err != nil || len(events) != 0 {
		t.Fatal(err, describe(events))
	}
	p[0].spoil(p[0].frozen())
	w.until("the first is back", balance)
	if b, err := c.Block(w.ctx, old.Number); err == nil {
		t.Errorf("the events of the other branch would be taken for those up to %s", b.Hash)
	}
	// Now the block that the events go on from is of the lost branch.
	if b, err := c.Block(w.ctx, old.Number); err != nil || b != old {
		t.Fatal(b, err)
	}
	p[0].spoil(broken["500"])
	if _, err := c.Events(w.ctx, launches, old.Number+1, w.head().Number); err == nil {
		t.Error("events of the new branch were read on from a block of the old one")
	}
	if _, err := c.Events(w.ctx, launches, old.Number+1, w.head().Number); err != nil {
		t.Errorf("a second time: %v", err)
	}
}

func TestTheFinalBlockIsRememberedWhenANodeForgetsIt(t *testing.T) {
	w := newWorld(t)
	for range 5 {
		w.mine()
	}
	c, _, p := w.proxies(1)
	c.Confirmations = 1
	_, final, err := c.Head(w.ctx)
	if err != nil || final.Number == 0 {
		t.Fatal(final, err)
	}
	p[0].spoil(change(func(q request, r *response) {
		if strings.Contains(string(q.Params), "finalized") {
			r.Result, r.Error = nil, json.RawMessage(`{"code":-39001,"message":"finalized block not found"}`)
		}
	}))
	w.mine()
	if _, again, err := c.Head(w.ctx); err != nil || again != final {
		t.Errorf("final is %d, was %d: %v", again.Number, final.Number, err)
	}
}

// branch has a node answer from a branch of its own above a block, with its newest block
// so many above the chain's.
func (p *proxy) branch(above uint64, ahead uint64, chain func() mint.Block) {
	p.spoil(change(func(q request, r *response) {
		if q.Method != "eth_getBlockByNumber" {
			return
		}
		newest := chain().Number + ahead
		var params []any
		_ = json.Unmarshal(q.Params, &params)
		tag := params[0].(string)
		number, err := hexutil.DecodeUint64(tag)
		switch {
		case err == nil && (number <= above || number > newest):
			return
		case err != nil:
			number = newest
		}
		r.Result = json.RawMessage(fmt.Sprintf(`{"number":"%#x","hash":"%s","timestamp":"%#x"}`, number, common.BigToHash(new(big.Int).SetUint64(number|1<<60)), time.Now().Unix()))
	}))
}

func TestOneNodeOnABranchOfItsOwnOutvotesNoTwoOthers(t *testing.T) {
	long(t)
	for _, first := range []int{0, 2} {
		w := newWorld(t)
		w.mine()
		fork := w.mine().Number
		w.mine()
		c, now, all := w.proxies(3)
		all[first].branch(fork, 12, w.head)
		w.until("the one is set aside", func() bool {
			now.forward(time.Minute)
			_, _, err := c.Head(w.ctx)
			n := c.Nodes()
			return err == nil && !n[first].Ok && n[1].Ok && n[2-first].Ok && strings.Contains(n[first].Err.Error(), "of 2 nodes")
		})
		for range 20 {
			now.forward(11 * time.Second)
			latest, final, err := c.Head(w.ctx)
			if err != nil || latest.Number > w.head().Number || final.Number > w.head().Number {
				t.Fatalf("node %d of 3: newest %d, final %d, %v", first, latest.Number, final.Number, err)
			}
			if n := c.Nodes(); !n[1].Ok || !n[2-first].Ok {
				t.Fatalf("nodes are %+v", n)
			}
		}
		// From the start, too.
		fresh, err := chain.Later(84532, all[0].url(), all[1].url(), all[2].url())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(fresh.Close)
		if err := fresh.Connect(w.ctx, common.Hash{}); err != nil {
			t.Fatal(err)
		}
		if n := fresh.Nodes(); n[first].Ok || !n[1].Ok || !n[2-first].Ok {
			t.Errorf("at the start nodes are %+v", n)
		}
	}
}

func TestAProviderThatIsNamedTwiceHasOneVote(t *testing.T) {
	w := newWorld(t)
	fork := w.mine().Number
	w.mine()
	a, b := newProxy(t, w.d.URL), newProxy(t, w.d.URL)
	c, now := w.dialed(a.url(), a.url(), b.url())
	a.branch(fork, 1, w.head)
	for range 20 {
		now.forward(11 * time.Second)
		_, _, _ = c.Head(w.ctx)
		time.Sleep(5 * time.Millisecond) // probes end
		if n := c.Nodes(); !n[2].Ok {
			t.Fatalf("nodes are %+v", n)
		}
	}
}

func TestANodeThatNamesABlockThatItDoesNotHaveSetsNoOtherAside(t *testing.T) {
	long(t)
	for _, first := range []int{0, 1} {
		w := newWorld(t)
		c, now, all := w.proxies(2)
		all[first].spoil(change(func(q request, r *response) {
			if q.Method == "eth_getBlockByNumber" && strings.Contains(string(q.Params), "latest") {
				r.Result = json.RawMessage(fmt.Sprintf(`{"number":"%#x","hash":"%s","timestamp":"0x1"}`, w.head().Number+50, common.Hash{5}))
			}
		}))
		w.until("it is set aside", func() bool {
			now.forward(time.Minute)
			_, _ = c.Balance(w.ctx, w.sender)
			return !c.Nodes()[first].Ok
		})
		for range 20 {
			now.forward(11 * time.Second)
			latest, _, err := c.Head(w.ctx)
			if n := c.Nodes(); err != nil || latest != w.head() || !n[1-first].Ok || n[first].Ok {
				t.Fatalf("newest is %d, %v; nodes are %+v", latest.Number, err, n)
			}
		}
	}
}

func TestANodeWithAnotherBlockInPlaceOfAFinalOneIsSetAsideWhereAnotherHasIt(t *testing.T) {
	w := newWorld(t)
	for range 6 {
		w.mine()
	}
	final := w.head()
	w.mine()
	a, b := newProxy(t, w.d.URL), newProxy(t, w.d.URL)
	a.branch(final.Number-1, 1, w.head)
	c, err := chain.Later(84532, a.url(), b.url())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	c.Final(final)
	if err := c.Connect(w.ctx, common.Hash{}); err != nil {
		t.Fatal(err)
	}
	if n := c.Nodes(); n[0].Ok || !n[1].Ok || !strings.Contains(n[0].Err.Error(), b.host()) {
		t.Errorf("nodes are %+v", n)
	}
	// Where none has it, it was not final.
	final.Hash = common.Hash{9}
	c, err = chain.Later(84532, b.url(), w.d.URL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	c.Final(final)
	if err := c.Connect(w.ctx, common.Hash{}); err != nil {
		t.Fatal(err)
	}
	if n := c.Nodes(); !n[0].Ok || !n[1].Ok {
		t.Errorf("nodes are %+v", n)
	}
}

// Other tasks of a server use a client while its start connects it again. The race detector
// watches.
func TestAClientIsUsedWhileItIsConnectedAgain(t *testing.T) {
	w := newWorld(t)
	b := newProxy(t, w.d.URL)
	for _, urls := range [][]string{{w.d.URL}, {w.d.URL, b.url()}} {
		c, err := chain.Later(84532, urls...)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(c.Close)
		if err := c.Connect(w.ctx, common.Hash{}); err != nil {
			t.Fatal(err)
		}
		again := make(chan error)
		go func() { again <- c.Connect(w.ctx, common.Hash{}) }()
		for connected := false; !connected; {
			select {
			case err := <-again:
				if connected = true; err != nil {
					t.Error(err)
				}
			default:
			}
			if _, _, err := c.Head(w.ctx); err != nil {
				t.Error(err)
			}
			if c.ChainID() != 84532 {
				t.Errorf("chain %d", c.ChainID())
			}
		}
	}
}
