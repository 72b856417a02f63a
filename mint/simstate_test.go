package mint_test

import (
	"maps"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/x402"
)

// simState is what USDC and the launch contracts hold after a block.
type simState struct {
	balances map[common.Address]int64 // asset
	used     map[mint.PaymentID]bool  // authorizationState
	charged  map[mint.PaymentID]int64 // what reached a launch by an id
	payee    map[mint.PaymentID]common.Address
	paidAt   map[mint.PaymentID]int64 // Unix seconds
	mints    map[mint.PaymentID]int   // how often an id was minted
	minted   map[mint.PaymentID]simMint
	refunded map[mint.PaymentID]int64
	chain    map[simAccount][]mint.PaymentID // the history that the hash chain stands for
	folded   map[simFold]bool
	nonces   map[common.Address]uint64 // account nonces
	dry      map[common.Address]bool   // no coin for gas
	refuses  map[common.Address]bool   // wallets with code that refuse every signature now
	sales    map[common.Address]simSale
	frozen   bool  // the asset is paused
	sold     int64 // over all launches
}

// simFold is a part of a history that was read for an id.
type simFold struct {
	token common.Address
	id    mint.PaymentID
	chain common.Hash
}

type simAccount struct{ token, payer common.Address }

type simMint struct {
	token    common.Address
	quantity int64
}

type simSale struct {
	sold, held, withdrawn int64
	paused                bool
	minter                common.Address
	owner                 common.Address // zero: simOwner
}

func newSimState(launches []mint.Launch) *simState {
	s := &simState{balances: map[common.Address]int64{}, used: map[mint.PaymentID]bool{}, charged: map[mint.PaymentID]int64{},
		payee: map[mint.PaymentID]common.Address{}, paidAt: map[mint.PaymentID]int64{}, mints: map[mint.PaymentID]int{}, minted: map[mint.PaymentID]simMint{},
		refunded: map[mint.PaymentID]int64{}, chain: map[simAccount][]mint.PaymentID{}, folded: map[simFold]bool{}, nonces: map[common.Address]uint64{},
		dry: map[common.Address]bool{}, refuses: map[common.Address]bool{}, sales: map[common.Address]simSale{}}
	for _, l := range launches {
		s.sales[l.Token] = simSale{minter: simMinter}
	}
	return s
}

func (s *simState) clone() *simState {
	c := *s
	c.balances, c.used, c.charged, c.payee = maps.Clone(s.balances), maps.Clone(s.used), maps.Clone(s.charged), maps.Clone(s.payee)
	c.mints, c.minted, c.refunded = maps.Clone(s.mints), maps.Clone(s.minted), maps.Clone(s.refunded)
	c.folded, c.paidAt = maps.Clone(s.folded), maps.Clone(s.paidAt)
	c.chain, c.nonces, c.dry = maps.Clone(s.chain), maps.Clone(s.nonces), maps.Clone(s.dry)
	c.refuses, c.sales = maps.Clone(s.refuses), maps.Clone(s.sales)
	return &c
}

// spend adds an id to an account's history, without touching what other blocks'
// states share of it.
func (s *simState) spend(token, payer common.Address, id mint.PaymentID) {
	account := simAccount{token, payer}
	s.chain[account] = append(slices.Clip(s.chain[account]), id)
}

// simCall is one look at a state, or one change of it, at a block's time.
type simCall struct {
	*simState
	launches []mint.Launch
	time     int64       // Unix seconds
	before   []*simBlock // the blocks before, if contracts find them
}

// onBranch is the contract's: whether a block that was seen is on this branch.
func (c simCall) onBranch(seen mint.Block) bool {
	return seen.Number == 0 || seen.Number < uint64(len(c.before)) && c.before[seen.Number].block.Hash == seen.Hash
}

func (c simCall) id(a x402.Authorization) mint.PaymentID {
	return simID(c.launches[0].ChainID, a.From, a.Nonce)
}

// transfer is USDC's transferWithAuthorization; "" if it went through.
func (c simCall) transfer(a x402.Authorization) string {
	id, value := c.id(a), a.Value.Int64()
	switch {
	case c.frozen:
		return "asset is paused"
	case c.used[id]:
		return "authorization is used or canceled"
	case c.time <= a.ValidAfter.Int64() || c.time >= a.ValidBefore.Int64():
		return "authorization is expired"
	case c.refuses[a.From]:
		return "invalid signature"
	case c.balances[a.From] < value:
		return "transfer amount exceeds balance"
	}
	c.used[id] = true
	c.balances[a.From] -= value
	sale := c.sales[a.To]
	sale.held += value
	c.sales[a.To] = sale
	c.charged[id] += value
	c.payee[id], c.paidAt[id] = a.To, c.time
	return ""
}

func (c simCall) record(l mint.Launch, a x402.Authorization, quantity int64) {
	id, sale := c.id(a), c.sales[l.Token]
	sale.sold += quantity
	c.sales[l.Token] = sale
	c.sold += quantity
	c.mints[id]++
	c.minted[id] = simMint{l.Token, quantity}
	c.spend(l.Token, a.From, id)
}

// item is mint, but for a payer that must have no code and has some.
func (c simCall) item(l mint.Launch, a x402.Authorization, quantity int64, codeless bool) string {
	if _, has := c.refuses[a.From]; has && codeless {
		return "the payer got code"
	}
	return c.mint(l, a, quantity)
}

// mint is the contract's rule for one item of a batch; "" if it minted.
func (c simCall) mint(l mint.Launch, a x402.Authorization, quantity int64) string {
	switch sale := c.sales[l.Token]; {
	case sale.sold+quantity > l.Cap:
		return "sold out"
	case a.Value.Int64() != l.Price.Int64()*quantity || a.To != l.Token:
		return "invalid signature" // the contract asks for another amount, or payee, than was signed
	}
	if reason := c.transfer(a); reason != "" {
		return reason
	}
	c.record(l, a, quantity)
	return ""
}

// read hashes ids onto a prefix as the contract does, which is zero or was folded
// for the id.
func (c simCall) read(l mint.Launch, id mint.PaymentID, proof mint.Proof) (chain common.Hash, refused string) {
	if proof.Prefix != (common.Hash{}) && !c.folded[simFold{l.Token, id, proof.Prefix}] {
		return chain, "not folded"
	}
	return simHash(proof.Prefix, proof.IDs), ""
}

// simHash is the hash chain over ids, from a prefix on.
func simHash(chain common.Hash, ids []mint.PaymentID) common.Hash {
	for _, id := range ids {
		h := crypto.Keccak256Hash(chain[:], id[:])
		chain = common.BytesToHash(h[:18])
	}
	return chain
}

func (c simCall) fold(l mint.Launch, id mint.PaymentID, proof mint.Proof) string {
	chain, refused := c.read(l, id, proof)
	switch {
	case refused != "":
		return refused
	case slices.Contains(proof.IDs, id):
		return "already spent"
	}
	c.folded[simFold{l.Token, id, chain}] = true
	return ""
}

const simOtherBranch = "another branch"

// settled says why an authorization may be neither minted nor refunded.
func (c simCall) settled(l mint.Launch, a x402.Authorization, proof mint.Proof) string {
	id := c.id(a)
	chain, refused := c.read(l, id, proof)
	switch {
	case refused != "":
		return refused
	case chain != simHash(common.Hash{}, c.chain[simAccount{l.Token, a.From}]):
		return "wrong history"
	case slices.Contains(proof.IDs, id):
		return "already spent"
	case !c.used[id]:
		return "not settled"
	}
	return ""
}

// mintSettled is the contract's; "" if it minted.
func (c simCall) mintSettled(l mint.Launch, a x402.Authorization, quantity int64, proof mint.Proof, seen mint.Block, from common.Address) string {
	sale := c.sales[l.Token]
	switch {
	case !c.onBranch(seen):
		return simOtherBranch
	case from != sale.minter:
		return "unauthorized"
	case time.Unix(c.time, 0).Before(l.OpensAt):
		return "not open"
	case sale.sold+quantity > l.Cap:
		return "sold out"
	}
	if refused := c.settled(l, a, proof); refused != "" {
		return refused
	}
	if (sale.sold+quantity)*l.Price.Int64() > sale.held+sale.withdrawn {
		return "insolvent"
	}
	c.record(l, a, quantity)
	return ""
}

// refund is the owner's, and the minter's of what cannot be minted; "" if it went
// through.
func (c simCall) refund(l mint.Launch, a x402.Authorization, amount int64, proof mint.Proof, seen mint.Block, from common.Address) string {
	id, sale := c.id(a), c.sales[l.Token]
	left := l.Cap - sale.sold
	if !l.Open(time.Unix(c.time, 0)) {
		left = 0
	}
	switch {
	case !c.onBranch(seen):
		return simOtherBranch
	case from != simOwner && from != sale.minter:
		return "unauthorized"
	case from != simOwner && amount <= left*l.Price.Int64():
		return "mintable"
	}
	if refused := c.settled(l, a, proof); refused != "" {
		return refused
	}
	if sale.sold*l.Price.Int64() > sale.held+sale.withdrawn-amount || amount > sale.held {
		return "insolvent"
	}
	sale.held -= amount
	c.sales[l.Token] = sale
	c.balances[a.From] += amount
	c.refunded[id] += amount
	c.spend(l.Token, a.From, id)
	return ""
}
