package chain_test

import (
	"context"
	"errors"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/rpc"

	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/chain/devnet"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/x402"
)

// cancel is the call of cancelAuthorization for an order, signed by its payer.
func (w *world) cancel(o mint.Order) []byte {
	sig := w.cancellation(o)
	return usdcABI.PackCancelAuthorization(o.Payer, o.Authorization.Nonce, sig[64], [32]byte(sig[:32]), [32]byte(sig[32:64]))
}

// cancellation is the payer's signature over EIP-3009's CancelAuthorization.
func (w *world) cancellation(o mint.Order) []byte {
	w.t.Helper()
	typeHash := crypto.Keccak256([]byte("CancelAuthorization(address authorizer,bytes32 nonce)"))
	message := crypto.Keccak256(typeHash, common.LeftPadBytes(o.Payer[:], 32), o.Authorization.Nonce[:])
	separator := w.launch.Asset.Domain(w.launch.ChainID).Separator()
	sig, err := crypto.Sign(crypto.Keccak256([]byte{0x19, 1}, separator[:], message), w.keys[o.Payer])
	if err != nil {
		w.t.Fatal(err)
	}
	sig[64] += 27
	return sig
}

// call is a bare eth_call at the newest block.
func call(w *world, to common.Address, input []byte, out *string) error {
	conn, err := rpc.DialContext(w.ctx, w.d.URL)
	if err != nil {
		return err
	}
	defer conn.Close()
	return conn.CallContext(w.ctx, out, "eth_call", map[string]any{"to": to, "input": hexutil.Bytes(input)}, "latest")
}

func TestTheOwnersCallsDoWhatTheySay(t *testing.T) {
	w := newWorld(t)
	token := w.launch.Token
	payer := w.payer(usdc(10))
	o, odd := w.order(payer, 2), w.orderFor(w.launch, payer, 0, big.NewInt(1_700_000))
	w.mine()
	if _, err := w.d.GiveGas(payer, big.NewInt(1e18)); err != nil {
		t.Fatal(err)
	}

	w.do(func() error {
		_, err := w.c.Submit(w.ctx, token, w.stranger, x402.Payment{Authorization: o.Authorization, Signature: o.Signature}, 2)
		return err
	})
	w.mined(w.stranger, devnet.USDC, submit(odd))
	w.do(func() error {
		_, err := w.c.Refund(w.ctx, token, w.owner, mint.Refund{Payer: payer, Nonce: odd.Authorization.Nonce, Amount: odd.Value}, mint.Proof{IDs: []mint.PaymentID{o.ID}})
		return err
	})
	w.do(func() error { _, err := w.c.Withdraw(w.ctx, token, w.stranger); return err })
	if got := w.balance(payer); got.Cmp(usdc(8)) != 0 {
		t.Errorf("the payer has %s", got)
	}
	if got := w.balance(w.treasury); got.Cmp(usdc(2)) != 0 {
		t.Errorf("the treasury has %s", got)
	}
	if chain, err := w.c.ChainOf(w.ctx, token, payer); err != nil || chain != links(o.ID, odd.ID) {
		t.Errorf("the payer's chain is %s: %v", chain, err)
	}

	w.do(func() error { _, err := w.c.SetMinter(w.ctx, token, w.owner, w.stranger); return err })
	w.do(func() error { _, err := w.c.Pause(w.ctx, token, w.owner); return err })
	if c := w.conditions(); !c.Paused || c.Minter != w.stranger || c.Owner != w.owner || c.Sold != 2 ||
		c.Withdrawn.Cmp(usdc(2)) != 0 || c.Held.Sign() != 0 || c.AssetPaused || c.Blacklisted {
		t.Errorf("conditions are %+v", c)
	}
	w.do(func() error { _, err := w.c.Unpause(w.ctx, token, w.owner); return err })
	if w.conditions().Paused {
		t.Error("still paused")
	}
}

// links is the contract's hash chain over ids.
func links(ids ...mint.PaymentID) (chain common.Hash) {
	for _, id := range ids {
		h := crypto.Keccak256(chain[:], id[:])
		chain = common.BytesToHash(h[:18])
	}
	return chain
}

func (w *world) balance(a common.Address) *big.Int {
	w.t.Helper()
	n, err := w.c.AssetBalance(w.ctx, devnet.USDC, a)
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

func (w *world) conditions() mint.Conditions {
	w.t.Helper()
	c, err := w.c.Conditions(w.ctx, w.launch, 0)
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

func TestARefusedCallIsNotSentAndSaysWhy(t *testing.T) {
	w := newWorld(t)
	token := w.launch.Token
	o := w.order(w.key(), 1)
	refund := mint.Refund{Payer: o.Payer, Nonce: o.Authorization.Nonce, Amount: usdc(1)}
	for _, test := range []struct {
		want string
		call func() (chain.Mined, error)
	}{
		{"may not do this", func() (chain.Mined, error) { return w.c.Pause(w.ctx, token, w.stranger) }},
		{"may not do this", func() (chain.Mined, error) { return w.c.SetMinter(w.ctx, token, w.stranger, w.stranger) }},
		{"not the payer's history", func() (chain.Mined, error) {
			return w.c.Refund(w.ctx, token, w.owner, refund, mint.Proof{IDs: []mint.PaymentID{o.ID}})
		}},
		{"does not know the authorization as used", func() (chain.Mined, error) {
			return w.c.Refund(w.ctx, token, w.owner, refund, mint.Proof{})
		}},
		{"exceeds balance", func() (chain.Mined, error) {
			plain := refund
			plain.Plain = true
			return w.c.Refund(w.ctx, token, w.owner, plain, mint.Proof{})
		}},
		{"exceeds balance", func() (chain.Mined, error) {
			return w.c.Submit(w.ctx, token, w.stranger, x402.Payment{Authorization: o.Authorization, Signature: o.Signature}, 1)
		}},
		{"no such contract", func() (chain.Mined, error) { return w.c.Withdraw(w.ctx, w.treasury, w.stranger) }},
		{"no key for", func() (chain.Mined, error) { return w.c.Withdraw(w.ctx, token, w.treasury) }},
	} {
		if _, err := test.call(); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("want %q, got %v", test.want, err)
		}
	}
	if w.d.Pending() {
		t.Error("something was sent")
	}
}

func TestACancelledAuthorizationIsUsedAndNeverPays(t *testing.T) {
	w := newWorld(t)
	payer := w.payer(usdc(1))
	o := w.order(payer, 1)
	w.mine()
	used := func() bool {
		used, err := w.c.Used(w.ctx, devnet.USDC, payer, o.Authorization.Nonce, 0)
		if err != nil {
			t.Fatal(err)
		}
		return used
	}
	if used() {
		t.Error("used before")
	}
	w.do(func() error {
		_, err := w.c.Cancel(w.ctx, devnet.USDC, w.stranger, payer, o.Authorization.Nonce, w.cancellation(o))
		return err
	})
	if !used() {
		t.Error("not used after")
	}
	hold(t, w.simulate(o), "used or canceled")
	if _, err := w.c.Cancel(w.ctx, devnet.USDC, w.stranger, payer, random(), make([]byte, 96)); err == nil ||
		!strings.Contains(err.Error(), "invalid signature length") {
		t.Errorf("a signature of another length: %v", err)
	}
	w.expect()
}

func TestAWaitThatEndsTellsTheHash(t *testing.T) {
	w := newWorld(t)
	ctx, cancel := context.WithCancel(w.ctx)
	done := make(chan struct{})
	var mined chain.Mined
	var err error
	go func() {
		defer close(done)
		mined, err = w.c.Withdraw(ctx, w.launch.Token, w.stranger)
	}()
	for !w.d.Pending() {
		time.Sleep(poll)
	}
	cancel()
	<-done
	if !errors.Is(err, chain.ErrUnmined) || !errors.Is(err, context.Canceled) || mined.Hash == (common.Hash{}) {
		t.Errorf("%+v %v", mined, err)
	}
}
