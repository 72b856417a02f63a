package mint_test

import (
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/x402"
)

// execute runs a transaction in a block: what it changes, the events that follow
// from its logs, and its receipt.
func (b *simBlock) execute(c *simChain, tx *simTx, h common.Hash) {
	b.txs = append(b.txs, tx)
	l := c.launch(tx.Token)
	s := simCall{b.state, c.launches, b.block.Time.Unix(), c.found(c.blocks)}
	if c.blindMined {
		s.before = nil
	}
	r := &mint.TxResult{At: mint.Mark{Block: b.block.Number, BlockHash: b.block.Hash, Tx: h},
		Skipped: map[mint.PaymentID]string{}, Cost: big.NewInt(tx.Fee)}
	b.receipts = append(b.receipts, simReceipt{h, r})
	event := func(kind mint.EventKind, token, payer common.Address, nonce common.Hash, quantity, amount int64) {
		at := r.At
		at.LogIndex = uint(len(b.events))
		b.events = append(b.events, mint.Event{Kind: kind, Token: token, ID: c.id(payer, nonce), Payer: payer, Nonce: nonce,
			Quantity: quantity, Amount: big.NewInt(amount), At: at})
	}
	minted := func(a x402.Authorization, quantity int64) {
		r.Minted = append(r.Minted, s.id(a))
		// Minted names the id, not the payment nonce.
		event(mint.EventMinted, l.Token, a.From, a.Nonce, quantity, l.Total(quantity).Int64())
		b.events[len(b.events)-1].Nonce = common.Hash{}
	}
	first := simAuthorization(tx)
	sale := b.state.sales[tx.Token]
	switch tx.Kind {
	case "batch", "stranger":
		reach := tx.Reach
		if tx.Kind == "batch" && reach == 0 {
			reach = c.starved()
		}
		if sale.paused || c.paused || !l.Open(b.block.Time) {
			r.Reverted = true
			return
		}
		for i, a := range tx.Auths {
			if reach > 0 && i >= reach {
				break
			}
			if reason := s.item(l, a, tx.Quantities[i], i < len(tx.Codeless) && tx.Codeless[i]); reason != "" {
				r.Skipped[s.id(a)] = reason
				continue
			}
			b.note(r.At, s.id(a), mint.Use{How: mint.UsePaid, To: a.To})
			minted(a, tx.Quantities[i])
		}
	case "settled":
		if s.mintSettled(l, first, tx.Quantities[0], tx.proof(), tx.Seen, tx.Sender) != "" {
			r.Reverted = true
			return
		}
		minted(first, tx.Quantities[0])
	case "direct": // one or several authorizations, submitted to the asset
		for _, a := range tx.Auths {
			if s.transfer(a) != "" {
				continue
			}
			b.note(r.At, s.id(a), mint.Use{How: mint.UsePaid, To: a.To})
			payee := c.launch(a.To)
			kind, quantity := mint.EventReceived, payee.Quantity(a.Value)
			if quantity > 0 {
				kind = mint.EventSettled
			}
			event(kind, a.To, a.From, a.Nonce, quantity, a.Value.Int64())
		}
	case "cancel":
		b.note(r.At, s.id(first), mint.Use{How: mint.UseCancelled})
		b.state.used[s.id(first)] = true
	case "fold":
		r.Reverted = s.fold(l, s.id(first), tx.proof()) != ""
	case "refund", "return": // by the owner, by the minter
		from := tx.Sender
		if tx.Kind == "refund" {
			from = simOwner
		}
		if s.refund(l, first, tx.Amount, tx.proof(), tx.Seen, from) != "" {
			r.Reverted = true
			return
		}
		event(mint.EventRefunded, l.Token, first.From, first.Nonce, 0, tx.Amount)
		b.events[len(b.events)-1].Nonce = common.Hash{}
	case "donate":
		sale.held += tx.Amount
		event(mint.EventReceived, l.Token, tx.Who, crypto.Keccak256Hash(h[:]), 0, tx.Amount)
	case "withdraw":
		if amount := min(sale.sold*l.Price.Int64()-sale.withdrawn, sale.held); amount > 0 {
			sale.held -= amount
			sale.withdrawn += amount
			event(mint.EventWithdrawn, l.Token, l.Treasury, common.Hash{}, 0, amount)
			b.events[len(b.events)-1].ID = mint.PaymentID{}
		}
	case "pause":
		sale.paused = tx.Flag
	case "minter":
		sale.minter = tx.Who
	case "owner":
		sale.owner = tx.Who
	case "freeze":
		b.state.frozen = tx.Flag
	case "refuse": // a wallet changes its mind
		b.state.refuses[tx.Who] = tx.Flag
	case "dry":
		b.state.dry[tx.Who] = tx.Flag
	case "fund": // or the opposite
		b.state.balances[tx.Who] = max(0, b.state.balances[tx.Who]+tx.Amount)
	case "other": // an account nonce of ours, used elsewhere
	default:
		panic("unknown kind of transaction " + tx.Kind)
	}
	switch tx.Kind {
	case "donate", "withdraw", "pause", "minter", "owner":
		b.state.sales[tx.Token] = sale
	}
}

func simAuthorization(tx *simTx) x402.Authorization {
	if len(tx.Auths) == 0 {
		return x402.Authorization{}
	}
	return tx.Auths[0]
}

// note keeps what used a payment nonce, if nothing did before.
func (b *simBlock) note(at mint.Mark, id mint.PaymentID, u mint.Use) {
	if b.uses == nil {
		b.uses = map[mint.PaymentID]mint.Use{}
	}
	if u.How != mint.UseCancelled || !b.state.used[id] {
		u.At = at
		b.uses[id] = u
	}
}
