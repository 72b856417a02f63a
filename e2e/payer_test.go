package e2e

import (
	"crypto/ecdsa"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/mint402/mint402/x402"
)

// payer is somebody with a key.
type payer struct {
	key     *ecdsa.PrivateKey
	address common.Address
}

func newPayers(t *testing.T, n int) []payer {
	t.Helper()
	payers := make([]payer, n)
	for i := range payers {
		key, err := crypto.GenerateKey()
		if err != nil {
			t.Fatal(err)
		}
		payers[i] = payer{key, crypto.PubkeyToAddress(key.PublicKey)}
	}
	return payers
}

func addresses(payers []payer) []common.Address {
	a := make([]common.Address, len(payers))
	for i, p := range payers {
		a[i] = p.address
	}
	return a
}

// payment is a signed authorization, and both headers that can carry it.
type payment struct {
	payer         payer
	quantity      int64
	asset         common.Address
	authorization x402.Authorization
	signature     hexutil.Bytes
	id            common.Hash
	v1, v2        string
}

// sign pays a quote.
func (p payer) sign(t *testing.T, q x402.Quote, quantity int64) payment {
	t.Helper()
	a, err := q.Authorize(p.address, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return p.signs(t, q, quantity, a)
}

// signs pays a quote with an authorization.
func (p payer) signs(t *testing.T, q x402.Quote, quantity int64, a x402.Authorization) payment {
	t.Helper()
	sig, err := a.Sign(q.Requirement.Domain(), p.key)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := q.Encode(a, sig)
	if err != nil {
		t.Fatal(err)
	}
	data, err := base64.StdEncoding.DecodeString(signed.Value)
	if err != nil {
		t.Fatal(err)
	}
	var v2 struct {
		Payload struct {
			Signature hexutil.Bytes `json:"signature"`
		} `json:"payload"`
	}
	if err := json.Unmarshal(data, &v2); err != nil {
		t.Fatal(err)
	}
	made := payment{payer: p, quantity: quantity, asset: q.Requirement.Asset, authorization: signed.Authorization, signature: v2.Payload.Signature, v2: signed.Value}
	// What the contract's paymentId is, spelled out once more.
	asset, from := common.BytesToHash(q.Requirement.Asset[:]), common.BytesToHash(p.address[:])
	made.id = crypto.Keccak256Hash(common.BigToHash(new(big.Int).SetUint64(q.Requirement.Domain().ChainID)).Bytes(), asset[:], from[:], signed.Authorization.Nonce[:])
	made.v1 = inVersion1(t, made.signature, signed.Authorization)
	return made
}

// inVersion1 is the header of version 1 for an authorization.
func inVersion1(t *testing.T, signature hexutil.Bytes, a x402.Authorization) string {
	t.Helper()
	v1, err := json.Marshal(map[string]any{"x402Version": 1, "scheme": "exact", "network": "base-sepolia",
		"payload": map[string]any{"signature": signature, "authorization": a}})
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(v1)
}
