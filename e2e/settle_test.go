package e2e

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/crypto"

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

// relaySecret is a token's.
const relaySecret = "a-secret-of-32-characters-or-more"

// opensToOthers has a shop's server settle payments to an account for a token, with a key that has gas.
func (s *shop) opensToOthers(payTo common.Address) {
	s.t.Helper()
	key := newPayers(s.t, 1)[0]
	s.chain.anvil.call(nil, "anvil_setBalance", key.address, hexutil.EncodeUint64(1e18))
	dir := s.t.TempDir()
	hash := sha256.Sum256([]byte(relaySecret))
	for name, text := range map[string]string{
		"relay.key":   hexutil.Encode(crypto.FromECDSA(key.key))[2:],
		"tokens.json": fmt.Sprintf(`{"tokens":[{"name":"songs","sha256":"%x","networks":["base-sepolia"],"assets":["%s"],"payTo":["%s"],"gasPerDay":"0.5","rate":600}]}`, hash, usdcAddress, payTo),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			s.t.Fatal(err)
		}
	}
	s.flags = append(s.flags, "--facilitator-tokens", filepath.Join(dir, "tokens.json"), "--relay-key-file", filepath.Join(dir, "relay.key"))
}

// TestAnOfficialServerSellsWithATokenOfOurFacilitator: a shop of its own recipient, with a token.
func TestAnOfficialServerSellsWithATokenOfOurFacilitator(t *testing.T) {
	begin(t)
	u := deployCircle(t, startAnvil(t, 1))
	payers := newPayers(t, 3)
	u.give(price, addresses(payers)...)
	songs := newPayers(t, 1)[0].address
	s := newShop(t, u)
	s.launch(1000)
	s.opensToOthers(songs)
	s.start()
	song := startShop(t, "shops/express.mjs", "FACILITATOR="+s.url+"/facilitator", "PAY_TO="+songs.Hex(), "TOKEN="+relaySecret)
	for i, p := range payers[:2] {
		var said clientSaid
		out := p.pays(t, song+"/songs/1", "clients/x402-fetch-v2.mjs", &said)
		if said.Status != 200 || said.Receipt.Success == nil || !*said.Receipt.Success || s.usdc(t, songs) != int64(i+1)*price || s.usdc(t, p.address) != 0 {
			t.Errorf("%s", out)
		}
		s.server.kill()
		s.start()
	}
	forger := startShop(t, "shops/express.mjs", "FACILITATOR="+s.url+"/facilitator", "PAY_TO="+songs.Hex())
	var said clientSaid
	if out := payers[2].pays(t, forger+"/songs/1", "clients/x402-fetch-v2.mjs", &said); said.Status == 200 || s.usdc(t, payers[2].address) != price {
		t.Errorf("without the token: %s", out)
	}
	s.books(t, 0)
}

// TestAFacilitatorOfOthersKilledAtAnyMomentSettlesOnce kills the program while it settles for a token's holder.
func TestAFacilitatorOfOthersKilledAtAnyMomentSettlesOnce(t *testing.T) {
	begin(t)
	u := deployCircle(t, startAnvil(t, 1))
	const rounds = 6
	payers := newPayers(t, rounds)
	u.give(price, addresses(payers)...)
	songs := newPayers(t, 1)[0].address
	s := newShop(t, u)
	s.launch(1000)
	s.opensToOthers(songs)
	s.start()
	quote := s.quote(1)
	quote.Requirement.PayTo = songs
	for i, payer := range payers {
		p := payer.sign(t, quote, 1)
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
		if s.usdc(t, songs) != int64(i+1)*price || s.usdc(t, payer.address) != 0 {
			t.Errorf("round %d: the shop has %d", i, s.usdc(t, songs))
		}
	}
	s.books(t, 0)
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
	req, err := http.NewRequest(http.MethodPost, s.url+"/facilitator/settle", bytes.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if l.PayTo != s.token {
		req.Header.Set("Authorization", "Bearer "+relaySecret)
	}
	res, err := http.DefaultClient.Do(req)
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
