package server_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"math/big"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/ethclient"
	"github.com/holiman/uint256"

	"github.com/mint402/mint402/chain/devnet"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/servertest"
	"github.com/mint402/mint402/x402"
)

// from is a payment of an account whose key nobody has, with a signature that
// only its code can judge.
func (w *world) from(a common.Address, signature []byte) x402.Signed {
	w.Helper()
	_, err := w.Net.GiveUSDC(a, big.NewInt(10*servertest.Price))
	w.Must(err)
	_, err = w.Net.Mine()
	w.Must(err)
	return w.as(w.craft(servertest.Key(w.TB), nil), a, signature)
}

func (w *world) as(s x402.Signed, a common.Address, signature []byte) x402.Signed {
	w.Helper()
	s = w.bend(s, func(o object) {
		authorization(o)["from"] = a.Hex()
		o["payload"].(object)["signature"] = hexutil.Encode(signature)
	})
	s.Authorization.From = a
	return s
}

// spent is how many transactions the engine's sender has sent.
func (w *world) spent() uint64 {
	w.Helper()
	n, err := w.Node.AccountNonce(w.Ctx, w.Engine.Senders[0], 0)
	w.Must(err)
	return n
}

func TestAWalletThatBurnsOrRefusesIsTurnedAwayAtTheDoor(t *testing.T) {
	alloc := types.GenesisAlloc{}
	yes := servertest.Wallet(1, servertest.Says, alloc)
	bad := map[string]common.Address{"refuses": servertest.Wallet(2, servertest.Denies, alloc), "burns": servertest.Wallet(3, servertest.Burns, alloc), "bomb": servertest.Wallet(4, servertest.Bomb, alloc)}
	w := open(t, servertest.Sale{Alloc: alloc})
	odd := bytes.Repeat([]byte{7}, 200) // the form of no key's signature
	for name, a := range bad {
		for _, sig := range [][]byte{odd, append(bytes.Repeat([]byte{1}, 64), 27)} {
			t.Log(name)
			w.Pay("/mint", w.from(a, sig)).Refused(x402.ReasonSimulation)
		}
	}
	if w.Orders() != 0 || w.spent() != 0 {
		t.Errorf("%d orders and %d transactions for wallets that cannot pay", w.Orders(), w.spent())
	}
	s := w.from(yes, odd)
	w.Pay("/mint", s).Wants(200)
	if w.Tokens(yes) != 1 || w.USDC(yes) != 9*servertest.Price {
		t.Errorf("an honest wallet has %d allotments and %d USDC", w.Tokens(yes), w.USDC(yes))
	}
}

// delegated is the code of an account that runs another's (EIP-7702).
func delegated(to common.Address) []byte { return append(common.FromHex("0xef0100"), to[:]...) }

func TestADelegatedAccountPaysIfItsCodeSaysSoAndNotByItsKey(t *testing.T) {
	alloc := types.GenesisAlloc{}
	yes, no := servertest.Key(t), servertest.Key(t)
	alloc[servertest.Account(yes)] = types.Account{Code: delegated(servertest.Wallet(1, servertest.Says, alloc)), Balance: new(big.Int)}
	alloc[servertest.Account(no)] = types.Account{Code: delegated(servertest.Wallet(2, servertest.Denies, alloc)), Balance: new(big.Int)}
	w := open(t, servertest.Sale{Alloc: alloc})
	for _, k := range []*ecdsa.PrivateKey{yes, no} {
		_, err := w.Net.GiveUSDC(servertest.Account(k), big.NewInt(10*servertest.Price))
		w.Must(err)
	}
	_, err := w.Net.Mine()
	w.Must(err)
	// Off chain both signatures are their keys' own and good.
	w.Pay("/mint", w.craft(no, nil)).Refused(x402.ReasonSimulation)
	if w.Orders() != 0 || w.spent() != 0 {
		t.Errorf("%d orders, %d transactions", w.Orders(), w.spent())
	}
	w.Pay("/mint", w.craft(yes, nil)).Wants(200)
	if w.Tokens(servertest.Account(yes)) != 1 || w.USDC(servertest.Account(no)) != 10*servertest.Price {
		t.Errorf("%d allotments; the other has %d USDC", w.Tokens(servertest.Account(yes)), w.USDC(servertest.Account(no)))
	}
}

// delegate makes an account run other code from the next block on.
func (w *world) delegate(k *ecdsa.PrivateKey, to common.Address) {
	w.Helper()
	c, err := ethclient.DialContext(w.Ctx, w.Net.URL)
	w.Must(err)
	defer c.Close()
	id := uint256.NewInt(devnet.ChainID)
	signed, err := types.SignSetCode(k, types.SetCodeAuthorization{ChainID: *id, Address: to})
	w.Must(err)
	accountNonce, err := c.PendingNonceAt(w.Ctx, servertest.Account(w.Stranger))
	w.Must(err)
	tx, err := types.SignNewTx(w.Stranger, types.LatestSignerForChainID(id.ToBig()), &types.SetCodeTx{ChainID: id, Nonce: accountNonce,
		To: servertest.Account(w.Stranger), Gas: 200_000, GasFeeCap: uint256.NewInt(1e12), GasTipCap: uint256.NewInt(1e9), AuthList: []types.SetCodeAuthorization{signed}})
	w.Must(err)
	w.Must(c.SendTransaction(w.Ctx, tx))
	_, err = w.Net.Mine()
	w.Must(err)
	code, err := c.CodeAt(w.Ctx, servertest.Account(k), nil)
	w.Must(err)
	if !bytes.Equal(code, delegated(to)) {
		w.Fatalf("%s has code %x", servertest.Account(k), code)
	}
}

func TestAPayerWhoTurnsIntoABurnerAfterTheClaimHurtsNobodyElse(t *testing.T) {
	servertest.Long(t)
	alloc := types.GenesisAlloc{}
	burner := servertest.Wallet(1, servertest.Burns, alloc)
	w := open(t, servertest.Sale{Alloc: alloc, Wait: brief})
	turncoat, honest := w.Payer(100), []*ecdsa.PrivateKey{w.Payer(10), w.Payer(10), w.Payer(10)}
	bad := w.craft(turncoat, nil)
	var good []x402.Signed
	for _, k := range honest {
		good = append(good, w.craft(k, nil))
	}
	w.Stop()
	w.Pay("/mint", bad).Wants(202)
	for _, s := range good {
		w.Pay("/mint", s).Wants(202)
	}
	w.delegate(turncoat, burner)
	w.GoOn()
	for _, s := range good {
		w.Eventually("minted", func() bool { o := w.Order(s); return o.State().Sold() })
	}
	w.Eventually("parked", func() bool { o := w.Order(bad); return o.State() == mint.Parked })
	// It was found out by the simulation before the sending, not by the batch.
	w.Eventually("resolved", func() bool { return strings.Contains(w.Log.String(), "minted=3 skipped=0") })
	if n := w.spent(); n != 1 {
		t.Errorf("%d transactions", n)
	}
	a := w.Pay("/mint", bad).Wants(202)
	if !strings.Contains(string(a.Body), "got code") || w.USDC(servertest.Account(turncoat)) != 1_000_000 {
		t.Errorf("%s; has %d USDC", a.Body, w.USDC(servertest.Account(turncoat)))
	}
}

func TestDoomedPaymentsHoldNeitherSupplyNorQueueNorGas(t *testing.T) {
	servertest.Long(t)
	w := open(t, servertest.Sale{Cap: 10, Settings: mint.Settings{Queue: 10}})
	broke, poor := w.Payer(0), w.Payer(10)
	honest := w.Sign(w.Payer(100), "/mint", 2)
	var first x402.Signed
	w.Stop()
	var begun func() servertest.Answer
	for i := range 100 {
		w.Pay("/mint", w.craft(broke, nil)).Refused(x402.ReasonBalance)
		// Money for one: the first is taken and the others are not.
		s := w.craft(poor, nil)
		if i == 0 {
			first = s
			begun = w.Meanwhile(func() servertest.Answer { return w.Pay("/mint", s) })
			w.Eventually("claimed", func() bool { return w.Orders() == 1 })
		} else {
			// The payer has the price, and a payment of theirs is being minted.
			w.Pay("/mint", s).Wants(503).Has("Retry-After", "10").Unsettled().Problem("payer_busy")
		}
	}
	if l, err := w.Store.Launch(w.Ctx, "ping"); err != nil || l.Reserved != 1 || w.Orders() != 1 {
		t.Errorf("%d reserved, %d orders, %v", l.Reserved, w.Orders(), err)
	}
	w.GoOn()
	w.Pay("/mint", honest).Wants(200)
	w.Pay("/mint", first).Wants(200)
	begun().Wants(200)
	if n := w.spent(); n > 2 {
		t.Errorf("%d transactions for two mints", n)
	}
}

// fooled is a chain whose simulations are passed by code that burns its gas on chain.
type fooled struct {
	mint.Chain
	by common.Address
}

func (f fooled) Simulate(ctx context.Context, l mint.Launch, orders []mint.Order, from common.Address, at uint64) ([]string, error) {
	reasons, err := f.Chain.Simulate(ctx, l, orders, from, at)
	for i := range reasons {
		if orders[i].Payer == f.by {
			reasons[i] = ""
		}
	}
	return reasons, err
}

func TestAnAccountThatPassesSimulationsAndBurnsGasOnChainDoesSoOnceADay(t *testing.T) {
	servertest.Long(t)
	alloc := types.GenesisAlloc{}
	burner := servertest.Wallet(1, servertest.Burns, alloc)
	yes := servertest.Wallet(2, servertest.Says, alloc)
	w := open(t, servertest.Sale{Alloc: alloc, Wait: brief, Chain: func(c mint.Chain) mint.Chain { return fooled{c, burner} }})
	odd := bytes.Repeat([]byte{7}, 200)
	first := w.from(burner, odd)
	w.Pay("/mint", first).Wants(202)
	w.Eventually("parked", func() bool { o := w.Order(first); return o.State() == mint.Parked })
	sent := w.spent()
	if a := w.Pay("/mint", first).Wants(202); !strings.Contains(string(a.Body), "no payment of the account is sent before") {
		t.Errorf("%s", a.Body)
	}
	for range 3 {
		w.Pay("/mint", w.from(burner, odd)).Refused(x402.ReasonSimulation)
	}
	honest := w.from(yes, odd)
	w.Eventually("minted", func() bool { return w.Pay("/mint", honest).Status == 200 })
	if n := w.spent() - sent; n != 1 {
		t.Errorf("%d transactions after it burned, want the one of the honest wallet", n)
	}
	if got := w.USDC(burner); got%servertest.Price != 0 || w.Tokens(burner) != 0 {
		t.Errorf("it has %d USDC and %d tokens", got, w.Tokens(burner))
	}
}
