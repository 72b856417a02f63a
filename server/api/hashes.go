package api

import (
	"context"
	"sync"

	"github.com/ethereum/go-ethereum/common"
)

// hashes caches the hash under which each stored transaction was last sent. So a burst
// of requests for undecided orders reads the transactions in flight only once.
type hashes struct {
	mu   sync.Mutex
	seen map[int64]common.Hash
}

const maxHashes = 4096

func (h *hashes) of(reader Reader, id int64) (common.Hash, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if hash, ok := h.seen[id]; ok {
		return hash, true
	}
	txs, err := reader.InFlight(context.Background())
	if err != nil {
		return common.Hash{}, false // the hash is optional, so the error is ignored
	}
	if h.seen == nil || len(h.seen) > maxHashes {
		h.seen = map[int64]common.Hash{}
	}
	for _, tx := range txs {
		if len(tx.Attempts) > 0 {
			h.seen[tx.ID] = tx.Latest().Hash
		}
	}
	hash, ok := h.seen[id]
	return hash, ok
}
