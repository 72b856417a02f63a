package admin_test

import (
	"context"
	"encoding/json"
	"errors"
	"math/big"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/chain/devnet"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/admin"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/server/servertest"
	"github.com/mint402/mint402/store"
)

// deskBackend records the requests that reach the desk of a chain.
type deskBackend struct {
	chainBackend
	chainID uint64
	down    bool
	got     *[]string
}

var errDown = errors.New("no node answers")

func (d *deskBackend) saw(what string) { *d.got = append(*d.got, what) }

func (d *deskBackend) preview() (admin.Preview, error) {
	return admin.Preview{Token: common.BigToAddress(new(big.Int).SetUint64(d.chainID)), Wei: new(big.Int), MintWei: new(big.Int)}, nil
}

func (d *deskBackend) Preview(_ context.Context, f admin.LaunchRequest, _ common.Address) (admin.Preview, error) {
	d.saw("preview " + f.Name)
	return d.preview()
}

func (d *deskBackend) Register(context.Context, common.Address, admin.Listing) (mint.Launch, error) {
	d.saw("register")
	return mint.Launch{}, &admin.RefusedError{Message: "not in this test"}
}

func (d *deskBackend) Deploy(_ context.Context, f admin.LaunchRequest, _ common.Address) (admin.Deployed, error) {
	d.saw("deploy " + f.Name)
	return admin.Deployed{}, &admin.RefusedError{Message: "not in this test"}
}

func (d *deskBackend) GasAccounts(ctx context.Context, accounts ...common.Address) ([]admin.GasAccount, error) {
	if d.down {
		return nil, errDown
	}
	return d.chainBackend.GasAccounts(ctx, accounts...)
}

func (d *deskBackend) Prepare(ctx context.Context, token, from common.Address, c admin.OwnerTx) (admin.EncodedTx, error) {
	d.saw("prepare " + c.Verb)
	return d.chainBackend.Prepare(ctx, token, from, c)
}

func (d *deskBackend) TxStatus(context.Context, common.Hash) (admin.TxStatus, error) {
	d.saw("status")
	return admin.TxStatus{Mined: d.chainID == servertest.OtherChainID, Block: d.chainID}, nil
}

// creatorDesk is the work for creators of a chain.
type creatorDesk struct {
	openBackend
	desk *deskBackend
}

func (d creatorDesk) Preview(_ context.Context, f admin.LaunchRequest, _ common.Address) (admin.Preview, error) {
	d.desk.saw("creator's preview " + f.Name)
	return d.desk.preview()
}

func (d creatorDesk) Register(context.Context, admin.LaunchRequest, common.Address) (mint.Launch, error) {
	d.desk.saw("creator's register")
	return mint.Launch{}, &admin.RefusedError{Message: "not in this test"}
}

// twoDesks is a dashboard of two chains, its operator, and what each desk got.
func twoDesks(t *testing.T) (one, two *fixture, operator servertest.Header, desks map[uint64]*deskBackend) {
	t.Helper()
	k := servertest.Key(t)
	table := &store.CreatorTable{}
	desks = map[uint64]*deskBackend{devnet.ChainID: {chainID: devnet.ChainID, got: &[]string{}}, servertest.OtherChainID: {chainID: servertest.OtherChainID, got: &[]string{}}}
	all := servertest.OpenChains(t, servertest.Sale{Dashboard: func(d *admin.Dashboard) {
		d.Wallets, d.Errors, d.Creators = []common.Address{servertest.Account(k)}, func() []admin.LogRecord { return nil }, &admin.Creators{}
		d.Desks = map[uint64]*admin.Desk{}
		for id, backend := range desks {
			d.Desks[id] = &admin.Desk{Backend: backend, Creators: creatorDesk{openBackend{table}, backend}, Deployer: common.BigToAddress(big.NewInt(int64(id))),
				Assets: func() []api.Asset { return []api.Asset{{Symbol: "USD" + big.NewInt(int64(id)).String()}} }}
		}
	}}, servertest.Sale{})
	one, two = &fixture{all[0]}, &fixture{all[1]}
	table.Store = one.Store.On(0)
	for i, w := range all {
		b := desks[[]uint64{devnet.ChainID, servertest.OtherChainID}[i]]
		b.chainBackend = chainBackend{node: w.Node, store: w.Store}
	}
	return one, two, one.signIn(k), desks
}

// loose reads some fields of an answer.
func loose[T any](a servertest.Answer) (v T) {
	a.T.Helper()
	if err := json.Unmarshal(a.Body, &v); err != nil {
		a.T.Fatal(err)
	}
	return v
}

type chained struct {
	ChainID     uint64
	Transaction struct{ ChainID uint64 }
}

func TestANewLaunchIsDeployedOnTheNetworkThatIsChosen(t *testing.T) {
	w, _, operator, desks := twoDesks(t)
	creator := w.signIn(servertest.Key(t))
	for network, id := range map[string]uint64{"": devnet.ChainID, "base-sepolia": devnet.ChainID, "avalanche-fuji": servertest.OtherChainID, "eip155:43113": servertest.OtherChainID, "43113": servertest.OtherChainID} {
		for who, cookie := range map[string]servertest.Header{"": operator, "creator's ": creator} {
			a := w.Post("POST", "/admin/launches/preview", `{"name":"Zwei","network":"`+network+`"}`, cookie).Wants(200)
			if p := loose[chained](a); p.Transaction.ChainID != id {
				t.Errorf("%q is signed on chain %d", network, p.Transaction.ChainID)
			}
			if got := *desks[id].got; len(got) != 1 || got[0] != who+"preview Zwei" {
				t.Errorf("%q: the desk of %d got %q", network, id, got)
			}
			*desks[id].got = nil
		}
		w.Post("POST", "/admin/launches", `{"name":"Zwei","network":"`+network+`"}`, operator).Wants(409)
		w.Post("POST", "/admin/launches/register", `{"token":"0x0000000000000000000000000000000000000001","network":"`+network+`"}`, operator).Wants(409)
		w.Post("POST", "/admin/launches/register", `{"name":"Zwei","network":"`+network+`"}`, creator).Wants(409)
		if got := strings.Join(*desks[id].got, ", "); got != "deploy Zwei, register, creator's register" {
			t.Errorf("%q: the desk of %d got %q", network, id, got)
		}
		*desks[id].got = nil
	}
	for path, body := range map[string]string{"/admin/launches/preview": `"name":"Zwei"`, "/admin/launches": `"name":"Zwei"`, "/admin/launches/register": `"token":"0x0000000000000000000000000000000000000001"`} {
		a := w.Post("POST", path, `{"network":"base",`+body+`}`, operator)
		if a.Status < 400 || a.Status >= 500 || !strings.Contains(string(a.Body), "eip155:84532 and eip155:43113") {
			t.Errorf("%s: %d %s", path, a.Status, a.Body)
		}
	}
	if got := append(*desks[devnet.ChainID].got, *desks[servertest.OtherChainID].got...); len(got) > 0 {
		t.Errorf("a network that is not served came to a desk: %q", got)
	}
}

func TestACallOfALaunchIsPreparedOnItsChain(t *testing.T) {
	one, two, operator, desks := twoDesks(t)
	for _, w := range []*fixture{one, two} {
		id := w.Launch.ChainID
		a := w.Post("POST", "/admin/calls", `{"launch":"`+w.Launch.Slug+`","verb":"pause"}`, operator).Wants(200)
		if p := loose[chained](a); p.ChainID != id {
			t.Errorf("%s is called on chain %d", w.Launch.Slug, p.ChainID)
		}
		hash := "/admin/transactions/0x" + strings.Repeat("11", 32)
		status := loose[struct{ Status, Explorer string }](w.Get(hash+"?chain="+big.NewInt(int64(id)).String(), operator).Wants(200))
		if (status.Status == "mined") != (id == servertest.OtherChainID) || strings.Contains(status.Explorer, "snowtrace") != (id == servertest.OtherChainID) {
			t.Errorf("%d: %+v", id, status)
		}
		if got := strings.Join(*desks[id].got, ", "); got != "prepare pause, status" {
			t.Errorf("the desk of %d got %q", id, got)
		}
	}
	if f := one.Get("/admin/transactions/0x"+strings.Repeat("11", 32)+"?chain=base", operator).Wants(400).Problem("bad_request"); f.Field != "chain" {
		t.Errorf("%+v", f)
	}
}

func TestTheOverviewHasTheAccountsOfEachChainAlsoIfOneDoesNotAnswer(t *testing.T) {
	w, _, operator, desks := twoDesks(t)
	o := servertest.Decode[admin.Overview](w.Get("/admin/overview", operator).Wants(200))
	if len(o.Chains) != 2 || len(o.Launches) != 2 || len(o.Settlement) != 2 {
		t.Fatalf("%+v", o)
	}
	for i, id := range []uint64{devnet.ChainID, servertest.OtherChainID} {
		c := o.Chains[i]
		if c.Network.ChainID != id || len(c.Senders) != 1 || c.Deployer == nil || c.Deployer.Address.Big().Uint64() != id || c.Assets[0].Symbol != "USD"+big.NewInt(int64(id)).String() || c.Head.Number == 0 {
			t.Errorf("%+v", c)
		}
	}
	desks[devnet.ChainID].down = true
	o = servertest.Decode[admin.Overview](w.Get("/admin/overview", operator).Wants(200))
	if len(o.Chains[0].Senders) != 0 || len(o.Chains[1].Senders) != 1 {
		t.Errorf("%+v", o.Chains)
	}
	list := servertest.Decode[admin.Checklist](w.Get("/admin/checklist", operator).Wants(200))
	states := map[string]admin.State{}
	for _, i := range list.Items {
		states[i.Code] = i.State
	}
	if states["gas-base-sepolia"] != admin.NotKnown || states["gas-avalanche-fuji"] != admin.Done {
		t.Errorf("%+v", list)
	}
}
