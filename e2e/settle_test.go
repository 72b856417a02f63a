package e2e

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/x402"
)

// facilitated is what the scripts of official facilitator clients print.
type facilitated struct {
	Supported struct {
		Kinds []struct {
			X402Version     int
			Scheme, Network string
		}
		Extensions []string
		Signers    map[string][]string
	}
	Verified, Replayed struct {
		IsValid       bool
		InvalidReason string
		Payer         common.Address
	}
	Settled, Again settlement
	Refused        []struct {
		Status int
		Reason string
	}
}

type settlement struct {
	Success              bool
	Transaction, Network string
	ErrorReason          string
	Payer                common.Address
}

// TestTheOfficialServerPackagesUseOurFacilitator drives the program through supported, verify and
// settle with the packages that official servers of both versions have for that.
func TestTheOfficialServerPackagesUseOurFacilitator(t *testing.T) {
	begin(t)
	u := deployCircle(t, startAnvil(t, 1))
	payers := newPayers(t, 2)
	u.give(price, addresses(payers)...)
	s := openShop(t, u, 1000)
	for i, c := range []struct{ script, network, replayed string }{
		{"clients/facilitator-v1.mjs", "base-sepolia", "invalid_transaction_state"},
		{"clients/facilitator-v2.mjs", "eip155:84532", "invalid_exact_evm_nonce_already_used"},
	} {
		var said facilitated
		out := payers[i].pays(t, s.url+"/mint", c.script, &said, "FACILITATOR="+s.url+"/facilitator")
		if len(said.Supported.Kinds) != 2 || !said.Verified.IsValid || said.Verified.Payer != payers[i].address {
			t.Errorf("%s: %s", c.script, out)
		}
		if r := said.Settled; !r.Success || len(r.Transaction) != 66 || r.Network != c.network || r.Payer != payers[i].address || r.ErrorReason != "" || said.Again != r {
			t.Errorf("%s: %s", c.script, out)
		}
		if said.Replayed.IsValid || said.Replayed.InvalidReason != c.replayed {
			t.Errorf("%s: %s", c.script, out)
		}
		for _, r := range said.Refused {
			if r.Status != 403 || r.Reason != "invalid_payment_requirements" {
				t.Errorf("%s: %s", c.script, out)
			}
		}
		if n := s.allotments(t, payers[i].address); n != 1 {
			t.Errorf("%s: %d allotments", c.script, n)
		}
	}
	s.books(t, 0)
}

// TestAnOfficialServerSellsWithOurFacilitator: what @x402/express sells for a payment to the launch is
// sold, and the payer has the tokens, too. A server whose money goes elsewhere gets nothing settled.
func TestAnOfficialServerSellsWithOurFacilitator(t *testing.T) {
	begin(t)
	u := deployCircle(t, startAnvil(t, 1))
	payers := newPayers(t, 2)
	u.give(price, addresses(payers)...)
	s := openShop(t, u, 1000)
	song := startShop(t, "shops/express.mjs", "FACILITATOR="+s.url+"/facilitator", "PAY_TO="+s.token.Hex())
	var said clientSaid
	out := payers[0].pays(t, song+"/songs/1", "clients/x402-fetch-v2.mjs", &said)
	if said.Status != 200 || said.Receipt.Success == nil || !*said.Receipt.Success || s.allotments(t, payers[0].address) != 1 || s.usdc(t, payers[0].address) != 0 {
		t.Errorf("%s; %d allotments", out, s.allotments(t, payers[0].address))
	}
	elsewhere := startShop(t, "shops/express.mjs", "FACILITATOR="+s.url+"/facilitator", "PAY_TO="+s.chain.accounts[treasury].Hex())
	out = payers[1].pays(t, elsewhere+"/songs/1", "clients/x402-fetch-v2.mjs", &said)
	if said.Status == 200 || s.usdc(t, payers[1].address) != price {
		t.Errorf("settled for a stranger: %s", out)
	}
	s.books(t, 0)
}

// TestOneMint402SettlesForAnother: the first sells and has its payments settled by the second, which sells
// the same launch. And a server that names itself ends, without a charge.
func TestOneMint402SettlesForAnother(t *testing.T) {
	begin(t)
	a := startAnvilOf(t, 1, 1)
	u := deployCircle(t, a)
	payers := newPayers(t, 3)
	u.give(10*price, addresses(payers)...)
	second := openShop(t, u, 1000)
	first := newShop(t, u)
	first.ledger = second.ledger
	first.flags = []string{"--token", second.token.Hex(), "--facilitator", "second=" + second.url + "/facilitator", "--settle", "facilitator"}
	first.db, first.sender = filepath.Join(t.TempDir(), "first.db"), deployerKey
	first.start()
	for i, p := range first.payments(payers[:2], 1) {
		if got := first.insist(p, i); got.status != 200 || first.allotments(t, p.payer.address) != 1 {
			t.Errorf("payment %d: %d %s", i, got.status, got.body)
		}
		if got := second.insist(p, i); got.status != 200 {
			t.Errorf("payment %d at the second: %d %s", i, got.status, got.body)
		}
	}
	first.server.stop()
	first.flags = []string{"--facilitator", "itself=http://" + first.listen + "/facilitator", "--settle", "facilitator"}
	first.start()
	p := first.payments(payers[2:], 1)[0]
	until(t, "the payment is refused", func() bool {
		got, err := first.present(p, 2)
		return err == nil && got.State == "parked"
	})
	if got := first.usdc(t, payers[2].address); got != 10*price {
		t.Errorf("the payer has %d", got)
	}
	first.books(t, 0)
}

// settles posts a payment to the facilitator of a server, as another server does.
func (s *shop) settles(p payment, l x402.Requirement) (status int, r settlement) {
	s.t.Helper()
	data, err := base64.StdEncoding.DecodeString(p.v2)
	if err != nil {
		s.t.Fatal(err)
	}
	body, err := json.Marshal(map[string]any{"x402Version": 2, "paymentPayload": json.RawMessage(data), "paymentRequirements": l})
	if err != nil {
		s.t.Fatal(err)
	}
	res, err := http.Post(s.url+"/facilitator/settle", "application/json", bytes.NewReader(body))
	if err != nil {
		return 0, r
	}
	defer res.Body.Close()
	data, _ = io.ReadAll(res.Body)
	_ = json.Unmarshal(data, &r)
	return res.StatusCode, r
}

// TestAFacilitatorKilledAtAnyMomentSettlesOnceAndAnswersTheSame kills the program while it settles
// for others, at each of several moments.
func TestAFacilitatorKilledAtAnyMomentSettlesOnceAndAnswersTheSame(t *testing.T) {
	begin(t)
	u := deployCircle(t, startAnvil(t, 1))
	const rounds = 6
	payers := newPayers(t, rounds)
	u.give(price, addresses(payers)...)
	s := openShop(t, u, 1000)
	quote := s.quote(1)
	for i, p := range s.payments(payers, 1) {
		var lines atomic.Int32
		server := s.server
		server.onLine(func(string) {
			if lines.Add(1) == int32(1+i/2) {
				server.signal(syscall.SIGKILL)
			}
		})
		_, _ = s.settles(p, quote.Requirement)
		server.signal(syscall.SIGKILL)
		<-server.done
		s.start()
		var last settlement
		until(t, "the payment is settled", func() bool {
			status, r := s.settles(p, quote.Requirement)
			last = r
			return status == 200 && r.Success
		})
		if status, again := s.settles(p, quote.Requirement); status != 200 || again != last {
			t.Errorf("round %d: %+v, then %+v", i, last, again)
		}
		if got := s.insist(p, i); got.status != 200 || got.Transaction != common.HexToHash(last.Transaction).Hex() {
			t.Errorf("round %d: /mint says %s", i, got.body)
		}
	}
	for _, p := range payers {
		if s.allotments(t, p.address) != 1 || s.usdc(t, p.address) != 0 {
			t.Errorf("%s has %d allotments and %d of USDC", p.address, s.allotments(t, p.address), s.usdc(t, p.address))
		}
	}
	s.books(t, 0)
}
