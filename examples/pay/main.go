// Command pay mints from a launch with an ordinary http.Client whose transport pays: a
// pay.Payer. It pays at most one USDC, waits until the mint is in a block, and prints
// the order. It keeps the signed payment in the directory "payments": after a crash, run
// it again, and the same payment is sent again instead of a new one.
//
//	KEY=0x59c6… go run ./examples/pay http://127.0.0.1:4021/mint
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/ethereum/go-ethereum/crypto"

	"github.com/mint402/mint402/pay"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: KEY=0x… pay URL")
	}
	target, err := url.Parse(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	key, err := crypto.HexToECDSA(strings.TrimPrefix(os.Getenv("KEY"), "0x"))
	if err != nil {
		log.Fatal("KEY is no private key in hex: ", err)
	}
	signer := pay.KeySigner(key)
	ledger, err := pay.OpenLedger("payments", signer.Address())
	if err != nil {
		log.Fatal(err)
	}
	payer := &pay.Payer{
		Signer: signer,
		Ledger: ledger,
		Limits: pay.Limits{
			PerPayment: 1_000_000, // 1.00 USDC: Units are millionths
			PerDay:     5_000_000,
			Total:      20_000_000,
			Hosts:      []string{target.Host}, // pays no other host
		},
		Confirm: func(_ context.Context, o pay.Offer) error {
			fmt.Fprintln(os.Stderr, "the price is", o.Price())
			return nil // an error would refuse the price
		},
	}
	client := &http.Client{Transport: payer}
	response, err := client.Get(target.String())
	var unresolved *pay.UnresolvedError
	switch {
	case errors.As(err, &unresolved):
		log.Fatal("the payment may have been taken; run this again, it sends the same one: ", err)
	case err != nil:
		log.Fatal("not paid: ", err)
	}
	defer response.Body.Close()
	var order struct{ State, Tokens, Symbol, Transaction, URL string }
	if err := json.NewDecoder(response.Body).Decode(&order); err != nil || response.StatusCode != http.StatusOK {
		log.Fatalf("not minted: %s %v", response.Status, err)
	}
	fmt.Printf("%s %s %s in transaction %s\n%s\n", order.State, order.Tokens, order.Symbol, order.Transaction, order.URL)
}
