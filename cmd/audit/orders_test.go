package audit

import (
	"fmt"
	"math/big"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
)

func TestEventsWithoutAnOrderAreListedInTheOrderOfTheChain(t *testing.T) {
	token := common.Address{1}
	a := &Audit{Launch: mint.Launch{Token: token}}
	events := map[mint.PaymentID]*orderEvents{}
	for i := range uint(30) {
		e := mint.Event{Kind: mint.EventMinted, Token: token, ID: mint.PaymentID{byte(97 * i)}, Amount: new(big.Int),
			At: mint.Mark{Block: uint64(i / 3), LogIndex: i % 3}}
		events[e.ID] = &orderEvents{minted: &e}
	}
	a.missing(events)
	if len(a.solvency.Differences) != 30 {
		t.Fatalf("%d differences", len(a.solvency.Differences))
	}
	for i, d := range a.solvency.Differences {
		if at := fmt.Sprintf("(block %d, log %d)", i/3, i%3); !strings.Contains(d.Detail, at) {
			t.Errorf("difference %d is %q, want %s", i, d.Detail, at)
		}
	}
}
