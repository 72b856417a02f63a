package mint_test

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"math/big"
	"math/rand/v2"
	"slices"
	"sort"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/x402"
)

// simChain is a model of a chain with USDC and a launch contract on it, and of
// the node that serves it: blocks, a mempool, reorgs, and a node that forgets,
// lies and times out when told to. Time is virtual.
type simChain struct {
	launches []mint.Launch
	now      time.Time
	blocks   []*simBlock // canonical; index is the number
	mempool  map[common.Hash]*simTx
	finality uint64
	salt     uint64

	// What the node does wrong.
	sendFails   func() bool // the error comes after the transaction was accepted
	sendDrops   func() bool // it is never accepted
	sendMissing func() bool // receipts are not found although mined
	paused      bool
}

type simBlock struct {
	block    mint.Block
	parent   common.Hash
	state    *simState // after the block
	events   []mint.Event
	receipts map[common.Hash]*mint.Receipt
	txs      []*simTx
}

type simState struct {
	balances map[common.Address]int64 // asset
	used     map[mint.PaymentID]bool  // authorizationState
	mints    map[mint.PaymentID]int   // how often an id was minted
	charged  map[mint.PaymentID]int64 // what reached the contract by an id
	chain    map[common.Address][]mint.PaymentID
	nonces   map[common.Address]uint64 // account nonces
	held     int64
	sold     int64
}

func (s *simState) clone() *simState {
	c := *s
	c.balances, c.used, c.mints = maps.Clone(s.balances), maps.Clone(s.used), maps.Clone(s.mints)
	c.charged, c.nonces = maps.Clone(s.charged), maps.Clone(s.nonces)
	c.chain = make(map[common.Address][]mint.PaymentID, len(s.chain))
	for k, v := range s.chain {
		c.chain[k] = slices.Clone(v)
	}
	return &c
}

// simTx is a transaction: of an account of ours, which has an account nonce, or a
// stranger's.
type simTx struct {
	Kind         string // batch, settled, direct, cancel, donate, stranger, other
	Token        common.Address
	Auths        []x402.Authorization
	Quantities   []int64
	History      []mint.PaymentID
	Sender       common.Address
	AccountNonce uint64
	Fee          int64
	Amount       int64
	Salt         uint64
}

func (tx *simTx) raw() []byte {
	b, err := json.Marshal(tx)
	if err != nil {
		panic(err)
	}
	return b
}

func (tx *simTx) hash() common.Hash { return crypto.Keccak256Hash(tx.raw()) }
func (tx *simTx) ours() bool        { return tx.Sender != (common.Address{}) }

var simGenesis = time.Unix(1_800_000_000, 0)

func newSimChain(finality uint64, launches ...mint.Launch) *simChain {
	no := func() bool { return false }
	c := &simChain{launches: launches, now: simGenesis, mempool: map[common.Hash]*simTx{}, finality: finality,
		sendFails: no, sendDrops: no, sendMissing: no}
	s := &simState{balances: map[common.Address]int64{}, used: map[mint.PaymentID]bool{}, mints: map[mint.PaymentID]int{},
		charged: map[mint.PaymentID]int64{}, chain: map[common.Address][]mint.PaymentID{}, nonces: map[common.Address]uint64{}}
	c.blocks = []*simBlock{{block: mint.Block{Number: 0, Hash: common.Hash{1}, Time: c.now}, state: s}}
	return c
}

func (c *simChain) head() *simBlock { return c.blocks[len(c.blocks)-1] }

func (c *simChain) launch(token common.Address) mint.Launch {
	for _, l := range c.launches {
		if l.Token == token {
			return l
		}
	}
	panic("no such launch")
}

// mine makes a block two seconds later. rng chooses which of the mempool gets in;
// nil takes everything.
func (c *simChain) mine(rng *rand.Rand) {
	c.now = c.now.Add(2 * time.Second)
	c.salt++
	parent := c.head()
	n := parent.block.Number + 1
	b := &simBlock{block: mint.Block{Number: n, Time: c.now}, parent: parent.block.Hash, state: parent.state.clone(),
		receipts: map[common.Hash]*mint.Receipt{}}
	b.block.Hash = crypto.Keccak256Hash(parent.block.Hash[:], big.NewInt(int64(c.salt)).Bytes())
	hashes := make([]common.Hash, 0, len(c.mempool))
	for h := range c.mempool {
		hashes = append(hashes, h)
	}
	sort.Slice(hashes, func(i, j int) bool { // by account nonce, then fee, then hash
		x, y := c.mempool[hashes[i]], c.mempool[hashes[j]]
		if x.AccountNonce != y.AccountNonce {
			return x.AccountNonce < y.AccountNonce
		}
		if x.Fee != y.Fee {
			return x.Fee > y.Fee
		}
		return hashes[i].Cmp(hashes[j]) < 0
	})
	for _, h := range hashes {
		tx := c.mempool[h]
		if rng != nil && rng.IntN(3) == 0 {
			continue
		}
		if tx.ours() {
			switch next := b.state.nonces[tx.Sender]; {
			case tx.AccountNonce < next:
				delete(c.mempool, h)
				continue
			case tx.AccountNonce > next:
				continue
			}
			b.state.nonces[tx.Sender]++
		}
		delete(c.mempool, h)
		b.txs = append(b.txs, tx)
		c.execute(b, tx, h)
	}
	c.blocks = append(c.blocks, b)
}

// reorg takes the newest blocks away. Their transactions go back to the mempool,
// or are lost.
func (c *simChain) reorg(depth int, lose bool) {
	depth = min(depth, len(c.blocks)-1)
	for range depth {
		for _, tx := range c.head().txs {
			if !lose {
				c.mempool[tx.hash()] = tx
			}
		}
		c.blocks = c.blocks[:len(c.blocks)-1]
	}
}

func (c *simChain) id(a x402.Authorization) mint.PaymentID {
	return mint.NewPaymentID(c.launches[0].ChainID, c.launches[0].Asset.Address, a.From, a.Nonce)
}

// transfer is USDC's transferWithAuthorization; "" if it went through.
func (c *simChain) transfer(s *simState, a x402.Authorization) string {
	id, value := c.id(a), a.Value.Int64()
	switch t := c.now.Unix(); {
	case s.used[id]:
		return "authorization is used or canceled"
	case t <= a.ValidAfter.Int64() || t >= a.ValidBefore.Int64():
		return "authorization is expired"
	case s.balances[a.From] < value:
		return "transfer amount exceeds balance"
	}
	s.used[id] = true
	s.balances[a.From] -= value
	s.held += value
	s.charged[id] += value
	return ""
}

// mintOne is the contract's rule for one item; "" if it minted.
func (c *simChain) mintOne(s *simState, l mint.Launch, a x402.Authorization, quantity int64) string {
	switch {
	case c.paused:
		return "paused"
	case s.sold+quantity > l.Cap:
		return "sold out"
	case a.Value.Int64() != l.Price.Int64()*quantity || a.To != l.Token:
		return "not the price"
	}
	if reason := c.transfer(s, a); reason != "" {
		return reason
	}
	id := c.id(a)
	s.sold += quantity
	s.mints[id]++
	s.chain[a.From] = append(s.chain[a.From], id)
	return ""
}

func (c *simChain) mintSettled(s *simState, l mint.Launch, a x402.Authorization, quantity int64, history []mint.PaymentID) string {
	id := c.id(a)
	switch {
	case !s.used[id]:
		return "not settled"
	case !slices.Equal(history, s.chain[a.From]):
		return "wrong history"
	case slices.Contains(history, id):
		return "already spent"
	case s.sold+quantity > l.Cap:
		return "sold out"
	case (s.sold+quantity)*l.Price.Int64() > s.held:
		return "insolvent"
	}
	s.sold += quantity
	s.mints[id]++
	s.chain[a.From] = append(s.chain[a.From], id)
	return ""
}

func (c *simChain) execute(b *simBlock, tx *simTx, h common.Hash) {
	at := func() mint.Mark {
		return mint.Mark{Block: b.block.Number, BlockHash: b.block.Hash, LogIndex: uint(len(b.events)), Tx: h}
	}
	l := c.launch(tx.Token)
	r := &mint.Receipt{At: mint.Mark{Block: b.block.Number, BlockHash: b.block.Hash, Tx: h}, Skipped: map[mint.PaymentID]string{}}
	event := func(kind mint.EventKind, a x402.Authorization, quantity int64) {
		b.events = append(b.events, mint.Event{Kind: kind, Token: l.Token, ID: c.id(a), Payer: a.From, Nonce: a.Nonce,
			Quantity: quantity, Amount: l.Total(quantity), At: at()})
	}
	switch tx.Kind {
	case "batch", "stranger":
		for i, a := range tx.Auths {
			if reason := c.mintOne(b.state, l, a, tx.Quantities[i]); reason != "" {
				r.Skipped[c.id(a)] = reason
				continue
			}
			r.Minted = append(r.Minted, c.id(a))
			event(mint.EventMinted, a, tx.Quantities[i])
		}
	case "settled":
		if c.mintSettled(b.state, l, tx.Auths[0], tx.Quantities[0], tx.History) != "" {
			r.Reverted = true
		} else {
			r.Minted = append(r.Minted, c.id(tx.Auths[0]))
			event(mint.EventMinted, tx.Auths[0], tx.Quantities[0])
		}
	case "direct":
		for i, a := range tx.Auths {
			if c.transfer(b.state, a) == "" {
				event(mint.EventSettled, a, tx.Quantities[i])
			}
		}
	case "cancel":
		b.state.used[c.id(tx.Auths[0])] = true
	case "donate":
		b.state.held += tx.Amount
		b.events = append(b.events, mint.Event{Kind: mint.EventReceived, Token: l.Token,
			ID: mint.PaymentID(crypto.Keccak256Hash(h[:])), Amount: big.NewInt(tx.Amount), At: at()})
	}
	b.receipts[h] = r
}

// submit puts a stranger's transaction into the mempool.
func (c *simChain) submit(tx simTx) {
	c.salt++
	tx.Salt = c.salt
	c.mempool[tx.hash()] = &tx
}

var errNode = errors.New("node: i/o timeout")

func (c *simChain) final() mint.Block {
	n := c.head().block.Number
	return c.blocks[n-min(n, c.finality)].block
}

func (c *simChain) Head(context.Context) (latest, final mint.Block, err error) {
	return c.head().block, c.final(), nil
}

func (c *simChain) Block(_ context.Context, number uint64) (mint.Block, error) {
	if number >= uint64(len(c.blocks)) {
		return mint.Block{}, mint.ErrUnknownBlock
	}
	return c.blocks[number].block, nil
}

func (c *simChain) Events(_ context.Context, launches []mint.Launch, from, to uint64) (events []mint.Event, err error) {
	for n := from; n <= min(to, uint64(len(c.blocks)-1)); n++ {
		for _, e := range c.blocks[n].events {
			if slices.ContainsFunc(launches, func(l mint.Launch) bool { return l.Token == e.Token }) {
				events = append(events, e)
			}
		}
	}
	return events, nil
}

func (c *simChain) Inspect(_ context.Context, l mint.Launch, keys []mint.PayerKey, at uint64) ([]mint.Payer, error) {
	s := c.head().state
	if at != 0 {
		s = c.blocks[at].state
	}
	payers := make([]mint.Payer, len(keys))
	for i, k := range keys {
		payers[i] = mint.Payer{Balance: big.NewInt(s.balances[k.Payer]),
			Used: s.used[mint.NewPaymentID(l.ChainID, l.Asset.Address, k.Payer, k.Nonce)]}
	}
	return payers, nil
}

func (c *simChain) Simulate(_ context.Context, l mint.Launch, orders []mint.Order, _ common.Address) ([]string, error) {
	s := c.head().state.clone()
	reasons := make([]string, len(orders))
	for i, o := range orders {
		reasons[i] = c.mintOne(s, l, o.Authorization, o.Quantity)
	}
	return reasons, nil
}

func (c *simChain) SimulateSettled(_ context.Context, l mint.Launch, o mint.Order, history []mint.PaymentID, _ common.Address) (string, error) {
	return c.mintSettled(c.head().state.clone(), l, o.Authorization, o.Quantity, history), nil
}

func (c *simChain) Conditions(context.Context, mint.Launch, uint64) (mint.Conditions, error) {
	s := c.head().state
	return mint.Conditions{Paused: c.paused, Minter: simMinter, Held: big.NewInt(s.held), Sold: s.sold, Withdrawn: new(big.Int)}, nil
}

func (c *simChain) Fees(context.Context) (feeCap, tipCap *big.Int, err error) {
	return big.NewInt(2_000), big.NewInt(100), nil
}

func (c *simChain) Balance(context.Context, common.Address) (*big.Int, error) {
	return new(big.Int).Lsh(big.NewInt(1), 100), nil
}

func (c *simChain) AccountNonce(_ context.Context, account common.Address, at uint64) (uint64, error) {
	return c.head().state.nonces[account], nil
}

func (c *simChain) sign(tx *simTx, feeCap, tipCap *big.Int) (mint.Attempt, error) {
	tx.Fee = feeCap.Int64()
	return mint.Attempt{Hash: tx.hash(), Raw: tx.raw(), FeeCap: feeCap, TipCap: tipCap}, nil
}

func (c *simChain) SignBatch(l mint.Launch, orders []mint.Order, sender common.Address, accountNonce uint64, feeCap, tipCap *big.Int) (mint.Attempt, error) {
	tx := &simTx{Kind: "batch", Token: l.Token, Sender: sender, AccountNonce: accountNonce}
	for _, o := range orders {
		tx.Auths, tx.Quantities = append(tx.Auths, o.Authorization), append(tx.Quantities, o.Quantity)
	}
	return c.sign(tx, feeCap, tipCap)
}

func (c *simChain) SignSettled(l mint.Launch, o mint.Order, history []mint.PaymentID, minter common.Address, accountNonce uint64, feeCap, tipCap *big.Int) (mint.Attempt, error) {
	a := o.Authorization
	a.ValidAfter, a.ValidBefore = new(big.Int), new(big.Int) // unknown of what was first seen on chain
	return c.sign(&simTx{Kind: "settled", Token: l.Token, Sender: minter, AccountNonce: accountNonce,
		Auths: []x402.Authorization{a}, Quantities: []int64{o.Quantity}, History: history}, feeCap, tipCap)
}

func (c *simChain) Resign(a mint.Attempt, _ common.Address, feeCap, tipCap *big.Int) (mint.Attempt, error) {
	var tx simTx
	if err := json.Unmarshal(a.Raw, &tx); err != nil {
		return mint.Attempt{}, err
	}
	return c.sign(&tx, feeCap, tipCap)
}

func (c *simChain) Send(_ context.Context, raw []byte) error {
	if c.sendDrops() {
		return errNode
	}
	var tx simTx
	if err := json.Unmarshal(raw, &tx); err != nil {
		return err
	}
	c.mempool[tx.hash()] = &tx
	if c.sendFails() {
		return errNode
	}
	return nil
}

func (c *simChain) Receipts(_ context.Context, hashes []common.Hash) ([]*mint.Receipt, error) {
	receipts := make([]*mint.Receipt, len(hashes))
	for i, h := range hashes {
		for _, b := range c.blocks {
			if r := b.receipts[h]; r != nil && !c.sendMissing() {
				receipts[i] = r
			}
		}
	}
	return receipts, nil
}
