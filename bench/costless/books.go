package costless

import (
	"encoding/binary"
	"errors"
	"maps"
	"math/big"
	"slices"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/mint402/mint402/mint"
)

// books are a chain with one launch, without an EVM: blocks, account nonces, mints and
// the payments that they used. Every payer has enough money, and no signature of a
// payment is checked.
type books struct {
	chainID      uint64
	token, asset common.Address
	price        *big.Int
	signer       types.Signer

	mu     sync.Mutex
	blocks []*entry
	waits  map[common.Address]map[uint64]*sent
	nonces map[common.Address][]reached
	sent   map[common.Hash]*sent
	used   map[use]*mintedOne
}

func newBooks(l Launch) books {
	return books{chainID: l.ChainID, token: l.Token, asset: l.Asset, price: l.Price,
		signer: types.LatestSignerForChainID(new(big.Int).SetUint64(l.ChainID)),
		waits:  map[common.Address]map[uint64]*sent{}, nonces: map[common.Address][]reached{}, sent: map[common.Hash]*sent{}, used: map[use]*mintedOne{}}
}

// entry is a block with its mints.
type entry struct {
	number       uint64
	hash, parent common.Hash
	time         uint64
	sold         int64 // up to and with this block
	sent         []*sent
	raw          []byte // the answer of the node on which the launch was deployed
}

// sent is a batch. in is nil until it is in a block.
type sent struct {
	hash   common.Hash
	from   common.Address
	tx     *types.Transaction
	in     *entry
	index  int // in the block
	mints  []mintedOne
	upTo   uint64 // gas used in the block, with this one
	failed bool   // a payment was used before: the whole batch reverts
}

// mintedOne is a payment of a batch.
type mintedOne struct {
	payer     common.Address
	nonce, id common.Hash
	quantity  int64
	log       int // the number of its first log in the block
	of        *sent
}

// use is a payer's payment nonce.
type use struct {
	payer common.Address
	nonce common.Hash
}

// reached is an account nonce, and the block from which it is valid.
type reached struct{ block, nonce uint64 }

// The gas of a batch, about as on a real chain.
const (
	gasOfBatch = 25_000
	gasOfMint  = 75_000
	blockGas   = 400_000_000 // as on Base
)

func (s *sent) gas() uint64 { return gasOfBatch + gasOfMint*uint64(len(s.mints)) }

var (
	errKnown   = errors.New("already known")
	errLow     = errors.New("nonce too low")
	errSmaller = errors.New("replacement transaction underpriced")
)

// send takes a signed batch into the pool.
func (b *books) send(raw []byte) (common.Hash, error) {
	tx := new(types.Transaction)
	if err := tx.UnmarshalBinary(raw); err != nil {
		return common.Hash{}, err
	}
	from, err := types.Sender(b.signer, tx)
	if err != nil {
		return common.Hash{}, err
	}
	s := &sent{hash: tx.Hash(), from: from, tx: tx}
	if to := tx.To(); to == nil || *to != b.token {
		return common.Hash{}, errors.New("this node takes batches of its launch only")
	}
	if s.mints, err = b.payments(tx.Data()); err != nil {
		return common.Hash{}, err
	}
	for i := range s.mints {
		s.mints[i].of = s
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.sent[s.hash] != nil {
		return s.hash, errKnown
	}
	if tx.Nonce() < b.nonceAt(from, b.head().number) {
		return s.hash, errLow
	}
	if b.waits[from] == nil {
		b.waits[from] = map[uint64]*sent{}
	}
	if other := b.waits[from][tx.Nonce()]; other != nil {
		if other.tx.GasFeeCap().Cmp(tx.GasFeeCap()) >= 0 {
			return s.hash, errSmaller
		}
		delete(b.sent, other.hash)
	}
	b.waits[from][tx.Nonce()], b.sent[s.hash] = s, s
	return s.hash, nil
}

// mintBatch is the selector of the contract's batch.
var mintBatch = crypto.Keccak256([]byte("mintBatch((address,uint256,uint256,uint256,bytes32,bytes)[],uint256,uint256)"))[:4]

// payments reads the payments of a batch.
func (b *books) payments(input []byte) ([]mintedOne, error) {
	bad := errors.New("this node reads batches only")
	if len(input) < 4 || string(input[:4]) != string(mintBatch) {
		return nil, bad
	}
	list, ok := tail(input[4:], 0)
	n, fine := small(list, 0)
	if !ok || !fine || n > 1000 {
		return nil, bad
	}
	list = list[32:]
	made := make([]mintedOne, n)
	for i := range made {
		p, ok := tail(list, i)
		quantity, fine := small(p, 1)
		if !ok || !fine || len(p) < 5*32 {
			return nil, bad
		}
		made[i] = mintedOne{payer: common.BytesToAddress(p[:32]), quantity: int64(quantity), nonce: common.BytesToHash(p[4*32 : 5*32])}
		made[i].id = mint.NewPaymentID(b.chainID, b.asset, made[i].payer, made[i].nonce).Hash()
	}
	return made, nil
}

// small reads the nth word as a number below 2^31.
func small(data []byte, n int) (int, bool) {
	if n < 0 || len(data) < 32*(n+1) {
		return 0, false
	}
	v := binary.BigEndian.Uint64(data[32*n+24:])
	return int(v), v < 1<<31
}

// tail returns the data from the offset in the nth word on.
func tail(data []byte, n int) ([]byte, bool) {
	at, ok := small(data, n)
	if !ok || at > len(data) {
		return nil, false
	}
	return data[at:], true
}

// mine puts everything that waits and fits into a block.
func (b *books) mine(now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	last := b.head()
	e := &entry{number: last.number + 1, parent: last.hash, time: max(last.time+1, uint64(now.Unix())), sold: last.sold}
	e.hash = crypto.Keccak256Hash(last.hash[:], binary.BigEndian.AppendUint64(nil, e.time))
	gas, log := uint64(0), 0
	for _, from := range slices.SortedFunc(maps.Keys(b.waits), common.Address.Cmp) {
		for nonce := b.nonceAt(from, last.number); ; nonce++ {
			s := b.waits[from][nonce]
			if s == nil || gas+s.gas() > blockGas {
				break
			}
			delete(b.waits[from], nonce)
			gas += s.gas()
			s.in, s.index, s.upTo = e, len(e.sent), gas
			b.apply(e, s, &log)
			e.sent = append(e.sent, s)
			b.nonces[from] = append(b.nonces[from], reached{e.number, nonce + 1})
		}
	}
	b.blocks = append(b.blocks, e)
}

// apply executes a batch. If one of its payments is used, it has no effect.
func (b *books) apply(e *entry, s *sent, log *int) {
	for _, m := range s.mints {
		if b.used[use{m.payer, m.nonce}] != nil {
			s.failed = true
			return
		}
	}
	for i := range s.mints {
		m := &s.mints[i]
		m.log = *log
		*log += logsOfMint
		e.sold += m.quantity
		b.used[use{m.payer, m.nonce}] = m
	}
}

// head returns the newest block. The caller holds mu, here and below.
func (b *books) head() *entry { return b.blocks[len(b.blocks)-1] }

// at returns a block, or nil.
func (b *books) at(number uint64) *entry {
	if number >= uint64(len(b.blocks)) {
		return nil
	}
	return b.blocks[number]
}

// nonceAt returns an account's nonce after a block.
func (b *books) nonceAt(account common.Address, number uint64) uint64 {
	all := b.nonces[account]
	for i := len(all) - 1; i >= 0; i-- {
		if all[i].block <= number {
			return all[i].nonce
		}
	}
	return 0
}

// usedAt returns the mint that used a payment up to a block, or nil.
func (b *books) usedAt(u use, number uint64) *mintedOne {
	if m := b.used[u]; m != nil && m.of.in.number <= number {
		return m
	}
	return nil
}
