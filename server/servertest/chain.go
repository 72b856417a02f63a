package servertest

import (
	"context"
	"crypto/ecdsa"
	"math/big"
	"slices"
	"sync/atomic"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/ethclient"

	"github.com/mint402/mint402/bindings"
	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/chain/devnet"
	"github.com/mint402/mint402/mint"
)

// quickChain records how far the chain's clock is ahead of ours. Each block is at least
// 1 s later than the one before, by its own time, and a test makes many blocks a second.
type quickChain struct {
	mint.Chain
	ahead atomic.Int64 // nanoseconds
}

// Head reads the newest and the final block, and updates ahead.

func (c *quickChain) Head(ctx context.Context) (latest, final mint.Block, err error) {
	latest, final, err = c.Chain.Head(ctx)
	if err == nil {
		c.ahead.Store(max(0, int64(time.Until(latest.Time))))
	}
	return latest, final, err
}

// Deploy deploys a launch with the terms of a sale and saves it under a slug. Without
// other terms, an allotment is 5,000 tokens, and the cap is 1,000 allotments.
func (w *World) Deploy(slug string, s Sale, minter common.Address) mint.Launch {
	w.Helper()
	units := func(n int64) *big.Int {
		return new(big.Int).Mul(big.NewInt(n), new(big.Int).Exp(big.NewInt(10), big.NewInt(18), nil))
	}
	terms := bindings.Terms{Name: "Ping", Symbol: "PING", Asset: devnet.USDC, Price: big.NewInt(Price),
		Allotment: units(5000), Cap: units(5000 * 1000), Limit: big.NewInt(10),
		Treasury: common.HexToAddress("0x7777777777777777777777777777777777777777"), Owner: w.Owner, Minter: minter}
	if s.Name != "" {
		terms.Name = s.Name
	}
	if s.Symbol != "" {
		terms.Symbol = s.Symbol
	}
	if s.Cap != 0 {
		terms.Cap, terms.Limit = units(5000*s.Cap), big.NewInt(min(10, s.Cap))
	}
	if s.Limit != 0 {
		terms.Limit = big.NewInt(s.Limit)
	}
	if s.Opens != 0 {
		terms.OpensAt = uint64(time.Now().Add(s.Opens).Unix())
	}
	if s.Closes != 0 {
		terms.ClosesAt = uint64(time.Now().Add(s.Closes).Unix())
	}
	var l mint.Launch
	w.OnChain(func() error {
		deployed, err := w.Node.Deploy(w.Ctx, w.Owner, chain.Deployment{Terms: terms})
		if err == nil {
			l, err = w.Node.ReadLaunch(w.Ctx, deployed.Token)
		}
		return err
	})
	l.Slug, l.Description = slug, "A test."
	if s.Edit != nil {
		s.Edit(&l)
	}
	w.Must(w.Store.SaveLaunch(w.Ctx, l))
	return l
}

// operate starts the operator. It steps the engine every 10 ms and, while Mining is true,
// mines the transactions that the engine sent.
func (w *World) operate() {
	ctx, cancel := context.WithCancel(w.Ctx)
	done := make(chan struct{})
	w.Cleanup(func() { cancel(); <-done })
	go func() {
		defer close(done)
		tick := time.NewTicker(10 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			select { // a test may fail while the operator is stopped, and must end then
			case <-ctx.Done():
				return
			case w.turn <- struct{}{}:
			}
			if err := stepAndMine(ctx, w); err != nil && ctx.Err() == nil {
				w.Engine.Log.Error("operate", "err", err)
			}
			w.GoOn()
		}
	}()
}

// Stop waits for the operator's running step, and stops the operator until GoOn.
func (w *World) Stop() { w.turn <- struct{}{} }

// GoOn lets the operator work again after Stop.
func (w *World) GoOn() { <-w.turn }

// catchUp steps until the engine has read the chain up to its head, 30 times at most. On a busy machine the
// deployment leaves more blocks than one step reads.
func catchUp(ctx context.Context, e *mint.Engine) error {
	reading := func(f mint.Fault) bool { return f.Code == "starting" || f.Code == "catching_up" }
	err := e.Step(ctx)
	for n := 1; err == nil && n < 30 && slices.ContainsFunc(e.Faults(""), reading); n++ {
		err = e.Step(ctx)
	}
	return err
}

// SetAhead puts the engine's clock ahead of the machine's while no step runs. A step that
// waits for its node would take the jump for a silence of the node, and the server
// would stop selling until the answer. While the operator is stopped, a test stores Ahead itself.
func (w *World) SetAhead(d time.Duration) {
	w.Stop()
	defer w.GoOn()
	w.Ahead.Store(int64(d))
}

// stepAndMine lets the engine take one step. It mines a block if that left a transaction in
// flight that is not mined.
func stepAndMine(ctx context.Context, w *World) error {
	if err := w.Engine.Step(ctx); err != nil {
		return err
	}
	txs, err := w.Store.InFlight(ctx)
	if err != nil || !w.Mining.Load() {
		return err
	}
	for _, tx := range txs {
		if !tx.Mined.Seen() {
			_, err := w.Net.Mine()
			return err
		}
	}
	return nil
}

// OnChain mines what is pending, every 20 ms, until f returns. It fails the test on f's
// error. It makes no empty blocks: each takes the chain's clock 1 s further, and on a busy
// machine there would be hundreds.
func (w *World) OnChain(f func() error) {
	w.Helper()
	done := make(chan error, 1)
	go func() { done <- f() }()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case err := <-done:
			w.Must(err)
			return
		case <-tick.C:
			if !w.Net.Pending() {
				continue
			}
			if _, err := w.Net.Mine(); err != nil {
				w.Fatal(err)
			}
		}
	}
}

// Seen mines a block and waits until the engine has read it.
func (w *World) Seen() {
	w.Helper()
	b, err := w.Net.Mine()
	w.Must(err)
	w.Eventually("block read", func() bool { return w.Engine.Health().Head.Number >= b.Number })
}

// Send calls a contract from the stranger's account, and waits until the call is mined.
func (w *World) Send(to common.Address, input []byte) {
	w.Helper()
	w.SendBy(w.Stranger, to, input)
}

// SendBy calls a contract from a key's account, and waits until the call is mined.
func (w *World) SendBy(k *ecdsa.PrivateKey, to common.Address, input []byte) {
	w.Helper()
	w.OnChain(func() error {
		c, err := ethclient.DialContext(w.Ctx, w.Net.URL)
		if err != nil {
			return err
		}
		defer c.Close()
		id := new(big.Int).SetUint64(w.Engine.ChainID)
		accountNonce, err := c.PendingNonceAt(w.Ctx, Account(k))
		if err != nil {
			return err
		}
		tx, err := types.SignNewTx(k, types.LatestSignerForChainID(id), &types.DynamicFeeTx{
			ChainID: id, Nonce: accountNonce, To: &to, Data: input, Gas: 500_000,
			GasFeeCap: big.NewInt(1e12), GasTipCap: big.NewInt(1e9)})
		if err != nil {
			return err
		}
		if err := c.SendTransaction(w.Ctx, tx); err != nil {
			return err
		}
		_, err = w.Node.Wait(w.Ctx, tx.Hash())
		return err
	})
}

// USDC returns an account's balance of USDC on the chain, in base units.
func (w *World) USDC(a common.Address) int64 {
	w.Helper()
	n, err := w.Node.AssetBalance(w.Ctx, devnet.USDC, a)
	w.Must(err)
	return n.Int64()
}

// Tokens returns an account's balance of the launch's token on the chain, in allotments.
func (w *World) Tokens(a common.Address) int64 {
	w.Helper()
	n, err := w.Node.AssetBalance(w.Ctx, w.Launch.Token, a)
	w.Must(err)
	whole, rest := new(big.Int).QuoRem(n, w.Launch.Allotment, new(big.Int))
	if rest.Sign() != 0 {
		w.Fatalf("%s holds %s, no multiple of the allotment", a, n)
	}
	return whole.Int64()
}
