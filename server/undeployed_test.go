package server_test

import (
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/chain/devnet"
	"github.com/mint402/mint402/factories"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/servertest"
	"github.com/mint402/mint402/x402"
)

// deploying are settings with one factory on the list: the canonical CREATE2 deployer, whose
// calldata is a salt and creation code.
var deploying = mint.Settings{Factories: factories.List{chain.Create2Deployer: "tests"}}

// creates returns the creation code of a short runtime code.
func creates(runtime []byte) []byte {
	return append([]byte{0x60, byte(len(runtime)), 0x80, 0x60, 9, 0x5f, 0x39, 0x5f, 0xf3}, runtime...)
}

// newWallet returns a wallet that is not deployed yet, and its wrapped signature.
func newWallet(creation []byte, n int64) (common.Address, x402.Wrapped) {
	salt := common.BigToHash(big.NewInt(n))
	return crypto.CreateAddress2(chain.Create2Deployer, salt, crypto.Keccak256(creation)),
		x402.Wrapped{Factory: chain.Create2Deployer, Call: append(salt[:], creation...), Signature: []byte{1, 2, 3}}
}

func (w *world) hasCode(a common.Address) bool {
	w.Helper()
	there, err := w.Node.HasCode(w.Ctx, a)
	w.Must(err)
	return there
}

func TestANewWalletMintsAsItsFirstAct(t *testing.T) {
	w := open(t, servertest.Sale{Settings: deploying})
	a, wrapped := newWallet(creates(servertest.Says), 1)
	s := w.from(a, x402.Wrap(wrapped))
	if w.hasCode(a) {
		t.Fatal("the wallet is deployed")
	}
	w.Pay("/mint", s).Wants(200)
	if !w.hasCode(a) || w.Tokens(a) != 1 || w.USDC(a) != 9*servertest.Price {
		t.Errorf("deployed %t, %d allotments, %d USDC", w.hasCode(a), w.Tokens(a), w.USDC(a))
	}
	// The same payment is the same order; the next one needs no deployment.
	w.Pay("/mint", s).Wants(200)
	w.Restart()
	w.Pay("/mint", s).Wants(200)
	w.Pay("/mint", w.from(a, x402.Wrap(wrapped))).Wants(200)
	w.Pay("/mint", w.from(a, []byte{1})).Wants(200)
	if w.Tokens(a) != 3 || w.Orders() != 3 || w.spent() != 3 {
		t.Errorf("%d allotments, %d orders, %d transactions", w.Tokens(a), w.Orders(), w.spent())
	}
}

func TestADeployedWalletMayWrapItsSignatureWithAnyFactory(t *testing.T) {
	alloc := types.GenesisAlloc{}
	yes := servertest.Wallet(1, servertest.Says, alloc)
	w := open(t, servertest.Sale{Alloc: alloc})
	w.Pay("/mint", w.from(yes, x402.Wrap(x402.Wrapped{Factory: devnet.USDC, Call: []byte{1}, Signature: []byte{2}}))).Wants(200)
	if w.Tokens(yes) != 1 {
		t.Errorf("%d allotments", w.Tokens(yes))
	}
	orders, err := w.Store.Orders(w.Ctx, mint.Query{Payer: &yes})
	if err != nil || len(orders) != 1 || orders[0].Deploys() {
		t.Errorf("%+v, %v", orders, err)
	}
}

// TestAWalletThatCannotPayIsToldSoBeforeAnythingIsSent has every kind of wallet that cannot be
// deployed, or cannot pay then.
func TestAWalletThatCannotPayIsToldSoBeforeAnythingIsSent(t *testing.T) {
	w := open(t, servertest.Sale{Settings: deploying})
	_, err := w.Net.GiveUSDC(w.Engine.Senders[0], big.NewInt(10*servertest.Price)) // what a stolen call would take
	w.Must(err)
	thief := servertest.Account(w.Stranger)
	transfer := slices.Concat(common.FromHex("0xa9059cbb"), common.LeftPadBytes(thief[:], 32), common.LeftPadBytes(big.NewInt(10*servertest.Price).Bytes(), 32))

	good := creates(servertest.Says)
	a, right := newWallet(good, 1)
	_, another := newWallet(good, 2)
	stranger, elsewhere := right, right
	stranger.Factory, elsewhere.Factory, elsewhere.Call = common.HexToAddress("0xfac"), devnet.USDC, transfer
	garbage := right
	garbage.Call = []byte{1, 2, 3, 4}
	nothing := right
	nothing.Call = nil
	refuses, no := newWallet(creates(servertest.Denies), 3)
	ends, endless := newWallet(servertest.Burns, 4)
	big := append(common.FromHex("0x615fff5ff3"), 0) // 24,575 bytes of code cost 4.9 million gas
	large, dear := newWallet(big, 5)
	poor, poors := newWallet(good, 6)
	key := w.Payer(100)
	for name, c := range map[string]struct {
		payer   common.Address
		wrapped x402.Wrapped
		reason  x402.Reason
		words   string
	}{
		"a factory that is not on the list": {a, stranger, x402.ReasonFactory, "not on the list"},
		"a transfer as the call":            {a, elsewhere, x402.ReasonFactory, devnet.USDC.Hex()},
		"the call of another wallet":        {a, another, x402.ReasonSimulation, "deploys no wallet at the payer's address"},
		"no call of that factory":           {a, garbage, x402.ReasonSimulation, "deploys no wallet"},
		"an empty call":                     {a, nothing, x402.ReasonSimulation, "deploys no wallet"},
		"a wallet that refuses":             {refuses, no, x402.ReasonSimulation, "invalid signature"},
		"a deployment without end":          {ends, endless, x402.ReasonSimulation, "450000 gas"},
		"a deployment that is too dear":     {large, dear, x402.ReasonSimulation, "450000 gas"},
		"a key's account":                   {servertest.Account(key), right, x402.ReasonSimulation, "deploys no wallet"},
	} {
		answer := w.Pay("/mint", w.from(c.payer, x402.Wrap(c.wrapped)))
		answer.Refused(c.reason)
		if !strings.Contains(string(answer.Body), c.words) {
			t.Errorf("%s: %s", name, answer.Body)
		}
	}
	w.Pay("/mint", w.as(w.craft(key, nil), poor, x402.Wrap(poors))).Refused(x402.ReasonBalance)
	if w.Orders() != 0 || w.spent() != 0 || w.USDC(thief) != 0 || w.hasCode(a) {
		t.Errorf("%d orders, %d transactions, the thief has %d", w.Orders(), w.spent(), w.USDC(thief))
	}
}

func TestWithoutAListNoFactoryIsCalled(t *testing.T) {
	c := &counted{}
	w := open(t, servertest.Sale{Chain: func(m mint.Chain) mint.Chain { c.Chain = m; return c }})
	a, wrapped := newWallet(creates(servertest.Says), 1)
	w.Pay("/mint", w.from(a, x402.Wrap(wrapped))).Refused(x402.ReasonFactory)
	asked := c.asked.Load()
	// The payer is known to have no code, so further payments of it ask no node.
	for range 5 {
		w.Pay("/mint", w.as(w.craft(w.Payer(1), nil), a, x402.Wrap(wrapped))).Refused(x402.ReasonFactory)
	}
	if c.asked.Load() != asked || w.Orders() != 0 || w.spent() != 0 || w.hasCode(a) {
		t.Errorf("%d calls, then %d; %d orders, %d transactions", asked, c.asked.Load(), w.Orders(), w.spent())
	}
}

func TestAWalletThatIsDeployedAfterItsPaymentWasTakenMintsAllTheSame(t *testing.T) {
	w := open(t, servertest.Sale{Settings: deploying, Wait: brief})
	a, wrapped := newWallet(creates(servertest.Says), 1)
	s := w.from(a, x402.Wrap(wrapped))
	w.Stop()
	w.Pay("/mint", s).Wants(202)
	w.Send(chain.Create2Deployer, wrapped.Call)
	if !w.hasCode(a) {
		t.Fatal("not deployed")
	}
	w.GoOn()
	w.Eventually("minted", func() bool { o := w.Order(s); return o.State().Sold() })
	if w.Tokens(a) != 1 {
		t.Errorf("%d allotments", w.Tokens(a))
	}
}
