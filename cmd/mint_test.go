package cmd

import (
	"encoding/json"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/x402"
)

// faulty stands before the real server and loses the answers to payments while
// it is told to; it remembers every payment that came by.
type faulty struct {
	*httptest.Server
	mu       sync.Mutex
	payments []string
	lose     string // "", "answer": the payment arrives, "payment": it does not
}

func (f *faulty) losing(what string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.lose = what
}

func (f *faulty) seen() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]string(nil), f.payments...)
}

func faultyServer(t *testing.T, d demonstration) *faulty {
	t.Helper()
	to, err := url.Parse(d.URL)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(to)
	f := &faulty{}
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		lose, payment := f.lose, r.Header.Get(x402.HeaderPaymentSignature)
		if payment != "" {
			f.payments = append(f.payments, payment)
		}
		f.mu.Unlock()
		if payment == "" || lose == "" {
			proxy.ServeHTTP(w, r)
			return
		}
		if lose == "answer" {
			proxy.ServeHTTP(httptest.NewRecorder(), r)
		}
		w.WriteHeader(http.StatusBadGateway)
	}))
	t.Cleanup(f.Close)
	return f
}

func bigInt(n int64) *big.Int { return big.NewInt(n) }

func (s *shell) keptFiles() []string {
	files, err := filepath.Glob(filepath.Join(s.env["XDG_STATE_HOME"], "mint402", "payments", "*.json"))
	if err != nil {
		s.t.Fatal(err)
	}
	return files
}

// undecided lists what is kept and could still be executed.
func (s *shell) undecided() (all []*pendingPayment) {
	for _, path := range s.keptFiles() {
		k, err := readPending(path)
		if err != nil {
			s.t.Fatal(err)
		}
		if !k.settled() {
			all = append(all, k)
		}
	}
	return all
}

func TestMintPaysWaitsAndTellsWhatCameOfIt(t *testing.T) {
	d := theDemo(t)
	s, payer := d.payerShell(t, 1), d.Wallets[1].Address
	before := d.balance(t, d.Token, payer)
	r := s.ok("y\n", "mint", d.MintURL, "--quantity", "2", "--json")
	done := decode[minted](t, r.out)
	for _, said := range []string{"Mint 10,000 DPING for 0.20 USDC", "price    0.20 USDC on Base Sepolia", payer.Hex(), "pay? [y/N]"} {
		if !strings.Contains(r.err, said) {
			t.Errorf("not said: %q in\n%s", said, r.err)
		}
	}
	if done.Payer != payer || done.Price != "0.20 USDC" || done.Transaction == "" || done.Explorer != "" {
		t.Errorf("mint printed %+v", done)
	}
	if gained := new(big.Int).Sub(d.balance(t, d.Token, payer), before); gained.Cmp(coins(10_000)) != 0 {
		t.Errorf("the payer gained %s", gained)
	}
	if done.SaidBy != "chain" || done.Tokens != "10000" || done.Block == 0 {
		t.Errorf("mint printed %+v", done)
	}
	if kept := s.undecided(); len(kept) != 0 {
		t.Errorf("undecided after the mint: %v", kept)
	}
	if r := s.ok("", "mint", d.MintURL, "--yes"); !strings.HasPrefix(r.out, "minted 5,000 DPING to "+payer.Hex()+"\ntransaction 0x") {
		t.Errorf("mint printed %q", r.out)
	}
}

func TestNothingIsSentWithoutAYes(t *testing.T) {
	d := theDemo(t)
	f := faultyServer(t, d)
	s := d.payerShell(t, 1)
	s.refused(4, "nothing was done", "n\n", "mint", f.URL+"/mint")
	s.refused(4, "nothing was done", "\n", "mint", f.URL+"/mint")
	s.refused(4, "a terminal is needed to confirm", "", "mint", f.URL+"/mint")
	s.refused(4, "--max AMOUNT raises the limit", "", "mint", f.URL+"/mint", "--yes", "--quantity", "11")
	if seen := f.seen(); len(seen) != 0 || len(s.keptFiles()) != 0 {
		t.Errorf("sent %v, kept %v", seen, s.keptFiles())
	}
}

func TestAnInterruptedRunGoesOnWithTheSamePayment(t *testing.T) {
	d := theDemo(t)
	f, s, payer := faultyServer(t, d), d.payerShell(t, 2), d.Wallets[2].Address
	before := d.balance(t, d.Token, payer)
	f.losing("payment")
	s.refused(3, "run the same command again to continue with it", "", "mint", f.URL+"/mint", "--yes", "--patience", "1ms")
	kept := s.keptFiles()
	if len(kept) != 1 {
		t.Fatalf("kept %v", kept)
	}
	if info, err := os.Stat(kept[0]); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("kept with mode %v, %v", info.Mode(), err)
	}
	s.refused(3, "continuing with the payment of 0.10 USDC", "", "mint", f.URL+"/mint", "--yes", "--patience", "1ms")
	f.losing("")
	s.ok("", "mint", f.URL+"/mint", "--yes")
	for _, p := range f.seen() {
		if p != f.seen()[0] {
			t.Error("a second payment was signed")
		}
	}
	if gained := new(big.Int).Sub(d.balance(t, d.Token, payer), before); gained.Cmp(coins(5000)) != 0 {
		t.Errorf("the payer gained %s", gained)
	}
	if len(s.undecided()) != 0 {
		t.Error("undecided after the mint")
	}
	s.ok("", "mint", f.URL+"/mint", "--yes")
	if seen := f.seen(); seen[len(seen)-1] == seen[0] {
		t.Error("the next purchase was paid with the same payment")
	}
}

func TestAMintThatTheChainShowsIsReportedWhateverTheServerAnswers(t *testing.T) {
	d := theDemo(t)
	f, s, payer := faultyServer(t, d), d.payerShell(t, 2), d.Wallets[2].Address
	before := d.balance(t, d.Token, payer)
	f.losing("answer")
	if r := s.ok("", "mint", f.URL+"/mint", "--yes", "--patience", "1ms"); !strings.HasPrefix(r.out, "minted 5,000 DPING") {
		t.Errorf("printed %q", r.out)
	}
	if gained := new(big.Int).Sub(d.balance(t, d.Token, payer), before); gained.Cmp(coins(5000)) != 0 || len(s.undecided()) != 0 {
		t.Errorf("the payer gained %s, undecided %v", gained, s.undecided())
	}
}

func TestAnewSignsASecondPaymentOnlyWhenTold(t *testing.T) {
	d := theDemo(t)
	f := faultyServer(t, d)
	s := d.payerShell(t, 2)
	f.losing("payment")
	s.run("", "mint", f.URL+"/mint", "--yes", "--patience", "1ms")
	f.losing("")
	if r := s.ok("", "mint", f.URL+"/mint", "--yes", "--anew"); !strings.Contains(r.err, "can still be charged until") {
		t.Errorf("not said: %s", r.err)
	}
	if seen := f.seen(); len(seen) != 2 || seen[0] == seen[1] {
		t.Errorf("%d payments were sent", len(seen))
	}
}

func TestAPaymentThatExpiredUnusedIsReplaced(t *testing.T) {
	d := theDemo(t)
	f := faultyServer(t, d)
	s := d.payerShell(t, 2)
	f.losing("payment")
	s.now = func() time.Time { return time.Now().Add(-time.Hour) }
	s.refused(3, "outcome unknown", "", "mint", f.URL+"/mint", "--yes", "--patience", "1ms")
	s.now = time.Now
	f.losing("")
	if r := s.ok("", "mint", f.URL+"/mint", "--yes"); !strings.Contains(r.err, "has expired and was not charged") {
		t.Errorf("not said: %s", r.err)
	}
}

func TestARefusedPaymentIsNotReplacedWhileItIsValid(t *testing.T) {
	d := theDemo(t)
	// An account without money: refused by verify, and valid for five minutes.
	s := newShell(t, "MINT402_RPC="+d.RPC, "MINT402_KEY=8b3a350cf5c34c9194ca85829a2df0ec3153be0318b5e2d3348e872092edffba")
	f := faultyServer(t, d)
	s.refused(4, "has 0.00 USDC on Base Sepolia, but the price is 0.10 USDC; nothing was signed", "", "mint", f.URL+"/mint", "--yes")
	if seen := f.seen(); len(seen) != 0 || len(s.keptFiles()) != 0 {
		t.Errorf("signed without money: %v", seen)
	}
	s.refused(4, "it can still be charged until", "", "mint", f.URL+"/mint", "--yes", "--no-check")
	s.refused(4, "it can still be charged until", "", "mint", f.URL+"/mint", "--yes", "--no-check")
	if seen := f.seen(); len(seen) != 2 || seen[0] != seen[1] {
		t.Errorf("%d payments were sent", len(seen))
	}
}

func TestTwoRunsNeverPayForOneURLAtOnce(t *testing.T) {
	d := theDemo(t)
	s := d.payerShell(t, 1)
	f := faultyServer(t, d)
	f.losing("payment")
	s.run("", "mint", f.URL+"/mint", "--yes", "--patience", "1ms")
	u, err := s.program(nil, nil, nil).openPayments("", d.Wallets[1].Address)
	if err != nil {
		t.Fatal(err)
	}
	release, err := u.use(s.undecided()[0])
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	s.refused(3, "another process is paying for", "", "mint", f.URL+"/mint", "--yes")
}

func TestSubmitMintsWithoutTheServer(t *testing.T) {
	d := theDemo(t)
	s, payer := d.payerShell(t, 3), d.Wallets[3].Address
	before := d.balance(t, d.Token, payer)
	done := decode[minted](t, s.ok("", "submit", d.MintURL, "--yes", "--json").out)
	s.ok(curl(t, d.MintURL+"?quantity=2", ""), "submit", "--yes")
	signed := writeFile(t, 0o600, s.ok(curl(t, d.MintURL, ""), "sign").out)
	d.payerShell(t, 2).ok("y\n", "submit", "--payment", signed) // another pays the gas
	if again := s.ok("", "submit", "--payment", signed, "--yes"); !strings.Contains(again.err, "nothing was sent now") {
		t.Errorf("submitted again: %s", again.err)
	}
	s.refused(4, "a terminal is needed to confirm", curl(t, d.MintURL, ""), "submit")
	if gained := new(big.Int).Sub(d.balance(t, d.Token, payer), before); gained.Cmp(coins(20_000)) != 0 {
		t.Errorf("the payer gained %s", gained)
	}
	eventually(t, "the server knows a mint that it did not make", func() bool {
		return s.run("", "receipt", done.PaymentID.String(), "--url", d.URL).code == 0
	})
}

func TestSubmitUsesThePaymentThatMintKept(t *testing.T) {
	d := theDemo(t)
	f := faultyServer(t, d)
	s, payer := d.payerShell(t, 3), d.Wallets[3].Address
	before := d.balance(t, d.Token, payer)
	f.losing("answer")
	// No node answers this run, so that it does not learn of the mint.
	s.with("MINT402_RPC=http://127.0.0.1:1").run("", "mint", f.URL+"/mint", "--yes", "--patience", "1ms")
	id := s.undecided()[0].ID
	eventually(t, "the payment that was lost on the way is mined", func() bool {
		return strings.Contains(s.run("", "receipt", id.String(), "--url", d.URL).out, "(not final)") || strings.Contains(s.run("", "receipt", id.String(), "--url", d.URL).out, "minted")
	})
	s.ok("", "submit", f.URL+"/mint", "--yes")
	f.losing("")
	if gained := new(big.Int).Sub(d.balance(t, d.Token, payer), before); gained.Cmp(coins(5000)) != 0 {
		t.Errorf("the payer gained %s", gained)
	}
}

func TestCancelTakesAPaymentBack(t *testing.T) {
	d := theDemo(t)
	s, payer := d.payerShell(t, 3), d.Wallets[3].Address
	money := d.balance(t, d.Asset, payer)
	signed := s.ok(curl(t, d.MintURL, ""), "sign").out
	path := writeFile(t, 0o600, signed)
	d.payerShell(t, 2).refused(1, "but the key is of", "", "cancel", "--payment", path, "--yes")
	done := decode[cancelled](t, s.ok("", "cancel", "--payment", path, "--yes", "--json").out)
	if answer := curl(t, d.MintURL, signed); !strings.HasPrefix(answer, "HTTP/1.1 402 ") {
		t.Errorf("a cancelled payment got %s", answer)
	}
	if again := s.ok("", "cancel", "--nonce", done.PaymentNonce.Hex(), "--yes"); !strings.Contains(again.out, "was already cancelled") {
		t.Errorf("cancelled again: %s", again.out)
	}

	f := faultyServer(t, d)
	f.losing("payment")
	s.run("", "mint", f.URL+"/mint", "--yes", "--patience", "1ms")
	f.losing("")
	s.ok("y\n", "cancel", f.URL+"/mint")
	if again := s.ok("", "cancel", f.URL+"/mint"); !strings.Contains(again.out, "was already cancelled") {
		t.Errorf("cancelled again: %s", again.out)
	}
	s.refused(1, "no undecided payment", "", "cancel", f.URL+"/other")
	if now := d.balance(t, d.Asset, payer); now.Cmp(money) != 0 {
		t.Errorf("the payer had %s and has %s", money, now)
	}
}

func TestTheReceiptIsCheckedAgainstTheChain(t *testing.T) {
	long(t)
	d := theDemo(t)
	s := d.payerShell(t, 1)
	done := decode[minted](t, s.ok("", "mint", d.MintURL, "--yes", "--json").out)
	r := decode[checkedReceipt](t, s.ok("", "receipt", done.PaymentID.String(), "--url", d.URL, "--json").out)
	for by, args := range map[string][]string{
		"the URL of its page": {"receipt", d.URL + "/r/" + done.PaymentID.String(), "--json"},
		"its transaction":     {"receipt", r.Transaction, "--db", d.Database, "--json"},
	} {
		if got := decode[checkedReceipt](t, s.ok("", args...).out); got.PaymentID != done.PaymentID {
			t.Errorf("by %s: %+v", by, got.Receipt)
		}
	}
	for _, begins := range []string{r.Transaction, r.PaymentID.String()[:12], strings.ToUpper(r.Payer.Hex()[2:])} {
		if got := s.ok("", "orders", begins, "--db", d.Database).out; !strings.Contains(got, done.PaymentID.String()) {
			t.Errorf("orders %s: %s", begins, got)
		}
	}
	s.refused(2, "expected 0x and up to 64 hex digits", "", "orders", "hello")
	s.refused(2, "expected a URL with a payment's id", "", "receipt", d.URL+"/l/demo")
	if r.OnChain != "minted" || r.PaymentID != done.PaymentID {
		t.Errorf("receipt %+v", r)
	}
	if r := s.with("MINT402_RPC=").ok("", "receipt", done.PaymentID.String(), "--url", d.URL); strings.Contains(r.out, "on chain") {
		t.Errorf("checked without a node: %s", r.out)
	}
	// A node that is not there is passed over, from the environment as by the flag.
	gone := "http://127.0.0.1:1/key"
	for _, r := range []ran{
		s.with("MINT402_RPC="+gone+", "+d.RPC).ok("", "receipt", done.PaymentID.String(), "--url", d.URL),
		s.ok("", "receipt", done.PaymentID.String(), "--url", d.URL, "--rpc", gone, "--rpc", d.RPC),
	} {
		if !strings.Contains(r.out, "on chain") {
			t.Errorf("not checked: %s", r.out)
		}
	}
	// A server that lies: of a transaction that is not there, of one that minted
	// something else, of the payer.
	earlier := decode[minted](t, s.ok("", "mint", d.MintURL, "--yes", "--json").out)
	lie := r.Receipt
	liar := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(lie)
	}))
	defer liar.Close()
	for _, tell := range []func(){
		func() { lie.Transaction = "0x" + strings.Repeat("11", 32) },
		func() { lie.Transaction = earlier.Transaction },
		func() { lie.Transaction = "" },
		func() { lie.Payer.Address = d.Wallets[2].Address },
	} {
		lie = r.Receipt
		tell()
		s.refused(1, "but the chain does not show it", "", "receipt", done.PaymentID.String(), "--url", liar.URL)
	}
	other := mint.PaymentID{1}
	s.refused(1, "answered with another payment", "", "receipt", other.String(), "--url", liar.URL)
	s.refused(1, "404 Not Found", "", "receipt", other.String(), "--url", d.URL)
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
