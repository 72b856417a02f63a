package cmd

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"math/big"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/ethclient"

	"github.com/mint402/mint402/bindings"
	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/chain/devnet"
	"github.com/mint402/mint402/cmd/deploy"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/store"
	"github.com/mint402/mint402/x402"
)

// island is a chain of a test's own, whose clock is the test's: each block takes
// a second of it.
type island struct {
	*testing.T
	ctx                             context.Context
	net                             *devnet.Devnet
	node                            *node
	eth                             *ethclient.Client
	began                           time.Time
	seconds                         atomic.Int64
	mining                          atomic.Bool
	owner, sender, minter, stranger *ecdsa.PrivateKey
	token                           common.Address
}

const islandPrice = 100_000

func newIsland(t *testing.T) *island {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	t.Cleanup(cancel)
	i := &island{T: t, ctx: ctx, began: time.Now()}
	fund := map[common.Address]*big.Int{}
	for _, k := range []**ecdsa.PrivateKey{&i.owner, &i.sender, &i.minter, &i.stranger} {
		*k = i.key()
		fund[addressOf(*k)] = coins(1000)
	}
	var err error
	i.net, err = devnet.Open(ctx, devnet.Config{Manual: true, Fund: fund, Clock: i.now})
	i.must(err)
	t.Cleanup(func() { i.net.Close() })
	i.node, err = demoNode(ctx, i.net)
	i.must(err)
	t.Cleanup(i.node.Close)
	i.node.Poll = time.Millisecond
	for _, k := range []*ecdsa.PrivateKey{i.owner, i.sender, i.minter, i.stranger} {
		i.node.Keys.Add(k)
	}
	i.eth, err = ethclient.DialContext(ctx, i.net.URL)
	i.must(err)
	t.Cleanup(i.eth.Close)
	i.token = i.deploy("PING")
	return i
}

func (i *island) now() time.Time {
	return i.began.Add(time.Duration(i.seconds.Load()) * time.Second)
}

func (i *island) must(err error) {
	i.Helper()
	if err != nil {
		i.Fatal(err)
	}
}

func (i *island) key() *ecdsa.PrivateKey {
	k, err := crypto.GenerateKey()
	i.must(err)
	return k
}

func (i *island) mine() {
	i.Helper()
	i.seconds.Add(1)
	_, err := i.net.Mine()
	i.must(err)
}

// onChain runs what waits for blocks, making them.
func (i *island) onChain(f func() error) {
	i.Helper()
	done := make(chan error, 1)
	go func() { done <- f() }()
	for tick := time.NewTicker(5 * time.Millisecond); ; {
		select {
		case err := <-done:
			tick.Stop()
			i.must(err)
			return
		case <-tick.C:
			i.mine()
		}
	}
}

func (i *island) deploy(symbol string) (token common.Address) {
	i.Helper()
	i.onChain(func() error {
		d, err := i.node.Deploy(i.ctx, addressOf(i.owner), chain.Deployment{Terms: bindings.Terms{
			Name: symbol, Symbol: symbol, Asset: devnet.USDC, Price: big.NewInt(islandPrice), Allotment: coins(5000), Cap: coins(5000 * 200),
			Limit: big.NewInt(5), Treasury: common.HexToAddress("0x7777777777777777777777777777777777777777"), Owner: addressOf(i.owner), Minter: addressOf(i.minter)}})
		token = d.Token
		return err
	})
	return token
}

func (i *island) payer(usdc int64) *ecdsa.PrivateKey {
	i.Helper()
	k := i.key()
	_, err := i.net.GiveUSDC(addressOf(k), big.NewInt(usdc*1_000_000))
	i.must(err)
	i.mine()
	return k
}

// send has the stranger call something, and the call mined.
func (i *island) send(to common.Address, input []byte) {
	i.Helper()
	accountNonce, err := i.eth.PendingNonceAt(i.ctx, addressOf(i.stranger))
	i.must(err)
	tx, err := types.SignNewTx(i.stranger, types.LatestSignerForChainID(big.NewInt(devnet.ChainID)), &types.DynamicFeeTx{
		ChainID: big.NewInt(devnet.ChainID), Nonce: accountNonce, To: &to, Data: input, Gas: 400_000, GasFeeCap: big.NewInt(1e12), GasTipCap: big.NewInt(1e9)})
	i.must(err)
	i.must(i.eth.SendTransaction(i.ctx, tx))
	i.mine()
	r, err := i.eth.TransactionReceipt(i.ctx, tx.Hash())
	i.must(err)
	if r.Status != types.ReceiptStatusSuccessful {
		i.Fatalf("the stranger's transaction reverted")
	}
}

// offer is a signed payment, and how it is presented over HTTP.
type offer struct {
	x402.Payment
	header string
}

// signed is a payment of an amount to a launch.
func (i *island) signed(l mint.Launch, k *ecdsa.PrivateKey, amount *big.Int) offer {
	i.Helper()
	r := l.Requirement(1)
	r.Amount = amount
	s, err := x402.Sign(r, k, i.now())
	i.must(err)
	p, err := x402.DecodePayment(s.Value)
	i.must(err)
	return offer{p, s.Header + ": " + s.Value}
}

// submit is the payment given to the asset directly.
func submit(p offer) []byte {
	a := p.Authorization
	return bindings.NewTestUSDC().PackTransferWithAuthorization(a.From, a.To, a.Value, a.ValidAfter, a.ValidBefore, a.Nonce, p.Signature)
}

// shell runs verbs at the island, by its clock.
func (i *island) shell() *shell {
	s := newShell(i.T, "MINT402_RPC="+i.net.URL, "MINT402_SENDER_KEY="+common.Bytes2Hex(crypto.FromECDSA(i.sender)),
		"MINT402_MINTER_KEY="+common.Bytes2Hex(crypto.FromECDSA(i.minter)), "MINT402_KEY="+common.Bytes2Hex(crypto.FromECDSA(i.owner)),
		"MINT402_LISTEN=127.0.0.1:0", "MINT402_LOG_LEVEL=info", "MINT402_DRAIN=1ms", "MINT402_WAIT=30s")
	s.now = i.now
	return s
}

// trade is an engine over a database at the island, that steps when it is told.
type trade struct {
	*island
	path     string
	store    *store.Store
	engine   *mint.Engine
	launches []mint.Launch
	gone     context.Context // of callers who do not wait
}

func (i *island) trade(tokens ...common.Address) *trade {
	i.Helper()
	m := &trade{island: i, path: filepath.Join(i.TempDir(), "mint402.db")}
	var cancel context.CancelFunc
	m.gone, cancel = context.WithCancel(i.ctx)
	cancel()
	var err error
	m.store, err = openStore(i.ctx, m.path, i.node)
	i.must(err)
	i.Cleanup(func() { m.store.Close() })
	for _, token := range tokens {
		l, err := register(i.ctx, m.store, i.node, deploy.Listing{Token: token})
		i.must(err)
		m.launches = append(m.launches, l)
	}
	m.engine = &mint.Engine{Store: m.store, Chain: i.node.Client, Clock: i.now, ChainID: devnet.ChainID,
		Senders: []common.Address{addressOf(i.sender)}, Minter: addressOf(i.minter)}
	i.must(m.engine.Open(i.ctx))
	i.must(m.engine.Step(i.ctx))
	return m
}

// present offers a payment and does not wait for its mint.
func (m *trade) present(l mint.Launch, quantity int64, p offer) {
	m.Helper()
	_, err := m.engine.Mint(m.gone, l.Slug, quantity, &p.Payment)
	var refused *x402.RefusedError
	if err != nil && !errors.As(err, &refused) {
		m.Fatal(err)
	}
}

func (m *trade) step() {
	m.Helper()
	m.must(m.engine.Step(m.ctx))
	m.mine()
	m.must(m.engine.Step(m.ctx))
}

// quiet steps until all is decided and final.
func (m *trade) quiet() {
	m.Helper()
	for range 100 {
		m.step()
		open, err := m.store.Count(m.ctx, mint.Query{States: []mint.State{mint.Claimed, mint.Minting, mint.Mined, mint.Settled}})
		m.must(err)
		if open == 0 {
			return
		}
	}
	m.Fatal("something is never decided")
}

// live does what may happen at a launch, by the seed.
func (m *trade) live(seed uint64, acts int) {
	m.Helper()
	rng := rand.New(rand.NewPCG(seed, 402))
	usdc := bindings.NewTestUSDC()
	payers := []*ecdsa.PrivateKey{m.payer(50), m.payer(50), m.payer(50)}
	_, err := m.net.GiveUSDC(addressOf(m.stranger), big.NewInt(100_000_000))
	m.must(err)
	m.mine()
	for range acts {
		l, k, quantity := m.launches[rng.IntN(len(m.launches))], payers[rng.IntN(len(payers))], 1+rng.Int64N(3)
		p := m.signed(l, k, l.Total(quantity))
		switch rng.IntN(9) {
		case 0, 1, 2:
			m.present(l, quantity, p)
		case 3: // somebody is faster
			m.present(l, quantity, p)
			m.send(devnet.USDC, submit(p))
		case 4: // it never comes by us
			m.send(devnet.USDC, submit(p))
		case 5: // an odd amount, sent back
			odd := m.signed(l, k, big.NewInt(rng.Int64N(islandPrice-1)+1))
			m.send(devnet.USDC, submit(odd))
			m.quiet() // a mint of theirs in the same block would make another history
			a := odd.Authorization
			history, err := m.store.History(m.ctx, l.Slug, a.From)
			m.must(err)
			m.onChain(func() error {
				_, err := m.node.Refund(m.ctx, l.Token, addressOf(m.owner), mint.Refund{Payer: a.From, Nonce: a.Nonce, Amount: a.Value}, mint.Proof{IDs: history})
				return err
			})
		case 6: // a gift
			m.send(devnet.USDC, usdc.PackTransfer(l.Token, big.NewInt(1+rng.Int64N(islandPrice))))
		case 7:
			m.onChain(func() error { _, err := m.node.Withdraw(m.ctx, l.Token, addressOf(m.owner)); return err })
		case 8: // taken back
			m.present(l, quantity, p)
			signature, err := x402.SignCancellation(l.Asset.Domain(devnet.ChainID), p.Authorization.Nonce, k)
			m.must(err)
			m.onChain(func() error {
				_, err := m.node.Cancel(m.ctx, devnet.USDC, addressOf(m.stranger), addressOf(k), p.Authorization.Nonce, signature)
				return err
			})
		}
		if rng.IntN(3) > 0 {
			m.step()
		}
	}
}

// reached are a database's orders that the chain knows, as far as it can tell.
func reached(t *testing.T, s *store.Store) map[mint.PaymentID]string {
	t.Helper()
	orders, err := s.Orders(t.Context(), mint.Query{})
	if err != nil {
		t.Fatal(err)
	}
	all := map[mint.PaymentID]string{}
	for _, o := range orders {
		if o.Mint.Seen() || o.Settlement.Seen() || o.Refund.Seen() {
			all[o.ID] = fmt.Sprint(o.Launch, o.Payer, o.Quantity, o.Value, o.State(), o.Final, o.Mint, o.Settlement, o.Refund)
		}
	}
	return all
}

func TestARebuiltDatabaseHasAllThatReachedTheChain(t *testing.T) {
	for seed := range uint64(4) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			i := newIsland(t)
			m := i.trade(i.token, i.deploy("PONG"))
			m.live(seed, 25)
			m.quiet()
			m.must(m.engine.Step(m.ctx))
			s := i.shell()
			books := decode[audited](t, s.ok("", "audit", "--db", m.path, "--json").out).Launches
			again := filepath.Join(t.TempDir(), "again.db")
			r := s.ok("", "rebuild", "--token", m.launches[0].Token.Hex(), "--token", m.launches[1].Token.Hex(), "--db", again, "--json")
			for n, b := range decode[audited](t, r.out).Launches {
				if len(b.Differences) != 0 || b.Received == (api.Price{Amount: "0", Formatted: "0.00"}) || b.Mints == 0 {
					t.Errorf("%+v", b)
				}
				b.Block, books[n].Block = api.Block{}, api.Block{}
				if !reflect.DeepEqual(b, books[n]) {
					t.Errorf("rebuilt\n%+v\nlost\n%+v", b, books[n])
				}
			}
			anew, err := store.OpenReader(again)
			m.must(err)
			defer anew.Close()
			was, is := reached(t, m.store), reached(t, anew)
			if n, err := anew.Count(i.ctx, mint.Query{}); err != nil || n != len(was) || len(was) < 5 {
				t.Errorf("%d orders are rebuilt of %d, %v", n, len(was), err)
			}
			for id, o := range was {
				if is[id] != o {
					t.Errorf("%s was\n%s\nand is\n%s", id, o, is[id])
				}
			}
			for _, l := range m.launches {
				a, err := m.store.Launch(i.ctx, l.Slug)
				m.must(err)
				b, err := anew.Launch(i.ctx, l.Slug)
				m.must(err)
				if a.Sold != b.Sold || a.Reserved != b.Reserved {
					t.Errorf("%s: sold %d and %d, reserved %d and %d", l.Slug, a.Sold, b.Sold, a.Reserved, b.Reserved)
				}
			}
		})
	}
}

func TestRebuildTouchesNothingThatIsThere(t *testing.T) {
	i := newIsland(t)
	m, s := i.trade(i.token), i.shell()
	at := "--token=" + i.token.Hex()
	s.refused(2, "--token ADDRESS, once for each launch", "", "rebuild")
	s.refused(1, "file already exists", "", "rebuild", at, "--db", m.path)
	// The file is gone and a server still has it open.
	m.must(os.Rename(m.path, m.path+".lost"))
	for _, beside := range []string{"-wal", "-shm"} {
		if err := os.Rename(m.path+beside, m.path+".lost"+beside); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
	s.refused(1, "stop the server", "", "rebuild", at, "--db", m.path)
	m.must(m.store.Close())
	m.must(os.WriteFile(m.path+"-wal", nil, 0o600))
	s.refused(1, "move it away", "", "rebuild", at, "--db", m.path)
	m.must(os.Remove(m.path + "-wal"))
	if r := s.ok("", "rebuild", at, "--db", m.path); !strings.Contains(r.out, "no difference") || !strings.Contains(r.err, "has 0 payments") {
		t.Errorf("%s%s", r.out, r.err)
	}
	if left, _ := filepath.Glob(m.path + ".rebuild-*"); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

// serving runs serve at the island until stop. Blocks come while mining is on.
func (i *island) serving(s *shell) (st *started, url string, stop func()) {
	i.Helper()
	ctx, cancel := context.WithCancel(i.ctx)
	var mining sync.WaitGroup
	mining.Go(func() {
		for tick := time.NewTicker(150 * time.Millisecond); ; { // a payment signed for 300 s has 45
			select {
			case <-ctx.Done():
				tick.Stop()
				return
			case <-tick.C:
				if !i.mining.Load() {
					continue
				}
				i.seconds.Add(1)
				if _, err := i.net.Mine(); err != nil && ctx.Err() == nil {
					i.Error(err)
				}
			}
		}
	})
	st, url = s.serving("--token", i.token.Hex())
	var once sync.Once
	stop = func() {
		once.Do(func() { st.stop(); st.ended(); cancel(); mining.Wait() })
	}
	i.Cleanup(stop)
	return st, url, stop
}

// TestPaymentsAtTheLossEndMintedOnce loses the database with three payments that
// are minted, sent and claimed, and rebuilds it. What was sent lands before that,
// or after the new server has sent its own, or never.
func TestPaymentsAtTheLossEndMintedOnce(t *testing.T) {
	for _, lands := range []string{"before", "meanwhile", "never"} {
		t.Run(lands, func(t *testing.T) {
			t.Parallel()
			i := newIsland(t)
			m := i.trade(i.token)
			l := m.launches[0]
			var payers []*ecdsa.PrivateKey
			var payments []offer
			for range 3 {
				k := m.payer(1)
				payers, payments = append(payers, k), append(payments, m.signed(l, k, l.Price))
			}
			m.present(l, 1, payments[0])
			m.step()
			m.step()
			m.present(l, 1, payments[1])
			m.must(m.engine.Step(m.ctx)) // sent, and not mined
			m.present(l, 1, payments[2]) // claimed, and not sent
			inFlight, err := m.store.InFlight(m.ctx)
			m.must(err)
			sent := inFlight[len(inFlight)-1]
			if len(sent.Orders) != 1 || sent.Mined.Seen() {
				t.Fatalf("in flight: %+v", sent)
			}
			m.must(m.store.Close())
			if lands == "never" { // nodes forgot it
				head, _, err := i.node.Head(i.ctx)
				m.must(err)
				_, err = i.net.Reorg(head.Number, false)
				m.must(err)
			}
			if lands == "before" {
				m.mine()
			}
			s := i.shell()
			s.ok("", "rebuild", "--token", i.token.Hex())
			i.mining.Store(lands != "meanwhile")
			st, url, stop := i.serving(s)
			var answers sync.WaitGroup
			for _, p := range payments {
				answers.Go(func() {
					var last string
					for range 20 {
						if last = curl(t, url+"/mint", p.header); strings.HasPrefix(last, "HTTP/1.1 200 ") {
							return
						}
						if strings.HasPrefix(last, "HTTP/1.1 402 ") {
							break
						}
					}
					t.Errorf("answered %s", last)
				})
			}
			// Its own transaction takes the account nonce that the lost one has, too.
			st.err.until(t, "msg=sent")
			i.mining.Store(true)
			answers.Wait()
			stop()
			for n, k := range payers {
				tokens, err := i.node.AssetBalance(i.ctx, i.token, addressOf(k))
				m.must(err)
				money, err := i.node.AssetBalance(i.ctx, devnet.USDC, addressOf(k))
				m.must(err)
				if tokens.Cmp(coins(5000)) != 0 || money.Int64() != 1_000_000-islandPrice {
					t.Errorf("payer %d has %s tokens and %s USDC", n, tokens, money)
				}
			}
			landed, err := i.node.Receipts(i.ctx, []common.Hash{sent.Latest().Hash})
			m.must(err)
			if (landed[0] == nil) != (lands == "never") {
				t.Errorf("what the lost server had sent landed: %+v", landed[0])
			}
			if r := s.ok("", "audit"); !strings.Contains(r.out, "no difference") {
				t.Errorf("%s", r.out)
			}
		})
	}
}
