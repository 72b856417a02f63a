package server_test

import (
	"context"
	"crypto/ecdsa"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/server"
)

// realDesk asks the world's chain, and neither deploys nor prepares anything: what
// does is tested where it is, with the program.
type realDesk struct {
	server.Desk
	node *chain.Client
}

func (d *realDesk) Signed(ctx context.Context, a common.Address, digest common.Hash, signature []byte) (bool, error) {
	return d.node.SignedBy(ctx, a, digest, signature)
}

func (d *realDesk) Purses(ctx context.Context, accounts ...common.Address) (all []server.Purse, err error) {
	for _, a := range accounts {
		wei, err := d.node.Balance(ctx, a)
		if err != nil {
			return nil, err
		}
		all = append(all, server.Purse{Address: a, Wei: wei, Enough: true, Mints: 7})
	}
	return all, nil
}

func (d *realDesk) Prepare(context.Context, common.Address, common.Address, server.Call) (server.Prepared, error) {
	return server.Prepared{Input: []byte{1, 2}, Refused: "Unauthorized", Reason: "the caller may not do this"}, nil
}

// dashboard is a world whose dashboard a new wallet, and the others, may sign in to.
func dashboard(t testing.TB, s sale, others ...common.Address) (*world, *ecdsa.PrivateKey) {
	t.Helper()
	k, node := key(t), &realDesk{}
	before := s.configure
	s.configure = func(face *server.Server) {
		face.Admin = &server.Admin{Wallets: append(others, account(k)), Desk: node, Errors: func() []server.Complaint {
			return []server.Complaint{{Level: "WARN", Message: "<script>", Attrs: map[string]string{}}}
		}}
		if before != nil {
			before(face)
		}
	}
	w := open(t, s)
	node.node = w.node
	return w, k
}

// post sends a body as the dashboard's page does, unless the header says otherwise.
func (w *world) post(method, path, body string, h header) answer {
	w.Helper()
	req, err := http.NewRequestWithContext(w.ctx, method, w.url+path, strings.NewReader(body))
	w.must(err)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Origin", w.url)
	for k, v := range h {
		if req.Header.Set(k, v); v == "" {
			req.Header.Del(k)
		}
	}
	res, err := client.Do(req)
	w.must(err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	w.must(err)
	return answer{w.TB, res.StatusCode, res.Header, text}
}

// message is what the server gives a wallet to sign.
func (w *world) message(a common.Address) string {
	w.Helper()
	return decode[struct{ Message, Nonce, ExpiresAt string }](w.post("POST", "/admin/nonce", `{"address":"`+a.Hex()+`"}`, nil).wants(200)).Message
}

func personal(t testing.TB, k *ecdsa.PrivateKey, message string) []byte {
	t.Helper()
	s, err := crypto.Sign(crypto.Keccak256(fmt.Appendf(nil, "\x19Ethereum Signed Message:\n%d%s", len(message), message)), k)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (w *world) present(message string, signature []byte) answer {
	w.Helper()
	b, err := json.Marshal(map[string]string{"message": message, "signature": hexutil.Encode(signature)})
	w.must(err)
	return w.post("POST", "/admin/session", string(b), nil)
}

// signIn returns the cookie of a new session.
func (w *world) signIn(k *ecdsa.PrivateKey) header {
	w.Helper()
	m := w.message(account(k))
	a := w.present(m, personal(w.TB, k, m)).wants(200)
	cookie, _, _ := strings.Cut(a.header.Get("Set-Cookie"), ";")
	return header{"Cookie": cookie}
}

// adminRoutes are all of the dashboard's, with a path that would be found.
func (w *world) adminRoutes() (all [][2]string) {
	for _, r := range server.Routes(w.server) {
		if strings.HasPrefix(r[1], "/admin") {
			all = append(all, [2]string{r[0], strings.Replace(r[1], ":hash", "0x"+strings.Repeat("00", 32), 1)})
		}
	}
	return all
}

// free are the routes that need no session: to get one, and the page that asks for
// it, on which nothing is.
var free = map[string]bool{"GET /admin": true, "HEAD /admin": true, "POST /admin/nonce": true, "POST /admin/session": true}

func TestEveryRouteOfTheDashboardNeedsASession(t *testing.T) {
	w, k := dashboard(t, sale{})
	cookie := w.signIn(k)
	routes := w.adminRoutes()
	if len(routes) < 15 {
		t.Fatalf("only %d routes", len(routes))
	}
	for _, r := range routes {
		name := r[0] + " " + r[1]
		for what, h := range map[string]header{"none": nil, "a made up one": {"Cookie": "mint402_session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"},
			"an empty one": {"Cookie": "mint402_session="}, "another name": {"Cookie": strings.Replace(cookie["Cookie"], "mint402_session", "session", 1)}} {
			a := w.post(r[0], r[1], "{}", h).lacks("Access-Control-Allow-Origin", "Access-Control-Allow-Credentials", "Access-Control-Expose-Headers").
				has("Cache-Control", "no-store")
			if !strings.HasPrefix(a.header.Get("Vary"), "Cookie, Origin") {
				t.Errorf("%s: Vary: %s", name, a.header.Get("Vary"))
			}
			if (a.status != 401) != free[name] {
				t.Errorf("%s with the session %s: %d %s", name, what, a.status, a.body)
			}
		}
		if a := w.post(r[0], r[1], "{}", cookie); a.status == 401 || a.status == 403 {
			t.Errorf("%s with a session: %d %s", name, a.status, a.body)
		} else if r[0] == "DELETE" {
			cookie = w.signIn(k)
		}
	}
	for _, path := range []string{"/admin/nowhere", "/admin/", "/admin/orders/"} {
		w.get(path, cookie).wants(404).lacks("Access-Control-Allow-Origin")
	}
	w.do("OPTIONS", "/admin/session", header{"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}).lacks("Access-Control-Allow-Origin", "Access-Control-Allow-Methods").wants(405)
	w.raw("PURGE /admin/overview HTTP/1.1\r\nHost: x\r\n\r\n").lacks("Access-Control-Allow-Origin")
	w.get("/launches", nil).has("Access-Control-Allow-Origin", "*")
}

func TestNothingIsDoneForAPageOfAnotherOrigin(t *testing.T) {
	w, k := dashboard(t, sale{})
	cookie := w.signIn(k)["Cookie"]
	for _, r := range w.adminRoutes() {
		if r[0] == "GET" || r[0] == "HEAD" {
			continue
		}
		for what, h := range map[string]header{"another's": {"Origin": "https://evil.example"}, "null": {"Origin": "null"}, "another port": {"Origin": w.url + "0"},
			"https": {"Origin": strings.Replace(w.url, "http", "https", 1)}, "a path": {"Origin": w.url + "/"},
			"none, from elsewhere": {"Origin": "", "Sec-Fetch-Site": "cross-site"}, "none, from a sister": {"Origin": "", "Sec-Fetch-Site": "same-site"}} {
			h["Cookie"] = cookie
			a := w.post(r[0], r[1], "{}", h).lacks("Set-Cookie")
			if a.status != 403 {
				t.Errorf("%s %s, origin %s: %d %s", r[0], r[1], what, a.status, a.body)
				continue
			}
			a.problem("origin")
		}
	}
	w.post("POST", "/admin/nonce", `{"address":"`+account(k).Hex()+`"}`, header{"Origin": "", "Sec-Fetch-Site": "same-origin"}).wants(200)
	w.get("/admin/session", header{"Cookie": cookie}).wants(200) // nobody was signed out
}

func TestWithoutAWalletTheDashboardIsOff(t *testing.T) {
	w := open(t, sale{})
	for _, r := range w.adminRoutes() {
		if r[1] == "/admin" {
			continue
		}
		if a := w.post(r[0], r[1], `{}`, nil).wants(404); r[0] != "HEAD" {
			a.problem("off")
		}
	}
	a := w.get("/admin", nil).wants(200).lacks("Access-Control-Allow-Origin")
	if !strings.Contains(string(a.body), `"configured":false`) {
		t.Errorf("%s", a.body)
	}
}

func TestABodyThatIsNotWhatWasAskedForIsRefused(t *testing.T) {
	w, k := dashboard(t, sale{})
	cookie := w.signIn(k)
	for body, field := range map[string]string{"": "body", "[]": "body", "{": "body", "null x": "body", `{"address":1}`: "address", `{"adress":"0x"}`: "adress", `{"address":"0x12"}`: "address", `{} {}`: "body"} {
		a := w.post("POST", "/admin/nonce", body, nil).wants(400)
		if f := a.problem("bad_request"); f.Field != field {
			t.Errorf("%q: %+v", body, f)
		}
	}
	w.post("POST", "/admin/nonce", `{}`, header{"Content-Type": "text/plain"}).wants(415)
	w.post("POST", "/admin/nonce", `{}`, header{"Content-Encoding": "gzip"}).wants(415)
	w.post("POST", "/admin/nonce", `{"address":"`+strings.Repeat("0", 17<<10)+`"}`, nil).wants(413)
	w.post("POST", "/admin/calls", `{"launch":"ping","verb":"selfdestruct"}`, cookie).wants(400).problem("bad_request")
	w.post("POST", "/admin/calls", `{"launch":"pong","verb":"pause"}`, cookie).wants(404)
	if a := w.post("POST", "/admin/calls", `{"launch":"ping","verb":"pause"}`, cookie).wants(200); !strings.Contains(string(a.body), `"refused":{"name":"Unauthorized"`) {
		t.Errorf("%s", a.body)
	}
	for minter, status := range map[string]int{"": 400, "0x12": 400, "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92267": 400,
		"0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266": 200, "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266": 200, "none": 200} {
		a := w.post("POST", "/admin/calls", `{"launch":"ping","verb":"setMinter","minter":"`+minter+`"}`, cookie).wants(status)
		if status == 400 && a.problem("bad_request").Field != "minter" {
			t.Errorf("%q: %s", minter, a.body)
		}
	}
	w.get("/admin/transactions/0x12", cookie).wants(400)
}

func TestTheDemosPageTellsTheOwnersKeyAndTalksToItsNode(t *testing.T) {
	w, _ := dashboard(t, sale{configure: func(s *server.Server) {
		s.Demo, s.RPC, s.Admin.OwnerKey = true, "http://127.0.0.1:8545", "0xabc"
	}})
	a := w.get("/admin", nil).wants(200)
	if !strings.Contains(a.header.Get("Content-Security-Policy"), "connect-src 'self' http://127.0.0.1:8545;") || !strings.Contains(string(a.body), `"demoOwnerKey":"0xabc"`) {
		t.Errorf("%s\n%s", a.header, a.body)
	}
	w, _ = dashboard(t, sale{configure: func(s *server.Server) { s.Admin.OwnerKey = "0xabc" }})
	if a := w.get("/admin", nil).wants(200); strings.Contains(string(a.body), "0xabc") {
		t.Errorf("outside the demo: %s", a.body)
	}
}

func TestAnOverviewIsThereWhenTheChainIsNot(t *testing.T) {
	w, k := dashboard(t, sale{configure: func(s *server.Server) { s.Admin.Desk = &brokenDesk{s.Admin.Desk} }})
	over := decode[server.Overview](w.get("/admin/overview", w.signIn(k)).wants(200))
	if len(over.Senders) != 0 || len(over.Launches) != 1 {
		t.Errorf("%+v", over)
	}
}

type brokenDesk struct{ server.Desk }

func (*brokenDesk) Purses(context.Context, ...common.Address) ([]server.Purse, error) {
	return nil, errors.New("dial node: refused")
}
