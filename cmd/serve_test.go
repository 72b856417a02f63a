package cmd

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/ethclient"

	"github.com/mint402/mint402/bindings"
	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/chain/devnet"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/server/people"
	"github.com/mint402/mint402/store"
)

// transact sends a call of a demo wallet and waits until it is mined.
func (d demonstration) transact(t *testing.T, wallet int, to common.Address, wei *big.Int, input []byte) {
	t.Helper()
	hash := d.submit(t, wallet, &types.DynamicFeeTx{To: &to, Value: wei, Data: input, Gas: 200_000})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if _, err := d.dial(t).Wait(ctx, hash); err != nil {
		t.Fatal(err)
	}
}

// submit sends a transaction of a demo wallet, whether or not it will revert.
func (d demonstration) submit(t *testing.T, wallet int, tx *types.DynamicFeeTx) common.Hash {
	t.Helper()
	node, err := ethclient.DialContext(t.Context(), d.RPC)
	if err != nil {
		t.Fatal(err)
	}
	defer node.Close()
	key, err := chain.ParseKey(d.Wallets[wallet].Key)
	if err != nil {
		t.Fatal(err)
	}
	if tx.Nonce, err = node.PendingNonceAt(t.Context(), d.Wallets[wallet].Address); err != nil {
		t.Fatal(err)
	}
	tx.ChainID = new(big.Int).SetUint64(d.ChainID)
	tx.GasFeeCap, tx.GasTipCap = big.NewInt(1e11), big.NewInt(1e9)
	signed, err := types.SignNewTx(key, types.LatestSignerForChainID(tx.ChainID), tx)
	if err != nil {
		t.Fatal(err)
	}
	if err := node.SendTransaction(t.Context(), signed); err != nil {
		t.Fatal(err)
	}
	return signed.Hash()
}

// seller has what launch and serve need: the owner's key, and a new sender with
// coin for gas.
func (d demonstration) seller(t *testing.T) *shell {
	t.Helper()
	sender, err := crypto.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	d.transact(t, 0, addressOf(sender), coins(2), nil)
	return d.payerShell(t, 0).with("MINT402_SENDER_KEY="+common.Bytes2Hex(crypto.FromECDSA(sender)),
		"MINT402_LISTEN=127.0.0.1:0", "MINT402_LOG_LEVEL=info")
}

// terms are those of a launch that no other test makes.
func terms(t *testing.T, more ...string) []string {
	return append([]string{"launch", "--name", "Ping", "--symbol", "PING", "--price", "0.10", "--allotment", "5000",
		"--cap", "50000", "--salt", t.Name(), "--yes", "--json"}, more...)
}

// serving starts serve and returns the URL it serves.
func (s *shell) serving(args ...string) (*started, string) {
	s.t.Helper()
	st := s.start(append([]string{"serve"}, args...)...)
	s.t.Cleanup(func() { st.stop(); st.ended() })
	_, after, _ := strings.Cut(st.err.until(s.t, "msg=serving"), "msg=serving url=")
	url, _, _ := strings.Cut(after, " ")
	_, listen, _ := strings.Cut(st.err.until(s.t, "network="), "listen=")
	base := "http://" + strings.Fields(listen)[0]
	for end := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		answer := body(curl(s.t, base+"/readyz", ""))
		if !strings.Contains(answer, `"starting"`) && !strings.Contains(answer, `"catching_up"`) {
			return st, url
		}
		if time.Now().After(end) {
			s.t.Fatal("the chain is not read: ", answer)
		}
	}
}

func TestADryRunShowsTheTermsAndSpendsNothing(t *testing.T) {
	d := theDemo(t)
	s, owner := d.payerShell(t, 0), d.Wallets[0].Address
	before, err := d.dial(t).AccountNonce(t.Context(), owner, 0)
	if err != nil {
		t.Fatal(err)
	}
	r := s.ok("", terms(t, "--dry-run", "--limit", "3", "--closes", "24h", "--treasury", d.Wallets[3].Address.Hex())...)
	plan := decode[launched](t, r.out)
	for _, said := range []string{"Ping (PING) on Base Sepolia", "5,000 PING for 0.10 USDC", "50,000 PING, that is 10 mints for 1.00 USDC in all",
		"buys at most 3 mints, 0.30 USDC", "opens            now", d.Wallets[3].Address.Hex() + ", fixed", plan.Token.Hex(),
		"x402 v2 clients  pay for up to 3 mints at once", "x402-fetch v1    pay for up to 1 mint at once", "warning: the owner is the deployer"} {
		if !strings.Contains(r.err, said) {
			t.Errorf("not said: %q in\n%s", said, r.err)
		}
	}
	after, err := d.dial(t).AccountNonce(t.Context(), owner, 0)
	if err != nil || after != before || plan.Deployed || plan.DeployGas == 0 {
		t.Errorf("account nonce %d, then %d, %v; %+v", before, after, err, plan)
	}
	if files, _ := filepath.Glob(filepath.Join(s.env["MINT402_OUT"], "*")); len(files) != 0 {
		t.Errorf("written: %v", files)
	}
}

func TestALaunchThatCannotBeSoldIsRefusedBeforeAnythingIsSpent(t *testing.T) {
	d := theDemo(t)
	s := d.payerShell(t, 0)
	for says, change := range map[string][]string{
		"is not a multiple of the allotment":   {"--cap", "12000"},
		"hint: --cap 10000 is a multiple":      {"--cap", "12000"},
		"more than zero":                       {"--price", "0"},
		"USDC has 6 decimals":                  {"--price", "0.1234567"},
		"1 to 64 printable characters":         {"--name", "a\x1b[2J"},
		"1 to 11 of letters":                   {"--symbol", "PING!"},
		"up to 2,048 printable characters":     {"--contract-uri", "https://example.org/" + strings.Repeat("a", 200) + "\x1b[2J"},
		"begins with https://, ipfs://":        {"--contract-uri", "javascript:x"},
		"without a user":                       {"--contract-uri", "https://u:pw@example.org/"},
		"a fraction of a second":               {"--opens", "2027-01-01T00:00:00,5Z"},
		"more than the cap of 10":              {"--limit", "11"},
		"expected 2027-01-01T00:00:00Z, or":    {"--opens", "tomorrow"},
		"is not after the opening":             {"--opens", "2h", "--closes", "1h"},
		"the checksum is wrong":                {"--treasury", "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92267"},
		"up to 32 of a-z, 0-9":                 {"--slug", "Ping"},
		"more than the contract can count":     {"--cap", "5000000000000000000"},
		"--limit N limits the allotments":      {"--price", "1000000000000", "--cap", "500000000"},
		"--minter \"zero\": expected 0x and 4": {"--minter", "zero"},
	} {
		s.refused(2, says, "", terms(t, change...)...)
	}
	s.refused(4, "invalid term: treasury", "", terms(t, "--treasury", d.Asset.Hex())...)
	poor := newShell(t, "MINT402_KEY=8b3a350cf5c34c9194ca85829a2df0ec3153be0318b5e2d3348e872092edffba", "MINT402_RPC="+d.RPC)
	poor.refused(1, "send it coins for gas", "", terms(t)...)
	s.refused(4, "nothing was done", "n\n", "launch", "--name", "P", "--symbol", "P", "--price", "1", "--allotment", "1", "--cap", "1")
	s.refused(1, "the node serves Base Sepolia, not Base", "", terms(t, "--network", "base", "--owner", d.Token.Hex(), "--treasury", d.Token.Hex())...)
	s.refused(2, "--owner is missing", "", terms(t, "--network", "base")...)
}

func TestALaunchIsDeployedOnceServedMintedWithdrawnAndBackedUp(t *testing.T) {
	long(t)
	d := theDemo(t)
	s := d.seller(t)
	treasury := common.HexToAddress("0x00000000000000000000000000000000000Feed1")
	launch := terms(t, "--slug", "ping-1", "--description", "a test", "--treasury", treasury.Hex())
	s.refused(1, "there is nothing to sell", "", "serve")
	first := decode[launched](t, s.ok("", launch...).out)
	again := decode[launched](t, s.ok("", launch...).out)
	if first.Already || !again.Already || first.Token != again.Token || !first.Registered || first.Transaction == nil || again.Transaction != nil {
		t.Fatalf("first %+v\nagain %+v", first, again)
	}
	if !bytes.Equal([]byte(readFile(t, first.VerifyInput)), bindings.LaunchVerifyInput) {
		t.Error("the verification input is another")
	}
	st, url := s.serving("--public-url", "http://mint.test/")
	base := "http://" + strings.Split(strings.Split(st.err.text(), "listen=")[1], " ")[0]
	if url != "http://mint.test" || !strings.Contains(st.err.text(), "token="+first.Token.Hex()) {
		t.Errorf("serving %s:\n%s", url, st.err.text())
	}
	list, _ := getJSON[api.Launches](t, base+"/launches")
	if l := list.Launches[0]; l.Slug != "ping-1" || l.Description != "a test" || l.Cap.Allotments != 10 || l.MintURL != "http://mint.test/launches/ping-1/mint" {
		t.Errorf("sold: %+v", l)
	}
	s.refused(1, "only one server can use a database", "", "serve", "--token", first.Token.Hex())
	if r := s.ok("", launch...); !strings.Contains(r.err, "the server has registered it") || !decode[launched](t, r.out).Registered {
		t.Errorf("with a server running: %s", r.err)
	}
	payer := d.payerShell(t, 1)
	done := decode[minted](t, payer.ok("", "mint", base+"/launches/ping-1/mint", "--yes", "--quantity", "3", "--json").out)
	if got := d.balance(t, first.Token.Address, d.Wallets[1].Address); got.Cmp(coins(15_000)) != 0 {
		t.Errorf("the payer has %s", got)
	}

	// Beside the server, from its database.
	mine := decode[api.Receipts](t, s.ok("", "orders", "--json", "--payer", d.Wallets[1].Address.Hex(), "--launch", "ping-1").out).Orders
	theirs, _ := getJSON[api.Receipt](t, base+"/orders/"+done.PaymentID.String())
	if len(mine) != 1 || mine[0].PaymentID != done.PaymentID || mine[0].Tokens != theirs.Tokens || mine[0].Transaction != theirs.Transaction || mine[0].Paid != theirs.Paid {
		t.Errorf("the database says %+v\nthe server %+v", mine, theirs)
	}
	if r := s.ok("", "orders", "--state", "voided"); strings.Count(r.out, "\n") != 1 {
		t.Errorf("voided: %s", r.out)
	}
	if r := decode[checkedReceipt](t, s.ok("", "receipt", done.PaymentID.String(), "--json").out); r.OnChain != "minted" {
		t.Errorf("receipt %+v", r)
	}
	eventually(t, "the mint is final", func() bool {
		return decode[checkedReceipt](t, s.ok("", "receipt", done.PaymentID.String(), "--json").out).State == mint.Minted
	})
	if r := s.ok("y\n", "withdraw"); !strings.Contains(r.out, "withdrew 0.30 USDC to "+treasury.Hex()) {
		t.Errorf("withdraw: %s", r.out)
	}
	if got := d.balance(t, d.Asset, treasury); got.Int64() != 300_000 {
		t.Errorf("the treasury has %s", got)
	}
	if r := s.ok("", "withdraw", "--yes"); !strings.Contains(r.out, "there is nothing to withdraw") {
		t.Errorf("withdraw of nothing printed %q", r.out)
	}
	copied := filepath.Join(t.TempDir(), "copy.db")
	s.ok("", "backup", copied)
	if c, there, err := store.LastCopy(s.env["MINT402_DB"]); err != nil || !there || filepath.Base(c.File) != filepath.Base(copied) {
		t.Errorf("the note about the backup: %+v, %v", c, err)
	}
	s.refused(1, "file already exists", "", "backup", copied)
	if r := s.ok("", "receipt", done.PaymentID.String(), "--db", copied); !strings.Contains(r.out, "15,000 PING") {
		t.Errorf("from the copy: %s", r.out)
	}

	// Stopped, and started again from the database alone.
	st.stop()
	if r := st.ended(); r.code != 0 || !strings.Contains(r.err, "msg=stopped") {
		t.Errorf("ended with %d: %s", r.code, r.err)
	}
	st, url = s.serving("--no-holders")
	if list, _ := getJSON[people.Holders](t, url+"/launches/ping-1/holders"); list.State != people.HoldersOff {
		t.Errorf("with --no-holders: %+v", list)
	}
	st.stop()
	st.ended()
	_, url = s.serving("--funders")
	eventually(t, "the holders are known", func() bool {
		list, _ := getJSON[people.Holders](t, url+"/launches/ping-1/holders")
		return list.State == people.HoldersKnown && list.Total == 1 && list.Holders[0].Tokens == "15000"
	})
	if list, _ := getJSON[people.Minters](t, url+"/launches/ping-1/minters"); list.Total != 1 || list.Groups == nil || list.Fresh == nil {
		t.Errorf("with --funders: %+v", list)
	}
	if r := s.ok("", "receipt", done.PaymentID.String(), "--url", url); !strings.Contains(r.out, "15,000 PING") {
		t.Errorf("after a restart: %s", r.out)
	}
}

func TestServeRefusesToRunWronglyAndSaysWhatToDo(t *testing.T) {
	long(t)
	d := theDemo(t)
	s := d.seller(t)
	at := "--token=" + d.Token.Hex()
	s.with("MINT402_SENDER_KEY=").refused(2, "set MINT402_SENDER_KEY", "", "serve", at)
	s.with("MINT402_MINTER_KEY="+demoKeys[3]).refused(1, "mint402 set-minter "+d.Wallets[3].Address.Hex()+" --token "+d.Token.Hex(), "", "serve", at)
	s.refused(1, "check --token and --network", "", "serve", "--token", d.Wallets[1].Address.Hex())
	s.refused(4, "check --token and --network", "", "serve", "--token", d.Asset.Hex())
	s.refused(1, "--network and --rpc must be of the same chain", "", "serve", at, "--network", "avalanche-fuji")
	s.refused(4, "--mainnet-ok", "", "serve", at, "--network", "base")
	s.refused(4, "nothing was done", "bsae\n", "serve", at, "--network", "base")
	s.refused(1, "the node serves Base Sepolia, not Base", "base\n", "serve", at, "--network", "base")
	s.with("MINT402_MAINNET_OK=true").refused(1, "not Base", "", "serve", at, "--network", "base")
	s.refused(2, "expected scheme://host", "", "serve", at, "--public-url", "https://mint.example/shop")
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	s.refused(1, "give another address with --listen HOST:PORT", "", "serve", at, "--listen", taken.Addr().String())

	// The database of another chain: a devnet has a genesis block of its own.
	other, err := devnet.Open(t.Context(), devnet.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	st, _ := s.serving(at)
	st.stop()
	st.ended()
	s.refused(1, "each chain has its own database", "", "serve", at, "--rpc", other.URL)
	s.refused(1, "a slug never changes", "", "serve", at, "--slug", "other")
}

func TestAPausedLaunchIsNotSoldUntilItIsUnpaused(t *testing.T) {
	long(t)
	d := theDemo(t)
	s := d.seller(t)
	token := decode[launched](t, s.ok("", terms(t)...).out).Token.Hex()
	_, url := s.serving()
	d.payerShell(t, 1).refused(4, "use the owner's key", "", "pause", "--token", token, "--yes")
	s.ok("", "pause", "--yes")
	if r := s.ok("", "pause", "--yes"); !strings.Contains(r.out, "is already paused") {
		t.Errorf("pause of what is paused printed %q", r.out)
	}
	status := func(want int) func() bool {
		return func() bool { _, got := getJSON[map[string]any](t, url+"/mint"); return got == want }
	}
	eventually(t, "503 while paused", status(http.StatusServiceUnavailable))
	d.payerShell(t, 1).refused(6, "is paused by its owner", "", "mint", url+"/mint", "--yes")
	s.ok("", "unpause", "--token", token, "--yes")
	eventually(t, "402 again", status(http.StatusPaymentRequired))
	if done := decode[called](t, s.ok("", "set-minter", d.Wallets[3].Address.Hex(), "--yes", "--json").out); done.Token.Hex() != token || done.GasUsed == 0 {
		t.Errorf("set-minter printed %+v", done)
	}
	if r := s.ok("", "set-minter", d.Wallets[3].Address.Hex(), "--yes"); !strings.Contains(r.out, "is already the minter of PING") {
		t.Errorf("set-minter to the same printed %q", r.out)
	}
	s.with("MINT402_SENDER_KEY="+demoKeys[2], "MINT402_MINTER_KEY="+demoKeys[3], "MINT402_DB="+filepath.Join(t.TempDir(), "other.db")).serving("--token", token)
}

func TestOneOfTwoNodesMayFailAndReadinessShowsWhich(t *testing.T) {
	long(t)
	d := theDemo(t)
	s := d.seller(t)
	token := decode[launched](t, s.ok("", terms(t)...).out).Token.Address
	to, err := url.Parse(d.RPC)
	if err != nil {
		t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.Out.URL = to }}
	var down atomic.Bool
	near := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if down.Load() {
			http.Error(w, "no s3cr3t "+r.URL.String(), http.StatusBadGateway)
			return
		}
		proxy.ServeHTTP(w, r)
	}))
	defer near.Close()
	host, key := strings.TrimPrefix(near.URL, "http://"), "/v2/s3cr3t?k=s3cr3t"
	st, origin := s.serving("--token", token.Hex(), "--rpc", near.URL+key+","+d.RPC+","+near.URL+key)
	stand := func(first bool) func() bool {
		return func() bool {
			r, status := getJSON[api.Readiness](t, origin+"/readyz")
			if len(r.Nodes) != 3 || status != http.StatusOK {
				t.Fatalf("%d: %+v", status, r)
			}
			a, b, c := r.Nodes[0], r.Nodes[1], r.Nodes[2]
			if a.Host != host || b.Host != strings.TrimPrefix(d.RPC, "http://") || c.Host != host+"#2" || !b.Ok || b.Head == 0 {
				t.Errorf("nodes are %+v", r.Nodes)
			}
			return a.Ok == first && c.Ok == first && (first || a.Reason == "answers with HTTP status 502")
		}
	}
	eventually(t, "all stand well", stand(true))
	down.Store(true)
	eventually(t, "one does", stand(false))
	d.payerShell(t, 1).ok("", "mint", origin+"/mint", "--yes")
	metrics := body(curl(t, origin+"/metrics", ""))
	for _, line := range []string{`{chain="base-sepolia",node="` + host + `"} 0`, `{chain="base-sepolia",node="` + host + `#2"} 0`, `{chain="base-sepolia",node="` + strings.TrimPrefix(d.RPC, "http://") + `"} 1`} {
		if !strings.Contains(metrics, "\nmint402_node_up"+line+"\n") {
			t.Errorf("no %s in\n%s", line, metrics)
		}
	}
	if all := metrics + body(curl(t, origin+"/readyz", "")) + st.err.text(); strings.Contains(all, "s3cr3t") {
		t.Error("a key is shown")
	}
}

func TestMoneyThatBoughtNothingIsRefunded(t *testing.T) {
	long(t)
	d := theDemo(t)
	s, stranger := d.seller(t), d.Wallets[2].Address
	token := decode[launched](t, s.ok("", terms(t)...).out).Token.Address
	if r := s.ok("", "refund"); !strings.Contains(r.err, "nothing is owed") {
		t.Errorf("refund: %s", r.err)
	}
	// The payer has a history at the token, which a refund has to present.
	d.payerShell(t, 2).ok(mint402(t, d, s, token), "submit", "--yes")
	usdc := bindings.NewTestUSDC()
	d.transact(t, 2, d.Asset, nil, usdc.PackTransfer(token, big.NewInt(123_456)))
	had := d.balance(t, d.Asset, stranger)
	nobody := s.with("MINT402_KEY=")
	list := decode[[]owed](t, nobody.ok("", "refund", "--token", token.Hex(), "--json").out)
	if len(list) != 1 || list[0].Payer != stranger || list[0].Formatted != "0.123456" {
		t.Fatalf("owed: %+v", list)
	}
	id, nonce := list[0].ID.String(), list[0].Nonce.Hex()
	d.payerShell(t, 1).refused(4, "use the owner's key", "", "refund", id, "--token", token.Hex(), "--yes")
	s.refused(1, "nothing is owed for", "", "refund", "0x"+strings.Repeat("11", 32), "--yes")
	more := []string{"refund", "--reference", nonce, "--to", stranger.Hex(), "--amount", "0.2", "--yes"}
	s.refused(1, "0.123456 USDC arrived for "+id, "", more...)
	s.refused(4, "refund from", "", append(more, "--other-amount")...) // more than is unaccounted
	if r := s.ok("y\n", "refund", id); !strings.Contains(r.out, "returned 0.123456 USDC to "+stranger.Hex()) {
		t.Errorf("refund: %s", r.out)
	}
	if got := new(big.Int).Sub(d.balance(t, d.Asset, stranger), had); got.Int64() != 123_456 {
		t.Errorf("the stranger got back %s", got)
	}
	if r := s.ok("", "refund", id, "--yes"); !strings.Contains(r.out+r.err, "was already refunded") {
		t.Errorf("refund again: %s%s", r.out, r.err)
	}
	s.refused(4, "refund from", "", "refund", "--reference", nonce, "--to", stranger.Hex(), "--amount", "0.1", "--yes")
	s.refused(1, "has not used this authorization", "", "refund", "--nonce", nonce, "--to", stranger.Hex(), "--amount", "0.1", "--yes")

	// With a server, its database tells what is final; the same answers.
	s.serving()
	d.transact(t, 2, d.Asset, nil, usdc.PackTransfer(token, big.NewInt(7)))
	list = decode[[]owed](t, nobody.ok("", "refund", "--json").out)
	if len(list) != 1 || list[0].Amount != "7" {
		t.Fatalf("owed: %+v", list)
	}
	s.ok("", "refund", list[0].ID.String(), "--yes")
	if list = decode[[]owed](t, nobody.ok("", "refund", "--json").out); len(list) != 0 {
		t.Errorf("still owed: %+v", list)
	}
}

// mint402 is a 402 for a token that no server sells yet: that of a server that
// is started for it and ended.
func mint402(t *testing.T, d demonstration, s *shell, token common.Address) string {
	t.Helper()
	st, url := s.with("MINT402_DB="+filepath.Join(t.TempDir(), "once.db")).serving("--token", token.Hex())
	defer func() { st.stop(); st.ended() }()
	return curl(t, url+"/mint", "")
}

// TestASignalLetsPaymentsUnderWayEnd runs serve as a process, since signals are
// a process's.
func TestASignalLetsPaymentsUnderWayEnd(t *testing.T) {
	long(t)
	d := theDemo(t)
	s := d.seller(t)
	token := decode[launched](t, s.ok("", terms(t)...).out).Token.Address
	run := exec.CommandContext(t.Context(), os.Args[0], "serve", "--token", token.Hex(), "--log-level", "debug")
	for name, value := range s.with("MINT402_TEST_MAIN=yes").env {
		run.Env = append(run.Env, name+"="+value)
	}
	errs := newLines()
	run.Stderr = errs
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(errs.until(t, "msg=serving"), "msg=serving url=")
	url, _, _ := strings.Cut(after, " ")
	payer := d.payerShell(t, 1)
	signed := payer.ok(curl(t, url+"/mint", ""), "sign").out
	answered := make(chan string, 1)
	go func() { answered <- curl(t, url+"/mint", signed) }()
	errs.until(t, "msg=claimed")
	if err := run.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	select {
	case answer := <-answered:
		if !strings.HasPrefix(answer, "HTTP/1.1 200 ") {
			t.Errorf("a payment under way got %s", answer)
		}
	case <-time.After(time.Minute):
		t.Fatal("no answer")
	}
	if err := run.Wait(); err != nil || !strings.Contains(errs.text(), "msg=stopped") {
		t.Errorf("ended with %v: %s", err, errs.text())
	}
	if got := d.balance(t, token, d.Wallets[1].Address); got.Cmp(coins(5000)) != 0 {
		t.Errorf("the payer has %s", got)
	}
}

func TestASecondSignalExitsAtOnceAndTheNextStartGoesOn(t *testing.T) {
	long(t)
	d := theDemo(t)
	s := d.seller(t)
	token := decode[launched](t, s.ok("", terms(t)...).out).Token.Address
	// A node that takes no transactions: nothing can end.
	to, err := url.Parse(d.RPC)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(to)
	deaf := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ask, err := io.ReadAll(r.Body)
		if err != nil || bytes.Contains(ask, []byte("eth_sendRawTransaction")) {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(ask))
		proxy.ServeHTTP(w, r)
	}))
	defer deaf.Close()
	run := exec.CommandContext(t.Context(), os.Args[0], "serve", "--token", token.Hex(), "--rpc", deaf.URL, "--drain", "10m", "--wait", "1s")
	for name, value := range s.with("MINT402_TEST_MAIN=yes").env {
		run.Env = append(run.Env, name+"="+value)
	}
	errs := newLines()
	run.Stderr = errs
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(errs.until(t, "msg=serving"), "msg=serving url=")
	origin, _, _ := strings.Cut(after, " ")
	signed := d.payerShell(t, 1).ok(curl(t, origin+"/mint", ""), "sign").out
	if answer := curl(t, origin+"/mint", signed); !strings.HasPrefix(answer, "HTTP/1.1 202 ") {
		t.Fatalf("a payment that cannot be sent got %s", answer)
	}
	if err := run.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	errs.until(t, "msg=stopping")
	if err := run.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	var exit *exec.ExitError
	if err := run.Wait(); !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGTERM {
		t.Errorf("ended with %v: %s", err, errs.text())
	}
	_, again := s.serving()
	if answer := curl(t, again+"/mint", signed); !strings.HasPrefix(answer, "HTTP/1.1 200 ") {
		t.Errorf("after the next start the payment got %s", answer)
	}
	if got := d.balance(t, token, d.Wallets[1].Address); got.Cmp(coins(5000)) != 0 {
		t.Errorf("the payer has %s", got)
	}
}
