package cmd

import (
	"database/sql"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/mint402/mint402/chain/devnet"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/store"
	"github.com/mint402/mint402/x402"
)

// chainsFile writes a file of chains and returns its path.
func chainsFile(t *testing.T, text string) string { return launchFile(t, "chains.yaml", text) }

func TestAFileOfChainsIsCheckedAsTheFlagsAre(t *testing.T) {
	key := filepath.Join(t.TempDir(), "other.key")
	if err := os.WriteFile(key, []byte("7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := newShell(t, "MINT402_SENDER_KEY=8b3a350cf5c34c9194ca85829a2df0ec3153be0318b5e2d3348e872092edffba", "MINT402_LISTEN=127.0.0.1:0")
	const two = "chains:\n  - network: base-sepolia\n  - network: polygon-amoy\n"
	for text, says := range map[string]string{
		two + "    rcp: [x]":                            "did you mean rpc?",
		two + "  - network: nowhere":                    "chains[2].network",
		two + "  - network: eip155:84532":               "chains[2].network: Base Sepolia is chains[0] already",
		two + "  - {chain: \"id=7\"}\n  - {network: 7}": "chains[3].network: chain 7 is chains[2] already",
		two + "  - chain: id=8453":                      "--network base", // it is listed
		two + "    rpc: [\" \"]":                        "chains[1].rpc: expected the URL of a node",
		two + "    maxFee: many":                        "chains[1].maxFee: ",
		two + "    maxFee: 0":                           "chains[1].maxFee: expected more than 0",
		two + "    gasBudget: x":                        "chains[1].gasBudget: ",
		two + "    coinPrice: 0":                        "chains[1].coinPrice 0: expected",
		two + "    gasShare: lots":                      "chains.yaml:4: chains[1].gasShare \"lots\": expected a whole number",
		two + "    gasShare: 010":                       "chains[1].gasShare \"010\": expected a whole number",
		two + "    inFlight: 0x10":                      "chains[1].inFlight \"0x10\": expected a whole number",
		"chains:\n  - {chain: id=010}":                  "chains[0].chain: \"id=010\": expected a chain id",
		"chains:\n  - {network: 010}":                   "chains[0].network",
		two + "    rpc: [ftp://node]":                   "chains.yaml:4: chains[1].rpc: the URL of a node: expected a URL that begins with",
		two + "    rpc: [\"http://a:99999\"]":           "chains[1].rpc: the URL of a node: expected a URL with a port",
		two + "    maxFee: .inf":                        "chains[1].maxFee: ",
		two + "    maxFee: \"\\x1b[31m5\"":              "chains[1].maxFee: ",
		two + "    gasShare: -1":                        "chains[1].gasShare -1: expected",
		two + "    inFlight: 0":                         "chains[1].inFlight 0: expected",
		two + "    poll: 1h":                            "chains[1].poll 1h0m0s: expected",
		two + "    poll: often":                         "chains[1].poll \"often\": expected a time",
		two + "    tokens: [0x1]":                       "chains[1].tokens",
		two + "    tokens: [\"A B=0x5FbDB2315678afecb367f032d93F642f64180aa3\"]": "is no slug",
		two + "    assets: [nothing]":                                            "chains[1].assets",
		two + "    settle: sometimes":                                            "chains[1].settle \"sometimes\": expected",
		two + "    settle: facilitator":                                          "chains[1].settle facilitator needs a --facilitator",
		two + "    facilitators: [x402.org]":                                     "chains[1].facilitators is not used without",
		two + "    senderKeyFile: /nowhere/key":                                  "chains.yaml:4: chains[1].senderKeyFile: read key file",
		two + "    minterKeyFile: /nowhere/key":                                  "chains[1].minterKeyFile: ",
		two + "    senderKeyFile: " + key + "\n    deployerKeyFile: " + key:      "chains[1].deployerKeyFile: ",
		"chains:\n  - {network: base-sepolia}\n  - {chain: id=7}":                "chains.yaml:3: chains[1] (id=7): no node is known for chain 7",
	} {
		r := s.run("", "serve", "--mainnet-ok", "--admin", "0x5FbDB2315678afecb367f032d93F642f64180aa3", "--chains", chainsFile(t, text))
		if r.code == 0 || !strings.Contains(r.err, says) {
			t.Errorf("%s\n%d, want %q in:\n%s", text, r.code, says, r.err)
		}
	}
	s.refused(2, "there is no file /nowhere.yaml", "", "serve", "--chains", "/nowhere.yaml")
	good := chainsFile(t, two)
	for _, flag := range []string{"--network=base", "--chain=id=7", "--chain-id=7", "--rpc=http://127.0.0.1:1", "--asset=EURC", "--token=0x5FbDB2315678afecb367f032d93F642f64180aa3", "--slug=x"} {
		name, _, _ := strings.Cut(flag, "=")
		s.refused(2, "--chains and "+name+" exclude each other", "", "serve", "--chains", good, flag)
	}
	s.with("MINT402_RPC=http://127.0.0.1:1", "MINT402_CHAINS="+good).refused(2, "MINT402_RPC", "", "serve")
	s.refused(4, "Polygon is a mainnet", "n\n", "serve", "--chains", chainsFile(t, "chains:\n  - network: base-sepolia\n  - network: polygon\n"))
}

// TestAChainThatIsAwayOrAnotherStaysOutAndTheOthersSell has a server with three chains: one that
// sells, one whose node does not answer, and one whose node serves another chain. The database is
// one of a single chain.
func TestAChainThatIsAwayOrAnotherStaysOutAndTheOthersSell(t *testing.T) {
	long(t)
	d := theDemo(t)
	s := d.seller(t)
	s.ok("", terms(t, "--slug", "first")...)
	file := chainsFile(t, fmt.Sprintf("chains:\n  - network: base-sepolia\n    rpc: [%q]\n  - chain: id=7,testnet,title=Away\n    rpc: [http://127.0.0.1:1]\n    assets: [%q]\n  - network: polygon-amoy\n    rpc: [%q]\n", s.env["MINT402_RPC"], d.Asset.Hex(), s.env["MINT402_RPC"]))
	several := s.with("MINT402_CHAINS="+file, "MINT402_RPC=")
	st := several.start("serve")
	t.Cleanup(func() { st.stop(); st.ended() })
	_, after, _ := strings.Cut(st.err.until(t, "msg=serving"), "msg=serving url=")
	url := strings.Fields(after)[0]
	d.payerShell(t, 1).ok("", "mint", url+"/launches/first/mint", "--yes")
	if text := st.err.until(t, "the node serves Base Sepolia, not Polygon Amoy"); !strings.Contains(text, "network=\"base-sepolia, eip155:7, polygon-amoy\"") {
		t.Errorf("%s", text)
	}
	st.err.until(t, "chain=eip155:7")
	for chain, want := range map[string]int{"base-sepolia": 200, "7": 503, "polygon-amoy": 503, "eip155:80002": 503} {
		eventually(t, fmt.Sprintf("%s is answered %d", chain, want), func() bool {
			return strings.Contains(strings.SplitN(curl(t, url+"/readyz?chain="+chain, ""), "\n", 2)[0], fmt.Sprint(want))
		})
	}
	if got := curl(t, url+"/readyz", ""); !strings.Contains(got, "200") || !strings.Contains(got, "the node serves Base Sepolia") {
		t.Errorf("/readyz: %s", got)
	}

	// A launch beside it goes to the chain that it is on.
	second := decode[launched](t, s.ok("", terms(t, "--slug", "second", "--salt", t.Name()+"2")...).out)
	if !second.Registered {
		t.Errorf("%+v", second)
	}
	eventually(t, "it is sold", func() bool {
		return strings.Contains(strings.SplitN(curl(t, url+"/launches/second/mint", ""), "\n", 2)[0], "402")
	})
	st.stop()
	if r := st.ended(); r.code != 0 {
		t.Errorf("exit status %d\n%s", r.code, r.err)
	}

	// The database is still one of a single chain, and another server may have it alone.
	if found, err := store.Peek(s.env["MINT402_DB"]); err != nil || len(found.Chains) != 1 || len(found.Tokens) != 2 {
		t.Errorf("%+v, %v", found, err)
	}
	s.ok("", "audit")
	several.refused(1, "the database has launches on Base Sepolia", "", "serve", "--chains", chainsFile(t, "chains:\n  - {network: polygon-amoy, rpc: [http://127.0.0.1:1]}\n  - {chain: \"id=7,testnet\", rpc: [http://127.0.0.1:1]}\n"))
}

// TestAChainWithAnotherGenesisStaysOutAndTheOthersSell: the database knows a chain of that id, and
// the node serves another one.
func TestAChainWithAnotherGenesisStaysOut(t *testing.T) {
	long(t)
	d := theDemo(t)
	s := d.seller(t)
	s.ok("", terms(t, "--slug", "first")...)
	other, err := devnet.Open(t.Context(), devnet.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	file := chainsFile(t, fmt.Sprintf("chains:\n  - {network: base-sepolia, rpc: [%q]}\n  - {chain: \"id=7,testnet\", rpc: [http://127.0.0.1:1], assets: [%q]}\n", other.URL, d.Asset.Hex()))
	st := s.with("MINT402_CHAINS="+file, "MINT402_RPC=").start("serve")
	t.Cleanup(func() { st.stop(); st.ended() })
	_, after, _ := strings.Cut(st.err.until(t, "msg=serving"), "msg=serving url=")
	url := strings.Fields(after)[0]
	eventually(t, "the reason is the genesis block", func() bool {
		got := curl(t, url+"/readyz?chain=base-sepolia", "")
		return strings.Contains(got, "503") && strings.Contains(got, "genesis")
	})
	if got := curl(t, url+"/healthz", ""); !strings.Contains(got, "200") {
		t.Errorf("%s", got)
	}
}

// TestAServerOfSeveralChainsEndsIfAnotherProcessTakesItsDatabase, whichever chain notices it.
func TestAServerOfSeveralChainsEndsIfAnotherProcessTakesItsDatabase(t *testing.T) {
	long(t)
	d := theDemo(t)
	s := d.seller(t)
	s.ok("", terms(t, "--slug", "first")...)
	file := chainsFile(t, fmt.Sprintf("chains:\n  - {chain: \"id=7,testnet\", rpc: [http://127.0.0.1:1], assets: [%q]}\n  - {network: base-sepolia, rpc: [%q]}\n", d.Asset.Hex(), s.env["MINT402_RPC"]))
	st := s.with("MINT402_CHAINS="+file, "MINT402_RPC=").start("serve")
	t.Cleanup(func() { st.stop(); st.ended() })
	st.err.until(t, `msg="on sale" chain=base-sepolia`)
	db, err := sql.Open("sqlite3", s.env["MINT402_DB"])
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("UPDATE meta SET epoch = epoch + 1"); err != nil {
		t.Fatal(err)
	}
	if r := st.ended(); r.code == 0 || !strings.Contains(r.err, "another process took the database over") {
		t.Errorf("%d\n%s", r.code, r.err)
	}
}

func TestAStopDoesNotWaitForAChainThatIsAway(t *testing.T) {
	long(t)
	d := theDemo(t)
	s := d.seller(t)
	s.ok("", terms(t, "--slug", "first")...)
	file := chainsFile(t, fmt.Sprintf("chains:\n  - {network: base-sepolia, rpc: [%q]}\n  - {chain: \"id=7,testnet\", rpc: [http://127.0.0.1:1], assets: [%q]}\n", s.env["MINT402_RPC"], d.Asset.Hex()))
	// A payment is on its way on the chain that is away: the next start continues with it.
	db, err := store.Open(s.env["MINT402_DB"])
	if err != nil {
		t.Fatal(err)
	}
	away := db.On(7)
	l, err := db.Launch(t.Context(), "first")
	if err == nil {
		err = away.Bind(7, crypto.Keccak256Hash([]byte("seven")))
	}
	if err == nil {
		l.Slug, l.ChainID = "away", 7
		err = away.SaveLaunch(t.Context(), l)
	}
	if err == nil {
		payer := common.HexToAddress("0xa1")
		a := x402.Authorization{From: payer, To: l.Token, Value: l.Price, ValidBefore: big.NewInt(time.Now().Add(time.Hour).Unix()), Nonce: common.HexToHash("0x1")}
		_, _, err = away.Claim(t.Context(), mint.Order{ID: mint.NewPaymentID(7, l.Asset.Address, payer, a.Nonce), Launch: "away", Payer: payer, Quantity: 1, Value: l.Price, Authorization: a, Signature: make([]byte, 65)}, mint.Credit{Balance: l.Price, Orders: 10})
	}
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	st := s.with("MINT402_CHAINS="+file, "MINT402_RPC=", "MINT402_DRAIN=2s").start("serve")
	t.Cleanup(func() { st.stop(); st.ended() })
	st.err.until(t, `msg="on sale" chain=base-sepolia`)
	st.stop()
	if r := st.ended(); r.code != 0 || !strings.Contains(r.err, "msg=stopped") || strings.Contains(r.err, "still in progress") { // said when --drain has passed
		t.Errorf("%d\n%s", r.code, r.err)
	}
}

// TestAVerbSaysWhichChainItsLaunchIsOn: the database has launches of two chains.
func TestAVerbSaysWhichChainItsLaunchIsOn(t *testing.T) {
	long(t)
	d := theDemo(t)
	s := d.seller(t)
	made := decode[launched](t, s.ok("", terms(t, "--slug", "here")...).out)
	st, _ := s.serving() // it reads the chain
	st.stop()
	st.ended()
	db, err := store.Open(s.env["MINT402_DB"])
	if err != nil {
		t.Fatal(err)
	}
	l, err := db.Launch(t.Context(), "here")
	if err != nil {
		t.Fatal(err)
	}
	there := db.On(7)
	l.Slug, l.ChainID = "there", 7 // the same address on another chain
	if err := there.Bind(7, crypto.Keccak256Hash([]byte("seven"))); err != nil {
		t.Fatal(err)
	}
	if err := there.SaveLaunch(t.Context(), l); err != nil {
		t.Fatal(err)
	}
	db.Close()
	r := s.ok("", "audit")
	if !strings.Contains(r.err, "left out: there on chain 7; mint402 audit --network eip155:7") || !strings.Contains(r.out, "here, ") {
		t.Errorf("%s%s", r.out, r.err)
	}
	s.refused(1, "the node serves Base Sepolia, not chain 7", "", "audit", "--launch", "there")
	s.refused(2, "there is on chain 7, not on Base Sepolia", "", "audit", "--launch", "there", "--network", "base-sepolia")
	s.refused(2, "there is on chain 7, not on Base Sepolia", "", "pause", "--launch", "there", "--network", "base-sepolia")
	s.refused(1, "the node serves Base Sepolia, not chain 7", "", "pause", "--launch", "there")
	s.refused(2, "is the launch here on Base Sepolia, and there on chain 7", "", "pause", "--token", made.Token.Hex())
	s.refused(2, "name the launch", "", "pause", "--yes")
	s.ok("", "pause", "--launch", "here", "--yes")
	s.ok("", "unpause", "--token", made.Token.Hex(), "--network", "base-sepolia", "--yes")
	s.refused(1, "the database has launches on chain 7", "", "serve")
	if r := s.refused(1, "the database has launches on chain 7", "", "serve", "--standby"); !strings.Contains(r.err, "serve --chains FILE") {
		t.Errorf("%s", r.err)
	}
}

// TestADatabaseOfSeveralChainsIsRebuiltFromAllOfThem has a second chain with a launch of its own.
func TestARebuildOfSeveralChainsNamesTheChainInItsErrors(t *testing.T) {
	s := newShell(t)
	token := common.HexToAddress("0x5FbDB2315678afecb367f032d93F642f64180aa3").Hex()
	down := httptest.NewServer(http.NotFoundHandler())
	down.Close()
	for text, says := range map[string]string{
		"chains: [{network: base}]":              "the field tokens of each chain",
		"chains: [{network: base, tokens: [x]}]": "chains[0].tokens",
		"chains: [{network: base, tokens: [\"" + token + "\"], rpc: [\"" + down.URL + "\"]}]": "chains[0] (base): ",
	} {
		if r := s.run("", "rebuild", "--chains", chainsFile(t, text)); r.code == 0 || !strings.Contains(r.err, says) {
			t.Errorf("%s\n%d, want %q in:\n%s", text, r.code, says, r.err)
		}
	}
	s.refused(2, "--chains and --token exclude each other", "", "rebuild", "--chains", "x", "--token", token)
}
