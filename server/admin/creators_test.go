package admin_test

import (
	"context"
	"crypto/ecdsa"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/bindings"
	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/chain/devnet"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/profile"
	"github.com/mint402/mint402/server/admin"
	"github.com/mint402/mint402/server/servertest"
	"github.com/mint402/mint402/store"
)

// openBackend keeps bans in the world's database, and refuses launches: what takes them is tested
// where it is.
type openBackend struct{ table *store.CreatorTable }

func (b openBackend) Preview(context.Context, admin.LaunchRequest, common.Address) (admin.Preview, error) {
	return admin.Preview{Wei: new(big.Int), MintWei: new(big.Int)}, nil
}

func (b openBackend) Register(context.Context, admin.LaunchRequest, common.Address) (mint.Launch, error) {
	return mint.Launch{}, &admin.RefusedError{Message: "not in this test"}
}

func (b openBackend) Ban(ctx context.Context, wallet common.Address, banned bool) error {
	return b.table.Ban(ctx, wallet, banned)
}

func (b openBackend) Banned(ctx context.Context) ([]common.Address, error) {
	return b.table.Banned(ctx)
}

// opened is a dashboard that creators may sign in to, and the key of its operator.
func opened(t testing.TB, allowed ...common.Address) (*fixture, *ecdsa.PrivateKey) {
	t.Helper()
	table := &store.CreatorTable{}
	w, k := dashboard(t, servertest.Sale{Dashboard: func(d *admin.Dashboard) {
		d.Creators, d.Desks[devnet.ChainID].Creators = &admin.Creators{Allowed: allowed}, openBackend{table}
	}})
	table.Store = w.Store
	return w, k
}

// creates adds a launch of a wallet, which is not on the chain.
func (w *fixture) creates(slug string, k *ecdsa.PrivateKey) {
	w.Helper()
	l := w.Launch
	l.Slug, l.Name, l.Symbol, l.Creator = slug, "Of "+slug, strings.ToUpper(slug), servertest.Account(k)
	l.Token = common.BytesToAddress([]byte(slug))
	w.Must(store.CreatorTable{Store: w.Store}.Save(w.Ctx, l, store.CreatorLimits{}, false))
}

// mayUse says who may use each route: a new one must be added here, too.
var mayUse = map[string]string{
	"GET /admin": "visitor", "HEAD /admin": "visitor", "POST /admin/nonce": "visitor", "POST /admin/session": "visitor",
	"GET /admin/session": "creator", "HEAD /admin/session": "creator", "DELETE /admin/session": "creator",
	"GET /admin/overview": "creator", "HEAD /admin/overview": "creator", "GET /admin/orders": "creator", "HEAD /admin/orders": "creator",
	"GET /admin/orders.csv": "creator", "HEAD /admin/orders.csv": "creator", "POST /admin/calls": "creator",
	"GET /admin/transactions/:hash": "creator", "HEAD /admin/transactions/:hash": "creator", "POST /admin/launches/preview": "creator",
	"GET /admin/launches/:slug/profile": "creator", "HEAD /admin/launches/:slug/profile": "creator", "POST /admin/launches/:slug/profile": "creator",
	"POST /admin/launches/register": "creator", "POST /admin/launches/:slug/off-sale": "creator",
	"POST /admin/home": "operator", "POST /admin/launches": "operator",
	"GET /admin/checklist": "operator", "HEAD /admin/checklist": "operator", "GET /admin/notes": "operator", "HEAD /admin/notes": "operator", "POST /admin/notes": "operator",
	"GET /admin/revenue": "operator", "HEAD /admin/revenue": "operator", "GET /admin/revenue.csv": "operator", "HEAD /admin/revenue.csv": "operator",
	"GET /admin/creators": "operator", "HEAD /admin/creators": "operator", "POST /admin/creators": "operator",
}

func TestEachRouteIsForThoseWhoMayUseIt(t *testing.T) {
	w, operator := opened(t)
	creator := servertest.Key(t)
	w.creates("mine", creator)
	app := fiber.New()
	w.Must((&admin.Dashboard{Presenter: w.Admin.Presenter}).On(w.Server)(app))
	of := map[string]servertest.Header{"visitor": nil, "creator": w.signIn(creator), "operator": w.signIn(operator)}
	ranks := map[string]int{"visitor": 0, "creator": 1, "operator": 2}
	for _, r := range app.GetRoutes(true) {
		name := r.Method + " " + r.Path
		may, listed := mayUse[name]
		if !listed {
			t.Errorf("no one has said who may use %s", name)
			continue
		}
		path := strings.NewReplacer(":hash", "0x"+strings.Repeat("00", 32), ":slug", "mine").Replace(r.Path)
		for who, rank := range ranks {
			a := w.Post(r.Method, path, "{}", of[who])
			refused := a.Status == 401 || a.Status == 403
			switch {
			case refused != (rank < ranks[may]):
				t.Errorf("%s as %s: %d %s", name, who, a.Status, a.Body)
			case refused && who == "creator" && r.Method != "HEAD":
				a.Problem("operator_only")
			}
			if r.Method == "DELETE" && !refused {
				of["creator"], of["operator"] = w.signIn(creator), w.signIn(operator)
			}
		}
	}
	if admin.RouteWithoutAccess(w.Admin) == nil {
		t.Error("a route without an access is added")
	}
}

func TestForACreatorLaunchesOfOthersDoNotExist(t *testing.T) {
	w, operator := opened(t)
	one, two := servertest.Key(t), servertest.Key(t)
	w.creates("theirs", two)
	cookie := w.signIn(one)
	if a := w.Get("/admin/orders", cookie).Wants(200); !strings.Contains(string(a.Body), `"total":0`) {
		t.Errorf("%s", a.Body)
	}
	w.creates("mine", one)
	ask := func(method, path, body, slug string, who servertest.Header) servertest.Answer {
		return w.Post(method, strings.ReplaceAll(path, "SLUG", slug), strings.ReplaceAll(body, "SLUG", slug), who)
	}
	for _, r := range [][3]string{
		{"GET", "/admin/orders?launch=SLUG", ""}, {"GET", "/admin/orders.csv?launch=SLUG", ""}, {"GET", "/admin/orders?launch=SLUG&attention=1", ""},
		{"GET", "/admin/orders?launch=SLUG&state=received", ""}, {"GET", "/admin/launches/SLUG/profile", ""}, {"POST", "/admin/launches/SLUG/profile", ""},
		{"POST", "/admin/calls", `{"launch":"SLUG","verb":"pause"}`}, {"POST", "/admin/calls", `{"launch":"SLUG","verb":"refund","paymentId":"0x` + strings.Repeat("00", 32) + `"}`},
	} {
		unknown := ask(r[0], r[1], r[2], "nobody", cookie).Wants(404)
		for _, slug := range []string{"theirs", "ping"} {
			a := ask(r[0], r[1], r[2], slug, cookie).Wants(404)
			if strings.ReplaceAll(string(a.Body), slug, "nobody") != string(unknown.Body) {
				t.Errorf("%s %s tells %s from a launch that does not exist: %s, %s", r[0], r[1], slug, a.Body, unknown.Body)
			}
		}
		if a := ask(r[0], r[1], r[2], "mine", cookie); a.Status == 404 {
			t.Errorf("%s %s of its own: %d %s", r[0], r[1], a.Status, a.Body)
		}
		if a := ask(r[0], r[1], r[2], "theirs", w.signIn(operator)); a.Status == 404 {
			t.Errorf("%s %s as the operator: %d %s", r[0], r[1], a.Status, a.Body)
		}
	}
	over := servertest.Decode[admin.Overview](w.Get("/admin/overview", cookie).Wants(200))
	if len(over.Launches) != 1 || over.Launches[0].Launch.Slug != "mine" || len(over.Senders)+len(over.Errors)+len(over.Nodes) > 0 || len(over.Home.Hidden) != 1 {
		t.Errorf("%+v", over)
	}
	if strings.Contains(string(w.Get("/admin/overview", cookie).Body), "theirs") {
		t.Error("the overview names another's launch")
	}
	w.mints(1)
	found := servertest.Decode[struct {
		Orders []admin.OrderRow
		Next   string
		Total  int
	}](w.Get("/admin/orders", cookie).Wants(200))
	if len(found.Orders) != 0 || found.Total != 0 {
		t.Errorf("orders of another's launch: %+v", found)
	}
	if a := w.Get("/admin/orders.csv", cookie).Wants(200); strings.Count(string(a.Body), "\n") != 1 {
		t.Errorf("%s", a.Body)
	}
	w.creates("mine2", one)
	w.Get("/admin/orders", cookie).Wants(400).Problem("bad_request")
	w.Get("/admin/orders?launch=mine2", cookie).Wants(200)
	w.Gives(w.Stranger, 123) // money that the operator's launch owes
	w.Eventually("it is seen", func() bool {
		return strings.Contains(string(w.Get("/admin/orders?attention=1", w.signIn(operator)).Body), `"total":1`)
	})
	for _, path := range []string{"/admin/orders?attention=1", "/admin/orders?state=received"} {
		if a := w.Get(path, cookie).Wants(200); !strings.Contains(string(a.Body), `"total":0`) {
			t.Errorf("%s: %s", path, a.Body)
		}
	}
}

// mints has payers mint so often at the operator's launch.
func (w *fixture) mints(n int) {
	w.Helper()
	for range n {
		w.Pay("/mint", w.Sign(w.Payer(1000), "/mint", 2)).Wants(200)
	}
}

func TestACreatorIsNoOperatorWhateverItSends(t *testing.T) {
	w, operator := opened(t)
	creator := servertest.Key(t)
	cookie := w.signIn(creator)
	if who := w.Get("/admin/session", cookie).Wants(200); !strings.Contains(string(who.Body), `"role":"creator"`) {
		t.Errorf("%s", who.Body)
	}
	if who := w.Get("/admin/session", w.signIn(operator)).Wants(200); !strings.Contains(string(who.Body), `"role":"operator"`) {
		t.Errorf("%s", who.Body)
	}
	for _, extra := range []servertest.Header{{"X-Forwarded-For": "127.0.0.1"}, {"X-HTTP-Method-Override": "GET"}, {"Authorization": "Bearer x"}} {
		extra["Cookie"] = cookie["Cookie"]
		w.Post("POST", "/admin/home", `{"hide":["ping"]}`, extra).Wants(403).Problem("operator_only")
	}
	for _, path := range []string{"/admin/../admin/home", "/admin//home", "/ADMIN/home", "/admin/home/", "/admin/%68ome", "/admin/home?role=operator"} {
		if a := w.Post("POST", path, `{"hide":["ping"]}`, cookie); a.Status == 200 {
			t.Errorf("%s: %d %s", path, a.Status, a.Body)
		}
	}
	// A message for one wallet does not sign in another, not even with that one's signature.
	m := w.message(servertest.Account(operator))
	w.present(m, personal(t, creator, m)).Wants(403)
	forged := strings.Replace(w.message(servertest.Account(creator)), servertest.Account(creator).Hex(), servertest.Account(operator).Hex(), 1)
	w.present(forged, personal(t, creator, forged)).Wants(403).Problem("sign_in")
	if l, err := w.Store.Launch(w.Ctx, "ping"); err != nil || l.Hidden {
		t.Errorf("%+v, %v", l, err)
	}
}

func TestABannedCreatorIsOutAtOnceAndItsLaunchesStay(t *testing.T) {
	w, operator := opened(t)
	creator := servertest.Key(t)
	w.creates("mine", creator)
	cookie, boss := w.signIn(creator), w.signIn(operator)
	ban := func(a common.Address, banned bool) servertest.Answer {
		return w.Post("POST", "/admin/creators", fmt.Sprintf(`{"wallet":"%s","banned":%t}`, a.Hex(), banned), boss)
	}
	if a := ban(servertest.Account(creator), true).Wants(200); !strings.Contains(string(a.Body), `"launches":["mine"]`) {
		t.Errorf("%s", a.Body)
	}
	w.Get("/admin/overview", cookie).Wants(403).Problem("banned")
	w.Post("POST", "/admin/nonce", `{"address":"`+servertest.Account(creator).Hex()+`"}`, nil).Wants(403).Problem("banned")
	w.Get("/launches/mine", nil).Wants(200)
	ban(servertest.Account(operator), true).Wants(409)
	w.Post("POST", "/admin/creators", `{"wallet":"x"}`, boss).Wants(400)
	ban(servertest.Account(creator), false).Wants(200)
	w.Get("/admin/overview", cookie).Wants(200)
}

func TestWithAListOfCreatorsOnlyThoseSignIn(t *testing.T) {
	creator, stranger := servertest.Key(t), servertest.Key(t)
	w, operator := opened(t, servertest.Account(creator))
	w.signIn(creator)
	w.signIn(operator)
	w.Post("POST", "/admin/nonce", `{"address":"`+servertest.Account(stranger).Hex()+`"}`, nil).Wants(403).Problem("not_allowed")
	w.Post("POST", "/admin/nonce", `{"address":"0x0000000000000000000000000000000000000000"}`, nil).Wants(403).Problem("not_allowed")
}

func TestThousandsOfSignInsOfCreatorsLeaveRoomForTheOperator(t *testing.T) {
	w, operator := opened(t)
	boss, k := w.signIn(operator), servertest.Key(t)
	busy := 0
	for range 80 { // of one client
		m := w.message(servertest.Account(k))
		if a := w.present(m, personal(t, k, m)); a.Status == 503 {
			a.Problem("busy")
			busy++
		}
	}
	if busy != 80-admin.MaxClientUsed {
		t.Errorf("%d of 80 sign-ins were refused", busy)
	}
	used, sessions := admin.FloodSignIns(w.Admin, admin.MaxGuestsUsed+100)
	if used > admin.MaxGuestsUsed+2 || sessions > admin.MaxGuestSessions+2 {
		t.Errorf("%d used messages and %d sessions are kept", used, sessions)
	}
	w.Get("/admin/overview", boss).Wants(200)
	w.signIn(operator)
	w.SetAhead(6 * time.Minute)
	m := w.message(servertest.Account(k))
	good := personal(t, k, m)
	w.present(m, good).Wants(200)
	w.present(m, good).Wants(403).Problem("sign_in") // replayed
	late := w.message(servertest.Account(k))
	w.SetAhead(12 * time.Minute)
	w.present(late, personal(t, k, late)).Wants(403).Problem("sign_in")
	w.Post("POST", "/admin/session", `{"message":"`+strings.Repeat("a", 9000)+`","signature":"`+hexutil.Encode(make([]byte, 65))+`"}`, nil).Wants(403)
}

func TestAReorgThatRemovesACreatorsContractStopsThatLaunchOnly(t *testing.T) {
	w, _ := opened(t)
	units := new(big.Int).Exp(big.NewInt(10), big.NewInt(21), nil)
	terms := bindings.Terms{Name: "Made", Symbol: "MADE", Asset: w.Launch.Asset.Address, Price: big.NewInt(100_000), Allotment: units, Cap: new(big.Int).Mul(units, big.NewInt(9)),
		Limit: big.NewInt(1), Treasury: w.Owner, Owner: w.Owner, Minter: w.Launch.Minter}
	var l mint.Launch
	w.OnChain(func() error {
		deployed, err := w.Node.Deploy(w.Ctx, w.Owner, chain.Deployment{Terms: terms})
		if err == nil {
			l, err = w.Node.ReadLaunch(w.Ctx, deployed.Token)
		}
		return err
	})
	l.Slug, l.Creator = "made", common.Address{7}
	w.Must(store.CreatorTable{Store: w.Store}.Save(w.Ctx, l, store.CreatorLimits{}, false))
	price := func(path string, status int) func() bool {
		return func() bool { return w.Get(path, nil).Status == status }
	}
	w.Eventually("it is sold", price("/launches/made/mint", 402))
	_, err := w.Net.Reorg(l.DeployedAt, false)
	w.Must(err)
	w.Eventually("it is not sold", func() bool { w.MineOne(); return price("/launches/made/mint", 503)() })
	w.Eventually("the operator's is", price("/mint", 402))
	w.Get("/l/made", nil).Wants(200)
}

func TestAContractWalletOfACreatorSignsInByItsCode(t *testing.T) {
	alloc := types.GenesisAlloc{}
	yes, no := servertest.Wallet(1, servertest.Says, alloc), servertest.Wallet(2, servertest.Denies, alloc)
	table := &store.CreatorTable{}
	w, _ := dashboard(t, servertest.Sale{Alloc: alloc, Dashboard: func(d *admin.Dashboard) {
		d.Creators, d.Desks[devnet.ChainID].Creators = &admin.Creators{}, openBackend{table}
	}})
	table.Store = w.Store
	a := w.present(w.message(yes), []byte("whatever its owners signed")).Wants(200)
	if !strings.Contains(string(a.Body), `"role":"creator"`) {
		t.Errorf("%s", a.Body)
	}
	w.present(w.message(no), make([]byte, 65)).Wants(403).Problem("sign_in")
}

// heldEditor does not finish the edits of one launch until it is released.
type heldEditor struct {
	launch           string
	entered, release chan struct{}
}

func (e heldEditor) Apply(_ context.Context, launch string, _ profile.Edit) (profile.Version, error) {
	if launch == e.launch {
		e.entered <- struct{}{}
		<-e.release
	}
	return profile.Version{Changed: []string{}}, nil
}

func TestAnEditOfACreatorIsHeldUpByOthersAndNoneOfTheOperator(t *testing.T) {
	table, editor := &store.CreatorTable{}, heldEditor{"slow", make(chan struct{}), make(chan struct{})}
	w, operator := dashboard(t, servertest.Sale{Dashboard: func(d *admin.Dashboard) {
		d.Creators, d.Profiles, d.Desks[devnet.ChainID].Creators = &admin.Creators{}, editor, openBackend{table}
	}})
	table.Store = w.Store
	one, two := servertest.Key(t), servertest.Key(t)
	w.creates("slow", one)
	w.creates("other", two)
	edits := func(k *ecdsa.PrivateKey, slug string) servertest.Answer {
		body := "--x\r\nContent-Disposition: form-data; name=\"description\"\r\n\r\nnew\r\n--x--\r\n"
		return w.Post("POST", "/admin/launches/"+slug+"/profile", body, servertest.Header{"Cookie": w.signIn(k)["Cookie"], "Content-Type": "multipart/form-data; boundary=x"})
	}
	done := make(chan servertest.Answer)
	go func() { done <- edits(one, "slow") }()
	<-editor.entered
	edits(two, "other").Wants(503)
	edits(operator, "ping").Wants(200)
	close(editor.release)
	(<-done).Wants(200)
	edits(two, "other").Wants(200)
}
