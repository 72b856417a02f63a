package e2e

import (
	"encoding/json"
	"testing"

	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/crypto"
)

// TestTheOfficialFacilitatorSettlesForOurServer has official clients pay the program, which
// settles through the official facilitator and mints for what the chain shows.
func TestTheOfficialFacilitatorSettlesForOurServer(t *testing.T) {
	begin(t)
	a := startAnvilOf(t, 1, 1) // blocks become final soon: a mint waits for that if another payment waits, too
	u := deployCircle(t, a)
	gas := newPayers(t, 1)[0]
	a.call(nil, "anvil_setBalance", gas.address, hexutil.EncodeUint64(1e18))
	payers := newPayers(t, 3)
	u.give(10*price, addresses(payers)...)
	at := startShop(t, "shops/facilitator.mjs", "RPC="+a.url, "KEY="+hexutil.Encode(crypto.FromECDSA(gas.key)))
	s := newShop(t, u)
	s.flags = []string{"--facilitator", "official=" + at, "--settle", "facilitator"}
	s.launch(1000)
	s.start()
	paysWith(t, s.ledger, s.url+"/mint", payers)
	s.books(t, 0)
	var shown struct {
		Usable       bool
		Facilitators []struct {
			Name     string
			Outcomes map[string]int
		}
	}
	if err := json.Unmarshal([]byte(run(t, nil, program, "facilitators", "--server", s.url, "--json")), &shown); err != nil {
		t.Fatal(err)
	}
	if len(shown.Facilitators) != 1 || !shown.Usable || shown.Facilitators[0].Outcomes["settled"] != len(payers) {
		t.Errorf("the server's facilitators: %+v", shown)
	}
}
