package x402_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/mint402/mint402/x402"
)

// A server asks, reads and checks; a client pays. Settling on the chain, which comes
// between the check and the receipt, is not in this package; limits and retries of a
// payer are in package pay.
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
	asked, err := http.Post(server.URL, "", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer asked.Body.Close()
	challenge, err := x402.ParsePaymentRequired(asked.Header, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("pay", challenge.Quotes[0].Price())
	signed, _ := challenge.Quotes[0].Sign(key, time.Now())
	request, _ := http.NewRequestWithContext(context.Background(), http.MethodPost, server.URL, nil)
	request.Header.Set(signed.Header, signed.Value)
	paid, err := http.DefaultClient.Do(request)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer paid.Body.Close()
	body, _ := io.ReadAll(paid.Body)
	fmt.Println(string(body))
	// Output:
	// pay 0.10 USDC
	// paid 0.10
}
