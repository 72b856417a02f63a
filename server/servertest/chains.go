package servertest

import (
	"context"
	"crypto/ecdsa"
	"log/slog"
	"math/big"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/chain/devnet"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/store"
	"github.com/mint402/mint402/x402"
)

// OtherChainID is the chain id of the second of several chains: Avalanche Fuji's.
const OtherChainID = 43113

// OpenChains starts a world for each sale, on a chain of its own: the first on Base Sepolia's chain
// id, the second on [OtherChainID]. All have the same accounts, so launches with the same terms have
// the same address. The first sale configures the server.
func OpenChains(t testing.TB, sales ...Sale) []*World {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*Bounded)
	t.Cleanup(cancel)
	watch(t)
	path := filepath.Join(t.TempDir(), "mint402.db")
	db, err := store.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	sender, owner, minter, stranger := Key(t), Key(t), Key(t), Key(t)
	var all []*World
	log := &logged{}
	for i, s := range sales {
		w := &World{TB: t, Ctx: ctx, Log: log, path: path, Stranger: stranger, turn: make(chan struct{}, 1), served: make(chan error, 1)}
		w.Mining.Store(true)
		begin(w, s, []uint64{devnet.ChainID, OtherChainID}[i], db, sender, owner, minter)
		all = append(all, w)
	}
	first, p := all[0], &api.Presenter{Version: "test", Log: all[0].Engine.Log}
	for _, w := range all {
		network, ok := x402.NetworkByChainID(w.Engine.ChainID)
		if !ok {
			t.Fatal("no network")
		}
		p.Chains, w.all = append(p.Chains, &api.Chain{Network: network}), all
	}
	first.serve("127.0.0.1:0", &server.Server{Presenter: p, Wait: sales[0].Wait}, sales[0])
	t.Cleanup(first.shut)
	return all
}

// begin starts the chain, deploys the launch and opens the engine.
func begin(w *World, s Sale, chainID uint64, db *store.Store, sender, owner, minter *ecdsa.PrivateKey) {
	w.Helper()
	t, ctx := w.TB, w.Ctx
	ether := new(big.Int).Exp(big.NewInt(10), big.NewInt(20), nil)
	fund := map[common.Address]*big.Int{}
	for _, k := range []*ecdsa.PrivateKey{sender, owner, minter, w.Stranger} {
		fund[Account(k)] = ether
	}
	var err error
	w.Net, err = devnet.Open(ctx, devnet.Config{ChainID: chainID, Manual: true, Fund: fund, Alloc: s.Alloc, Finality: s.Finality})
	w.Must(err)
	t.Cleanup(func() { w.Net.Close() })
	w.Node, err = w.Net.Dial(ctx)
	w.Must(err)
	w.Node.Poll = 5 * time.Millisecond
	w.Node.Keys.Add(sender)
	w.Node.Keys.Add(minter)
	w.Node.Keys.Add(w.Stranger)
	w.Owner, w.OwnerKey = w.Node.Keys.Add(owner), owner

	w.Store = db.On(chainID)
	slug := "ping"
	if chainID != devnet.ChainID {
		slug = "ping-" + strconv.FormatUint(chainID, 10)
	}
	w.Launch = w.Deploy(slug, s, Account(minter))
	if s.AnotherListing {
		w.Deploy("pong", Sale{Name: "Pong", Symbol: "PONG"}, Account(minter))
	}

	quick := &quickChain{Chain: w.Node}
	w.Engine = &mint.Engine{Store: w.Store, Chain: quick, Log: slog.New(slog.NewTextHandler(w.Log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		ChainID: chainID, Senders: []common.Address{Account(sender)}, Settings: s.Settings,
		Clock: func() time.Time { return time.Now().Add(time.Duration(w.Ahead.Load() + quick.ahead.Load())) }}
	if s.Minter {
		w.Engine.Minter = Account(minter)
	}
	s.change(w, quick)
	w.Must(w.Engine.Open(ctx))
	w.Must(catchUp(ctx, w.Engine))
	w.operate()
}
