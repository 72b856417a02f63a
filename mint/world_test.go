package mint_test

import (
	"cmp"
	"context"
	"crypto/ecdsa"
	"encoding/binary"
	"errors"
	"log/slog"
	"math/big"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/store"
	"github.com/mint402/mint402/x402"
)

const (
	simChainID      = 84532
	simOtherChainID = 8453
)

var (
	simSender = common.HexToAddress("0x5e")
	simSecond = common.HexToAddress("0x5e2")
	simMinter = common.HexToAddress("0x31")
	simOwner  = common.HexToAddress("0x0e")
	simPong   = common.HexToAddress("0x70cf") // token of a second launch
	simUSDC   = x402.Asset{Address: common.HexToAddress("0xa55e7"), Symbol: "USDC", Name: "USDC", Version: "2", Decimals: 6}
	simDomain = simUSDC.Domain(simChainID)
)

func simID(chain uint64, payer common.Address, nonce common.Hash) mint.PaymentID {
	return mint.NewPaymentID(chain, simUSDC.Address, payer, nonce)
}

func simLaunch(allotments int64) mint.Launch {
	return mint.Launch{Slug: "ping", ChainID: simChainID, Token: common.HexToAddress("0x70ce"), DeployedAt: 1, Asset: simUSDC,
		Name: "Ping", Symbol: "PING", Price: big.NewInt(100_000), Allotment: big.NewInt(5000), Cap: allotments, Limit: allotments,
		Treasury: common.HexToAddress("0x7e"), Owner: simOwner, Minter: simMinter}
}

// world is a chain, a database file, and the engine that may be killed and
// started again.
type world struct {
	t          testing.TB
	rng        *rand.Rand
	chain      *simChain
	node       mint.Chain // what the engine asks after a start
	link       *link      // what it asks now
	launch     mint.Launch
	due        []mint.Launch // to be registered when the process starts
	path       string
	disk       *simDisk
	store      *store.Store
	engine     *mint.Engine
	senders    []common.Address
	external   []common.Address // accounts with a key outside the process
	maxFee     *big.Int
	foldBudget int
	skew       time.Duration // of our clock
	turns      *simTurns     // nil: the engine's parts run one after the other
	log        *slog.Logger

	facilitators *simFacilitators // nil: there are none

	payers   []*ecdsa.PrivateKey
	payments []simPayment
}

// link is the engine's chain; a test may replace the node behind it.
type link struct{ mint.Chain }

type simPayment struct {
	payment  x402.Payment
	slug     string
	quantity int64
	id       mint.PaymentID
}

// newWorld is one in which nothing goes wrong by itself.
func newWorld(t testing.TB, rng *rand.Rand, allotments int64) *world {
	return worldWith(t, rng, allotments, func(*world) {})
}

// worldWith changes the world before anything happens in it.
func worldWith(t testing.TB, rng *rand.Rand, allotments int64, change func(*world)) *world {
	w := &world{t: t, rng: rng, launch: simLaunch(allotments), disk: &simDisk{},
		path: filepath.Join(t.TempDir(), "mint402.db"), senders: []common.Address{simSender}}
	change(w)
	w.chain = newSimChain(8, w.launch)
	w.node = w.chain
	if os.Getenv("SIM_LOG") != "" {
		w.log = slog.New(slog.NewTextHandler(os.Stderr, nil))
	}
	w.chain.mine(nil)
	if err := w.create(); err != nil {
		t.Fatal(err)
	}
	w.due = []mint.Launch{w.launch}
	w.open()
	t.Cleanup(func() { w.store.Close() })
	return w
}

// create makes the database file, from a copy of an empty one.
func (w *world) create() error {
	empty, err := emptyDatabase()
	if err != nil {
		return err
	}
	disks.Store(w.path, w.disk)
	return os.WriteFile(w.path, empty, 0o600)
}

var emptyDatabase = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "sim")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "empty.db")
	s, err := store.Open(path)
	if err != nil {
		return nil, err
	}
	if err := s.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

func (w *world) clock() time.Time { return w.chain.now.Add(w.skew) }

// start starts the process on whatever the database holds.
func (w *world) start() error {
	s, err := store.OpenDriver(w.path, simDriver)
	if err != nil {
		return err
	}
	s.Now = w.clock
	w.store = s.On(w.launch.ChainID)
	if err := w.startEngine(); err != nil {
		return err
	}
	return catchUp(w.engine)
}

// startEngine starts the engine in a process that has the database open.
func (w *world) startEngine() error {
	for ; len(w.due) > 0; w.due = w.due[1:] {
		if err := w.store.SaveLaunch(context.Background(), w.due[0]); err != nil {
			return err
		}
	}
	w.link = &link{w.node}
	w.engine = &mint.Engine{Store: w.store, Chain: w.link, ChainID: w.launch.ChainID, Clock: w.clock, Log: w.log,
		Senders: w.senders, Minter: simMinter, Settings: mint.Settings{BatchSize: 4, Fold: 3, FoldBudget: w.foldBudget, Stale: time.Hour, MaxFee: w.maxFee, External: w.external}}
	if w.facilitators != nil {
		if err := w.facilitators.load(context.Background(), w); err != nil {
			return err
		}
		w.engine.Facilitators = w.facilitators
	}
	if w.turns != nil {
		w.engine.SetSchedule(w.turns)
	}
	return w.engine.Open(context.Background())
}

// catchUp steps until the chain is read up to its head, for every launch. The
// last error is returned if it never is.
func catchUp(e *mint.Engine) (err error) {
	for range 30 {
		err = e.Step(context.Background())
		behind := slices.ContainsFunc(e.Health().Faults, func(f mint.Fault) bool { return f.Code == "starting" || f.Code == "catching_up" })
		switch {
		case !behind:
			return nil
		case err != nil && !errors.Is(err, mint.ErrUnknownBlock):
			return err
		}
	}
	return cmp.Or(err, errors.New("the chain is not read up to its head"))
}

func (w *world) open() {
	w.t.Helper()
	if err := w.start(); err != nil {
		w.t.Fatal(err)
	}
}

// crash ends the process without a word and starts it again: nothing survives
// but the file.
func (w *world) crash() {
	w.t.Helper()
	if err := w.store.Close(); err != nil {
		w.t.Fatal(err)
	}
	w.open()
}

var simKeys = sync.OnceValue(func() (keys []*ecdsa.PrivateKey) {
	for i := range 256 {
		key, err := crypto.ToECDSA(crypto.Keccak256([]byte(strconv.Itoa(i))))
		if err != nil {
			panic(err)
		}
		keys = append(keys, key)
	}
	return keys
})

func addressOf(key *ecdsa.PrivateKey) common.Address { return crypto.PubkeyToAddress(key.PublicKey) }

// payer makes an account with money for so many allotments.
func (w *world) payer(allotments int64) *ecdsa.PrivateKey {
	key := simKeys()[len(w.payers)]
	w.payers = append(w.payers, key)
	for _, b := range w.chain.blocks { // had it from the start, whatever a reorg takes
		b.state.balances[addressOf(key)] = allotments * w.launch.Price.Int64()
	}
	return key
}

func (w *world) sign(key *ecdsa.PrivateKey, quantity int64, window time.Duration) simPayment {
	return w.signFor(w.launch, key, quantity, w.chain.now.Add(window), w.nonce())
}

func (w *world) nonce() (nonce common.Hash) {
	for i := 0; i < len(nonce); i += 8 {
		binary.BigEndian.PutUint64(nonce[i:], w.rng.Uint64())
	}
	return nonce
}

func (w *world) signFor(l mint.Launch, key *ecdsa.PrivateKey, quantity int64, before time.Time, nonce common.Hash) simPayment {
	a := x402.Authorization{From: addressOf(key), To: l.Token, Value: l.Total(quantity),
		ValidAfter: new(big.Int), ValidBefore: big.NewInt(before.Unix()), Nonce: nonce}
	sig, err := a.Sign(l.Asset.Domain(l.ChainID), key)
	if err != nil {
		w.t.Fatal(err)
	}
	p := simPayment{x402.Payment{Version: 2, Scheme: x402.SchemeExact, Network: x402.CAIP2(l.ChainID), Authorization: a, Signature: sig},
		l.Slug, quantity, simID(l.ChainID, a.From, a.Nonce)}
	w.payments = append(w.payments, p)
	return p
}

// present offers a payment without waiting for what becomes of it.
func (w *world) present(p simPayment) (mint.Order, error) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	order, err := w.engine.Mint(ctx, p.slug, p.quantity, &p.payment)
	if err != nil {
		return mint.Order{}, err
	}
	return *order, nil
}

func (w *world) step() {
	if err := w.engine.Step(context.Background()); err != nil {
		w.t.Logf("step: %v", err)
	}
}
