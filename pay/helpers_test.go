package pay

import (
	"encoding/base64"
	"math/big"
	"net/http"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/mint402/mint402/x402"
)

const (
	margin  = 20 * time.Second
	maximum = 2 * time.Hour
)

var (
	clock       = time.Unix(1_800_000_000, 0)
	payTo       = common.HexToAddress("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")
	resource    = x402.Resource{URL: "https://mint.example/mint", Description: "Mint 5000 PING", MimeType: "application/json"}
	payerKey, _ = crypto.HexToECDSA("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80")
)

// acceptedText is ourRequirement as version 2 sends it.
const acceptedText = `{"scheme":"exact","network":"eip155:84532","amount":"100000","asset":"0x036CbD53842c5426634e7929541eC2318f3dCF7e","payTo":"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed","maxTimeoutSeconds":120,"extra":{"name":"USDC","version":"2","paymentFlow":"upfront"}}`

func encode(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }

func headerOf(text string) http.Header {
	h := http.Header{}
	h.Set(x402.HeaderPaymentRequired, encode(text))
	return h
}

func ourRequirement(t testing.TB) x402.Requirement {
	t.Helper()
	n, ok := x402.NetworkByName("base-sepolia")
	if !ok {
		t.Fatal("no such network")
	}
	return n.Requirement(payTo, big.NewInt(100_000), 120*time.Second)
}

func offersOf(c *x402.Challenge) (offers []Offer) {
	for _, q := range c.Quotes {
		offers = append(offers, Offer{Quote: q, Protocol: ProtocolX402})
	}
	return offers
}
