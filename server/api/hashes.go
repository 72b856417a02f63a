package api

import (
	"context"
	"sync"

	"github.com/ethereum/go-ethereum/common"
	lru "github.com/hashicorp/golang-lru/v2"
)

// hashes caches the hash under which each stored transaction was last sent. So a burst
// of requests for undecided orders reads the transactions in flight only once.
type hashes struct {
	loading sync.Mutex
	known   *lru.Cache[int64, common.Hash] // by the transaction's ID
}

const maxHashes = 4096 // entries of 40 bytes

func newHashes() hashes {
	known, _ := lru.New[int64, common.Hash](maxHashes) // fails only for a size below 1
	return hashes{known: known}
}

// of returns the hash of a transaction. It returns false if the transaction is
// concluded, or cannot be read.
func (h *hashes) of(reader Reader, id int64) (hash common.Hash, ok bool) {
	if hash, ok = h.known.Get(id); ok {
		return hash, true
	}
	h.loading.Lock()
	defer h.loading.Unlock()
	if hash, ok = h.known.Get(id); ok { // loaded for another request
		return hash, true
	}
	txs, err := reader.InFlight(context.Background())
	if err != nil {
		return common.Hash{}, false // the hash is optional, so the error is ignored
	}
	for _, tx := range txs {
		if len(tx.Attempts) == 0 {
			continue
		}
		latest := tx.Latest().Hash
		h.known.Add(tx.ID, latest)
		if tx.ID == id {
			hash, ok = latest, true
		}
	}
	return hash, ok
}
