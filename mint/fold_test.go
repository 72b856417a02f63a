package mint_test

import (
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
)

func TestPartsOfAHistoryMakeTheWhole(t *testing.T) {
	for n := range 14 {
		history := make([]mint.PaymentID, n)
		for i := range history {
			history[i] = mint.PaymentID{byte(i + 1)}
		}
		f := mint.NewFolding(history, 3)
		var prefix common.Hash
		var all []mint.PaymentID
		for folded := 0; ; folded++ {
			proof, whole := f.Next(folded)
			if proof.Prefix != prefix || len(proof.IDs) > 3 || !whole && len(proof.IDs) != 3 {
				t.Fatalf("of %d, part %d: %d ids after %s", n, folded, len(proof.IDs), proof.Prefix)
			}
			all = append(all, proof.IDs...)
			prefix = simHash(prefix, proof.IDs)
			if whole {
				if folded != len(f.Points()) {
					t.Errorf("of %d: %d points, %d folds", n, len(f.Points()), folded)
				}
				break
			}
			if f.Points()[folded] != prefix {
				t.Errorf("of %d, point %d is not what the parts hash to", n, folded)
			}
		}
		if len(all) != n || prefix != simHash(common.Hash{}, history) {
			t.Errorf("of %d, the parts have %d", n, len(all))
		}
		// A longer history begins with the same parts.
		longer := mint.NewFolding(append(history, mint.PaymentID{0xff}), 3)
		for i, p := range f.Points() {
			if longer.Points()[i] != p {
				t.Errorf("of %d, point %d moves when the history grows", n, i)
			}
		}
	}
}
