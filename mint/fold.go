package mint

import (
	"context"
	"errors"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
)

// FoldSize is the maximum number of ids in one transaction. At 4.6 million gas by
// EIP-7623's floor and 112,300 bytes, it stays within the limits of blocks and nodes:
// 16,777,216 gas and 131,072 bytes.
const FoldSize = 3_500

// A Folding splits an account's history into parts that each fit a transaction. The
// contract reads all parts but the last by fold, one after the other, and records for
// an id that it is not in them. The parts begin at fixed places. So a fold counts no
// matter who sent it, and a longer history begins with the same parts.
type Folding struct {
	size    int // ids in a part
	history []PaymentID
	points  []common.Hash // points[k] is the hash chain over the first k parts; 0: zero
}

// NewFolding splits a history in chain order into parts of size ids.
func NewFolding(history []PaymentID, size int) Folding {
	f := Folding{size: size, history: history, points: []common.Hash{{}}}
	var chain common.Hash
	for i, id := range history {
		chain = nextChain(chain, id)
		if (i+1)%size == 0 && i+1 < len(history) {
			f.points = append(f.points, chain)
		}
	}
	return f
}

// Points returns the prefixes that may be folded for an id, shortest first.
func (f Folding) Points() []common.Hash { return f.points[1:] }

// Next returns what to present when the first `folded` points are recorded: the part to
// fold next or, if whole, the proof for the call itself.
func (f Folding) Next(folded int) (proof Proof, whole bool) {
	proof = Proof{Prefix: f.points[folded], IDs: f.history[folded*f.size:]}
	if folded == len(f.points)-1 {
		return proof, true
	}
	proof.IDs = proof.IDs[:f.size]
	return proof, false
}

// nextChain adds a link to an account's hash chain as the contract does: the upper 144
// bits of keccak256(chain ‖ id), right-aligned.
func nextChain(chain common.Hash, id PaymentID) (next common.Hash) {
	h := crypto.Keccak256(chain[:], id[:])
	copy(next[14:], h[:18])
	return next
}

// account is a payer at a launch; it has one history.
type account struct {
	launch string
	payer  common.Address
}

// occupied records which accounts have a settled mint, a return or a fold in flight.
// Another transaction signed for such an account would present a history that is out of
// date when it is mined. So it is an error if one of them cannot be read.
func (s *settler) occupied(ctx context.Context) error {
	txs, err := s.txs.store.InFlight(ctx)
	if err != nil {
		return err
	}
	busy, folding := map[account]bool{}, 0
	for _, tx := range txs {
		if tx.Mined.Seen() || tx.Kind == Batch {
			continue
		}
		if tx.Kind == Fold {
			folding++
		}
		for _, id := range tx.Orders {
			o, err := s.store.Order(ctx, id)
			if err != nil && !errors.Is(err, ErrNotFound) {
				return err
			}
			busy[account{tx.Launch, o.Payer}] = true
		}
	}
	s.busy, s.unread, s.folding = busy, map[account]reason{}, folding
	return ctx.Err()
}
