package mint_test

import (
	"database/sql/driver"
	"errors"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/x402"
)

// stubborn is what all nodes refuse for a while, or charge too much for.
type stubborn struct {
	rng    *rand.Rand
	until  time.Time
	whim   whim
	items  int            // a batch of more is refused
	payer  common.Address // whose payments are
	sender common.Address // whose transactions are
	tip    int64          // below which a transaction is
	tried  map[whim]int
}

type whim int

const (
	fair whim = iota
	tooManyItems
	poisonedPayer
	poisonedSender
	namedTip
	unnamedTip
	nodeFeeCap
	everything
	greedyTip
	greedyBase
	mutePayer
	muteSender
	whims
)

// newStubborn draws from numbers of its own, so that the rest of a history stays
// what it is.
func newStubborn(seed uint64) *stubborn {
	return &stubborn{rng: rand.New(rand.NewPCG(seed, 15)), tried: map[whim]int{}}
}

// now is the whim of the moment; one in three is none.
func (s *stubborn) now(at time.Time, payers []common.Address) whim {
	if s == nil {
		return fair
	}
	if !at.Before(s.until) {
		s.until = at.Add(time.Duration(2+s.rng.IntN(30)) * time.Second)
		s.whim = fair
		if s.rng.IntN(3) > 0 {
			s.whim = 1 + whim(s.rng.IntN(int(whims)-1))
		}
		s.items, s.tip = 1+s.rng.IntN(2), []int64{150, 900, 5_000, 100_000}[s.rng.IntN(4)]
		s.payer = payers[s.rng.IntN(len(payers))]
		s.sender = []common.Address{simSender, simSecond, simMinter}[s.rng.IntN(3)]
	}
	return s.whim
}

// whim is what all nodes do now.
func (n *simNet) whim() whim {
	if n.stubborn == nil {
		return fair
	}
	return n.stubborn.now(n.simChain.now, n.payers())
}

// refusal is what every node says of a transaction, nil if it would be taken.
func (n *simNet) refusal(tx *simTx) error {
	s, now := n.stubborn, n.whim()
	refuse := func(class mint.RefusalClass, wrong bool) error {
		if !wrong {
			return nil
		}
		s.tried[now]++
		return &mint.Refusal{Class: class, Err: errors.New(string(class))}
	}
	switch now {
	case tooManyItems:
		return refuse(mint.Oversized, len(tx.Auths) > s.items)
	case poisonedPayer:
		return refuse(mint.BadGas, slices.ContainsFunc(tx.Auths, func(a x402.Authorization) bool { return a.From == s.payer }))
	case poisonedSender:
		return refuse(mint.BadSender, tx.Sender == s.sender)
	case namedTip:
		if err := refuse(mint.Underpriced, tx.Tip < s.tip); err != nil {
			var r *mint.Refusal
			errors.As(err, &r)
			r.MinTip = big.NewInt(s.tip)
			return r
		}
	case unnamedTip:
		return refuse(mint.Underpriced, tx.Tip < s.tip)
	case nodeFeeCap:
		return refuse(mint.NodeFeeCap, tx.Fee*int64(1+len(tx.Auths)) > 5_000)
	case everything:
		return refuse(mint.PoolFull, true)
	}
	return nil
}

// charged is what nodes suggest to pay.
func (n *simNet) charged(f mint.Fees) mint.Fees {
	const much = 1_000_000
	switch n.whim() {
	case greedyTip:
		n.stubborn.tried[greedyTip]++
		tip := new(big.Int).Mul(f.Tip, big.NewInt(much))
		return mint.Fees{Base: f.Base, Tip: tip, Cap: new(big.Int).Add(f.Cap, tip)}
	case greedyBase:
		n.stubborn.tried[greedyBase]++
		base := new(big.Int).Mul(f.Base, big.NewInt(much))
		return mint.Fees{Base: base, Tip: f.Tip, Cap: new(big.Int).Add(f.Tip, new(big.Int).Lsh(base, 1))}
	}
	return f
}

// unanswered says that nodes give no answer to a simulation.
func (n *simNet) unanswered(orders []mint.Order, from common.Address) error {
	switch s := n.stubborn; n.whim() {
	case mutePayer:
		if slices.ContainsFunc(orders, func(o mint.Order) bool { return o.Payer == s.payer }) {
			s.tried[mutePayer]++
			return errors.New("node: execution aborted (timeout = 5s)")
		}
	case muteSender:
		if from == s.sender {
			s.tried[muteSender]++
			return errors.New("node: execution aborted (timeout = 5s)")
		}
	}
	return nil
}

func (n *simNet) payers() (all []common.Address) {
	for _, key := range simKeys()[:5] {
		all = append(all, addressOf(key))
	}
	return all
}

// checkFee: no answer of a node makes us sign a fee above the operator's.
func (p *play) checkFee(tx *simTx) {
	if p.maxFee != nil && (tx.Fee > p.maxFee.Int64() || tx.Tip > p.maxFee.Int64()) {
		p.breaks("a %s was signed with a fee cap of %d and a tip of %d, and at most %s may be paid", tx.Kind, tx.Fee, tx.Tip, p.maxFee)
	}
}

// checkSignings: nothing is re-priced without end.
func (p *play) checkSignings() {
	err := p.audit.each("SELECT transaction_id, count(*) FROM attempts GROUP BY transaction_id HAVING count(*) > 60", func(row []driver.Value) {
		p.breaks("transaction %v was signed %v times", row[0], row[1])
	})
	if err != nil {
		p.breaks("%v", err)
	}
}

func TestTheHistoriesMeetEachRefusalAndEachFee(t *testing.T) {
	soak(t)
	meetEach(t, "whim", tooManyItems, whims, func(p *play) map[whim]int { return p.stubborn.tried })
}
