package mint_test

import (
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/mint402/mint402/mint"
)

// simChain is a model of a chain with USDC and launch contracts on it: blocks,
// reorgs, a base fee, and the transactions that wait. As a [mint.Chain] it is a
// node that sees all of it and does nothing wrong but what the fields say; simNet
// is the nodes that do. Time is virtual.
type simChain struct {
	launches []mint.Launch
	now      time.Time
	blocks   []*simBlock // canonical; index is the number
	mempool  map[common.Hash]*simTx
	signed   map[common.Hash]*simTx  // every transaction that was ever signed
	removed  map[common.Hash]bool    // blocks that a reorg took
	twins    map[mint.PaymentID]bool // payments whose payer signed their nonce twice
	final    uint64                  // newest final block
	finality uint64                  // blocks that a reorg can take, and one
	baseFee  int64
	salt     uint64
	signSalt uint64     // makes the next signature of ours different
	starved  func() int // items that a batch of ours reaches; 0: all

	view []*simBlock // what the node that is asked sees; nil: blocks

	sendFails   func() bool // the error comes after the transaction was accepted
	sendDrops   func() bool // it is never accepted
	sendMissing func() bool // receipts are not found although mined
	paused      bool
	blind       bool   // contracts do not find the chain's blocks
	blindMined  bool   // only simulated ones find them
	disputed    string // what nodes differ about
}

var simGenesis = time.Unix(1_800_000_000, 0)

func never() bool { return false }

func newSimChain(finality uint64, launches ...mint.Launch) *simChain {
	c := &simChain{launches: launches, now: simGenesis, twins: map[mint.PaymentID]bool{}, mempool: map[common.Hash]*simTx{}, signed: map[common.Hash]*simTx{},
		removed: map[common.Hash]bool{}, finality: finality, baseFee: 950, starved: func() int { return 0 },
		sendFails: never, sendDrops: never, sendMissing: never}
	c.blocks = []*simBlock{{block: mint.Block{Hash: common.Hash{1}, Time: c.now}, state: newSimState(launches)}}
	return c
}

func (c *simChain) head() *simBlock { return c.blocks[len(c.blocks)-1] }

func (c *simChain) id(payer common.Address, nonce common.Hash) mint.PaymentID {
	return simID(c.launches[0].ChainID, payer, nonce)
}

// finalBlock is what every node will agree on for ever.
func (c *simChain) finalBlock() *simBlock { return c.blocks[c.final] }

func (c *simChain) launch(token common.Address) mint.Launch {
	for _, l := range c.launches {
		if l.Token == token {
			return l
		}
	}
	panic("no such launch")
}

// mine makes a block two seconds later. rng chooses which of the mempool gets in;
// nil takes everything that pays the base fee.
func (c *simChain) mine(rng *rand.Rand) {
	c.now = c.now.Add(2 * time.Second)
	parent := c.head()
	b := &simBlock{state: parent.state.clone()}
	b.block = mint.Block{Number: parent.block.Number + 1, Hash: c.blockHash(parent.block.Hash), Time: c.now}
	for _, h := range c.waiting() {
		tx := c.mempool[h]
		if rng != nil && rng.IntN(4) == 0 {
			continue
		}
		if tx.ours() {
			next := b.state.nonces[tx.Sender]
			if tx.AccountNonce < next {
				delete(c.mempool, h)
			}
			if tx.AccountNonce != next || tx.Fee < c.baseFee || b.state.dry[tx.Sender] {
				continue
			}
			b.state.nonces[tx.Sender]++
		}
		delete(c.mempool, h)
		b.execute(c, tx, h)
	}
	c.blocks = append(c.blocks, b)
	if n := b.block.Number; n > c.finality {
		c.final = max(c.final, n-c.finality)
	}
}

// found is the blocks that contracts find, of those before theirs.
func (c *simChain) found(before []*simBlock) []*simBlock {
	if c.blind {
		return nil
	}
	return before
}

func (c *simChain) blockHash(parent common.Hash) common.Hash {
	c.salt++
	return crypto.Keccak256Hash(binary.BigEndian.AppendUint64(parent.Bytes(), c.salt))
}

// waiting is the mempool by account nonce, then fee, then hash.
func (c *simChain) waiting() []common.Hash {
	hashes := make([]common.Hash, 0, len(c.mempool))
	for h := range c.mempool {
		hashes = append(hashes, h)
	}
	slices.SortFunc(hashes, func(a, b common.Hash) int {
		x, y := c.mempool[a], c.mempool[b]
		switch {
		case x.AccountNonce != y.AccountNonce:
			return int(x.AccountNonce) - int(y.AccountNonce)
		case x.Fee != y.Fee:
			return int(y.Fee - x.Fee)
		}
		return a.Cmp(b)
	})
	return hashes
}

// reorg takes the newest blocks away, but no final one. Their transactions go
// back to the mempool, or are lost.
func (c *simChain) reorg(depth int, lose bool) {
	keep := max(len(c.blocks)-depth, int(c.final)+1)
	for _, b := range c.blocks[keep:] {
		c.removed[b.block.Hash] = true
		for _, tx := range b.txs {
			if !lose {
				c.mempool[tx.hash()] = tx
			}
		}
	}
	c.blocks = slices.Clone(c.blocks[:keep]) // nodes may still look at the others
}

// submit puts a stranger's transaction into the mempool.
func (c *simChain) submit(tx simTx) {
	c.salt++
	tx.Salt = c.salt
	c.mempool[tx.hash()] = &tx
}

// simBlock is a block, with all that it changed.
type simBlock struct {
	block    mint.Block
	state    *simState // after the block
	events   []mint.Event
	receipts []simReceipt
	txs      []*simTx
	uses     map[mint.PaymentID]mint.Use // of payment nonces, by the asset's logs
}

type simReceipt struct {
	hash common.Hash
	*mint.TxResult
}

func (b *simBlock) receipt(h common.Hash) *mint.TxResult {
	for _, r := range b.receipts {
		if r.hash == h {
			return r.TxResult
		}
	}
	return nil
}
