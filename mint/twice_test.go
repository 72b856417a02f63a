package mint_test

import (
	"context"
	"errors"
	"math/big"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
)

func TestFinalBlocksAreReadASecondTimeSoThatNothingThatCancelsOutStaysMissing(t *testing.T) {
	w, node, p := cancelling(t)
	node.edit = nil
	w.blocks(140)
	w.expect(p, mint.Settled)
}

func TestARestartLeavesNoBlockWithoutASecondReading(t *testing.T) {
	w, _, p := cancelling(t)
	w.blocks(20) // and the blocks are final
	w.crash()    // the new process finds an honest node
	w.engine.Minter = common.Address{}
	w.engine.Reassign()
	w.blocks(150)
	w.expect(p, mint.Settled)
	twice := w.registered().Twice
	w.crash()
	node := &starting{simChain: w.chain, first: ^uint64(0)}
	w.link.Chain = node
	w.blocks(80)
	if node.first < twice || node.first > w.chain.final {
		t.Errorf("blocks from %d on are read after the restart, and up to %d all were read twice", node.first+1, twice)
	}
}

// starting keeps the lowest block after which blocks were read again.
type starting struct {
	*simChain
	first uint64
}

func (c *starting) Reread(ctx context.Context, launches []mint.Launch, after, to mint.Block, attempt int) ([]mint.Event, error) {
	c.first = min(c.first, after.Number)
	return c.simChain.Reread(ctx, launches, after, to, attempt)
}

// All that happened while the process was down is read at once, and most of it is final.
// A node that leaves something out then would do so in a second reading right after.
func TestASecondReadingIsNotRightAfterTheFirst(t *testing.T) {
	w, node, owed, refunded, refund := owedAndRefunded(t)
	w.strangers("direct", refunded)
	w.blocks(30)
	w.expect(refunded, mint.Settled)
	node.edit = without(mint.EventSettled, mint.EventRefunded)
	w.strangers("direct", owed)
	refund()
	for range 100 {
		w.chain.mine(nil)
	}
	w.blocks(20)
	w.expect(refunded, mint.Settled) // the node is not found out
	node.edit = nil
	w.blocks(140)
	w.expect(refunded, mint.Refunded)
	w.expect(owed, mint.Settled)
}

// The chain has ten blocks a second.
func TestASecondReadingIsMinutesAfterTheFirstHoweverFastTheChainIs(t *testing.T) {
	w, node, p := cancelling(t)
	for range 300 {
		w.chain.mine(nil)
		w.chain.now = w.chain.now.Add(-19 * time.Second / 10)
		w.step()
	}
	if _, err := w.store.Order(context.Background(), p.id); err == nil {
		t.Fatal("the node is honest")
	}
	node.edit = nil
	w.blocks(140)
	w.expect(p, mint.Settled)
}

func TestBlocksThatWereReadOnceAreReadASecondTimeThoughThereAreThousands(t *testing.T) {
	w, node, p := cancelling(t)
	w.link.Chain = &refusing{Chain: node}
	w.blocks(140)
	for range 4_500 {
		w.chain.mine(nil)
	}
	w.blocks(5)
	if l := w.registered(); l.Twice > 64 {
		t.Fatalf("read twice up to block %d without an answer", l.Twice)
	}
	node.edit = nil
	w.link.Chain = node
	w.blocks(150)
	w.expect(p, mint.Settled)
	if l := w.registered(); l.Twice < 4_500 {
		t.Errorf("read twice up to block %d only", l.Twice)
	}
}

func (w *world) registered() mint.Launch {
	w.t.Helper()
	l, err := w.store.Launch(context.Background(), w.launch.Slug)
	if err != nil {
		w.t.Fatal(err)
	}
	return l
}

func TestASecondReadingWithoutAnAnswerIsNotRepeatedWithEachBlock(t *testing.T) {
	w := quietWorld(t, 10)
	node := &refusing{Chain: w.chain}
	w.link.Chain = node
	w.blocks(64 + 2*60)
	if node.asked == 0 || node.asked > 5 {
		t.Errorf("%d requests in four minutes", node.asked)
	}
}

// refusing is a node that answers no second reading.
type refusing struct {
	mint.Chain
	asked int
}

func (c *refusing) Reread(context.Context, []mint.Launch, mint.Block, mint.Block, int) ([]mint.Event, error) {
	c.asked++
	return nil, errors.New("node: the method does not exist")
}

// disputing is a node with others that differ about payers.
type disputing struct {
	*edited
	err error
}

func (c *disputing) InspectAll(ctx context.Context, l mint.Launch, keys []mint.PayerKey, at mint.Block) ([]mint.Payer, error) {
	if c.err != nil {
		return nil, c.err
	}
	return c.edited.InspectAll(ctx, l, keys, at)
}

func TestNoEventIsRemovedWhileNodesDisagreeOnThePayersState(t *testing.T) {
	w := quietWorld(t, 10)
	node := &disputing{&edited{simChain: w.chain}, mint.ErrDisputed}
	w.link.Chain = node
	invented := w.sign(w.payer(5), 1, time.Hour)
	node.edit = func(events []mint.Event) []mint.Event {
		b, a := w.chain.head().block, invented.payment.Authorization
		return append(events[:len(events):len(events)], mint.Event{Kind: mint.EventSettled, Token: w.launch.Token, ID: invented.id, Payer: a.From, Nonce: a.Nonce, Quantity: 1,
			Amount: big.NewInt(100_000), At: mint.Mark{Block: b.Number, BlockHash: b.Hash, LogIndex: 9, Tx: common.Hash{9}}})
	}
	w.blocks(1)
	node.edit = nil
	w.blocks(12)
	if _, err := w.store.Order(context.Background(), invented.id); err != nil {
		t.Errorf("a settlement is removed by the word of one node: %v", err)
	}
	node.err = nil
	w.blocks(12)
	if o, err := w.store.Order(context.Background(), invented.id); !errors.Is(err, mint.ErrNotFound) {
		t.Errorf("a payment that never arrived is %s, %v", o.State(), err)
	}
	if codes := w.codes(w.launch.Slug); len(codes) > 0 {
		t.Errorf("it is not sold again: %v", codes)
	}
}

// owedAndRefunded is a world with a settled payment, and one of another payer with as
// much that the owner refunds. Its node leaves out what edit leaves out of that refund's
// block.
func owedAndRefunded(t *testing.T) (w *world, node *edited, owed, refunded simPayment, refund func()) {
	w, node = omitting(t)
	node.edit = nil
	owed, refunded = w.sign(w.payer(5), 1, time.Hour), w.sign(w.payer(5), 1, time.Hour)
	w.engine.Minter = common.Address{} // it stays owed
	w.engine.Reassign()
	return w, node, owed, refunded, func() {
		w.chain.submit(simTx{Kind: "refund", Token: w.launch.Token, Auths: bare(refunded).Auths, Quantities: []int64{0},
			Amount: refunded.payment.Authorization.Value.Int64()})
		w.chain.mine(nil)
	}
}

func TestASettlementIsKeptAlthoughANodeLeavesOutItAndTheRefundOfAnother(t *testing.T) {
	w, node, owed, refunded, refund := owedAndRefunded(t)
	w.strangers("direct", owed)
	w.strangers("direct", refunded)
	w.blocks(2)
	w.expect(owed, mint.Settled)
	refund()
	node.edit = func(events []mint.Event) (told []mint.Event) {
		for _, e := range events {
			if e.ID != owed.id && e.Kind != mint.EventRefunded {
				told = append(told, e)
			}
		}
		return told
	}
	for range 12 {
		w.blocks(1)
		w.expect(owed, mint.Settled)
	}
	node.edit = nil
	w.blocks(12)
	w.expect(refunded, mint.Refunded)
}

// The settlement of the one was never seen, and later the node leaves out the refund of
// the other, too. The books agree without both.
func TestARefundIsKeptAlthoughANodeLeavesItOutWithTheSettlementOfAnother(t *testing.T) {
	w, node, owed, refunded, refund := owedAndRefunded(t)
	w.strangers("direct", refunded)
	w.blocks(2)
	node.edit = without(mint.EventSettled)
	w.strangers("direct", owed)
	refund()
	w.step()
	w.expect(refunded, mint.Refunded)
	node.edit = without(mint.EventSettled, mint.EventRefunded)
	for range 12 {
		w.blocks(1)
		w.expect(refunded, mint.Refunded)
	}
	node.edit = nil
	w.blocks(12)
	w.expect(refunded, mint.Refunded)
	w.expect(owed, mint.Settled)
}
