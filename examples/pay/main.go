// Command pay mints from a launch with the Go client of package x402. It pays at most
// one USDC, waits until the outcome is final, and prints the order.
//
//	KEY=0x59c6… go run ./examples/pay http://127.0.0.1:4021/mint
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"math/big"
	"net/http"
	"os"
	"strings"

	"github.com/ethereum/go-ethereum/crypto"

	"github.com/mint402/mint402/x402"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: KEY=0x… pay URL")
	}
	key, err := crypto.HexToECDSA(strings.TrimPrefix(os.Getenv("KEY"), "0x"))
	if err != nil {
		log.Fatal("KEY is no private key in hex: ", err)
	}
	client := x402.Client{
		Key: key,
		Max: big.NewInt(1_000_000), // 1.00 USDC, which has 6 decimals
		Confirm: func(q x402.Quote) error {
			fmt.Fprintln(os.Stderr, "the price is", q.Price())
			return nil // an error would refuse the price
		},
		// A real client stores the payment here, and after a crash calls Resume with it:
		// the same payment can be sent again, and is never charged twice.
		Keep: func(x402.Signed) error { return nil },
	}
	request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, os.Args[1], nil)
	if err != nil {
		log.Fatal(err)
	}
	result, err := client.Pay(request)
	switch {
	case errors.Is(err, x402.ErrUnresolved):
		log.Fatal("the payment may have been taken; resume it, do not pay again: ", err)
	case err != nil:
		log.Fatal("not minted: ", err)
	}
	var order struct{ State, Tokens, Symbol, Transaction, URL string }
	if err := json.Unmarshal(result.Body, &order); err != nil {
		log.Fatal("read the order: ", err)
	}
	fmt.Printf("%s %s %s in transaction %s\n%s\n", order.State, order.Tokens, order.Symbol, order.Transaction, order.URL)
}
