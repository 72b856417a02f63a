package store_test

import (
	"errors"
	"math/big"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/facilitator"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/relay"
	"github.com/mint402/mint402/store"
	"github.com/mint402/mint402/x402"
)

const (
	relayGas    = 10 // gwei that a relayed payment may cost
	relayBudget = 6 * relayGas
)

// relayed returns what payer number p offers to a shop on a chain. All but the id is equal on each.
func relayed(chain uint64, p, n int) relay.Payment {
	o := ordered(chain, "ping", p, n, 1)
	return relay.Payment{ID: o.ID, Token: "shop", Asset: usdc, Authorization: x402.Authorization{
		From: o.Payer, To: address("shop"), Value: big.NewInt(price), ValidAfter: new(big.Int), ValidBefore: big.NewInt(noon.Unix() + 60), Nonce: o.Authorization.Nonce,
	}, Signature: o.Signature, Gas: 60_000, Since: 3, Reserved: relayGas}
}

// relays moves payments that are settled for others, and sometimes asks for one of another chain.
func (w *twin) relays() {
	p := relayed(w.chain, w.rng.IntN(3), w.rng.IntN(8))
	if w.rng.IntN(5) == 0 {
		p.ID = relayed(w.chain+1, w.rng.IntN(3), w.rng.IntN(8)).ID
		if w.chain == chainID {
			p.ID = relayed(otherChain, w.rng.IntN(3), w.rng.IntN(8)).ID
		}
	}
	open := take[[]relay.Payment](w.t)(w.alone.Relayed.Unfinal(ctx))
	if len(open) > 0 && w.rng.IntN(2) == 0 {
		p.ID = open[w.rng.IntN(len(open))].ID
	}
	switch n := w.rng.IntN(10); {
	case n < 3:
		p.ID = relayed(w.chain, w.rng.IntN(3), w.rng.IntN(8)).ID
		w.both("relay", func(s *store.Store) error {
			_, err := s.Relayed.Take(ctx, p, noon.Add(-time.Hour), relayBudget)
			return err
		})
	case n < 6:
		nonce := take[uint64](w.t)(w.alone.Relayed.NextNonce(ctx))
		a := sent(w.chain, nonce+1000, w.rng.Int())
		w.both("sign relayed", func(s *store.Store) error { return s.Relayed.Carry(ctx, p.ID, nonce, a, relayGas) })
	case n < 7:
		w.both("drop relayed", func(s *store.Store) error { return s.Relayed.Drop(ctx, p.ID) })
	case n < 9:
		p.Outcome = []relay.Outcome{relay.Settled, relay.Failed, relay.Open}[w.rng.IntN(3)]
		p.Tx, p.Block, p.Cost, p.Final = digest("settled", w.chain), 7, w.rng.Int64N(relayGas), p.Outcome != relay.Open && w.rng.IntN(2) == 0
		w.both("end relayed", func(s *store.Store) error { return s.Relayed.End(ctx, p) })
	default:
		later := time.Duration(w.rng.IntN(2)) * 40 * 24 * time.Hour
		w.both("prune relayed", func(s *store.Store) error {
			s.Now = func() time.Time { return noon.Add(later) }
			defer func() { s.Now = frozen }()
			return s.Relayed.Prune(ctx)
		})
	}
}

// asks asks a facilitator for an order, or stores its answer.
func (w *twin) asks() {
	open := take[[]facilitator.Ask](w.t)(w.joint.Asks.Open(ctx))
	if len(open) > 0 && w.rng.IntN(6) > 0 {
		ask := open[w.rng.IntN(len(open))]
		answer := facilitator.Outcome{Kind: []facilitator.Kind{facilitator.Unsent, facilitator.Unsent, facilitator.Settled}[w.rng.IntN(3)], Why: "why"}
		w.both("answer", func(s *store.Store) error {
			id := ask.ID
			if s == w.alone {
				id = w.asked[id]
			}
			return s.Asks.Answer(ctx, id, answer)
		})
		return
	}
	for _, id := range w.some(1, mint.Claimed) {
		var numbers []int64
		if w.both("ask", func(s *store.Store) error {
			n, err := s.Asks.Ask(ctx, id, "https://facilitator.example")
			numbers = append(numbers, n)
			return err
		}) {
			w.asked[numbers[0]] = numbers[1]
		}
	}
}

// services returns what can be read about payments of others, asks and changes.
func (w *twin) services(s *store.Store) map[string]any {
	open := take[[]facilitator.Ask](w.t)(s.Asks.Open(ctx))
	for i := range open {
		if s == w.joint {
			open[i].ID = w.asked[open[i].ID]
		}
	}
	changes := take[[]mint.Change](w.t)(s.Changes(ctx, 0, 100_000))
	for i := range changes {
		changes[i].Sequence = 0
	}
	payments := map[mint.PaymentID]relay.Payment{}
	for p := range 3 {
		for n := range 8 {
			for _, chain := range []uint64{chainID, otherChain} {
				if found, err := s.Relayed.Payment(ctx, relayed(chain, p, n).ID); !errors.Is(err, mint.ErrNotFound) {
					must(w.t, err)
					payments[found.ID] = found
				}
			}
		}
	}
	return map[string]any{
		"asks": open, "changes": changes, "relayed": payments,
		"not final":     take[[]relay.Payment](w.t)(s.Relayed.Unfinal(ctx)),
		"relay's nonce": take[uint64](w.t)(s.Relayed.NextNonce(ctx)),
		"relay's gas":   take[int64](w.t)(s.Relayed.Spent(ctx, "shop", noon.Add(-time.Hour))),
	}
}

// The keys of the relay are often the same on each chain, and so are their account nonces.
func TestPaymentsRelayedOnTwoChainsWithOneSenderAndNonceNeverMix(t *testing.T) {
	a, b := pair(t)
	day := noon.Add(-time.Hour)
	for chain, s := range map[uint64]*store.Store{chainID: a, otherChain: b} {
		for n := range 6 { // all that the budget of a chain allows
			take[relay.Payment](t)(s.Relayed.Take(ctx, relayed(chain, 1, n), day, relayBudget))
		}
		must(t, s.Relayed.Carry(ctx, relayed(chain, 1, 0).ID, 0, sent(chain, 0, 0), relayGas))
		if _, err := s.Relayed.Take(ctx, relayed(chain, 1, 6), day, relayBudget); !errors.Is(err, relay.ErrBudget) {
			t.Errorf("chain %d: beyond the budget: %v", chain, err)
		}
	}
	foreign := relayed(chainID, 1, 0)
	foreign.Outcome, foreign.Final = relay.Failed, true
	must(t, b.Relayed.End(ctx, foreign))
	must(t, b.Relayed.Drop(ctx, foreign.ID))
	if err := b.Relayed.Carry(ctx, relayed(chainID, 1, 1).ID, 1, sent(otherChain, 1, 0), relayGas); !errors.Is(err, mint.ErrStale) {
		t.Errorf("a payment of the other chain was signed for: %v", err)
	}
	if _, err := b.Relayed.Payment(ctx, foreign.ID); !errors.Is(err, mint.ErrNotFound) {
		t.Errorf("a payment of the other chain: %v", err)
	}
	p := take[relay.Payment](t)(a.Relayed.Payment(ctx, foreign.ID))
	if !p.Signed || len(p.Attempts) != 1 || p.Outcome != relay.Open || p.Final {
		t.Errorf("after what happened on the other chain: %+v", p)
	}
	if _, err := a.On(0).Relayed.Take(ctx, relayed(chainID, 2, 1), day, relayBudget); err == nil {
		t.Error("a store of all chains took a payment")
	}
}

// The sum of two coins is no amount.
func TestGasHasNoSumOverChains(t *testing.T) {
	a, _ := pair(t)
	if _, err := a.On(0).Spent(ctx, noon); err == nil {
		t.Error("a store of all chains added up gas")
	}
}

func TestACreatorsLimitIsOverAllChains(t *testing.T) {
	a, b := pair(t)
	wallet := address("creator")
	first, second := on(chainID, "pong", 10), on(otherChain, "pong", 10)
	first.Creator, second.Creator = wallet, wallet
	limits := store.CreatorLimits{PerWallet: 1}
	must(t, store.CreatorTable{Store: a}.Save(ctx, first, limits, true))
	if err := (store.CreatorTable{Store: b}).Admits(ctx, second.Token, wallet, limits); !errors.Is(err, store.ErrWalletLimit) {
		t.Errorf("a second launch on another chain is admitted: %v", err)
	}
	if err := (store.CreatorTable{Store: b}).Save(ctx, second, limits, true); !errors.Is(err, store.ErrWalletLimit) {
		t.Errorf("a second launch on another chain: %v", err)
	}
	limits.PerWallet = 2
	must(t, store.CreatorTable{Store: b}.Admits(ctx, second.Token, wallet, limits))
	must(t, store.CreatorTable{Store: b}.Save(ctx, second, limits, true))
	must(t, store.CreatorTable{Store: a}.Save(ctx, first, limits, true)) // again
	if err := (store.CreatorTable{Store: a.On(0)}).Admits(ctx, first.Token, common.Address{1}, limits); err == nil {
		t.Error("a store of all chains admitted a contract")
	}
}
