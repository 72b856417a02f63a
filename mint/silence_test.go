package mint_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
)

// silent is a chain whose node does not answer one kind of question until the gate is
// closed, or the caller gives up.
type silent struct {
	mint.Chain
	gate chan struct{}

	head, since, conditions, inspect, simulate bool
}

func (c *silent) wait(ctx context.Context, is bool) error {
	if !is {
		return nil
	}
	select {
	case <-c.gate:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (c *silent) Head(ctx context.Context) (latest, final mint.Block, err error) {
	if err := c.wait(ctx, c.head); err != nil {
		return latest, final, err
	}
	return c.Chain.Head(ctx)
}

func (c *silent) Since(ctx context.Context, launches []mint.Launch, after, to mint.Block) ([]mint.Event, error) {
	if err := c.wait(ctx, c.since); err != nil {
		return nil, err
	}
	return c.Chain.Since(ctx, launches, after, to)
}

func (c *silent) Conditions(ctx context.Context, l mint.Launch, at uint64) (mint.Conditions, error) {
	if err := c.wait(ctx, c.conditions); err != nil {
		return mint.Conditions{}, err
	}
	return c.Chain.Conditions(ctx, l, at)
}

// inBubble runs a test in a world whose clock is the bubble's: it goes on when all wait.
func inBubble(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := quietWorld(t, 10)
		began, then := time.Now(), w.chain.now
		w.engine.Clock = func() time.Time { return then.Add(time.Since(began)) }
		w.engine.Reassign()
		test(t, w)
	})
}

// goStep makes a step that may not end before the gate is closed.
func (w *world) goStep(ctx context.Context) (done chan error) {
	done = make(chan error, 1)
	go func() { done <- w.engine.Step(ctx) }()
	synctest.Wait()
	return done
}

func TestNothingIsSoldWhileNoNodeAnswersAStep(t *testing.T) {
	for what, keep := range map[string]func(c *silent){
		"the head":       func(c *silent) { c.head = true },
		"the new events": func(c *silent) { c.since = true },
		"the conditions": func(c *silent) { c.conditions = true },
	} {
		inBubble(t, func(t *testing.T, w *world) {
			log := &lines{}
			w.engine.Log = slog.New(log)
			w.engine.Reassign()
			w.step()
			w.step()
			log.sales()
			offered := func() bool {
				_, err := w.engine.Offer(context.Background(), "ping", 1)
				var unavailable *mint.UnavailableError
				if err != nil && !errors.As(err, &unavailable) {
					t.Errorf("%s: %v", what, err)
				}
				return err == nil
			}
			if !offered() {
				t.Fatalf("%s: nothing is sold: %v", what, w.engine.Faults(""))
			}
			w.chain.mine(nil)
			node := &silent{Chain: w.chain, gate: make(chan struct{})}
			keep(node)
			w.link.Chain = node
			done := w.goStep(context.Background())
			time.Sleep(9 * time.Second)
			if !offered() || len(log.sales()) > 0 {
				t.Errorf("%s: a node has 10 s: %v", what, w.engine.Faults(""))
			}
			changed := w.engine.Changed()
			time.Sleep(time.Second)
			synctest.Wait()
			if codes := w.codes("ping"); offered() || !slices.Equal(codes, []string{"chain_unreachable"}) {
				t.Errorf("%s: after 10 s: %v", what, codes)
			}
			if h := w.engine.Health(); len(h.Stopped([]mint.Launch{w.launch})) != 1 || h.Faults[0].Detail != "no node answers" {
				t.Errorf("%s: %+v", what, h.Faults)
			}
			select {
			case <-changed:
			default:
				t.Errorf("%s: not announced", what)
			}
			if said := log.sales(); !slices.Equal(said, []string{"WARN stopped selling chain_unreachable"}) {
				t.Errorf("%s: the log says %q", what, said)
			}
			close(node.gate)
			if err := <-done; err != nil {
				t.Fatal(err)
			}
			if !offered() {
				t.Errorf("%s: after a step: %v", what, w.engine.Faults(""))
			}
			w.step()
			if said := log.sales(); !slices.Equal(said, []string{"INFO selling again"}) {
				t.Errorf("%s: in the end the log says %q", what, said)
			}
		})
	}
}

func TestASilenceLastsAcrossStepsThatWereGivenUp(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		node := &silent{Chain: w.chain, gate: make(chan struct{}), head: true}
		w.link.Chain = node
		for range 2 {
			ctx, cancel := context.WithTimeout(context.Background(), 12*time.Second)
			if err := w.engine.Step(ctx); err == nil {
				t.Fatal("no error")
			}
			cancel()
			if codes := w.codes(""); !slices.Equal(codes, []string{"chain_unreachable"}) {
				t.Errorf("after a step of 12 s: %v", codes)
			}
		}
		time.Sleep(time.Minute)
		if codes := w.codes(""); !slices.Equal(codes, []string{"chain_unreachable"}) {
			t.Errorf("after a minute: %v", codes)
		}
		w.link.Chain = w.chain
		w.step()
		if codes := w.codes(""); len(codes) > 0 {
			t.Errorf("a step succeeded: %v", codes)
		}
	})
}

func TestARefusalIsNoSilence(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		w.link.Chain = noHead{w.chain}
		if err := w.engine.Step(context.Background()); err == nil {
			t.Fatal("no error")
		}
		time.Sleep(20 * time.Second) // as between two blocks
		if codes := w.codes(""); len(codes) > 0 {
			t.Error(codes)
		}
	})
}

// noHead is a chain whose node refuses to say how far it is.
type noHead struct{ mint.Chain }

func (noHead) Head(context.Context) (latest, final mint.Block, err error) {
	return latest, final, errors.New("refused")
}

func TestALongReadOfManyBlocksIsNoSilence(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		for range 100 {
			w.chain.mine(nil)
		}
		node := &silent{Chain: w.chain, gate: make(chan struct{}), since: true}
		w.link.Chain = node
		done := w.goStep(context.Background())
		time.Sleep(30 * time.Second)
		if codes := w.codes("ping"); slices.Contains(codes, "chain_unreachable") {
			t.Error(codes)
		}
		close(node.gate)
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func (c *silent) Inspect(ctx context.Context, l mint.Launch, keys []mint.PayerKey, at uint64) ([]mint.Payer, error) {
	if err := c.wait(ctx, c.inspect); err != nil {
		return nil, err
	}
	return c.Chain.Inspect(ctx, l, keys, at)
}

func (c *silent) Simulate(ctx context.Context, l mint.Launch, orders []mint.Order, from common.Address, at uint64) ([]string, error) {
	if err := c.wait(ctx, c.simulate); err != nil {
		return nil, err
	}
	return c.Chain.Simulate(ctx, l, orders, from, at)
}

// notTaken is a payment that no node could be asked about, and that may be sent again.
func (w *world) notTaken(what string, p simPayment, err error, because string) {
	w.t.Helper()
	var unavailable *mint.UnavailableError
	if !errors.As(err, &unavailable) || len(unavailable.Faults) != 1 || unavailable.Faults[0].Code != "chain_unreachable" ||
		unavailable.Faults[0].Detail != because+"; nothing was charged here, and the same payment may be sent again" {
		w.t.Errorf("%s: %v", what, err)
	}
	if _, err := w.store.Order(context.Background(), p.id); !errors.Is(err, mint.ErrNotFound) {
		w.t.Errorf("%s: it is claimed: %v", what, err)
	}
}

func TestAPaymentThatNoNodeAnswersAboutIsNotTakenAfterTenSecondsAndMayBeSentAgain(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		wallet := w.payer(5)
		for _, b := range w.chain.blocks {
			b.state.refuses[addressOf(wallet)] = false // code that takes all
		}
		for what, p := range map[string]simPayment{"an account": w.sign(w.payer(5), 1, time.Hour), "a wallet": w.sign(wallet, 1, time.Hour)} {
			w.link.Chain = &silent{Chain: w.chain, gate: make(chan struct{}), inspect: what == "an account", simulate: what == "a wallet"}
			began := time.Now()
			_, err := w.present(p)
			if took := time.Since(began); took != 10*time.Second {
				t.Errorf("%s: answered after %s", what, took)
			}
			w.notTaken(what, p, err, "no node answers")
			time.Sleep(10 * time.Second) // until the abandoned call ends
			synctest.Wait()
			w.link.Chain = w.chain
			w.must(p)
		}
	})
}

func TestOneThatStopsWaitingCancelsTheCallOfNoOther(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		node := &silent{Chain: w.chain, gate: make(chan struct{}), inspect: true}
		w.link.Chain = node
		early, late := w.sign(w.payer(5), 1, time.Hour), w.sign(w.payer(5), 1, time.Hour)
		answers := make(chan error, 2)
		go func() { _, err := w.present(early); answers <- err }()
		time.Sleep(8 * time.Second)
		go func() { _, err := w.present(late); answers <- err }()
		time.Sleep(2 * time.Second)
		synctest.Wait()
		w.notTaken("the early one", early, <-answers, "no node answers")
		close(node.gate)
		if err := <-answers; err != nil {
			t.Errorf("the late one: %v", err)
		}
	})
}

// unreadable is a chain whose node answers nothing that can be read about a payer.
type unreadable struct{ mint.Chain }

func (unreadable) Inspect(context.Context, mint.Launch, []mint.PayerKey, uint64) ([]mint.Payer, error) {
	return nil, errors.New("429 Too Many Requests")
}

func TestAPaymentThatNodesRefuseToReadIsNotTakenAndMayBeSentAgain(t *testing.T) {
	w := quietWorld(t, 10)
	w.link.Chain = unreadable{w.chain}
	p := w.sign(w.payer(5), 1, time.Hour)
	_, err := w.present(p)
	w.notTaken("refused", p, err, "the chain cannot be read")
	w.link.Chain = w.chain
	w.must(p)
}

// TestADrainWithoutPaymentsUnderWayDoesNotWaitForANode: a server of several chains stops as fast as
// those that answer.
func TestADrainWithoutPaymentsUnderWayDoesNotWaitForANode(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		p := w.sign(w.payer(1), 1, time.Hour)
		w.must(p)
		w.blocks(2)
		w.expect(p, mint.Mined)
		w.link.Chain = &silent{Chain: w.chain, gate: make(chan struct{}), head: true}
		began := time.Now()
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		if err := w.engine.Drain(ctx); err != nil || time.Since(began) > 0 {
			t.Errorf("it took %v: %v", time.Since(began), err)
		}
	})
}
