package mint_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/api"
)

// invents makes the node answer with a mint of p, in the newest block, that the chain does
// not have.
func (w *world) invents(node *edited, p simPayment) {
	b, a := w.chain.head().block, p.payment.Authorization
	invented := mint.Event{Kind: mint.EventMinted, Token: w.launch.Token, ID: p.id, Payer: a.From, Quantity: p.quantity,
		Amount: w.launch.Total(p.quantity), At: mint.Mark{Block: b.Number, BlockHash: b.Hash, LogIndex: 900, Tx: common.Hash{9}}}
	node.edit = func(events []mint.Event) []mint.Event { return append(slices.Clone(events), invented) }
}

func TestAMintThatANodeInventsDoesNotChangeAVoidedPayment(t *testing.T) {
	ctx := context.Background()
	w := quietWorld(t, 10)
	node := &edited{simChain: w.chain}
	w.link.Chain = node
	p := w.sign(w.payer(5), 1, time.Hour)
	restore := w.park(p)
	w.strangers("cancel", p)
	w.blocks(int(w.chain.finality) + 1)
	w.expect(p, mint.Voided)
	reported := func() (states []mint.State) {
		changes, err := w.store.Changes(ctx, 0, 100)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range changes {
			if c.Order == p.id {
				states = append(states, c.State)
			}
		}
		return states
	}
	before := reported()

	w.chain.mine(nil)
	w.invents(node, p)
	w.step()
	o := w.must(p)
	if !o.Mint.Seen() || !slices.Equal(w.codes(w.launch.Slug), []string{"books_differ"}) {
		t.Fatalf("nothing was invented: %+v, faults %v", o.Mint, w.codes(w.launch.Slug))
	}
	receipt := api.NewReceipt(&w.launch, &o)
	if o.State() != mint.Voided || o.Reason() == "" || receipt.Transaction != "" || receipt.Block != 0 || !receipt.Final {
		t.Errorf("presented again it is %s (%q), with the receipt %+v", o.State(), o.Reason(), receipt)
	}
	if got := reported(); !slices.Equal(got, before) {
		t.Errorf("reported %v, and before %v", got, before)
	}

	// The node was wrong about the cancel, and a stranger's mint becomes final.
	node.edit = nil
	w.blocks(4)
	delete(w.chain.head().state.used, p.id)
	restore()
	w.strangers("stranger", p)
	w.blocks(1)
	if o = w.must(p); o.State() != mint.Voided || !o.Mint.Seen() {
		t.Fatalf("%s, before that is final", o.State())
	}
	w.blocks(int(w.chain.finality) + 1)
	o = w.must(p)
	if receipt = api.NewReceipt(&w.launch, &o); o.State() != mint.Minted || receipt.Transaction != o.Mint.Tx.Hex() || receipt.Block != o.Mint.Block {
		t.Errorf("a final mint is %s, with the receipt %+v", o.State(), receipt)
	}
	if got := reported(); !slices.Equal(got, append(before, mint.Minted)) {
		t.Errorf("reported %v", got)
	}
}

// rereading is a chain with several nodes: the first omits mints from its logs, and reread
// edits what the others list when blocks are read again.
type rereading struct {
	*edited
	reread   func([]mint.Event) []mint.Event
	attempts []int // of each reading
	receipts bool  // only receipts are read again
	disputed bool
}

func (c *rereading) Reread(ctx context.Context, launches []mint.Launch, after, to mint.Block, attempt int) ([]mint.Event, error) {
	c.attempts = append(c.attempts, attempt)
	if c.receipts && attempt < mint.AttemptReceipts {
		return nil, errors.New("no logs")
	}
	events, err := c.simChain.Since(ctx, launches, after, to)
	if c.reread != nil {
		events = c.reread(events)
	}
	return events, err
}

func (c *rereading) InspectAll(ctx context.Context, l mint.Launch, keys []mint.PayerKey, at mint.Block) ([]mint.Payer, error) {
	if c.disputed {
		return nil, mint.ErrDisputed
	}
	return c.edited.InspectAll(ctx, l, keys, at)
}

// pastLie is a world with a parked payment that was never minted, and an old block in which
// the reading of old blocks lists a mint, or a refund, of it. The server is killed, so that it
// reads all blocks again once the first node omits a mint.
func pastLie(t *testing.T, kind mint.EventKind) (w *world, node *rereading, parked, omitted simPayment) {
	w = quietWorld(t, 10)
	node = &rereading{edited: &edited{simChain: w.chain}}
	w.link.Chain = node
	parked = w.sign(w.payer(5), 1, time.Hour)
	restore := w.park(parked)
	restore()
	w.blocks(1)
	old := w.chain.head().block
	w.blocks(8)
	lie := mint.Event{Kind: kind, Token: w.launch.Token, ID: parked.id, Payer: parked.payment.Authorization.From, Quantity: 1,
		Amount: w.launch.Total(1), At: mint.Mark{Block: old.Number, BlockHash: old.Hash, LogIndex: 900, Tx: common.Hash{9}}}
	node.reread = func(events []mint.Event) []mint.Event { return append([]mint.Event{lie}, events...) }
	node.edit = without(mint.EventMinted, mint.EventSettled)
	omitted = w.sign(w.payer(5), 1, time.Hour)
	w.strangers("stranger", omitted)
	w.crash()
	w.link.Chain = node // the new process began with an honest one
	return w, node, parked, omitted
}

// states returns the states of an order that were reported, in order.
func (w *world) states(p simPayment) (states []mint.State) {
	changes, err := w.store.Changes(context.Background(), 0, 1000)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, c := range changes {
		if c.Order == p.id {
			states = append(states, c.State)
		}
	}
	return states
}

func TestAMintThatOnlyAReadingOfOldBlocksListsIsNotShown(t *testing.T) {
	for _, kind := range []mint.EventKind{mint.EventMinted, mint.EventRefunded} {
		w, node, parked, omitted := pastLie(t, kind)
		before := w.states(parked)
		w.blocks(3)
		if len(node.attempts) == 0 {
			t.Fatalf("%s: no block was read again", kind)
		}
		w.expect(omitted, mint.Mined) // the contract's state has it
		if codes := w.codes(w.launch.Slug); len(codes) > 0 {
			t.Errorf("%s: the launch is not sold although its books agree: %v", kind, codes)
		}
		w.blocks(12)
		w.expect(omitted, mint.Minted)
		if got := w.states(parked); !slices.Equal(got, before) {
			t.Errorf("%s: a payment that was never minted was reported as %v, and before the lie as %v", kind, got, before)
		}
	}
}

func TestAMintFoundByReadingOldBlocksWaitsWhileNodesDisagreeOnThePayersState(t *testing.T) {
	w, node, _, omitted := pastLie(t, mint.EventMinted)
	node.disputed = true
	w.blocks(3)
	if o, err := w.store.Order(context.Background(), omitted.id); err == nil {
		t.Errorf("one node's word made it %s", o.State())
	}
	if codes := w.codes(w.launch.Slug); !slices.Equal(codes, []string{"books_differ"}) {
		t.Errorf("faults: %v", codes)
	}
	node.disputed = false
	w.blocks(6)
	if state := w.state(omitted); !state.Sold() {
		t.Errorf("it is %s once they agree", state)
	}
	if codes := w.codes(w.launch.Slug); len(codes) > 0 {
		t.Errorf("it is not sold again: %v", codes)
	}
}

func TestASecondReadingOfFinalBlocksThatInventsAMintIsReadFromAnotherNode(t *testing.T) {
	w := quietWorld(t, 10)
	node := &rereading{edited: &edited{simChain: w.chain}}
	w.link.Chain = node
	parked := w.sign(w.payer(5), 1, time.Hour)
	w.park(parked)
	w.blocks(1)
	old, before := w.chain.head().block, w.states(parked)
	node.reread = func(events []mint.Event) []mint.Event {
		return append([]mint.Event{{Kind: mint.EventMinted, Token: w.launch.Token, ID: parked.id, Payer: parked.payment.Authorization.From, Quantity: 1,
			Amount: w.launch.Total(1), At: mint.Mark{Block: old.Number, BlockHash: old.Hash, LogIndex: 900, Tx: common.Hash{9}}}}, events...)
	}
	w.blocks(140)
	if read := node.attempts; len(read) < 2 || read[0] == read[len(read)-1] || w.registered().Twice != 0 {
		t.Fatalf("attempts %v, and up to block %d read twice although the chain's state contradicts", read, w.registered().Twice)
	}
	if got := w.states(parked); !slices.Equal(got, before) {
		t.Errorf("a payment that was never minted was reported as %v, and before the lie as %v", got, before)
	}
	node.reread = nil
	w.blocks(80)
	if w.registered().Twice == 0 {
		t.Error("the blocks are not read a second time once a node tells the truth")
	}
}

// A node that omits a payer's mint and invents another one of the same payer makes two
// differences at once: neither repair alone agrees with the contract's hash.
func TestAMintThatIsMissingAndOneThatIsInventedOfOnePayerAreRepairedTogether(t *testing.T) {
	w := quietWorld(t, 10)
	node := &rereading{edited: &edited{simChain: w.chain}}
	w.link.Chain = node
	key := w.payer(5)
	parked, omitted := w.sign(key, 1, time.Hour), w.sign(key, 2, time.Hour)
	restore := w.park(parked)
	w.blocks(1)
	restore()
	w.strangers("stranger", omitted)
	w.chain.mine(nil)
	w.invents(node.edited, parked)
	lies := node.edit
	node.edit = func(events []mint.Event) []mint.Event {
		return slices.DeleteFunc(lies(events), func(e mint.Event) bool { return e.ID == omitted.id })
	}
	node.disputed = true
	w.step()
	if o, err := w.store.Order(context.Background(), parked.id); err != nil || !o.Mint.Seen() {
		t.Fatalf("nothing was invented: %+v %v", o, err)
	}
	node.disputed, node.edit = false, nil
	w.blocks(4)
	w.expect(omitted, mint.Mined)
	if o := w.must(parked); o.Mint.Seen() {
		t.Errorf("the invented mint remains: %s", o.State())
	}
	if codes := w.codes(w.launch.Slug); len(codes) > 0 {
		t.Errorf("it is not sold again: %v", codes)
	}
}

func TestAMintThatOnlyReceiptsOfOldBlocksListIsNotShown(t *testing.T) {
	w, node, parked, _ := pastLie(t, mint.EventMinted)
	node.receipts = true
	ours := w.sign(w.payer(5), 1, time.Hour)
	w.must(ours)
	before := w.states(parked)
	w.blocks(3) // the receipt of our transaction has the mint that the logs omit
	if !slices.Contains(node.attempts, mint.AttemptReceipts) {
		t.Fatalf("attempts: %v", node.attempts)
	}
	w.expect(ours, mint.Mined)
	if got := w.states(parked); !slices.Equal(got, before) {
		t.Errorf("a payment that was never minted was reported as %v, and before the lie as %v", got, before)
	}
}
