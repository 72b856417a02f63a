package server_test

import (
	"context"
	"encoding/base64"
	"math/big"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/servertest"
	"github.com/mint402/mint402/x402"
)

// slow holds the node's first answer about payers until it is let go.
type slow struct {
	counted
	let chan struct{}
}

func (s *slow) Inspect(ctx context.Context, l mint.Launch, keys []mint.PayerKey, at uint64) ([]mint.Payer, error) {
	<-s.let
	return s.counted.Inspect(ctx, l, keys, at)
}

// looked counts the payments that were looked up, which each is before it is verified.
type looked struct {
	mint.Store
	up atomic.Int64
}

func (l *looked) Order(ctx context.Context, id mint.PaymentID) (mint.Order, error) {
	defer l.up.Add(1)
	return l.Store.Order(ctx, id)
}

func TestJunkAsksNextToNothingOfTheNode(t *testing.T) {
	servertest.Long(t)
	node, store := &slow{let: make(chan struct{})}, &looked{}
	w := open(t, servertest.Sale{Chain: func(c mint.Chain) mint.Chain { node.Chain = c; return node },
		Store: func(s mint.Store) mint.Store { store.Store = s; return store }})
	k := w.Payer(1000)
	good := w.craft(k, nil)
	signed := func(key string, v any) x402.Signed {
		return w.bend(good, func(o object) { authorization(o)[key] = v })
	}
	signature := func(s string) x402.Signed {
		return w.bend(good, func(o object) { o["payload"].(object)["signature"] = s })
	}
	junk := []x402.Signed{
		{Header: "X-PAYMENT", Value: "junk"}, {Header: "PAYMENT-SIGNATURE", Value: base64.StdEncoding.EncodeToString([]byte(strings.Repeat("[", 9000)))},
		signed("value", "1"), signed("value", strings.Repeat("9", 78)), signed("to", servertest.Account(k).Hex()), signed("validAfter", "9999999999"),
		signed("validBefore", big.NewInt(time.Now().Unix()-1).String()), signed("validBefore", "1"),
		signature("0x" + strings.Repeat("00", 65)), signature("0x" + strings.Repeat("ff", 65)), signature("0x" + strings.Repeat("6492", 16)),
		signature("0x" + strings.Repeat("11", 64) + "1d"),
	}
	for range 50 {
		for _, s := range junk {
			if a := w.Pay("/mint", s); a.Status != 400 && a.Status != 402 {
				t.Fatalf("%d %s", a.Status, a.Body)
			}
		}
	}
	if n := node.asked.Load(); n != 0 {
		t.Fatalf("the node was asked %d times about %d pieces of junk", n, 50*len(junk))
	}
	// A signature that is none of the payer's key might be one that a wallet's code
	// takes. That is asked, for all who wait at once, and then remembered.
	const forgeries = 300
	forged := make([]x402.Signed, forgeries)
	for i := range forged {
		forged[i] = w.as(good, servertest.Account(servertest.Key(t)), append(make([]byte, 31), append([]byte{1}, append(make([]byte, 31), 1, 27)...)...))
	}
	store.up.Store(0)
	var answers []func() servertest.Answer
	for _, s := range forged {
		answers = append(answers, w.Meanwhile(func() servertest.Answer { return w.Pay("/mint", s) }))
	}
	w.Eventually("all are there", func() bool { return store.up.Load() == forgeries })
	close(node.let)
	for _, answer := range answers {
		if r := answer().Required(); r.Error != string(x402.ReasonSignature) {
			t.Fatalf("%+v", r)
		}
	}
	asked := node.asked.Load()
	if asked == 0 || asked > forgeries/20 {
		t.Errorf("the node was asked %d times about %d forgeries", asked, forgeries)
	}
	for range 3 {
		for _, s := range forged {
			w.Pay("/mint", s).Required()
		}
	}
	if again := node.asked.Load() - asked; again != 0 {
		t.Errorf("the node was asked %d times about payers that it was asked about before", again)
	}
	if w.Orders() != 0 {
		t.Errorf("%d orders", w.Orders())
	}
	w.Pay("/mint", good).Wants(200)
}
