package server_test

import (
	"log/slog"
	"math/big"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"context"
	"github.com/mint402/mint402/bindings"
	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/chain/devnet"
	"github.com/mint402/mint402/crowd"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server"
	"github.com/mint402/mint402/server/people"
	"github.com/mint402/mint402/server/servertest"
	"github.com/mint402/mint402/store/crowds"
)

// crowdWorld is a world whose holders are followed, when a test says so.
type crowdWorld struct {
	*world
	follower *crowd.Follower
	trouble  string
}

func openCrowd(t *testing.T) *crowdWorld {
	t.Helper()
	index, err := crowds.OpenIndex(t.Context(), filepath.Join(t.TempDir(), "holders"))
	if err == nil {
		err = index.Bind(t.Context(), common.Hash{1})
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { index.Close() })
	w := &crowdWorld{}
	w.world = open(t, servertest.Sale{Configure: func(s *server.Server) {
		s.Lists.Followed = map[uint64]people.Followed{devnet.ChainID: {Index: index, Trouble: func() string { return w.trouble }}}
	}})
	w.follower = &crowd.Follower{Index: index, Ledger: &w.Store.Crowds, Launches: w.Store.Launches, Now: time.Now, Log: slog.New(slog.DiscardHandler), Every: 1,
		Dial:  func(context.Context) (crowd.Chain, error) { return chain.Tokens{Client: w.Node}, nil },
		Heads: func() (mint.Block, mint.Block) { h := w.Engine.Health(); return h.Head, h.Final }}
	return w
}

// followed lets all that was mined become final, and be followed.
func (w *crowdWorld) followed() {
	w.Helper()
	head, err := w.Net.Mine()
	w.Must(err)
	for range 3 {
		w.MineOne()
	}
	w.Eventually("final", func() bool { return w.Engine.Health().Final.Number >= head.Number })
	for more := true; more; {
		more, err = w.follower.Step(w.Ctx)
		w.Must(err)
	}
}

func (w *crowdWorld) holders(query string) people.Holders {
	w.Helper()
	return servertest.Decode[people.Holders](w.Get("/launches/ping/holders"+query, nil).Wants(200))
}

func TestHoldersAreThoseOfTheChain(t *testing.T) {
	servertest.Long(t)
	w := openCrowd(t)
	d := w.described()
	if list := w.holders(""); list.State != people.HoldersUnknown || list.Reason == "" || len(list.Holders) > 0 {
		t.Errorf("before anything is read: %+v", list)
	}
	w.Get("/launches/ping/holders.csv", nil).Wants(503).Problem("holders_unknown")
	if page := string(w.Get("/l/ping", browsing).Wants(200).Body); strings.Contains(page, "ten largest") {
		t.Errorf("a share that is not known: %s", page)
	}
	if page := string(w.Get("/l/ping/holders", browsing).Wants(200).Body); !strings.Contains(page, "is not known here") {
		t.Errorf("%s", page)
	}
	w.followed()
	if page := string(w.Get("/l/ping/holders", browsing).Wants(200).Body); !strings.Contains(page, "None yet.") || !strings.Contains(page, "add up to the supply") {
		t.Errorf("%s", page)
	}

	a, b := w.Payer(1000), w.Payer(1000)
	w.Pay("/mint?quantity=3", w.Sign(a, "/mint?quantity=3", 2)).Wants(200)
	w.Pay("/mint", w.Sign(b, "/mint", 2)).Wants(200)
	third := common.HexToAddress("0x7777777777777777777777777777777777777777")
	_, err := w.Net.GiveGas(servertest.Account(a), big.NewInt(1e18))
	w.Must(err)
	w.MineOne()
	send := func(to common.Address, allotments int64) {
		w.SendBy(a, w.Launch.Token, bindings.NewLaunch().PackTransfer(to, w.Launch.Tokens(allotments)))
	}
	send(third, 2)
	send(servertest.Account(a), 1) // to itself
	send(third, 0)
	w.followed()
	list := w.holders("")
	if list.State != people.HoldersKnown || list.Total != 3 || list.Supply != "20000" || list.Held != "20000" || list.TopTen != "100" || list.Block == 0 || len(list.Holders) != 3 {
		t.Fatalf("%+v", list)
	}
	if h := list.Holders[0]; h.Address.Address != third || h.Tokens != "10000" || h.Share != "50" || h.Rank != 1 {
		t.Errorf("%+v", h)
	}
	for _, h := range list.Holders {
		if chains := w.Tokens(h.Address.Address); h.Balance != w.Launch.Tokens(chains).String() {
			t.Errorf("%s holds %d on the chain, and %s here", h.Address, chains, h.Balance)
		}
	}
	d.meets("/launches/{slug}/holders", "get", w.Get("/launches/ping/holders", nil).Wants(200))
	d.meets("/launches/{slug}/minters", "get", w.Get("/launches/ping/minters", nil).Wants(200))
	d.meets("/launches/{slug}/holders.csv", "get", w.Get("/launches/ping/holders.csv", nil).Wants(200))

	send(third, 1) // a has no more
	w.followed()
	if list := w.holders("?q=0x7777"); list.Total != 2 || list.Found != 1 || list.Holders[0].Tokens != "15000" {
		t.Errorf("%+v", list)
	}
	if list := w.holders("?limit=1&page=9"); list.Page != 2 || list.Pages != 2 || list.Holders[0].Address.Address != servertest.Account(b) {
		t.Errorf("%+v", list)
	}
	rows := w.rows("/launches/ping/holders.csv")
	if len(rows) != 3 || rows[1][1] != third.Hex() || rows[1][2] != "15000" || rows[1][4] != "75" || rows[1][6] != "known" {
		t.Errorf("%q", rows)
	}
	if page := string(w.Get("/l/ping/holders", browsing).Wants(200).Body); !strings.Contains(page, third.Hex()) || !strings.Contains(page, "<title>Holders of Ping") {
		t.Errorf("%s", page)
	}
	if page := string(w.Get("/l/ping", browsing).Wants(200).Body); !strings.Contains(page, "The ten largest holders have 100% of the supply, as of block ") {
		t.Errorf("%s", page)
	}
	// One payer has sent transactions, and the other none.
	if list := w.minters(""); list.Fresh == nil || list.Fresh.Fresh != 1 && list.Fresh.Fresh != 2 || list.Fresh.NotKnown != 0 {
		t.Errorf("%+v", list.Fresh)
	}
	for _, query := range []string{"?page=-1", "?page=x", "?q=x", "?limit=0"} {
		w.Get("/launches/ping/holders"+query, nil).Wants(400)
		w.Get("/l/ping/holders"+query, browsing).Wants(400)
	}
	w.Get("/l/none/holders", browsing).Wants(404)
}

func TestHoldersThatDoNotAddUpAreCalledIncomplete(t *testing.T) {
	w := openCrowd(t)
	w.Pay("/mint", w.Sign(w.Payer(100), "/mint", 2)).Wants(200)
	w.follower.Dial = func(context.Context) (crowd.Chain, error) { return leavesOut{chain.Tokens{Client: w.Node}}, nil }
	w.followed()
	if list := w.holders(""); list.State != people.HoldersIncomplete || !strings.Contains(list.Reason, "left out") || list.Held != "0" || list.Supply != "5000" {
		t.Errorf("%+v", list)
	}
	if page := string(w.Get("/l/ping/holders", browsing).Wants(200).Body); !strings.Contains(page, "This list is incomplete") || strings.Contains(page, "add up to the supply.") {
		t.Errorf("%s", page)
	}
	if page := string(w.Get("/l/ping", browsing).Wants(200).Body); !strings.Contains(page, "The list of holders is incomplete, because a node left out transfers. The ten largest that it has hold 0% of the supply") {
		t.Errorf("%s", page)
	}
}

// leavesOut is a chain whose node has no index of logs.
type leavesOut struct{ crowd.Chain }

func (leavesOut) Transfers(context.Context, []common.Address, mint.Block, mint.Block) ([]crowd.Transfer, error) {
	return nil, nil
}

func TestAServerThatDoesNotFollowHoldersSaysSo(t *testing.T) {
	w := open(t, servertest.Sale{})
	if list := servertest.Decode[people.Holders](w.Get("/launches/ping/holders", nil).Wants(200)); list.State != people.HoldersOff || list.Reason == "" {
		t.Errorf("%+v", list)
	}
	w.Get("/launches/ping/holders.csv", nil).Wants(503).Problem("holders_unknown")
	if page := string(w.Get("/l/ping", browsing).Wants(200).Body); strings.Contains(page, "ten largest") {
		t.Errorf("a share that is not known: %s", page)
	}
	if page := string(w.Get("/l/ping/holders", browsing).Wants(200).Body); !strings.Contains(page, "does not read transfers") {
		t.Errorf("%s", page)
	}
}
