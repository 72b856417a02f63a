package chain

import (
	"context"
	"fmt"
	"math/big"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/x402"
)

// A Trace is the chain's record of one payment to a launch.
type Trace struct {
	Head, Final mint.Block
	Used        bool // the asset has the payment nonce as used or cancelled, at Head

	Mint     *TracedMint
	Refund   *mint.Mark
	Cancel   *mint.Mark
	Transfer *mint.Mark // the authorization was executed; perhaps without a mint
}

// A TracedMint is a mint whose tokens went to the payer.
type TracedMint struct {
	At       mint.Mark
	Quantity int64
	Tokens   *big.Int // base units
}

// IsFinal reports whether the block of a mark can no longer be replaced.
func (t *Trace) IsFinal(m mint.Mark) bool { return m.Block <= t.Final.Number }

// Dead reports whether no future block can execute the authorization: its nonce was not
// used, and a final block is past its last second. A nonce that is unused at the head
// was unused in every block before. The local clock must agree, since a node may be
// wrong about the time, or lie.
func (t *Trace) Dead(a x402.Authorization, now time.Time) bool {
	if t.Used || t.Final.Time.IsZero() || a.ValidBefore == nil || !a.ValidBefore.IsInt64() {
		return false
	}
	last := time.Unix(a.ValidBefore.Int64(), 0)
	return t.Final.Time.After(last) && now.After(last)
}

// traceBack is how many blocks are searched for a payment of unknown age.
const traceBack = 20_000

// TracePayment finds the result of a payment, for the payer. It trusts only the node.
// since is a block that the payment is younger than, or 0 if unknown. hints are
// transactions that may hold the mint; they save a search and prove nothing.
func (c *Client) TracePayment(ctx context.Context, launch mint.Launch, a x402.Authorization, since uint64, hints ...common.Hash) (*Trace, error) {
	t := &Trace{}
	var err error
	if t.Head, t.Final, err = c.Head(ctx); err != nil {
		return nil, err
	}
	if t.Used, err = c.Used(ctx, launch.Asset.Address, a.From, a.Nonce, 0); err != nil || !t.Used {
		return t, err
	}
	p := traced{launch, a, mint.NewPaymentID(launch.ChainID, launch.Asset.Address, a.From, a.Nonce)}
	if err := p.inReceipts(ctx, c.read, t, hints); err != nil || t.Mint != nil {
		return t, err
	}
	if since == 0 {
		since = t.Head.Number - min(t.Head.Number, traceBack)
	}
	found, err := p.search(ctx, &c.scan, since, t.Head.Number)
	if err != nil {
		return nil, err
	}
	return t, p.inReceipts(ctx, c.read, t, found)
}

// traced is the payment to find.
type traced struct {
	launch mint.Launch
	x402.Authorization
	id mint.PaymentID
}

// search returns the transactions that use the nonce, or that have an event of
// the launch about the payment.
func (p traced) search(ctx context.Context, s *scanner, from, to uint64) (hashes []common.Hash, err error) {
	filters := []filter{
		{Address: []common.Address{p.launch.Asset.Address}, Topics: [][]common.Hash{{usedTopic, canceledTopic}, {hexAddress(p.From)}, {p.Nonce}}},
		{Address: []common.Address{p.launch.Token}, Topics: [][]common.Hash{{mintedTopic, refundedTopic}, {common.Hash(p.id)}}},
	}
	after, last := mint.Block{Number: max(from, 1) - 1}, mint.Block{Number: to}
	hashes, err = stretches(ctx, s, after, last, filters, func(_ context.Context, _ *node, hashes []common.Hash, answers [][]types.Log) ([]common.Hash, error) {
		for _, l := range slices.Concat(answers...) {
			if !slices.Contains(hashes, l.TxHash) {
				hashes = append(hashes, l.TxHash)
			}
		}
		return hashes, nil
	})
	if err != nil {
		return nil, fmt.Errorf("search payment %s in blocks %d to %d: %w", p.id, from, to, err)
	}
	return hashes, nil
}

// inReceipts adds the payment's events in the receipts of the transactions to t.
func (p traced) inReceipts(ctx context.Context, read reader, t *Trace, hashes []common.Hash) error {
	if len(hashes) == 0 {
		return nil
	}
	found, err := read.receipts(ctx, hashes)
	if err != nil {
		return err
	}
	for _, r := range found {
		if r != nil && r.Status != nil && *r.Status == 1 {
			r.trace(t, p)
		}
	}
	return nil
}

// trace reads one receipt. Any contract can name terms like a launch and emit its events. So
// a Minted counts only with a Transfer of its tokens from the zero address to the payer, and
// a Refunded only with a Transfer of the payment's money by the asset.
func (r *receipt) trace(t *Trace, p traced) {
	for i := range r.Logs {
		l := &r.Logs[i]
		if len(l.Topics) == 0 {
			continue
		}
		at := mark(l)
		switch {
		case l.Address == p.launch.Asset.Address && len(l.Topics) == 3 && l.Topics[1] == hexAddress(p.From) && l.Topics[2] == p.Nonce:
			switch l.Topics[0] {
			case usedTopic:
				t.Transfer = &at
			case canceledTopic:
				t.Cancel = &at
			}
		case l.Address != p.launch.Token || len(l.Topics) < 2 || l.Topics[1] != common.Hash(p.id):
		case l.Topics[0] == refundedTopic && r.returns(i, p):
			t.Refund = &at
		case l.Topics[0] == mintedTopic:
			m, err := launchABI.UnpackMintedEvent(l)
			if err != nil || m.Quantity == nil || m.Payer != p.From || !m.Quantity.IsInt64() || m.Quantity.Sign() <= 0 {
				continue
			}
			tokens := p.launch.Tokens(m.Quantity.Int64())
			if p.launch.Total(m.Quantity.Int64()).Cmp(p.Value) == 0 && r.gives(p.launch.Token, p.From, tokens) {
				t.Mint = &TracedMint{At: at, Quantity: m.Quantity.Int64(), Tokens: tokens}
			}
		}
	}
}

// returns reports whether the log after a Refunded is the asset's Transfer of the payment's
// whole value from the launch to the payer. A launch emits it in the same call, and each
// Transfer follows one Refunded only.
func (r *receipt) returns(refunded int, p traced) bool {
	if refunded+1 >= len(r.Logs) {
		return false
	}
	l := &r.Logs[refunded+1]
	return l.Address == p.launch.Asset.Address && len(l.Topics) == 3 && len(l.Data) == 32 && l.Topics[0] == transferTopic &&
		l.Topics[1] == hexAddress(p.launch.Token) && l.Topics[2] == hexAddress(p.From) && l.Index == r.Logs[refunded].Index+1 &&
		new(big.Int).SetBytes(l.Data).Cmp(p.Value) >= 0
}

// gives reports whether a token minted that many units to the account.
func (r *receipt) gives(token, to common.Address, units *big.Int) bool {
	for i := range r.Logs {
		l := &r.Logs[i]
		if l.Address == token && len(l.Topics) == 3 && len(l.Data) == 32 && l.Topics[0] == transferTopic && l.Topics[1] == (common.Hash{}) &&
			l.Topics[2] == hexAddress(to) && new(big.Int).SetBytes(l.Data).Cmp(units) == 0 {
			return true
		}
	}
	return false
}

// Executed is what a transaction in a block did, by its events. Any contract can emit
// them, about any account: the caller decides which contracts it knows.
type Executed struct {
	At        mint.Mark
	Reverted  bool
	Final     bool         // whether the block is final
	Transfers []Movement   // of ERC-20 tokens, in order
	Mints     []mint.Event // Minted events, with Token, ID, Payer and Quantity
}

// Movement is a Transfer event of an ERC-20 token.
type Movement struct {
	Token, From, To common.Address
	Amount          *big.Int
}

// ReadExecuted returns what any transaction did, also one of strangers. It returns nil if
// no block has it. A node that lags has no receipt yet, so nil alone proves nothing.
func ReadExecuted(ctx context.Context, c *Client, tx common.Hash) (*Executed, error) {
	found, err := c.read.receipts(ctx, []common.Hash{tx})
	if err != nil || found[0] == nil {
		return nil, err
	}
	_, final, err := c.Head(ctx)
	if err != nil {
		return nil, err
	}
	r := found[0]
	e := &Executed{At: mint.Mark{Block: uint64(*r.Block), BlockHash: r.BlockHash, Tx: r.Hash}, Reverted: *r.Status == 0, Final: uint64(*r.Block) <= final.Number}
	for i := range r.Logs {
		if err := e.add(&r.Logs[i]); err != nil {
			return nil, fmt.Errorf("read transaction %s: log %d: %w", tx, r.Logs[i].Index, err)
		}
	}
	return e, nil
}

// add adds an event. A Minted event that cannot be decoded is of another kind of
// contract, and is left out.
func (e *Executed) add(l *types.Log) error {
	if len(l.Topics) != 3 {
		return nil
	}
	switch l.Topics[0] {
	case transferTopic:
		if len(l.Data) != 32 {
			return nil // another standard's
		}
		e.Transfers = append(e.Transfers, Movement{Token: l.Address, From: common.BytesToAddress(l.Topics[1][12:]), To: common.BytesToAddress(l.Topics[2][12:]), Amount: new(big.Int).SetBytes(l.Data)})
	case mintedTopic:
		if len(l.Data) == 0 {
			return nil
		}
		m, err := launchABI.UnpackMintedEvent(l)
		var n int64
		if err == nil {
			n, err = count(m.Quantity)
		}
		if err == nil {
			e.Mints = append(e.Mints, mint.Event{Kind: mint.EventMinted, Token: l.Address, ID: mint.PaymentID(m.Id), Payer: m.Payer, Quantity: n, At: mark(l)})
		}
	}
	return nil
}
