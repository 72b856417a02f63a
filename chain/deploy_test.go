package chain_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/mint402/mint402/bindings"
	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/chain/devnet"
	"github.com/mint402/mint402/mint"
)

func TestALaunchIsWhereItsTermsSayAndReadsBackAsDeployed(t *testing.T) {
	w := newWorld(t)
	d := chain.Deployment{Salt: random(), Terms: w.terms(func(t *bindings.Terms) {
		t.Name, t.Symbol, t.Limit, t.OpensAt, t.ClosesAt = "Zwei", "ZWEI", big.NewInt(7), 4102444800, 4102444801
	})}
	address, err := d.Address()
	if err != nil {
		t.Fatal(err)
	}
	estimate, err := w.c.EstimateDeploy(w.ctx, w.owner, d)
	if err != nil {
		t.Fatal(err)
	}
	w.mine()
	w.mine()
	var deployed chain.Deployed
	w.do(func() (err error) { deployed, err = w.c.Deploy(w.ctx, w.owner, d); return err })
	if deployed.Token != address || deployed.Already || deployed.Mined.Block == 0 {
		t.Errorf("deployed %+v, foreseen %s", deployed, address)
	}
	if deployed.Mined.GasUsed > estimate.Gas || estimate.Wei.Sign() == 0 || estimate.MintWei.Sign() == 0 || estimate.Deployed {
		t.Errorf("estimated %+v, used %d", estimate, deployed.Mined.GasUsed)
	}
	t.Logf("a deployment uses %d gas, estimated %d", deployed.Mined.GasUsed, estimate.Gas)
	w.mine()

	l, err := w.c.ReadLaunch(w.ctx, address)
	if err != nil {
		t.Fatal(err)
	}
	usdc := l.Asset
	if usdc.Address != devnet.USDC || usdc.Name != "USDC" || usdc.Symbol != "USDC" || usdc.Version != "2" || usdc.Decimals != 6 {
		t.Errorf("asset is %+v", usdc)
	}
	if l.Name != "Zwei" || l.Symbol != "ZWEI" || l.ContractURI != "ipfs://ping" || l.ChainID != devnet.ChainID ||
		l.Token != address || l.Price.Cmp(price) != 0 || l.Allotment.Cmp(tokens(5000)) != 0 || l.Cap != 1000 || l.Limit != 7 ||
		!l.OpensAt.Equal(time.Unix(4102444800, 0)) || !l.ClosesAt.Equal(time.Unix(4102444801, 0)) ||
		l.Treasury != w.treasury || l.Owner != w.owner || l.Minter != w.minter {
		t.Errorf("launch is %+v", l)
	}
	if l.DeployedAt != deployed.Mined.Block {
		t.Errorf("deployed at %d, found %d", deployed.Mined.Block, l.DeployedAt)
	}

	// Again is the same launch and costs nothing.
	again, err := w.c.Deploy(w.ctx, w.stranger, d)
	if err != nil || !again.Already || again.Token != address {
		t.Errorf("a second deployment: %+v %v", again, err)
	}
}

func TestNoLimitIsTheCapAndNoTimesAreZero(t *testing.T) {
	w := newWorld(t, func(t *bindings.Terms) { t.Limit = nil })
	if w.launch.Limit != 1000 || !w.launch.OpensAt.IsZero() || !w.launch.ClosesAt.IsZero() {
		t.Errorf("limit %d, opens %v, closes %v", w.launch.Limit, w.launch.OpensAt, w.launch.ClosesAt)
	}
	if l, err := w.c.ReadLaunchFrom(w.ctx, w.launch.Token, 17); err != nil || l.DeployedAt != 17 {
		t.Errorf("told block 17: %d %v", l.DeployedAt, err)
	}
}

func TestTermsThatTheContractRefusesAreNamedBeforeAnythingIsSent(t *testing.T) {
	w := newWorld(t)
	for _, test := range []struct {
		term   string
		change func(*bindings.Terms)
	}{
		{"price", func(t *bindings.Terms) { t.Price = new(big.Int) }},
		{"cap", func(t *bindings.Terms) { t.Cap = big.NewInt(1) }},
		{"treasury", func(t *bindings.Terms) { t.Treasury = common.Address{} }},
		{"asset", func(t *bindings.Terms) { t.Asset = w.treasury }},
	} {
		_, err := w.c.Deploy(w.ctx, w.owner, chain.Deployment{Terms: w.terms(test.change)})
		var reverted *chain.Revert
		if !errors.As(err, &reverted) || reverted.Name != "InvalidTerm" || reverted.Reason != "invalid term: "+test.term {
			t.Errorf("%s: %v", test.term, err)
		}
	}
	if w.d.Pending() {
		t.Error("something was sent")
	}
}

func TestTheDeployersCodeIsTheOneOfEveryOtherChain(t *testing.T) {
	const known = "0x2fa86add0aed31f33a762c9d88e807c475bd51d0f52bd0955754b2608f7e4989"
	if got := crypto.Keccak256Hash(chain.Create2Runtime); got.Hex() != known || len(chain.Create2Runtime) != 69 {
		t.Errorf("%d bytes that hash to %s", len(chain.Create2Runtime), got)
	}
}

func TestALaunchIsNotReadWhereThereIsNoneOrItsAssetSignsAsAnother(t *testing.T) {
	// It asks USDC for everything, the separator included, which names USDC's address.
	mimic := common.HexToAddress("0xa55e7")
	code := common.FromHex("0x365f5f375f5f365f73" + strings.TrimPrefix(devnet.USDC.Hex(), "0x") + "5afa3d5f5f3e3d5ff3")
	w := newWorldWith(t, types.GenesisAlloc{mimic: {Code: code, Balance: new(big.Int)}})
	if _, err := w.c.ReadAsset(w.ctx, mimic); err == nil || !strings.Contains(err.Error(), "DOMAIN_SEPARATOR") {
		t.Errorf("the mimic is %v", err)
	}
	if _, err := w.c.ReadLaunch(w.ctx, w.treasury); err == nil || !strings.Contains(err.Error(), "no such contract") {
		t.Errorf("an account without code: %v", err)
	}
	if _, err := w.c.ReadLaunch(w.ctx, devnet.USDC); err == nil {
		t.Error("USDC was read as a launch")
	}
	if _, err := w.c.ReadAsset(w.ctx, w.treasury); err == nil {
		t.Error("an account without code was read as an asset")
	}
}

func TestTheArgumentsForVerificationAreTheEndOfWhatWasDeployed(t *testing.T) {
	w := newWorld(t)
	arguments, err := chain.Deployment{Terms: w.terms()}.Arguments()
	if err != nil {
		t.Fatal(err)
	}
	code := append(common.FromHex(bindings.LaunchMetaData.Bin), arguments...)
	if got := crypto.CreateAddress2(chain.Create2Deployer, common.Hash{}, crypto.Keccak256(code)); got != w.launch.Token {
		t.Errorf("they would make %s, the launch is at %s", got, w.launch.Token)
	}
	var input struct{ Language string }
	if err := json.Unmarshal(bindings.LaunchVerifyInput, &input); err != nil || input.Language != "Solidity" {
		t.Errorf("standard JSON: %q %v", input.Language, err)
	}
}

func TestTheBootChecksNameTheFirstThingThatIsWrong(t *testing.T) {
	w := newWorld(t)
	poor := w.key()
	w.c.Keys.Add(w.keys[poor])
	genesis, err := w.c.Genesis(w.ctx)
	if err != nil || genesis != w.d.Genesis {
		t.Fatalf("genesis is %s, want %s: %v", genesis, w.d.Genesis, err)
	}
	good := func() chain.Expect {
		return chain.Expect{ChainID: devnet.ChainID, Genesis: genesis, Launches: []mint.Launch{w.launch},
			Senders: []common.Address{w.sender}, Minter: w.minter}
	}
	for _, test := range []struct {
		want   string
		change func(*chain.Expect)
	}{
		{"", func(e *chain.Expect) {}},
		{"", func(e *chain.Expect) { e.Genesis, e.Minter = common.Hash{}, common.Address{} }},
		{"serves chain 84532", func(e *chain.Expect) { e.ChainID = 8453 }},
		{"the genesis block", func(e *chain.Expect) { e.Genesis = random() }},
		{"no code at", func(e *chain.Expect) { e.Launches[0].Token = w.treasury }},
		{"no code at", func(e *chain.Expect) { e.Launches[0].Asset.Address = w.treasury }},
		{"configured is \"USD Coin\"", func(e *chain.Expect) { e.Launches[0].Asset.Name = "USD Coin" }},
		{"its price, allotment", func(e *chain.Expect) { e.Launches[0].Price = big.NewInt(2) }},
		{"its treasury", func(e *chain.Expect) { e.Launches[0].Treasury = w.owner }},
		{"its times", func(e *chain.Expect) { e.Launches[0].ClosesAt = time.Unix(1, 0) }},
		{"it is on chain 1", func(e *chain.Expect) { e.Launches[0].ChainID = 1 }},
		{"the minter is", func(e *chain.Expect) { e.Minter = w.sender }},
		{"nothing to pay gas with", func(e *chain.Expect) { e.Senders = append(e.Senders, poor) }},
		{"no key for", func(e *chain.Expect) { e.Senders = []common.Address{w.treasury} }},
	} {
		e := good()
		test.change(&e)
		err := w.c.Check(w.ctx, e)
		if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("want %q, got %v", test.want, err)
		}
	}
}

// earlier answers as an earlier contract did, with the terms of the launch whose address it was
// sent: it has no mintBatch as of now, and its state has eight words.
var earlier = common.FromHex("602036146048575f3560e01c63a6d5f09e8114604457365f80375f80368180545afa63c19d93fb3d9214603b575b815f803e156038575ff35b5ffd5b6101009150602d565b5f80fd5b5f355f5500")

func TestALaunchOfAnEarlierContractIsRefusedByItsVersion(t *testing.T) {
	at, unbound := common.HexToAddress("0x01de5"), common.HexToAddress("0x01de6")
	batches := append(slices.Clip(earlier), 0x63, 0, 0, 0, 0)
	copy(batches[len(earlier)+1:], tokenABI.PackMintBatch(nil, new(big.Int), new(big.Int)))
	w := newWorldWith(t, types.GenesisAlloc{at: {Code: earlier, Balance: new(big.Int)}, unbound: {Code: batches, Balance: new(big.Int)}})
	w.mined(w.stranger, unbound, common.BytesToHash(w.launch.Token[:]).Bytes())
	w.mined(w.stranger, at, common.BytesToHash(w.launch.Token[:]).Bytes())
	old := w.launch
	old.Token = at
	const want = "an earlier version"
	if _, err := w.c.Conditions(w.ctx, old, 0); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("its conditions: %v", err)
	}
	if reason, err := w.c.Differs(w.ctx, old); err != nil || !strings.Contains(reason, want) {
		t.Errorf("it differs in %q, %v", reason, err)
	}
	old.Token = unbound // its mintSettled names no block
	if reason, err := w.c.Differs(w.ctx, old); err != nil || !strings.Contains(reason, want) {
		t.Errorf("without mintSettled as of now it differs in %q, %v", reason, err)
	}
	if reason, err := w.c.Differs(w.ctx, w.launch); err != nil || reason != "" {
		t.Errorf("the launch of now differs in %q, %v", reason, err)
	}
	err := w.c.Check(w.ctx, chain.Expect{ChainID: devnet.ChainID, Launches: []mint.Launch{old}})
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("the check says %v", err)
	}
}

func TestOfSeveralNodesTheOneThatShowsALaunchOtherwiseIsNamed(t *testing.T) {
	w := newWorld(t)
	c, _, p := w.proxies(2)
	p[0].spoil(change(func(q request, r *response) { // a fork of the chain from before the launch
		if q.Method == "eth_getCode" && strings.Contains(string(q.Params), strings.ToLower(w.launch.Token.Hex())) {
			r.Result = json.RawMessage(`"0x"`)
		}
	}))
	if reason, err := c.Differs(w.ctx, w.launch); err != nil || !strings.Contains(reason, "no code") || !strings.Contains(reason, p[0].host()) {
		t.Errorf("the first node is a fork: %q, %v", reason, err)
	}
	p[0].spoil(nil)
	if reason, err := c.Differs(w.ctx, w.launch); err != nil || reason != "" {
		t.Errorf("none is a fork: %q, %v", reason, err)
	}
}

func TestTheBlockOfADeploymentIsFoundNearAndFar(t *testing.T) {
	long(t)
	w := newWorld(t)
	var want []uint64
	var tokens []common.Address
	launches := 3
	if testing.Short() {
		launches = 1
	}
	for range launches {
		var deployed chain.Deployed
		w.do(func() (err error) {
			deployed, err = w.c.Deploy(w.ctx, w.owner, chain.Deployment{Salt: random(), Terms: w.terms(func(*bindings.Terms) {})})
			return err
		})
		want, tokens = append(want, deployed.Mined.Block), append(tokens, deployed.Token)
		for range 21 {
			w.mine()
			for i := range tokens {
				if got, err := w.c.DeployedAt(w.ctx, tokens[i]); err != nil || got != want[i] {
					t.Fatalf("block %d, %v; want %d", got, err, want[i])
				}
			}
		}
	}
}

func TestTheConstructorsArgumentsAreReadFromTheContractAsTheyWereGiven(t *testing.T) {
	w := newWorld(t)
	for name, limit := range map[string]*big.Int{"no limit": nil, "the cap as the limit": big.NewInt(1000), "a limit": big.NewInt(7)} {
		terms := w.terms(func(t *bindings.Terms) { t.Limit = limit })
		want, err := chain.Deployment{Terms: terms}.Arguments()
		if err != nil {
			t.Fatal(err)
		}
		got, err := chain.Arguments(w.ctx, w.c, w.deploy(terms, random()).Token)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: %x, want %x, %v", name, got, want, err)
		}
	}
	if _, err := chain.Arguments(w.ctx, w.c, w.treasury); err == nil {
		t.Error("an address without a contract has arguments")
	}
}
