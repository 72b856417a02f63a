//go:build linux

package main

import (
	"crypto/ecdsa"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/x402"
)

// payers creates accounts that were never used before.
type payers struct{ made int64 }

// next creates an account. Its key is a small number, which is safe because the test
// chain holds no value.
func (p *payers) next() (*ecdsa.PrivateKey, error) {
	p.made++
	return crypto.ToECDSA(common.BigToHash(big.NewInt(1_000_000 + p.made)).Bytes())
}

// payment is a signed authorization, with the request that contains it.
type payment struct {
	payer   common.Address
	id      mint.PaymentID
	request []byte
	header  x402.Signed
}

// quote asks a server on this machine for its price.
func quote(port int) (x402.Quote, error) {
	response, err := http.Get(fmt.Sprintf("http://127.0.0.1:%d/mint", port))
	if err != nil {
		return x402.Quote{}, fmt.Errorf("ask for the price: %w", err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return x402.Quote{}, fmt.Errorf("ask for the price: %w", err)
	}
	challenge, err := x402.ParsePaymentRequired(response.Header, body)
	if err != nil {
		return x402.Quote{}, fmt.Errorf("ask for the price: %d %.200s: %w", response.StatusCode, body, err)
	}
	if len(challenge.Quotes) != 1 {
		return x402.Quote{}, fmt.Errorf("ask for the price: %d ways to pay, %v", len(challenge.Quotes), challenge.Skipped)
	}
	return challenge.Quotes[0], nil
}

// sign creates n payers that each sign a payment of the quote.
func (p *payers) sign(q x402.Quote, n int) ([]payment, error) {
	chainID, _ := x402.ParseCAIP2(q.Requirement.Network)
	made := make([]payment, n)
	for i := range made {
		key, err := p.next()
		if err != nil {
			return nil, fmt.Errorf("make payer: %w", err)
		}
		signed, err := q.Sign(key, time.Now())
		if err != nil {
			return nil, err
		}
		a := signed.Authorization
		made[i] = payment{a.From, mint.NewPaymentID(chainID, q.Requirement.Asset, a.From, a.Nonce), get(signed.Header, signed.Value), signed}
	}
	return made, nil
}

// forge creates payments that each have the signature of another. It returns one
// fewer than n.
func (p *payers) forge(q x402.Quote, n int) ([]payment, error) {
	made, err := p.sign(q, n)
	if err != nil {
		return nil, err
	}
	var first string
	for i := range made {
		data, err := base64.StdEncoding.DecodeString(made[i].header.Value)
		if err != nil {
			return nil, err
		}
		var carried struct{ Payload struct{ Signature string } }
		if err := json.Unmarshal(data, &carried); err != nil {
			return nil, err
		}
		other := first
		if first = carried.Payload.Signature; other == "" {
			continue
		}
		text := strings.Replace(string(data), carried.Payload.Signature, other, 1)
		made[i].request = get(made[i].header.Header, base64.StdEncoding.EncodeToString([]byte(text)))
	}
	return made[1:], nil
}

// get builds a request for a mint, with a header unless its name is empty.
func get(name, value string) []byte { return getPath("/mint", name, value) }

func getPath(path, name, value string) []byte {
	if name != "" {
		name += ": " + value + "\r\n"
	}
	return []byte("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + name + "\r\n")
}

// always returns the same request on every call.
func always(request []byte) func() ([]byte, int) {
	return func() ([]byte, int) { return request, 0 }
}

// again returns the payments in turn, without end.
func again(payments []payment) func() ([]byte, int) {
	i := 0
	return func() ([]byte, int) {
		i = (i + 1) % len(payments)
		return payments[i].request, i
	}
}

// each returns every payment once.
func each(payments []payment) func() ([]byte, int) {
	i := -1
	return func() ([]byte, int) {
		if i++; i >= len(payments) {
			return nil, 0
		}
		return payments[i].request, i
	}
}
