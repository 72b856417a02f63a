package crowds_test

import (
	"context"
	"database/sql"
	"encoding/binary"
	"math/big"
	"path/filepath"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/crowd"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/store"
	"github.com/mint402/mint402/x402"
)

var ctx = context.Background()

// minted opens a database with a launch of n minters. The one with the number i minted i%3+1
// times, from block 10 on.
func minted(t testing.TB, n int) *store.Store {
	t.Helper()
	path := filepath.Join(t.TempDir(), "orders.db")
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	s, err := store.Open(path)
	must(err)
	one := common.HexToAddress("0x01")
	must(s.SaveLaunch(ctx, mint.Launch{Slug: "ping", ChainID: 84532, Token: common.HexToAddress("0x50c4"), DeployedAt: 3,
		Asset: x402.Asset{Address: one, Symbol: "USDC", Name: "USDC", Version: "2", Decimals: 6}, Name: "Ping", Symbol: "PING",
		Price: big.NewInt(1_000_000), Allotment: big.NewInt(1), Cap: 1 << 40, Limit: 10, Treasury: one, Owner: one, Minter: one}))
	must(s.Close())
	db, err := sql.Open(store.Driver, path)
	must(err)
	tx, err := db.Begin()
	must(err)
	insert, err := tx.Prepare(`INSERT INTO events (kind, chain_id, launch, payment_id, payer, nonce, quantity, amount, block, block_hash, log_index, tx)
		VALUES ('minted', 84532, 'ping', ?, ?, zeroblob(32), 1, '1000000', ?, zeroblob(32), ?, zeroblob(32))`)
	must(err)
	for i := range n {
		for k := range i%3 + 1 {
			var id common.Hash
			binary.BigEndian.PutUint32(id[:], uint32(i))
			id[31] = byte(k)
			payer := Payer(i)
			_, err := insert.Exec(id[:], payer[:], 10+k, i)
			must(err)
		}
	}
	must(tx.Commit())
	must(db.Close())
	s, err = store.OpenReader(path)
	must(err)
	t.Cleanup(func() { s.Close() })
	return s
}

// Payer is the minter with a number.
func Payer(i int) (a common.Address) {
	binary.BigEndian.PutUint32(a[:], uint32(i)+1)
	return a
}

func TestEachMinterIsOneRowWithItsFirstAndLastMint(t *testing.T) {
	s := minted(t, 20)
	found := map[common.Address]crowd.Minter{}
	err := s.Crowds.EachMinter(ctx, "ping", func(m crowd.Minter) error { found[m.Payer] = m; return nil })
	if err != nil || len(found) != 20 {
		t.Fatalf("%v, %v", found, err)
	}
	if m := found[Payer(5)]; m.Mints != 3 || m.Quantity != 3 || m.First != 10 {
		t.Errorf("%+v", m)
	}
	ends, err := s.Crowds.Ends(ctx, "ping", []common.Address{Payer(5), Payer(999), Payer(3)})
	if err != nil || len(ends) != 2 {
		t.Fatalf("%v, %v", ends, err)
	}
	if e := ends[Payer(5)]; e.First.Block != 10 || e.Last.Block != 12 || e.First.ID[31] != 0 || e.Last.ID[31] != 2 {
		t.Errorf("%+v", e)
	}
	if e := ends[Payer(3)]; e.First != e.Last {
		t.Errorf("one mint is the first and the last: %+v", e)
	}
	if ends, err := s.Crowds.Ends(ctx, "pong", []common.Address{Payer(5)}); err != nil || len(ends) != 0 {
		t.Errorf("another launch: %v, %v", ends, err)
	}
}

func BenchmarkMintersOf20000Payers(b *testing.B) {
	s := minted(b, 20_000)
	payers := make([]common.Address, 100)
	for i := range payers {
		payers[i] = Payer(i * 100)
	}
	b.Run("all", func(b *testing.B) {
		for b.Loop() {
			n := 0
			if err := s.Crowds.EachMinter(ctx, "ping", func(crowd.Minter) error { n++; return nil }); err != nil || n != 20_000 {
				b.Fatal(n, err)
			}
		}
	})
	b.Run("page", func(b *testing.B) {
		for b.Loop() {
			if ends, err := s.Crowds.Ends(ctx, "ping", payers); err != nil || len(ends) != 100 {
				b.Fatal(len(ends), err)
			}
		}
	})
}
