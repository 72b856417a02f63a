package x402_test

import (
	"context"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/mint402/mint402/x402"
)

// A server asks, reads and checks; a client pays. What lies between the check
// and the receipt, settling on the chain, is not this package's.
func Example() {
	network, _ := x402.NetworkByName("base-sepolia")
	price, _ := network.Asset.Parse("0.10")
	payTo := common.HexToAddress("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")
	required := network.Requirement(payTo, price, 2*time.Minute)

	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		value := r.Header.Get(x402.HeaderPaymentSignature)
		if value == "" {
			ask, _ := x402.EncodeHeader(x402.NewPaymentRequired("Payment required", x402.Resource{URL: "https://mint.example/mint"}, required))
			w.Header().Set(x402.HeaderPaymentRequired, ask)
			w.WriteHeader(http.StatusPaymentRequired)
			return
		}
		payment, err := x402.DecodePayment(value)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		err = required.Check(payment, time.Now(), 20*time.Second, 2*time.Hour)
		if err == nil {
			_, err = required.CheckSignature(payment)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusPaymentRequired)
			return
		}
		fmt.Fprint(w, "paid ", network.Asset.Format(payment.Authorization.Value))
	}))
	defer server.Close()

	key, _ := crypto.GenerateKey()
	client := x402.Client{Key: key, Max: big.NewInt(100_000), Confirm: func(q x402.Quote) error {
		fmt.Println("pay", q.Price())
		return nil
	}}
	request, _ := http.NewRequestWithContext(context.Background(), http.MethodPost, server.URL, nil)
	result, err := client.Pay(request)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(string(result.Body))
	// Output:
	// pay 0.10 USDC
	// paid 0.10
}
