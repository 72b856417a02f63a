package mint_test

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/store"
	"github.com/mint402/mint402/x402"
)

var (
	simSender = common.HexToAddress("0x5e")
	simMinter = common.HexToAddress("0x31")
	simUSDC   = x402.Asset{Address: common.HexToAddress("0xa55e7"), Symbol: "USDC", Name: "USDC", Version: "2", Decimals: 6}
)

func simLaunch(allotments int64) mint.Launch {
	return mint.Launch{Slug: "ping", ChainID: 84532, Token: common.HexToAddress("0x70ce"), DeployedAt: 1, Asset: simUSDC,
		Name: "Ping", Symbol: "PING", Price: big.NewInt(100_000), Allotment: big.NewInt(5000), Cap: allotments, Limit: allotments,
		Treasury: common.HexToAddress("0x7e"), Owner: common.HexToAddress("0x0e"), Minter: simMinter}
}

// world is one history: a chain, the database file, and the engine that may be
// killed and started again.
type world struct {
	t      testing.TB
	rng    *rand.Rand
	chain  *simChain
	launch mint.Launch
	path   string
	store  *store.Store
	engine *mint.Engine

	payers   []*ecdsa.PrivateKey
	payments []simPayment
	answers  map[mint.PaymentID]mint.State // newest state told to the payer
	sent     map[mint.PaymentID]bool       // claimed with us at some time
}

type simPayment struct {
	payment  x402.Payment
	quantity int64
	id       mint.PaymentID
}

func newWorld(t testing.TB, rng *rand.Rand, allotments int64) *world {
	w := &world{t: t, rng: rng, launch: simLaunch(allotments), path: filepath.Join(t.TempDir(), "mint402.db"),
		answers: map[mint.PaymentID]mint.State{}, sent: map[mint.PaymentID]bool{}}
	w.chain = newSimChain(8, w.launch)
	w.chain.mine(nil)
	w.open()
	if err := w.store.SaveLaunch(context.Background(), w.launch); err != nil {
		t.Fatal(err)
	}
	w.crash()
	return w
}

// payer makes an account with money for so many allotments.
func (w *world) payer(allotments int64) *ecdsa.PrivateKey {
	seed := crypto.Keccak256([]byte(strconv.Itoa(len(w.payers))))
	key, err := crypto.ToECDSA(seed)
	if err != nil {
		w.t.Fatal(err)
	}
	w.payers = append(w.payers, key)
	for _, b := range w.chain.blocks { // had it from the start, whatever a reorg takes
		b.state.balances[crypto.PubkeyToAddress(key.PublicKey)] = allotments * w.launch.Price.Int64()
	}
	return key
}

// open starts the engine on whatever the database holds.
func (w *world) open() {
	var err error
	if w.store, err = store.Open(w.path); err != nil {
		w.t.Fatal(err)
	}
	w.engine = &mint.Engine{Store: w.store, Chain: w.chain, ChainID: w.launch.ChainID, Clock: func() time.Time { return w.chain.now },
		Senders: []common.Address{simSender}, Minter: simMinter, Settings: mint.Settings{BatchSize: 4, Stale: time.Hour}}
	if os.Getenv("SIM_LOG") != "" {
		w.engine.Log = slog.New(slog.NewTextHandler(os.Stderr, nil))
	}
	if err := w.engine.Open(context.Background()); err != nil {
		w.t.Fatal(err)
	}
}

// crash ends the process without a word and starts it again: nothing survives
// but the file.
func (w *world) crash() {
	if err := w.store.Close(); err != nil {
		w.t.Fatal(err)
	}
	w.open()
}

func (w *world) sign(key *ecdsa.PrivateKey, quantity int64, window time.Duration) simPayment {
	var nonce common.Hash
	for i := range nonce {
		nonce[i] = byte(w.rng.Uint32())
	}
	a := x402.Authorization{From: crypto.PubkeyToAddress(key.PublicKey), To: w.launch.Token, Value: w.launch.Total(quantity),
		ValidAfter: new(big.Int), ValidBefore: big.NewInt(w.chain.now.Add(window).Unix()), Nonce: nonce}
	sig, err := a.Sign(simUSDC.Domain(w.launch.ChainID), key)
	if err != nil {
		w.t.Fatal(err)
	}
	p := simPayment{x402.Payment{Version: 2, Scheme: x402.SchemeExact, Network: x402.CAIP2(w.launch.ChainID), Authorization: a, Signature: sig},
		quantity, w.chain.id(a)}
	w.payments = append(w.payments, p)
	return p
}

// present offers a payment without waiting for what becomes of it.
func (w *world) present(p simPayment) (mint.Order, error) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	order, err := w.engine.Mint(ctx, w.launch.Slug, p.quantity, p.payment)
	if err == nil {
		w.sent[p.id] = true
	}
	return order, err
}

func (w *world) step() {
	if err := w.engine.Step(context.Background()); err != nil {
		w.t.Logf("step: %v", err)
	}
}

// settle lets the world come to rest: an honest node, blocks, and steps until
// everything is final.
func (w *world) settle() {
	no := func() bool { return false }
	w.chain.sendFails, w.chain.sendDrops, w.chain.sendMissing, w.chain.paused = no, no, no, false
	for range 40 {
		w.step()
		w.chain.mine(nil)
	}
	w.chain.now = w.chain.now.Add(3 * time.Hour)
	for range 40 {
		w.step()
		w.chain.mine(nil)
	}
	w.step()
}

// check holds the promise against the model after any step: what the contract
// minted, it minted once and for money; and the counters are the chain's.
func (w *world) check() {
	w.t.Helper()
	s := w.chain.head().state
	var sold int64
	for id, n := range s.mints {
		if n > 1 {
			w.t.Fatalf("%s was minted %d times", id, n)
		}
		if s.charged[id] == 0 {
			w.t.Fatalf("%s was minted and nothing was charged", id)
		}
		sold += s.charged[id] / w.launch.Price.Int64()
	}
	if sold != s.sold || sold > w.launch.Cap {
		w.t.Fatalf("%d allotments paid for, %d sold, cap %d", sold, s.sold, w.launch.Cap)
	}
}

// checkEnd says what must be true once everything is final.
func (w *world) checkEnd() {
	w.t.Helper()
	ctx := context.Background()
	s := w.chain.head().state
	l, err := w.store.Launch(ctx, w.launch.Slug)
	if err != nil {
		w.t.Fatal(err)
	}
	if l.Sold != s.sold {
		w.t.Fatalf("the database says %d sold, the chain %d", l.Sold, s.sold)
	}
	var owed int64
	for _, p := range w.payments {
		order, err := w.store.Order(ctx, p.id)
		charged, minted := s.charged[p.id], s.mints[p.id]
		if errors.Is(err, mint.ErrNotFound) {
			if charged != 0 {
				w.t.Fatalf("%s was charged and there is no order", p.id)
			}
			continue
		}
		if err != nil {
			w.t.Fatal(err)
		}
		switch state := order.State(); {
		case minted == 1 && state == mint.Minted && charged != 0:
		case minted == 0 && state == mint.Voided && charged == 0:
		case minted == 0 && state == mint.Settled && charged != 0 && s.sold+p.quantity > w.launch.Cap:
			owed += p.quantity // owed and visible; the owner refunds what the cap does not leave room for
		default:
			w.t.Fatalf("payment %s ended %s (%s): charged %d, minted %d times", p.id, state, order.Reason(), charged, minted)
		}
	}
	if l.Reserved != owed {
		w.t.Fatalf("%d allotments stay reserved, %d are owed", l.Reserved, owed)
	}
}

// TestEveryPaymentEndsMintedOnceOrNeverCharged plays seeded histories in which
// payers, strangers, the node, the chain and the power do what they can. A
// failing seed is in the name of the subtest.
func TestEveryPaymentEndsMintedOnceOrNeverCharged(t *testing.T) {
	seeds := 150
	if n, err := strconv.Atoi(os.Getenv("SIM_SEEDS")); err == nil {
		seeds = n
	}
	for seed := range seeds {
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			t.Parallel()
			playHistory(t, uint64(seed))
		})
	}
}

func playHistory(t *testing.T, seed uint64) {
	rng := rand.New(rand.NewPCG(seed, 402))
	chance := func(percent int) func() bool { return func() bool { return rng.IntN(100) < percent } }
	w := newWorld(t, rng, 5+rng.Int64N(20))
	for range 6 {
		w.payer(rng.Int64N(8))
	}
	w.chain.sendFails, w.chain.sendDrops, w.chain.sendMissing = chance(10), chance(10), chance(10)
	some := func() *simPayment {
		if len(w.payments) == 0 {
			return nil
		}
		return &w.payments[rng.IntN(len(w.payments))]
	}
	for range 60 + rng.IntN(60) {
		switch action := rng.IntN(24); {
		case action < 5:
			p := w.sign(w.payers[rng.IntN(len(w.payers))], 1+rng.Int64N(3), time.Duration(10+rng.IntN(200))*time.Second)
			if rng.IntN(8) != 0 { // some are signed and never reach us
				w.offer(p)
			}
		case action < 7:
			if p := some(); p != nil {
				w.offer(*p)
			}
		case action < 11:
			w.chain.mine(rng)
		case action < 16:
			w.step()
		case action == 16 || action == 17:
			if p := some(); p != nil {
				kind := []string{"cancel", "direct", "direct", "stranger"}[rng.IntN(4)]
				w.chain.submit(simTx{Kind: kind, Token: w.launch.Token,
					Auths: []x402.Authorization{p.payment.Authorization}, Quantities: []int64{p.quantity}})
			}
		case action == 18:
			w.chain.submit(simTx{Kind: "donate", Token: w.launch.Token, Amount: rng.Int64N(300_000) + 1})
		case action == 19:
			w.crash()
		case action == 20: // somebody uses the sender's key elsewhere
			w.chain.submit(simTx{Kind: "other", Token: w.launch.Token, Sender: simSender,
				AccountNonce: w.chain.head().state.nonces[simSender], Fee: 1 << 40})
		case action > 20:
			// Reorgs stay above what was called final.
			w.chain.reorg(1+rng.IntN(int(w.chain.finality)-1), rng.IntN(4) == 0)
			for range w.chain.finality {
				w.chain.mine(rng)
			}
		}
		w.check()
	}
	w.settle()
	w.check()
	w.checkEnd()
}

// offer presents a payment and holds the answer against what was answered
// before: once claimed, never refused again until a final block says never.
func (w *world) offer(p simPayment) {
	w.t.Helper()
	known := w.sent[p.id]
	order, err := w.present(p)
	if err != nil {
		var refused *x402.RefusedError
		switch paid := w.chain.head().state.charged[p.id] != 0; {
		case !errors.As(err, &refused):
		case known:
			w.t.Fatalf("payment %s was claimed and is answered 402: %v", p.id, err)
		case paid && refused.Reason == x402.ReasonNonceUsed:
			w.t.Fatalf("payment %s was paid and is answered 402: %v", p.id, err)
		}
		return
	}
	state := order.State()
	switch before := w.answers[p.id]; {
	case before.Final() && state != before:
		w.t.Fatalf("payment %s was told %s, which is final, and now %s", p.id, before, state)
	case state == mint.Voided && w.chain.blocks[w.chain.final().Number].state.charged[p.id] != 0:
		w.t.Fatalf("payment %s is voided and was charged", p.id)
	}
	w.answers[p.id] = state
}
