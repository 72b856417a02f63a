package mint_test

import (
	"flag"
	"testing"

	"github.com/mint402/mint402/mint"
)

var replaced = flag.Bool("replaced", false, "in each, reorgs replace settlements by other money, and keep our transactions")

// TestHistoriesOfReorgsThatReplaceSettlements plays histories with the reorgs that would make
// our mints and returns spend the money of others; one that fails is replayed with -replaced.
func TestHistoriesOfReorgsThatReplaceSettlements(t *testing.T) {
	histories(t, *seeds/3, course{replaced: true})
}

// replace lets a reorg take a settlement for which a mint or a return of ours was mined.
// Instead, the payer's other authorization is executed or it is cancelled, and others pay the
// launch; then our transaction is mined again.
func (p *play) replace() {
	var ours *simTx
	for _, b := range p.chain.blocks[p.chain.final+1:] {
		for _, tx := range b.txs {
			if (tx.Kind == "settled" || tx.Kind == "return") && (ours == nil || p.chance(50)) {
				ours = tx
			}
		}
	}
	if ours == nil {
		return
	}
	id := p.chain.id(ours.Auths[0].From, ours.Auths[0].Nonce)
	from := p.chain.finalBlock().block.Number + 1
	for _, b := range p.chain.blocks[from:] {
		if _, used := b.uses[id]; used {
			from = b.block.Number
		}
	}
	p.say("replace", "payment", id, "from", from)
	p.chain.reorg(len(p.chain.blocks)-int(from), false)
	for h, tx := range p.chain.mempool {
		for _, a := range tx.Auths {
			if !tx.ours() && p.chain.id(a.From, a.Nonce) == id {
				delete(p.chain.mempool, h)
			}
		}
	}
	delete(p.chain.mempool, ours.hash())
	var twin, other simPayment
	for _, pay := range p.payments {
		switch {
		case pay.id == id && pay.payment.Authorization.Value.Int64() != ours.Amount:
			twin = pay
		case pay.id != id && pay.payment.Authorization.To == ours.Token && p.chance(50):
			other = pay
		}
	}
	if twin.id == (mint.PaymentID{}) {
		p.chain.submit(simTx{Kind: "cancel", Token: ours.Token, Auths: ours.Auths, Quantities: ours.Quantities})
	} else {
		p.executes(twin)
	}
	if other.id != (mint.PaymentID{}) {
		p.executes(other)
	}
	p.net.blockOf(nil)
	p.chain.mempool[ours.hash()] = ours
	p.net.blockOf(nil)
}
