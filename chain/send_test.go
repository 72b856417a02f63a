package chain_test

import (
	"context"
	"encoding/json"
	"errors"
	"math/big"
	"net/http"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
)

// What nodes say of a transaction that they do not take, or take silently.
var unwilling = map[string]fault{
	"nonce too low":      refuse(`{"code":-32000,"message":"nonce too low: next nonce 7, tx nonce 0"}`),
	"underpriced":        refuse(`{"code":-32000,"message":"replacement transaction underpriced"}`),
	"pool full":          refuse(`{"code":-32000,"message":"txpool is full"}`),
	"accepted, then 504": then(status(http.StatusGatewayTimeout, "timeout")),
	"accepted, hung up":  then(broken["hung up"]),
	"accepted, nothing":  then(broken["nothing"]),
	"429":                broken["429"],
	"500":                broken["500"],
	"HTML":               broken["HTML"],
}

// refuse answers transactions with an error, without having seen them.
func refuse(text string) fault {
	return func(rw http.ResponseWriter, a asking) {
		for i, q := range a.requests {
			if q.Method == "eth_sendRawTransaction" {
				write(rw, []response{{Version: "2.0", ID: a.requests[i].ID, Error: json.RawMessage(text)}}, a.batch)
				return
			}
		}
		_, _ = rw.Write(a.forward())
	}
}

// then hands on what came, and answers something else.
func then(f fault) fault {
	return func(rw http.ResponseWriter, a asking) {
		a.forward()
		f(rw, a)
	}
}

func TestATransactionIsSentToEveryNodeAndOneIsEnough(t *testing.T) {
	w := newWorld(t)
	for what, f := range unwilling {
		a := w.attempt(w.honest(1)...)
		c, _, p := w.proxies(3)
		p[0].spoil(f)
		p[2].spoil(f)
		if err := c.Send(w.ctx, a.Raw); err != nil {
			t.Errorf("%s: %v", what, err)
		}
		for i := range p {
			w.until("asked", func() bool { return p[i].asked("eth_sendRawTransaction") == 1 })
		}
		w.mine()
		if r := w.receipt(a.Hash); len(r.Minted) != 1 {
			t.Errorf("%s: %+v", what, r)
		}
	}
}

func TestAnErrorOfSendingIsThatOfAllAndNamesHostsOnly(t *testing.T) {
	w := newWorld(t)
	a := w.attempt(w.honest(1)...)
	for what, f := range unwilling {
		c, _, p := w.proxies(2)
		p[0].spoil(f)
		p[1].spoil(f)
		err := c.Send(w.ctx, a.Raw)
		if strings.HasPrefix(what, "accepted") && err == nil {
			continue // the second had it already from the first
		}
		if err == nil || !strings.Contains(err.Error(), p[0].host()+": ") || !strings.Contains(err.Error(), p[1].host()+": ") || strings.Contains(err.Error(), "s3cr3t") {
			t.Errorf("%s: %v", what, err)
		}
	}
	// What went wrong says nothing about the transaction.
	w.mine()
	if r := w.receipt(a.Hash); len(r.Minted) != 1 {
		t.Errorf("receipt is %+v", r)
	}
}

func TestANodeThatHasItAlreadyHasTakenIt(t *testing.T) {
	w := newWorld(t)
	a := w.attempt(w.honest(1)...)
	c, _, p := w.proxies(2)
	p[0].spoil(then(broken["500"]))
	for _, spelt := range []string{"already known", "ALREADY_EXISTS: already known", "AlreadyKnown", "known transaction: 0x12", "Transaction with the same hash was already imported."} {
		p[1].spoil(refuse(`{"code":-32000,"message":"` + spelt + `"}`))
		if err := c.Send(w.ctx, a.Raw); err != nil {
			t.Errorf("%s: %v", spelt, err)
		}
	}
}

func TestASlowNodeDoesNotHoldUpASend(t *testing.T) {
	w := newWorld(t)
	c, _, p := w.proxies(2)
	release := make(chan struct{})
	slow := func(rw http.ResponseWriter, a asking) {
		<-release
		_, _ = rw.Write(a.forward())
	}
	p[0].spoil(slow)
	orders := w.honest(40)
	accountNonce := uint64(0)
	fees, err := w.c.Fees(w.ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range orders {
		a, err := w.c.SignBatch(w.ctx, w.launch, []mint.Order{o}, w.sender, accountNonce, fees.Cap, fees.Tip)
		if err != nil {
			t.Fatal(err)
		}
		accountNonce++
		if err := c.Send(w.ctx, a.Raw); err != nil {
			t.Fatal(err)
		}
	}
	w.until("all that may be under way are", func() bool { return p[0].asked("eth_sendRawTransaction") == 32 })
	if n := p[1].asked("eth_sendRawTransaction"); n != 40 {
		t.Errorf("the other node was sent %d", n)
	}
	// With nobody to take it, the caller's time ends it, and the node keeps its own.
	p[1].spoil(slow)
	ctx, cancel := context.WithCancel(w.ctx)
	cancel()
	if err := c.Send(ctx, []byte{1}); !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v", err)
	}
	close(release)
}

func TestAStuckTransactionIsReplacedOnEveryNode(t *testing.T) {
	w := newWorld(t)
	c, _, _ := w.proxies(2)
	a := w.attempt(w.honest(1)...)
	if err := c.Send(w.ctx, a.Raw); err != nil {
		t.Fatal(err)
	}
	// Not by enough.
	slightly, err := w.c.Resign(w.ctx, a, w.sender, plus(a.FeeCap, 0), plus(a.TipCap, 0))
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Send(w.ctx, slightly.Raw); err == nil || strings.Count(err.Error(), "replacement transaction underpriced") != 2 {
		t.Errorf("error is %v", err)
	}
	higher, err := w.c.Resign(w.ctx, a, w.sender, plus(a.FeeCap, 1), plus(a.TipCap, 1))
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Send(w.ctx, higher.Raw); err != nil {
		t.Fatal(err)
	}
	w.mine()
	receipts, err := c.Receipts(w.ctx, []common.Hash{a.Hash, slightly.Hash, higher.Hash})
	if err != nil || receipts[0] != nil || receipts[1] != nil || receipts[2] == nil {
		t.Fatal(receipts, err)
	}
	if err := c.Send(w.ctx, a.Raw); err == nil || strings.Count(err.Error(), "nonce too low") != 2 {
		t.Errorf("error is %v", err)
	}
}

// plus is n, that many eighths of it, and one.
func plus(n *big.Int, eighths int64) *big.Int {
	more := new(big.Int).Mul(n, big.NewInt(eighths))
	more.Rsh(more, 3)
	return more.Add(more.Add(more, n), big.NewInt(1))
}

func TestATransactionThatThePoolDroppedIsSentAgainAsItIs(t *testing.T) {
	w := newWorld(t)
	c, _, _ := w.proxies(1) // of two, one may send it when the other has answered
	a := w.attempt(w.honest(1)...)
	if err := c.Send(w.ctx, a.Raw); err != nil {
		t.Fatal(err)
	}
	w.d.DropPool()
	w.mine()
	if r, err := c.Receipts(w.ctx, []common.Hash{a.Hash}); err != nil || r[0] != nil {
		t.Fatal(r, err)
	}
	if err := c.Send(w.ctx, a.Raw); err != nil {
		t.Fatal(err)
	}
	w.mine()
	if r := w.receipt(a.Hash); len(r.Minted) != 1 {
		t.Errorf("receipt is %+v", r)
	}
}

func TestAReceiptSaysWhatTheGasCost(t *testing.T) {
	w := newWorld(t)
	before, err := w.c.Balance(w.ctx, w.sender)
	if err != nil {
		t.Fatal(err)
	}
	r := w.batch(w.honest(2)...)
	after, err := w.c.Balance(w.ctx, w.sender)
	if err != nil {
		t.Fatal(err)
	}
	if r.Cost == nil || r.Cost.Cmp(before.Sub(before, after)) != 0 {
		t.Errorf("it cost %s, and the sender has %s less", r.Cost, before)
	}
	// A rollup of the OP stack charges for the data as well; a node may not say.
	for add, want := range map[string]*big.Int{
		`,"l1Fee":"0x64"`:            new(big.Int).Add(r.Cost, big.NewInt(100)),
		`,"l1Fee":null`:              r.Cost,
		`,"effectiveGasPrice":null`:  nil,
		`,"l1Fee":"0x0","other":[1]`: r.Cost,
	} {
		c, _, p := w.proxies(1)
		p[0].spoil(change(func(_ request, r *response) {
			r.Result = json.RawMessage(strings.TrimSuffix(string(r.Result), "}") + add + "}")
		}))
		found, err := c.Receipts(w.ctx, []common.Hash{r.At.Tx})
		if err != nil || (found[0].Cost == nil) != (want == nil) || (want != nil && found[0].Cost.Cmp(want) != 0) {
			t.Errorf("with %s: %v %v", add, found[0], err)
		}
	}
}
