package store_test

import (
	"database/sql"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/store"
)

// old makes a database as an earlier program left it: one launch and an order
// in each of five states, one of them carried by a mined transaction and one by
// a transaction in flight.
func old(t *testing.T, dump string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "orders.db")
	statements, err := os.ReadFile(filepath.Join("testdata", dump))
	must(t, err)
	db, err := sql.Open("sqlite3", path)
	must(t, err)
	defer db.Close()
	_, err = db.Exec(string(statements))
	must(t, err)
	return path
}

func TestADatabaseOfTheFirstSchemaKeepsItsOrders(t *testing.T) {
	path := old(t, "schema1.sql")
	if _, err := store.OpenReader(path); err == nil || !strings.Contains(err.Error(), "open it for writing once") {
		t.Errorf("a reader took it as it was: %v", err)
	}
	s := openAt(t, path)
	must(t, s.Bind(chainID, digest("genesis")))
	for p, state := range map[int]mint.State{1: mint.Claimed, 2: mint.Parked, 3: mint.Mined, 4: mint.Minting, 5: mint.Settled} {
		wants(t, s, order("ping", p, 1, 1).ID, state)
	}
	counts(t, s, "ping", 4, 1+8+16)
	txs := take[[]mint.Transaction](t)(s.InFlight(ctx))
	if len(txs) != 2 || txs[1].Mined.Seen() || !txs[0].Mined.Seen() {
		t.Fatalf("in flight: %+v", txs)
	}
	if spent := take[*big.Int](t)(s.Spent(ctx, noon)); spent.Sign() != 0 {
		t.Errorf("%s was spent, as far as is known", spent)
	}
	b := block(6, "a")
	advance(t, s, 5, b, block(0, "a"))
	receipt := landed(1, b)
	receipt.Cost = big.NewInt(7)
	must(t, s.Resolve(ctx, txs[1].ID, receipt))
	if spent := take[*big.Int](t)(s.Spent(ctx, noon)); spent.Int64() != 7 {
		t.Errorf("%s was spent", spent)
	}
	claim(t, s, order("ping", 6, 1, 1))
	must(t, s.Close())
	wants(t, openAt(t, path), order("ping", 6, 1, 1).ID, mint.Claimed)
}
