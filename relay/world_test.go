package relay_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/mint402/mint402/amount"
	"github.com/mint402/mint402/bindings"
	"github.com/mint402/mint402/chain/devnet"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/relay"
	. "github.com/mint402/mint402/server/servertest"
	"github.com/mint402/mint402/x402"
)

// world is a chain and a database, and a relay between them.
type world struct {
	*World
	relay  *relay.Relay
	key    signer
	shop   common.Address // is paid
	tokens relay.Tokens
}

// signer signs with a key in this process.
type signer struct{ *ecdsa.PrivateKey }

func (s signer) Address() common.Address { return crypto.PubkeyToAddress(s.PublicKey) }

func (s signer) Sign(_ context.Context, chainID *big.Int, tx *types.Transaction) ([]byte, error) {
	return crypto.Sign(types.LatestSignerForChainID(chainID).Hash(tx).Bytes(), s.PrivateKey)
}

const secret = "a-secret-of-32-characters-or-more"

var network, _ = x402.NetworkByChainID(devnet.ChainID)

// tokenFile writes a file with a token, and returns its path.
func tokenFile(t *testing.T, payTo common.Address, coins string) string {
	t.Helper()
	hash := sha256.Sum256([]byte(secret))
	path := filepath.Join(t.TempDir(), "tokens.json")
	text := fmt.Sprintf(`{"tokens":[{"name":"shop","sha256":"%s","networks":["base-sepolia"],"assets":["%s"],"payTo":["%s"],"gasPerDay":"%s","rate":1000}]}`,
		hex.EncodeToString(hash[:]), devnet.USDC, payTo, coins)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func open(t *testing.T, coins string, s Sale) *world {
	t.Helper()
	w := &world{World: Open(t, s), key: signer{Key(t)}, shop: Account(Key(t))}
	_, err := w.Net.GiveGas(w.key.Address(), new(big.Int).Exp(big.NewInt(10), big.NewInt(19), nil))
	w.Must(err)
	w.MineOne()
	w.tokens, err = relay.ReadTokens(tokenFile(t, w.shop, coins), network, amount.Units.Parse)
	w.Must(err)
	w.relay = w.another(&w.Store.Relayed, w.Node)
	return w
}

// another is a relay that has nothing in memory, as after a crash.
func (w *world) another(s relay.Store, c relay.Chain) *relay.Relay {
	return &relay.Relay{Tokens: w.tokens, Store: s, Chain: c, Signer: w.key, ChainID: devnet.ChainID, MaxFee: big.NewInt(500e9), Clock: w.Engine.Clock, Log: slog.New(slog.DiscardHandler)}
}

// pays is a request to settle a payment of somebody to the shop.
func (w *world) pays(k *ecdsa.PrivateKey, value int64) *x402.SettleRequest {
	w.Helper()
	r := network.Requirement(w.shop, big.NewInt(value), 10*time.Minute)
	signed, err := x402.Sign(r, k, w.Engine.Clock())
	w.Must(err)
	p, err := x402.DecodePayment(signed.Value)
	w.Must(err)
	return &x402.SettleRequest{Version: 2, Payment: p, Requirement: r}
}

func (w *world) token() *relay.Token { t, _ := w.tokens.Find(secret); return t }

// settles asks to settle until there is an outcome that is final, and mines meanwhile.
func (w *world) settles(r *relay.Relay, q *x402.SettleRequest) relay.Payment {
	w.Helper()
	var p relay.Payment
	w.Eventually("the payment ends", func() bool {
		var err error
		if p, err = r.Settle(w.Ctx, w.token(), q); err != nil {
			w.Fatal(err)
		}
		w.Must(r.Step(w.Ctx))
		w.MineOne()
		return p.Final
	})
	return p
}

// sent is how many transactions of the relay's key the chain has.
func (w *world) sent() uint64 {
	w.Helper()
	n, err := w.Node.AccountNonce(w.Ctx, w.key.Address(), 0)
	w.Must(err)
	return n
}

// faulty wraps a store and a chain. One of their calls, chosen by its number, fails: before it has an effect, or after it.
type faulty struct {
	relay.Store
	relay.Chain
	mu     sync.Mutex
	calls  int
	at     int
	before bool
	failed atomic.Bool
}

var errCrash = errors.New("the process is gone")

// call runs a call unless the process is gone by then.
func (f *faulty) call(do func() error) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.failed.Load() {
		return errCrash
	}
	if f.calls++; f.calls != f.at {
		return do()
	}
	f.failed.Store(true)
	if !f.before {
		_ = do()
	}
	return errCrash
}

func (f *faulty) Take(ctx context.Context, p relay.Payment, day time.Time, budget int64) (stored relay.Payment, err error) {
	err = f.call(func() (err error) { stored, err = f.Store.Take(ctx, p, day, budget); return err })
	return stored, err
}

func (f *faulty) Carry(ctx context.Context, id mint.PaymentID, n uint64, a mint.Attempt, reserved int64) error {
	return f.call(func() error { return f.Store.Carry(ctx, id, n, a, reserved) })
}

func (f *faulty) End(ctx context.Context, p relay.Payment) error {
	return f.call(func() error { return f.Store.End(ctx, p) })
}

func (f *faulty) Send(ctx context.Context, raw []byte) error {
	return f.call(func() error { return f.Chain.Send(ctx, raw) })
}

func (f *faulty) Mined(ctx context.Context, hashes []common.Hash, head mint.Block) (m []*mint.TxResult, err error) {
	err = f.call(func() (err error) { m, err = f.Chain.Mined(ctx, hashes, head); return err })
	return m, err
}

// deaf is a chain whose nodes take transactions and lose them.
type deaf struct{ relay.Chain }

func (d *deaf) Send(context.Context, []byte) error { return nil }

// submit has a stranger send a payment.
func (w *world) submit(q *x402.SettleRequest) {
	w.Helper()
	a := q.Payment.Authorization
	w.Send(devnet.USDC, bindings.NewTestUSDC().PackTransferWithAuthorization(a.From, a.To, a.Value, a.ValidAfter, a.ValidBefore, a.Nonce, q.Payment.Signature))
}

// rewritten is a copy of a file with a text replaced.
func rewritten(t *testing.T, path, from, to string, mode os.FileMode) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(string(data), from, to, 1)
	copied := filepath.Join(t.TempDir(), "tokens.json")
	if err := os.WriteFile(copied, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	return copied
}

// hanging is a chain on which no node simulates the payments of one payer.
type hanging struct {
	relay.Chain
	payer common.Address
}

func (h *hanging) Try(ctx context.Context, from, to common.Address, input []byte, at uint64) (uint64, error) {
	if common.BytesToAddress(input[4:36]) == h.payer {
		return 0, context.DeadlineExceeded
	}
	return h.Chain.Try(ctx, from, to, input, at)
}

// watching is a chain that fails the test if a transaction is sent which is not stored.
type watching struct {
	relay.Chain
	w     *world
	q     *x402.SettleRequest
	sends int
}

func (c *watching) Send(ctx context.Context, raw []byte) error {
	a := c.q.Payment.Authorization
	p, err := c.w.Store.Relayed.Payment(ctx, mint.NewPaymentID(devnet.ChainID, c.q.Requirement.Asset, a.From, a.Nonce))
	if err != nil || !slices.ContainsFunc(p.Attempts, func(a mint.Attempt) bool { return bytes.Equal(a.Raw, raw) }) {
		c.w.Errorf("sent and not stored: %+v, %v", p, err)
	}
	c.sends++
	return c.Chain.Send(ctx, raw)
}

// counting counts how often a chain is asked.
type counting struct {
	relay.Chain
	uses, mined int
}

func (c *counting) Usage(ctx context.Context, l mint.Launch, keys []mint.PayerKey, after, to mint.Block) ([]mint.Use, error) {
	c.uses++
	return c.Chain.Usage(ctx, l, keys, after, to)
}

func (c *counting) Mined(ctx context.Context, hashes []common.Hash, head mint.Block) ([]*mint.TxResult, error) {
	c.mined++
	return c.Chain.Mined(ctx, hashes, head)
}
