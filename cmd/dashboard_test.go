package cmd

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net/http"
	"net/http/cookiejar"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/mint402/mint402/bindings"
	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/server/admin"
)

// object is JSON whose fields a test picks.
type object = map[string]any

// at picks a value by its path: "launches.0.launch.slug".
func at(v any, path string) any {
	for _, key := range strings.Split(path, ".") {
		switch in := v.(type) {
		case object:
			v = in[key]
		case []any:
			var i int
			if _, err := fmt.Sscan(key, &i); err != nil || i >= len(in) {
				return nil
			}
			v = in[i]
		default:
			return nil
		}
	}
	return v
}

// ownDemo is one that no other test sees.
func ownDemo(t *testing.T) demonstration {
	t.Helper()
	s := &shell{t: t, now: time.Now, env: map[string]string{"MINT402_ENV_FILE": ""}}
	st := s.start("demo", "--json", "--listen", "127.0.0.1:0", "--rpc-listen", "127.0.0.1:0", "--log-level", "error")
	t.Cleanup(func() { st.stop(); st.ended() })
	return decode[demonstration](t, st.out.until(t, "\n}\n"))
}

// owner is somebody in front of the dashboard.
type owner struct {
	t    *testing.T
	url  string
	http *http.Client
	d    demonstration
}

// owner opens the dashboard of a server and signs in with a wallet of the demo.
func (d demonstration) owner(t *testing.T, url string, wallet int) *owner {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	o := &owner{t, url, &http.Client{Jar: jar, Timeout: time.Minute}, d}
	key, err := chain.ParseKey(d.Wallets[wallet].Key)
	if err != nil {
		t.Fatal(err)
	}
	message := at(o.ask("POST", "/admin/nonce", object{"address": d.Wallets[wallet].Address}, 200), "message").(string)
	digest := crypto.Keccak256([]byte(fmt.Sprintf("\x19Ethereum Signed Message:\n%d%s", len(message), message)))
	signature, err := crypto.Sign(digest, key)
	if err != nil {
		t.Fatal(err)
	}
	o.ask("POST", "/admin/session", object{"message": message, "signature": hexutil.Encode(signature)}, 200)
	return o
}

// ask sends a request as the dashboard's page does.
func (o *owner) ask(method, path string, body any, status int) object {
	o.t.Helper()
	var in io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			o.t.Fatal(err)
		}
		in = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(o.t.Context(), method, o.url+path, in)
	if err != nil {
		o.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if method != "GET" {
		req.Header.Set("Origin", o.url)
	}
	res, err := o.http.Do(req)
	if err != nil {
		o.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		o.t.Fatal(err)
	}
	if res.StatusCode != status {
		o.t.Fatalf("%s %s: %d, want %d\n%s", method, path, res.StatusCode, status, text)
	}
	var answer object
	if err := json.Unmarshal(text, &answer); err != nil {
		o.t.Fatalf("%s %s: %v\n%s", method, path, err, text)
	}
	if testing.Verbose() {
		o.t.Logf("%s %s %v\n%s", method, path, body, text)
	}
	return answer
}

// sign sends what the dashboard prepared, from a wallet of the demo, and returns
// what the dashboard says of it once it is decided.
func (o *owner) sign(wallet int, tx any) object {
	o.t.Helper()
	to := common.HexToAddress(at(tx, "to").(string))
	return o.fate(o.d.submit(o.t, wallet, &types.DynamicFeeTx{To: &to, Data: hexutil.MustDecode(at(tx, "data").(string)), Gas: 8_000_000}))
}

func (o *owner) fate(hash common.Hash) (fate object) {
	o.t.Helper()
	eventually(o.t, "the transaction is decided", func() bool {
		fate = o.ask("GET", "/admin/transactions/"+hash.Hex(), nil, 200)
		return fate["status"] != "pending"
	})
	return fate
}

// overview is that of one launch.
func (o *owner) overview(slug string) (all, launch object) {
	o.t.Helper()
	all = o.ask("GET", "/admin/overview", nil, 200)
	for _, l := range all["launches"].([]any) {
		if at(l, "launch.slug") == slug {
			return all, l.(object)
		}
	}
	return all, nil
}

func pong() object {
	return object{"name": "Pong", "symbol": "PONG", "price": "0.25", "allotment": "100", "cap": "1000", "limit": 5,
		"treasury": "0x7777777777777777777777777777777777777777", "slug": "pong", "description": "Made in the page.", "image": "https://example.org/pong.png"}
}

func TestTheOwnerLaunchesWithdrawsRefundsAndPausesFromTheDashboard(t *testing.T) {
	long(t)
	d := ownDemo(t)
	o := d.owner(t, d.URL, 0)
	all, first := o.overview("demo")
	if all["ready"] != true || first == nil || at(all, "deployer.enough") != true || at(all, "senders.0.enough") != true || at(all, "settlement.0.ok") != true {
		t.Fatalf("%v", all)
	}
	preview := o.ask("POST", "/admin/launches/preview", pong(), 200)
	if at(preview, "canDeploy.server") != true || preview["deployed"] != false || preview["gas"].(float64) < 1e6 || !strings.Contains(fmt.Sprint(preview["terms"]), "100 PONG for 0.25 USDC") {
		t.Fatalf("%v", preview)
	}
	made := o.ask("POST", "/admin/launches", pong(), 200)
	if made["token"] != preview["token"] || made["transaction"] == nil || at(made, "launch.slug") != "pong" {
		t.Fatalf("deployed %v, not the previewed %v", made, preview)
	}
	if again := o.ask("POST", "/admin/launches", pong(), 200); again["transaction"] != nil || again["token"] != made["token"] {
		t.Fatalf("the same terms again: %v", again)
	}
	open := func(status string) func() bool {
		return func() bool { _, l := o.overview("pong"); return at(l, "launch.status") == status }
	}
	eventually(t, "the new launch is sold", open("open"))
	d.payerShell(t, 1).ok("", "mint", d.URL+"/launches/pong/mint", "--yes")

	eventually(t, "the proceeds are seen", func() bool { _, l := o.overview("pong"); return at(l, "proceeds.withdrawable.formatted") == "0.25" })
	call := o.ask("POST", "/admin/calls", object{"launch": "pong", "verb": "withdraw"}, 200)
	if call["from"] != "anyone" || call["refused"] != nil || call["gas"].(float64) == 0 || !strings.Contains(call["words"].(string), "0.25 USDC") {
		t.Fatalf("%v", call)
	}
	if f := o.sign(2, call); f["status"] != "mined" {
		t.Fatalf("%v", f)
	}
	eventually(t, "the proceeds are withdrawn", func() bool { _, l := o.overview("pong"); return at(l, "proceeds.withdrawn.formatted") == "0.25" })

	for _, p := range []struct{ verb, then string }{{"pause", "unavailable"}, {"unpause", "open"}} {
		call := o.ask("POST", "/admin/calls", object{"launch": "pong", "verb": p.verb}, 200)
		if call["from"] != "owner" || call["signer"] != d.Wallets[0].Address.Hex() {
			t.Fatalf("%v", call)
		}
		if f := o.sign(1, call); f["status"] != "reverted" || !strings.Contains(f["reason"].(string), "may not do this") {
			t.Fatalf("%s by a stranger: %v", p.verb, f)
		}
		o.sign(0, call)
		eventually(t, p.verb, open(p.then))
	}

	token := common.HexToAddress(made["token"].(string))
	d.transact(t, 1, d.Asset, new(big.Int), bindings.NewTestUSDC().PackTransfer(token, big.NewInt(123_456)))
	eventually(t, "what came without a payment is seen", func() bool { _, l := o.overview("pong"); return at(l, "attention") == 1.0 })
	list := o.ask("GET", "/admin/orders?attention=1&launch=pong", nil, 200)
	if list["total"] != 1.0 || at(list, "orders.0.state") != "received" || at(list, "orders.0.attention.action.verb") != "refund" {
		t.Fatalf("%v", list)
	}
	id := at(list, "orders.0.paymentId")
	refund := o.ask("POST", "/admin/calls", object{"launch": "pong", "verb": "refund", "paymentId": id}, 200)
	before := d.balance(t, d.Asset, d.Wallets[1].Address)
	if f := o.sign(0, refund); f["status"] != "mined" {
		t.Fatalf("%v of %v", f, refund)
	}
	if back := new(big.Int).Sub(d.balance(t, d.Asset, d.Wallets[1].Address), before); back.Int64() != 123_456 {
		t.Errorf("%s came back", back)
	}
	eventually(t, "it is refunded", func() bool { _, l := o.overview("pong"); return at(l, "attention") == 0.0 })
	o.ask("POST", "/admin/calls", object{"launch": "pong", "verb": "refund", "paymentId": id}, 409)
	if f := o.sign(0, refund); f["status"] != "reverted" {
		t.Errorf("refunded twice: %v", f)
	}

	minter := at(first, "launch.roles.minter")
	o.ask("POST", "/admin/calls", object{"launch": "pong", "verb": "setMinter", "minter": minter}, 409)
	if c := o.ask("POST", "/admin/calls", object{"launch": "pong", "verb": "setMinter", "minter": "none"}, 200); c["refused"] != nil {
		t.Errorf("%v", c)
	}
	if c := o.ask("POST", "/admin/calls", object{"launch": "pong", "verb": "unpause"}, 200); c["refused"] != nil { // again, which does nothing
		t.Errorf("%v", c)
	}
}

func TestALaunchThatTheOwnersWalletDeployedIsRegistered(t *testing.T) {
	long(t)
	d := ownDemo(t)
	o := d.owner(t, d.URL, 0)
	form := pong()
	preview := o.ask("POST", "/admin/launches/preview", form, 200)
	token := preview["token"]
	o.ask("POST", "/admin/launches/register", object{"token": token, "slug": "pong"}, 409) // there is nothing yet
	if f := o.sign(2, preview["transaction"]); f["status"] != "mined" {
		t.Fatalf("%v", f)
	}
	// Somebody mints before it is registered, without this server.
	d.payerShell(t, 1).ok("", "mint", d.MintURL, "--yes") // the engine reads on meanwhile
	o.ask("POST", "/admin/launches/register", object{"token": token, "slug": "demo"}, 400)
	made := o.ask("POST", "/admin/launches/register", object{"token": token, "slug": "pong", "description": "By a wallet."}, 200)
	if at(made, "launch.token") != token || at(made, "launch.description") != "By a wallet." {
		t.Fatalf("%v", made)
	}
	eventually(t, "it is sold", func() bool { _, l := o.overview("pong"); return at(l, "launch.status") == "open" })
	if p := o.ask("POST", "/admin/launches/preview", form, 200); p["deployed"] != true {
		t.Errorf("%v", p)
	}
}

func TestAFormSaysOfEachFieldWhatIsWrongWithIt(t *testing.T) {
	long(t)
	d := theDemo(t)
	o := d.owner(t, d.URL, 0)
	form := pong()
	for field, value := range map[string]any{"name": "", "symbol": "P!", "price": "0.1234567", "cap": "150", "limit": "lots", "opens": "24h", "closes": "2001-01-01T00:00:00Z",
		"treasury": "0x12", "minter": "0x7777777777777777777777777777777777777777", "slug": "Pong", "image": "http://example.org/x.png"} {
		form[field] = value
	}
	a := o.ask("POST", "/admin/launches/preview", form, 400)
	fields := at(a, "error.details.fields").(object)
	for field, says := range map[string]string{"name": "is missing", "symbol": "1 to 11", "price": "6 decimals", "limit": "whole number", "opens": "expected 2027",
		"closes": "not after", "treasury": "40 hex digits", "minter": "whose key this server has", "slug": "a-z", "image": "https://"} {
		if got, _ := fields[field].(string); !strings.Contains(got, says) {
			t.Errorf("%s: %q, want %q", field, got, says)
		}
	}
	if at(a, "error.field") != "name" || at(a, "error.code") != "bad_request" {
		t.Errorf("%v", a)
	}
	form = pong()
	form["cap"] = "150"
	if got := at(o.ask("POST", "/admin/launches/preview", form, 400), "error.details.fields.cap"); !strings.Contains(fmt.Sprint(got), "not a multiple of the allotment 100; 100 is a multiple") {
		t.Errorf("%v", got)
	}
	form = pong()
	form["treasury"] = d.Asset.Hex()
	if got := at(o.ask("POST", "/admin/launches/preview", form, 400), "error.details.fields.treasury"); !strings.Contains(fmt.Sprint(got), "refused by the contract") {
		t.Errorf("%v", got)
	}
	form = pong()
	form["colour"] = "red"
	if got := at(o.ask("POST", "/admin/launches/preview", form, 400), "error.field"); got != "colour" {
		t.Errorf("%v", got)
	}
}

func TestServeRefusesADeployersKeyThatIsTheEngines(t *testing.T) {
	s := newShell(t, "MINT402_SENDER_KEY="+demoKeys[1], "MINT402_MINTER_KEY="+demoKeys[2])
	for _, key := range []string{demoKeys[1], demoKeys[2]} {
		s.with("MINT402_DEPLOYER_KEY="+key).refused(1, "two transactions would take one account nonce", "", "serve")
	}
	s.refused(2, "the checksum is wrong", "", "serve", "--admin", "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92267")
	s.refused(2, "is the zero address", "", "serve", "--admin", "0x0000000000000000000000000000000000000000")
}

func TestAServerWithoutALaunchSellsWhatIsLaunchedFromItsDashboard(t *testing.T) {
	long(t)
	d := theDemo(t)
	s := d.seller(t)
	s.with("MINT402_KEY=").refused(1, "there is nothing to sell", "", "serve")
	_, url := s.serving("--admin", d.Wallets[0].Address.Hex())
	o := d.owner(t, url, 0)
	preview := o.ask("POST", "/admin/launches/preview", pong(), 200)
	if at(preview, "canDeploy.server") != false || !strings.Contains(at(preview, "canDeploy.why").(string), "no key to deploy with") {
		t.Fatalf("%v", preview)
	}
	o.ask("POST", "/admin/launches", pong(), 409)
	if f := o.sign(3, preview["transaction"]); f["status"] != "mined" {
		t.Fatalf("%v", f)
	}
	o.ask("POST", "/admin/launches/register", object{"token": preview["token"], "slug": "pong"}, 200)
	eventually(t, "it is sold", func() bool { _, l := o.overview("pong"); return at(l, "launch.status") == "open" })
	d.payerShell(t, 1).ok("", "mint", url+"/mint", "--yes")
}

func TestTheNewestComplaintsOfALogAreRemembered(t *testing.T) {
	var out bytes.Buffer
	log, all := keepRecords(slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelError})))
	log.Info("quiet")
	log.With("launch", "ping").WithGroup("g").Warn("a warning", "err", fmt.Errorf("bad\x1b[2J"))
	for i := range maxLogRecords {
		log.Error("an error", "n", i)
	}
	list := all()
	if len(list) != maxLogRecords || list[0].Attrs["n"] != fmt.Sprint(maxLogRecords-1) || list[0].Level != "ERROR" {
		t.Fatalf("%d, first %+v", len(list), list[0])
	}
	if strings.Contains(out.String(), "a warning") || strings.Count(out.String(), "an error") != maxLogRecords {
		t.Errorf("the log itself: %s", out.String())
	}
	log, all = keepRecords(slog.New(slog.DiscardHandler))
	log.With("launch", "ping").WithGroup("g").Warn("a warning", "err", fmt.Errorf("bad\x1b[2J"), "stack", "long")
	want := admin.LogRecord{Level: "WARN", Message: "a warning", Attrs: map[string]string{"launch": "ping", "g.err": "bad[2J"}}
	if got := all()[0]; got.Level != want.Level || got.Message != want.Message || fmt.Sprint(got.Attrs) != fmt.Sprint(want.Attrs) {
		t.Errorf("%+v", got)
	}
}
