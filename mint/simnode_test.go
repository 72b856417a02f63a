package mint_test

import (
	"context"
	"errors"
	"math/big"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/x402"
)

var errNode = errors.New("node: i/o timeout")

// seen is the chain as the node that is asked has it.
func (c *simChain) seen() []*simBlock {
	if c.view != nil {
		return c.view
	}
	return c.blocks
}

func (c *simChain) newest() *simBlock {
	blocks := c.seen()
	return blocks[len(blocks)-1]
}

// at is a block by number, 0 the newest.
func (c *simChain) at(number uint64) (*simBlock, error) {
	switch blocks := c.seen(); {
	case number == 0:
		return c.newest(), nil
	case number >= uint64(len(blocks)):
		return nil, mint.ErrUnknownBlock
	default:
		return blocks[number], nil
	}
}

// call is an eth_call at the newest block, which changes nothing.
func (c *simChain) call() simCall { return c.callOn(c.newest()) }

func (c *simChain) callOn(b *simBlock) simCall {
	return simCall{b.state.clone(), c.launches, b.block.Time.Unix(), c.found(c.seen()[:b.block.Number])}
}

func (c *simChain) Head(context.Context) (latest, final mint.Block, err error) {
	blocks := c.seen()
	n := uint64(len(blocks) - 1)
	return blocks[n].block, blocks[n-min(n, c.finality)].block, nil
}

func (c *simChain) Disputed() string { return c.disputed }

func (c *simChain) Block(_ context.Context, number uint64) (mint.Block, error) {
	blocks := c.seen()
	if number >= uint64(len(blocks)) {
		return mint.Block{}, mint.ErrUnknownBlock
	}
	return blocks[number].block, nil
}

// on says whether the node has a block, or one of that number if the hash is zero.
func (c *simChain) on(b mint.Block) bool {
	blocks := c.seen()
	return b.Number < uint64(len(blocks)) && (b.Hash == common.Hash{} || blocks[b.Number].block.Hash == b.Hash)
}

func (c *simChain) Since(_ context.Context, launches []mint.Launch, after, to mint.Block) (events []mint.Event, err error) {
	if !c.on(after) || !c.on(to) {
		return nil, mint.ErrUnknownBlock
	}
	for _, b := range c.seen()[after.Number+1 : to.Number+1] {
		for _, e := range b.events {
			if slices.ContainsFunc(launches, func(l mint.Launch) bool { return l.Token == e.Token }) {
				events = append(events, e)
			}
		}
	}
	return events, nil
}

func (c *simChain) Reread(ctx context.Context, launches []mint.Launch, after, to mint.Block, _ int) ([]mint.Event, error) {
	return c.Since(ctx, launches, after, to)
}

func (c *simChain) Usage(_ context.Context, _ mint.Launch, keys []mint.PayerKey, after, to mint.Block) ([]mint.Use, error) {
	if !c.on(after) || !c.on(to) {
		return nil, mint.ErrUnknownBlock
	}
	uses := make([]mint.Use, len(keys))
	for _, b := range c.seen()[after.Number+1 : to.Number+1] {
		for i, k := range keys {
			if u, used := b.uses[c.id(k.Payer, k.Nonce)]; used {
				uses[i] = u
			}
		}
	}
	return uses, nil
}

func (c *simChain) Inspect(_ context.Context, l mint.Launch, keys []mint.PayerKey, at uint64) ([]mint.Payer, error) {
	b, err := c.at(at)
	if err != nil {
		return nil, err
	}
	payers := make([]mint.Payer, len(keys))
	for i, k := range keys {
		_, wallet := b.state.refuses[k.Payer]
		payers[i] = mint.Payer{Balance: big.NewInt(b.state.balances[k.Payer]), HasCode: wallet, Used: b.state.used[c.id(k.Payer, k.Nonce)],
			Spent: simHash(common.Hash{}, b.state.chain[simAccount{l.Token, k.Payer}])}
	}
	return payers, nil
}

func (c *simChain) InspectAll(ctx context.Context, l mint.Launch, keys []mint.PayerKey, at mint.Block) ([]mint.Payer, error) {
	if !c.on(at) {
		return nil, mint.ErrUnknownBlock
	}
	return c.Inspect(ctx, l, keys, at.Number)
}

func (c *simChain) Simulate(_ context.Context, l mint.Launch, orders []mint.Order, _ common.Address, at uint64) ([]string, error) {
	b, err := c.at(at)
	if err != nil {
		return nil, err
	}
	s := c.callOn(b)
	reasons := make([]string, len(orders))
	for i, o := range orders {
		if c.paused || s.sales[l.Token].paused {
			reasons[i] = "paused"
		} else if !l.Open(time.Unix(s.time, 0)) {
			reasons[i] = "closed"
		} else {
			reasons[i] = s.item(l, o.Authorization, o.Quantity, o.Codeless)
		}
	}
	return reasons, nil
}

func (c *simChain) SimulateSettled(_ context.Context, l mint.Launch, call mint.SettledCall, from common.Address) (string, error) {
	o := call.Order
	var refused string
	switch call.Kind {
	case mint.Fold:
		refused = c.call().fold(l, o.ID, call.Proof)
	case mint.Return:
		refused = c.call().refund(l, o.Authorization, o.Value.Int64(), call.Proof, call.Seen, from)
	default:
		refused = c.call().mintSettled(l, o.Authorization, o.Quantity, call.Proof, call.Seen, from)
	}
	if refused == simOtherBranch {
		return "", mint.ErrUnknownBlock
	}
	return refused, nil
}

func (c *simChain) Guards(context.Context, mint.Launch) (bool, error) {
	n := c.newest().block.Number
	return c.call().onBranch(c.seen()[max(n, 1)-1].block), nil
}

func (c *simChain) Folded(_ context.Context, l mint.Launch, id mint.PaymentID, points []common.Hash) (folded int, err error) {
	s := c.newest().state
	for i, p := range points {
		if s.folded[simFold{l.Token, id, p}] {
			folded = i + 1
		}
	}
	return folded, nil
}

func (c *simChain) Differs(context.Context, mint.Launch) (string, error) { return "", nil }

func (c *simChain) Conditions(_ context.Context, l mint.Launch, at uint64) (mint.Conditions, error) {
	b, err := c.at(at)
	if err != nil {
		return mint.Conditions{}, err
	}
	s := b.state
	sale := s.sales[l.Token]
	owner := sale.owner
	if owner == (common.Address{}) {
		owner = simOwner
	}
	return mint.Conditions{Paused: c.paused || sale.paused, AssetPaused: s.frozen, Minter: sale.minter, Owner: owner, Refunder: owner, Held: big.NewInt(sale.held),
		Sold: sale.sold, Withdrawn: big.NewInt(sale.withdrawn), At: b.block}, nil
}

func (c *simChain) Fees(context.Context) (mint.Fees, error) {
	return mint.Fees{Base: big.NewInt(c.baseFee), Tip: big.NewInt(100), Cap: big.NewInt(2*c.baseFee + 100)}, nil
}

func (c *simChain) Balance(_ context.Context, account common.Address) (*big.Int, error) {
	if c.newest().state.dry[account] {
		return big.NewInt(1), nil
	}
	return new(big.Int).Lsh(big.NewInt(1), 100), nil
}

func (c *simChain) AccountNonce(_ context.Context, account common.Address, at uint64) (uint64, error) {
	b, err := c.at(at)
	if err != nil {
		return 0, err
	}
	return b.state.nonces[account], nil
}

func (c *simChain) sign(tx *simTx, feeCap, tipCap *big.Int) (mint.Attempt, error) {
	tx.Fee, tx.Tip, tx.Salt = feeCap.Int64(), tipCap.Int64(), c.signSalt
	raw := tx.raw()
	hash := crypto.Keccak256Hash(raw)
	c.signed[hash] = tx
	return mint.Attempt{Hash: hash, Raw: raw, FeeCap: feeCap, TipCap: tipCap}, nil
}

func (c *simChain) Fits(orders []mint.Order) int { return len(orders) }

func (c *simChain) SignBatch(ctx context.Context, l mint.Launch, orders []mint.Order, sender common.Address, accountNonce uint64, feeCap, tipCap *big.Int) (mint.Attempt, error) {
	tx := &simTx{Kind: "batch", Token: l.Token, Sender: sender, AccountNonce: accountNonce}
	for _, o := range orders {
		tx.Auths, tx.Quantities = append(tx.Auths, o.Authorization), append(tx.Quantities, o.Quantity)
		tx.Codeless = append(tx.Codeless, o.Codeless)
	}
	return c.sign(tx, feeCap, tipCap)
}

func (c *simChain) SignSettled(ctx context.Context, l mint.Launch, call mint.SettledCall, minter common.Address, accountNonce uint64, feeCap, tipCap *big.Int) (mint.Attempt, error) {
	o := call.Order
	a := x402.Authorization{From: o.Payer, Nonce: o.Authorization.Nonce} // all that the call says
	return c.sign(&simTx{Kind: string(call.Kind), Token: l.Token, Sender: minter, AccountNonce: accountNonce, Amount: o.Value.Int64(),
		Auths: []x402.Authorization{a}, Quantities: []int64{o.Quantity}, Prefix: call.Proof.Prefix, History: call.Proof.IDs, Seen: mint.Block{Number: call.Seen.Number, Hash: call.Seen.Hash}}, feeCap, tipCap)
}

func (c *simChain) Resign(ctx context.Context, a mint.Attempt, _ common.Address, feeCap, tipCap *big.Int) (mint.Attempt, error) {
	tx := *c.signed[a.Hash]
	return c.sign(&tx, feeCap, tipCap)
}

func (c *simChain) Send(_ context.Context, raw []byte) error {
	if c.sendDrops() {
		return errNode
	}
	hash := crypto.Keccak256Hash(raw)
	c.mempool[hash] = c.signed[hash]
	if c.sendFails() {
		return errNode
	}
	return nil
}

func (c *simChain) Mined(_ context.Context, hashes []common.Hash, head mint.Block) ([]*mint.TxResult, error) {
	if !c.on(head) {
		return nil, mint.ErrUnknownBlock
	}
	receipts := make([]*mint.TxResult, len(hashes))
	for i, h := range hashes {
		for _, b := range c.seen() {
			if r := b.receipt(h); r != nil && b.block.Number > head.Number {
				receipts[i] = &mint.TxResult{At: r.At}
			} else if r != nil && !c.sendMissing() {
				receipts[i] = r
			}
		}
	}
	return receipts, nil
}
