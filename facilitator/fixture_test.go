package facilitator

import (
	"context"
	"encoding/json"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/mint402/mint402/x402"
)

var (
	payer   = common.HexToAddress("0x1111111111111111111111111111111111111111")
	other   = common.HexToAddress("0x2222222222222222222222222222222222222222")
	token   = common.HexToAddress("0x3333333333333333333333333333333333333333")
	aTx     = crypto.Keccak256Hash([]byte("a transaction"))
	sepolia = must(x402.NetworkByName("base-sepolia"))
)

func must[T any](v T, ok bool) T {
	if !ok {
		panic("not found")
	}
	return v
}

func payment() *Payment {
	return &Payment{
		Requirement: sepolia.Requirement(token, big.NewInt(1_000_000), 5*time.Minute),
		Resource:    x402.Resource{URL: "https://mint.example/mint", Description: "Mint", MimeType: "application/json"},
		Authorization: x402.Authorization{From: payer, To: token, Value: big.NewInt(1_000_000), ValidAfter: big.NewInt(0),
			ValidBefore: big.NewInt(1_900_000_000), Nonce: crypto.Keccak256Hash([]byte("a nonce"))},
		Signature: make([]byte, 65),
	}
}

// stub serves a facilitator's API with the given handlers.
func stub(t *testing.T, handle http.HandlerFunc) *Client {
	t.Helper()
	s := httptest.NewServer(handle)
	t.Cleanup(s.Close)
	c, err := NewClient(s.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func says(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func text(t *testing.T, v any) string {
	t.Helper()
	s, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(s)
}

var ctx = context.Background()
