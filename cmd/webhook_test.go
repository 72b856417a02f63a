package cmd

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	standard "github.com/standard-webhooks/standard-webhooks/libraries/go"

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
		refused("xn-- form", "add", other, "--allow-private")
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
