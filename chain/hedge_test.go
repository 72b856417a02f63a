package chain_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/mint"
)

// hang makes a proxy answer no request before release is called.
func (p *proxy) hang() (release func()) {
	open := make(chan struct{})
	p.spoil(func(rw http.ResponseWriter, a asking) {
		<-open
		_, _ = rw.Write(a.forward())
	})
	release = sync.OnceFunc(func() {
		p.spoil(nil)
		close(open)
	})
	p.t.Cleanup(release)
	return release
}

func (p *proxy) slow(d time.Duration) {
	p.spoil(func(rw http.ResponseWriter, a asking) {
		time.Sleep(d)
		_, _ = rw.Write(a.forward())
	})
}

func TestANodeThatHangsHoldsUpNoRead(t *testing.T) {
	w, o := worldWithAMint(t)
	for what, read := range w.reads(o) {
		c, _, p := w.proxies(2)
		c.SetHedge(time.Millisecond)
		release := p[0].hang()
		began := time.Now()
		for range 3 {
			if err := read(w.ctx, c); err != nil {
				t.Errorf("%s: %v", what, err)
			}
		}
		if took := time.Since(began); took > 4*time.Second { // the node has 5 s
			t.Errorf("%s: three took %s", what, took)
		}
		if n := c.Nodes(); !n[0].Ok || !n[1].Ok {
			t.Errorf("%s: nodes are %+v", what, n)
		}
		release()
		c.Close()
	}
}

func TestANodeThatLeavesARequestUnansweredIsAskedLastUntilItAnswers(t *testing.T) {
	w := newWorld(t)
	c, _, p := w.proxies(2)
	c.SetHedge(time.Millisecond)
	balance := func() {
		t.Helper()
		if _, err := c.Balance(w.ctx, w.sender); err != nil {
			t.Fatal(err)
		}
	}
	release := p[0].hang()
	for range 20 {
		balance()
	}
	if n := p[0].asked("eth_getBalance"); n != 1 {
		t.Errorf("the node that hangs was asked %d times", n)
	}
	c.SetHedge(time.Hour)
	release() // its answer comes late, and is enough
	w.until("it is asked first again", func() bool {
		p[1].forget()
		balance()
		return p[1].asked("eth_getBalance") == 0
	})
}

func TestANodeThatNeverAnswersIsSetAsideThoughAnotherAnsweredInstead(t *testing.T) {
	w := newWorld(t)
	c, _, p := w.proxies(2)
	c.SetHedge(time.Millisecond)
	c.SetPatience(200 * time.Millisecond)
	p[0].hang()
	if _, err := c.Balance(w.ctx, w.sender); err != nil {
		t.Fatal(err)
	}
	w.until("it is set aside", func() bool { return !c.Nodes()[0].Ok })
	if n := c.Nodes(); n[0].Err.Error() != "does not answer in time" || !n[1].Ok {
		t.Errorf("nodes are %+v", n)
	}
}

func TestTwoSlowNodesGetAtMostATenthMoreRequests(t *testing.T) {
	w := newWorld(t)
	c, _, p := w.proxies(2)
	c.SetHedge(time.Millisecond)
	p[0].slow(5 * time.Millisecond)
	p[1].slow(time.Second) // its answers never come first: a node that was outrun is not outrun again
	const reads = 100
	for range reads {
		if _, err := c.Balance(w.ctx, w.sender); err != nil {
			t.Fatal(err)
		}
	}
	if n := p[0].asked("eth_getBalance") + p[1].asked("eth_getBalance"); n <= reads || n > reads+reads/10+5 {
		t.Errorf("%d requests for %d reads", n, reads)
	}
}

func TestARequestThatIsExpensiveForANodeIsMadeOnce(t *testing.T) {
	w := newWorld(t)
	for range 12 {
		w.mine()
	}
	c, _, p := w.proxies(2)
	c.SetHedge(time.Millisecond)
	p[0].slow(20 * time.Millisecond)
	to := w.head().Number
	// The cheap one comes last: after it, the first node is asked last for a while.
	for _, test := range []struct {
		blocks uint64
		want   int
	}{{11, 0}, {3, 2}} {
		p[1].forget()
		if _, err := c.Events(w.ctx, []mint.Launch{w.launch}, to-test.blocks+1, to); err != nil {
			t.Fatal(err)
		}
		if n := p[1].asked("eth_getLogs"); n != test.want {
			t.Errorf("logs of %d blocks: the second node was asked %d times, want %d", test.blocks, n, test.want)
		}
	}
}

func TestALateAnswerIsIgnored(t *testing.T) {
	w := newWorld(t)
	for range 3 {
		w.mine()
	}
	c, _, p := w.proxies(2)
	c.SetHedge(time.Millisecond)
	late, open := w.head(), make(chan struct{})
	p[0].spoil(func(rw http.ResponseWriter, a asking) {
		answer := a.forward() // of the present state
		<-open
		_, _ = rw.Write(answer)
	})
	for range 2 { // the first may be hedged while the other node reads
		w.mine()
		if latest, _, err := c.Head(w.ctx); err != nil || latest.Number <= late.Number {
			t.Fatalf("head is %d, was %d: %v", latest.Number, late.Number, err)
		}
	}
	_, final, err := c.Head(w.ctx)
	if err != nil {
		t.Fatal(err)
	}
	p[0].spoil(nil)
	close(open)
	for range 20 {
		latest, again, err := c.Head(w.ctx)
		if err != nil || latest != w.head() || again.Number < final.Number {
			t.Errorf("after a late answer the head is %d, final %d, was final %d: %v", latest.Number, again.Number, final.Number, err)
		}
	}
}

func TestAnAnswerThatAnotherOvertookIsNoSignOfSeveralNodes(t *testing.T) {
	w := newWorld(t)
	c, _, p := w.proxies(1)
	asked, open := make(chan struct{}, 1), make(chan struct{})
	p[0].spoil(func(rw http.ResponseWriter, a asking) {
		answer := a.forward() // of the present state
		asked <- struct{}{}
		<-open
		_, _ = rw.Write(answer)
	})
	came := make(chan error)
	go func() {
		_, _, err := c.Head(w.ctx)
		came <- err
	}()
	<-asked
	p[0].spoil(nil)
	w.mine()
	head := func() {
		t.Helper()
		if latest, _, err := c.Head(w.ctx); err != nil || latest != w.head() {
			t.Errorf("head is %d, want %d: %v", latest.Number, w.head().Number, err)
		}
	}
	head()
	close(open)
	if err := <-came; err != nil {
		t.Fatal(err)
	}
	head() // the newest block, not the one before it
}

func TestOfNodesThatMustAgreeOneThatHangsIsWaitedForOnce(t *testing.T) {
	w := newWorld(t)
	at := w.head().Number
	c, _, p := w.proxies(3)
	release := p[2].hang()
	nonce := func() error {
		_, err := c.AccountNonce(w.ctx, w.stranger, at)
		return err
	}
	for range 5 {
		if err := nonce(); err != nil {
			t.Fatal(err)
		}
	}
	if n := p[2].asked("eth_getTransactionCount"); n != 1 {
		t.Errorf("the node that hangs was asked %d times", n)
	}
	// The others still have to agree, and it has to as soon as it answers.
	lies := change(func(q request, r *response) {
		if q.Method == "eth_getTransactionCount" {
			r.Result = json.RawMessage(`"0x1389"`)
		}
	})
	p[1].spoil(lies)
	if err := nonce(); !errors.Is(err, mint.ErrDisputed) {
		t.Errorf("the second of three differs: %v", err)
	}
	p[1].spoil(nil)
	release()
	p[2].spoil(lies)
	w.until("the third has its vote again", func() bool { return errors.Is(nonce(), mint.ErrDisputed) })
}

func TestANodeThatGetsABlockAMomentLaterHasItsVote(t *testing.T) {
	w := newWorld(t)
	at := w.head().Number
	c, _, p := w.proxies(2)
	asked := 0
	p[1].spoil(change(func(q request, r *response) {
		if q.Method != "eth_getTransactionCount" {
			return
		}
		if asked++; asked == 1 {
			r.Result, r.Error = nil, json.RawMessage(`{"code":-32000,"message":"header not found"}`)
			return
		}
		r.Result = json.RawMessage(`"0x1389"`)
	}))
	if n, err := c.AccountNonce(w.ctx, w.stranger, at); !errors.Is(err, mint.ErrDisputed) {
		t.Errorf("%d, %v", n, err)
	}
}

func TestARequestIsHedgedAfterThreeTimesWhatANodeUsuallyTakes(t *testing.T) {
	usual := func(d time.Duration, rest ...time.Duration) (all []time.Duration) {
		for range 40 {
			all = append(all, d)
		}
		return append(all, rest...)
	}
	for _, test := range []struct {
		took []time.Duration
		want time.Duration
	}{
		{nil, time.Second},
		{usual(time.Millisecond), 200 * time.Millisecond},
		{usual(100 * time.Millisecond), 300 * time.Millisecond},
		{usual(100*time.Millisecond, 4*time.Second), 300 * time.Millisecond},
		{usual(2 * time.Second), time.Second},
		{append(usual(2*time.Second), append(usual(50*time.Millisecond), usual(90*time.Millisecond)...)...), 270 * time.Millisecond},
	} {
		if got := chain.HedgeAfter("eth_call", test.took...); got != test.want {
			t.Errorf("after %s, not %s", got, test.want)
		}
	}
	if got := chain.HedgeAfter("eth_getLogs", usual(time.Millisecond)...); got != time.Second {
		t.Errorf("a request for logs after %s", got)
	}
}

func TestATransactionThatAllNodesButOneThatHangsRefuseIsRefusedSoon(t *testing.T) {
	w := newWorld(t)
	a := w.attempt(w.honest(1)...)
	c, _, p := w.proxies(3)
	c.SetHedge(time.Millisecond)
	release := p[0].hang()
	if _, err := c.Balance(w.ctx, w.sender); err != nil {
		t.Fatal(err)
	}
	verdict := refuse(`{"code":-32000,"message":"invalid sender"}`)
	p[1].spoil(verdict)
	p[2].spoil(verdict)
	began, refused := time.Now(), new(mint.Refusal)
	if err := c.Send(w.ctx, a.Raw); !errors.As(err, &refused) || refused.Class != mint.BadSender || time.Since(began) > 4*time.Second {
		t.Errorf("after %s: %v", time.Since(began), err)
	}
	// It counts if it answers within a second.
	time.AfterFunc(50*time.Millisecond, release)
	if err := c.Send(w.ctx, a.Raw); err != nil {
		t.Errorf("the node that was late accepts it: %v", err)
	}
}

func TestANodeThatRefusesIsNoReasonToCutShortOneThatDidNotHang(t *testing.T) {
	w := newWorld(t)
	a := w.attempt(w.honest(1)...)
	c, _, p := w.proxies(2)
	p[0].slow(1500 * time.Millisecond)
	p[1].spoil(refuse(`{"code":-32000,"message":"invalid sender"}`))
	if err := c.Send(w.ctx, a.Raw); err != nil {
		t.Errorf("the slow node accepts it: %v", err)
	}
}

func TestANodeThatHangsIsNotReadASecondTimeWhileAnotherAnswers(t *testing.T) {
	w := newWorld(t)
	before := w.head()
	w.mine()
	for _, known := range []bool{true, false} {
		c, _, p := w.proxies(3)
		c.SetPatience(300 * time.Millisecond)
		p[1].hang()
		reread := func() {
			t.Helper()
			for attempt := range 3 {
				if _, err := c.Reread(w.ctx, []mint.Launch{w.launch}, before, w.head(), attempt); err != nil {
					t.Fatal(err)
				}
			}
		}
		if known { // by what all must agree on
			c.SetPatience(time.Minute)
			if _, err := c.AccountNonce(w.ctx, w.stranger, before.Number); err != nil {
				t.Fatal(err)
			}
		} else {
			reread()
			if c.Nodes()[1].Ok {
				t.Error("a node that did not answer in time is not set aside")
			}
		}
		p[1].forget()
		reread()
		if n := p[1].asked("eth_getLogs"); n != 0 {
			t.Errorf("it was asked %d times", n)
		}
	}
}

func TestANodeThatHangsHoldsUpNoStartOnAChainThatIsKnown(t *testing.T) {
	long(t)
	w := newWorld(t)
	genesis, err := w.c.Genesis(w.ctx)
	if err != nil {
		t.Fatal(err)
	}
	a, b := newProxy(t, w.d.URL), newProxy(t, w.d.URL)
	release := a.hang()
	c, err := chain.Later(w.c.ChainID(), a.url(), b.url())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	began := time.Now()
	if err := c.Connect(w.ctx, genesis); err != nil || time.Since(began) > 4*time.Second { // a node has 5 s
		t.Errorf("after %s: %v", time.Since(began), err)
	}
	if n := c.Nodes(); n[0].Ok || n[0].Err.Error() != "does not answer in time" || !n[1].Ok {
		t.Errorf("nodes are %+v", n)
	}
	release()
	w.until("it comes back", func() bool {
		_, err := c.Balance(w.ctx, w.sender)
		return err == nil && c.Nodes()[0].Ok
	})
}
