package mint_test

import (
	"context"
	"errors"
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/x402"
)

// edited is a chain whose node changes what it answers about events.
type edited struct {
	*simChain
	edit func([]mint.Event) []mint.Event // nil: it is honest
}

func (c *edited) Since(ctx context.Context, launches []mint.Launch, after, to mint.Block) ([]mint.Event, error) {
	events, err := c.simChain.Since(ctx, launches, after, to)
	if c.edit != nil {
		events = c.edit(events)
	}
	return events, err
}

func (c *edited) Reread(ctx context.Context, launches []mint.Launch, after, to mint.Block, _ int) ([]mint.Event, error) {
	return c.Since(ctx, launches, after, to)
}

func without(kinds ...mint.EventKind) func([]mint.Event) []mint.Event {
	return func(events []mint.Event) []mint.Event {
		return slices.DeleteFunc(slices.Clone(events), func(e mint.Event) bool { return slices.Contains(kinds, e.Kind) })
	}
}

// omitting is a world whose node leaves out kinds of events.
func omitting(t *testing.T, kinds ...mint.EventKind) (*world, *edited) {
	w := quietWorld(t, 10)
	node := &edited{simChain: w.chain, edit: without(kinds...)}
	w.link.Chain = node
	return w, node
}

func TestABlockWhoseLogsAreMissingIsReadAgainBecauseTheContractKnowsBetter(t *testing.T) {
	w, node := omitting(t, mint.EventSettled)
	p := w.sign(w.payer(5), 1, time.Hour)
	w.strangers("direct", p)
	w.blocks(3)
	if _, err := w.store.Order(context.Background(), p.id); !errors.Is(err, mint.ErrNotFound) {
		t.Fatalf("it was not left out: %v", err)
	}
	node.edit = nil
	w.blocks(4)
	w.blocks(12)
	w.expect(p, mint.Minted)
	if codes := w.codes(w.launch.Slug); len(codes) > 0 {
		t.Errorf("it is not sold again: %v", codes)
	}
}

// A settlement and its refund cancel out in the contract's counters.
func TestASettlementIsKeptAlthoughANodeLeavesOutItAndItsRefund(t *testing.T) {
	w, node := omitting(t, mint.EventReceived)
	w.chain.submit(simTx{Kind: "donate", Token: w.launch.Token, Amount: 7}) // it keeps the settled mint waiting
	w.blocks(1)
	p := w.sign(w.payer(5), 1, time.Hour)
	w.strangers("direct", p)
	w.blocks(2)
	w.expect(p, mint.Settled)

	node.edit = without(mint.EventSettled, mint.EventRefunded)
	a := p.payment.Authorization
	w.chain.submit(simTx{Kind: "refund", Token: w.launch.Token, Auths: []x402.Authorization{a}, Quantities: []int64{0}, Amount: a.Value.Int64()})
	w.blocks(12)
	if _, err := w.store.Order(context.Background(), p.id); err != nil {
		t.Fatalf("the payment's record is lost: %v", err)
	}
	node.edit = nil
	w.blocks(16)
	w.expect(p, mint.Refunded)
	if codes := w.codes(w.launch.Slug); len(codes) > 0 {
		t.Errorf("it is not sold again: %v", codes)
	}
}

func TestAUsedPaymentNonceThatNoEventExplainsIsNever402(t *testing.T) {
	w, node := omitting(t, mint.EventSettled)
	p := w.sign(w.payer(5), 1, time.Hour)
	w.strangers("direct", p)
	for range 12 {
		w.blocks(1)
		var unavailable *mint.UnavailableError
		if _, err := w.present(p); !errors.As(err, &unavailable) {
			t.Fatalf("got %v, want to be told to come back: the payment has paid us", err)
		}
	}
	node.edit = nil
	w.blocks(10)
	w.must(p)
}

func TestNoPriceIsNamedWhileTheBooksDifferAndTheOtherLaunchesAreSold(t *testing.T) {
	w, pong := two(t)
	node := &edited{simChain: w.chain, edit: without(mint.EventReceived)}
	w.link.Chain = node
	w.chain.submit(simTx{Kind: "donate", Token: w.launch.Token, Amount: 7})
	w.blocks(1)
	if codes := w.codes(w.launch.Slug); !slices.Equal(codes, []string{"books_differ"}) {
		t.Errorf("faults: %v", codes)
	}
	var unavailable *mint.UnavailableError
	if _, err := w.engine.Offer(context.Background(), w.launch.Slug, 1); !errors.As(err, &unavailable) {
		t.Errorf("a price is named: %v", err)
	}
	other := w.signFor(pong, w.payer(5), 1, w.chain.now.Add(time.Hour), w.nonce())
	w.must(other)
	w.blocks(2)
	w.expect(other, mint.Mined)
}

func TestNoSettledMintGoesWhileTheBooksDiffer(t *testing.T) {
	w, node := omitting(t, mint.EventReceived)
	w.chain.submit(simTx{Kind: "donate", Token: w.launch.Token, Amount: 7})
	w.blocks(1)
	p := w.sign(w.payer(5), 1, time.Hour)
	w.strangers("direct", p)
	for range 12 {
		w.blocks(1)
		w.expect(p, mint.Settled)
	}
	node.edit = nil
	w.blocks(16)
	w.expect(p, mint.Minted)
}

// racing is a chain on which something happens just before a simulation.
type racing struct {
	*simChain
	before func()
}

func (c *racing) Simulate(ctx context.Context, l mint.Launch, orders []mint.Order, from common.Address, at uint64) ([]string, error) {
	if at == 0 {
		c.before()
	}
	return c.simChain.Simulate(ctx, l, orders, from, at)
}

func TestAWalletsPaymentThatIsExecutedWhileItIsVerifiedIsNever402(t *testing.T) {
	w, p := walletWorld(t, false)
	w.link.Chain = &racing{w.chain, func() {
		w.strangers("stranger", p)
		w.chain.mine(nil)
	}}
	_, err := w.present(p)
	var refused *x402.RefusedError
	if err == nil || errors.As(err, &refused) {
		t.Fatalf("got %v, want to be told to come back: the payer has paid", err)
	}
	w.link.Chain = w.chain
	w.blocks(2)
	if o := w.must(p); !o.State().Sold() {
		t.Errorf("order is %s", o.State())
	}
}

// behind is a node behind a balancer: what it is asked about payers at the newest
// block is answered by a replica that does not have that block yet.
type behind struct{ *simChain }

func (c *behind) Inspect(ctx context.Context, l mint.Launch, keys []mint.PayerKey, at uint64) ([]mint.Payer, error) {
	if at == 0 {
		at = c.head().block.Number - 1
	}
	return c.simChain.Inspect(ctx, l, keys, at)
}

func TestAWalletsPaymentThatAReplicaHasNotSeenExecutedIsNever402(t *testing.T) {
	for _, read := range []bool{false, true} {
		w, p := walletWorld(t, false)
		w.link.Chain = &behind{w.chain}
		w.strangers("stranger", p)
		w.chain.mine(nil)
		if read {
			w.step()
		}
		order, err := w.present(p)
		var refused *x402.RefusedError
		if errors.As(err, &refused) || err == nil && !order.State().Sold() {
			t.Errorf("block read %t: got %s, %v, want the mint or to be told to come back: the payer has paid", read, order.State(), err)
		}
		w.blocks(2)
		if o := w.must(p); !o.State().Sold() {
			t.Errorf("order is %s", o.State())
		}
	}
}

func TestAWalletsPaymentThatAReplicaHasNotSeenCancelledIsNot402BeforeThatIsFinal(t *testing.T) {
	w, p := walletWorld(t, false)
	w.link.Chain = &behind{w.chain}
	w.strangers("cancel", p)
	w.chain.mine(nil)
	w.step()
	order, err := w.present(p)
	var refused *x402.RefusedError
	if err == nil || errors.As(err, &refused) {
		t.Errorf("got %s, %v, want to be told to come back", order.State(), err)
	}
}

// walletWorld is a world with a payment of a wallet with code, which refuses every
// signature or none.
func walletWorld(t *testing.T, refuses bool) (*world, simPayment) {
	w := quietWorld(t, 10)
	key := w.payer(5)
	for _, b := range w.chain.blocks {
		b.state.refuses[addressOf(key)] = refuses
	}
	p := w.sign(key, 1, time.Hour)
	w.blocks(1)
	return w, p
}

func TestAWalletThatRefusesItsPaymentIs402(t *testing.T) {
	w, p := walletWorld(t, true)
	_, err := w.present(p)
	var refused *x402.RefusedError
	if !errors.As(err, &refused) || refused.Reason != x402.ReasonSimulation {
		t.Errorf("got %v", err)
	}
}

// failing is a store whose fills are written, and whose answer is lost.
type failing struct {
	mint.Store
	fills int // how many to fail
}

func (s *failing) Fill(ctx context.Context, f mint.Fill) ([]mint.PaymentID, error) {
	changed, err := s.Store.Fill(ctx, f)
	if err == nil && s.fills > 0 {
		s.fills--
		err = errors.New("the disk did not answer")
	}
	return changed, err
}

func TestTheBooksCountWhatAWriteStoredAlthoughItFailed(t *testing.T) {
	w, node := omitting(t, mint.EventReceived)
	store := &failing{Store: w.store, fills: 1}
	w.engine.Store = store
	w.engine.Reassign()
	w.chain.submit(simTx{Kind: "donate", Token: w.launch.Token, Amount: 7})
	w.blocks(1)
	if codes := w.codes(w.launch.Slug); !slices.Equal(codes, []string{"books_differ"}) {
		t.Fatalf("faults: %v", codes)
	}
	node.edit = nil
	for range 12 {
		w.chain.mine(nil)
		w.step()
	}
	if codes := w.codes(w.launch.Slug); store.fills > 0 || len(codes) > 0 {
		t.Errorf("%d writes left to fail, faults: %v", store.fills, codes)
	}
}

func TestNothingIsVoidedWhileTheBooksDiffer(t *testing.T) {
	w, node := omitting(t, mint.EventReceived)
	p := w.sign(w.payer(1), 1, time.Minute)
	w.park(p)
	w.chain.submit(simTx{Kind: "donate", Token: w.launch.Token, Amount: 7})
	w.blocks(1)
	w.chain.now = w.chain.now.Add(time.Hour)
	w.blocks(12)
	w.expect(p, mint.Parked)
	node.edit = nil
	w.blocks(12)
	w.expect(p, mint.Voided)
}

func TestAUsedPaymentIsVoidedOnlyByALogThatShowsWhatUsedIt(t *testing.T) {
	w, node := omitting(t, mint.EventSettled, mint.EventRefunded)
	p, other := w.sign(w.payer(5), 1, time.Hour), w.sign(w.payer(5), 1, time.Hour)
	restore := w.park(p)
	// As much is refunded to another payer as p pays: both are left out, and the
	// books agree without them.
	node.edit = nil
	w.strangers("direct", other)
	w.chain.mine(nil)
	w.engine.Minter = common.Address{} // it stays owed
	w.engine.Reassign()
	w.step()
	node.edit = without(mint.EventSettled, mint.EventRefunded)
	restore()
	w.strangers("direct", p)
	a := other.payment.Authorization
	w.chain.submit(simTx{Kind: "refund", Token: w.launch.Token, Auths: bare(other).Auths, Quantities: []int64{0}, Amount: a.Value.Int64()})
	w.chain.mine(nil)
	w.chain.mine(nil)
	for range 12 {
		w.blocks(1)
		if o, err := w.store.Order(context.Background(), p.id); err != nil || o.State() == mint.Voided {
			t.Fatalf("a payment that was executed is %s, %v", o.State(), err)
		}
	}
	if !w.chain.head().state.used[p.id] || w.chain.head().state.refunded[other.id] == 0 {
		t.Fatal("nothing of that happened")
	}
	// What is owed here has no minter; the books have no say in that.
	if codes := w.codes(w.launch.Slug); !slices.Equal(codes, []string{"owed_without_minter"}) {
		t.Errorf("the books do not agree: %v", codes)
	}
	node.edit = nil
	w.blocks(70)
	w.expect(p, mint.Settled)
}

// rival is an authorization of another amount with the payment nonce of p.
func (w *world) rival(p simPayment, amount int64) simPayment {
	w.chain.twins[p.id] = true
	p.payment.Authorization.Value = big.NewInt(amount)
	return p
}

func TestAPaymentNonceThatPaidAnAmountThatBuysNothingIsNotLookedForAgain(t *testing.T) {
	const odd = 33_333
	w := quietWorld(t, 10)
	known, unknown := w.sign(w.payer(5), 1, time.Hour), w.sign(w.payer(5), 1, time.Hour)
	restore := w.park(known)
	restore()
	w.strangers("direct", w.rival(known, odd))
	w.strangers("direct", w.rival(unknown, odd))
	reread := &counted{simChain: w.chain}
	w.link.Chain = reread
	for range 100 {
		w.blocks(1)
		if codes := w.codes(w.launch.Slug); len(codes) > 0 {
			t.Fatalf("the sale stops: %v", codes)
		}
		if _, err := w.present(unknown); w.engine.Health().Head.Number > 20 && !errors.Is(err, mint.ErrOtherAmount) {
			t.Fatalf("the other payment: %v", err)
		}
	}
	if o := w.must(known); o.State() != mint.Parked || o.Reason() != mint.ErrOtherAmount.Error() {
		t.Errorf("the payment is %s: %s", o.State(), o.Reason())
	}
	if reread.times > 2 {
		t.Errorf("blocks were read again %d times, and twice at most is for final ones", reread.times)
	}
}

// counted counts how often blocks are read again.
type counted struct {
	*simChain
	times int
}

func (c *counted) Reread(ctx context.Context, launches []mint.Launch, after, to mint.Block, attempt int) ([]mint.Event, error) {
	c.times++
	return c.simChain.Reread(ctx, launches, after, to, attempt)
}

// cancelling is a world whose node leaves out a payment that the server does not know,
// and a refund of as much to another payer: the books agree without them.
func cancelling(t *testing.T) (w *world, node *edited, p simPayment) {
	w, node = omitting(t, mint.EventSettled, mint.EventRefunded)
	p = w.sign(w.payer(5), 1, time.Hour)
	other := w.sign(w.payer(5), 1, time.Hour)
	node.edit = nil
	// What the other one paid is no multiple of the price: the owner refunds it.
	other.payment.Authorization.Value = new(big.Int).Add(other.payment.Authorization.Value, big.NewInt(1))
	w.strangers("direct", other)
	w.chain.mine(nil)
	w.engine.Minter = common.Address{} // what is owed stays owed
	w.engine.Reassign()
	w.step()
	node.edit = without(mint.EventSettled, mint.EventRefunded)
	w.strangers("direct", p)
	amount := p.payment.Authorization.Value.Int64()
	w.chain.submit(simTx{Kind: "refund", Token: w.launch.Token, Auths: bare(other).Auths, Quantities: []int64{0}, Amount: amount})
	w.chain.mine(nil)
	w.chain.mine(nil)
	w.blocks(3)
	if _, err := w.store.Order(context.Background(), p.id); err == nil {
		t.Fatal("the payment is known")
	}
	if codes := w.codes(w.launch.Slug); len(codes) > 0 {
		t.Fatalf("the node is found out already: %v", codes)
	}
	return w, node, p
}

func TestAPaymentWhoseMissingLogsCancelOutIsNeverRefusedAsUsed(t *testing.T) {
	w, node, p := cancelling(t)
	for range 5 {
		w.blocks(1)
		var unavailable *mint.UnavailableError
		if _, err := w.present(p); !errors.As(err, &unavailable) {
			t.Fatalf("got %v, want to be told to come back: the payment has paid us", err)
		}
	}
	node.edit = nil
	w.blocks(12)
	w.expect(p, mint.Settled)
}

func TestAnEventThatTheChainDoesNotHaveIsRemoved(t *testing.T) {
	w := quietWorld(t, 10)
	node := &edited{simChain: w.chain}
	w.link.Chain = node
	invented := w.sign(w.payer(5), 1, time.Hour)
	node.edit = func(events []mint.Event) []mint.Event {
		b, a := w.chain.head().block, invented.payment.Authorization
		return append(slices.Clone(events), mint.Event{Kind: mint.EventSettled, Token: w.launch.Token, ID: invented.id, Payer: a.From, Nonce: a.Nonce, Quantity: 1,
			Amount: big.NewInt(100_000), At: mint.Mark{Block: b.Number, BlockHash: b.Hash, LogIndex: 9, Tx: common.Hash{9}}})
	}
	w.blocks(1)
	if codes := w.codes(w.launch.Slug); !slices.Equal(codes, []string{"books_differ"}) {
		t.Errorf("faults: %v", codes)
	}
	node.edit = nil
	w.blocks(4)
	if o, err := w.store.Order(context.Background(), invented.id); !errors.Is(err, mint.ErrNotFound) {
		t.Errorf("a payment that never arrived is %s, %v", o.State(), err)
	}
	if codes := w.codes(w.launch.Slug); len(codes) > 0 {
		t.Errorf("it is not sold again: %v", codes)
	}
}

func TestAPaymentThatWasReadWithoutItsMintIsNoSettlementOnceTheMintIsFound(t *testing.T) {
	w, node := omitting(t)
	omits := true
	node.edit = func(events []mint.Event) []mint.Event {
		events = slices.Clone(events)
		for i := range events {
			e := &events[i]
			e.At.LogIndex++ // the payment's log is before that of the mint
			if omits && e.Kind == mint.EventMinted {
				e.Kind = mint.EventSettled // so its payment looks like one that a stranger settled
				e.At.LogIndex--
			}
		}
		return events
	}
	kinds := func() (list []mint.EventKind) {
		err := w.store.EachEvent(context.Background(), w.launch.Slug, 0, w.chain.head().block.Number, func(e mint.Event) error {
			list = append(list, e.Kind)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	p := w.sign(w.payer(5), 1, time.Hour)
	w.must(p)
	w.blocks(3)
	if got := kinds(); !slices.Equal(got, []mint.EventKind{mint.EventSettled}) {
		t.Fatalf("events %v", got)
	}
	omits = false
	w.blocks(16)
	w.minted(p)
	if got := kinds(); !slices.Equal(got, []mint.EventKind{mint.EventMinted}) {
		t.Errorf("events %v", got)
	}
	w.check()
}

// unseen is a chain whose node does not have its newest block by number yet.
type unseen struct {
	*simChain
	lacks uint64
}

func (c *unseen) Block(ctx context.Context, number uint64) (mint.Block, error) {
	if number >= c.lacks {
		return mint.Block{}, mint.ErrUnknownBlock
	}
	return c.simChain.Block(ctx, number)
}

func TestABlockThatANodeDoesNotHaveYetIsNeitherAReorgNorAFault(t *testing.T) {
	w := quietWorld(t, 10)
	w.blocks(3)
	p := w.sign(w.payer(5), 1, time.Hour)
	w.must(p)
	w.blocks(2)
	w.expect(p, mint.Mined)
	head := w.engine.Health().Head
	w.chain.mine(nil)
	w.link.Chain = &unseen{w.chain, head.Number}
	w.step()
	w.expect(p, mint.Mined)
	if got := w.engine.Health().Head; got.Number != head.Number {
		t.Errorf("block %d of %d is the newest read", got.Number, head.Number)
	}
	if codes := w.codes(w.launch.Slug); len(codes) > 0 {
		t.Errorf("faults: %v", codes)
	}
}
