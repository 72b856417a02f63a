package servertest

import (
	"crypto/ecdsa"
	"math/big"
	"net/http"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/mint402/mint402/bindings"
	"github.com/mint402/mint402/chain/devnet"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/x402"
)

// Payer is a new account with that many cents of USDC.
func (w *World) Payer(cents int64) *ecdsa.PrivateKey {
	w.Helper()
	k := Key(w.TB)
	if cents > 0 {
		_, err := w.Net.GiveUSDC(Account(k), big.NewInt(cents*10_000))
		w.Must(err)
		_, err = w.Net.Mine()
		w.Must(err)
	}
	return k
}

// Key returns a new private key.
func Key(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	k, err := crypto.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// Account returns the address of a key.
func Account(k *ecdsa.PrivateKey) common.Address { return crypto.PubkeyToAddress(k.PublicKey) }

// Sign pays the 402 of a path, in a version.
func (w *World) Sign(k *ecdsa.PrivateKey, path string, version int) x402.Signed {
	w.Helper()
	return w.Signed(k, w.Get(path, nil).Wants(402), version)
}

// Signed pays the challenge of an answer, in a version.
func (w *World) Signed(k *ecdsa.PrivateKey, a Answer, version int) x402.Signed {
	w.Helper()
	h := a.Header
	if version == 1 {
		h = http.Header{}
	}
	challenge, err := x402.ParsePaymentRequired(h, a.Body)
	w.Must(err)
	if challenge.Version != version || len(challenge.Quotes) != 1 {
		w.Fatalf("challenge %+v, want version %d", challenge, version)
	}
	s, err := challenge.Quotes[0].Sign(k, time.Now())
	w.Must(err)
	return s
}

// Paid returns the header of a payment.
func Paid(s x402.Signed) Header { return Header{s.Header: s.Value} }

// Pay sends a payment of a path and returns the answer.
func (w *World) Pay(path string, s x402.Signed) Answer {
	w.Helper()
	return w.Get(path, Paid(s))
}

// Order is a payment's order, from the database.
func (w *World) Order(s x402.Signed) mint.Order {
	w.Helper()
	o, err := w.Store.Order(w.Ctx, w.ID(s))
	w.Must(err)
	return o
}

// ID is the id of a payment.
func (w *World) ID(s x402.Signed) mint.PaymentID {
	return mint.NewPaymentID(w.Engine.ChainID, devnet.USDC, s.Authorization.From, s.Authorization.Nonce)
}

// Orders is how many there are.
func (w *World) Orders() int {
	w.Helper()
	n, err := w.Store.Count(w.Ctx, mint.Query{})
	w.Must(err)
	return n
}

// SettleDirectly has a stranger submit the payment to USDC, past the launch.
func (w *World) SettleDirectly(s x402.Signed) {
	w.Helper()
	p, err := x402.DecodePayment(s.Value)
	w.Must(err)
	a := p.Authorization
	w.Send(devnet.USDC, bindings.NewTestUSDC().PackTransferWithAuthorization(
		a.From, a.To, a.Value, a.ValidAfter, a.ValidBefore, a.Nonce, p.Signature))
}
