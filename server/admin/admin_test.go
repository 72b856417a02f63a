package admin_test

import (
	"context"
	"crypto/ecdsa"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/chain/devnet"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server"
	"github.com/mint402/mint402/server/admin"
	"github.com/mint402/mint402/server/servertest"
	"github.com/mint402/mint402/store"
)

// chainBackend asks the world's chain, and neither deploys nor prepares anything: what
// does is tested where it is, with the program.
type chainBackend struct {
	admin.Backend
	node  *chain.Client
	store *store.Store
}

func (d *chainBackend) Arrange(ctx context.Context, edit func(*mint.Arrangement) error) error {
	return d.store.Arrange(ctx, edit)
}

func (d *chainBackend) Signed(ctx context.Context, a common.Address, digest common.Hash, signature []byte) (bool, error) {
	return d.node.SignedBy(ctx, a, digest, signature)
}

func (d *chainBackend) GasAccounts(ctx context.Context, accounts ...common.Address) (all []admin.GasAccount, err error) {
	for _, a := range accounts {
		wei, err := d.node.Balance(ctx, a)
		if err != nil {
			return nil, err
		}
		all = append(all, admin.GasAccount{Address: a, Wei: wei, Enough: true, Mints: 7})
	}
	return all, nil
}

func (d *chainBackend) Prepare(_ context.Context, _, _ common.Address, c admin.OwnerTx) (admin.EncodedTx, error) {
	input := []byte{1, 2}
	if c.Seen.Number > 0 {
		input = append(input, c.Seen.Hash[:]...)
	}
	return admin.EncodedTx{Input: input, Refused: "Unauthorized", Reason: "the caller may not do this"}, nil
}

// fixture is a world, with the requests of the dashboard's page.
type fixture struct{ *servertest.World }

// dashboard is a world whose dashboard a new wallet, and the others, may sign in to.
func dashboard(t testing.TB, s servertest.Sale, others ...common.Address) (*fixture, *ecdsa.PrivateKey) {
	t.Helper()
	k, node := servertest.Key(t), &chainBackend{}
	before := s.Dashboard
	s.Dashboard = func(d *admin.Dashboard) {
		d.Wallets, d.Desks = append(others, servertest.Account(k)), map[uint64]*admin.Desk{devnet.ChainID: {Backend: node}}
		d.Errors = func() []admin.LogRecord {
			return []admin.LogRecord{{Level: "WARN", Message: "<script>", Attrs: map[string]string{}}}
		}
		if before != nil {
			before(d)
		}
	}
	w := &fixture{servertest.Open(t, s)}
	node.node, node.store = w.Node, w.Store
	return w, k
}

// message is what the server gives a wallet to sign.
func (w *fixture) message(a common.Address) string {
	w.Helper()
	return servertest.Decode[struct{ Message, Nonce, ExpiresAt string }](w.Post("POST", "/admin/nonce", `{"address":"`+a.Hex()+`"}`, nil).Wants(200)).Message
}

func personal(t testing.TB, k *ecdsa.PrivateKey, message string) []byte {
	t.Helper()
	s, err := crypto.Sign(crypto.Keccak256(fmt.Appendf(nil, "\x19Ethereum Signed Message:\n%d%s", len(message), message)), k)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (w *fixture) present(message string, signature []byte) servertest.Answer {
	w.Helper()
	b, err := json.Marshal(map[string]string{"message": message, "signature": hexutil.Encode(signature)})
	w.Must(err)
	return w.Post("POST", "/admin/session", string(b), nil)
}

// signIn returns the cookie of a new session.
func (w *fixture) signIn(k *ecdsa.PrivateKey) servertest.Header {
	w.Helper()
	m := w.message(servertest.Account(k))
	a := w.present(m, personal(w.TB, k, m)).Wants(200)
	cookie, _, _ := strings.Cut(a.Header.Get("Set-Cookie"), ";")
	return servertest.Header{"Cookie": cookie}
}

// adminRoutes are all of the dashboard's, with a path that would be found.
func (w *fixture) adminRoutes() (all [][2]string) {
	app := fiber.New()
	w.Must((&admin.Dashboard{Presenter: w.Admin.Presenter}).On(w.Server)(app))
	for _, r := range app.GetRoutes(true) {
		all = append(all, [2]string{r.Method, strings.Replace(r.Path, ":hash", "0x"+strings.Repeat("00", 32), 1)})
	}
	return all
}

// free are the routes that need no session: to get one, and the page that asks for
// it, on which nothing is.
var free = map[string]bool{"GET /admin": true, "HEAD /admin": true, "POST /admin/nonce": true, "POST /admin/session": true}

func TestEveryRouteOfTheDashboardNeedsASession(t *testing.T) {
	w, k := dashboard(t, servertest.Sale{})
	cookie := w.signIn(k)
	routes := w.adminRoutes()
	if len(routes) < 15 {
		t.Fatalf("only %d routes", len(routes))
	}
	for _, r := range routes {
		name := r[0] + " " + r[1]
		for what, h := range map[string]servertest.Header{"none": nil, "a made up one": {"Cookie": "mint402_session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"},
			"an empty one": {"Cookie": "mint402_session="}, "another name": {"Cookie": strings.Replace(cookie["Cookie"], "mint402_session", "session", 1)}} {
			a := w.Post(r[0], r[1], "{}", h).Lacks("Access-Control-Allow-Origin", "Access-Control-Allow-Credentials", "Access-Control-Expose-Headers").
				Has("Cache-Control", "no-store")
			if !strings.HasPrefix(a.Header.Get("Vary"), "Cookie, Origin") {
				t.Errorf("%s: Vary: %s", name, a.Header.Get("Vary"))
			}
			if (a.Status != 401) != free[name] {
				t.Errorf("%s with the session %s: %d %s", name, what, a.Status, a.Body)
			}
		}
		if a := w.Post(r[0], r[1], "{}", cookie); a.Status == 401 || a.Status == 403 {
			t.Errorf("%s with a session: %d %s", name, a.Status, a.Body)
		} else if r[0] == "DELETE" {
			cookie = w.signIn(k)
		}
	}
	for _, path := range []string{"/admin/nowhere", "/admin/", "/admin/orders/"} {
		w.Get(path, cookie).Wants(404).Lacks("Access-Control-Allow-Origin")
	}
	w.Do("OPTIONS", "/admin/session", servertest.Header{"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}).Lacks("Access-Control-Allow-Origin", "Access-Control-Allow-Methods").Wants(405)
	w.Raw("PURGE /admin/overview HTTP/1.1\r\nHost: x\r\n\r\n").Lacks("Access-Control-Allow-Origin")
	w.Get("/launches", nil).Has("Access-Control-Allow-Origin", "*")
}

func TestNothingIsDoneForAPageOfAnotherOrigin(t *testing.T) {
	w, k := dashboard(t, servertest.Sale{})
	cookie := w.signIn(k)["Cookie"]
	for _, r := range w.adminRoutes() {
		if r[0] == "GET" || r[0] == "HEAD" {
			continue
		}
		for what, h := range map[string]servertest.Header{"another's": {"Origin": "https://evil.example"}, "null": {"Origin": "null"}, "another port": {"Origin": w.URL + "0"},
			"https": {"Origin": strings.Replace(w.URL, "http", "https", 1)}, "a path": {"Origin": w.URL + "/"},
			"none, from elsewhere": {"Origin": "", "Sec-Fetch-Site": "cross-site"}, "none, from a sister": {"Origin": "", "Sec-Fetch-Site": "same-site"}} {
			h["Cookie"] = cookie
			a := w.Post(r[0], r[1], "{}", h).Lacks("Set-Cookie")
			if a.Status != 403 {
				t.Errorf("%s %s, origin %s: %d %s", r[0], r[1], what, a.Status, a.Body)
				continue
			}
			a.Problem("origin")
		}
	}
	w.Post("POST", "/admin/nonce", `{"address":"`+servertest.Account(k).Hex()+`"}`, servertest.Header{"Origin": "", "Sec-Fetch-Site": "same-origin"}).Wants(200)
	w.Get("/admin/session", servertest.Header{"Cookie": cookie}).Wants(200) // nobody was signed out
}

func TestWithoutAWalletTheDashboardIsOff(t *testing.T) {
	w := &fixture{servertest.Open(t, servertest.Sale{})}
	for _, r := range w.adminRoutes() {
		if r[1] == "/admin" {
			continue
		}
		if a := w.Post(r[0], r[1], `{}`, nil).Wants(404); r[0] != "HEAD" {
			a.Problem("off")
		}
	}
	a := w.Get("/admin", nil).Wants(200).Lacks("Access-Control-Allow-Origin")
	if !strings.Contains(string(a.Body), `"configured":false`) {
		t.Errorf("%s", a.Body)
	}
}

func TestABodyThatIsNotWhatWasAskedForIsRefused(t *testing.T) {
	w, k := dashboard(t, servertest.Sale{})
	cookie := w.signIn(k)
	for body, field := range map[string]string{"": "body", "[]": "body", "null": "body", " null\n": "body", "{": "body", "null x": "body", `{"address":1}`: "address", `{"adress":"0x"}`: "adress", `{"address":"0x12"}`: "address", `{} {}`: "body"} {
		a := w.Post("POST", "/admin/nonce", body, nil).Wants(400)
		if f := a.Problem("bad_request"); f.Field != field {
			t.Errorf("%q: %+v", body, f)
		}
	}
	w.Post("POST", "/admin/nonce", `{}`, servertest.Header{"Content-Type": "text/plain"}).Wants(415)
	w.Post("POST", "/admin/nonce", `{}`, servertest.Header{"Content-Encoding": "gzip"}).Wants(415)
	w.Post("POST", "/admin/nonce", `{"address":"`+strings.Repeat("0", 17<<10)+`"}`, nil).Wants(413)
	w.Post("POST", "/admin/calls", `{"launch":"ping","verb":"selfdestruct"}`, cookie).Wants(400).Problem("bad_request")
	w.Post("POST", "/admin/calls", `{"launch":"pong","verb":"pause"}`, cookie).Wants(404)
	if a := w.Post("POST", "/admin/calls", `{"launch":"ping","verb":"pause"}`, cookie).Wants(200); !strings.Contains(string(a.Body), `"refused":{"name":"Unauthorized"`) {
		t.Errorf("%s", a.Body)
	}
	for minter, status := range map[string]int{"": 400, "0x12": 400, "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92267": 400,
		"0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266": 200, "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266": 200, "none": 200} {
		a := w.Post("POST", "/admin/calls", `{"launch":"ping","verb":"setMinter","minter":"`+minter+`"}`, cookie).Wants(status)
		if status == 400 && a.Problem("bad_request").Field != "minter" {
			t.Errorf("%q: %s", minter, a.Body)
		}
	}
	w.Get("/admin/transactions/0x12", cookie).Wants(400)
}

func TestTheDemosPageTellsTheOwnersKeyAndTalksToItsNode(t *testing.T) {
	w, _ := dashboard(t, servertest.Sale{Configure: func(s *server.Server) {
		s.Presenter.Demo, s.Presenter.Chains[0].RPC = true, "http://127.0.0.1:8545"
	}, Dashboard: func(d *admin.Dashboard) { d.OwnerKey = "0xabc" }})
	a := w.Get("/admin", nil).Wants(200)
	if !strings.Contains(a.Header.Get("Content-Security-Policy"), "connect-src 'self' http://127.0.0.1:8545;") || !strings.Contains(string(a.Body), `"demoOwnerKey":"0xabc"`) {
		t.Errorf("%s\n%s", a.Header, a.Body)
	}
	w, _ = dashboard(t, servertest.Sale{Dashboard: func(d *admin.Dashboard) { d.OwnerKey = "0xabc" }})
	if a := w.Get("/admin", nil).Wants(200); strings.Contains(string(a.Body), "0xabc") {
		t.Errorf("outside the demo: %s", a.Body)
	}
}

func TestAnOverviewIsThereWhenTheChainIsNot(t *testing.T) {
	w, k := dashboard(t, servertest.Sale{Dashboard: func(d *admin.Dashboard) {
		d.Desks[devnet.ChainID].Backend = &brokenBackend{d.Desks[devnet.ChainID].Backend}
	}})
	over := servertest.Decode[admin.Overview](w.Get("/admin/overview", w.signIn(k)).Wants(200))
	if len(over.Senders) != 0 || len(over.Launches) != 1 {
		t.Errorf("%+v", over)
	}
}

type brokenBackend struct{ admin.Backend }

func (*brokenBackend) GasAccounts(context.Context, ...common.Address) ([]admin.GasAccount, error) {
	return nil, errors.New("dial node: refused")
}
