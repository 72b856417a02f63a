package cmd

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/mint402/mint402/bindings"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/store"
)

// minterOf is the variable that gives a shell a new minter's key, and its account.
func minterOf(t *testing.T) (variable string, account common.Address) {
	t.Helper()
	key, err := crypto.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	return "MINT402_MINTER_KEY=" + common.Bytes2Hex(crypto.FromECDSA(key)), addressOf(key)
}

func TestARefusedTokenChangesNothingInTheDatabase(t *testing.T) {
	long(t)
	d := theDemo(t)
	variable, minter := minterOf(t)
	s := d.seller(t).with(variable)
	s.ok("", terms(t, "--slug", "good", "--minter", minter.Hex())...)
	other := decode[launched](t, s.ok("", terms(t, "--salt", t.Name()+"2", "--slug", "other", "--minter", d.Wallets[3].Address.Hex(),
		"--db", filepath.Join(t.TempDir(), "other.db"))...).out)
	s.refused(1, "the minter of other is", "", "serve", "--token", other.Token.Hex(), "--slug", "other")
	if found, err := store.Peek(s.env["MINT402_DB"]); err != nil || len(found.Tokens) != 1 {
		t.Errorf("in the database: %v, %v", found.Tokens, err)
	}
	_, url := s.serving()
	if r, status := getJSON[api.Readiness](t, url+"/readyz"); status != http.StatusOK || len(r.Launches) != 1 {
		t.Errorf("%d: %+v", status, r)
	}
	empty := filepath.Join(t.TempDir(), "new.db")
	s.refused(1, "the minter of other is", "", "serve", "--token", other.Token.Hex(), "--slug", "other", "--db", empty)
	if _, err := os.Stat(empty); err == nil {
		t.Error("a database was left with nothing in it")
	}
}

func TestALaunchWithoutItsMinterKeepsNoOtherFromBeingSoldBeforeAndAfterARestart(t *testing.T) {
	long(t)
	d := theDemo(t)
	variable, minter := minterOf(t)
	dry, err := crypto.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	s := d.seller(t).with(variable)
	s = s.with("MINT402_SENDER_KEY=" + common.Bytes2Hex(crypto.FromECDSA(dry)) + "," + s.env["MINT402_SENDER_KEY"])
	for _, slug := range []string{"good", "paused", "bare"} {
		made := decode[launched](t, s.ok("", terms(t, "--salt", t.Name()+slug, "--slug", slug, "--minter", minter.Hex())...).out)
		switch slug {
		case "paused":
			s.ok("", "pause", "--token", made.Token.Hex(), "--yes")
		case "bare":
			s.ok("", "set-minter", "none", "--token", made.Token.Hex(), "--yes")
		}
	}
	for range 2 {
		st, url := s.serving()
		r, status := getJSON[api.Readiness](t, url+"/readyz")
		if status != http.StatusOK || len(r.Launches) != 3 || !r.Launches[0].Ready ||
			r.Launches[1].Reasons[0].Code != "launch_paused" || r.Launches[2].Reasons[0].Code != "minter_role_lost" {
			t.Errorf("%d: %+v", status, r)
		}
		d.payerShell(t, 1).ok("", "mint", url+"/launches/good/mint", "--yes")
		if said := st.err.text(); !strings.Contains(said, "sender has too little coin") {
			t.Errorf("the dry key is not named:\n%s", said)
		}
		st.stop()
		st.ended()
	}
}

func TestAServerWhoseNodeIsDownStartsAndAnswers(t *testing.T) {
	long(t)
	d := theDemo(t)
	s := d.seller(t)
	s.ok("", terms(t, "--slug", "good")...)
	down := s.with("MINT402_RPC=http://127.0.0.1:1")
	st := down.start("serve")
	t.Cleanup(func() { st.stop(); st.ended() })
	_, after, _ := strings.Cut(st.err.until(t, "msg=serving"), "msg=serving url=")
	url := strings.Fields(after)[0]
	for path, want := range map[string]string{"/healthz": "200", "/readyz": "503", "/mint": "503", "/launches": "200"} {
		if got := curl(t, url+path, ""); !strings.Contains(strings.SplitN(got, "\n", 2)[0], want) {
			t.Errorf("%s: %s", path, got)
		}
	}
	st.err.until(t, "cannot reach the chain yet")
}

func TestAStartOutlastsWhateverTheNodeAnswersBeforeItAnswersWell(t *testing.T) {
	long(t)
	d := theDemo(t)
	s := d.seller(t)
	s.ok("", terms(t, "--slug", "good")...)
	real, err := url.Parse(s.env["MINT402_RPC"])
	if err != nil {
		t.Fatal(err)
	}
	well := httputil.NewSingleHostReverseProxy(real)
	refused := []string{`"error":{"code":-32601,"message":"method not found"}`, `"error":{"code":-32000,"message":"unauthorized"}`, `"result":null`}
	for what, test := range map[string]struct {
		method string
		calls  int // of the requests that are answered badly; 0: any
		bad    []string
	}{
		"known":    {"eth_getBlockByNumber", 0, refused},
		"known id": {"eth_chainId", 0, refused},
		"genesis":  {"eth_getBlockByNumber", 2, refused[:2]},
		"new":      {"eth_getBlockByNumber", 0, []string{`"error":7`, `"result":"0x"`, `"result":{"number":"0x0"}`, `"result":{"number":"0x7","hash":"0x` + strings.Repeat("1", 64) + `"}`}},
	} {
		var asked atomic.Int64
		node := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			type call struct {
				ID     json.RawMessage
				Method string
			}
			calls := []call{{}}
			single := json.Unmarshal(body, &calls[0]) == nil
			if !single && json.Unmarshal(body, &calls) != nil {
				calls = nil
			}
			n := int(asked.Load())
			if n >= len(test.bad) || test.calls > 0 && test.calls != len(calls) || !slices.ContainsFunc(calls, func(c call) bool { return c.Method == test.method }) {
				r.Body = io.NopCloser(bytes.NewReader(body))
				well.ServeHTTP(w, r)
				return
			}
			asked.Add(1)
			var answers []string
			for _, c := range calls {
				answers = append(answers, fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,%s}`, c.ID, test.bad[n]))
			}
			all := strings.Join(answers, ",")
			if !single {
				all = "[" + all + "]"
			}
			fmt.Fprint(w, all)
		}))
		t.Cleanup(node.Close)
		arguments := []string{"serve"}
		if what == "new" || what == "genesis" {
			made := decode[launched](t, s.ok("", terms(t, "--salt", t.Name()+what, "--slug", "later", "--db", filepath.Join(t.TempDir(), "other.db"))...).out)
			arguments = append(arguments, "--token", made.Token.Hex(), "--slug", "later", "--deployed-at", "1", "--db", filepath.Join(t.TempDir(), "new.db"))
		}
		st := s.with("MINT402_RPC=" + node.URL).start(arguments...)
		st.err.until(t, `msg="on sale"`)
		if n := asked.Load(); int(n) < len(test.bad) {
			t.Errorf("%s: only %d answers were bad", what, n)
		}
		st.stop()
		st.ended()
	}
}

func TestALaunchThatIsNotRegisteredYetIsStartingAndNotUnknown(t *testing.T) {
	long(t)
	d := theDemo(t)
	s := d.seller(t)
	made := decode[launched](t, s.ok("", terms(t, "--slug", "late", "--db", filepath.Join(t.TempDir(), "other.db"))...).out)
	down := s.with("MINT402_RPC=http://127.0.0.1:1")
	st := down.start("serve", "--token", made.Token.Hex(), "--slug", "late", "--deployed-at", "1", "--db", filepath.Join(t.TempDir(), "new.db"))
	t.Cleanup(func() { st.stop(); st.ended() })
	_, after, _ := strings.Cut(st.err.until(t, "msg=serving"), "msg=serving url=")
	url := strings.Fields(after)[0]
	for _, path := range []string{"/mint", "/launches/late/mint"} {
		if got := curl(t, url+path, ""); !strings.Contains(strings.SplitN(got, "\n", 2)[0], "503") || !strings.Contains(got, "starting") {
			t.Errorf("%s: %s", path, got)
		}
	}
}

func TestALaunchIsRefusedBeforeAnythingIsSpentWhereItCouldNotBeRegistered(t *testing.T) {
	long(t)
	d := theDemo(t)
	s := d.seller(t)
	s.ok("", terms(t, "--slug", "taken")...)
	before, err := d.dial(t).AccountNonce(t.Context(), d.Wallets[0].Address, 0)
	if err != nil {
		t.Fatal(err)
	}
	s.refused(1, `"taken" is already the slug of`, "", terms(t, "--salt", "another", "--slug", "taken")...)
	s.refused(1, "nothing can be written to", "", terms(t, "--salt", "another", "--slug", "free", "--out", filepath.Join(t.TempDir(), "none"))...)
	if after, err := d.dial(t).AccountNonce(t.Context(), d.Wallets[0].Address, 0); err != nil || after != before {
		t.Errorf("account nonce %d, then %d, %v", before, after, err)
	}
}

func TestALaunchWithoutAMinterSaysWhatThatLeadsToBeforeItIsDeployed(t *testing.T) {
	long(t)
	d := theDemo(t)
	s := d.seller(t)
	const warning = "warning: there is no minter. "
	for _, more := range [][]string{nil, {"--minter", "none"}} {
		r := s.ok("", terms(t, append(more, "--dry-run")...)...)
		for _, said := range []string{warning, "mint402 refund", "--minter ADDRESS", "mint402 set-minter ADDRESS", "minter           none: "} {
			if !strings.Contains(r.err, said) {
				t.Errorf("%v: not said: %q in\n%s", more, said, r.err)
			}
		}
	}
	if r := s.ok("", terms(t, "--dry-run", "--minter", d.Wallets[3].Address.Hex())...); strings.Contains(r.err, warning) {
		t.Errorf("with a minter: %s", r.err)
	}
	asked := []string{"launch", "--name", "P", "--symbol", "P", "--price", "1", "--allotment", "1", "--cap", "1"}
	if r := s.refused(4, "nothing was done", "n\n", asked...); !strings.Contains(r.err, "deploy it without a minter, for at most") {
		t.Errorf("asked: %s", r.err)
	}
	if r := s.ok("", terms(t)...); !decode[launched](t, r.out).Deployed || !strings.Contains(r.err, warning) {
		t.Errorf("--yes: %s%s", r.out, r.err)
	}
}

func TestAWithdrawalNamesTheTreasuryOfNow(t *testing.T) {
	long(t)
	d := ownDemo(t)
	s, first, second := d.seller(t), d.Wallets[3].Address, common.HexToAddress("0x5ecd")
	token := decode[launched](t, s.ok("", terms(t, "--treasury", first.Hex())...).out).Token.Address
	d.payerShell(t, 2).ok(mint402(t, d, s, token), "submit", "--yes")
	d.transact(t, 1, d.Asset, nil, bindings.NewTestUSDC().PackBlacklist(first))
	s.refused(1, "blacklists the treasury "+first.Hex(), "", "withdraw", "--token", token.Hex(), "--yes")
	d.transact(t, 3, token, nil, bindings.NewLaunch().PackSetTreasury(second))
	r := s.ok("", "withdraw", "--token", token.Hex(), "--yes")
	if !strings.Contains(r.out, "withdrew 0.10 USDC to "+second.Hex()) || !strings.Contains(r.err, "to the treasury "+second.Hex()) || strings.Contains(r.out+r.err, first.Hex()) {
		t.Errorf("withdraw: %s%s", r.out, r.err)
	}
	if got := d.balance(t, d.Asset, second); got.Int64() != 100_000 {
		t.Errorf("the treasury of now has %s", got)
	}
}

func TestANameInTheEnvironmentFileThatNoFlagHasIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "env")
	if err := os.WriteFile(path, bytes.TrimSpace([]byte("MINT402_LISTN=127.0.0.1:1\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	s := newShell(t, "MINT402_ENV_FILE="+path)
	s.refused(2, "did you mean MINT402_LISTEN?", "", "networks")
}

func TestADatabaseOfAnOlderVersionIsMigratedAndServed(t *testing.T) {
	long(t)
	d := ownDemo(t)
	s := d.seller(t)
	s.ok("", terms(t)...)
	makeOld(t, s.env["MINT402_DB"])
	if found, err := store.Peek(s.env["MINT402_DB"]); err != nil || !found.Old {
		t.Fatalf("the database is not old: %+v, %v", found, err)
	}
	st, url := s.serving()
	if !strings.Contains(st.err.text(), "before the database is migrated") {
		t.Errorf("the log does not say that it migrates: %s", st.err.text())
	}
	d.payerShell(t, 1).ok("", "mint", url+"/mint", "--yes")
}

// makeOld replaces a database by one of the first versions, with the same launches.
func makeOld(t *testing.T, path string) {
	t.Helper()
	files, err := filepath.Glob("../store/migrations/*.sql")
	if err != nil || len(files) < 5 {
		t.Fatalf("%d migrations, %v", len(files), err)
	}
	const version = 4
	steps := []string{fmt.Sprintf("ATTACH '%s' AS now", path)}
	for _, file := range files[:version] {
		steps = append(steps, readFile(t, file))
	}
	steps = append(steps, "UPDATE meta SET (chain_id, genesis) = (SELECT chain_id, genesis FROM now.chains)",
		fmt.Sprintf("PRAGMA application_id = %d", 0x6d343032), fmt.Sprintf("PRAGMA user_version = %d", version))
	old := path + ".old"
	db, err := sql.Open("sqlite3", old)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1) // that has the other database attached
	for _, step := range steps {
		if _, err := db.Exec(step); err != nil {
			t.Fatalf("%.100s: %v", step, err)
		}
	}
	var columns string
	err = db.QueryRow("SELECT group_concat(name) FROM pragma_table_info('launches') WHERE name IN (SELECT name FROM pragma_table_info('launches', 'now'))").Scan(&columns)
	if err == nil {
		_, err = db.Exec("INSERT INTO main.launches (" + columns + ") SELECT " + columns + " FROM now.launches")
	}
	if err == nil {
		_, err = db.Exec("DETACH now")
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	for _, suffix := range []string{"-wal", "-shm"} {
		_ = os.Remove(path + suffix)
	}
	if err := os.Rename(old, path); err != nil {
		t.Fatal(err)
	}
}
