package chain_test

import "testing"

func TestAReorganisationKeepsFinalBlocksAndMayKeepTransactions(t *testing.T) {
	w := newWorld(t)
	o := w.order(w.payer(usdc(1)), 1)
	w.mine()
	at := w.batch(o).At
	if _, err := w.d.Reorg(at.Block-2, true); err == nil {
		t.Error("a final block was replaced")
	}
	if _, err := w.d.Reorg(at.Block+1, true); err == nil {
		t.Error("a block to come was replaced")
	}
	head, err := w.d.Reorg(at.Block, true)
	if err != nil || head.Number != at.Block+1 {
		t.Fatalf("head is %d: %v", head.Number, err)
	}
	r := w.receipt(at.Tx)
	if len(r.Minted) != 1 || r.At.BlockHash == at.BlockHash {
		t.Errorf("after the reorganisation: %+v, before: %+v", r, at)
	}
}
