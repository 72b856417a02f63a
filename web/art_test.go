package web_test

import (
	"os"
	"testing"

	"github.com/mint402/mint402/web"
)

func TestThePageAndTheReceiptShowTheTokensSealAsItAlwaysWas(t *testing.T) {
	want, err := os.ReadFile("testdata/seal.svg")
	if err != nil {
		t.Fatal(err)
	}
	token := web.Link{Text: "0x5FbDB2315678afecb367f032d93F642f64180aa3"}
	if got := (web.Launch{Token: token}).Art(); string(got) != string(want) {
		t.Errorf("the page shows\n%s", got)
	}
	if got := (web.Receipt{Token: token, PaymentID: "0x01"}).Art(); string(got) != string(want) {
		t.Errorf("the receipt shows\n%s", got)
	}
}
