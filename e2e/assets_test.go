package e2e

import (
	"encoding/hex"
	"math/big"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/mint402/mint402/x402"
)

// eurcAddress is where EURC is on Base Sepolia.
var eurcAddress = common.HexToAddress("0x808456652fdb597867f38412077A9182bf77359F")

// TestLaunchesInSeveralAssetsAreSoldSideBySide sells one launch for USDC and one for EURC, both
// Circle's code. A payment in one is none in the other, and one account nonce of a payer is a
// payment of its own in each.
func TestLaunchesInSeveralAssetsAreSoldSideBySide(t *testing.T) {
	begin(t)
	u := deployCircle(t, startAnvil(t, 1))
	u.issue(eurcAddress, "EURC", "EUR")
	s := openShop(t, u, 50)

	// A server that was not told of the asset refuses the launch, in words.
	c := exec.Command(program, "launch", "--yes", "--rpc", u.url, "--db", s.db, "--out", t.TempDir(), "--slug", "early", "--name", "Early", "--symbol", "EARLY", "--asset", eurcAddress.Hex(),
		"--price", "0.10", "--allotment", "5000", "--cap", "50000", "--treasury", u.accounts[treasury].Hex(), "--minter", addressOf(t, s.minterKey).Hex())
	c.Env = environment("MINT402_KEY=" + s.owner)
	if said, err := c.CombinedOutput(); err == nil || !strings.Contains(string(said), "EURC") || !strings.Contains(string(said), "--asset "+eurcAddress.Hex()) {
		t.Errorf("a launch in an asset that the server does not take: %v\n%s", err, said)
	}

	s.flags = []string{"--asset", eurcAddress.Hex()}
	s.restart(func() {})
	euro := &ledger{u.Client, s.deploy(s.db, "euro", addressOf(t, s.minterKey).Hex(), 50, "--asset", eurcAddress.Hex())}
	payers := newPayers(t, 6)
	u.give(2*price, addresses(payers)...)
	for _, p := range payers {
		u.done(u.accounts[circle], &eurcAddress, u.pack("mint", p.address, big.NewInt(2*price)))
	}
	inUSDC, inEURC := s.of("ping"), s.of("euro")
	until(t, "the launch in EURC is on sale", func() bool {
		a, err := ask(mintURL(inEURC.url, 1), "", "")
		return err == nil && a.status == 402
	})
	q := inEURC.quote(1)
	if q.Requirement.Asset != eurcAddress || q.Requirement.Extra.Name != "EURC" || q.Requirement.PayTo != euro.token {
		t.Fatalf("the price of a launch in EURC is %+v", q.Requirement)
	}
	if got := inUSDC.quote(1).Requirement.Asset; got != usdcAddress {
		t.Errorf("the price of a launch in USDC is in %s", got)
	}

	// A signature over USDC pays nothing in EURC, whatever the payment says that it is.
	wrong := q
	wrong.Requirement.Asset = usdcAddress
	wrong.Requirement.Extra.Name = "USDC"
	if a, err := inEURC.present(payers[0].sign(t, wrong, 1), 2); err != nil || a.status != 402 {
		t.Errorf("a payment in another asset: %d %s %v", a.status, a.body, err)
	}

	// The same payment nonce, in each asset.
	var paid []payment
	for _, p := range payers {
		first := p.sign(t, inUSDC.quote(1), 1)
		second := p.again(t, q, first.authorization.Nonce)
		if first.id == second.id {
			t.Fatalf("two payments have one id %s", first.id)
		}
		paid = append(paid, first, second)
	}
	together(len(paid), func(i int) {
		at := []*shop{inUSDC, inEURC}[i%2]
		if a := at.insist(paid[i], 2); a.status != 200 {
			t.Errorf("payment %d: %d %s", i, a.status, a.body)
		}
	})
	for _, p := range payers {
		if n, m := s.allotments(t, p.address), euro.allotments(t, p.address); n != 1 || m != 1 {
			t.Errorf("%s holds %d and %d allotments", p.address, n, m)
		}
		if usd, eur := s.usdc(t, p.address), euro.balance(t, eurcAddress, p.address).Int64(); usd != price || eur != price {
			t.Errorf("%s has %d USDC and %d EURC left", p.address, usd, eur)
		}
	}

	// What a stranger settles in EURC is minted, and a launch that is on sale needs no flag.
	s.flags = nil
	stranger := newPayers(t, 1)[0]
	u.done(u.accounts[circle], &eurcAddress, u.pack("mint", stranger.address, big.NewInt(price)))
	settled := stranger.sign(t, q, 1)
	s.restart(func() { u.submit(settled) })
	if a := s.of("euro").insist(settled, 2); a.status != 200 {
		t.Errorf("a payment that a stranger settled in EURC: %d %s", a.status, a.body)
	}
	for _, slug := range []string{"ping", "euro"} {
		if a, err := ask(s.url+"/launches/"+slug+"/solvency", "", ""); err != nil || a.status != 200 || !strings.Contains(string(a.body), `"differences":[]`) {
			t.Errorf("the books of %s: %d %s %v", slug, a.status, a.body, err)
		}
		run(t, nil, program, "audit", "--launch", slug, "--rpc", u.url, "--db", s.db)
	}
}

// again pays a quote with a payment nonce of another payment.
func (p payer) again(t *testing.T, q x402.Quote, nonce common.Hash) payment {
	t.Helper()
	a, err := q.Authorize(p.address, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	a.Nonce = nonce
	return p.signs(t, q, 1, a)
}

// TestAChainThatIsNotListedIsServedFromWhatItShows launches, serves, pays and audits on a chain
// of an id that no table has.
func TestAChainThatIsNotListedIsServedFromWhatItShows(t *testing.T) {
	begin(t)
	const id = "31337"
	u := deployFiatToken(t, startAnvilWith(t, 1, 1, "--chain-id", id))
	dollars := common.HexToAddress("0x5d01")
	u.issue(dollars, "Test Dollar", "USD")
	s := newShop(t, u)
	s.ledger = &ledger{u.Client, s.deploy(s.db, "ping", addressOf(t, s.minterKey).Hex(), 50, "--chain-id", id, "--asset", dollars.Hex(), "--mainnet-ok", "--owner", addressOf(t, s.owner).Hex())}
	s.flags = []string{"--chain", "id=" + id + ",title=Our chain,testnet,explorer=https://scan.example,confirmations=3"}
	s.start()
	p := newPayers(t, 1)[0]
	u.done(u.accounts[circle], &dollars, u.pack("mint", p.address, big.NewInt(2*price)))
	q := s.quote(1)
	if q.Requirement.Network != "eip155:"+id || q.Requirement.Asset != dollars || q.Requirement.Extra.Name != "Test Dollar" {
		t.Errorf("the price is %+v", q.Requirement)
	}
	if a := s.insist(p.sign(t, q, 1), 2); a.status != 200 || !strings.Contains(string(a.body), "https://scan.example/tx/0x") {
		t.Errorf("a payment: %d %s", a.status, a.body)
	}
	run(t, []string{"MINT402_KEY=" + hex.EncodeToString(crypto.FromECDSA(p.key))}, program, "mint", s.url+"/mint", "--yes", "--any-asset", "--max", strconv.Itoa(price), "--rpc", u.url, "--state-dir", t.TempDir())
	if n := s.allotments(t, p.address); n != 2 {
		t.Errorf("%d allotments for two payments", n)
	}
	run(t, nil, program, "audit", "--rpc", u.url, "--db", s.db)
}
