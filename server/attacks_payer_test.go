package server_test

import (
	"bytes"
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
	"github.com/mint402/mint402/x402"
)

// Wallets as bytecode: what each answers when the token asks it whether a
// signature is good (ERC-1271).
var (
	says   = common.FromHex("0x631626ba7e60e01b5f5260205ff3") // yes, to anything
	denies = common.FromHex("0x60205ff3")                     // no
	burns  = common.FromHex("0x5b5f56")                       // never ends: JUMPDEST PUSH0 JUMP
	// bomb answers with as much memory as its gas buys: a megabyte of zeros.
	bomb = common.FromHex("0x621000005ff3")
)

// wallet is an account with code from the first block on.
func wallet(n int64, code []byte, alloc types.GenesisAlloc) common.Address {
	a := common.BigToAddress(big.NewInt(0xc0de_0000 + n))
	alloc[a] = types.Account{Code: code, Balance: new(big.Int)}
	return a
}

// from is a payment of an account whose key nobody has, with a signature that
// only its code can judge.
func (w *world) from(a common.Address, signature []byte) x402.Signed {
	w.Helper()
	_, err := w.net.GiveUSDC(a, big.NewInt(10*price))
	w.must(err)
	_, err = w.net.Mine()
	w.must(err)
	return w.as(w.craft(key(w.TB), nil), a, signature)
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
	n, err := w.node.AccountNonce(w.ctx, w.engine.Senders[0], 0)
	w.must(err)
	return n
}

func TestAWalletThatBurnsOrRefusesIsTurnedAwayAtTheDoor(t *testing.T) {
	alloc := types.GenesisAlloc{}
	yes := wallet(1, says, alloc)
	bad := map[string]common.Address{"refuses": wallet(2, denies, alloc), "burns": wallet(3, burns, alloc), "bomb": wallet(4, bomb, alloc)}
	w := open(t, sale{alloc: alloc})
	odd := bytes.Repeat([]byte{7}, 200) // the form of no key's signature
	for name, a := range bad {
		for _, sig := range [][]byte{odd, append(bytes.Repeat([]byte{1}, 64), 27)} {
			if r := w.pay("/mint", w.from(a, sig)).required(); r.Error != string(x402.ReasonSimulation) {
				t.Errorf("%s: %+v", name, r)
			}
		}
	}
	if w.orders() != 0 || w.spent() != 0 {
		t.Errorf("%d orders and %d transactions for wallets that cannot pay", w.orders(), w.spent())
	}
	s := w.from(yes, odd)
	w.pay("/mint", s).wants(200)
	if w.tokens(yes) != 1 || w.usdc(yes) != 9*price {
		t.Errorf("an honest wallet has %d allotments and %d USDC", w.tokens(yes), w.usdc(yes))
	}
}

func TestAWalletThatHasToBeDeployedFirstIsRefusedUnasked(t *testing.T) {
	c := &counted{}
	w := open(t, sale{chain: func(m mint.Chain) mint.Chain { c.Chain = m; return c }})
	_, err := w.net.GiveUSDC(w.engine.Senders[0], big.NewInt(10*price)) // what the call would take
	w.must(err)
	// ERC-6492: abi.encode(factory, calldata, signature) and sixteen times 6492. The
	// "factory" is the asset, the call a transfer to whoever asks.
	thief := account(w.stranger)
	call := append(common.FromHex("0xa9059cbb"), append(common.LeftPadBytes(thief[:], 32), common.LeftPadBytes(big.NewInt(10*price).Bytes(), 32)...)...)
	word := func(n int64) []byte { return common.LeftPadBytes(big.NewInt(n).Bytes(), 32) }
	inner := append(bytes.Repeat([]byte{1}, 64), 27)
	wrapped := bytes.Join([][]byte{common.LeftPadBytes(devnet.USDC[:], 32), word(96), word(96 + 32 + 96),
		word(int64(len(call))), common.RightPadBytes(call, 96), word(int64(len(inner))), common.RightPadBytes(inner, 96),
		bytes.Repeat([]byte{0x64, 0x92}, 16)}, nil)
	for _, payer := range []*ecdsa.PrivateKey{w.payer(100), w.payer(0)} {
		s := w.as(w.craft(payer, nil), account(payer), wrapped)
		if r := w.pay("/mint", s).required(); r.Error != string(x402.ReasonFactory) {
			t.Errorf("%+v", r)
		}
	}
	if c.asked.Load() != 0 || w.orders() != 0 || w.spent() != 0 || w.usdc(thief) != 0 {
		t.Errorf("%d calls of the node, %d orders, %d transactions, the thief has %d", c.asked.Load(), w.orders(), w.spent(), w.usdc(thief))
	}
}

// delegated is the code of an account that runs another's (EIP-7702).
func delegated(to common.Address) []byte { return append(common.FromHex("0xef0100"), to[:]...) }

func TestADelegatedAccountPaysIfItsCodeSaysSoAndNotByItsKey(t *testing.T) {
	alloc := types.GenesisAlloc{}
	yes, no := key(t), key(t)
	alloc[account(yes)] = types.Account{Code: delegated(wallet(1, says, alloc)), Balance: new(big.Int)}
	alloc[account(no)] = types.Account{Code: delegated(wallet(2, denies, alloc)), Balance: new(big.Int)}
	w := open(t, sale{alloc: alloc})
	for _, k := range []*ecdsa.PrivateKey{yes, no} {
		_, err := w.net.GiveUSDC(account(k), big.NewInt(10*price))
		w.must(err)
	}
	_, err := w.net.Mine()
	w.must(err)
	// Off chain both signatures are their keys' own and good.
	if a := w.pay("/mint", w.craft(no, nil)); a.required().Error != string(x402.ReasonSimulation) {
		t.Errorf("%s", a.body)
	}
	if w.orders() != 0 || w.spent() != 0 {
		t.Errorf("%d orders, %d transactions", w.orders(), w.spent())
	}
	w.pay("/mint", w.craft(yes, nil)).wants(200)
	if w.tokens(account(yes)) != 1 || w.usdc(account(no)) != 10*price {
		t.Errorf("%d allotments; the other has %d USDC", w.tokens(account(yes)), w.usdc(account(no)))
	}
}

// delegate makes an account run other code from the next block on.
func (w *world) delegate(k *ecdsa.PrivateKey, to common.Address) {
	w.Helper()
	c, err := ethclient.DialContext(w.ctx, w.net.URL)
	w.must(err)
	defer c.Close()
	id := uint256.NewInt(devnet.ChainID)
	signed, err := types.SignSetCode(k, types.SetCodeAuthorization{ChainID: *id, Address: to})
	w.must(err)
	accountNonce, err := c.PendingNonceAt(w.ctx, account(w.stranger))
	w.must(err)
	tx, err := types.SignNewTx(w.stranger, types.LatestSignerForChainID(id.ToBig()), &types.SetCodeTx{ChainID: id, Nonce: accountNonce,
		To: account(w.stranger), Gas: 200_000, GasFeeCap: uint256.NewInt(1e12), GasTipCap: uint256.NewInt(1e9), AuthList: []types.SetCodeAuthorization{signed}})
	w.must(err)
	w.must(c.SendTransaction(w.ctx, tx))
	_, err = w.net.Mine()
	w.must(err)
	code, err := c.CodeAt(w.ctx, account(k), nil)
	w.must(err)
	if !bytes.Equal(code, delegated(to)) {
		w.Fatalf("%s has code %x", account(k), code)
	}
}

func TestAPayerWhoTurnsIntoABurnerAfterTheClaimHurtsNobodyElse(t *testing.T) {
	alloc := types.GenesisAlloc{}
	burner := wallet(1, burns, alloc)
	w := open(t, sale{alloc: alloc, wait: brief})
	turncoat, honest := w.payer(100), []*ecdsa.PrivateKey{w.payer(10), w.payer(10), w.payer(10)}
	bad := w.craft(turncoat, nil)
	var good []x402.Signed
	for _, k := range honest {
		good = append(good, w.craft(k, nil))
	}
	w.stop()
	w.pay("/mint", bad).wants(202)
	for _, s := range good {
		w.pay("/mint", s).wants(202)
	}
	w.delegate(turncoat, burner)
	w.goOn()
	for _, s := range good {
		w.eventually("minted", func() bool { o := w.order(s); return o.State().Sold() })
	}
	w.eventually("parked", func() bool { o := w.order(bad); return o.State() == mint.Parked })
	// It was found out by the simulation before the sending, not by the batch.
	w.eventually("resolved", func() bool { return strings.Contains(w.log.String(), "minted=3 skipped=0") })
	if n := w.spent(); n != 1 {
		t.Errorf("%d transactions", n)
	}
	a := w.pay("/mint", bad).wants(202)
	if !strings.Contains(string(a.body), "signature") || w.usdc(account(turncoat)) != 1_000_000 {
		t.Errorf("%s; has %d USDC", a.body, w.usdc(account(turncoat)))
	}
}

func TestDoomedPaymentsHoldNeitherSupplyNorQueueNorGas(t *testing.T) {
	w := open(t, sale{cap: 10, settings: mint.Settings{Queue: 10}})
	broke, poor := w.payer(0), w.payer(10)
	honest := w.sign(w.payer(100), "/mint", 2)
	var first x402.Signed
	w.stop()
	var begun func() answer
	for i := range 100 {
		if r := w.pay("/mint", w.craft(broke, nil)).required(); r.Error != string(x402.ReasonBalance) {
			t.Fatalf("%+v", r)
		}
		// Money for one: the first is taken and the others are not.
		s := w.craft(poor, nil)
		if i == 0 {
			first = s
			begun = w.meanwhile(func() answer { return w.pay("/mint", s) })
			w.eventually("claimed", func() bool { return w.orders() == 1 })
		} else if r := w.pay("/mint", s).required(); r.Error != string(x402.ReasonBalance) {
			t.Fatalf("%+v", r)
		}
	}
	if l, err := w.store.Launch(w.ctx, "ping"); err != nil || l.Reserved != 1 || w.orders() != 1 {
		t.Errorf("%d reserved, %d orders, %v", l.Reserved, w.orders(), err)
	}
	w.goOn()
	w.pay("/mint", honest).wants(200)
	w.pay("/mint", first).wants(200)
	begun().wants(200)
	if n := w.spent(); n > 2 {
		t.Errorf("%d transactions for two mints", n)
	}
}
