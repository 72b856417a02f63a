package mint_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/big"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/x402"
)

// slowClaim is a store whose disk does not answer a claim until the gate is closed.
type slowClaim struct {
	mint.Store
	gate   chan struct{}
	claims int
	panics bool
}

func (s *slowClaim) Claim(ctx context.Context, order mint.Order, credit mint.Credit) (*mint.Order, bool, error) {
	s.claims++
	<-s.gate
	if s.panics {
		panic("claim")
	}
	return s.Store.Claim(ctx, order, credit)
}

// slowly gives the engine such a store.
func (w *world) slowly() *slowClaim {
	s := &slowClaim{Store: w.store, gate: make(chan struct{})}
	w.engine.Store = s
	w.engine.Reassign()
	return s
}

// reply is what a request with a payment got.
type reply struct {
	order mint.Order
	err   error
	panic any
}

// goMint presents a payment in a goroutine, which has ended or waits when goMint returns.
func (w *world) goMint(ctx context.Context, p simPayment) (replies chan reply) {
	replies = make(chan reply, 1)
	go func() {
		var r reply
		defer func() {
			r.panic = recover()
			replies <- r
		}()
		order, err := w.engine.Mint(ctx, p.slug, p.quantity, &p.payment)
		if r.err = err; err == nil {
			r.order = *order
		}
	}()
	synctest.Wait()
	return replies
}

// hungUp is the context of a client that does not wait for the mint.
func hungUp() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

// waiting fails if a request has its reply already.
func waiting(t *testing.T, who string, replies chan reply) {
	t.Helper()
	select {
	case r := <-replies:
		t.Fatalf("%s is answered early: %s %v", who, r.order.State(), r.err)
	default:
	}
}

// spend takes a payer's money at every block.
func (w *world) spend(payer common.Address) {
	for _, b := range w.chain.blocks {
		b.state.balances[payer] = 0
	}
}

func TestACopyOfAPaymentThatIsBeingDecidedGetsThatDecision(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		p := w.sign(w.payer(1), 1, time.Hour)
		s := w.slowly()
		first := w.goMint(hungUp(), p)
		// On its own, the copy would find a payer without money, and no order.
		w.spend(p.payment.Authorization.From)
		copies := []chan reply{w.goMint(hungUp(), p), w.goMint(hungUp(), p)}
		for _, c := range append(copies, first) {
			waiting(t, "a copy", c)
		}
		close(s.gate)
		for _, c := range append(copies, first) {
			if r := <-c; r.err != nil || r.order.State() != mint.Claimed {
				t.Errorf("%s, %v", r.order.State(), r.err)
			}
		}
		if s.claims != 1 {
			t.Errorf("claimed %d times", s.claims)
		}
	})
}

func TestARefusalIsSharedByCopiesAndEndsWithThem(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		key := w.payer(1)
		p := w.sign(key, 1, time.Hour)
		w.must(w.sign(key, 1, time.Hour)) // promises all that the payer has
		s := w.slowly()
		first, second := w.goMint(hungUp(), p), w.goMint(hungUp(), p)
		close(s.gate)
		for _, c := range []chan reply{first, second} {
			if r := <-c; !errors.Is(r.err, mint.ErrOvercommitted) {
				t.Errorf("%s, %v", r.order.State(), r.err)
			}
		}
		for _, b := range w.chain.blocks {
			b.state.balances[addressOf(key)] *= 2
		}
		w.must(p)
	})
}

func TestAForgedCopyNeitherWaitsForTheGoodOneNorRefusesIt(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		p := w.sign(w.payer(1), 1, time.Hour)
		forged := p
		forged.payment.Signature = bytes.Clone(w.sign(w.payer(1), 1, time.Hour).payment.Signature)
		s := w.slowly()
		good := w.goMint(hungUp(), p)
		bad := w.goMint(hungUp(), forged)
		waiting(t, "the good one", good)
		select {
		case r := <-bad:
			var refused *x402.RefusedError
			if !errors.As(r.err, &refused) || refused.Reason != x402.ReasonSignature {
				t.Errorf("the forged one: %v", r.err)
			}
		default:
			t.Error("the forged one waits")
		}
		close(s.gate)
		if r := <-good; r.err != nil {
			t.Errorf("the good one: %v", r.err)
		}
	})
}

func TestCopiesWaitForTheChainEachForItsOwnTime(t *testing.T) {
	for _, seconds := range [][]int{{5, 60}, {60, 5}} {
		inBubble(t, func(t *testing.T, w *world) {
			p := w.sign(w.payer(5), 1, time.Hour)
			w.strangers("direct", p)
			w.chain.mine(nil)
			w.link.Chain = listsLess{w.chain} // so the use is in a block that is not listed
			w.step()
			replies := map[int]chan reply{}
			for _, n := range seconds {
				ctx, cancel := context.WithTimeout(context.Background(), time.Duration(n)*time.Second)
				defer cancel()
				replies[n] = w.goMint(ctx, p)
				waiting(t, "a copy", replies[n])
			}
			time.Sleep(5 * time.Second)
			synctest.Wait()
			select {
			case r := <-replies[5]:
				var unavailable *mint.UnavailableError
				if !errors.As(r.err, &unavailable) || unavailable.Faults[0].Code != "chain_behind" {
					t.Errorf("after 5 s: %v", r.err)
				}
			default:
				t.Error("the one with 5 s waits longer")
			}
			waiting(t, "the one with 60 s", replies[60])
			w.link.Chain = w.chain
			w.blocks(2)
			synctest.Wait()
			if r := <-replies[60]; r.err != nil || r.order.State() != mint.Mined {
				t.Errorf("%s, %v", r.order.State(), r.err)
			}
		})
	}
}

func TestCopiesWaitForTheFirstReadOfTheChainEachForItsOwnTime(t *testing.T) {
	for _, first := range []time.Duration{time.Second, time.Minute} {
		inBubble(t, func(t *testing.T, w *world) {
			p := w.sign(w.payer(1), 1, time.Hour)
			if err := w.engine.Open(context.Background()); err != nil {
				t.Fatal(err)
			}
			replies := map[time.Duration]chan reply{}
			for _, d := range []time.Duration{first, time.Second + time.Minute - first} {
				ctx, cancel := context.WithTimeout(context.Background(), d)
				defer cancel()
				replies[d] = w.goMint(ctx, p)
			}
			time.Sleep(time.Second)
			synctest.Wait()
			select {
			case r := <-replies[time.Second]:
				var unavailable *mint.UnavailableError
				if !errors.As(r.err, &unavailable) || unavailable.Faults[0].Code != "starting" {
					t.Errorf("after a second: %v", r.err)
				}
			default:
				t.Error("the one with a second waits longer")
			}
			waiting(t, "the one with a minute", replies[time.Minute])
			w.step()
			synctest.Wait()
			w.blocks(2)
			if r := <-replies[time.Minute]; r.err != nil || r.order.State() != mint.Mined {
				t.Errorf("%s, %v", r.order.State(), r.err)
			}
		})
	}
}

func TestAPanicInADecisionReachesEveryCopyAndNothingWaitsForIt(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		p := w.sign(w.payer(1), 1, time.Hour)
		s := w.slowly()
		s.panics = true
		first, second := w.goMint(hungUp(), p), w.goMint(hungUp(), p)
		close(s.gate)
		for _, c := range []chan reply{first, second} {
			if r := <-c; !strings.HasPrefix(fmt.Sprint(r.panic), "claim") {
				t.Errorf("got %v, %v", r.panic, r.err)
			}
		}
		s.panics = false
		w.must(p)
	})
}

func TestAPaymentWhosePaymentNonceIsClaimedForAnotherPurchaseMeanwhileIsAConflict(t *testing.T) {
	w := quietWorld(t, 10)
	key := w.payer(1)
	p := w.sign(key, 1, time.Minute)
	rival := w.signFor(w.launch, key, 2, w.chain.now.Add(time.Minute), p.payment.Authorization.Nonce)
	w.link.Chain = &slowInspect{w.chain, func() {
		order := mint.Order{ID: p.id, Launch: "ping", Payer: p.payment.Authorization.From, Quantity: 1, Value: p.payment.Authorization.Value,
			Authorization: p.payment.Authorization, Signature: p.payment.Signature}
		if _, _, err := w.store.Claim(context.Background(), order, mint.Credit{Balance: w.launch.Price}); err != nil {
			t.Fatal(err)
		}
	}}
	if _, err := w.present(rival); !errors.Is(err, mint.ErrConflict) {
		t.Fatalf("got %v: a 402 is for a payment that nothing is claimed for", err)
	}
}

// forgetful is a store that cannot be read after the first look.
type forgetful struct {
	mint.Store
	looks int
}

var errUnread = errors.New("disk I/O error")

func (s *forgetful) Order(ctx context.Context, id mint.PaymentID) (mint.Order, error) {
	if s.looks++; s.looks > 1 {
		return mint.Order{}, errUnread
	}
	return s.Store.Order(ctx, id)
}

func TestAPaymentThatMayHaveBeenClaimedMeanwhileIsNotRefused(t *testing.T) {
	w := quietWorld(t, 10)
	poor := w.sign(w.payer(0), 1, time.Minute)
	w.engine.Store = &forgetful{Store: w.store}
	w.engine.Reassign()
	if _, err := w.present(poor); !errors.Is(err, errUnread) {
		t.Fatalf("got %v, and nobody knows whether a copy is claimed", err)
	}
}

func TestADecisionIsSharedOnlyByPaymentsThatAreEqualInEveryField(t *testing.T) {
	full := func() *x402.Payment {
		l := simLaunch(10)
		req := l.Requirement(1)
		p := &x402.Payment{Version: 2, Scheme: "exact", Network: "eip155:84532", Accepted: &req, Signature: []byte{1},
			Authorization: x402.Authorization{Value: big.NewInt(1), ValidAfter: big.NewInt(2), ValidBefore: big.NewInt(3)}}
		return p
	}
	key := mint.DecisionKey("ping", 1, full())
	if len(key) != 32 || key != mint.DecisionKey("ping", 1, full()) {
		t.Fatalf("%x", key)
	}
	for what, other := range map[string]string{"slug": mint.DecisionKey("pong", 1, full()), "quantity": mint.DecisionKey("ping", 2, full())} {
		if other == key {
			t.Errorf("another %s has the same key", what)
		}
	}
	seen := map[string]string{}
	for _, split := range [][3]string{{"", "ab", "c"}, {"a", "b", "c"}, {"a", "", "bc"}, {"abc", "", ""}, {"", "", "abc"}} {
		p := full()
		p.Scheme, p.Network = split[1], split[2]
		for _, keys := range [][]string{nil, {"x", "yz"}, {"xy", "z"}, {"xyz"}} {
			p.Keys = keys
			k, what := mint.DecisionKey("ping"+split[0], 1, p), fmt.Sprintf("%q %q", split, keys)
			if other, known := seen[k]; known {
				t.Errorf("%s has the key of %s", what, other)
			}
			seen[k] = what
		}
	}
	var fields int
	var change func(path string, v reflect.Value, p *x402.Payment)
	differs := func(path string, p *x402.Payment) {
		if fields++; mint.DecisionKey("ping", 1, p) == key {
			t.Errorf("another %s has the same key", path)
		}
	}
	change = func(path string, v reflect.Value, p *x402.Payment) {
		before := reflect.New(v.Type()).Elem()
		before.Set(v)
		defer v.Set(before)
		switch was := v.Interface().(type) {
		case *big.Int:
			v.Set(reflect.ValueOf(new(big.Int).Add(was, big.NewInt(7))))
		case common.Address:
			v.Set(reflect.ValueOf(common.Address{19: was[19] + 1}))
		case common.Hash:
			v.Set(reflect.ValueOf(common.Hash{31: was[31] + 1}))
		case []byte:
			v.Set(reflect.ValueOf(append(bytes.Clone(was), 0)))
		case string:
			v.SetString(was + " ")
		case int:
			v.SetInt(int64(was) + 1)
		case []string:
			v.Set(reflect.ValueOf(append(was[:len(was):len(was)], "key")))
		case *x402.Requirement:
			eachField(path, v.Elem(), p, change)
			v.SetZero()
		default:
			eachField(path, v, p, change)
			return
		}
		differs(path, p)
	}
	p := full()
	eachField("payment", reflect.ValueOf(p).Elem(), p, change)
	if fields < 20 {
		t.Errorf("only %d fields were changed", fields)
	}
}

// eachField calls do with each field of a struct.
func eachField(path string, v reflect.Value, p *x402.Payment, do func(string, reflect.Value, *x402.Payment)) {
	for i := range v.NumField() {
		do(path+"."+v.Type().Field(i).Name, v.Field(i), p)
	}
}

func TestAPayerWhoWaitsIsToldThatAnotherSignatureWithTheNonceBoughtSomethingElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := quietWorld(t, 10)
		p := w.sign(w.payer(5), 2, time.Hour)
		answered := w.goMint(context.Background(), p)
		twin := w.rival(p, w.launch.Price.Int64())
		twin.quantity = 1
		w.strangers("direct", twin)
		w.blocks(20)
		if o, err := w.store.Order(context.Background(), p.id); err != nil || o.Quantity != 1 || !o.Mint.Seen() {
			t.Fatalf("%+v, %v", o, err)
		}
		if r := <-answered; !errors.Is(r.err, mint.ErrConflict) {
			t.Errorf("the payer of two is told %s, %v", r.order.State(), r.err)
		}
	})
}

// TestAPaymentOnAnotherChainDoesNotFindTheOrderOfItsNonce: an account may use one nonce on each chain,
// and an asset may have one address on both.
func TestAPaymentOnAnotherChainDoesNotFindTheOrderOfItsNonce(t *testing.T) {
	w := quietWorld(t, 100)
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	p := w.sign(w.payer(2), 1, time.Hour)
	other := p
	other.payment.Network = x402.CAIP2(w.launch.ChainID + 1)
	for _, state := range []string{"unknown", "claimed", "mined"} {
		order, err := w.engine.Mint(gone, "ping", 1, &other.payment)
		var refused *x402.RefusedError
		if !errors.As(err, &refused) || refused.Reason != x402.ReasonNetwork {
			t.Errorf("%s: %v, %v", state, order, err)
		}
		if order, err := w.engine.Executed(gone, "ping", 1, &other.payment); !errors.As(err, &refused) {
			t.Errorf("%s, executed: %v, %v", state, order, err)
		}
		if w.must(p); state == "claimed" {
			w.blocks(2)
		}
	}
}
