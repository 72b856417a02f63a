package mint_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/x402"
)

// check holds every law that has to hold at any moment.
func (p *play) check() {
	if p.broken != nil {
		return
	}
	if err := p.chain.check(); err != nil {
		p.breaks("%v", err)
	}
	if p.audited != p.disk.commits {
		p.audited = p.disk.commits
		p.checkDatabase()
	}
}

// check holds the promise at the model's head: what was minted, was minted once,
// for money that came in, and within the cap.
func (c *simChain) check() error {
	s := c.head().state
	sold := map[common.Address]int64{}
	for id, n := range s.mints {
		m := s.minted[id]
		sold[m.token] += m.quantity
		switch l := c.launch(m.token); {
		case n != 1:
			return fmt.Errorf("%s was minted %d times", id, n)
		case s.charged[id] != l.Total(m.quantity).Int64() || s.payee[id] != m.token:
			return fmt.Errorf("%s was minted %d times the price, and %d was charged", id, m.quantity, s.charged[id])
		case s.refunded[id] != 0:
			return fmt.Errorf("%s was minted and refunded", id)
		case !l.Open(time.Unix(s.paidAt[id], 0)):
			return fmt.Errorf("%s was paid outside of the sale, and minted", id)
		}
	}
	for _, l := range c.launches {
		sale := s.sales[l.Token]
		switch {
		case sold[l.Token] != sale.sold || sale.sold > l.Cap:
			return fmt.Errorf("%s: %d allotments paid for, %d sold, cap %d", l.Slug, sold[l.Token], sale.sold, l.Cap)
		case sale.sold*l.Price.Int64() > sale.held+sale.withdrawn:
			return fmt.Errorf("%s: %d sold, %d held, %d withdrawn", l.Slug, sale.sold, sale.held, sale.withdrawn)
		}
	}
	return nil
}

// check is the play's for a world in which little goes wrong.
func (w *world) check() {
	w.t.Helper()
	if err := w.chain.check(); err != nil {
		w.t.Fatal(err)
	}
}

// checkDatabase holds what is on disk against the chain and what was on disk.
func (p *play) checkDatabase() {
	orders, err := p.audit.orders()
	if err != nil {
		p.breaks("%v", err)
		return
	}
	derived := map[string][2]int64{}
	for id, now := range orders {
		counts := derived[now.launch]
		if now.state.Sold() {
			counts[0] += now.quantity
		}
		if now.state.Reserves() {
			counts[1] += now.quantity
		}
		derived[now.launch] = counts
		p.visited[now.state] = true
		was, known := p.before[id]
		if known && (was.state == mint.Minted || was.state == mint.Voided) && now.state != was.state && !p.returned(id) && !p.invented(now) && !p.late(now.launch, id) {
			p.breaks("%s was %s, which is final, and is %s", id, was.state, now.state)
		}
		if known && was.state == mint.Mined && was.hash != now.hash && !p.excused(was) && !p.fibbed(was) {
			p.breaks("%s was mined in block %d, which no reorg took, and is %s", id, was.block, now.state)
		}
		if p.neverMinted(now) {
			p.breaks("%s is %s in block %d, which did not mint it", id, now.state, now.block)
		}
		if known && was.state == now.state {
			continue
		}
		switch now.state {
		case mint.Minted:
			p.checkMinted(now)
		case mint.Voided:
			p.checkVoided(now)
		}
	}
	for id := range p.acknowledged {
		if !orders[id].claimed {
			p.breaks("the claim of %s was acknowledged and is not there", id)
		}
	}
	counters, err := p.audit.counters()
	if err != nil {
		p.breaks("%v", err)
	}
	for slug, c := range counters {
		if c != derived[slug] {
			p.breaks("%s: the counters say %d sold and reserved, its orders %d", slug, c, derived[slug])
		}
	}
	if err := p.audit.concluded(p.checkConcluded); err != nil {
		p.breaks("%v", err)
	}
	p.checkJournal(orders)
	p.before = orders
}

// checkConcluded: what became of an account nonce is concluded from final blocks.
func (p *play) checkConcluded(l line) {
	if p.concluded[l.id] {
		return
	}
	p.concluded[l.id] = true
	final := p.chain.finalBlock()
	mined := slices.ContainsFunc(p.chain.blocks[:p.chain.final+1], func(b *simBlock) bool { return b.receipt(l.tx) != nil })
	switch {
	case l.how == "final" && !mined:
		p.breaks("account nonce %d of %s is concluded with %s, which is in no final block", l.accountNonce, l.sender, l.tx)
	case l.how == "dropped" && final.state.nonces[l.sender] <= l.accountNonce:
		p.breaks("account nonce %d of %s is given up, and is not used up to block %d", l.accountNonce, l.sender, final.block.Number)
	}
}

// returned says that the owner gave money back that was no price, as by another
// authorization with the same payment nonce. The payment that was never taken is
// then refunded as well as voided.
func (p *play) returned(id mint.PaymentID) bool {
	return p.chain.head().state.refunded[id] != 0 && p.owed(id) == 0
}

// invented says that an order is settled only by the word of a node that invents money:
// the chain has none. It is void again once the books are found to differ.
func (p *play) invented(now row) bool {
	if p.net.fibber == nil || !p.net.fibber.inventive {
		return false
	}
	return now.state == mint.Settled && p.chain.head().state.charged[now.id] == 0
}

// over says that a launch's sale has ended in a final block, so that nothing is
// minted any more.
func (p *play) over(slug string) bool {
	return slices.ContainsFunc(p.launches, func(l mint.Launch) bool {
		return l.Slug == slug && l.Closed(p.chain.finalBlock().block.Time)
	})
}

// late says that money came for a launch whose sale is over. Its payment may be void
// until then, and is given back.
func (p *play) late(slug string, id mint.PaymentID) bool {
	return p.over(slug) && p.chain.head().state.charged[id] != 0
}

// excused says that a mint may have been taken back: a reorg took its block, or
// the node that we read from is on a branch without it.
func (p *play) excused(was row) bool {
	if p.chain.removed[was.hash] {
		return true
	}
	number, hash, err := p.audit.head()
	return err != nil || number >= uint64(len(p.chain.blocks)) || p.chain.blocks[number].block.Hash != hash
}

func (p *play) checkMinted(r row) {
	if r.block > p.chain.final || p.chain.blocks[r.block].block.Hash != r.hash {
		p.breaks("%s is final in block %d %s, which is not", r.id, r.block, r.hash)
	} else if m := p.chain.blocks[r.block].state.minted[r.id]; m.quantity != r.quantity {
		p.breaks("%s is final with %d allotments, and the chain minted %d", r.id, r.quantity, m.quantity)
	}
}

// checkVoided holds that a payment can never execute, and did not.
//
// After the close of the sale it may still be executed, and is then given back.
func (p *play) checkVoided(r row) {
	id, final := r.id, p.chain.finalBlock()
	if p.over(r.launch) {
		return
	}
	if !p.dead(id) {
		p.breaks("%s is voided, and a block after %d may still take it", id, final.block.Number)
	}
	if p.owed(id) > 0 {
		p.breaks("%s is voided, and was paid", id)
	}
}

// owed is how many allotments the money that came in by an id has paid for; 0 if
// it is no price, and only the owner can return it.
func (p *play) owed(id mint.PaymentID) int64 {
	s := p.chain.head().state
	if s.charged[id] == 0 {
		return 0
	}
	l := p.chain.launch(s.payee[id])
	return l.Quantity(bigInt(s.charged[id]))
}

// dead says that the final block shows that a payment can never execute.
func (p *play) dead(id mint.PaymentID) bool {
	final := p.chain.finalBlock()
	if final.state.used[id] {
		return true
	}
	return !slices.ContainsFunc(p.payments, func(pay simPayment) bool {
		return pay.id == id && final.block.Time.Unix() < pay.payment.Authorization.ValidBefore.Int64()
	})
}

// offer presents a payment, and holds the answer against what was answered and
// done before.
func (p *play) offer(pay simPayment) {
	if p.broken != nil || p.disk.isDead() || !priced(pay, p.launches) || p.pair != nil && !p.started() {
		return
	}
	alone := !p.inside
	was := p.before
	if alone {
		p.check()
		was = p.before
	}
	if !p.inside {
		p.deciding = pay
	}
	order, err := p.present(pay)
	if !p.inside {
		p.deciding = simPayment{}
	}
	if p.disk.isDead() {
		return // whatever it was, nobody was told
	}
	p.say("presented", "payment", pay.id, "state", order.State(), "err", err)
	var refused *x402.RefusedError
	switch {
	case errors.As(err, &refused):
		p.checkRefused(pay, refused, alone)
	case err == nil:
		p.checkTold(order)
		p.acknowledged[pay.id] = !order.Foreign()
		p.told[pay.id] = order
		if order.Foreign() {
			delete(p.acknowledged, pay.id)
		}
	}
	if alone {
		p.check()
		if _, known := was[pay.id]; !known && p.before[pay.id].claimed {
			p.checkClaim(p.before[pay.id])
		}
	}
}

// checkRefused: 402 makes a stock client sign and pay anew, so it is never said
// of what may have been broadcast, until a final block says never.
func (p *play) checkRefused(pay simPayment, refused *x402.RefusedError, alone bool) {
	switch {
	case p.acknowledged[pay.id]:
		p.breaks("%s was claimed and is answered 402: %v", pay.id, refused)
	case p.shown[pay.id] && !p.dead(pay.id):
		p.breaks("%s was broadcast and is answered 402: %v", pay.id, refused)
	case alone && p.before[pay.id].state != "":
		p.breaks("%s is %s and is answered 402: %v", pay.id, p.before[pay.id].state, refused)
	case alone && p.owed(pay.id) > 0 && p.agreed() && p.chain.head().state.refunded[pay.id] == 0:
		p.breaks("%s was paid and is answered 402: %v", pay.id, refused)
	}
}

// agreed says that every node sees the same chain.
func (p *play) agreed() bool {
	return !slices.ContainsFunc(p.net.nodes, func(n *simNode) bool { return n.blocks[len(n.blocks)-1] != p.chain.head() })
}

// priced says that an authorization is for what is offered with it.
func priced(pay simPayment, launches []mint.Launch) bool {
	return slices.ContainsFunc(launches, func(l mint.Launch) bool {
		return l.Slug == pay.slug && l.Total(pay.quantity).Cmp(pay.payment.Authorization.Value) == 0
	})
}

// checkTold: final answers never change, and mined ones only by a reorg.
func (p *play) checkTold(now mint.Order) {
	before, known := p.told[now.ID]
	if !known {
		return
	}
	switch was, is := before.State(), now.State(); {
	case was.Final() && (is != was || is == mint.Minted && now.Mint != before.Mint) && !p.returned(now.ID) && !p.late(now.Launch, now.ID):
		p.breaks("%s was told %s, which is final, and now %s", now.ID, was, is)
	case was == mint.Refunded && before.Final && is != was:
		p.breaks("%s was told refunded, which is final, and now %s", now.ID, is)
	case was == mint.Mined && now.Mint != before.Mint &&
		!p.excused(row{block: before.Mint.Block, hash: before.Mint.BlockHash}) && !p.fibbed(row{id: now.ID, block: before.Mint.Block}):
		p.breaks("%s was told mined in block %d, which no reorg took, and now %s", now.ID, before.Mint.Block, is)
	}
}

// checkClaim: nobody reserves what is not there, or without the money for it.
func (p *play) checkClaim(r row) {
	counters, err := p.audit.counters()
	if err != nil {
		p.breaks("%v", err)
	}
	for _, l := range p.launches {
		if c := counters[l.Slug]; l.Slug == r.launch && c[0]+c[1] > l.Cap {
			p.breaks("%s was claimed with %d of %d allotments sold and reserved", r.id, c, l.Cap)
		}
	}
	var promised int64
	for _, o := range p.before {
		if o.payer == r.payer {
			promised += o.promised
		}
	}
	if promised > p.inflow[r.payer] {
		p.breaks("%s promised %d and never had more than %d", r.payer, promised, p.inflow[r.payer])
	}
}

// checkEnd says what must be true once everything is final.
func (p *play) checkEnd() {
	if p.broken != nil {
		return
	}
	s, owed := p.chain.head().state, map[string]int64{}
	ids := map[mint.PaymentID]bool{}
	for _, pay := range p.payments {
		ids[pay.id] = true
	}
	for id := range ids {
		p.checkOutcome(id, owed)
	}
	counters, err := p.audit.counters()
	if err != nil {
		p.breaks("%v", err)
	}
	p.checkSignings()
	for _, l := range p.launches {
		if c := counters[l.Slug]; c != [2]int64{s.sales[l.Token].sold, owed[l.Slug]} {
			p.breaks("%s: the database says %d sold and reserved, the chain %d and %d", l.Slug, c, s.sales[l.Token].sold, owed[l.Slug])
		}
		if faults := p.engine.Faults(l.Slug); len(faults) > 0 {
			p.breaks("%s does not sell again: %v", l.Slug, faults)
		}
	}
	if txs, err := p.store.InFlight(context.Background()); err != nil || len(txs) > 0 {
		p.breaks("%d transactions are in flight for ever: %v", len(txs), err)
	}
}

// checkOutcome: a payment that reached a launch ends minted, or owed and visible,
// or refunded; one that did not ends voided, or was never taken.
func (p *play) checkOutcome(id mint.PaymentID, owed map[string]int64) {
	s, o := p.chain.head().state, p.before[id]
	charged, minted, refunded := s.charged[id], s.mints[id], s.refunded[id]
	switch {
	case minted == 1 && o.state == mint.Minted:
	case refunded != 0 && o.state == mint.Refunded:
	case charged == 0 && (o.state == mint.Voided || o.state == ""):
	case charged != 0 && minted == 0 && refunded == 0:
		l, quantity := p.chain.launch(s.payee[id]), p.owed(id)
		if quantity == 0 {
			if visible, err := p.audit.received(id); err != nil || !visible {
				p.breaks("%d of %s came in and nobody sees it (%v)", charged, id, err)
			}
			return
		}
		owed[l.Slug] += quantity
		if o.state != mint.Settled {
			p.breaks("%s was charged %d and ended %q", id, charged, o.state)
		} else if s.sales[l.Token].sold+quantity <= l.Cap {
			p.breaks("%s is owed %d allotments for ever, and %d of %d are sold", id, quantity, s.sales[l.Token].sold, l.Cap)
		}
	default:
		p.breaks("%s ended %q: charged %d, minted %d times, refunded %d", id, o.state, charged, minted, refunded)
	}
}
