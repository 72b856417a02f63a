package mint_test

import (
	"context"
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
