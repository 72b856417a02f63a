package cmd

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	standard "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/webhook"
)

func TestWebhooksAreAddedTestedRotatedAndRemoved(t *testing.T) {
	s := newShell(t)
	file := filepath.Join(t.TempDir(), "webhooks.json")
	var secret string
	var verified []error
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		v, err := standard.NewWebhook(secret)
		if err == nil {
			err = v.VerifyIgnoringTimestamp(body, r.Header)
		}
		if verified = append(verified, err); err != nil {
			w.WriteHeader(http.StatusUnauthorized)
		}
	}))
	defer receiver.Close()
	run := func(args ...string) ran { return s.ok("", append([]string{"webhook", "--webhooks", file}, args...)...) }
	refused := func(says string, args ...string) {
		t.Helper()
		s.refused(2, says, "", append([]string{"webhook", "--webhooks", file}, args...)...)
	}
	refused("https", "add", receiver.URL)
	for _, private := range []string{"https://127.0.0.1:8443/x", "https://10.1.2.3/x", "https://192.168.0.7", "https://169.254.169.254/latest", "https://[::1]/x", "https://[fd00::1]/x"} {
		host := strings.Trim(strings.TrimPrefix(private, "https://"), "[")
		refused(host[:strings.IndexAny(host, "]/:.")], "add", private)
		refused("is not public", "add", private)
		refused("--allow-private", "add", private)
	}
	refused("localhost is ", "add", "https://localhost/x")
	for _, other := range []string{"https://１２７.0.0.1/x", "https://ⓛocalhost/x", "https://例え/x"} {
		refused("xn--", "add", other, "--allow-private")
	}
	refused("a port from 1 to 65535", "add", "https://shop.example:0/x")
	refused("a port from 1 to 65535", "add", "https://shop.example:99999/x")
	refused("events", "add", "https://shop.example/hook", "--events", "order.paid")
	refused("expected add URL", "paint", "it")
	refused("expected add URL", "add")
	refused("no endpoint", "test", "shop")
	if _, err := os.Stat(file); err == nil {
		t.Fatal("a mistake made the file")
	}

	type result struct{ Name, URL, Secret string }
	added := decode[result](t, run("add", receiver.URL, "--allow-private", "--name", "shop", "--events", "order.mined,order.withdrawn", "--json").out)
	secret = added.Secret
	refused("already", "add", receiver.URL, "--allow-private", "--name", "shop")
	named := decode[result](t, run("add", "https://Hooks.Shop.example:8443/x?y", "--json").out)
	if named.Name != "hooks-shop-example-8443" {
		t.Errorf("named %s", named.Name)
	}
	if r := run("add", "https://hooks.invalid/x", "--name", "later"); !strings.Contains(r.err, "warning: hooks.invalid: no address was found") {
		t.Errorf("told %q about a name without an address", r.err)
	}
	run("remove", "later")
	run("test", "shop")

	refused("no rotation", "rotate", "shop", "--end")
	old := secret
	rotated := decode[result](t, run("rotate", "shop", "--json").out)
	refused("under way", "rotate", "shop")
	for _, secret = range []string{old, rotated.Secret} {
		run("test", "shop")
	}
	run("rotate", "shop", "--end")
	secret = rotated.Secret
	run("test", "shop")
	secret = old
	if r := s.run("", "webhook", "--webhooks", file, "test", "shop"); r.code == 0 || !strings.Contains(r.err, "401") {
		t.Errorf("a receiver with the old secret: %+v", r)
	}
	run("enable", "shop", "--skip-to", "7")
	list := run("list", "--db", filepath.Join(t.TempDir(), "none.db"))
	if !strings.Contains(list.out, "shop") || !strings.Contains(list.out, "new") || strings.Contains(list.out, "whsec_") {
		t.Errorf("%s", list.out)
	}
	all, err := webhook.ReadFile(file)
	if err != nil || len(all) != 2 || all[0].SkipTo != 7 || all[0].EnabledAt.IsZero() || len(all[0].Secrets) != 1 || len(all[0].Events) != 2 {
		t.Errorf("%+v, %v", all, err)
	}
	run("remove", "shop")
	refused("no endpoint", "enable", "shop")
	if len(verified) != 5 {
		t.Errorf("%d requests: %v", len(verified), verified)
	}
}

func TestAChatIsAddedFromStandardInputAndItsURLIsShownNowhere(t *testing.T) {
	var bodies []string
	chat := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		bodies = append(bodies, r.URL.Path+string(body))
	}))
	defer chat.Close()
	s, file := newShell(t), filepath.Join(t.TempDir(), "webhooks.json")
	var shown strings.Builder
	run := func(in string, args ...string) ran {
		r := s.run(in, append([]string{"webhook", "--webhooks", file}, args...)...)
		shown.WriteString(r.out + r.err)
		return r
	}
	url := chat.URL + "/api/webhooks/1/s3cret"
	if r := run(url+"\n", "add", "-", "--format", "discord", "--name", "ops", "--allow-private"); r.code != 0 || strings.Contains(r.out, "whsec_") {
		t.Fatalf("%+v", r)
	}
	if r := run("", "test", "ops"); r.code != 0 || len(bodies) != 1 || !strings.Contains(bodies[0], "/s3cret{\"allowed_mentions\":{\"parse\":[]},\"content\":\"A test of mint402") {
		t.Errorf("%+v, %q", r, bodies)
	}
	for says, args := range map[string][]string{
		"has no secret to rotate": {"rotate", "ops"}, "standard input has no URL": {"add", "-"}, "expected one of [slack discord telegram ntfy]": {"add", url, "--format", "teams", "--allow-private"},
		"the chat's id or @name": {"add", "https://api.telegram.org/bot1:s3cret/sendMessage"}, "order.minted\" is not a type": {"add", "https://ntfy.sh/s3cret", "--events", "order.minted"},
		"is not public": {"add", strings.Replace(url, "http:", "https:", 1), "--format", "slack", "--name", "b"},
	} {
		if r := run("", args...); r.code != 2 || !strings.Contains(r.err, says) {
			t.Errorf("%v: %d %s, want %q", args, r.code, r.err, says)
		}
	}
	chat.Close()
	run("", "test", "ops")
	run("", "list", "--json", "--db", filepath.Join(t.TempDir(), "none.db"))
	if strings.Contains(shown.String(), "s3cret") || !strings.Contains(shown.String(), chat.URL+"/…") {
		t.Errorf("shown: %s", shown.String())
	}
}

func TestAChatLearnsThatALaunchIsPausedSoldAgainAndSoldOutAndThatGasIsLow(t *testing.T) {
	long(t)
	d := theDemo(t)
	var mu sync.Mutex
	var said []string
	chat := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var b struct{ Text string }
		_ = json.NewDecoder(r.Body).Decode(&b)
		mu.Lock()
		defer mu.Unlock()
		said = append(said, b.Text)
	}))
	defer chat.Close()
	heard := func(text string) func() bool {
		return func() bool {
			mu.Lock()
			defer mu.Unlock()
			return strings.Contains(strings.Join(said, "\n"), text)
		}
	}
	file := filepath.Join(t.TempDir(), "webhooks.json")
	s := d.seller(t).with("MINT402_WEBHOOKS=" + file)
	s.ok("", "webhook", "add", chat.URL+"/services/s3cret", "--format", "slack", "--allow-private")
	token := decode[launched](t, s.ok("", terms(t, "--cap", "5000")...).out).Token.Address
	poor, err := crypto.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	st, url := s.with("MINT402_SENDER_KEY=" + s.env["MINT402_SENDER_KEY"] + "," + common.Bytes2Hex(crypto.FromECDSA(poor))).serving()
	eventually(t, "gas", heard("a sender's key is low on gas\nSend it coins: "+addressOf(poor).Hex()))
	eventually(t, "opened", heard("PING (ping) is on sale"))
	s.ok("", "pause", "--token", token.Hex(), "--yes")
	eventually(t, "paused on the page", func() bool {
		l, _ := getJSON[api.Launch](t, url+"/launches/ping")
		return l.Status != "open"
	})
	s.ok("", "unpause", "--token", token.Hex(), "--yes")
	eventually(t, "open", func() bool {
		l, _ := getJSON[api.Launch](t, url+"/launches/ping")
		return l.Status == "open"
	})
	d.payerShell(t, 1).ok("", "mint", url+"/mint", "--yes")
	eventually(t, "sold out", heard("PING (ping) is sold out\nThe whole supply is sold: 1 mint, for 0.10 USDC."))
	if heard("paused")() { // it lasted seconds, within 10 minutes of the message before
		t.Errorf("said: %q", said)
	}
	if log := st.err.text(); strings.Contains(log, "s3cret") {
		t.Errorf("the log has the chat's URL: %s", log)
	}
}
